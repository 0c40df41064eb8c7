"""A complaint: kept with the day it has to be answered by, acknowledged at once, and answered. Never deleted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from clinic import limits, messages
from clinic.limits import Caller, Deed
from clinic.models import Complaint, Location

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = logging.getLogger("clinic.complaints")


class AlreadyAnswered(Exception):
    """Somebody was faster, or it is not a complaint of a clinic that this person manages."""


@dataclass(frozen=True)
class Complainant:
    """Who complains, and how to answer. Phone as +448007836106; one of `email` and `phone` may be empty."""

    name: str
    email: str = ""
    phone: str = ""


def complain(
    *,
    who: Complainant,
    location: Location | None,
    text: str,
    wanted: str,
    key: str,
    caller: Caller | None = None,
    suspected: bool = False,
    now: datetime,
) -> Complaint:
    """Keep a complaint and queue what we write about it. The same `key` again, even at once, is the same complaint.

    A `suspected` one is kept and due like any other; nothing is sent to an address that a machine may have put there.
    Raises TooMany.

    It is due settings.COMPLAINT_DAYS after the day it came, by the clinic's calendar: our own rule, since no law sets
    a private clinic one. Raises ValueError for an address that no mail can go to.
    """
    zone = location.zone if location else ZoneInfo(settings.TIME_ZONE)
    with transaction.atomic(durable=True):
        if caller is not None and not Complaint.objects.filter(key=key).exists():
            _refuse_flood(who, caller, now)
        complaint, is_new = Complaint.objects.get_or_create(
            key=key,
            defaults={
                "name": who.name,
                "email": who.email,
                "phone": who.phone,
                "location": location,
                "suspected": suspected,
                "text": text,
                "wanted": wanted,
                "received_at": now,
                "due_on": now.astimezone(zone).date() + timedelta(days=settings.COMPLAINT_DAYS),
                "acknowledged_at": now,  # the page that follows says so, and so does the mail
            },
        )
        if is_new:
            complaint.message = None if suspected else messages.complaint_received(complaint, now=now)
            complaint.save(update_fields=["message"])
            messages.complaint_new(complaint, now=now)
    if is_new:
        log.info("complaint=%s received", complaint.pk)
    return complaint


def _refuse_flood(who: Complainant, caller: Caller, now: datetime) -> None:
    person = filter(None, (who.email and limits.mailbox(who.email), who.phone))
    deeds = [*limits.of_caller("complaint", caller), *(Deed("complaint-person", each) for each in person)]
    limits.count_all(deeds, now=now)


def answer(*, complaint_id: int, note: str, by: AbstractBaseUser, now: datetime) -> Complaint:
    """Note that a complaint has been answered, and how. Raises AlreadyAnswered."""
    with transaction.atomic(durable=True):
        theirs = Complaint.objects.visible_to(by).filter(pk=complaint_id)
        touched = theirs.filter(answered_at=None).update(answered_at=now, answered_by=by, answer_note=note)
        if touched != 1:
            raise AlreadyAnswered("Somebody else has already answered this complaint.")
        LogEntry.objects.log_actions(by.pk, theirs, CHANGE, "Answered.", single_object=True)
    log.info("complaint=%s answered actor=%s", complaint_id, by.pk)
    return theirs.get()
