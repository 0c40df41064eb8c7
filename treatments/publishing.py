"""Turns the body of a section into safe HTML, with every figure filled in. Never asks the database.

A body is Markdown. `[[fact:gap_min]]` prints a fact, `[[fee:session]]` the price of a session and
`[[setting:hold_minutes]]` a setting; anything else between double square brackets is a mistake and is named
as one. All that comes out has passed a list of allowed tags.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from clinic.printed_settings import PRINTED, setting_tag
from treatments import markup, screening
from treatments.models import Section

if TYPE_CHECKING:
    from treatments.models import Page, Source

log = logging.getLogger(__name__)
SCREENING = {
    Section.Component.NOT_NOW: screening.NOT_NOW,
    Section.Component.RING_FIRST: screening.RING_FIRST,
    Section.Component.MAY_NEED_SCAN: screening.MAY_NEED_SCAN,
}
MISSING = "(ask us for this figure)"  # printed instead of a wrong one, and logged
ALLOWED: Mapping[str, set[str]] = {
    "a": {"href"},
    "data": {"value", "data-fact", "data-setting"},
    "h3": {"id"},
    "ol": {"start"},
    "table": {"class"},
    "caption": {"class"},
    "th": {"scope"},
    "td": {"data-column"},
    **{tag: set() for tag in ("p", "ul", "li", "strong", "em", "h4", "blockquote", "br")},
    **{tag: set() for tag in ("thead", "tbody", "tr", "s", "code")},
}
SCHEMES = {"https", "tel"}
# A heading may name its own anchor: `### The first week {#week-one}`.
_HEADING = re.compile(r"^###[ \t]+(?P<heading>.+?)(?:[ \t]+\{#(?P<key>[a-z0-9-]+)\})?[ \t]*$", re.MULTILINE)
_LOOSE_END = re.compile(r"\[\[.{,30}|%EE%80%80", re.DOTALL)  # never closed, or inside an address


class UnknownFigure(LookupError):
    """A text asks for a figure that does not exist."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"There is no figure “{self.key}”."


class Value(NamedTuple):
    """A fact as it is printed, its number if it has one, and the question that it answers."""

    text: str
    number: int | None
    question: str = ""


