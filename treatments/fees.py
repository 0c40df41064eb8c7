"""How a price is said. Reads fees; never works one out, never rounds, never converts a currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from clinic.models import Country
from clinic.wording import money
from treatments.models import Fee

NOT_ENTERED = "Ask us for the price"
SHOWN_TOTALS = (1, 2, 4, 6, 8)  # sessions: the fewest, the usual course, the most that a large area can need


class Total(NamedTuple):
    """What some sessions cost together, in words."""

    sessions: int
    amount_text: str


def price_sentence(fees: Sequence[Fee], country: str = Country.GB) -> str:
    """The price of a session in one country: "£395 per session". Ireland names sterling; euro follows."""
    sterling, euro = (_session(fees, country, currency) for currency in (Fee.Currency.GBP, Fee.Currency.EUR))
    named = ", in pounds sterling" if country == Country.IE else ""
    said = []
    if sterling:
        said.append(f"{sterling.amount_text} per session{named}")
    if euro:
        said.append(f"{euro.amount_text} per session")
    return ", or ".join(said) or NOT_ENTERED


def totals(fees: Sequence[Fee]) -> list[Total]:
    """What 1, 2, 4, 6 and 8 sessions cost in the United Kingdom. Empty while the price is."""
    fee = _session(fees, Country.GB, Fee.Currency.GBP)
    if fee is None or fee.amount is None:
        return []
    return [Total(count, money(fee.amount * count, fee.currency)) for count in SHOWN_TOTALS]


def _session(fees: Sequence[Fee], country: str, currency: str) -> Fee | None:
    """The entered price of a session, if there is one."""
    wanted = (Fee.Service.SESSION, country, currency)
    found = (fee for fee in fees if (fee.service, fee.country, fee.currency) == wanted)
    return next((fee for fee in found if fee.amount is not None), None)
