"""Calls that somebody has to make: why, with which words, what came of it. Clearing one is a service's job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.models import Country, Location, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class CallTaskQuerySet(models.QuerySet["CallTask"]):
    def open(self) -> CallTaskQuerySet:
        return self.filter(outcome="")

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> CallTaskQuerySet:
        """Tasks of the user's clinics; a task for a country alone shows to those who work in that country."""
        places = Membership.objects.places_of(user)
        if places.everywhere:
            return self
        countries = Location.objects.filter(pk__in=places.ids).values("country")
        return self.filter(Q(location__in=places.ids) | Q(location=None, country__in=countries))


class CallTask(models.Model):
    class Why(models.TextChoices):
        RING_ME = "ring-me", "Asked us to ring"
        HEALTH = "health", "Nurse to ring first"
        TELL = "tell", "Tell them: no email"

    class Outcome(models.TextChoices):
        DONE = "done", "Spoke, told them"
        COME_AS_PLANNED = "come", "Spoke, come as planned"
        DOCTOR_FIRST = "doctor", "Spoke, doctor first"
        NOT_NOW = "not-now", "Spoke, not now"
        COULD_NOT_REACH = "not-reached", "Could not reach"
        SUPERSEDED = "superseded", "No longer needed"

    why = models.CharField(max_length=10, choices=Why)
    patient = models.ForeignKey("bookings.Patient", on_delete=models.PROTECT, related_name="call_tasks")
    appointment = models.ForeignKey(
        "bookings.Appointment", on_delete=models.PROTECT, null=True, blank=True, related_name="call_tasks"
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="call_tasks"
    )
    country = models.CharField(max_length=2, choices=Country)
    for_clinician = models.BooleanField(
        default=False, help_text="Only a clinician may make and clear this call."
    )
    kind = models.CharField(
        max_length=40, blank=True, help_text="For words to tell: which message they stand for."
    )
    script = models.TextField(blank=True)
    key = models.CharField(
        max_length=64, unique=True, null=True, editable=False, help_text="One form sent twice is one call."
    )
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CallTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="call_closed_with_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"Call {self.pk}"


class CallAttempt(models.Model):
    """One try: nobody answered, or a message was left."""

    class Result(models.TextChoices):
        NO_ANSWER = "no-answer", "No answer"
        LEFT_MESSAGE = "left-message", "Left a message"

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="attempts")
    result = models.CharField(max_length=15, choices=Result)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"Try for call {self.task_id}"
