"""The people who ask: who they are, what they answered, what they agreed to. Shown as a reference, never as a name."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Lower

from bookings.models.appointment import Appointment
from bookings.models.calls import CallTask
from bookings.models.reference import new_reference
from clinic.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> PatientQuerySet:
        """People with an appointment or a call that the user may see. A call for a country is every clinic's there."""
        places = Membership.objects.places_of(user)
        if places.everywhere:
            return self
        visit, call = (
            Exists(noun.objects.visible_to(user).filter(patient=OuterRef("pk")))
            for noun in (Appointment, CallTask)
        )
        return self.filter(visit | call)

    def of_mailbox(self, email: str) -> PatientQuerySet:
        """The people of one address, by the index over it. Nobody is meant by an empty one.

        Compared in small letters that the database makes of both: Python makes others of some.
        """
        return self.alias(mailbox=Lower("email")).filter(mailbox=Lower(Value(email))).exclude(email="")


class Patient(models.Model):
    """Each online request makes its own row; nobody is matched by address. A person merges duplicates."""

    class ReachBy(models.TextChoices):
        RING = "ring", "Ring"
        WRITE = "write", "Text or email, do not ring"

    class RingWhen(models.TextChoices):
        ANY = "any", "Any time"
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"

    reference = models.CharField(max_length=6, unique=True, default=new_reference, editable=False)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="In the form +448007836106.")
    email = models.EmailField(blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    reach_by = models.CharField(max_length=10, choices=ReachBy, default=ReachBy.RING)
    leave_message = models.BooleanField(default=False)
    ring_when = models.CharField(max_length=10, choices=RingWhen, default=RingWhen.ANY)
    # Somebody who asks for another person: a daughter, a carer. Empty when the patient asks.
    asked_by = models.CharField(max_length=120, blank=True)
    asked_by_relation = models.CharField(max_length=60, blank=True)
    reminders_off_at = models.DateTimeField(null=True, blank=True, help_text="Since when: no reminders.")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    held_because = models.CharField(
        max_length=200, blank=True, help_text="Why nothing about her may be erased: a claim, a complaint."
    )
    blanked_at = models.DateTimeField(null=True, blank=True, help_text="Since when nothing personal is left.")
    created_at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(Lower("email"), name="patient_email"),
            models.Index(fields=["phone"], name="patient_phone"),
            # What is looked through every day: those who may be due for blanking, in their order.
            models.Index(fields=["id"], name="patient_not_blanked", condition=Q(blanked_at=None)),
        ]

    def __str__(self) -> str:
        return self.reference

    def as_seen(self) -> str:
        """What this row says, as a short mark: another one as soon as anybody has changed it. Says nothing to a reader."""
        said = [str(getattr(self, field.attname)) for field in self._meta.concrete_fields]
        return sha256("\0".join(said).encode()).hexdigest()[:24]


class ScreeningAnswer(models.Model):
    """One question as it was asked, and the answer, with the questionnaire's version and the day."""

    appointment = models.ForeignKey("bookings.Appointment", on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=40)
    question = models.CharField(max_length=300)
    answer = models.CharField(max_length=60, blank=True)
    level = models.PositiveSmallIntegerField()
    version = models.CharField(max_length=20)
    answered_on = models.DateField()

    class Meta:
        ordering = ["appointment", "pk"]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.code}"


class Consent(models.Model):
    """The exact wording somebody agreed to, and when; or by phone, and who took it down."""

    appointment = models.ForeignKey("bookings.Appointment", on_delete=models.PROTECT, related_name="consents")
    wording = models.TextField()
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="By phone, by whom.",
    )

    class Meta:
        ordering = ["given_at"]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.version}"
