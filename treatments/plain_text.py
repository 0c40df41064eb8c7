"""What is left of a page's HTML when only the words are wanted: for a search, and for what a machine is told of us.

Pure: it reads HTML that we made ourselves, and never writes any.
"""

from __future__ import annotations

from html.parser import HTMLParser

_BLOCKS = {"p", "li", "tr", "td", "th", "h3", "h4", "ul", "ol", "table", "blockquote", "br"}
_CLOSED = ".?!:;,"


def text_of(html: str) -> str:
    """The words as one line. A block that ends without a full stop gets one, so that two never run together."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return " ".join(reader.sentences())


def rows_of(html: str) -> list[list[str]]:
    """The cells of each table row as plain text, without the row of column heads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [[" ".join(cell.split()) for cell in row] for row in reader.rows if row]


class _Reader(HTMLParser):
    """Collects text block by block, and the cells of tables besides."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = [""]
        self.rows: list[list[str]] = []
        self._in_head = self._in_caption = self._in_cell = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.blocks.append("")
        self._in_head = tag == "thead" or (self._in_head and tag != "tbody")
        self._in_caption = self._in_caption or tag == "caption"
        if tag == "tr" and not self._in_head:
            self.rows.append([])
        if tag in ("td", "th") and self.rows and not self._in_head:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.blocks.append("")
        self._in_head = self._in_head and tag != "thead"
        self._in_caption = self._in_caption and tag != "caption"
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in_caption or self._in_head:
            return  # a caption repeats the heading, and a column's head is no sentence
        self.blocks[-1] += data
        if self._in_cell:
            self.rows[-1][-1] += data

    def sentences(self) -> list[str]:
        lines = (" ".join(block.split()) for block in self.blocks)
        return [line if line.endswith(tuple(_CLOSED)) else f"{line}." for line in lines if line]
