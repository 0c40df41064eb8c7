"""The rota at a glance: who works where on which weekday, and which patterns are in each other's way. Changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import View

from bookings.availability import Pattern
from bookings.hits import pattern_of
from bookings.models import WorkingPattern
from bookings.patterns import Clash, Trouble, clashes
from clinic.models import Clinician, Location, Membership, OpeningHours, Role, Room
from clinic.wording import calendar_day, clock, duration


class RotaView(View):
    """Every clinic's patterns that hold now or later, by weekday; a manager's own lead to their form."""

    rota: Any = None  # the admin of patterns, given in the address table

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.rota.has_view_permission(request):
            raise PermissionDenied
        mine = Membership.objects.places_of(request.user, [Role.MANAGER])
        today = timezone.now().date()
        rows = list(_holding(WorkingPattern.objects.all(), today))
        context = {
            **self.rota.admin_site.each_context(request),
            "opts": self.rota.opts,
            "title": "Rota",
            "clinics": _by_clinic(rows, mine.cover, today),
            "warnings": _all_warnings(rows),
            "may_add": self.rota.has_add_permission(request),
            "current": "rota",
        }
        return TemplateResponse(request, "admin/bookings/workingpattern/rota.html", context)


def warnings_of(row: WorkingPattern) -> list[str]:
    """What stands in the way of this pattern, in a sentence each. It may be saved all the same."""
    others = _holding(WorkingPattern.objects.exclude(pk=row.pk), timezone.now().date())
    near = others.filter(Q(clinician=row.clinician_id) | Q(room=row.room_id), weekday=row.weekday)
    names = _Names([*near, row])
    found = clashes(pattern_of(row), [pattern_of(each) for each in near], settings.TRAVEL_MINUTES)
    return [names.sentence(clash) for clash in found]


def _holding(rows: Any, today: date) -> Any:
    """Those that are not over, of people who still work here, by clinic, weekday and hour."""
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gte=today), clinician__active=True)
    order = ("location__position", "location", "weekday", "starts", "pk")
    return rows.select_related("clinician", "location", "room").order_by(*order)


def _all_warnings(rows: list[WorkingPattern]) -> list[str]:
    by_day: defaultdict[int, list[Pattern]] = defaultdict(list)
    for row in rows:
        by_day[row.weekday].append(pattern_of(row))
    names = _Names(rows)
    return [
        names.sentence(clash)
        for patterns in by_day.values()
        for nth, pattern in enumerate(patterns)
        for clash in clashes(pattern, patterns[nth + 1 :], settings.TRAVEL_MINUTES)
    ]


class _Names:
    """Puts names to the ids of a clash."""

    def __init__(self, rows: Iterable[WorkingPattern]) -> None:
        self.who: dict[int, Clinician] = {}
        self.where: dict[int, Location] = {}
        self.rooms: dict[int, Room] = {}
        for row in rows:
            self.who[row.clinician_id] = row.clinician
            self.where[row.location_id] = row.location
            self.rooms[row.room_id] = row.room

    def sentence(self, clash: Clash) -> str:
        one, other = sorted((clash.one, clash.other), key=lambda each: (each.starts, each.location))
        on = f"On {_weekday(one)}, first on {calendar_day(clash.day)}:"
        who, hers, others = self.who[one.clinician], self._at(one), self._at(other)
        if clash.trouble == Trouble.ROOM:
            room, place = self.rooms[one.room].name, self.where[one.location]
            second = self.who[other.clinician]
            return (
                f"{on} {who} ({_hours(one)}) and {second} ({_hours(other)}) are both in {room}, {place}. "
                "Only one of them can be booked at a time."
            )
        if clash.trouble == Trouble.TWICE:
            return f"{on} {who} is {hers} and {others} at the same time. Only one can be booked."
        between = f"{duration(clash.minutes)} between" if clash.minutes else "no time between"
        return (
            f"{on} {who} is {hers} and {others}, with {between}. "
            f"We keep {duration(settings.TRAVEL_MINUTES)} for the way, so some of these times are not offered."
        )

    def _at(self, pattern: Pattern) -> str:
        return f"at {self.where[pattern.location]} {_hours(pattern)}"


def _by_clinic(rows: Collection[WorkingPattern], may: Any, today: date) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        clinic = found.setdefault(row.location_id, {"place": row.location, "lines": []})
        lines = clinic["lines"]
        first = not lines or lines[-1]["weekday"] != row.get_weekday_display()
        lines.append(
            {
                "row": row,
                "weekday": row.get_weekday_display(),
                "first": first,
                "hours": _hours(pattern_of(row)),
                "often": "every week" if row.every_n_weeks == 1 else f"every {row.every_n_weeks} weeks",
                "since": calendar_day(row.valid_from),
                "later": row.valid_from > today,
                "until": calendar_day(row.valid_until) if row.valid_until else "",
                "may": may(row.location_id),
            }
        )
    return list(found.values())


def _weekday(pattern: Pattern) -> str:
    return f"{OpeningHours.Weekday(pattern.weekday).label}s"


def _hours(pattern: Pattern) -> str:
    return f"{clock(pattern.starts)} to {clock(pattern.ends)}"
