"""Step 2: choose a time. A list of days first, a month second; and what is near when a time was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bookings import diary
from bookings.availability import Slot
from bookings.forms import TimesForm
from bookings.journey import Journey, Step
from bookings.models import Appointment, Service
from bookings.services.counting import Event
from bookings.services.errors import BookingError
from bookings.views import keeping
from bookings.views.counted import count_once
from bookings.views.keeping import hold_time, keep, next_page, skipped, step
from bookings.views.start import read_instant
from bookings.views.time_lists import (
    DAYS_AT_FIRST,
    Here,
    at_clinics,
    by_day,
    day_shown,
    days_of,
    month_table,
    named_day,
    near_times,
)
from bookings.wanted import Part, Wanted, parts_among, parts_in_words
from clinic.callers import caller_of
from clinic.context_processors import places
from clinic.models import Location
from clinic.wording import day_year, list_words

MOST_A_DAY = 12  # on a phone these fill half a screen; a link has the rest of a fuller day
A_FEW = 3  # more of them take no more room than the link


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
    just_lost = bool(journey.wished) and not request.GET  # the page that a lost time leads to
    context = _page(request, journey, locations, now) | {"refused": status != 200 or just_lost}
    if not context["any_at_all"]:
        count_once(journey, Event.NO_TIMES, context["place"], now)
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
    refusal = hold_time(journey, place, starts_at, caller_of(request), now)
    if refusal is None and not Wanted((journey.clinic,)).covers(slug):
        journey.clinic = slug  # the clinic of the time she took is the one she chose
    return refusal


class _Search(NamedTuple):
    """What is looked for, and what there is of it."""

    wanted: Wanted
    form: TimesForm
    chosen: list[Location]
    parts: tuple[Part, ...]  # that the chosen clinics have
    found: list[Slot]  # at all clinics that were read, whatever the part
    here: list[Here]  # at the chosen clinics, whatever the part
    fitting: list[Here]


def _search(
    request: HttpRequest,
    journey: Journey,
    locations: dict[int, Location],
    held: Appointment | None,
    now: datetime,
) -> _Search:
    query = dict(request.GET.lists())
    wanted = Wanted.read(query, known=[place.slug for place in locations.values()])
    if not wanted.clinics:
        usual = Wanted((journey.clinic,))
        chosen = [place for place in locations.values() if usual.covers(place.slug)]
    else:
        chosen = [place for place in locations.values() if wanted.covers(place.slug)]
    chosen = chosen or list(locations.values())
    found = _free(held, list(locations.values()) if journey.wished else chosen, now)
    here = at_clinics((slot for slot in found if locations[slot.location] in chosen), locations)
    parts = parts_among(at for at, _ in here)
    form = _form(request, wanted, list(locations.values()), chosen, parts, now)
    since = form.cleaned_data.get("from") if form.is_valid() else None
    wanted = Wanted(wanted.clinics, wanted.parts, since)
    some = Wanted(parts=tuple(part for part in wanted.parts if part in parts))
    return _Search(wanted, form, chosen, parts, found, here, some.fitting(here))


def _form(
    request: HttpRequest,
    wanted: Wanted,
    locations: list[Location],
    chosen: list[Location],
    parts: Sequence[Part],
    now: datetime,
) -> TimesForm:
    """Ticked as the page is shown. Only the day can be wrong, and then it stays as it was typed."""
    everywhere = len(chosen) == len(locations)
    data = {
        "clinic": ["anywhere"] if everywhere else [place.slug for place in chosen],
        "part": [part.value for part in wanted.parts if part in parts],
        "from": request.GET.get("from", ""),
    }
    return TimesForm(data, locations=locations, parts=parts, today=now.astimezone(chosen[0].zone).date())


def _page(
    request: HttpRequest, journey: Journey, locations: dict[int, Location], now: datetime
) -> dict[str, Any]:
    held = Appointment.objects.filter(idempotency_key=journey.uuid).first()
    search = _search(request, journey, locations, held, now)
    chosen, lead = search.chosen, search.chosen[0]
    one = lead if len(chosen) == 1 else None
    own = keeping.chosen_location(request, journey) if journey.starts_at else None
    context: dict[str, Any] = {
        "place": one,
        "at": list_words([place.name for place in chosen], "or") if len(chosen) < len(locations) else "",
        "so_far": keeping.so_far(journey, own or one),
        "kept": keeping.kept_words(journey, own, now),
        "form": search.form,
        "query": search.wanted.query(),
        "keep": search.wanted.without_day().query(),
        "parts": parts_in_words(search.wanted.parts, "and"),
        "lacking": parts_in_words([part for part in search.wanted.parts if part not in search.parts], "or"),
        "every_part": Wanted(search.wanted.clinics).query(),
        "elsewhere": Wanted(("anywhere",), search.wanted.parts).query()
        if len(chosen) < len(locations)
        else "",
        "any_at_all": bool(search.here),
        "near": [],
    }
    if journey.wished:
        lost_at = next((each for each in locations.values() if each.slug == journey.wished_place), lead)
        context["near"] = near_times(search.found, journey.wished, lost_at, locations)
    return context | _soon(search, locations, held, now) | _listed(request, search, locations, held, now)


def _soon(
    search: _Search, locations: dict[int, Location], held: Appointment | None, now: datetime
) -> dict[str, Any]:
    """Whether the chosen clinics have a time within the next weeks; if not, the first one at each of the others."""
    until = now + timedelta(weeks=settings.NEXT_TIMES_WEEKS)
    if any(slot.starts < until for _, slot in search.here):
        return {"soon": True, "first_elsewhere": []}
    others = [place for place in locations.values() if place not in search.chosen]
    firsts: dict[int, Slot] = {}
    for slot in _free(held, others, now, until) if others else ():
        firsts.setdefault(slot.location, slot)
    return {"soon": False, "first_elsewhere": list(by_day(firsts.values(), locations, name_place=True))}


def _listed(
    request: HttpRequest,
    search: _Search,
    locations: dict[int, Location],
    held: Appointment | None,
    now: datetime,
) -> dict[str, Any]:
    """One day, a month, or five days from the chosen one on, each with its way on and back."""
    lead, name_place = search.chosen[0], len(search.chosen) > 1
    today = now.astimezone(lead.zone).date()
    if "month" in request.GET:
        month = named_day(f"{request.GET['month'][:7]}-01", now, lead)
        table = month_table([slot for _, slot in search.fitting], month, locations)
        return table | {"first": True}
    days = days_of(search.fitting)
    since = max(search.wanted.since or today, today)
    first = next((at for at, on in enumerate(days) if on >= since), len(days))
    last = first + DAYS_AT_FIRST
    ordered = list(days)
    alone = _one_day(request, days)
    if alone is not None:
        first = ordered.index(alone)
        last = first + 1
    before = max(0, first - DAYS_AT_FIRST)
    return {
        "days": [
            day_shown(
                on, days[on], locations, name_place=name_place, held=held, most=most_of(days[on], alone)
            )
            for on in ordered[first:last]
        ],
        "later_from": ordered[last] if last < len(ordered) else None,
        "earlier": first > 0,
        "earlier_from": ordered[before] if before else None,
        "first": before > 0,
        "month": alone or (ordered[first] if first < len(ordered) else since),
        "until": day_year(today + timedelta(days=settings.HORIZON_DAYS)),
    }


def most_of(slots: list[Slot], alone: date | None) -> int:
    """How many buttons a day has at most: all of them where it stands alone."""
    return len(slots) if alone or len(slots) <= MOST_A_DAY + A_FEW else MOST_A_DAY


def _one_day(request: HttpRequest, days: dict[date, list[Slot]]) -> date | None:
    """The day that "more times on this day" leads to, if there is one to show."""
    return next((on for on in days if on.isoformat() == request.GET.get("day", "")), None)


def _free(
    held: Appointment | None, places: list[Location], now: datetime, until: datetime | None = None
) -> list[Slot]:
    service = Service.objects.asked_online()
    return diary.free_times(places, service, now=now, until=until, own=held) if service else []
