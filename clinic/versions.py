"""Keeps how a content row stood after each change, and brings an earlier state back. Never a person's data, never a page.

A state is one plain value (text, numbers, lists), with what hangs on the row: a page's sections, a clinic's hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from clinic import page_cache
from clinic.models import Version

Value = dict[str, Any]
Row = Any  # one of the nouns that staff edit: each has columns of its own


class Keeper(NamedTuple):
    """How one kind of row is kept: its rows, their keys, one as a plain value, and how an earlier value is put back."""

    kind: str
    rows: Callable[[], models.QuerySet[Any]]
    key: Callable[[Row], str]
    value: Callable[[Row], Value]
    put: Callable[[Row, Value, datetime], None]
    stays: frozenset[str] = frozenset()  # fields of the value that no earlier version brings back


class CannotBringBack(ValueError):
    """An earlier state does not fit any more; the sentence says why."""


def keep(
    *, kind: str, key: str, value: Value, origin: str, by: AbstractBaseUser | None, now: datetime
) -> Version | None:
    """Keep this state, unless the row stood like that already. `by` is None for a command.

    One act gives one version: what the same person keeps at the same instant takes the place of what was kept before.
    """
    value, whose = even(value), getattr(by, "pk", None)
    newest = Version.objects.of(kind, key).first()
    if newest is not None and newest.value == value:
        return None
    if newest is not None and (newest.made_at, newest.made_by_id, newest.origin) == (now, whose, origin):
        newest.value = value
        newest.save(update_fields=["value"])
        return newest
    made = {"value": value, "origin": origin, "made_at": now, "made_by_id": whose}
    return Version.objects.create(kind=kind, key=key, **made)


def keep_first(*, kind: str, key: str, value: Value, now: datetime) -> None:
    """Keep how a row stood before its first change that we know of, so that there is something to compare with."""
    if not Version.objects.of(kind, key).exists():
        keep(kind=kind, key=key, value=value, origin=Version.Origin.FOUND, by=None, now=now)


def keep_loaded(*, kind: str, values: Mapping[str, Value], now: datetime) -> None:
    """Keep many rows of one kind as a file has just left them. Two queries, however many rows."""
    newest: dict[str, Value] = {}
    for key, value in Version.objects.filter(kind=kind).order_by("made_at", "pk").values_list("key", "value"):
        newest[key] = value
    plain = {key: even(value) for key, value in values.items()}
    Version.objects.bulk_create(
        Version(kind=kind, key=key, value=value, origin=Version.Origin.FILES, made_at=now)
        for key, value in plain.items()
        if newest.get(key) != value
    )


def bring_back(
    *, keeper: Keeper, row_id: object, version: Version, by: AbstractBaseUser, now: datetime
) -> bool:
    """Put an earlier state back, as a new change. False when the row stands like that already.

    Signatures and checks do not come back: somebody has to look again. Raises CannotBringBack.
    """
    with transaction.atomic(durable=True):
        row = keeper.rows().select_for_update(of=("self",)).get(pk=row_id)
        if (keeper.kind, keeper.key(row)) != (version.kind, version.key):
            raise CannotBringBack("That version belongs to something else.")
        before = keeper.value(row)
        keep_first(kind=version.kind, key=version.key, value=before, now=now)
        keeper.put(row, version.value, now)
        after = keeper.value(keeper.rows().get(pk=row_id))
        if even(after) == even(before):
            transaction.set_rollback(True)
            return False
        origin = Version.Origin.RESTORED
        keep(kind=version.kind, key=version.key, value=after, origin=origin, by=by, now=now)
        page_cache.drop()
    return True


def fitting(current: Value, earlier: Value) -> Value:
    """An earlier value with the fields that a row has today: later fields as they are now, dropped ones left out."""
    return {name: earlier.get(name, value) for name, value in current.items()}


def even(value: Any) -> Any:
    """The value without what only a browser adds: its line ends, and space around a text."""
    if isinstance(value, dict):
        return {name: even(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [even(inner) for inner in value]
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
