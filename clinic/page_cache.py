"""Pages that inform, kept whole, so that they cost next to nothing and outlive the database. Never makes one.

A kept page holds for one release (the code, the templates, the names of the static files, the settings) and one edition
(the content). Whoever changes content calls `drop()` in the same transaction; what was kept until then is never served
again, by any process on any machine that shares the store. A store that is away is said once and costs nobody a page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import brotli
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import BaseCache, caches
from django.db import InterfaceError, OperationalError, transaction

from clinic.models import PageDrop
from clinic.page_stores import PageFiles, Stamp

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
DATABASE_AWAY = (OperationalError, InterfaceError)
KEPT_FOR = timedelta(days=7)  # so long may the database be down
ZONE = ZoneInfo("Europe/London")  # a page says when a review is overdue, so it is new once a day
AWAY_SECONDS = 5.0  # nobody waits again for a store that has just failed
MOST = 1000  # pages in the memory of one process; the site has under a hundred
BROTLI_QUALITY = 10  # a seventh smaller than 9 for 20 ms of a large page, which is compressed once a day
EDITION, RELEASES = "edition", "releases"


@dataclass(frozen=True)
class Body:
    """One page in one coding, and the strong ETag of these very bytes."""

    content: bytes
    etag: str


@dataclass(frozen=True)
class Kept:
    """A whole answer: what the view said besides its body, and the body as it is, in brotli (`br`) and in gzip."""

    headers: dict[str, str]
    bodies: dict[str, Body]
    edition: str
    day: date  # in London
    made_at: datetime
    gaps: tuple[str, ...] = ()  # what is filled in at answer time, as `clinic/filling.py` reads it

    def is_of(self, edition: str | None, now: datetime) -> bool:
        return self.edition == edition and now - self.made_at < KEPT_FOR

    def is_fresh(self, now: datetime) -> bool:
        return self.day == day_of(now)


def day_of(now: datetime) -> date:
    return now.astimezone(ZONE).date()


def made(
    *,
    content: bytes,
    headers: dict[str, str],
    edition: str | None,
    now: datetime,
    gaps: tuple[str, ...] = (),
) -> Kept:
    """A page in all its codings. The same content gives the same bytes and the same ETags everywhere."""
    bodies = {
        "": content,
        "gzip": gzip.compress(content, mtime=0),
        "br": brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    }
    coded = {coding: body_of(body) for coding, body in bodies.items()}
    return Kept(headers, coded, edition or "", day_of(now), now, gaps)


def edition() -> str | None:
    """What all processes agree the content is now. None: the store is away, or keeps nothing, and neither may we."""
    found = _shared.ask(_read_edition)
    if found and _shared.doubted:
        # While the store was away an edit may have failed to reach it.
        try:
            _shared.doubted = not settle()
        except DATABASE_AWAY:
            return None
        found = None if _shared.doubted else _shared.ask(_read_edition)
    return found


def find(*, path: str, edition: str | None, now: datetime) -> Kept | None:
    """The page kept for this edition, today's if there is one. One of another day is for when it cannot be made."""
    held = _memory.get(path)
    if held and not held.is_of(edition, now):
        held = None
    if edition is None or (held and held.is_fresh(now)):
        return held
    stored = _shared.ask(lambda store: store.get(_key(path)))
    if isinstance(stored, Kept) and stored.is_of(edition, now):
        _remember(path, stored)
        return stored
    return held


def keep(*, path: str, page: Kept) -> None:
    """Keep a page for the edition that was read before it was made: what changed meanwhile has another one."""
    if page.edition:
        _remember(path, page)
        _shared.ask(lambda store: store.set(_key(path), page, KEPT_FOR.total_seconds()))


def drop() -> None:
    """Let no page that was made before this change be served again. Call it within the transaction of the change.

    The row is written with the change, so a process killed right after the commit, or a store that is away just then,
    only delays it: the worker carries out what is owed.
    """
    PageDrop.objects.create()
    transaction.on_commit(settle, robust=True)


