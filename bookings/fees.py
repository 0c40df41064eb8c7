"""Copies prices as they are shown to a patient at one clinic. Never works one out and never converts a currency."""

from __future__ import annotations

from typing import Any

from clinic.models import Country, Location
from clinic.wording import money
from treatments.models import Fee

SHOWN = (Fee.Service.SESSION, Fee.Service.CONSULTATION, Fee.Service.STOCKINGS, Fee.Service.SCAN)
MISSING = {
    Fee.Service.CONSULTATION: "We tell you the consultation fee, if there is one, before we confirm",
    Fee.Service.STOCKINGS: "We tell you the price before you agree",
    Fee.Service.SCAN: "We tell you the price before you agree",
}


def fees_as_shown(location: Location) -> list[dict[str, Any]]:
    """One row a service: what it is, what it costs in words, and the amount (text, may be empty) with its currency."""
    fees = {(fee.service, fee.currency): fee for fee in Fee.objects.for_country(location.country)}
    return [_row(service, fees, location.country) for service in SHOWN]


def _row(service: Fee.Service, fees: dict[tuple[str, str], Fee], country: str) -> dict[str, Any]:
    sterling, euro = fees.get((service, Fee.Currency.GBP)), fees.get((service, Fee.Currency.EUR))
    fee = sterling if sterling and sterling.amount is not None else euro
    return {
        "service": service.value,
        "label": service.label,
        "words": _words(service, sterling, euro, country),
        "amount": str(fee.amount) if fee and fee.amount is not None else "",
        "currency": fee.currency if fee and fee.amount is not None else "",
    }


def _words(service: Fee.Service, sterling: Fee | None, euro: Fee | None, country: str) -> str:
    unit = " per session" if service == Fee.Service.SESSION else ""
    prices = [
        f"{money(fee.amount, fee.currency)}{unit}"
        for fee in (sterling, euro)
        if fee and fee.amount is not None
    ]
    if not prices:
        return MISSING.get(service, "Ask us for the price")
    if country == Country.IE and sterling and sterling.amount is not None:
        prices[0] += ", in pounds sterling"
    return ", or ".join(prices)
