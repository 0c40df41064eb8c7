"""Fills the gaps of a kept page when it is answered, through functions that the settings name. Knows no part of a page.

A page that is kept for a day may show what changes by the minute: its template prints a gap, an HTML comment, and the
part is put there when the page is answered. A part that cannot be had is left out, and the page is whole without it.
"""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

import brotli
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from clinic import page_cache
from clinic.page_cache import Body, Kept

log = logging.getLogger(__name__)
Filler = Callable[..., str]
GAP = re.compile(rb"<!--\[(\w+ [\w:-]+)\]-->")
MOST = 500  # filled pages in the memory of one process
BROTLI_QUALITY = (
    5  # made anew with each time that is taken: 2 ms, where a page that is kept for a day may cost 20
)
GZIP_LEVEL = 6
_filled: dict[tuple[str, str, tuple[str, ...]], Body] = {}


def gap(name: str, key: str) -> SafeString:
    """What a template prints where the part called `name` goes. Raises ValueError for what would not be found again."""
    made = f"<!--[{name} {key}]-->"
    if not GAP.fullmatch(made.encode()):
        raise ValueError(f"{made} is no gap.")
    return mark_safe(made)  # noqa: S308 - it holds letters, digits and hyphens alone


def gaps_in(content: bytes) -> tuple[str, ...]:
    """The name and the key of each gap, in the order of the page."""
    return tuple(found.decode() for found in GAP.findall(content))


def filled(page: Kept, coding: str, now: datetime) -> Body:
    """The page with its parts in it. The same page with the same parts gives the same bytes everywhere.

    Remembered, so that a hot page is put together and compressed once and not for each visitor.
    """
    texts = tuple(_text(each, page.edition, now) for each in page.gaps)
    key = (page.bodies[""].etag, coding, texts)
    body = _filled.get(key)
    if body is None:
        if len(_filled) >= MOST:
            _filled.clear()
        body = _filled[key] = _put_together(page, coding, texts)
    return body


def fill(content: bytes, now: datetime) -> bytes:
    """A page that nobody keeps, with its parts in it."""
    edition = page_cache.edition() or ""
    return _with_parts(content, tuple(_text(each, edition, now) for each in gaps_in(content)))


def _with_parts(content: bytes, texts: tuple[str, ...]) -> bytes:
    left = iter(texts)
    return GAP.sub(lambda _: next(left).encode(), content)


def _put_together(page: Kept, coding: str, texts: tuple[str, ...]) -> Body:
    content = _with_parts(page.bodies[""].content, texts)
    if coding == "br":
        content = brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    elif coding == "gzip":
        content = gzip.compress(content, compresslevel=GZIP_LEVEL, mtime=0)
    return page_cache.body_of(content)


def _text(each: str, edition: str, now: datetime) -> str:
    name, _, key = each.partition(" ")
    dotted = settings.PAGE_FILLERS.get(name)
    if dotted is None:
        return ""
    try:
        return _filler(dotted)(key=key, edition=edition, now=now)
    except Exception as error:  # whatever it is, no page is lost over it
        log.error("a page goes without its %s: %s", name, type(error).__name__)
        return ""


@cache
def _filler(dotted: str) -> Filler:
    found: Filler = import_string(dotted)
    return found
