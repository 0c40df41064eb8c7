"""What people tell us about ourselves: complaints, which have to be answered in time, and feedback. Each by a reference."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another


def new_reference() -> str:
    return "C" + "".join(secrets.choice(LETTERS) for _ in range(7))


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        """Not answered yet, the one due first on top."""
        return self.filter(answered_at=None).order_by("due_on", "pk")


class Complaint(models.Model):
    """One complaint (FHIR Communication). What was written can be blanked later; the dates stay."""

    reference = models.CharField(max_length=8, unique=True, default=new_reference, editable=False)
    location = models.ForeignKey(
        "clinic.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    text = models.TextField(blank=True)
    wanted = models.TextField(blank=True, help_text="What would put it right, in the person's own words.")
    received_at = models.DateTimeField()
    due_on = models.DateField(help_text="30 days after it came.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer_note = models.TextField(blank=True, help_text="What was done. For staff.")
    message = models.ForeignKey(
        "clinic.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return self.reference


class Feedback(models.Model):
    """What somebody says about a page. No name is asked."""

    path = models.CharField(max_length=200, blank=True, help_text="The page it is about.")
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"Feedback {self.pk}"
