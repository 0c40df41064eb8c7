"""Says in lines for people how two states of a content row differ, field by field. Pure: no Django, no database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from clinic.wording import calendar_day

AROUND = 2  # unchanged lines shown beside a change
ALIKE = 0.4  # from here on two lines are one line that was edited, and its changed words are marked
IDENTITY = ("key", "source")  # what names an entry of a list: a section's key, a claim's source
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ONE_OF = {"sections": "section", "claims": "claim of"}


class Part(NamedTuple):
    """Some letters of a line, and whether they are what differs."""

    text: str
    changed: bool


class Line(NamedTuple):
    """One line of a comparison. The mark is "same", "gone", "new", or "gap" for lines left out."""

    mark: str
    parts: tuple[Part, ...]


class Difference(NamedTuple):
    """One field that differs, in its name for people and its lines."""

    name: str
    lines: tuple[Line, ...]


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """Every field in which two plain values differ, in the order of the new one.

    >>> differences({"text": "2 weeks", "unit": "days"}, {"text": "3 weeks", "unit": "days"})[0].name
    'text'
    """
    before, after = dict(_flat(old)), dict(_flat(new))
    names = [*after, *(name for name in before if name not in after)]
    changed = [name for name in names if before.get(name, "") != after.get(name, "")]
    return [Difference(name, tuple(_lines(before.get(name, ""), after.get(name, "")))) for name in changed]


# --- From a value to named texts ---


def _flat(value: dict[str, Any], over: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a value with its name for people: section “in-short”, body."""
    for name, inner in value.items():
        said = f"{over}{name.replace('_', ' ')}"
        if isinstance(inner, list):
            yield said, "\n".join(map(_entry, inner))
            yield from _entries(name, inner)
        else:
            yield said, _said(inner)


def _entries(name: str, entries: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The fields of each entry that has a name of its own; a second entry of that name is numbered."""
    seen: dict[str, int] = {}
    for entry in entries:
        own = _identity(entry)
        if own:
            label = _entry(entry)
            seen[label] = seen.get(label, 0) + 1
            again = f" ({seen[label]})" if seen[label] > 1 else ""
            rest = {field: inner for field, inner in entry.items() if field != own}
            yield from _flat(rest, f"{ONE_OF.get(name, name)} “{label}”{again}, ")


def _entry(entry: Any) -> str:
    own = _identity(entry)
    if own:
        return str(entry[own])
    return ", ".join(map(_said, entry.values())) if isinstance(entry, dict) else _said(entry)


def _identity(entry: Any) -> str:
    return next((name for name in IDENTITY if isinstance(entry, dict) and name in entry), "")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    try:
        return calendar_day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
    except ValueError:
        return text  # it only looks like a day


# --- From two texts to lines ---


def _lines(old: str, new: str) -> Iterator[Line]:
    before, after = old.splitlines(), new.splitlines()
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number:
            yield Line("gap", ())
        for what, i1, i2, j1, j2 in group:
            if what == "equal":
                yield from (_whole("same", line) for line in before[i1:i2])
            else:
                yield from _replaced(before[i1:i2], after[j1:j2])


def _replaced(gone: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Edited lines in pairs, old above new; then what was only taken away or only added."""
    for before, after in zip(gone, new, strict=False):
        yield from _pair(before, after)
    yield from (_whole("gone", line) for line in gone[len(new) :])
    yield from (_whole("new", line) for line in new[len(gone) :])


def _pair(before: str, after: str) -> tuple[Line, Line]:
    old, new = (re.findall(r"\s+|\S+", line) for line in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole("gone", before), _whole("new", after)
    gone: list[Part] = []
    come: list[Part] = []
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        changed = what != "equal"
        gone += [Part("".join(old[i1:i2]), changed)] * (i2 > i1)
        come += [Part("".join(new[j1:j2]), changed)] * (j2 > j1)
    return Line("gone", tuple(gone)), Line("new", tuple(come))


def _whole(mark: str, line: str) -> Line:
    return Line(mark, (Part(line, False),))
