"""Blanks what its time has come for, in batches, while the site runs. The rules stand in records.py and the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from bookings.models import Patient
from bookings.services import erasing
from bookings.services.records import History, histories
from bookings.services.transaction import durable
from clinic import trail
from clinic.models import Complaint, Feedback, Message, TrailRow
from clinic.services import blanking

BATCH = 500


class Line(NamedTuple):
    """What a count is of. The country is empty for what belongs to none."""

    country: str
    kind: str
    outcome: str  # "blanked" (in a dry run: would be) or "held back"


Counted = Counter[Line]


def blank_daily(*, now: datetime) -> dict[str, int]:
    """The worker's chore. Returns what was done, counted: for the log."""
    done = blank_old_records(now=now)
    return {" ".join(filter(None, line)): count for line, count in done.items()}


def blank_old_records(*, now: datetime, dry_run: bool = False) -> Counted:
    """People, letters that belong to no visit, complaints and feedback. Run twice, the second finds nothing.

    A batch is a transaction of its own: stopped half way, the next run does the rest. A dry run changes nothing.
    """
    counted: Counted = Counter()
    for rows in _candidates(now):
        _count_people(rows, counted, now, dry_run)
    for kind, ids, blank in (
        ("messages", _old_letters(now), _blank_letters),
        ("complaints", [each.pk for each in blanking.old_complaints(now)], _blank_complaints),
        ("feedback", [each.pk for each in blanking.old_feedback(now)], _blank_feedback),
    ):
        for first in range(0, len(ids), BATCH):
            part = ids[first : first + BATCH]
            counted[Line("", kind, "blanked")] += len(part) if dry_run else blank(ids=part, now=now)
    return +counted


# --- People -----------------------------------------------------------------------------------------------------------
def _candidates(now: datetime) -> Iterator[list[Patient]]:
    """Everybody who could be due, by id: a partial index knows those who are not blanked."""
    least = min(rule["purge_days"] for rule in settings.RETENTION.values())
    rows = Patient.objects.filter(
        blanked_at=None, merged_into=None, created_at__lte=now - timedelta(days=least)
    ).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _count_people(rows: list[Patient], counted: Counted, now: datetime, dry_run: bool) -> None:
    known = histories(rows, now=now)
    old = [row for row in rows if _is_due(known[row.pk], now)]
    due = [row for row in old if not erasing.is_held(row)]
    for row in old:
        if row not in due:
            counted[_line(known[row.pk], "held back")] += 1
    if not due:
        return
    blanked = due if dry_run else _blank_people(ids=[row.pk for row in due], now=now)
    for row in blanked:
        counted[_line(known[row.pk], "blanked")] += 1


def _is_due(history: History, now: datetime) -> bool:
    return not history.ahead and history.kept_until <= now


def _line(history: History, outcome: str) -> Line:
    return Line(history.country, "seen" if history.seen_in else "not seen", outcome)


@durable
def _blank_people(*, ids: Collection[int], now: datetime) -> list[Patient]:
    """Looks once more, with the rows locked: somebody may have booked or held one of them since. Returns whom it blanked."""
    rows = Patient.objects.select_for_update(of=("self",), skip_locked=True)
    free = [
        row
        for row in rows.filter(pk__in=ids, blanked_at=None, merged_into=None).order_by("pk")
        if not erasing.is_held(row)
    ]
    known = histories(free, now=now)
    due = [row for row in free if _is_due(known[row.pk], now)]
    if due:
        erasing.blank(due, now=now)
        trail.swept(Patient, act=TrailRow.Act.ERASE, words="retention", count=len(due), now=now)
    return due


# --- What belongs to no visit -------------------------------------------------------------------------------------------
def _old_letters(now: datetime) -> list[int]:
    """Mail about no visit, for example to an address that was corrected, once the shortest time has gone by."""
    since = now - timedelta(days=min(rule["purge_days"] for rule in settings.RETENTION.values()))
    rows = Message.objects.filter(audience="patient", queued_at__lte=since, about=None, reminds_of=None)
    return list(rows.exclude(to_address="").order_by("pk").values_list("pk", flat=True))


@durable
def _blank_letters(*, ids: Collection[int], now: datetime) -> int:
    return _swept(Message, blanking.blank_messages(message_ids=ids), now)


@durable
def _blank_complaints(*, ids: Collection[int], now: datetime) -> int:
    return _swept(Complaint, blanking.blank_complaints(complaint_ids=ids), now)


@durable
def _blank_feedback(*, ids: Collection[int], now: datetime) -> int:
    return _swept(Feedback, blanking.blank_feedback(feedback_ids=ids), now)


def _swept(noun: type[Message | Complaint | Feedback], count: int, now: datetime) -> int:
    trail.swept(noun, act=TrailRow.Act.ERASE, words="retention", count=count, now=now)
    return count
