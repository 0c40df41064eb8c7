"""Which addresses inform, found in the resolver by the mark that `informs` leaves. Asks no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver


class Route(NamedTuple):
    """`treatments:page`, `/treatments/<slug:slug>/`."""

    name: str
    path: str

    @property
    def is_one_page(self) -> bool:
        return "<" not in self.path

    @property
    def pattern(self) -> str:
        """As a browser matches it: `/treatments/:slug/`."""
        return re.sub(r"<(?:\w+:)?(\w+)>", r":\1", self.path)


@cache
def information() -> tuple[Route, ...]:
    """Every address whose view informs, in the order of the resolver."""
    return tuple(_routes(get_resolver().url_patterns, "/", ""))


def _routes(patterns: list[URLPattern | URLResolver], path: str, space: str) -> Iterator[Route]:
    for each in patterns:
        if not isinstance(each.pattern, RoutePattern):
            continue
        below = f"{path}{each.pattern}"
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _routes(each.url_patterns, below, inner)
        elif getattr(each.callback, "informs", False):
            yield Route(f"{space}{each.name}", below)
