"""Writes the trail: who looked at whose record, which list, which export. It reads nothing and changes nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from clinic.models import TrailRow

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

Act = TrailRow.Act


def looked(
    actor: AbstractBaseUser | AnonymousUser,
    row: Model,
    *,
    page: str = "",
    act: Act = Act.LOOK,
    words: str = "",
    now: datetime,
) -> TrailRow:
    """One record page, export or change of one record. `words` is a code, never what a person typed."""
    return TrailRow.objects.create(
        at=now,
        actor_id=actor.pk,
        act=act,
        noun=row._meta.label_lower,
        key=str(row.pk),
        page=page,
        words=words[:200],
    )


def listed(
    actor: AbstractBaseUser | AnonymousUser,
    noun: type[Model],
    *,
    page: str = "",
    act: Act = Act.LIST,
    words: str = "",
    count: int,
    now: datetime,
) -> TrailRow:
    """One list: which filter, how many rows it showed."""
    return TrailRow.objects.create(
        at=now,
        actor_id=actor.pk,
        act=act,
        noun=noun._meta.label_lower,
        page=page,
        words=words[:200],
        count=count,
    )


def swept(noun: type[Model], *, act: Act, words: str, count: int, now: datetime) -> TrailRow:
    """What the worker did to several rows by itself: nobody's deed, and one row for all of them."""
    return TrailRow.objects.create(at=now, act=act, noun=noun._meta.label_lower, words=words, count=count)
