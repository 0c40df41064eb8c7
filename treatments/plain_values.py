"""Reads our rows as plain values (text, numbers, lists), and hangs on a row what its value says. Decides nothing.

A value holds what the content files hold. A state is the value with what only staff set: published, checked, signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import models

from clinic.versions import Value, even
from treatments.models import Claim, Fact, Fee, Loaded, Page, Section, Source, Treatment

Loadable = Any  # one of our Loaded models: each has columns of its own


class Noun(NamedTuple):
    """How one kind of row is read as a plain value, and how what hangs on it is stored."""

    model: type[Loaded]
    key: Callable[[Loadable], str]
    value: Callable[[Loadable], Value]
    hang: Callable[[Loadable, Value], None]
    rows: Callable[[], models.QuerySet[Any]]
    standing: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return str(self.model._meta.model_name)

    def state(self, row: Loadable) -> Value:
        return {**_read(row, *self.standing), **self.value(row)}

    def stored(self, key: object) -> Loadable:
        """The row as it is in the database now. Raises DoesNotExist."""
        return self.rows().get(pk=key)


def digest(value: Value) -> str:
    """A short name for a value; line ends and outer space do not count, since a browser sends its own."""
    return hashlib.sha256(json.dumps(even(value), sort_keys=True).encode()).hexdigest()


def only(value: Value, names: Iterable[str]) -> Value:
    return {name: value[name] for name in names}


def _read(row: Loadable, *names: str) -> Value:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _source(row: Source) -> Value:
    return _read(row, "name", "kind", "address", "names_medicine", "read_on")


def _treatment(row: Treatment) -> Value:
    return _read(row, "name", "plain_name", "summary")


FACT_COLUMNS = (
    "text", "number", "unit", "question", "reason", "unverified", "certainty", "topic", "position",
)  # fmt: skip


def _fact(row: Fact) -> Value:
    claims = [{"source": claim.source_id, "says": claim.says} for claim in row.claims.all()]
    return _read(row, *FACT_COLUMNS) | {"claims": claims}


def _hang_claims(row: Fact, value: Value) -> None:
    row.claims.all().delete()
    claims = enumerate(value["claims"])
    Claim.objects.bulk_create(
        Claim(fact=row, source_id=claim["source"], says=claim["says"], position=n) for n, claim in claims
    )


def _fee(row: Fee) -> Value:
    amount = "" if row.amount is None else f"{row.amount:.2f}"
    return _read(row, "service", "country", "currency", "includes") | {"amount": amount}


def _page(row: Page) -> Value:
    return {
        **_read(row, "path", "title", "description", "lead", "kind", "position"),
        "treatment": row.treatment_id or "",
        "sources": sorted(source.pk for source in row.sources.all()),
        "sections": [_read(section, "key", "heading", "component", "body") for section in row.sections.all()],
    }


def _hang_sections(row: Page, value: Value) -> None:
    Page.objects.filter(pk=row.pk).update(treatment=value["treatment"] or None)
    row.sources.set(value["sources"])
    row.sections.all().delete()
    sections = enumerate(value["sections"])
    Section.objects.bulk_create(Section(page=row, position=n, **section) for n, section in sections)


def _nothing(row: Loadable, value: Value) -> None:
    """Nothing hangs on it."""


SOURCES = Noun(Source, lambda row: row.key, _source, _nothing, Source.objects.all)
TREATMENTS = Noun(Treatment, lambda row: row.slug, _treatment, _nothing, Treatment.objects.all)
FACTS = Noun(
    Fact,
    lambda row: row.key,
    _fact,
    _hang_claims,
    lambda: Fact.objects.prefetch_related("claims"),
    ("signed_by", "signed_on"),
)
FEES = Noun(
    Fee,
    lambda row: f"{row.service} {row.country} {row.currency}",
    _fee,
    _nothing,
    Fee.objects.all,
    ("confirmed_on",),
)
PAGES = Noun(
    Page,
    lambda row: row.slug,
    _page,
    _hang_sections,
    Page.objects.with_texts,
    ("published", "reviewed_by", "reviewed_on", "review_due_on"),
)
NOUNS = (SOURCES, TREATMENTS, FACTS, FEES, PAGES)  # in the order in which they lean on each other
