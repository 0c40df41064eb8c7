"""Which pages are leaflets too, and how a page's text becomes a sheet of paper. Holds no text of its own.

A leaflet is the page's own sections: extras stand open, pictures stay on the web, a link says its whole address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from treatments.publishing import Shown

_LINK = re.compile(r'<a href="(/[^"]*)"')


class Leaflet(NamedTuple):
    """One page on paper. `left_out` are sections that only lead about on the screen; `blanks_after` the section, or
    none, after which stands what somebody fills in by hand."""

    slug: str
    left_out: frozenset[str] = frozenset()
    blanks_after: str = ""

    @property
    def blanks(self) -> str:
        """The template of what is filled in by hand."""
        return f"treatments/leaflets/{self.slug}.html"


_ALL = (
    Leaflet("aftercare", left_out=frozenset({"where"}), blanks_after="emergency"),
    Leaflet("before-your-visit"),
)
LEAFLETS = {leaflet.slug: leaflet for leaflet in _ALL}


def on_paper(leaflet: Leaflet, sections: Iterable[Shown], host: str) -> Iterator[Shown]:
    """The sections of the sheet, in their order. `host` stands before the path of each link: "example.org"."""
    for section in sections:
        if section.key not in leaflet.left_out:
            yield section._replace(
                component=_component(section.component),
                html=_spelled(section.html, host),
                intro=_spelled(section.intro, host),
                parts=tuple(part._replace(html=_spelled(part.html, host)) for part in section.parts),
            )


def _component(component: str) -> str:
    """Nothing on paper opens, and a plate is there to be looked at large."""
    return "text" if component == "more" or component.startswith("plate-") else component


def _spelled(html: SafeString, host: str) -> SafeString:
    """Give each link to a page of ours its whole address, which the print style prints."""
    spelled = _LINK.sub(rf'<a data-address="{escape(host)}\1" href="\1"', html)
    return mark_safe(spelled)  # noqa: S308 - clean HTML, and an address that stood in it
