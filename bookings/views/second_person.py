"""A second person straight after: keeps how to reach who asked, for CONTACT_KEPT_MINUTES, and never a health answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bookings.journey import Journey
from bookings.views.keeping import keep

ENTRY = "contact"
CONTACT = ("phone", "email", "ring_when", "missed_call")


def keep_contact(request: HttpRequest, journey: Journey, now: datetime) -> None:
    """What is kept of a request that was just sent: who asked, and how to reach her."""
    given = journey.details
    request.session[ENTRY] = {
        **{name: given.get(name, "") for name in CONTACT},
        "asked_by": given.get("asked_by") or given["name"],
        "at": now.isoformat(),
        "journey": "",
    }


def kept_contact(request: HttpRequest, journey: Journey, now: datetime) -> dict[str, Any]:
    """For the journey that began with "Ask for another person", and no other; empty once it is too old."""
    kept = _live(request, now)
    if kept is None or not journey.key or kept["journey"] != journey.key:
        return {}
    return {name: kept[name] for name in (*CONTACT, "asked_by")}


def may_ask_for_another(request: HttpRequest, now: datetime) -> bool:
    return _live(request, now) is not None


@never_cache
@require_POST
def another(request: HttpRequest) -> HttpResponse:
    """A fresh journey, from the emergency notice on. Only how to reach who asks comes along."""
    now = timezone.now()
    kept = _live(request, now)
    if kept is not None:
        journey = Journey()
        keep(request, journey, now)
        request.session[ENTRY] = {**kept, "journey": journey.key}
    return redirect("bookings:start")


def _live(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    kept = request.session.get(ENTRY)
    if not isinstance(kept, dict):
        return None
    age = now - datetime.fromisoformat(kept["at"])
    if age > timedelta(minutes=settings.CONTACT_KEPT_MINUTES):
        del request.session[ENTRY]
        return None
    return kept
