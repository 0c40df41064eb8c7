"""What of our texts and prices only the clinic can settle: fees, checked pages, signed figures. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from clinic.models import Country
from clinic.readiness import Need
from treatments.models import Fact, Fee, Page

MEANWHILE = "“Ask us for the price.”"


def needs() -> Iterator[Need]:
    yield from _fees()
    unchecked = Page.objects.published().filter(kind=Page.Kind.CLINICAL, reviewed_on=None).count()
    yield Need(
        f"Clinical pages checked by a clinician ({unchecked} to go)"
        if unchecked
        else "Clinical pages checked",
        "People act on what they read here.",
        "Each says “Not yet checked by a clinician”.",
        not unchecked,
        "admin:treatments_page_changelist",
    )
    unsigned = Fact.objects.filter(signed_on=None).count()
    yield Need(
        f"Figures signed by a clinician ({unsigned} to go)" if unsigned else "Figures signed",
        "Each figure has somebody who stands by it.",
        "How we check says that nobody has signed them.",
        not unsigned,
        "admin:treatments_fact_changelist",
    )


def _fees() -> Iterator[Need]:
    """Each kind of service in each country, in the currency that people pay there."""
    rows = {(fee.service, fee.country, fee.currency): fee for fee in Fee.objects.all()}
    for country, currency in ((Country.GB, Fee.Currency.GBP), (Country.IE, Fee.Currency.EUR)):
        for service in Fee.Service:
            fee = rows.get((service, country, currency))
            yield Need(
                f"{Country(country).label}: price of {service.label.lower()}, {currency.label.lower()}",
                "The whole price has to be known before somebody decides.",
                MEANWHILE,
                fee is not None and fee.amount is not None and fee.confirmed_on is not None,
                *(
                    ("admin:treatments_fee_change", (fee.pk,))
                    if fee
                    else ("admin:treatments_fee_changelist", ())
                ),
            )
