"""What came of a visit: what was decided, which areas were treated, what she wears and when she may come again."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from bookings.models.patient import Patient

# The fact `compression_days` ("3 to 7"); a test holds the two together.
STOCKING_DAYS = range(3, 8)


class VisitRecordQuerySet(models.QuerySet["VisitRecord"]):
    def of(self, patient: Patient) -> VisitRecordQuerySet:
        """Her visits, the last one first, each with its appointment. Visits entered in error are none."""
        rows = self.filter(appointment__patient=patient, appointment__status="fulfilled")
        return rows.select_related("appointment__location").order_by("-appointment__starts_at")


class VisitRecord(models.Model):
    """One for each fulfilled visit, written by a clinician. Free words about it are notes, which may be erased."""

    class Decision(models.TextChoices):
        NOT_SAID = "", "Not decided today"
        TREAT = "treat", "We agreed on treatment"
        DOCTOR = "doctor", "A doctor decides first"
        THINK = "think", "Takes time to think"
        NOT = "not", "No treatment"

    appointment = models.OneToOneField(
        "bookings.Appointment", on_delete=models.PROTECT, related_name="record"
    )
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    sessions_planned = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    areas = models.JSONField(default=list, blank=True, help_text="Codes of `bookings.legs.AREAS`.")
    stocking_days = models.PositiveSmallIntegerField(null=True, blank=True)
    stocking_size = models.CharField(max_length=20, blank=True)
    stocking_class = models.CharField(max_length=10, blank=True)
    at_night = models.BooleanField(default=False, help_text="She keeps the stockings on at night.")
    next_not_before = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_doctor = models.BooleanField(default=False, help_text="Who wrote it was a doctor then.")
    at = models.DateTimeField()

    objects = VisitRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stocking_days=None)
                | Q(stocking_days__range=(STOCKING_DAYS[0], STOCKING_DAYS[-1])),
                name="stocking_days_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return f"Visit {self.appointment_id}"

    def facts(self) -> tuple[int | None, str, str, bool, date | None]:
        """What the message after the visit tells: once one of these changes, she is told again."""
        return (
            self.stocking_days,
            self.stocking_size,
            self.stocking_class,
            self.at_night,
            self.next_not_before,
        )
