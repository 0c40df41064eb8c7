"""Rows as a CSV file that a spreadsheet opens as plain cells. Never lets a word from the database become a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for something older


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The heads, then the rows, with CRLF. A text that a spreadsheet would work out gets an apostrophe before it.

    >>> as_csv(["Clinic", "Shown"], [["=HYPERLINK(1)", 3]])
    "\\ufeffClinic,Shown\\r\\n'=HYPERLINK(1),3\\r\\n"
    """
    file = StringIO()
    file.write(_MARK)
    writer = csv.writer(file)
    for row in (heads, *rows):
        writer.writerow([_plain(cell) for cell in row])
    return file.getvalue()


def _plain(cell: object) -> object:
    """Numbers are numbers, even below nought; a text counts as what its first sign that is no blank makes of it."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell
