"""Step 2: choose a time. A list of days first, a month second; and what is near when a time was lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookings import diary
from bookings.availability import Slot
from bookings.calendar_month import month_weeks
from bookings.journey import ANYWHERE, Journey, Step
from bookings.models import Appointment, Service
from bookings.services.errors import BookingError
from bookings.views import keeping
from bookings.views.keeping import hold_time, keep, next_page, skipped, step
from bookings.views.start import read_instant
from bookings.working_time import working_day_at
from clinic.context_processors import places
from clinic.models import Location
from clinic.wording import clock, day

DAYS_AT_FIRST = 5
MOST_A_DAY = 40


@step
def choose_time(request: HttpRequest, journey: Journey, now: datetime) -> HttpResponse:
    """A POST keeps the pressed time; a GET shows what is free from a day on, or a month of it."""
    if away := skipped(request, journey, Step.TIME):
        return away
    locations = {place.pk: place for place in places(request)}
    if not locations:
        return redirect("bookings:ring_me")  # no clinic is entered yet: a person helps
    status = 200
    if request.method == "POST":
        refusal = _keep_time(request, journey, locations, now)
        if refusal is None:
            keep(request, journey, now)
            return next_page(journey)
        messages.warning(request, refusal.sentence)
        status = 409
        keep(request, journey, now)
    context = _times(request, journey, locations, now) | {"refused": status != 200}
    return render(request, "bookings/time.html", context, status=status)


def _keep_time(
    request: HttpRequest, journey: Journey, locations: dict[int, Location], now: datetime
) -> BookingError | None:
    """Hold the posted time for this journey; the refusal where that cannot be. The time is derived again there."""
    slug, _, start = request.POST.get("slot", "")[:80].partition("|")
    place = next((each for each in locations.values() if each.slug == slug), None)
    starts_at = read_instant(start)
    if place is None or starts_at is None:
        return BookingError("We could not read that time. Please press one of the times on this page.")
    journey.clinic = journey.clinic or place.slug
    return hold_time(journey, place, starts_at, now)


def _times(
    request: HttpRequest, journey: Journey, locations: dict[int, Location], now: datetime
) -> dict[str, Any]:
    chosen = [each for each in locations.values() if journey.clinic in (ANYWHERE, each.slug)]
    lead = (chosen or list(locations.values()))[0]
    held = Appointment.objects.filter(idempotency_key=journey.uuid).first()
    slots = _free(held, list(locations.values()) if journey.wished else chosen, now)
    here = [slot for slot in slots if locations[slot.location] in chosen]
    since = named_day(request.GET.get("from", ""), now, lead)
    own = keeping.chosen_location(request, journey) if journey.starts_at else None
    context: dict[str, Any] = {
        "place": lead if len(chosen) == 1 else None,
        "so_far": keeping.so_far(journey, own or (lead if len(chosen) == 1 else None)),
        "kept": keeping.kept_words(journey, own, now),
        "later_from": None,
        "earlier": "from" in request.GET or "month" in request.GET,
        "any_at_all": bool(here),
        "near": [],
    }
    if journey.wished:
        lost_at = next((each for each in locations.values() if each.slug == journey.wished_place), lead)
        context["near"] = near_times(slots, journey.wished, lost_at, locations)
    if "month" in request.GET:
        month = named_day(f"{request.GET['month'][:7]}-01", now, lead)
        return context | month_table(here, month, locations)
    later = [slot for slot in here if slot.starts >= working_day_at(since, _MIDNIGHT, lead.time_zone)]
    days = list(by_day(later, locations, name_place=len(chosen) > 1, held=held))
    context["days"] = days[:DAYS_AT_FIRST]
    context["later_from"] = days[DAYS_AT_FIRST]["date"] if len(days) > DAYS_AT_FIRST else None
    context["month_url"] = f"{reverse('bookings:time')}?month={since:%Y-%m}"
    return context


_MIDNIGHT = datetime.min.time()


def _free(held: Appointment | None, places: list[Location], now: datetime) -> list[Slot]:
    service = Service.objects.asked_online()
    return diary.free_times(places, service, now=now, own=held) if service else []


def by_day(
    slots: Iterable[Slot],
    locations: dict[int, Location],
    *,
    name_place: bool,
    held: Appointment | None = None,
) -> Iterable[dict[str, Any]]:
    """Headings with their buttons, by the day on the wall calendar of each slot's own clinic."""

    def local_day(slot: Slot) -> date:
        return slot.starts.astimezone(locations[slot.location].zone).date()

    for on, group in groupby(sorted(slots, key=lambda slot: (local_day(slot), slot.starts)), key=local_day):
        times = [_button(slot, locations[slot.location], on, name_place, held) for slot in group]
        yield {"heading": day(on), "date": on, "times": times[:MOST_A_DAY]}


def _button(
    slot: Slot, place: Location, on: date, name_place: bool, held: Appointment | None
) -> dict[str, str]:
    at = clock(slot.starts.astimezone(place.zone).time(), minutes=True)
    own = held is not None and (held.location_id, held.starts_at) == (slot.location, slot.starts)
    label = f"{at}, {place.name}" if name_place else at
    return {
        "label": f"{label}, held for you" if own else label,
        "hidden": f", {day(on)}" if name_place else f", {day(on)}, {place.name}",
        "value": f"{place.slug}|{slot.starts:%Y-%m-%dT%H:%MZ}",
    }


def near_times(
    slots: list[Slot], wished: datetime, lead: Location, locations: dict[int, Location]
) -> list[dict[str, Any]]:
    here, others = diary.nearest(slots, wished, lead)
    return list(by_day(here + others, locations, name_place=True))


def month_table(slots: list[Slot], month: date, locations: dict[int, Location]) -> dict[str, Any]:
    """A table of one month: each day with how many times it has, as a link to that day."""
    counts: dict[date, int] = {}
    for slot in slots:
        on = slot.starts.astimezone(locations[slot.location].zone).date()
        counts[on] = counts.get(on, 0) + 1
    first = month.replace(day=1)
    previous, following = (
        (first - timedelta(days=1)).replace(day=1),
        (first + timedelta(days=32)).replace(day=1),
    )
    months = {on.replace(day=1) for on in counts}
    return {
        "weeks": month_weeks(first, counts),
        "month_name": day_month(first),
        "previous_month": previous if any(each <= previous for each in months) else None,
        "next_month": following if any(each >= following for each in months) else None,
        "days": [],
    }


def day_month(first: date) -> str:
    """A month in words: "March 2027"."""
    return f"{day(first).split()[-1]} {first.year}"


def named_day(text: str, now: datetime, lead: Location) -> date:
    """The day that an address names, no earlier than today and no later than anybody may book; today if unreadable."""
    today = now.astimezone(lead.zone).date()
    try:
        named = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return min(max(named, today), today + timedelta(days=settings.HORIZON_DAYS))
