"""A page as its outline: the heading, words and anchor of each part, read from the page as it is served.

Pure: it reads HTML that we made ourselves. It leaves out what stands on every page: ways around, the box to ask, sources.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

_LEFT_OUT = frozenset(
    {"trail", "on-this-page", "ask", "buttons", "sources", "to-top", "price", "hidden", "word"}
)
_SILENT = frozenset({"nav", "svg", "script", "form"})
_HEADINGS = frozenset({"h1", "h2", "h3"})
_BLOCKS = frozenset(
    {"p", "li", "dt", "dd", "td", "th", "tr", "div", "section", "address", "summary", "br", "h4"}
)
_ENDED = (".", "?", "!", ":", ";", ",")
_VOID = frozenset({"br", "img", "input", "hr", "meta", "link", "source", "wbr", "area", "col"})


class Part(NamedTuple):
    """What stands under one heading. `anchor` is empty where the part can only be reached from the top."""

    heading: str
    anchor: str
    text: str


def outline(html: str) -> list[Part]:
    """The parts of a page's `main`, the first under its h1. Empty for a page without one."""
    reader = _Outliner()
    reader.feed(html)
    reader.close()
    return [_whole(part) for part in reader.parts]


class _Open(NamedTuple):
    """An element that has not ended yet."""

    tag: str
    anchor: str
    left_out: bool


class _Outliner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[_Open] = []
        self.parts: list[list[str]] = []  # heading, anchor, text
        self.in_heading = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._break("," if tag == "br" else ".")  # lines of an address
        if tag in _VOID:
            return
        given = {name: value or "" for name, value in attributes}
        above = self.open[-1] if self.open else None
        left_out = tag in _SILENT or bool(_LEFT_OUT & set(given.get("class", "").split()))
        self.open.append(_Open(tag, given.get("id", ""), left_out or bool(above and above.left_out)))
        if tag in _HEADINGS and self._is_read():
            self.parts.append(["", "" if tag == "h1" else self._anchor(), ""])
            self.in_heading = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break(";" if tag == "li" else ".")
        if tag in _HEADINGS:
            self.in_heading = False
        while self.open and self.open.pop().tag != tag:
            pass  # an element whose end is left out, such as a list item

    def handle_data(self, data: str) -> None:
        if self.parts and self._is_read():
            self.parts[-1][0 if self.in_heading else 2] += data

    def _is_read(self) -> bool:
        return any(each.tag == "main" for each in self.open) and not self.open[-1].left_out

    def _anchor(self) -> str:
        """Of the heading itself, or the nearest thing around it that has one below `main`; else as before."""
        around = [
            each.anchor for each in self.open if each.anchor and each.tag != "main" and each.anchor != "top"
        ]
        return around[-1] if around else (self.parts[-1][1] if self.parts else "")

    def _break(self, sign: str) -> None:
        """End what a block says, so that two never run together. A heading runs on over its blocks."""
        if not self.parts or self.in_heading:
            return
        text = self.parts[-1][2].rstrip()
        self.parts[-1][2] = f"{text}{'' if not text or text.endswith(_ENDED) else sign} "


def _whole(part: list[str]) -> Part:
    heading, anchor, text = (" ".join(piece.split()) for piece in part)
    return Part(heading, anchor, f"{text[:-1]}." if text.endswith((";", ",")) else text)
