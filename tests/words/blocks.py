"""Turns a rendered page or a plain letter into blocks of text, each with its kind and section. It judges nothing.

A block is what stands alone on the screen: a paragraph, a list item, a cell, a heading, a label. Beside its text it
keeps `loose`: the same letters, with a `#` for each digit that the page says the origin of (a fact, a setting, a date).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
KINDS = {
    "p": "paragraph",
    "div": "paragraph",
    "blockquote": "paragraph",
    "li": "item",
    "label": "item",
    "button": "item",
    "option": "item",
    "summary": "item",
    "figcaption": "item",
    "legend": "heading",
    "caption": "heading",
    "dt": "cell",
    "dd": "cell",
    "th": "cell",
    "td": "cell",
    "address": "address",
    **dict.fromkeys(HEADINGS, "heading"),
}
_HOLDERS = """
html body main header footer nav section article aside form fieldset figure details ul ol dl
table thead tbody tfoot tr select picture hr
"""
BLOCKS = {*KINDS, *_HOLDERS.split()}
UNREAD = {"script", "style", "template", "textarea", "svg", "head", "noscript"}
DRAWN = {"title", "desc", "text"}  # what a drawing says
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder")
# Spans that the style sheet puts on a line of their own, and holders whose links stand apart.
OWN_LINE = {"hint", "choice-hint", "word", "optional"}
ROW_OF_LINKS = {"links", "buttons", "plain-list"}
# What a search engine or a shared link shows of a page.
TOLD_BY_META = {"description", "og:title", "og:description", "og:image:alt"}
BREAK = "\u2028"  # stands for a <br> while letters are gathered
# A cell with a source's own claim, word for word theirs. Counted, never judged.
CLAIM = "data-claim"
ORIGINS = ("data-fact", "data-setting")


@dataclass(frozen=True)
class Block:
    """Text that stands alone. `holders` are the classes and tags around it, `section` the h2 it stands under."""

    kind: str
    text: str
    loose: str = ""
    section: str = ""
    holders: frozenset[str] = frozenset()
    conditions: bool = False  # one of a list of conditions: judged by the length of its sentences alone
    lead: str = ""  # the bold words it starts with: a heading that runs in

    def __post_init__(self) -> None:
        object.__setattr__(self, "loose", self.loose or self.text)


@dataclass
class PageText:
    """One page, or one letter, as it is read."""

    address: str
    blocks: list[Block] = field(default_factory=list)
    claims: int = 0  # cells that were skipped


@dataclass
class _Reading:
    """Where the walk is, and the letters gathered for the block it is in: (letter, whether its origin is told)."""

    page: PageText
    conditions: frozenset[str]
    section: str = ""
    letters: list[tuple[str, bool]] = field(default_factory=list)
    lead: str = ""

    def add(self, text: str | None, told: bool) -> None:
        self.letters += [(letter, told) for letter in text or ""]

    def flush(self, kind: str, holders: frozenset[str]) -> None:
        text, loose = _collapsed(self.letters)
        lead, self.letters, self.lead = self.lead, [], ""
        if text:
            listed = text in self.conditions or (
                "li" in holders and bool({"emergency", "same-day"} & holders)
            )
            self.page.blocks.append(Block(kind, text, loose, self.section, holders, listed, lead))


def read_page(
    address: str, tree: Element, *, conditions: frozenset[str] = frozenset()
) -> tuple[PageText, PageText]:
    """The page's own text (its title, its description, `main`), and the frame around it."""
    own, frame = PageText(address), PageText("frame")
    _lay_flat(tree)
    for text, kind in _head(tree):
        own.blocks.append(Block(kind, " ".join(text.split()), section="title"))
    for body in tree.iter("body"):
        main = next(body.iter("main"), None)
        for part, into, skip in ((main, own, None), (body, frame, main)):
            if part is not None:
                reading = _Reading(into, conditions)
                _walk(part, reading, "paragraph", frozenset(), False, skip)
                reading.flush("paragraph", frozenset())
    return own, frame


