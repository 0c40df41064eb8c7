"""Brings the content files into the database without ever writing over what somebody edited there.

Each row keeps a digest of the file's value when it was last loaded. So we can tell a changed file (the row is
updated) from an edited row (it is kept) from both at once (it is kept, and listed for a person to settle).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from clinic import page_cache, signing, versions
from treatments import content_checks, content_files
from treatments.content_files import Entry
from treatments.facts import is_new_value, touch_pages_with
from treatments.models import Fact, Page
from treatments.plain_values import NOUNS, Loadable, Noun, digest
from treatments.reviewing import UNCHECKED, is_new_text, why_hidden


@dataclass
class Report:
    """What a load did, as "page aftercare". `kept` are edits made here, `held` pages that wait for their check,
    `problems` sentences that stopped it all.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
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
                _load_all(noun, list(content.of(noun.model).values()), report, now)
            if report.created or report.updated:
                page_cache.drop()
    return report


def write(noun: Noun, row: Loadable, value: versions.Value) -> None:
    """Store a plain value over a row, with what hangs on it. What was signed or checked and is new now, loses that."""
    columns = Entry(noun.model, noun.key(row), value, "").columns()
    if isinstance(row, Fact) and is_new_value(row, columns):
        columns |= {"signed_by": "", "signed_on": None}
    if isinstance(row, Page) and is_new_text(noun.value(row), value):
        columns |= UNCHECKED
    for column, here in columns.items():
        setattr(row, column, here)
    row.save()
    noun.hang(row, value)


def _load_all(noun: Noun, entries: list[Entry], report: Report, now: datetime) -> None:
    stored = {noun.key(row): row for row in noun.rows()}
    changed = []
    for entry in entries:
        row = stored.get(entry.key)
        if row is None:
            _create(noun, entry, report, now)
            changed.append(entry.key)
        elif _settle(noun, row, entry, report, now):
            changed.append(entry.key)
    if noun.model is Page:
        Page.objects.filter(pk__in=changed).update(changed_at=now)
    if noun.model is Fact:
        touch_pages_with(changed, now)
    if changed:
        states = {noun.key(row): noun.state(row) for row in noun.rows()}
        versions.keep_loaded(kind=noun.kind, values={key: states[key] for key in changed}, now=now)


def _settle(noun: Noun, row: Loadable, entry: Entry, report: Report, now: datetime) -> bool:
    """Decide between the row here and the file, by what each was when the row was last loaded. True: the row changed."""
    here, there, before = digest(noun.value(row)), digest(entry.value), row.loaded_digest
    if here == there:
        report.unchanged += 1
        if before != there:
            noun.rows().filter(pk=row.pk).update(loaded_digest=there)
    elif here == before:
        versions.keep_first(kind=noun.kind, key=entry.key, value=noun.state(row), now=now)
        row.loaded_digest = there
        write(noun, row, entry.value)
        report.updated.append(_named(noun, entry))
        return True
    else:
        (report.kept if there == before else report.conflicts).append(_named(noun, entry))
    return False


def _create(noun: Noun, entry: Entry, report: Report, now: datetime) -> None:
    row = noun.model(**entry.columns(), loaded_digest=digest(entry.value))
    if isinstance(row, Page) and why_hidden(row, on=signing.day_of(now)):
        row.published = False
        report.held.append(_named(noun, entry))
    row.save(force_insert=True)
    noun.hang(row, entry.value)
    report.created.append(_named(noun, entry))


def _named(noun: Noun, entry: Entry) -> str:
    return f"{noun.model._meta.verbose_name} {entry.key}"
