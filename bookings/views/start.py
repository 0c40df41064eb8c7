"""The start page with its one emergency notice, and the two pages that end a journey before it begins."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings.journey import Journey, Step
from bookings.services.counting import count_passed, count_shown, mark_of
from bookings.views.busy import press_again
from bookings.views.keeping import STOPPED, clinic_named, hold_time, journey_of, keep, next_page, stop
from bookings.views.ringing import FOR_NURSE
from clinic.callers import caller_of
from clinic.models import Location
from clinic.wording import moment
from treatments import screening
from treatments.screening import EMERGENCY, TODAY

ANSWER = "signs"


@never_cache
@press_again
def start(request: HttpRequest) -> HttpResponse:
    """What it is, what it costs, and whether somebody needs help today. "No" goes on, and takes the time chosen."""
    now = timezone.now()
    place, wished = _wish(request)
    answer = request.POST.get(ANSWER, "")
    if request.method == "POST" and answer == "yes":
        return stop(request, "bookings:help")
    if request.method == "POST" and answer == "none":
        count_passed(step=Step.START, mark=mark_of(location=place, now=now))
        return _go_on(request, place, wished, now)
    if request.method == "GET":  # each time: nothing is stored about who looks at this page
        count_shown(step=Step.START, location=place, now=now)
    context = {
        "place": place,
        "wished": wished.isoformat() if wished else "",
        "chosen": f"{moment(wished, place.time_zone)}, {place.name}" if place and wished else "",
        "signs": screening.signs(EMERGENCY) + screening.signs(TODAY),
        "unanswered": request.method == "POST",
    }
    return render(request, "bookings/start.html", context, status=400 if context["unanswered"] else 200)


def _go_on(
    request: HttpRequest, place: Location | None, wished: datetime | None, now: datetime
) -> HttpResponse:
    journey = journey_of(request, now)
    if journey.sent:
        journey = Journey()
    journey.started = True
    request.session.pop(FOR_NURSE, None)
    if place and place.slug != journey.place:
        journey.clinic = place.slug
        journey.forget_time()
    keep(request, journey, now)
    if place and wished:
        # If somebody was faster, the time page shows the nearest ones.
        if refusal := hold_time(journey, place, wished, caller_of(request), now):
            messages.warning(request, refusal.sentence)
        keep(request, journey, now)
    return next_page(journey)


def _wish(request: HttpRequest) -> tuple[Location | None, datetime | None]:
    """The clinic and the time (UTC) that a link carried. Anything unreadable counts as not chosen."""
    words = request.POST if request.method == "POST" else request.GET
    return clinic_named(request, words.get("clinic", "")), read_instant(words.get("at", ""))


def read_instant(text: str) -> datetime | None:
    """An instant as our own links write it, for example 2027-03-02T10:15Z. None for anything else.

    The first and the last year of the calendar are no time either: nothing could be reckoned around them.
    """
    try:
        instant = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo and MINYEAR < instant.year < MAXYEAR else None


@never_cache
def help_now(request: HttpRequest) -> HttpResponse:
    """Where "Yes, I have one or more" leads."""
    context = {"emergency": screening.signs(EMERGENCY), "stopped": request.session.pop(STOPPED, False)}
    return render(request, "bookings/help_now.html", context)


@never_cache
def elsewhere(request: HttpRequest) -> HttpResponse:
    return render(request, "bookings/elsewhere.html")
