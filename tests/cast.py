"""The cast: four clinics, a nurse, a doctor, a few people, made by small functions. Fixed data, no randomness.

`NOW` is a Wednesday morning; the first time a patient may ask for lies after three working days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from bookings import services
from bookings.models import Appointment, Closure, Service, WorkingPattern
from bookings.services import SYSTEM, Actor, PatientDetails, Visit, Wish
from clinic.models import Clinician, Location, Membership, Message, Role, Room
from treatments.models import Fact, Fee
from treatments.screening import PageAnswer

NOW = dt.datetime(2027, 2, 17, 10, 0, tzinfo=dt.UTC)  # a Wednesday
FREE_TIME = dt.datetime(2027, 3, 2, 10, 15, tzinfo=dt.UTC)  # a Tuesday that every weekly pattern below offers
NONE_TICKED = {page: PageAnswer(none=True) for page in (1, 2, 3)}
PASSWORD = "a long phrase for tests"

_PLACES = {
    "amersham": (
        "Amersham",
        "24-28 The Broadway\nAmersham",
        "HP7 0HP",
        "GB",
        "Europe/London",
        "0800 783 6106",
    ),
    "maidenhead": (
        "Maidenhead",
        "The Bridge Clinic\nMaidenhead",
        "SL6 8DG",
        "GB",
        "Europe/London",
        "0800 783 6106",
    ),
    "london": ("London", "62 Wimpole Street\nLondon", "W1G 8AJ", "GB", "Europe/London", "0800 783 6106"),
    "dublin": ("Dublin", "76 Furze Road\nSandyford", "Dublin 18", "IE", "Europe/Dublin", "01 293 7839"),
}


def make_location(slug: str = "maidenhead", **changes: object) -> Location:
    name, address, postcode, country, zone, phone = _PLACES[slug]
    return Location.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "position": list(_PLACES).index(slug),
            "address": address,
            "postcode": postcode,
            "country": country,
            "time_zone": zone,
            "phone": phone,
            "phone_abroad": "+353 1 293 7839" if country == "IE" else "",
            **changes,
        },
    )[0]


def make_service(kind: str = "consultation") -> Service:
    minutes = {"consultation": 30, "session": 60, "review": 15, "scan": 30}[kind]
    return Service.objects.get_or_create(
        kind=kind,
        defaults={"name": kind.title(), "minutes": minutes, "bookable_online": kind == "consultation"},
    )[0]


def make_clinician(name: str = "Nurse Demo", role: str = "nurse") -> Clinician:
    return Clinician.objects.get_or_create(name=name, defaults={"role": role, "is_demo": True})[0]


def make_room(location: Location, name: str = "Room 1") -> Room:
    return Room.objects.get_or_create(location=location, name=name)[0]


def make_pattern(location: Location, **changes: object) -> WorkingPattern:
    """Tuesdays, 9am to 5pm, a start every 15 minutes."""
    values = {
        "clinician": changes.pop("clinician", None) or make_clinician(),
        "room": changes.pop("room", None) or make_room(location),
        "weekday": 1,
        "starts": dt.time(9),
        "ends": dt.time(17),
        "step": 15,
        "valid_from": dt.date(2027, 1, 1),
        **changes,
    }
    return WorkingPattern.objects.create(location=location, **values)


def make_clinic(slug: str = "maidenhead") -> Location:
    """A clinic with one nurse in one room on Tuesdays: every time there has exactly one place."""
    location = make_location(slug)
    make_service()
    make_fees()
    make_pattern(location, clinician=make_clinician(f"Nurse Demo {location.name}"))
    return location


def make_second_pair(location: Location) -> None:
    """Another nurse in another room: from now on every time there has exactly two places."""
    make_pattern(
        location,
        clinician=make_clinician(f"Doctor Demo {location.name}", "doctor"),
        room=make_room(location, "Room 2"),
    )


def make_fees() -> None:
    for country in ("GB", "IE"):
        Fee.objects.get_or_create(
            service="session",
            country=country,
            currency="GBP",
            defaults={"amount": "395.00", "includes": "Injections"},
        )


def make_closure(starts: dt.datetime, ends: dt.datetime, **changes: object) -> Closure:
    return Closure.objects.create(starts_at=starts, ends_at=ends, **changes)


def make_bank_holiday(day: dt.date, country: str = "GB") -> Closure:
    starts = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    return Closure.objects.create(
        kind="bank-holiday", country=country, day=day, starts_at=starts, ends_at=starts + dt.timedelta(days=1)
    )


def make_gap() -> Fact:
    """How long a treated area rests: the fact that the rule of sessions reads."""
    words = {"text": "2 weeks", "unit": "days", "reason": "As the pages say.", "certainty": "differ"}
    return Fact.objects.get_or_create(key="gap_min", defaults={"number": 14, "topic": "sessions", **words})[0]


def make_details(**changes: object) -> PatientDetails:
    values: dict[str, object] = {
        "name": "Brigid Test",
        "phone": "+442079460000",
        "email": "brigid@example.org",
        "date_of_birth": dt.date(1958, 3, 27),
        "leave_message": True,
        **changes,
    }
    return PatientDetails(**values)  # type: ignore[arg-type]


def make_wish(location: Location, **changes: object) -> Wish:
    values: dict[str, object] = {
        "location": location,
        "service": make_service(),
        "starts_at": FREE_TIME,
        "area": "thread",
        "answers": NONE_TICKED,
        "by_phone": False,
        **changes,
    }
    return Wish(**values)  # type: ignore[arg-type]


def make_request(
    location: Location,
    *,
    key: UUID | None = None,
    now: dt.datetime = NOW,
    patient: PatientDetails | None = None,
    **wish: object,
) -> Appointment:
    """A sent request, the way a patient sends it."""
    return services.request(
        key=key or uuid4(), wish=make_wish(location, **wish), patient=patient or make_details(), now=now
    )


def make_booked(location: Location, **changes: object) -> Appointment:
    """A request that staff have confirmed."""
    asked = make_request(location, **changes)  # type: ignore[arg-type]
    return services.confirm(
        appointment_id=asked.pk, expected_version=asked.version, actor=services.SYSTEM, now=NOW
    )


def make_staff(username: str, role: str = Role.RECEPTIONIST, *locations: Location, **changes: object) -> User:
    """A member of staff with one role at these clinics, or, with none given, at all of them."""
    user = User.objects.create_user(
        username, password=PASSWORD, is_staff=True, first_name=username.title(), last_name="Demo", **changes
    )
    for location in locations or (None,):
        Membership.objects.create(user=user, location=location, role=role)
    return user


def make_actor(user: User) -> Actor:
    return Actor.staff(user)


def make_desk(location: Location) -> Actor:
    """A receptionist of this clinic alone."""
    name = f"desk-{location.slug}"
    return Actor.staff(
        User.objects.filter(username=name).first() or make_staff(name, "receptionist", location)
    )


def act(
    verb: Callable[..., Appointment],
    appointment: Appointment,
    actor: Actor = SYSTEM,
    *,
    now: dt.datetime = NOW,
    **given: object,
) -> Appointment:
    """One verb on an appointment in the version that the caller has seen."""
    return verb(
        appointment_id=appointment.pk, expected_version=appointment.version, actor=actor, now=now, **given
    )


def make_nurse(location: Location) -> Actor:
    """A clinician of this clinic who logs in."""
    name = f"nurse-{location.slug}"
    return Actor.staff(User.objects.filter(username=name).first() or make_staff(name, "clinician", location))


def make_seen(
    location: Location, *, weeks_ago: int = 4, visit: Visit | None = None, **wish: object
) -> Appointment:
    """A consultation some weeks before FREE_TIME, after which a nurse wrote down what was decided."""
    at = FREE_TIME - dt.timedelta(weeks=weeks_ago)
    asked = make_request(location, starts_at=at, now=at - dt.timedelta(weeks=2), **wish)  # type: ignore[arg-type]
    nurse, before = make_nurse(location), at - dt.timedelta(weeks=1)
    booked = act(services.confirm, asked, now=before)
    here = act(services.arrive, booked, nurse, now=at)
    return act(services.record_visit, here, nurse, now=at, visit=visit or Visit(decision="treat"))


def make_session(location: Location, *, starts_at: dt.datetime = FREE_TIME, **changes: object) -> Appointment:
    """A booked session of somebody seen four weeks before, with whom treatment was agreed."""
    seen = make_seen(location, **changes)  # type: ignore[arg-type]
    return services.follow_up(
        key=uuid4(),
        patient_id=seen.patient_id or 0,
        booking=services.PhoneBooking(location, make_service("session"), starts_at),
        actor=make_nurse(location),
        now=NOW,
    )


def post_went() -> None:
    """Everything queued so far has been sent, as the worker would have done by now."""
    Message.objects.unsent().update(status=Message.Status.SENT, sent_at=NOW, attempts=1)
