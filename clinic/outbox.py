"""The outbox: mail is queued with the change it tells of and sent after commit, at least once, as one mail.

It knows addresses and bodies, never appointments; it never sends in a transaction and never logs an address.
"""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic import letters, limits
from clinic.models import Heartbeat, Message

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = logging.getLogger("clinic.outbox")

USEFUL_FOR = timedelta(hours=24)  # a later answer than this only confuses: staff ring instead
TOO_MANY = "too-many"  # the problem of a message that never was tried: its mailbox had enough that day
Clock = Callable[[], datetime]


class Ruling(NamedTuple):
    """What a check of `settings.MESSAGE_CHECKS` says of a message about to go: send it, wait until then, or take it back."""

    send: bool
    wait_until: datetime | None = None


GO = Ruling(send=True)
NO_LONGER_SO = Ruling(send=False)


class CannotResend(Exception):
    """The message is not among the dead letters, or a later one has taken its place. The text says which."""


@dataclass
class Sent:
    """What one call of `send_due` did, in messages. `away` says that the mail server could not be reached."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    expired: int = 0
    superseded: int = 0
    away: bool = False
    more: bool = False

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in self._counts().items())

    def __add__(self, later: Sent) -> Sent:
        """Both together; whether more waits and whether the server is away, as the later one found it."""
        counts, others = self._counts(), later._counts()
        return Sent(
            **{name: counts[name] + others[name] for name in counts}, away=later.away, more=later.more
        )

    def any(self) -> bool:
        return any(self._counts().values())

    def _counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name not in ("away", "more")}


# --- Queueing -----------------------------------------------------------------------------------------------
def queue(
    *,
    kind: str,
    audience: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    calendar: str = "",
    calendar_method: str = "",
    fill_key: str = "",
    one_click: str = "",
    settle_key: str = "",
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Write one message in the caller's transaction; the worker sends it after commit.

    With `settle_key` it waits `settings.SETTLE_SECONDS` and replaces what still waits under the same key.
    `[[name]]` in a body is filled in from `fill_key` on sending, `[[name:key]]` from its own key; `one_click` names the
    filler of the address that ends such mail. Raises ValueError for what could add a header or a recipient, or cannot
    be stored in one of the two databases.

    A mailbox that was written to MAIL_PER_ADDRESS_A_DAY times today gets no more: the message is a dead letter at once,
    which staff see and may send. Only what staff or the diary decided (MAIL_ALWAYS) goes all the same, and is counted.
    """
    letters.refuse_bad_lines(to=to, subject=subject)
    letters.refuse_bad_bodies(text, html, calendar)
    letters.refuse_bad_calendar(calendar, calendar_method)
    settling = timedelta(seconds=settings.SETTLE_SECONDS if settle_key else 0)
    starts = not_before or now + settling
    with transaction.atomic(savepoint=False):
        if settle_key:
            supersede(settle_key=settle_key, now=now)
        may = audience != "patient" or limits.may_write(to, now=now) or kind in settings.MAIL_ALWAYS
        return Message.objects.create(
            kind=kind,
            audience=audience,
            to_address=to,
            subject=subject,
            text=text,
            html=html,
            calendar=calendar,
            calendar_method=calendar_method,
            fill_key=fill_key,
            one_click=one_click,
            settle_key=settle_key,
            queued_at=now,
            not_before=starts,
            expires_at=expires_at or starts + USEFUL_FOR,
            status=Message.Status.QUEUED if may else Message.Status.DEAD,
            last_problem="" if may else TOO_MANY,
        )


def supersede(*, settle_key: str, now: datetime) -> int:
    """Take back what waits under this key, and say how many that were. Runs in the caller's transaction.

    One that is being sent at this moment stays and is not counted, and one with `attempts` may have arrived
    although no reply came: the caller then tells the person how things stand now instead of saying nothing.
    """
    if not settle_key:
        raise ValueError("An empty settle_key would take back messages that have nothing in common.")
    waiting = Message.objects.unsent().filter(_unleased(now), settle_key=settle_key)
    return waiting.update(status=Message.Status.SUPERSEDED, lease=None, leased_until=None)


