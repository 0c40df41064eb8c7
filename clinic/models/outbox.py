"""Mail waiting to be sent, and the worker's sign of life. Knows addresses and bodies, never appointments."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> MessageQuerySet:
        """Queued, its time has come, not past its use, and nobody holds a live lease on it."""
        return (
            self.filter(status=Message.Status.QUEUED, not_before__lte=now, expires_at__gt=now)
            .filter(Q(leased_until=None) | Q(leased_until__lte=now))
            .order_by("not_before", "pk")
        )

    def unsent(self) -> MessageQuerySet:
        return self.filter(status=Message.Status.QUEUED)

    def undelivered(self) -> MessageQuerySet:
        """Waiting, or a dead letter that staff may send again."""
        return self.filter(status__in=(Message.Status.QUEUED, Message.Status.DEAD))

    def overdue(self, now: datetime) -> MessageQuerySet:
        """Still queued though past its use: the worker moves these to the dead letters."""
        return self.unsent().filter(expires_at__lte=now)

    def dead(self) -> MessageQuerySet:
        return self.filter(status=Message.Status.DEAD)


class Message(models.Model):
    """One mail to one address. Queued once, sent at least once, always under the same Message-ID.

    Bodies may hold `[[name]]` for a name in `settings.MESSAGE_FILLERS`; it is filled in from `fill_key` on sending.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENT = "sent", "Sent"
        SUPERSEDED = "superseded", "Replaced by a later one"
        DEAD = "dead", "Not sent"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    audience = models.CharField(max_length=10, choices=[("patient", "Patient"), ("staff", "Staff")])
    to_address = models.EmailField()
    subject = models.CharField(max_length=150)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="An iCalendar file, or empty.")
    calendar_method = models.CharField(max_length=10, blank=True, help_text="REQUEST or CANCEL.")
    fill_key = models.CharField(max_length=80, blank=True)
    one_click = models.CharField(
        max_length=40,
        blank=True,
        help_text="The name of the filler whose address ends such mail with one click (RFC 8058).",
    )
    settle_key = models.CharField(
        max_length=80,
        blank=True,
        db_index=True,
        help_text="A later message with this key replaces an unsent one.",
    )
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    last_problem = models.CharField(
        max_length=60, blank=True, help_text="A code, never an address or a body."
    )
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(fields=["not_before", "id"], name="message_queue", condition=Q(status="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class Heartbeat(models.Model):
    """When a named worker last said that it is alive."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
