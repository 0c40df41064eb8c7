"""Decides every limit: how often one address, session, person or mailbox may do something. Never names who it was.

The numbers stand in one table, `settings.LIMITS`; what was done is counted in `clinic.Tally` under a salted hash.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
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
    """Count one more deed of `who`; the caller's transaction takes it back with everything else when it fails.

    `most` narrows the limit for once. Raises TooMany, and then counts nothing.
    """
    allowed = limit(name)
    part = allowed.stretch / PARTS
    since = _BEGINNING + (now - _BEGINNING) // part * part
    mine = Tally.objects.filter(what=name, who=hashed(name, who))
    fresh = Tally(what=name, who=hashed(name, who), since=since)
    with transaction.atomic():
        Tally.objects.bulk_create([fresh], ignore_conflicts=True)
        lately = mine.filter(since__gte=since - allowed.stretch)  # a part too much rather than one too few
        # The rows are locked before they are added up: of two at once, one waits and sees the other.
        list(lately.order_by("since").select_for_update().values_list("pk", flat=True))
        done = lately.aggregate(total=Sum("count"))["total"]
        may = done < min(allowed.most, most or allowed.most)
        if may:
            mine.filter(since=since).update(count=F("count") + 1)
    if not may:  # said outside, so that a caller who goes on without it still can
        raise TooMany


def count_caller(deed: str, caller: Caller | None, *, now: datetime, most: int | None = None) -> None:
    """Count a deed for the address and the session of the caller, where the table has a limit for them.

    Nothing is counted without a caller: a command, a chore, staff at the desk. `most` is for the address alone.
    """
    if caller is None:
        return
    if caller.address and f"{deed}-address" in settings.LIMITS:
        count(f"{deed}-address", network(caller.address), now=now, most=most)
    if caller.session and f"{deed}-session" in settings.LIMITS:
        count(f"{deed}-session", caller.session, now=now)


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
