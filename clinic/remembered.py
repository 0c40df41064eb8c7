"""What every page says and only content decides, worked out once an edition in each process. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from clinic import page_cache

Value = TypeVar("Value")
_held: dict[str, tuple[str, Any]] = {}  # name: (edition, value)


def once_an_edition(name: str, work_out: Callable[[], Value]) -> Value:
    """What `work_out` answers for the content as it is now. While nobody can say which edition that is, it is asked anew.

    The edition is read first, so what changes meanwhile belongs to the next one.
    """
    edition = page_cache.edition()
    known_for, value = _held.get(name, ("", None))
    if edition and known_for == edition:
        return value
    value = work_out()
    if edition:
        _held[name] = (edition, value)
    return value
