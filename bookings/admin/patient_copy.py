"""The copy of everything we hold about one person: for a program, and to read on paper. It reads nothing itself."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from clinic.wording import calendar_day, clock_at, reference

LONG = ("events", "answers", "messages", "who_looked")  # many short rows: a line each
HEADINGS = {"events": "What happened", "who_looked": "Who looked at it"}
REFERENCES = ("reference", "appointment")

Held = dict[str, Any]
Row = dict[str, Any]


class Table(NamedTuple):
    """One heading: lines under columns, or one entry after another with a label for each value."""

    heading: str
    columns: list[str]
    lines: list[list[str]]
    entries: list[list[tuple[str, str]]]


def as_json(held: Held) -> str:
    """Days and instants in ISO 8601, instants in UTC."""
    return json.dumps(held, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: date) -> str:
    return value.isoformat()


def as_page(held: Held) -> str:
    about = {
        "tables": [_table(name, rows) for name, rows in held.items() if isinstance(rows, list)],
        "reference": reference(held["details"][0]["reference"]),
        "at": _said("", held["exported_at"]),
        "zone": settings.TIME_ZONE,
    }
    return render_to_string("admin/bookings/patient/export.html", about)


def _table(name: str, rows: list[Row]) -> Table:
    heading = HEADINGS.get(name, _words(name))
    if name not in LONG:
        entries = [
            [(_words(each), _said(each, value)) for each, value in row.items() if value] for row in rows
        ]
        return Table(heading, [], [], entries)
    used = [each for each in (rows[0] if rows else ()) if any(row[each] for row in rows)]
    lines = [[_said(each, row[each]) for each in used] for row in rows]
    return Table(heading, [_words(each) for each in used], lines, [])


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{calendar_day(timezone.localdate(value))}, {clock_at(value, settings.TIME_ZONE)}"
    if isinstance(value, date):
        return calendar_day(value)
    if isinstance(value, list):
        return "; ".join(_said("", each) for each in value)
    if isinstance(value, dict) and "words" in value:  # a fee as it was shown to her
        return f"{value['label']}: {value['words']}"
    if isinstance(value, dict):
        return ", ".join(f"{_words(key).lower()}: {_said(key, each)}" for key, each in value.items() if each)
    if name in REFERENCES and value:
        return reference(value)
    return "yes" if value is True else str(value or "")
