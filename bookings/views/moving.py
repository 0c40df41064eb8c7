"""Behind the link: another time for the same appointment, at its own clinic first. One press moves it, in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookings import diary, services
from bookings.availability import Slot
from bookings.models import Appointment
from bookings.services.answers import are_old
from bookings.services.errors import (
    BookingError,
    ChangedByAnother,
    DiaryBusy,
    HealthAnswersOld,
    IllegalMove,
    NotOffered,
    TimeTaken,
    TooLate,
)
from bookings.views.managing import about, back, change_gate, changed_meanwhile, is_late
from bookings.views.start import read_instant
from bookings.views.time_lists import (
    DAYS_AT_FIRST,
    at_clinics,
    day_shown,
    days_of,
    month_table,
    named_day,
    near_times,
)
from bookings.views.timing import most_of
from bookings.working_time import working_day_at
from clinic.context_processors import places
from clinic.models import Location
from clinic.wording import moment

FOR_MOVE = "for=move"
UNREADABLE = "We could not read that time. Please press one of the times on this page."
_MIDNIGHT = datetime.min.time()


@change_gate
def move(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """A GET lists times; a POST moves it to the pressed one. Old health answers are asked again first."""
    if is_late(appointment, now):
        return late(request, appointment, now)
    if are_old(appointment, now):
        return redirect(f"{reverse('bookings:health_changed')}?{FOR_MOVE}")
    if request.method != "POST":
        return _page(request, appointment, now, None)
    place, starts_at = _pressed(request, appointment)
    if place is None or starts_at is None:
        messages.warning(request, UNREADABLE)
        return _page(request, appointment, now, None, status=409)
    if (place.pk, starts_at) == (appointment.location_id, appointment.starts_at):
        return _done(request, appointment)  # the same press twice
    return _move(request, appointment, place, starts_at, now)


def _move(
    request: HttpRequest, appointment: Appointment, place: Location, starts_at: datetime, now: datetime
) -> HttpResponse:
    version = request.POST.get("version", "")[:9]
    try:
        moved = services.move(
            appointment_id=appointment.pk,
            expected_version=int(version) if version.isascii() and version.isdecimal() else -1,
            location=place,
            starts_at=starts_at,
            actor=services.PATIENT,
            now=now,
        )
    except (ChangedByAnother, IllegalMove):
        return changed_meanwhile(request, appointment)
    except (TooLate, HealthAnswersOld):  # since this request began
        return redirect("bookings:move")
    except DiaryBusy:
        raise
    except BookingError as refusal:
        messages.warning(request, f"{refusal.sentence} Your old time is still yours.")
        near = starts_at if isinstance(refusal, TimeTaken | NotOffered) else None
        return _page(request, appointment, now, near, status=409)
    return _done(request, moved)


def _done(request: HttpRequest, moved: Appointment) -> HttpResponse:
    place = moved.location
    messages.success(
        request, f"Your new time is {moment(moved.starts_at, place.time_zone)}, at {place.name}."
    )
    return back(moved)


def late(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """After the cut-off a person helps: the phone and what the clinic says of late changes. Not an error."""
    return render(request, "bookings/manage_late.html", about(appointment, now))


def _pressed(request: HttpRequest, appointment: Appointment) -> tuple[Location | None, datetime | None]:
    slug, _, start = request.POST.get("slot", "")[:80].partition("|")
    near = _clinics(request, appointment)
    return next((place for place in near if place.slug == slug), None), read_instant(start)


def _clinics(request: HttpRequest, appointment: Appointment) -> list[Location]:
    """Its own clinic first, then the others of the same country. For another country somebody has to phone."""
    near = [place for place in places(request) if place.country == appointment.location.country]
    return sorted(near, key=lambda place: place.pk != appointment.location_id)


def _page(
    request: HttpRequest, appointment: Appointment, now: datetime, lost: datetime | None, status: int = 200
) -> HttpResponse:
    clinics = _clinics(request, appointment)
    slug = request.GET.get("clinic", "")
    place = next((each for each in clinics if each.slug == slug), clinics[0])
    context = {
        **about(appointment, now),
        **_times(request, appointment, place, clinics if lost else [place], lost, now),
        "chosen": place,
        "asks_again": place.pk != appointment.location_id,
        "others": [each for each in clinics if each != place],
        "abroad": [each for each in places(request) if each.country != place.country],
        "refused": status != 200,
    }
    return render(request, "bookings/move.html", context, status=status)


def _times(
    request: HttpRequest,
    appointment: Appointment,
    place: Location,
    clinics: list[Location],
    lost: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    locations = {each.pk: each for each in clinics}
    slots = diary.free_times(clinics, appointment.service, now=now, own=appointment)
    slots = [slot for slot in slots if not _is_own(slot, appointment)]
    here = [slot for slot in slots if slot.location == place.pk]
    since = named_day(request.GET.get("from", ""), now, place)
    context: dict[str, Any] = {
        "near": near_times(slots, lost, place, locations) if lost else [],
        "any_at_all": bool(here),
        "earlier": any(name in request.GET for name in ("from", "month", "day")),
        "days": [],
        "later_from": None,
    }
    if "month" in request.GET:
        month = named_day(f"{request.GET['month'][:7]}-01", now, place)
        return context | month_table(here, month, locations)
    later = [slot for slot in here if slot.starts >= working_day_at(since, _MIDNIGHT, place.time_zone)]
    days = days_of(at_clinics(later, locations))
    alone = next((on for on in days if on.isoformat() == request.GET.get("day", "")), None)
    shown = [alone] if alone else list(days)[:DAYS_AT_FIRST]
    following = [on for on in days if not shown or on > shown[-1]]
    return context | {
        "days": [
            day_shown(on, days[on], locations, name_place=False, most=most_of(days[on], alone))
            for on in shown
        ],
        "later_from": following[0] if following else None,
        "month_from": since,
    }


def _is_own(slot: Slot, appointment: Appointment) -> bool:
    """The time it has now is free for itself, and no change."""
    return (slot.location, slot.starts) == (appointment.location_id, appointment.starts_at)
