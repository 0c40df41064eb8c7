"""Erasing one person: everything personal goes, events and counts stay, and it is refused where a rule keeps the record."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.apps import apps
from django.core import serializers

from bookings import links, services
from bookings.models import Appointment, AppointmentEvent, CallTask, Patient
from bookings.services.erasing import MustBeKept, PatientChanged, erase, hold_record
from bookings.services.errors import NotAllowed
from bookings.services.noting import note
from clinic.models import Location, Message, TrailRow
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MARK = "zebrafinch"
YEARS_ON = FREE_TIME + dt.timedelta(days=8 * 366)


@pytest.fixture
def boss(place: Location) -> services.Actor:
    return cast.make_actor(cast.make_staff("boss", "manager", place))


def marked(place: Location) -> Appointment:
    """A request with the mark in everything a person types, and a cancelled visit in the end."""
    who = cast.make_details(name=f"Brigid {MARK}", email=f"{MARK}@example.org", asked_by=MARK)
    asked = cast.make_request(place, patient=who)
    desk = cast.make_desk(place)
    note(appointment_id=asked.pk, text=MARK, actor=desk, now=NOW)
    CallTask.objects.create(
        why="tell",
        patient=asked.patient,
        appointment=asked,
        location=place,
        country="GB",
        script=MARK,
        reason=MARK,
        made_at=NOW,
        due_at=NOW,
    )
    return cast.act(services.cancel, asked, desk, reason_code="asked")


def everything_kept() -> str:
    """Every row of every table of ours, as text."""
    return "\n".join(
        serializers.serialize("json", model._base_manager.all())
        for room in ("bookings", "clinic")
        for model in apps.get_app_config(room).get_models()
    )


def erased(row: Appointment, actor: services.Actor, now: dt.datetime = NOW) -> Patient:
    patient = Patient.objects.get(pk=row.patient_id)
    return erase(patient_id=patient.pk, seen=patient.as_seen(), actor=actor, now=now)


def test_nothing_that_she_said_is_left_anywhere(place: Location, boss: services.Actor) -> None:
    row = marked(place)
    assert everything_kept().count(MARK) >= 8
    assert "2079460000" in everything_kept()
    events, letters = AppointmentEvent.objects.count(), Message.objects.count()
    gone = erased(row, boss)
    left = everything_kept()
    assert MARK not in left
    assert "2079460000" not in left
    assert "1958-03-27" not in left
    assert gone.blanked_at == NOW
    assert (AppointmentEvent.objects.count(), Message.objects.count()) == (events, letters)
    assert not Message.objects.unsent().filter(audience="patient").exists()
    assert not CallTask.objects.open().exists()
    said = TrailRow.objects.get(act="erase")
    assert (said.actor, said.key) == (boss.user, str(gone.pk))
    assert json.loads(serializers.serialize("json", [said]))


def test_her_old_links_die(place: Location, boss: services.Actor) -> None:
    row = marked(place)
    row.refresh_from_db()
    token = links.token(row)
    assert links.open_link(token)
    erased(row, boss)
    assert links.open_link(token) is None


def test_a_visit_record_is_blanked_once_the_years_have_gone_by(place: Location, boss: services.Actor) -> None:
    cast.make_gap()
    seen = cast.make_seen(place, visit=services.Visit(decision="treat", areas=["left-calf"], note=MARK))
    with pytest.raises(MustBeKept, match=r"kept for 8 years after the last contact, here until .* 2035"):
        erased(seen, boss)
    erased(seen, boss, YEARS_ON)
    seen.record.refresh_from_db()
    assert (seen.record.decision, seen.record.areas) == ("", [])
    assert MARK not in everything_kept()


def test_a_visit_ahead_keeps_her(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    with pytest.raises(MustBeKept, match="An appointment lies ahead"):
        erased(booked, boss)


def test_a_visit_that_nobody_marked_counts_as_seen(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    with pytest.raises(MustBeKept, match="nobody has said that she was not"):
        erased(booked, boss, FREE_TIME + dt.timedelta(days=1))


def test_a_hold_keeps_her_until_it_is_taken_off(place: Location, boss: services.Actor) -> None:
    patient = marked(place).patient
    assert patient
    held = hold_record(patient_id=patient.pk, seen=patient.as_seen(), reason="A claim", actor=boss, now=NOW)
    with pytest.raises(MustBeKept, match="It is kept from erasing: A claim"):
        erase(patient_id=held.pk, seen=held.as_seen(), actor=boss, now=NOW)
    free = hold_record(patient_id=held.pk, seen=held.as_seen(), reason="", actor=boss, now=NOW)
    assert erase(patient_id=free.pk, seen=free.as_seen(), actor=boss, now=NOW).blanked_at
    words = list(TrailRow.objects.filter(act="hold").order_by("pk").values_list("words", flat=True))
    assert words == ["held", "no longer held"]


def test_twice_is_refused_with_the_day(place: Location, boss: services.Actor) -> None:
    row = marked(place)
    erased(row, boss)
    with pytest.raises(MustBeKept, match="erased on Wednesday 17 February 2027"):
        erased(row, boss)


def test_what_somebody_changed_since_is_looked_at_again(place: Location, boss: services.Actor) -> None:
    patient = marked(place).patient
    assert patient
    seen = patient.as_seen()
    Patient.objects.filter(pk=patient.pk).update(name="Another")
    for verb, given in ((erase, {}), (hold_record, {"reason": "A claim"})):
        with pytest.raises(PatientChanged):
            verb(patient_id=patient.pk, seen=seen, actor=boss, now=NOW, **given)  # type: ignore[operator]


@pytest.mark.parametrize("role", ["receptionist", "clinician"])
def test_others_may_not(place: Location, role: str) -> None:
    row = marked(place)
    with pytest.raises(NotAllowed):
        erased(row, cast.make_actor(cast.make_staff("other", role, place)))


def test_a_manager_of_one_of_her_clinics_may_not(place: Location, boss: services.Actor) -> None:
    row = marked(place)
    dublin = cast.make_clinic("dublin")
    there = cast.make_request(dublin, starts_at=FREE_TIME.replace(hour=14))
    Appointment.objects.filter(pk=there.pk).update(patient=row.patient)
    with pytest.raises(NotAllowed):
        erased(row, boss)
    cast.act(services.cancel, there, services.SYSTEM, reason_code="asked")
    both = cast.make_staff("both", "manager", place, dublin)
    assert erased(row, cast.make_actor(both)).blanked_at
