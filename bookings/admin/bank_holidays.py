"""Bank holidays that the diary lacks: the list, and one press that puts them in. Never changes one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import View

from bookings import bank_holidays, services
from bookings.admin.desk_admin import Refusal, actor, refuse
from bookings.admin.rota_guard import after_hits, hits_page, seen_ids
from bookings.models import Closure
from bookings.services.rota import HitsUnseen
from clinic.models import Country, Membership, Role
from clinic.wording import calendar_day

YEARS_AHEAD = 1  # this year and the next are proposed


class HolidaysView(View):
    """For a manager of every clinic. Afterwards each day is a closure that may be edited like any other."""

    closures: Any = None  # the admin of closures, given in the address table

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not Membership.objects.places_of(request.user, [Role.MANAGER]).everywhere:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = lacking(timezone.now())
        context = {
            **self.closures.admin_site.each_context(request),
            "opts": self.closures.opts,
            "title": "Bank holidays",
            "countries": list(_by_country(rows)),
            "total": len(rows),
            "current": "rota",
        }
        return TemplateResponse(request, "admin/bookings/closure/holidays.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        now, seen = timezone.now(), seen_ids(request)
        try:
            added = services.add_bank_holidays(years=_years(now), seen=seen, actor=actor(request), now=now)
        except HitsUnseen as found:
            return hits_page(self.closures, request, found.rows, [])
        except Refusal as refusal:
            refuse(request, refusal)
            return redirect("admin:bookings_closure_holidays")
        messages.success(request, f"Added: {added} bank {'holiday' if added == 1 else 'holidays'}.")
        return after_hits(request) if seen else redirect("admin:bookings_closure_changelist")


def lacking(now: datetime) -> list[Closure]:
    """Those of this year and the next that are not there, less those that are over."""
    return [row for row in bank_holidays.missing(_years(now)) if row.ends_at > now]


def _years(now: datetime) -> range:
    year = now.astimezone(ZoneInfo(settings.TIME_ZONE)).year
    return range(year, year + YEARS_AHEAD + 1)


def _by_country(rows: list[Closure]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for country in Country:
        days = [(calendar_day(cast(Any, row.day)), row.reason) for row in rows if row.country == country]
        if days:
            yield str(country.label), days
