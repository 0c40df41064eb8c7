"""`{% next_free_time %}` and `{% next_free_times location %}`: a gap on a kept page, and what is put there when asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from bookings.availability import Slot
from bookings.next_times import NAME, soonest
from bookings.views.time_lists import at_clinics, days_of
from clinic.filling import gap
from clinic.fleeting import fleeting
from clinic.models import Location
from clinic.wording import clock_at, day, moment

register = template.Library()
ANY = "any"


@register.simple_tag
def next_free_time() -> SafeString:
    """The first free time at any clinic, and the way to the times of each."""
    return gap(NAME, ANY)


@register.simple_tag
def next_free_times(location: Location) -> SafeString:
    """The next three at this clinic."""
    return gap(NAME, location.slug)


def fill(*, key: str, edition: str, now: datetime) -> str:
    """The HTML for a gap with this key; empty where it cannot be had. `edition` is that of the page."""
    texts = fleeting(NAME, edition=edition, now=now, work_out=_work_out)
    return (texts or {}).get(key, "")


def _work_out(now: datetime) -> dict[str, str]:
    """What every gap shows, by its key."""
    locations = list(Location.objects.all())
    if not locations:
        return {}
    found = soonest(locations, now)
    at_each = {place.slug: _at(place, found[place.pk]) for place in locations}
    first = min(
        (slot for slots in found.values() for slot in slots), key=lambda slot: slot.starts, default=None
    )
    return {**at_each, ANY: _first(first, locations)}


def _first(slot: Slot | None, locations: list[Location]) -> str:
    context: dict[str, Any] = {"places": locations}
    if slot is not None:
        place = next(each for each in locations if each.pk == slot.location)
        context |= {
            "when": moment(slot.starts, place.time_zone),
            "where": place.name,
            "url": _address(slot, place),
        }
    return render_to_string("bookings/next_time.html", context)


def _at(place: Location, slots: list[Slot]) -> str:
    days = [
        {
            "heading": day(on),
            "times": [
                {
                    "label": clock_at(slot.starts, place.time_zone, minutes=True),
                    "hidden": f", {day(on)}, {place.name}",
                    "url": _address(slot, place),
                }
                for slot in those
            ],
        }
        for on, those in days_of(at_clinics(slots, {place.pk: place})).items()
    ]
    return render_to_string("bookings/next_times.html", {"place": place, "days": days})


def _address(slot: Slot, place: Location) -> str:
    """The start page with this clinic and this time, as it reads them."""
    chosen = urlencode({"clinic": place.slug, "at": f"{slot.starts:%Y-%m-%dT%H:%MZ}"}, safe=":")
    return f"{reverse('bookings:start')}?{chosen}"
