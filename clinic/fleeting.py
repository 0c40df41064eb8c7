"""What pages show that changes by the minute: worked out once a minute for all processes, dropped at once. Decides nothing.

What is kept holds for one edition of the content as well, so whatever drops the kept pages drops it too.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.core.cache import BaseCache
from django.db import transaction

from clinic import page_cache
from clinic.page_cache import AWAY_SECONDS
from clinic.page_stores import PageFiles, Stamp

log = logging.getLogger(__name__)
Value = TypeVar("Value")
SECONDS = 60


class _Kept(NamedTuple):
    """A value, for which state of things it was worked out, and until when (aware) it may be shown."""

    state: str
    until: datetime
    value: Any


class _Memory:
    """What this process knows, so that a hot page costs one look at the store."""

    def __init__(self) -> None:
        self.kept: dict[str, _Kept] = {}
        self.read: dict[str, tuple[Stamp | None, str]] = {}
        self.away_until: dict[str, float] = {}
        self.lock = Lock()


memory = _Memory()


def fleeting(
    name: str, *, edition: str | None, now: datetime, work_out: Callable[[datetime], Value]
) -> Value | None:
    """The value called `name`, at most a minute old. None where it cannot be had: a page is whole without it.

    While the store is away nobody can say what was dropped, so it is worked out each time.
    """
    state = _state(name, edition)
    if held := _held(name, state, now):
        return held.value
    with memory.lock:  # a minute begins for one visitor of each process, not for all of them
        if held := _held(name, state, now):
            return held.value
        if time.monotonic() < memory.away_until.get(name, 0.0):
            return None
        return _made(name, state, now, work_out)


def _held(name: str, state: str, now: datetime) -> _Kept | None:
    held = memory.kept.get(name)
    return held if held and held.state == state and now < held.until else None


def drop(name: str) -> None:
    """Let nothing be shown that was worked out before this change. Call it within the transaction of the change.

    It acts once that is committed. A store that is away just then misses it: then the minute has to pass.
    """
    transaction.on_commit(partial(_drop, name), robust=True)


def _made(name: str, state: str, now: datetime, work_out: Callable[[datetime], Value]) -> Value | None:
    """From the store, or worked out for the state that was read before: what changes meanwhile has another one."""
    stored = page_cache.ask(lambda store: store.get(_key(name))) if state else None
    if isinstance(stored, _Kept) and stored.state == state and now < stored.until:
        memory.kept[name] = stored
        return stored.value
    try:
        value = work_out(now)
    except Exception as error:  # no page is lost over it, and nobody waits for it again at once
        log.error("%s cannot be worked out, pages go without: %s", name, type(error).__name__)
        memory.away_until[name] = time.monotonic() + AWAY_SECONDS
        return None
    if state:
        made = memory.kept[name] = _Kept(state, now + timedelta(seconds=SECONDS), value)
        page_cache.ask(lambda store: store.set(_key(name), made, SECONDS))
    return value


def _state(name: str, edition: str | None) -> str:
    """What differs after a drop, an edit and a release; empty while the store is away, or keeps nothing."""
    token = page_cache.ask(partial(_token, name)) if edition else None
    return f"{page_cache.release()} {edition} {token}" if token else ""


def _token(name: str, store: BaseCache) -> str:
    """Asked for by every request, so a file that nobody has written since is not read again."""
    key = f"{_key(name)}:token"
    stamp = store.stamp(key) if isinstance(store, PageFiles) else None
    known = memory.read.get(name)
    if stamp is not None and known and known[0] == stamp:
        return known[1]
    found: str | None = store.get(key)
    if found is None:
        store.add(key, secrets.token_hex(8), None)
        found = store.get(key)
    else:
        memory.read[name] = (stamp, found)  # the stamp is older than what was read, never newer
    return found or ""


def _drop(name: str) -> None:
    memory.kept.pop(name, None)
    memory.away_until.pop(name, None)
    page_cache.ask(lambda store: store.set(f"{_key(name)}:token", secrets.token_hex(8), None))


def _key(name: str) -> str:
    return f"fleeting:{name}"
