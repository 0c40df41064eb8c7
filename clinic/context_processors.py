"""What every page may show: the clinic's name and the phone numbers of each country. One query, and only when asked."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic.models import Location
from clinic.wording import list_words, phone_tel


def phones() -> list[dict[str, str]]:
    """One row a phone number, with the clinics it reaches, in the clinics' own order."""
    rows = sorted(Location.objects.all(), key=lambda place: (place.country, place.position))
    grouped = groupby(rows, key=lambda place: (place.phone, place.phone_abroad, place.country))
    return [
        {
            "names": list_words([place.name for place in places], last=""),
            "phone": phone,
            "tel": phone_tel(phone, country),
            "abroad": abroad,
            "country": country,
        }
        for (phone, abroad, country), places in grouped
    ]


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site": {
            "name": settings.CLINIC_NAME,
            "demo": settings.DEMO,
            "phones": SimpleLazyObject(phones),
            "reply_working_days": settings.REPLY_WORKING_DAYS,
        }
    }
