"""Staff correct a phone or an email: the same rules as for the patient herself, and a line in the patient's trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail

from bookings import links, services
from bookings.models import Appointment, CallTask, Patient
from bookings.services.calling import RingMe
from bookings.services.correcting import ContactChanged, Reached
from bookings.services.errors import NotAllowed
from clinic import outbox
from clinic.models import Location, Message
from tests import cast, manage_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import page_of, receptionist, text_of
from tests.manage_cast import everything, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

booked = manage_cast.told

OLD, NEW = "brigid@example.org", "new@example.org"
PHONE = "+442079460000"


def post(appointment: Appointment, *, at: Location | None = None, **given: str) -> Any:
    """Her page at the desk, with these fields typed anew."""
    form = {"seen_phone": PHONE, "seen_email": OLD, "phone": PHONE, "email": OLD, **given}
    client = receptionist(at or appointment.location)
    return client.post(page_of(appointment.patient, "reach"), form, follow=True)


def sent() -> dict[str, str]:
    """Address and text of what goes out."""
    mail.outbox.clear()
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    return {each.to[0]: str(each.body) for each in mail.outbox}


def test_the_patients_page_leads_to_it_and_it_shows_what_stands_there(booked: Appointment) -> None:
    client = receptionist(booked.location)
    assert page_of(booked.patient, "reach") in client.get(page_of(booked.patient)).content.decode()
    page = client.get(page_of(booked.patient, "reach")).content.decode()
    assert 'value="020 7946 0000"' in page
    assert f'value="{OLD}"' in page


def test_another_email_kills_the_old_link_and_only_the_new_address_gets_the_new_one(
    booked: Appointment,
) -> None:
    old_link = links.token(booked)
    assert "Saved." in text_of(post(booked, email=NEW))
    letters = sent()
    assert set(letters) == {OLD, NEW}
    assert f"/book/link/{links.token(fresh(booked))}/" in letters[NEW]
    assert "/book/" not in letters[OLD]
    assert links.open_link(old_link) is None


def test_what_waits_follows_and_each_coming_visit_gets_its_link(place: Location, settings: Any) -> None:
    settings.SETTLE_SECONDS = 180
    booked = cast.make_booked(place)  # its confirmation waits
    later = cast.make_request(place, starts_at=FREE_TIME.replace(hour=14))
    Appointment.objects.filter(pk=later.pk).update(patient=booked.patient)
    versions = {each.pk: each.link_version for each in (booked, later)}
    post(booked, email=NEW)
    assert Message.objects.get(kind="confirmed").to_address == NEW
    assert Message.objects.filter(kind="link_again", to_address=NEW).count() == 2
    assert Message.objects.filter(kind="address_changed", to_address=OLD).count() == 1
    for each in (booked, later):
        assert fresh(each).link_version == versions[each.pk] + 1
        assert each.events.last().verb == "contact"


def test_another_phone_writes_to_nobody_and_the_link_lives(booked: Appointment) -> None:
    link, letters = links.token(booked), Message.objects.count()
    post(booked, phone="(01) 500 0000")
    assert fresh(booked).patient.phone == "+35315000000"
    assert Message.objects.count() == letters
    assert links.open_link(link) == booked


def test_who_did_it_stands_in_the_history_and_in_the_trail_without_the_address(booked: Appointment) -> None:
    post(booked, email=NEW)
    event, line = booked.events.last(), LogEntry.objects.get()
    assert event.actor.username == line.user.username == "receptionist-maidenhead"
    assert NEW not in f"{line.change_message}{line.object_repr}"


def test_without_an_email_what_waits_becomes_a_call(place: Location, settings: Any) -> None:
    settings.SETTLE_SECONDS = 180
    booked = cast.make_booked(place)
    post(booked, email="")
    assert Message.objects.get(kind="confirmed").status == "superseded"
    script = CallTask.objects.get(why="tell", kind="confirmed").script
    assert "2 March" in script
    assert "[[" not in script
    assert links.open_link(links.token(booked)) is None


def test_the_same_again_changes_nothing(booked: Appointment) -> None:
    before = everything()
    assert "Saved." in text_of(post(booked))
    assert everything() == before
    assert not LogEntry.objects.exists()


def test_slips_are_said_and_keep_what_was_typed(booked: Appointment) -> None:
    answer = post(booked, email="nobody", phone="12")
    assert answer.status_code == 422
    assert "Enter an email address like name@example.org" in text_of(answer)
    assert 'value="12"' in answer.content.decode()


def test_what_the_patient_changed_meanwhile_is_not_overwritten(booked: Appointment) -> None:
    cast.act(services.correct_contact, booked, services.PATIENT, phone=PHONE, email="hers@example.org")
    answer = post(booked, email=NEW)
    assert answer.status_code == 409
    assert "Somebody else has changed this" in text_of(answer)
    assert fresh(booked).patient.email == "hers@example.org"


def test_another_clinics_staff_cannot_and_the_service_says_so_too(booked: Appointment) -> None:
    dublin = cast.make_clinic("dublin")
    before = everything()
    assert post(booked, at=dublin, email=NEW).status_code == 404
    for actor in (cast.make_desk(dublin), services.PATIENT, services.SYSTEM):
        with pytest.raises(NotAllowed):
            services.correct_patient(
                patient_id=booked.patient_id,
                seen=Reached(PHONE, OLD),
                phone=PHONE,
                email=NEW,
                actor=actor,
                now=NOW,
            )
    assert everything() == before


def test_somebody_who_only_asked_to_be_rung_has_a_phone_to_correct_too(place: Location) -> None:
    who = RingMe("Carol Caller", "+447700900123", "any", leave_message=False)
    task = services.ring_me(who=who, location=place, country="GB", now=NOW)
    seen = Reached("+447700900123", "")
    given = {"patient_id": task.patient_id, "phone": PHONE, "actor": cast.make_desk(place), "now": NOW}
    services.correct_patient(seen=seen, email=NEW, **given)
    assert Patient.objects.get().email == NEW
    assert not Message.objects.exists()
    with pytest.raises(ContactChanged):
        services.correct_patient(seen=seen, email=OLD, **given)
