"""Copies prices as they are shown to a patient at one clinic. Never works one out and never converts a currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clinic.models import Location
from treatments.fees import price_sentence
from treatments.models import Fee

SHOWN = (Fee.Service.SESSION, Fee.Service.CONSULTATION, Fee.Service.STOCKINGS, Fee.Service.SCAN)
MISSING = {
    Fee.Service.CONSULTATION: "We tell you the consultation fee, if there is one, before we confirm",
    Fee.Service.STOCKINGS: "We tell you the price before you agree",
    Fee.Service.SCAN: "We tell you the price before you agree",
}


def fees_as_shown(location: Location) -> list[dict[str, Any]]:
    """One row a service: its words as shown, and each amount (text) with its currency."""
    fees = list(Fee.objects.for_country(location.country))
    return [_row(service, fees, location.country) for service in SHOWN]


def tells_consultation_fee(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether these rows, as shown, name what a first consultation costs."""
    return any(row["service"] == Fee.Service.CONSULTATION and row["amounts"] for row in rows)


def _row(service: Fee.Service, fees: Sequence[Fee], country: str) -> dict[str, Any]:
    entered = [fee for fee in fees if fee.service == service and fee.amount is not None]
    if service == Fee.Service.SESSION:
        words = price_sentence(fees, country)
    else:
        words = ", or ".join(fee.amount_text for fee in entered) or MISSING[service]
    amounts = {fee.currency: str(fee.amount) for fee in entered}
    return {"service": service.value, "label": service.label, "words": words, "amounts": amounts}
