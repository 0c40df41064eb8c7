"""The figures that pages print and rules read: all at once, and the change of one. Holds no figure itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from treatments.fees import price_sentence
from treatments.models import Fact, Fee
from treatments.publishing import Figures, Value

log = logging.getLogger(__name__)
MEANING = ("text", "number", "unit")  # what a clinician signs: a change here takes the signature away


def figures(fees: Iterable[Fee] | None = None) -> Figures:
    """Every fact and the price sentence, for printing. Two queries; one when the caller has the fees."""
    rows = Fact.objects.values_list("key", "text", "number")
    facts = {key: Value(text, number) for key, text, number in rows}
    return Figures(facts, price_sentence(list(Fee.objects.all() if fees is None else fees)))


def change_fact(
    *,
    key: str,
    text: str,
    number: int | None,
    unit: str,
    reason: str,
    certainty: str,
    signed_by: str = "",
    signed_on: date | None = None,
    by: Any,
) -> Fact:
    """Change one fact and return it. A new value loses its signature, even one given with it.

    Not durable, because the admin calls it inside a transaction of its own. Raises Fact.DoesNotExist.
    """
    wanted = {"text": text, "number": number, "unit": unit, "reason": reason, "certainty": certainty}
    with transaction.atomic():
        fact = Fact.objects.select_for_update().get(key=key)
        if is_new_value(fact, wanted):
            signed_by, signed_on = "", None
        put(fact, {**wanted, "signed_by": signed_by, "signed_on": signed_on})
    log.info("fact %s changed by %s", key, getattr(by, "pk", by))
    return fact


def is_new_value(fact: Fact, wanted: dict[str, Any]) -> bool:
    """Whether `wanted` says something else than what was signed."""
    return any(getattr(fact, name) != wanted[name] for name in MEANING)


def put(row: Any, wanted: dict[str, Any]) -> None:
    """Save those columns of a row that differ."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
