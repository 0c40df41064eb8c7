"""Which reminder was queued for which time of an appointment, so that none goes out twice. Never its words."""

from __future__ import annotations

from django.db import models

from clinic.models import Message


class Reminder(models.Model):
    """One reminder of one time. A moved appointment has another time, so it is reminded anew."""

    class Kind(models.TextChoices):
        WEEK = "week", "7 days before"
        DAY = "day", "1 day before"

    appointment = models.ForeignKey(
        "bookings.Appointment", on_delete=models.PROTECT, related_name="reminders"
    )
    kind = models.CharField(max_length=5, choices=Kind)
    starts_at = models.DateTimeField(help_text="The time it reminds of (UTC).")
    # Empty when another reminder to the same address, clinic and day says it too.
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, blank=True, related_name="reminds_of"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["appointment", "kind", "starts_at"], name="reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.kind}"
