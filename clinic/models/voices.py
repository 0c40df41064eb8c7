"""What people tell us about ourselves: complaints, which have to be answered in time, and feedback. Each by a reference."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from clinic.models.people import Membership, Role

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another


def new_reference() -> str:
    return "C" + "".join(secrets.choice(LETTERS) for _ in range(7))


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        """Not answered yet, the one due first on top."""
        return self.filter(answered_at=None).order_by("due_on", "pk")

    def overdue(self, on: date) -> ComplaintQuerySet:
        """Not answered on the last day that we promised, and that day has gone by."""
        return self.open().filter(due_on__lt=on)

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> ComplaintQuerySet:
        """Those of the clinics `user` manages. One that names no clinic is for managers of all of them."""
        places = Membership.objects.places_of(user, [Role.MANAGER])
        return self if places.everywhere else self.filter(location__in=places.ids)


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
    suspected = models.BooleanField(default=False, help_text="It looks as if a machine had sent it.")
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
    key = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        editable=False,
        help_text="One form sent twice is one complaint.",
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return self.reference


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def unread(self) -> FeedbackQuerySet:
        return self.filter(read_at=None)


class Feedback(models.Model):
    """What somebody says about a page. No name is asked."""

    path = models.CharField(max_length=200, blank=True, help_text="The page it is about.")
    helped = models.TextField(blank=True)
    lacked = models.TextField(blank=True, help_text="What did not help, or was not there.")
    suspected = models.BooleanField(default=False, help_text="It looks as if a machine had sent it.")
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(
        max_length=64, unique=True, null=True, editable=False, help_text="One form sent twice is one row."
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"Feedback {self.pk}"
