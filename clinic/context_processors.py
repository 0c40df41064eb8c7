"""What every page may show: the clinic's name and the phone numbers. One query, and only when a page asks."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic import readiness
from clinic.models import Country, Location, Organisation
from clinic.remembered import once_an_edition
from clinic.wording import phone_tel

log = logging.getLogger(__name__)
ORDER = [Country.GB, Country.IE]


def places(request: HttpRequest) -> list[Location]:
    """Every clinic, asked for once a request."""
    if not hasattr(request, "places"):
        request.places = list(Location.objects.all())  # type: ignore[attr-defined]
    return request.places  # type: ignore[attr-defined]


def organisations() -> dict[str, Organisation]:
    """Who answers for the clinics of a country, by its code, the United Kingdom first. Often nobody has said yet."""
    return once_an_edition("organisations", _read_organisations)


def _read_organisations() -> dict[str, Organisation]:
    return {row.country: row for row in Organisation.objects.order_by("country")}


def phones(locations: Iterable[Location]) -> list[dict[str, str]]:
    """One row a phone number, with the clinics it reaches in their order; the United Kingdom first."""
    reached: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for place in sorted(locations, key=lambda place: ORDER.index(Country(place.country))):
        reached[place.phone, place.phone_abroad, place.country].append(place.name)
    return [_line(", ".join(names), *number) for number, names in reached.items()]


def standing_phones() -> list[dict[str, str]]:
    """The numbers from the settings, for when the database is away or empty."""
    return [
        _line("Amersham, Maidenhead, London", settings.PHONE_UK, "", Country.GB),
        _line("Dublin", settings.PHONE_IE, "", Country.IE),
    ]


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site": {
            "name": settings.CLINIC_NAME,
            "demo": settings.DEMO,
            "phones": SimpleLazyObject(lambda: _phones(request)),
            "preparing": SimpleLazyObject(readiness.is_being_prepared),
            "organisations": SimpleLazyObject(lambda: _organisations(request)),
        }
    }


def _phones(request: HttpRequest) -> list[dict[str, str]]:
    try:
        return phones(places(request)) or standing_phones()
    except (DatabaseError, InterfaceError) as error:
        log.error("no phone numbers from the database: %s", type(error).__name__)
        request.may_be_kept = False  # type: ignore[attr-defined]  # a page that informs must not say this all day
        return standing_phones()


def _organisations(request: HttpRequest) -> dict[str, Organisation]:
    try:
        return organisations()
    except (DatabaseError, InterfaceError) as error:
        log.error("no organisations from the database: %s", type(error).__name__)
        request.may_be_kept = False  # type: ignore[attr-defined]  # a page that informs must not say this all day
        return {}


def _line(names: str, phone: str, abroad: str, country: str) -> dict[str, str]:
    tel = phone_tel(phone, country)
    return {"names": names, "phone": phone, "tel": tel, "abroad": abroad, "country": country}
