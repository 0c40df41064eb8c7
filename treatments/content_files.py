"""Reads the files under `treatments/content/` into plain values, and says which file and place is not readable.

Never touches the database and judges no text: `content_checks` does that, and `loading` stores what has passed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from treatments.models import Fact, Fee, Loaded, Page, Section, Source, Treatment

FOLDER = Path(__file__).resolve().parent / "content"
FENCE = "+++"
REQUIRED = object()
Spec = dict[str, tuple[Any, Any]]  # of each field: its type, and what stands for it when it is missing

SOURCE: Spec = {
    "name": (str, REQUIRED),
    "kind": (str, REQUIRED),
    "address": (str, ""),
    "read_on": (date, REQUIRED),
    "names_medicine": (bool, False),
}
TREATMENT: Spec = {"name": (str, REQUIRED), "plain_name": (str, REQUIRED), "summary": (str, "")}
FACT: Spec = {
    "text": (str, REQUIRED),
    "number": ((int, type(None)), None),
    "unit": (str, ""),
    "question": (str, ""),
    "reason": (str, REQUIRED),
    "unverified": (str, ""),
    "certainty": (str, REQUIRED),
    "topic": (str, ""),
    "order": (int, 0),
    "claims": (list, []),
}
CLAIM: Spec = {"source": (str, REQUIRED), "says": (str, REQUIRED)}
FEE: Spec = {
    "service": (str, REQUIRED),
    "country": (str, REQUIRED),
    "currency": (str, REQUIRED),
    "amount": (str, ""),
    "includes": (str, ""),
}
PAGE: Spec = {
    "path": (str, REQUIRED),
    "title": (str, REQUIRED),
    "description": (str, REQUIRED),
    "lead": (str, ""),
    "kind": (str, REQUIRED),
    "treatment": (str, ""),
    "sources": (list, []),
    "order": (int, 0),
}
_HEADING = re.compile(r"##\s+(?P<heading>.+?)\s+\{#(?P<key>[a-z0-9-]+)(?:\s+(?P<component>[a-z-]+))?\}\s*")
_HEADING_START = re.compile(r"##?(\s|$)")


@dataclass(frozen=True)
class Entry:
    """One thing a file describes. `value` is plain (text, numbers, lists), so that it can be compared."""

    model: type[Loaded]
    key: str
    value: dict[str, Any]
    where: str

    def columns(self) -> dict[str, Any]:
        """The value as columns of its own table, without lists and links."""
        plain = {name: value for name, value in self.value.items() if not isinstance(value, list)}
        if self.model is Page:
            return {**plain, "slug": self.key, "treatment": None}
        if self.model is Fee:
            return {**plain, "amount": plain["amount"] or None}
        return {**plain, "slug" if self.model is Treatment else "key": self.key}


@dataclass
class Content:
    """Everything the files say, in the order in which it has to be stored, and what is wrong with it."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def of(self, model: type[Loaded]) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries if entry.model is model}

    def wrong(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")


def read(folder: Path = FOLDER) -> Content:
    """All files of a folder, with every problem found on the way."""
    content = Content()
    _read_tables(content, folder, "sources.toml", Source, SOURCE)
    _read_tables(content, folder, "treatments.toml", Treatment, TREATMENT)
    _read_tables(content, folder, "facts.toml", Fact, FACT)
    _read_fees(content, folder)
    pages = sorted((folder / "pages").glob("*.md"))
    if not pages:
        content.wrong("pages", "there is no page file in this folder.")
    for path in pages:
        _read_page(content, path)
    return content


def _read_tables(content: Content, folder: Path, name: str, model: type[Loaded], spec: Spec) -> None:
    for key, table in _toml(content, name, _text(content, folder, name)).items():
        where = f"{name}, [{key}]"
        value = _fields(content, where, table, spec)
        if value is None:
            continue
        if "claims" in value:
            found = (_fields(content, f"{where}, a claim", claim, CLAIM) for claim in value["claims"])
            value["claims"] = [claim for claim in found if claim]
            value["position"] = value.pop("order")
        content.entries.append(Entry(model, key, value, where))


def _read_fees(content: Content, folder: Path) -> None:
    tables = _toml(content, "fees.toml", _text(content, folder, "fees.toml")).get("fee", [])
    for number, table in enumerate(tables, 1):
        where = f"fees.toml, fee {number}"
        value = _fields(content, where, table, FEE)
        if value is None:
            continue
        key = " ".join((value["service"], value["country"], value["currency"]))
        if key in content.of(Fee):
            content.wrong(where, f"“{key}” has an entry already.")
        content.entries.append(Entry(Fee, key, value, where))


def _read_page(content: Content, path: Path) -> None:
    name = f"pages/{path.name}"
    lines = _text(content, path.parent, path.name).splitlines()
    fences = [number for number, line in enumerate(lines) if line.strip() == FENCE]
    if len(fences) < 2 or fences[0] != 0:
        content.wrong(name, f"it has to begin with its settings, between two lines of {FENCE}.")
        return
    where = f"{name}, settings"
    table = _toml(content, where, "\n".join(lines[1 : fences[1]]))
    value = _fields(content, where, table, PAGE)
    if value is not None:
        value["position"] = value.pop("order")
        value["sources"] = sorted(map(str, value["sources"]))
        value["sections"] = list(_sections(content, name, lines, fences[1] + 1))
        content.entries.append(Entry(Page, path.stem, value, name))


def _sections(content: Content, name: str, lines: list[str], first: int) -> Iterator[dict[str, str]]:
    starts = [number for number in range(first, len(lines)) if _HEADING_START.match(lines[number])]
    before = range(first, starts[0] if starts else len(lines))
    for number in (number for number in before if lines[number].strip()):
        content.wrong(f"{name}, line {number + 1}", "text has to stand under a “## Heading {#key}”.")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        found = _HEADING.fullmatch(lines[start])
        if found is None:
            content.wrong(f"{name}, line {start + 1}", "a heading looks like “## Heading {#key component}”.")
            continue
        component = found["component"] or Section.Component.TEXT.value
        body = "\n".join(lines[start + 1 : end]).strip()
        yield {"key": found["key"], "heading": found["heading"], "component": component, "body": body}


def _fields(content: Content, where: str, table: Any, spec: Spec) -> dict[str, Any] | None:
    """The table's fields in full, dates as text; None when a field is unknown, missing or of another type."""
    if not isinstance(table, dict):
        content.wrong(where, "this is not a table of fields.")
        return None
    wrong = [f"there is no field “{name}” here." for name in table if name not in spec]
    value: dict[str, Any] = {}
    for name, (kind, default) in spec.items():
        given = table.get(name, default)
        if given is REQUIRED:
            wrong.append(f"the field “{name}” is missing.")
        elif not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
            wrong.append(f"the field “{name}” is not of the right type.")
        value[name] = given.isoformat() if isinstance(given, date) else given
    for what in wrong:
        content.wrong(where, what)
    return None if wrong else value


def _toml(content: Content, where: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        content.wrong(where, f"{error}.")
        return {}


def _text(content: Content, folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        content.wrong(name, f"it cannot be read ({type(error).__name__}).")
        return ""