def withdraw(*, message_ids: Collection[int], now: datetime) -> int:
    """Take these back for good, the dead ones too, since what they say is no longer so. Part of the caller's change."""
    waiting = Message.objects.undelivered().filter(_unleased(now), pk__in=message_ids)
    return waiting.update(status=Message.Status.SUPERSEDED, lease=None, leased_until=None)


def withdraw_unsent(*, message_id: int, now: datetime) -> bool:
    """Take back one that waits and was never tried; False when it is being sent or has gone. Part of the caller's change."""
    waiting = Message.objects.unsent().filter(_unleased(now), pk=message_id, attempts=0)
    return bool(waiting.update(status=Message.Status.SUPERSEDED, lease=None, leased_until=None))


def readdress(*, message_id: int, to: str, fill_key: str, calendar: str, now: datetime) -> int:
    """Send what still waits, or is sent again, to another address of the same person. Not what is being sent just now."""
    letters.refuse_bad_lines(to=to, subject="-")
    waiting = Message.objects.undelivered().filter(_unleased(now), pk=message_id)
    return waiting.update(to_address=to, fill_key=fill_key, calendar=calendar)


def _unleased(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


# --- Sending ------------------------------------------------------------------------------------------------
def send_due(
    *,
    now: datetime,
    limit: int,
    clock: Clock = timezone.now,
    stop: Callable[[], bool] = lambda: False,
) -> Sent:
    """Send up to `limit` messages that are due at `now`, and move those past their use to the dead letters.

    Call it outside any transaction. Each message is leased by an update that must touch exactly one row, so
    two workers never send the same one. `stop` is asked before each message; the one under way is finished.
    Raises `RealMailInDemo` when a demo is set up with anything but the mail folder.
    """
    letters.refuse_real_mail_in_demo()
    done = Sent(expired=_bury_expired(now))
    due = list(Message.objects.due(now).values_list("pk", flat=True)[:limit])
    done.more = len(due) == limit
    post = _Post()
    try:
        for pk in due:
            if stop():
                break
            if not post.opened():
                done.away = True
                break
            # Leased with the connection open: the lease has to outlast one message, not a slow greeting too.
            message = _lease(pk, clock())
            if message is not None:
                _send(message, post, done, clock)
    finally:
        post.close()
    return done


def _bury_expired(now: datetime) -> int:
    overdue = Message.objects.overdue(now).filter(_unleased(now))
    return overdue.update(status=Message.Status.DEAD, last_problem="expired", lease=None, leased_until=None)


def _lease(pk: int, now: datetime) -> Message | None:
    """The message, read again now that nobody else can send it; None when another worker was faster."""
    token = uuid.uuid4()
    until = now + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
    with transaction.atomic(durable=True):  # durable: a lease that could be rolled back would be none
        free = Message.objects.due(now).filter(pk=pk)
        if free.update(lease=token, leased_until=until, attempts=F("attempts") + 1) != 1:
            return None
    return Message.objects.filter(pk=pk, lease=token).first()


def _send(message: Message, post: _Post, done: Sent, clock: Clock) -> None:
    """Send one leased message and write down what became of it."""
    if _replaced(message):
        done.superseded += _release(message, status=Message.Status.SUPERSEDED)
        return
    try:
        ruling = _ruling(message, clock())
        if not ruling.send:
            _hold_back(message, ruling, done)
            return
        post.send(letters.compose(message, clock()))
    except DatabaseError:
        raise  # the database went away while the link was filled in; tried again when the lease has run out
    except Exception as error:
        # The text of these errors holds addresses: only the code is kept and logged.
        post.close()
        trouble = letters.read_trouble(error)
        if trouble.for_good:
            done.dead += _release(message, status=Message.Status.DEAD, last_problem=trouble.code)
        else:
            later = clock() + _pause(message.attempts)
            done.retried += _release(message, not_before=later, last_problem=trouble.code)
        log.warning("message=%s attempt=%s problem=%s", message.uuid, message.attempts, trouble.code)
    else:
        done.sent += _release(message, status=Message.Status.SENT, sent_at=clock(), last_problem="")
        log.info("message=%s attempt=%s sent", message.uuid, message.attempts)


def _ruling(message: Message, now: datetime) -> Ruling:
    """Asked of the room that wrote it, now that it is leased: what was so when it was queued may have changed."""
    path = settings.MESSAGE_CHECKS.get(message.kind)
    return import_string(path)(message, now) if path else GO


def _hold_back(message: Message, ruling: Ruling, done: Sent) -> None:
    """Nothing was sent, so this was no attempt."""
    if ruling.wait_until is not None:
        _release(message, not_before=ruling.wait_until, attempts=F("attempts") - 1)
    else:
        done.superseded += _release(message, status=Message.Status.SUPERSEDED, attempts=F("attempts") - 1)


def _replaced(message: Message) -> bool:
    """Whether a later message settled the same matter while this one was tried in vain."""
    later = Message.objects.filter(settle_key=message.settle_key, pk__gt=message.pk)
    live = later.filter(status__in=[Message.Status.QUEUED, Message.Status.SENT])
    return bool(message.settle_key) and live.exists()


def _release(message: Message, **changes: object) -> int:
    """Give the lease back with the outcome. Touches nothing when it ran out and somebody else took over."""
    held = Message.objects.filter(pk=message.pk, lease=message.lease, status=Message.Status.QUEUED)
    return held.update(lease=None, leased_until=None, **changes)


def _pause(attempts: int) -> timedelta:
    doubled = settings.MESSAGE_RETRY_SECONDS * 2 ** min(attempts - 1, 20)
    return timedelta(seconds=min(doubled, settings.MESSAGE_RETRY_MAX_SECONDS))


class _Post:
    """One connection to the mail server for a batch: opened when first needed, and again after a failure."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def opened(self) -> bool:
        if self._connection is not None:
            return True
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail server away: %s", letters.read_trouble(error).code)
            return False
        self._connection = connection
        return True

    def send(self, mail: letters.Mail) -> None:
        (self._connection or get_connection()).send_messages([mail])

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.close()
        self._connection = None


# --- What staff and the worker ask of it --------------------------------------------------------------------
def resend(*, message_id: int, by: AbstractBaseUser, now: datetime) -> Message:
    """Queue a dead letter again under its old Message-ID, with a new expiry. Raises CannotResend."""
    with transaction.atomic(durable=True):
        dead = Message.objects.dead().filter(pk=message_id)
        message = dead.first()
        if message is not None and _replaced(message):
            raise CannotResend("A later message took the place of this one, so it is not sent again.")
        touched = dead.update(
            status=Message.Status.QUEUED,
            not_before=now,
            expires_at=now + USEFUL_FOR,
            attempts=0,
            last_problem="",
        )
        if touched != 1:
            raise CannotResend("This message does not wait to be sent again. Somebody may have been faster.")
        again = Message.objects.filter(pk=message_id)
        LogEntry.objects.log_actions(by.pk, again, CHANGE, "Sent again.", single_object=True)
    log.info("message=%s resent actor=%s", again.get().uuid, by.pk)
    return again.get()


def beat(*, name: str, now: datetime) -> None:
    """Note that the worker of this name is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})


def quiet_for(*, name: str, now: datetime) -> timedelta | None:
    """How long ago the worker of this name last reported; None when it never did."""
    last = Heartbeat.objects.filter(name=name).first()
    return None if last is None else max(now - last.beat_at, timedelta(0))
