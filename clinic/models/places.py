"""Where we are: clinics, their rooms and the desk hours they publish. Never a rota, never an appointment."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from clinic.models.people import Membership
from clinic.wording import phone_tel

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Country(models.TextChoices):
    GB = "GB", "United Kingdom"
    IE = "IE", "Ireland"


def known_zone(name: str) -> None:
    """Refuse a time zone that the zone data does not know. Raises ValidationError."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/Dublin.") from error


class LocationQuerySet(models.QuerySet["Location"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> LocationQuerySet:
        """The clinics whose people and appointments `user` works with."""
        places = Membership.objects.places_of(user)
        return self if places.everywhere else self.filter(pk__in=places.ids)


class Location(models.Model):
    """One clinic (FHIR Location). Its times are always told in `time_zone`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Order in lists; the smallest comes first."
    )
    address = models.TextField(help_text="One line of the address on each line. Leave out what is not known.")
    postcode = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, choices=Country)
    time_zone = models.CharField(max_length=40, validators=[known_zone])
    phone = models.CharField(max_length=30, help_text="As patients read it, for example 0800 783 6106.")
    phone_abroad = models.CharField(max_length=30, blank=True, help_text="For callers from another country.")
    email = models.EmailField(blank=True, help_text="The public address, shown on the clinic's page.")
    notify_email = models.EmailField(
        blank=True,
        help_text="Messages for staff go here and nowhere else. Empty: staff get no mail about this clinic.",
    )
    map_query = models.CharField(max_length=200, blank=True, help_text="What the map link looks for.")
    directions = models.TextField(blank=True)
    access = models.TextField(blank=True, help_text="Steps, lift, door width, toilet. Shown once filled in.")
    parking = models.TextField(blank=True)
    photo = models.ForeignKey(
        "clinic.Picture", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cutoff_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Until how many hours before a visit a patient may cancel or move it. Empty: as in the settings.",
    )
    late_policy = models.TextField(
        blank=True, help_text="What a later cancellation means, for patients to read. Empty: nothing is said."
    )
    auto_confirm = models.BooleanField(
        default=False, help_text="A request with no health reason and an email is confirmed at once."
    )
    verified_on = models.DateField(
        null=True, blank=True, help_text="The day the clinic confirmed these details."
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clinic:location", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def tel(self) -> str:
        """What a phone dials, from anywhere."""
        return phone_tel(self.phone, self.country)


class Room(models.Model):
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["location", "name"]
        constraints = [
            models.UniqueConstraint(fields=["location", "name"], name="room_name_once_per_location")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.location.name}"


class OpeningHours(models.Model):
    """Published desk hours: when somebody answers the phone. Never worked out from the rota."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["location", "weekday", "opens"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="hours_close_after_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.location.name}, {self.get_weekday_display()}"
