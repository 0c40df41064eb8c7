"""How clinics, clinicians and who answers for them are kept as versions. Never a login, never who may do what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from clinic.models import Clinician, Location, OpeningHours, Organisation, Picture
from clinic.versions import CannotBringBack, Keeper, Row, Value, fitting

PLACE = (
    "name", "position", "address", "postcode", "country", "time_zone", "phone", "phone_abroad", "email",
    "notify_email", "map_query", "directions", "access", "parking", "photo", "verified_on",
    "cutoff_hours", "late_policy", "auto_confirm",
)  # fmt: skip
PERSON = ("name", "role", "register", "register_number", "about", "photo", "active", "is_demo")
ANSWERABLE = (
    "legal_name", "company_number", "registered_address", "regulator", "regulator_number", "privacy_contact",
    "complaints_contact", "cancelling", "paying", "confirmed_on",
)  # fmt: skip


def _flat(row: Row, names: Sequence[str]) -> Value:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """A photograph by its digest, which outlives its row; a day and a time as they are written in a file."""
    if isinstance(value, Picture):
        return value.digest
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def _set(row: Row, value: Value) -> None:
    """Put flat columns back. Raises CannotBringBack for what the row would refuse today."""
    for name, plain in value.items():
        field = row._meta.get_field(name)
        is_photo = isinstance(field, models.ForeignKey)
        setattr(
            row,
            name,
            Picture.objects.filter(digest=plain or "").first() if is_photo else field.to_python(plain),
        )
    try:
        row.full_clean()
    except ValidationError as error:
        wrong = " ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise CannotBringBack(f"This does not fit any more. {wrong}") from error
    row.save()


# --- Clinics, with their desk hours ---


def _place(row: Location) -> Value:
    hours = [
        {"day": each.get_weekday_display(), "opens": _plain(each.opens), "closes": _plain(each.closes)}
        for each in row.opening_hours.all()
    ]
    return {**_flat(row, PLACE), "opening_hours": hours}


def _put_place(row: Location, earlier: Value, now: datetime) -> None:
    value = fitting(_place(row), earlier)
    hours = value.pop("opening_hours")
    _set(row, value)
    days = {day.label: day.value for day in OpeningHours.Weekday}
    row.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            location=row,
            weekday=days[each["day"]],
            opens=time.fromisoformat(each["opens"]),
            closes=time.fromisoformat(each["closes"]),
        )
        for each in hours
    )


# --- What is flat ---


def _flat_keeper(
    rows: Callable[[], models.QuerySet[Any]], kind: str, key: str, names: Sequence[str], stays: str = ""
) -> Keeper:
    def value(row: Row) -> Value:
        return _flat(row, names)

    def put(row: Row, earlier: Value, now: datetime) -> None:
        back = fitting(value(row), earlier)
        back.pop(stays, None)
        _set(row, back)

    kept = frozenset([stays] if stays else [])
    return Keeper(kind, rows, lambda row: str(getattr(row, key)), value, put, kept)


LOCATION = Keeper(
    "location",
    lambda: Location.objects.select_related("photo").prefetch_related("opening_hours"),
    lambda row: row.slug,
    _place,
    _put_place,
)
# Who stops working here is asked about the appointments first: no earlier version does that in passing.
CLINICIAN = _flat_keeper(
    lambda: Clinician.objects.select_related("photo"), "clinician", "pk", PERSON, stays="active"
)
ORGANISATION = _flat_keeper(Organisation.objects.all, "organisation", "country", ANSWERABLE)