def settle() -> bool:
    """Carry out the drops that are owed. False: the store is away, and they stay owed."""
    owed = list(PageDrop.objects.values_list("pk", flat=True))
    if owed:
        if not _shared.renew():
            return False
        PageDrop.objects.filter(pk__in=owed).delete()
    return True


def forget_other_releases(paths: list[str]) -> None:
    """Take out the pages of releases before the last one. `paths` are all pages of this release."""

    def forget(store: BaseCache) -> None:
        kept: dict[str, list[str]] = store.get(RELEASES) or {}
        kept = {**{name: its for name, its in kept.items() if name != release()}, release(): paths}
        for name in list(kept)[:-2]:
            store.delete_many([_key(path, name) for path in kept.pop(name)])
        store.set(RELEASES, kept, None)

    _shared.ask(forget)


@cache
def release() -> str:
    """One digest of what a page is made of besides content. Worked out once: a process serves what it started with."""
    digest = hashlib.sha256()
    for name, value in _settings():
        digest.update(f"{name}={value!r}\0".encode())
    for path in _files():
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes())
    digest.update(json.dumps(sorted(getattr(staticfiles_storage, "hashed_files", {}).items())).encode())
    return digest.hexdigest()[:16]


def _settings() -> Iterator[tuple[str, object]]:
    """Plain values, any of which a page may print; no secret."""
    for name in sorted(filter(str.isupper, dir(settings))):
        value = getattr(settings, name)
        if isinstance(value, str | int | float) and not {"SECRET", "PASSWORD"} & set(name.split("_")):
            yield name, value


def _files() -> list[Path]:
    base = Path(settings.BASE_DIR)
    rooms = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == base]
    found = [path for room in rooms for path in room.rglob("*.py")]
    return sorted([*found, *(path for path in (base / "templates").rglob("*") if path.is_file())])


def ask(do: Callable[[BaseCache], Answer]) -> Answer | None:
    """What the shared store answers; None while it is away, which is said once and costs nobody a page."""
    return _shared.ask(do)


class _Shared:
    """The shared store, which may be away: then nothing is found and nothing kept."""

    def __init__(self) -> None:
        self.away_until = 0.0
        self.doubted = False
        self.read: tuple[Stamp | None, str | None] = (None, None)

    def ask(self, do: Callable[[BaseCache], Answer]) -> Answer | None:
        if time.monotonic() < self.away_until:
            return None
        try:
            answer = do(caches["pages"])
        except Exception as error:  # whatever a store raises: a page can always be made anew
            self._is_away(error)
            return None
        self.away_until = 0.0
        return answer

    def renew(self) -> bool:
        """A new edition, also when the store has just failed."""
        self.away_until = 0.0
        return bool(self.ask(_write_edition))

    def _is_away(self, error: Exception) -> None:
        if not self.doubted:
            log.error("the store of pages is away, each page is made anew: %s", type(error).__name__)
        self.doubted = True
        self.away_until = time.monotonic() + AWAY_SECONDS


def _read_edition(store: BaseCache) -> str | None:
    """Asked for by every request, so a file that nobody has written since is not read again."""
    stamp = store.stamp(EDITION) if isinstance(store, PageFiles) else None
    if stamp is not None and _shared.read[0] == stamp:
        return _shared.read[1]
    found = store.get(EDITION)
    if found is not None:
        _shared.read = (stamp, found)  # the stamp is older than what was read, never newer
    if found is None:
        store.add(EDITION, secrets.token_hex(8), None)
        found = store.get(EDITION)
    return found


def _write_edition(store: BaseCache) -> bool:
    store.set(EDITION, secrets.token_hex(8), None)
    return True


_shared = _Shared()
_memory: dict[str, Kept] = {}


def _remember(path: str, page: Kept) -> None:
    if len(_memory) >= MOST:
        _memory.clear()
    _memory[path] = page


def _key(path: str, name: str = "") -> str:
    """Digests, for a path may hold what no store takes as a key."""
    return f"{name or release()}:{hashlib.sha256(path.encode()).hexdigest()[:32]}"


def body_of(content: bytes) -> Body:
    return Body(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
