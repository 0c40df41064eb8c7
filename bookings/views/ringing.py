"""The other door: ask us to ring you. No health question, and it works when the diary is empty."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings import services
from bookings.forms import RingMeForm
from bookings.services.calling import RingMe
from bookings.services.counting import Event, count_passed, count_shown, mark_of
from bookings.services.errors import BookingError, DiaryBusy
from bookings.views.busy import press_again
from clinic.callers import caller_of
from clinic.context_processors import places
from clinic.models import Location
from clinic.wording import clock_at, day

FOR_NURSE = "ring_me_for_nurse"
SENT = "ring_me_sent"


@never_cache
@press_again
def ring_me(request: HttpRequest) -> HttpResponse:
    """Name, phone, clinic or country, when, and whether we may leave a message."""
    locations = places(request)
    if "clinic" in request.GET:
        request.session.pop(FOR_NURSE, None)  # somebody who came by another link
    wanted = request.session.get(FOR_NURSE) or request.GET.get("clinic", "")
    posted = request.POST if request.method == "POST" else None
    if request.method == "GET":
        count_shown(step=Event.RING_ME, location=_named(wanted, locations), now=timezone.now())
    first = {"place": wanted, "form": uuid4().hex}
    form = RingMeForm(posted, locations=locations, initial=first, now=timezone.now())
    if form.is_bound and form.is_valid():
        try:
            return _ask(request, form, locations)
        except DiaryBusy:
            raise
        except BookingError as refusal:
            messages.warning(request, refusal.sentence)
    return render(request, "bookings/ring_me.html", {"form": form}, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: RingMeForm, locations: list[Location]) -> HttpResponse:
    given = form.cleaned_data
    place = _named(given["place"], locations)
    lead = place or next(each for each in locations if each.country == given["place"])
    now = timezone.now()
    who = RingMe(given["name"], given["phone"], given["ring_when"], given["leave_message"])
    said = _mark({**given, "form": "", "nurse": FOR_NURSE in request.session})
    if request.session.get(SENT, {}).get("said") == said:  # asked for anew in the same words: we ring already
        return redirect("bookings:ring_me_sent")
    task = services.ring_me(
        who=who,
        location=place,
        country=lead.country,
        for_clinician=FOR_NURSE in request.session,
        key=_mark(given),
        caller=caller_of(request),
        suspected=form.suspected,
        now=now,
    )
    at = task.due_at
    by = f"{clock_at(at, lead.time_zone)} on {day(at.astimezone(lead.zone))}"
    request.session[SENT] = {"said": said, "by": by, "nurse": task.for_clinician}
    request.session.pop(FOR_NURSE, None)
    count_passed(step=Event.RING_ME, mark=mark_of(location=place, now=now))
    return redirect("bookings:ring_me_sent")


def _named(slug: str, locations: list[Location]) -> Location | None:
    return next((each for each in locations if each.slug == slug), None)


def _mark(said: dict[str, Any]) -> str:
    """One form with the same words is one call; a word corrected is another. Keeps nothing of what was said."""
    return signing.Signer(salt="bookings.ring-me").signature(json.dumps(said, sort_keys=True))


@never_cache
def ring_me_sent(request: HttpRequest) -> HttpResponse:
    asked = request.session.get(SENT)
    if not asked:
        return redirect("bookings:ring_me")
    return render(request, "bookings/ring_me_sent.html", {"by": asked["by"], "nurse": asked["nurse"]})
