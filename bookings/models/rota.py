"""What is offered and when: services, working patterns and closures. A slot is worked out from these, never stored."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from clinic.models import Clinician, Country, Location, OpeningHours, Room


class ServiceQuerySet(models.QuerySet["Service"]):
    def asked_online(self) -> Service | None:
        """The consultation, while patients may ask for it online."""
        return self.filter(kind=Service.Kind.CONSULTATION, bookable_online=True).first()


class Service(models.Model):
    """A kind of visit (FHIR HealthcareService). `minutes` decides how long an appointment is."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "Consultation"
        SESSION = "session", "Treatment session"
        REVIEW = "review", "Review"
        SCAN = "scan", "Ultrasound scan"

    kind = models.CharField(max_length=15, choices=Kind, unique=True)
    name = models.CharField(max_length=60)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(240)])
    bookable_online = models.BooleanField(default=False)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=5), name="service_takes_time")]

    def __str__(self) -> str:
        return self.name


class WorkingPattern(models.Model):
    """When a clinician works in a room (FHIR Schedule), in the clinic's wall time. `step` only spaces the starts."""

    clinician = models.ForeignKey(Clinician, on_delete=models.PROTECT, related_name="patterns")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="patterns")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="patterns")
    weekday = models.PositiveSmallIntegerField(choices=OpeningHours.Weekday)
    starts = models.TimeField(help_text="The clinic's own clock.")
    ends = models.TimeField(help_text="The clinic's own clock.")
    step = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text="Minutes between starts.",
    )
    every_n_weeks = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="1 is every week. Counted from the Monday of the first day.",
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="The last day. Empty: no end.")

    class Meta:
        ordering = ["location", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="pattern_ends_after_start"),
            models.CheckConstraint(condition=Q(step__gte=5), name="pattern_step_at_least_5"),
            models.CheckConstraint(condition=Q(every_n_weeks__gte=1), name="pattern_every_week_or_more"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="pattern_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.clinician}, {self.get_weekday_display()} at {self.location}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    def touching(self, starts: datetime, ends: datetime) -> ClosureQuerySet:
        return self.filter(starts_at__lt=ends, ends_at__gt=starts)

    def bank_holidays(self) -> ClosureQuerySet:
        return self.filter(kind=Closure.Kind.BANK_HOLIDAY)


class Closure(models.Model):
    """A stretch without appointments. The scopes that are filled in must all match; none filled in means everyone."""

    class Kind(models.TextChoices):
        BANK_HOLIDAY = "bank-holiday", "Bank holiday"
        LEAVE = "leave", "Leave"
        CLOSED = "closed", "Closed"

    kind = models.CharField(max_length=15, choices=Kind, default=Kind.CLOSED)
    country = models.CharField(max_length=2, choices=Country, blank=True)
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="closures"
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="closures")
    clinician = models.ForeignKey(
        Clinician, on_delete=models.PROTECT, null=True, blank=True, related_name="closures"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day = models.DateField(
        null=True, blank=True, help_text="For a bank holiday: its date on the wall calendar."
    )
    reason = models.CharField(max_length=120, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="closure_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_ends_after_start"),
            models.UniqueConstraint(
                fields=["country", "day"], condition=Q(kind="bank-holiday"), name="bank_holiday_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reason or self.get_kind_display()
