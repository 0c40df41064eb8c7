"""Blanks what people wrote to us and what we wrote to them. Rows, dates and kinds stay; who may ask is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from clinic.models import Complaint, Feedback, Message

_PATIENT = Q(audience="patient")
Status = Message.Status


def blank_messages(*, message_ids: Collection[int]) -> int:
    """Take the words, and a patient's address, out of these. What waits or failed never goes. Part of another verb."""
    rows = Message.objects.filter(pk__in=message_ids)
    rows.filter(status__in=(Status.QUEUED, Status.DEAD)).update(
        status=Status.SUPERSEDED, lease=None, leased_until=None
    )
    rows.filter(_PATIENT).update(to_address="")
    return rows.update(text="", html="", calendar="", fill_key="")


def old_complaints(now: datetime) -> QuerySet[Complaint]:
    """Answered COMPLAINT_YEARS ago or longer (365.25 days each), and not blanked yet."""
    since = now - timedelta(days=settings.COMPLAINT_YEARS * 365.25)
    words = Q(name="", email="", phone="", text="", wanted="", answer_note="")
    return Complaint.objects.filter(answered_at__lte=since).exclude(words)


def blank_complaints(*, complaint_ids: Collection[int]) -> int:
    rows = Complaint.objects.filter(pk__in=complaint_ids)
    told = list(rows.exclude(message=None).values_list("message", flat=True))
    blank_messages(message_ids=told)
    return rows.update(name="", email="", phone="", text="", wanted="", answer_note="")


def old_feedback(now: datetime) -> QuerySet[Feedback]:
    """Received FEEDBACK_DAYS ago or longer, and not blanked yet."""
    since = now - timedelta(days=settings.FEEDBACK_DAYS)
    return Feedback.objects.filter(received_at__lte=since).exclude(helped="", lacked="")


def blank_feedback(*, feedback_ids: Collection[int]) -> int:
    return Feedback.objects.filter(pk__in=feedback_ids).update(helped="", lacked="")
