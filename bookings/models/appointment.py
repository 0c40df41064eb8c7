"""An appointment, what happened to it, and the notes and messages that hang on it. Holds no rule: verbs live in services."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.life import BLOCKING, WORDS, Status
from bookings.models.reference import new_reference
from bookings.models.rota import Service
from bookings.working_time import working_day_at
from clinic.models import Clinician, Location, Membership, Message, Room
from clinic.models.append_only import AppendOnly

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def blocking(self, now: datetime) -> AppointmentQuerySet:
        """Those that keep their time from others at `now`: an expired hold no longer does."""
        return self.filter(status__in=BLOCKING).exclude(status=Status.HOLD, hold_expires_at__lte=now)

    def touching(self, starts: datetime, ends: datetime) -> AppointmentQuerySet:
        return self.filter(starts_at__lt=ends, ends_at__gt=starts)

    def at(self, location: Location) -> AppointmentQuerySet:
        return self.filter(location=location)

    def on(self, day: date, location: Location) -> AppointmentQuerySet:
        """Those that start on that day of the clinic's own calendar."""
        starts, ends = (
            working_day_at(each, time(), location.time_zone) for each in (day, day + timedelta(days=1))
        )
        return self.at(location).filter(starts_at__gte=starts, starts_at__lt=ends)

    def with_patient(self) -> AppointmentQuerySet:
        return self.exclude(patient=None)

    def needs_answer(self) -> AppointmentQuerySet:
        """Requests nobody has answered yet, the oldest first."""
        return self.filter(status=Status.PENDING).order_by("first_requested_at", "pk")

    def expired_holds(self, now: datetime) -> AppointmentQuerySet:
        return self.filter(status=Status.HOLD, hold_expires_at__lte=now)

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> AppointmentQuerySet:
        """Appointments of people at the user's clinics."""
        places = Membership.objects.places_of(user)
        shown = self.with_patient()
        return shown if places.everywhere else shown.filter(location__in=places.ids)


class Appointment(models.Model):
    """A stretch of one clinician's and one room's time (FHIR Appointment). Without a patient it is a hold.

    Instants are UTC. `version` rises with every verb and is the calendar file's SEQUENCE.
    The database itself refuses two blocking appointments that overlap: see `bookings/models/guard.py`.
    """

    class Check(models.TextChoices):
        NOT_NEEDED = "", "Not needed"
        NEEDED = "needed", "Nurse to ring first"
        CLEARED = "cleared", "Cleared"
        REFUSED = "refused", "Not now"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=6, unique=True, default=new_reference, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    # No index of their own: those with the time, below, serve as well.
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    clinician = models.ForeignKey(
        Clinician, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=[(status.value, WORDS[status]) for status in Status])
    version = models.PositiveIntegerField(default=0)
    link_version = models.PositiveIntegerField(default=0)
    idempotency_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    hold_started_at = models.DateTimeField(null=True, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)

    patient = models.ForeignKey(
        "bookings.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    area = models.CharField(max_length=20, blank=True)
    travel_on = models.DateField(null=True, blank=True)
    access_needs = models.JSONField(default=list, blank=True)
    fees_shown = models.JSONField(default=list, blank=True, help_text="The prices as the patient saw them.")
    screening_level = models.PositiveSmallIntegerField(default=0)
    scan_may_be_needed = models.BooleanField(default=False)
    doctor_first = models.BooleanField(default=False)
    clinician_check = models.CharField(max_length=10, choices=Check, blank=True, default=Check.NOT_NEEDED)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.CharField(max_length=200, blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_requested_at = models.DateTimeField(null=True, blank=True)
    suspected = models.BooleanField(default=False, help_text="Sent faster than a person types: look twice.")
    answer_by = models.DateField(null=True, blank=True, help_text="The day we promised an answer by.")
    ring_by = models.DateTimeField(null=True, blank=True, help_text="When a nurse rings at the latest.")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            # The end first: what is asked for lies ahead, and all the past ends before it.
            models.Index(fields=["ends_at", "starts_at"], name="appointment_ends"),
            models.Index(fields=["clinician", "ends_at"], name="appointment_of_clinician"),
            models.Index(fields=["room", "ends_at"], name="appointment_in_room"),
            models.Index(fields=["location", "starts_at"], name="appointment_at_location"),
            models.Index(
                fields=["first_requested_at"], name="appointment_queue", condition=Q(status="pending")
            ),
            models.Index(fields=["hold_expires_at"], name="appointment_holds", condition=Q(status="hold")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["hold", "cancelled"]) | Q(patient__isnull=False),
                name="appointment_has_patient",
            ),
            models.CheckConstraint(
                condition=~Q(status="hold") | Q(hold_expires_at__isnull=False), name="hold_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> Status:
        return Status(self.status)


class AppointmentEvent(models.Model):
    """What happened: the verb, from, to, who, when. Ids and codes only, so that it may stay for ever."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.CharField(
        max_length=10, choices=[("patient", "Patient"), ("staff", "Staff"), ("system", "System")]
    )
    reason_code = models.CharField(max_length=40, blank=True)
    from_location = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_starts_at = models.DateTimeField(null=True, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.verb}"


class AppointmentMessage(models.Model):
    """Which mail is about which appointment, and what time and place it told the patient."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="messages")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="about")
    told_status = models.CharField(max_length=20, blank=True)
    told_starts_at = models.DateTimeField(null=True, blank=True)
    told_location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.appointment_id}: message {self.message_id}"


class Note(models.Model):
    """Free words about an appointment, from the patient (author empty) or from staff. Erasable."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Note on {self.appointment_id}"
