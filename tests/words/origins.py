"""Where a figure on a page may come from. Marked ones tell it themselves; the rest have a shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
SHAPES = (
    ("address", re.compile(r"https?://\S+|\S+@\S+")),
    ("phone", re.compile(r"(?:\+\d{2,3}(?: ?\d{1,4}){2,4}|\b0\d{1,4}(?: ?\d{2,4}){2,3})\b")),
    ("emergency number", re.compile(r"\b(?:999|112|111)\b")),
    ("date", re.compile(rf"\b\d{{1,2}} {_MONTH}(?: (?:19|20)\d\d)?\b|\b{_MONTH} 20\d\d\b")),
    ("time", re.compile(r"\b\d{1,2}(?::\d\d)?(?:am|pm)\b")),
    ("fee", re.compile(r"[£€]\d{1,3}(?:,\d{3})*(?:\.\d\d)?(?!\d)")),
    ("reference", re.compile(r"\b(?=[A-Z0-9]* ?[A-Z0-9]*\d)[A-Z0-9]{3,4} [A-Z0-9]{3,4}\b")),
    ("postcode", re.compile(r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|\bD\d\d [A-Z0-9]{4}\b")),
)


class Exempt(NamedTuple):
    """A figure that no fact, fee, setting, date or phone stands behind, and why it may stand."""

    name: str
    pattern: re.Pattern[str]
    reason: str


EXEMPT = (
    Exempt("step", re.compile(r"\bStep \d of 5\b"), "which of the booking's steps this is"),
    Exempt("health page", re.compile(r"\bpage \d of 3\b"), "which of the three lists this is"),
    Exempt("stage", re.compile(r"^Weeks 2 and 3$"), "the name of a stage of aftercare, by its plan"),
    Exempt("plate", re.compile(r"\bPlate \d\b"), "the number that a picture has in the set"),
    Exempt("sources", re.compile(r"^Sources we read \(\d+\)"), "counted from the list beneath it"),
    Exempt(
        "law or standard",
        re.compile(r"\bArticles? \d+(?:\(\w+\))*|\bWCAG 2\.2\b"),
        "the name of a paragraph of a law, or of a standard",
    ),
    Exempt(
        "stockings",
        re.compile(r"\bWear your stockings for \d{1,2} days\b|, class \d\."),
        "what a clinician wrote down for this person at the visit",
    ),
    Exempt(
        "way to type",
        re.compile(r"\bfor example,? \d{1,2} \d{1,2} \d{4}\b", re.I),
        "shows how to type a date",
    ),
)


class Tied(NamedTuple):
    """Words with a figure where no mark can stand, and where the figure is kept: a test holds the two together."""

    words: str
    kept: str  # `fact:key`, or the dotted name of a constant
    per: int = 1  # what the constant is divided by


TIED = (
    Tied("Up to 3 months", "fact:result_months"),
    Tied("a trip over 4 hours", "fact:journey_hours"),
    Tied("within 2 years", "bookings.forms.contact.FARTHEST_DAYS", 365),
)


def without_origin(loose: str, elsewhere: Iterable[str] = ()) -> list[str]:
    """The digits of a text that nothing accounts for. `elsewhere`: known lines with figures, such as addresses."""
    for line in (*elsewhere, *(tied.words for tied in TIED)):
        loose = loose.replace(line, " ")
    for pattern in (*(exempt.pattern for exempt in EXEMPT), *(shape for _, shape in SHAPES)):
        loose = pattern.sub(" ", loose)
    return re.findall(r"\d[\d.,:]*", loose)
