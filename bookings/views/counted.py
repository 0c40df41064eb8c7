"""Counts the pages of a journey, each once: shown, then left forward. Decides nothing, and no page waits for it long.

What was counted already stands in the journey itself, so no visitor needs an id. A refresh counts nothing anew.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from bookings.journey import Journey, Step
from bookings.services.counting import Event, count_passed, count_shown
from clinic.models import Location
from treatments.screening import Level, Outcome

PASSED = "-passed"


def count_page(
    request: HttpRequest, response: HttpResponse, journey: Journey, place: Location | None, now: datetime
) -> None:
    """One answer of one page of the journey: shown by a GET that renders, passed by a POST that leads further on."""
    page = _page(request)
    if page is None:
        return
    asked = (request.method, response.status_code)
    if asked == ("GET", 200):
        count_once(journey, page, place, now)
    elif asked == ("POST", 302) and isinstance(page, Step) and journey.is_past(page):
        count_left(journey, page)


def count_once(journey: Journey, what: str, place: Location | None, now: datetime) -> None:
    """Shown, the first time in this journey."""
    if what not in journey.counted:
        mark = count_shown(step=what, location=place, now=now)
        if mark:
            journey.counted[what] = mark


def count_left(journey: Journey, what: str) -> None:
    """Left forward, the first time in this journey, and counted where it was shown."""
    mark = journey.counted.get(what, "")
    if mark and f"{what}{PASSED}" not in journey.counted:
        count_passed(step=what, mark=mark)
        journey.counted[f"{what}{PASSED}"] = mark


def count_sent(journey: Journey, outcome: Outcome, place: Location, now: datetime) -> None:
    """The request is sent: the last page is left, and what the health answers led to is one more of its kind."""
    if f"{Step.CHECK}{PASSED}" in journey.counted:
        return
    count_left(journey, Step.CHECK)
    kind = Event.SENT_READ if outcome.level == Level.READ else Event.SENT_CLEAR
    count_shown(step=Event.SENT_RING if outcome.level == Level.RING else kind, location=place, now=now)
    if outcome.asks_by_phone:
        count_shown(step=Event.SENT_PHONE, location=place, now=now)


def _page(request: HttpRequest) -> Step | Event | None:
    match = request.resolver_match
    if match is None or match.url_name is None:
        return None
    name = f"{match.url_name}-{match.kwargs['page']}" if "page" in match.kwargs else match.url_name
    return next((each for each in (*Step, Event.WAIT) if each.value == name), None)
