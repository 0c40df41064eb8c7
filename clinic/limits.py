"""Decides every limit: how often one address, session, person or mailbox may do something. Never names who it was.

The numbers stand in one table, `settings.LIMITS`; what was done is counted in `clinic.Tally` under a salted hash.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from clinic.models import Tally

PARTS = 6  # a stretch is counted in this many parts, so that it slides instead of starting afresh at midnight
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class TooMany(Exception):
    """A limit was reached. The same for every limit: nobody learns which one, or about whom."""

    sentence = "A lot came to us in a short time, so we could not take this just now."


@dataclass(frozen=True)
class Limit:
    """At most `most` times in any `minutes`."""

    most: int
    minutes: int

    @classmethod
    def read(cls, text: str) -> Limit:
        """From "20/120": 20 times in 120 minutes. Raises ValueError."""
        most, minutes = (int(part) for part in text.split("/"))
        if most < 1 or minutes < PARTS:
            raise ValueError(text)
        return cls(most, minutes)

    @property
    def stretch(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class Deed(NamedTuple):
    """One thing that somebody does, by the name of its limit. `most` narrows the limit for once."""

    name: str
    who: str
    most: int | None = None


@dataclass(frozen=True)
class Caller:
    """Who asks from outside, as the edge hands it over: an address and a browser session, either may be empty.

    Shown by nothing: it must not reach a log by way of an error's text.
    """

    address: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


def limit(name: str) -> Limit:
    return Limit.read(settings.LIMITS[name])


def count(name: str, who: str, *, now: datetime, most: int | None = None) -> None:
    """Count one more deed of `who`. See `count_all`."""
    count_all([Deed(name, who, most)], now=now)


def count_all(deeds: Sequence[Deed], *, now: datetime) -> None:
    """Count one more of each; the caller's transaction takes it back with everything else when it fails.

    Raises TooMany where one of them is over its limit, and then counts none.
    """
    counts = sorted(
        map(_Count.of, deeds), key=lambda each: (each.name, each.who)
    )  # so that nobody locks crosswise
    fresh = [Tally(what=each.name, who=each.who, since=each.since(now)) for each in counts]
    with transaction.atomic():
        Tally.objects.bulk_create(fresh, ignore_conflicts=True)
        lately = reduce(or_, (each.lately(now) for each in counts), Q(pk__in=[]))
        # The rows are locked before they are added up: of two at once, one waits and sees the other.
        locked = Tally.objects.filter(lately).order_by("what", "who", "since").select_for_update()
        rows = list(locked)
        may = all(each.has_room(rows) for each in counts)
        if may:
            newest = [row.pk for row in rows for each in counts if each.is_newest(row, now)]
            Tally.objects.filter(pk__in=newest).update(count=F("count") + 1)
    if not may:  # said outside, so that a caller who goes on without it still can
        raise TooMany


@dataclass(frozen=True)
class _Count:
    """One deed as it is looked up: its limit, and who as a hash."""

    name: str
    who: str
    limit: Limit
    most: int

    @classmethod
    def of(cls, deed: Deed) -> _Count:
        allowed = limit(deed.name)
        most = allowed.most if deed.most is None else min(allowed.most, deed.most)
        return cls(deed.name, hashed(deed.name, deed.who), allowed, most)

    def since(self, now: datetime) -> datetime:
        """When the part of the stretch began that it is counted in."""
        part = self.limit.stretch / PARTS
        return _BEGINNING + (now - _BEGINNING) // part * part

    def lately(self, now: datetime) -> Q:
        """A part too much rather than one too few: no stretch anywhere may hold more than the limit."""
        return Q(what=self.name, who=self.who, since__gte=self.since(now) - self.limit.stretch)

    def has_room(self, rows: Sequence[Tally]) -> bool:
        return sum(row.count for row in rows if self._is_mine(row)) < self.most

    def is_newest(self, row: Tally, now: datetime) -> bool:
        return self._is_mine(row) and row.since == self.since(now)

    def _is_mine(self, row: Tally) -> bool:
        return (row.what, row.who) == (self.name, self.who)


def of_caller(deed: str, caller: Caller | None, most: int | None = None) -> list[Deed]:
    """A deed as the caller's address and session count it, where the table has a limit for them.

    Empty without a caller: a command, a chore, staff at the desk. `most` is for the address alone.
    """
    if caller is None:
        return []
    asked = [
        Deed(f"{deed}-address", caller.address and network(caller.address), most),
        Deed(f"{deed}-session", caller.session),
    ]
    return [each for each in asked if each.who and each.name in settings.LIMITS]


def count_caller(deed: str, caller: Caller | None, *, now: datetime, most: int | None = None) -> None:
    """Count a deed for the address and the session of the caller. See `of_caller`."""
    if deeds := of_caller(deed, caller, most):
        count_all(deeds, now=now)


def may_write(address: str, *, now: datetime) -> bool:
    """Count one more mail to this mailbox, and say whether it may still be sent today. Part of a transaction."""
    try:
        count("mail", mailbox(address), now=now)
    except TooMany:
        return False
    return True


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer is given at least."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((int(read), 64), strict=False))


def mailbox(email: str) -> str:
    """One mailbox, however its address is written: without capitals, and without what follows a plus."""
    local, _, host = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{host}"


def hashed(name: str, who: str) -> str:
    """Salted with SECRET_KEY and the name of the limit: two limits cannot be laid beside each other."""
    return salted_hmac(f"clinic.limits.{name}", who, algorithm="sha256").hexdigest()


def delete_old_tallies(*, now: datetime) -> int:
    """Delete what no limit looks at any more. Returns how many rows."""
    gone = 0
    for name in settings.LIMITS:
        old = Tally.objects.filter(what=name, since__lt=now - limit(name).stretch * 2)
        gone += old.delete()[0]
    unknown = Tally.objects.exclude(what__in=list(settings.LIMITS)).filter(since__lt=now - timedelta(days=1))
    return gone + unknown.delete()[0]