@dataclass(frozen=True)
class Figures:
    """Everything a text may cite. `price` is the sentence for `[[fee:session]]`."""

    facts: Mapping[str, Value]
    price: str
    _known: tuple[object, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", (self.price, tuple(sorted(self.facts.items()))))

    def __hash__(self) -> int:
        return hash(self._known)

    def printed(self, citation: str) -> str:
        """The HTML for what stands between double square brackets. Raises UnknownFigure."""
        kind, _, key = citation.partition(":")
        if kind == "fact" and key in self.facts:
            return data_tag(key, self.facts[key])
        if citation == "fee:session":
            return escape(self.price)
        if kind == "setting" and key in PRINTED:
            return setting_tag(key)
        raise UnknownFigure(key if kind == "fact" else citation)


class Part(NamedTuple):
    """One piece of a body, under a heading of its own."""

    key: str
    heading: str
    html: SafeString


class Body(NamedTuple):
    """A body as HTML: all of it, the text before the first part, and the parts."""

    html: SafeString
    intro: SafeString
    parts: tuple[Part, ...]


class Shown(NamedTuple):
    """A section, ready for its template."""

    key: str
    heading: str
    component: str
    html: SafeString
    intro: SafeString
    parts: tuple[Part, ...]
    rows: tuple[screening.Row, ...]
    cited: tuple[str, ...] = ()


class Cited(NamedTuple):
    """A fact that a page prints, as the list beneath the page names it."""

    key: str
    question: str
    text: str


def data_tag(key: str, value: Value) -> str:
    """A fact with its machine-readable value beside the words."""
    machine = value.text if value.number is None else value.number
    return f'<data value="{escape(str(machine))}" data-fact="{key}">{escape(value.text)}</data>'


def show(section: Section, figures: Figures) -> Shown:
    """A section for its template. A figure that is gone is said to be missing; the rest can be read."""
    try:
        body = render(section.body, figures, heading=section.heading, key=section.key)
    except UnknownFigure as problem:
        log.error("page %s, section %s: %s", section.page_id, section.key, problem)
        body = _render(section.body, figures, section.heading, section.key, lenient=True)
    heading = SCREENING.get(Section.Component(section.component))
    rows = screening.listed(heading) if heading else ()
    return Shown(section.key, section.heading, section.component, *body, rows, facts_in(section.body))


def render(body: str, figures: Figures, *, heading: str = "", key: str = "") -> Body:
    """A body as safe HTML. The heading names its tables; its parts do not repeat the key. Raises UnknownFigure."""
    return _render(body, figures, heading, key, lenient=False)


def anchors_in(body: str, key: str) -> list[str]:
    """The anchors that the body of the section `key` adds to its page."""
    return [anchor for anchor, _, _ in _split(body, key)[1]]


def facts_in(body: str) -> tuple[str, ...]:
    """The keys of the facts that a body cites, each once, in their order."""
    kinds = (citation.partition(":") for citation in markup.citations(body))
    return tuple(dict.fromkeys(key for kind, _, key in kinds if kind == "fact"))


def cited(sections: Iterable[Shown], figures: Figures) -> list[Cited]:
    """Every fact that these sections print, each once. One without a question is left out: it could not be named."""
    keys = dict.fromkeys(key for section in sections for key in section.cited)
    known = ((key, figures.facts[key]) for key in keys if key in figures.facts)
    return [Cited(key, value.question, value.text) for key, value in known if value.question]


def sources_shown(page: Page, sources: Iterable[Source]) -> list[Source]:
    """The sources to print at the end of a page: the medicine is named on its own page alone."""
    return [source for source in sources if page.names_medicine or not source.names_medicine]


@lru_cache(maxsize=512)
def _render(body: str, figures: Figures, heading: str, key: str, lenient: bool) -> Body:
    """Kept in memory by its whole input, so a change of a text or of any figure is seen at once."""
    start, pieces = _split(body, key)

    def html_of(text: str, over: str) -> SafeString:
        made = markup.to_html(text, lambda citation: _cited(citation, figures, lenient), over)
        _refuse_loose_ends(made, lenient)
        return _clean(made)

    intro = html_of(start, heading)
    parts = tuple(Part(anchor, title, html_of(text, title)) for anchor, title, text in pieces)
    with_headings = (f'<h3 id="{part.key}">{escape(part.heading)}</h3>\n{part.html}' for part in parts)
    return Body(_clean("".join([intro, *with_headings])), intro, parts)


def _split(body: str, key: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The text before the first `###`, then (anchor, heading, text) of each. None repeats the section's own anchor."""
    body = body.replace("\r\n", "\n")
    found = list(_HEADING.finditer(body))
    ends = [*(match.start() for match in found), len(body)]
    pieces = [
        (match["key"] or _anchor(match["heading"], key), match["heading"], body[match.end() : end])
        for match, end in zip(found, ends[1:], strict=True)
    ]
    return body[: ends[0]], pieces


def _anchor(heading: str, key: str) -> str:
    made = slugify(heading)
    return f"{made}-part" if made == key else made


def _refuse_loose_ends(html: str, lenient: bool) -> None:
    found = _LOOSE_END.search(html)
    if found and not lenient:
        raise UnknownFigure(found[0])


def _cited(citation: str, figures: Figures, lenient: bool) -> str:
    try:
        return figures.printed(citation)
    except UnknownFigure:
        if lenient:
            return MISSING
        raise


def _clean(html: str) -> SafeString:
    attributes = {tag: names for tag, names in ALLOWED.items() if names}
    clean = nh3.clean(html, tags=set(ALLOWED), attributes=attributes, url_schemes=SCHEMES, link_rel=None)
    return mark_safe(clean)  # noqa: S308 - the line above is the reason
