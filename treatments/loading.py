"""Brings the content files into the database without ever writing over what somebody edited there.

Each row keeps a digest of the file's value when it was last loaded. So we can tell a changed file (the row is
updated) from an edited row (it is kept) from both at once (it is kept, and listed for a person to settle).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import models, transaction

from treatments import content_checks, content_files
from treatments.content_files import Entry
from treatments.facts import is_new_value
from treatments.models import Claim, Fact, Fee, Loaded, Page, Section, Source, Treatment

Loadable = Any  # one of our Loaded models: each has columns of its own


@dataclass
class Report:
    """What a load did, as "page aftercare"; `kept` are edits made here, `problems` sentences that stopped it all."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unchanged: int = 0


def load(*, now: datetime, folder: Path = content_files.FOLDER) -> Report:
    """Store what the files of `folder` say, all of it or, with a single problem, nothing. Pages change at `now`."""
    content = content_files.read(folder)
    if not content.problems:
        content_checks.check(content)
    report = Report(problems=content.problems)
    if not report.problems:
        with transaction.atomic(durable=True):
            for noun in NOUNS:
                _load_all(noun, list(content.of(noun.model).values()), report)
            touched = [name.removeprefix("page ") for name in (*report.created, *report.updated)]
            Page.objects.filter(pk__in=touched).update(changed_at=now)
    return report


class Noun(NamedTuple):
    """How one kind of row is read as a plain value, and how what hangs on it is stored."""

    model: type[Loaded]
    key: Callable[[Loadable], str]
    value: Callable[[Loadable], dict[str, Any]]
    hang: Callable[[Loadable, dict[str, Any]], None]
    rows: Callable[[], models.QuerySet[Any]]


def _load_all(noun: Noun, entries: list[Entry], report: Report) -> None:
    stored = {noun.key(row): row for row in noun.rows()}
    for entry in entries:
        name = f"{noun.model._meta.verbose_name} {entry.key}"
        row = stored.get(entry.key)
        if row is None:
            _create(noun, entry)
            report.created.append(name)
        else:
            _settle(noun, row, entry, name, report)


def _settle(noun: Noun, row: Loadable, entry: Entry, name: str, report: Report) -> None:
    """Decide between the row here and the file, by what each was when the row was last loaded."""
    here, there, before = digest(noun.value(row)), digest(entry.value), row.loaded_digest
    if here == there:
        report.unchanged += 1
        if before != there:
            noun.rows().filter(pk=row.pk).update(loaded_digest=there)
    elif here == before:
        _update(noun, row, entry)
        report.updated.append(name)
    elif there == before:
        report.kept.append(name)
    else:
        report.conflicts.append(name)


def _create(noun: Noun, entry: Entry) -> None:
    row = noun.model(**entry.columns(), loaded_digest=digest(entry.value))
    row.save(force_insert=True)
    noun.hang(row, entry.value)


def _update(noun: Noun, row: Loadable, entry: Entry) -> None:
    columns = entry.columns()
    if isinstance(row, Fact) and is_new_value(row, columns):
        row.signed_by, row.signed_on = "", None
    for column, value in columns.items():
        setattr(row, column, value)
    row.loaded_digest = digest(entry.value)
    row.save()
    noun.hang(row, entry.value)


def digest(value: dict[str, Any]) -> str:
    """A short name for a value; line ends and outer space do not count, since a browser sends its own."""
    return hashlib.sha256(json.dumps(_even(value), sort_keys=True).encode()).hexdigest()


def _even(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _even(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_even(inner) for inner in value]
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


# --- The nouns, in the order in which they lean on each other ---


def _read(row: Loadable, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _source(row: Source) -> dict[str, Any]:
    return _read(row, "name", "kind", "address", "names_medicine") | {"read_on": row.read_on.isoformat()}


def _treatment(row: Treatment) -> dict[str, Any]:
    return _read(row, "name", "plain_name", "summary")


FACT_COLUMNS = (
    "text", "number", "unit", "question", "reason", "unverified", "certainty", "topic", "position",
)  # fmt: skip


def _fact(row: Fact) -> dict[str, Any]:
    claims = [{"source": claim.source_id, "says": claim.says} for claim in row.claims.all()]
    return _read(row, *FACT_COLUMNS) | {"claims": claims}


def _hang_claims(row: Fact, value: dict[str, Any]) -> None:
    row.claims.all().delete()
    claims = enumerate(value["claims"])
    Claim.objects.bulk_create(
        Claim(fact=row, source_id=claim["source"], says=claim["says"], position=n) for n, claim in claims
    )


def _fee(row: Fee) -> dict[str, Any]:
    amount = "" if row.amount is None else f"{row.amount:.2f}"
    return _read(row, "service", "country", "currency", "includes") | {"amount": amount}


def _page(row: Page) -> dict[str, Any]:
    return {
        **_read(row, "path", "title", "description", "lead", "kind", "position"),
        "treatment": row.treatment_id or "",
        "sources": sorted(source.pk for source in row.sources.all()),
        "sections": [_read(section, "key", "heading", "component", "body") for section in row.sections.all()],
    }


def _hang_sections(row: Page, value: dict[str, Any]) -> None:
    Page.objects.filter(pk=row.pk).update(treatment=value["treatment"] or None)
    row.sources.set(value["sources"])
    row.sections.all().delete()
    sections = enumerate(value["sections"])
    Section.objects.bulk_create(Section(page=row, position=n, **section) for n, section in sections)


def _nothing(row: Loadable, value: dict[str, Any]) -> None:
    """Nothing hangs on it."""


NOUNS = (
    Noun(Source, lambda row: row.key, _source, _nothing, Source.objects.all),
    Noun(Treatment, lambda row: row.slug, _treatment, _nothing, Treatment.objects.all),
    Noun(Fact, lambda row: row.key, _fact, _hang_claims, lambda: Fact.objects.prefetch_related("claims")),
    Noun(Fee, lambda row: f"{row.service} {row.country} {row.currency}", _fee, _nothing, Fee.objects.all),
    Noun(Page, lambda row: row.slug, _page, _hang_sections, Page.objects.with_texts),
)