def read_letter(address: str, subject: str, text: str) -> PageText:
    """A plain letter: each line is a paragraph, or an item where a mark stands before it."""
    page = PageText(address, [Block("heading", subject)] if subject else [])
    for line in filter(None, map(str.strip, text.splitlines())):
        mark, _, rest = line.partition(" ")
        marked = mark == "-" or (mark[:-1].isdigit() and mark.endswith("."))
        page.blocks.append(Block("item", rest) if marked else Block("paragraph", line))
    return page


def _lay_flat(tree: Element) -> None:
    """A table that only lays out a letter is none to its reader."""
    for table in [each for each in tree.iter("table") if each.get("role") == "presentation"]:
        for part in table.iter():
            if part.tag in ("table", "tbody", "tr", "td"):
                part.tag = "div"


def _head(tree: Element) -> Iterator[tuple[str, str]]:
    for title in tree.iter("title"):
        yield "".join(title.itertext()), "heading"
        break  # a drawing may have a title too
    for meta in tree.iter("meta"):
        if meta.get("name", meta.get("property", "")) in TOLD_BY_META:
            yield meta.get("content", ""), "description"


def _walk(
    here: Element,
    reading: _Reading,
    kind: str,
    holders: frozenset[str],
    told: bool,
    skip: Element | None,
) -> None:
    """Read one element. `kind` and `holders` are those of the block that its loose text belongs to."""
    if here is skip or not isinstance(here.tag, str) or here.get("type") == "hidden":
        return
    if _tag(here) == "svg":
        drawn = (each for each in here.iter() if isinstance(each.tag, str) and _tag(each) in DRAWN)
        reading.page.blocks += [
            Block("name", text, section=reading.section) for each in drawn if (text := _line(each))
        ]
    if _tag(here) in UNREAD:
        return
    if CLAIM in here.attrib:
        reading.page.claims += 1
        return
    for name in SPOKEN_ATTRIBUTES:
        if here.get(name):
            words = " ".join(here.attrib[name].split())
            reading.page.blocks.append(Block("name", words, section=reading.section))
    own = here.tag in BLOCKS or _stands_alone(here, holders)
    inner = holders | {here.tag} | set(here.get("class", "").split())
    told = told or any(name in here.attrib for name in ORIGINS)
    if own:
        reading.flush(kind, holders)
        kind = _kind(here, holders)
    if here.tag in ("h1", "h2"):
        reading.section = _line(here)
    if here.tag == "br":
        reading.add(BREAK, told)
    leads = here.tag in ("strong", "b") and not _collapsed(reading.letters)[0]
    reading.add(here.text, told)
    for child in here:
        _walk(child, reading, kind, inner, told, skip)
        reading.add(child.tail, told)
    if leads:
        reading.lead = _collapsed(reading.letters)[0]
    if own:
        reading.flush(kind, inner)


def _tag(here: Element) -> str:
    """A drawing's elements may come with the namespace before their names."""
    return here.tag.rpartition("}")[2]


def _line(here: Element) -> str:
    return " ".join("".join(here.itertext()).split())


def _kind(here: Element, holders: frozenset[str]) -> str:
    if here.tag in ("p", "div") and "legend" in holders:
        return "heading"
    if here.tag in KINDS:
        inside = next((name for name in ("td", "th", "dd", "address") if name in holders), "")
        return KINDS[inside] if inside else KINDS[here.tag]
    return "item" if here.tag in ("a", "button", "span") else "paragraph"


def _stands_alone(here: Element, holders: frozenset[str]) -> bool:
    if OWN_LINE & set(here.get("class", "").split()):
        return True
    return here.tag == "a" and (
        bool(ROW_OF_LINKS & holders) or not {"p", "li", "td", "dd", *HEADINGS} & holders
    )


def _collapsed(letters: list[tuple[str, bool]]) -> tuple[str, str]:
    """The letters with single spaces, and the same with each told digit as `#`. A line break of the page stays one."""
    text: list[str] = []
    loose: list[str] = []
    for letter, told in letters:
        if not letter.isspace():
            text.append(letter)
            loose.append("#" if told and letter.isdigit() else letter)
        elif text:
            space = "\n" if letter == BREAK else " "
            if not text[-1].isspace():
                text.append(space)
                loose.append(space)
            elif space == "\n":
                text[-1] = loose[-1] = space
    while text and text[-1].isspace():
        text.pop()
        loose.pop()
    return "".join(text), "".join(loose)
