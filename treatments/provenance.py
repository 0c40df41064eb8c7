"""Lays out our figures for the page that shows where each comes from. Sources go by their kind: no competitor is named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from treatments.models import Claim, Fact, Source

# How one source of a kind is called, and a second one of the same kind beside it.
KINDS = {
    Source.Kind.LICENCE: ("The licence text", "Another licence text"),
    Source.Kind.GUIDELINE: ("A guideline", "Another guideline"),
    Source.Kind.STUDY: ("A study", "Another study"),
    Source.Kind.HOSPITAL: ("A hospital page", "Another hospital page"),
    Source.Kind.BODY: ("A health body", "Another health body"),
    Source.Kind.OWN: ("Our clinics’ own earlier page", "Our clinics’ own earlier page"),
    Source.Kind.CLINIC: ("A clinic page", "Another clinic page"),
    Source.Kind.SITE: ("A health website", "Another health website"),
}
# Kinds that sell nothing: these are named and linked, so that a reader can look for himself.
NAMED = (Source.Kind.LICENCE, Source.Kind.GUIDELINE, Source.Kind.STUDY, Source.Kind.BODY)
OTHER = "Other figures"
_BARE = re.compile(r"[\d,]+(?: (?:to|or) [\d,]+)?")  # a number that says nothing without its unit


class Said(NamedTuple):
    """What one source says. `name` and `address` are empty for a source that goes by its kind alone."""

    who: str
    name: str
    address: str
    says: str


class Figure(NamedTuple):
    """One fact as a row. `sure` is how sure we are, in words; `certainty` its code, for the mark beside them."""

    key: str
    question: str
    text: str
    value: str
    certainty: str
    sure: str
    reason: str
    unverified: str
    signed_by: str
    signed_on: date | None
    said: tuple[Said, ...]

    @property
    def is_sentence(self) -> bool:
        return self.text.endswith(".")


class Group(NamedTuple):
    """The figures of one topic."""

    key: str
    title: str
    figures: tuple[Figure, ...]


def grouped(facts: Iterable[Fact]) -> list[Group]:
    """Every fact under its topic, in the order in which somebody asks. Facts without a topic come last."""
    rows = sorted(facts, key=lambda fact: (fact.position, fact.key))
    topics = [*Fact.Topic.choices, ("", OTHER)]
    groups = [
        Group(
            f"about-{key or 'other'}",
            str(title),
            tuple(map(_figure, (row for row in rows if row.topic == key))),
        )
        for key, title in topics
    ]
    return [group for group in groups if group.figures]


def _figure(fact: Fact) -> Figure:
    return Figure(
        key=fact.key,
        question=fact.question or fact.text,
        text=with_unit(fact),
        value=fact.text if fact.number is None else str(fact.number),
        certainty=fact.certainty,
        sure=fact.get_certainty_display(),
        reason=fact.reason,
        unverified=fact.unverified,
        signed_by=fact.signed_by,
        signed_on=fact.signed_on,
        said=_said(fact.claims.all()),
    )


def with_unit(fact: Fact) -> str:
    """The value as it can stand alone: "2 to 6 sessions", where a page has the unit in its sentence."""
    return f"{fact.text} {fact.unit}" if fact.unit and _BARE.fullmatch(fact.text) else fact.text


def _said(claims: Iterable[Claim]) -> tuple[Said, ...]:
    seen: set[str] = set()
    said = []
    for claim in claims:
        source = claim.source
        kind = Source.Kind(source.kind)
        first, further = KINDS[kind]
        named = kind in NAMED and not source.names_medicine
        name, address = (source.name, source.address) if named else ("", "")
        said.append(Said(further if kind in seen else first, name, address, claim.says))
        seen.add(kind)
    return tuple(said)
