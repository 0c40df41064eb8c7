"""Keeps a journey in the session between two pages, and says which page comes next. Decides no booking."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings import services
from bookings.fees import fees_as_shown
from bookings.journey import Journey, Step
from bookings.models import Service
from bookings.services.errors import AlreadySent, BookingError, DiaryBusy, NotOffered, TimeTaken
from bookings.views.busy import press_again
from bookings.views.counted import count_page
from clinic.context_processors import places
from clinic.limits import Caller
from clinic.models import Location
from clinic.wording import clock_at, moment
from treatments import screening
from treatments.screening import Level, PageAnswer

ENTRY = "journey"
STOPPED = "journey_stopped"
_PAGES = {
    Step.START: ("bookings:start", ()),
    Step.VISIT: ("bookings:visit", ()),
    Step.TIME: ("bookings:time", ()),
    Step.HEALTH_1: ("bookings:health", (1,)),
    Step.HEALTH_2: ("bookings:health", (2,)),
    Step.HEALTH_3: ("bookings:health", (3,)),
    Step.DETAILS: ("bookings:details", ()),
    Step.CHECK: ("bookings:check", ()),
}
_FIRST = {
    Step.START: "Please start here. If you had begun, it was too long ago, and we let your answers go.",
    Step.VISIT: "Please choose what we look at, and a clinic, first.",
    Step.TIME: "Please choose a time first.",
    Step.HEALTH_1: "Please answer the health questions first, or choose to do it by phone.",
    Step.HEALTH_2: "Please answer the health questions first, or choose to do it by phone.",
    Step.HEALTH_3: "Please answer the health questions first, or choose to do it by phone.",
    Step.DETAILS: "Please tell us how to reach you first.",
}


def journey_of(request: HttpRequest, now: datetime) -> Journey:
    """The journey of this browser; a new one where there is none, or it lay idle too long."""
    journey = Journey.read(request.session.get(ENTRY))
    if not journey.touched:
        return journey
    minutes = settings.SENT_MINUTES if journey.sent else settings.JOURNEY_IDLE_MINUTES
    idle = now - datetime.fromisoformat(journey.touched)
    return Journey() if idle > timedelta(minutes=minutes) else journey


def keep(request: HttpRequest, journey: Journey, now: datetime) -> None:
    """Store the journey. A key is made when the first answer is kept, and stays until the request is sent."""
    journey.key = journey.key or str(uuid4())
    journey.touched = now.isoformat()
    request.session[ENTRY] = journey.stored()


def forget(request: HttpRequest) -> None:
    """Drop every answer, and give a held time back. A busy diary is no reason to keep somebody from help."""
    journey = Journey.read(request.session.pop(ENTRY, None))
    if journey.key and not journey.sent:
        with suppress(DiaryBusy):  # then the hold runs out by itself
            services.let_go(key=journey.uuid)


def stop(request: HttpRequest, page: str) -> HttpResponse:
    """To a page that ends the journey. Its answers are gone before it renders, and it may say so."""
    forget(request)
    request.session[STOPPED] = True
    return redirect(page)


def hold_time(
    journey: Journey, place: Location, starts_at: datetime, caller: Caller, now: datetime
) -> BookingError | None:
    """Keep this time (UTC) for the journey; the refusal where that cannot be. Raises DiaryBusy, TooMany."""
    service = Service.objects.asked_online()
    if service is None:
        return BookingError("We take no requests online just now. Please ask us to ring you.")
    try:
        held = services.hold(
            key=journey.uuid, location=place, service=service, starts_at=starts_at, caller=caller, now=now
        )
    except (TimeTaken, NotOffered) as refusal:
        journey.lose(place.slug, starts_at)
        return refusal
    except AlreadySent as done:  # sent, but the answer never reached this browser
        journey.sent = str(done.appointment.uuid)
        return None
    journey.choose(place.slug, held.starts_at, held.hold_expires_at)
    return None


def answers_of(journey: Journey) -> dict[int, PageAnswer]:
    """The ticks as the screening table takes them. A session turns the page numbers into text."""
    return {
        int(page): screening.read_page(int(page), codes) for page, codes in journey.health.items() if codes
    }


def must_wait(journey: Journey) -> bool:
    if not journey.area:
        return False
    return screening.assess(journey.area, answers_of(journey), journey.by_phone).level >= Level.WAIT


def next_page(journey: Journey) -> HttpResponse:
    """On to the first page that is not filled in yet; from a Change link that is the check page again."""
    if journey.sent:
        return redirect("bookings:sent")
    if must_wait(journey):
        return redirect("bookings:wait")
    return redirect(address(journey.missing()))


def address(step: Step) -> str:
    name, args = _PAGES[step]
    return reverse(name, args=args)


def step(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the journey: reads the clock once, hands in the journey, renews the hold when something is posted.

    Somebody who skipped a step by address is sent to the first missing one, with a sentence. What a skipped-to form
    posted is kept all the same, so that nothing typed is lost.
    """

    @wraps(page)
    @never_cache
    @press_again
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        journey = journey_of(request, now)
        if journey.sent:
            return redirect("bookings:sent")
        if request.method == "POST" and journey.key:
            _renew(request, journey, now)
        known = len(journey.counted)
        response = page(request, journey, now, *args, **kwargs)
        place = chosen_location(request, journey) if request.method == "GET" else None
        count_page(request, response, journey, place, now)
        if len(journey.counted) > known:
            _keep_counted(request, journey)
        return response

    return view


def _keep_counted(request: HttpRequest, journey: Journey) -> None:
    """Beside the rest of the journey, while there is one: a stop has dropped it, and a sent one keeps nothing."""
    stored = request.session.get(ENTRY)
    if stored and not stored["sent"]:
        request.session[ENTRY] = {**stored, "counted": journey.counted}


def _renew(request: HttpRequest, journey: Journey, now: datetime) -> None:
    if journey.starts_at:
        until = services.renew_hold(key=journey.uuid, now=now)
        journey.kept_until = until.isoformat() if until else ""
    keep(request, journey, now)


def go_on(request: HttpRequest, journey: Journey, this: Step, now: datetime) -> HttpResponse:
    """Keep what `this` page was told, and on to the next; where an earlier one is missing, there, with a sentence."""
    keep(request, journey, now)
    return skipped(request, journey, this, kept=" We have kept what you just sent.") or next_page(journey)


def skipped(request: HttpRequest, journey: Journey, this: Step, kept: str = "") -> HttpResponse | None:
    """Where to go instead of `this` page, when an earlier one is missing; None when it may be shown."""
    order = list(Step)
    missing = journey.missing()
    if order.index(missing) >= order.index(this):
        return None
    messages.info(request, f"{_FIRST[missing]}{kept}")
    return redirect(address(missing))


def so_far(journey: Journey, location: Location | None) -> list[dict[str, str]]:
    """The lines of "Your request so far", with a Change link on each line."""
    visit = f"{reverse('bookings:visit')}?change=1"
    items = []
    if journey.area:
        items.append(
            {"label": "What we look at", "value": screening.read_area(journey.area).text, "change_url": visit}
        )
    if location and journey.start:
        when = f"{moment(journey.start, location.time_zone)}, {location.name}"
        items.append({"label": "Time", "value": when, "change_url": reverse("bookings:time")})
    elif location:
        items.append({"label": "Clinic", "value": location.name, "change_url": visit})
    if location:
        items.append({"label": "Price", "value": fees_as_shown(location)[0]["words"], "change_url": ""})
    return items


def kept_words(journey: Journey, location: Location | None, now: datetime) -> str:
    """Until when the time is kept, as a clock time and never a countdown. Empty when it no longer is."""
    if not (location and journey.kept_until):
        return ""
    until = datetime.fromisoformat(journey.kept_until)
    return f"We keep this time for you until {clock_at(until, location.time_zone)}." if until > now else ""


def chosen_location(request: HttpRequest, journey: Journey) -> Location | None:
    return clinic_named(request, journey.place or journey.clinic)


def clinic_named(request: HttpRequest, slug: str) -> Location | None:
    """The clinic with this slug among those that the page names anyway; None for anything else."""
    return next((place for place in places(request) if place.slug == slug), None)
