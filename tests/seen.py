"""One answer of the site, and what an HTML parser makes of it. It needs no Django and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib


@dataclass
class Seen:
    """One answer of the site: what was sent, and what an HTML parser made of it."""

    address: str  # path and query
    text: str = field(repr=False)
    status: int = 200
    sets_cookie: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(self.text)
        for each in tree.iter():  # a drawing's elements come with the namespace before their names
            if isinstance(each.tag, str):
                each.tag = each.tag.rpartition("}")[2]
        return tree, [f"line {at[0]}: {code} {more or ''}".strip() for at, code, more in parser.errors]

    @property
    def tree(self) -> Element:
        return self._parsed[0]

    @property
    def faults(self) -> list[str]:
        """What is wrong with it by the parsing rules of the HTML standard."""
        return self._parsed[1]

    def all(self, *tags: str) -> Iterator[Element]:
        """Every element of these kinds, in the order of the page; with no kind named, every element."""
        return (
            each for each in self.tree.iter() if isinstance(each.tag, str) and (not tags or each.tag in tags)
        )

    @cached_property
    def ids(self) -> list[str]:
        return [each.attrib["id"] for each in self.all() if "id" in each.attrib]

    @cached_property
    def words(self) -> str:
        """The text of the body as one line, hidden words too."""
        return " ".join(" ".join(next(self.all("body")).itertext()).split())

    @cached_property
    def links(self) -> list[str]:
        """Addresses on this site that its links name, with query and anchor, seen from the root."""
        named = (urljoin(self.address, each.get("href", "")) for each in self.all("a") if each.get("href"))
        return [each for each in named if each.startswith("/") and not each.startswith("//")]
