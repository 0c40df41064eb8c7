"""The figures that pages print and rules read: all at once, the change of one, and its signature. Holds no figure itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from clinic import page_cache, signing, versions
from clinic.models import Version
from treatments.fees import price_sentence
from treatments.models import Fact, Fee, Page
from treatments.plain_values import FACTS, digest
from treatments.publishing import Figures, Value

log = logging.getLogger(__name__)
MEANING = ("text", "number", "unit")  # what a clinician signs: a change here takes the signature away
CHANGEABLE = (*MEANING, "question", "reason", "unverified", "certainty", "topic", "position")


class HasChanged(Exception):
    """Somebody wants to sign what does not stand there any more."""

    def __init__(self) -> None:
        super().__init__(
            "This has changed since you opened it. Read it again before you say that you checked it."
        )


def figures(fees: Iterable[Fee] | None = None) -> Figures:
    """Every fact and the price sentence, for printing. Two queries; one when the caller has the fees."""
    rows = Fact.objects.values_list("key", "text", "number", "question")
    facts = {key: Value(text, number, question) for key, text, number, question in rows}
    return Figures(facts, price_sentence(list(Fee.objects.all() if fees is None else fees)))


def number(key: str) -> int:
    """The whole number that a rule goes by, in the fact's own unit. Raises LookupError where none is entered."""
    found = Fact.objects.filter(key=key).values_list("number", flat=True).first()
    if found is None:
        raise LookupError(f"The fact {key} has no number, and a rule needs it.")
    return int(found)


def change_fact(*, key: str, changes: Mapping[str, Any], by: AbstractBaseUser | None, now: datetime) -> Fact:
    """Change columns of one fact (CHANGEABLE) and return it. A new value loses its signature.

    Not durable, because the admin calls it inside a transaction of its own. Raises Fact.DoesNotExist, KeyError.
    """
    if unknown := set(changes) - set(CHANGEABLE):
        raise KeyError(f"a change cannot set {sorted(unknown)}")
    with transaction.atomic():
        fact = _locked(key, now)
        wanted = dict(changes)
        if is_new_value(fact, wanted):
            wanted |= {"signed_by": "", "signed_on": None}
            touch_pages_with([key], now)
        put(fact, wanted)
        _keep(fact, by, now)
    log.info("fact %s changed by %s", key, getattr(by, "pk", None))
    return fact


def sign_fact(*, key: str, seen: str, by: AbstractBaseUser, now: datetime) -> Fact:
    """A clinician has checked the value of a fact; `seen` is what `meaning_of` gave when it was shown.

    Raises signing.MayNotSign, HasChanged, Fact.DoesNotExist.
    """
    with transaction.atomic(durable=True):
        fact = _locked(key, now)
        if seen != meaning_of(fact):
            raise HasChanged
        put(fact, {"signed_by": signing.signature(by), "signed_on": signing.day_of(now)})
        _keep(fact, by, now)
    log.info("fact %s signed by %s", key, by.pk)
    return fact


def is_new_value(fact: Fact, wanted: Mapping[str, Any]) -> bool:
    """Whether `wanted` says something else than what was signed."""
    return any(name in wanted and getattr(fact, name) != wanted[name] for name in MEANING)


def meaning_of(fact: Fact) -> str:
    """A short name for what a signature under this fact would stand for."""
    return digest({name: getattr(fact, name) for name in MEANING})


def touch_pages_with(keys: Iterable[str], now: datetime) -> None:
    """The pages that print one of these facts say something else from now on."""
    cited = [Q(sections__body__contains=f"[[fact:{key}]]") for key in keys]
    if cited:
        printing = Page.objects.filter(reduce(or_, cited)).values("pk")
        Page.objects.filter(pk__in=printing).update(changed_at=now)


def put(row: Any, wanted: Mapping[str, Any]) -> None:
    """Save those columns of a row that differ."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)


def _locked(key: str, now: datetime) -> Fact:
    fact: Fact = FACTS.rows().select_for_update().get(key=key)
    versions.keep_first(kind=FACTS.kind, key=key, value=FACTS.state(fact), now=now)
    return fact


def _keep(fact: Fact, by: AbstractBaseUser | None, now: datetime) -> None:
    origin = Version.Origin.ADMIN
    versions.keep(kind=FACTS.kind, key=fact.key, value=FACTS.state(fact), origin=origin, by=by, now=now)
    page_cache.drop()
