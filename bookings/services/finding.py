"""Sends the links of an address that somebody types. The page only writes it down; the worker looks, so no answer tells."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings.models import Appointment, LinkAsked, Patient
from bookings.models.asking import REFERENCE_LONGEST
from bookings.models.reference import tidy_reference
from bookings.services.errors import BookingError
from bookings.services.linking import ALIVE, may_write, send_link
from bookings.services.transaction import durable
from clinic import limits
from clinic.letters import BadLine
from clinic.limits import Caller

log = logging.getLogger("bookings.finding")

MOST = 5  # appointments that one asking sends links for
AT_ONCE = 50  # askings that one turn of the worker looks at
USEFUL_FOR = timedelta(hours=24)  # as a message: a later link only confuses


@durable
def ask_for_links(*, email: str, reference: str = "", caller: Caller | None = None, now: datetime) -> None:
    """Write down that the links of this address are wanted. The same work whether we know it or not.

    Asked twice before the worker has looked is asked once. Raises TooMany.
    """
    limits.count_caller("find", caller, now=now)
    plain = tidy_reference(reference)[:REFERENCE_LONGEST]  # in capitals ß is two letters
    asked = LinkAsked(email=email.strip().lower(), reference=plain, asked_at=now)
    LinkAsked.objects.bulk_create([asked], ignore_conflicts=True)


def send_asked(*, now: datetime) -> dict[str, int]:
    """Look up what was asked for; a chore of the worker. Returns what was done, counted: for the log."""
    sent = 0
    for pk in list(LinkAsked.objects.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            sent += _answer(pk=pk, now=now)
        except BookingError as error:  # somebody changed that appointment just now: the next turn looks again
            log.info("asked=%s waits: %s", pk, type(error).__name__)
        except BadLine:  # nobody else waits for an address that no mail can go to
            LinkAsked.objects.filter(pk=pk).delete()
    return {"links sent again": sent}


@durable
def _answer(*, pk: int, now: datetime) -> int:
    asked = LinkAsked.objects.filter(pk=pk).first()
    if asked is None or not LinkAsked.objects.filter(pk=pk).delete()[0]:
        return 0  # another worker was faster
    if asked.asked_at < now - USEFUL_FOR:
        return 0
    return _send(asked.email, asked.reference, now)


def _send(email: str, reference: str, now: datetime) -> int:
    """The link of each coming appointment of this address, or of the one with this reference, within the limit."""
    found = list(coming_of(email, reference, now)[:MOST])
    if not found or not may_write(email, now):
        return 0
    for appointment in found:
        send_link(appointment, now)
    return len(found)


def coming_of(email: str, reference: str, now: datetime) -> QuerySet[Appointment]:
    """What this address has before it."""
    theirs = Patient.objects.of_mailbox(email)
    rows = Appointment.objects.filter(
        patient__in=theirs, status__in=ALIVE, starts_at__gt=now, suspected=False
    )
    if reference:
        rows = rows.filter(reference=reference)
    return rows.select_related("location", "service", "patient").order_by("starts_at")
