"""How staff narrow the list of appointments: by clinic, day, status, clinician. A word we do not know is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings.life import WORDS, Status
from bookings.models import Appointment
from bookings.working_time import working_day_at
from clinic.models import Clinician, Location

_MIDNIGHT = time()
# From how many days off until how many (not included); None: without end.
STRETCHES: dict[str, tuple[str, int | None, int | None]] = {
    "today": ("Today", 0, 1),
    "tomorrow": ("Tomorrow", 1, 2),
    "week": ("Next 7 days", 0, 7),
    "coming": ("From today on", 0, None),
    "past": ("Before today", None, 0),
}


class KnownWords(admin.SimpleListFilter):
    """Refuses what is not on its list: Django then shows the whole list again."""

    def known(self) -> str | None:
        value = self.value()
        if value is not None and value not in {str(key) for key, _ in self.lookup_choices}:
            raise IncorrectLookupParameters
        return value


def clinics_of(request: HttpRequest) -> list[Location]:
    """The clinics whose people she works with, asked for once a request."""
    if not hasattr(request, "_desk_clinics"):
        request._desk_clinics = list(Location.objects.visible_to(request.user))  # type: ignore[attr-defined]
    return request._desk_clinics  # type: ignore[attr-defined]


class ClinicFilter(KnownWords):
    title, parameter_name = "clinic", "clinic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(place.slug, place.name) for place in clinics_of(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        slug = self.known()
        return queryset.filter(location__slug=slug) if slug else queryset


class StatusFilter(KnownWords):
    title, parameter_name = "status", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, WORDS[status]) for status in Status if status != Status.HOLD]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        status = self.known()
        return queryset.filter(status=status) if status else queryset


class ClinicianFilter(KnownWords):
    title, parameter_name = "clinician", "clinician"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(each.pk), str(each)) for each in Clinician.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        chosen = self.known()
        return queryset.filter(clinician=int(chosen)) if chosen else queryset


class SuspectedFilter(KnownWords):
    title, parameter_name = "who sent it", "suspected"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Suspected: a machine?")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        return queryset.filter(suspected=True) if self.known() else queryset


class DayFilter(admin.SimpleListFilter):
    """A stretch from the list, or any one day (2027-03-02), by each clinic's own calendar."""

    title, parameter_name = "day", "day"
    template = "admin/bookings/appointment/day_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, words) for key, (words, _, _) in STRETCHES.items()]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield from super().choices(changelist)
        kept = [(name, values[-1]) for name, values in changelist.filter_params.items()]
        if changelist.query:
            kept.append(("q", changelist.query))
        one_day = self.value() if self.value() not in STRETCHES else ""
        yield {"one_day": one_day or "", "kept": [each for each in kept if each[0] != self.parameter_name]}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        value = self.value()
        if not value:
            return queryset
        within = Q(pk__in=[])
        for zone in {place.time_zone: place for place in clinics_of(request)}.values():
            within |= Q(location__time_zone=zone.time_zone) & self._stretch(value, zone)
        return queryset.filter(within)

    def _stretch(self, value: str, place: Location) -> Q:
        today = timezone.now().astimezone(place.zone).date()
        if value in STRETCHES:
            _, since, until = STRETCHES[value]
        else:
            since = (_read_day(value) - today).days
            until = since + 1
        stretch = Q()
        for name, days in (("starts_at__gte", since), ("starts_at__lt", until)):
            if days is not None:
                stretch &= Q(
                    **{name: working_day_at(today + timedelta(days=days), _MIDNIGHT, place.time_zone)}
                )
        return stretch


def _read_day(text: str) -> date:
    try:
        on = date.fromisoformat(text[:10])
    except ValueError as problem:
        raise IncorrectLookupParameters from problem
    if not 2000 <= on.year <= 2200:
        raise IncorrectLookupParameters
    return on
