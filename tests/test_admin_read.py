"""The page of one appointment and of one patient: what each role reads there, notes, history, and what may be pressed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment, Note
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import FREE_TIME
from tests.desk_cast import LIST, PATIENTS, manager, nurse, page_of, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def test_reception_reads_who_when_consent_messages_and_what_happened(place: Location) -> None:
    asked = cast.make_request(place, anything_else="I come by train.", access_needs=("step-free",))
    words = text_of(receptionist(place).get(page_of(asked)))
    for expected in (
        "Brigid Test",
        "020 7946 0000",
        "brigid@example.org",
        "27 March 1958",
        "Tuesday 2 March 2027, 10:15am",
        "Step-free room",
        "£395 per session",
        "I ask for this appointment, and I have not agreed to any treatment.",
        "Received, to patient: Waiting",
        "I come by train.",
        "Asked for by the patient.",
    ):
        assert expected in words


@pytest.mark.parametrize("role", ["receptionist", "manager"])
def test_health_answers_are_hidden_from_all_but_clinicians(place: Location, role: str) -> None:
    asked = desk_cast.ringing_request(place)
    page = desk_cast.somebody(role, place).get(page_of(asked))
    assert "Nurse to ring first" in text_of(page)
    assert not any(word in page.content.decode() for word in desk_cast.ANSWER_WORDS)
    assert "Health answers" not in text_of(page)


def test_a_clinician_of_the_clinic_reads_every_answer(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    words = text_of(nurse(place).get(page_of(asked)))
    assert "clot in a leg" in words
    assert "Doctor first" in words
    assert "version" in words


def test_a_clinician_elsewhere_who_is_reception_here_reads_none(place: Location) -> None:
    other = cast.make_clinic("dublin")
    asked = desk_cast.ringing_request(place)
    user = cast.make_staff("both", "receptionist", place)
    user.memberships.create(location=other, role="clinician")
    assert "Health answers" not in text_of(desk_cast.at(user).get(page_of(asked)))


def test_what_a_clinician_noted_of_a_call_stays_with_clinicians(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    task = asked.call_tasks.get()
    nurse(place).post(page_of(task, "close"), {"outcome": "doctor", "reason": "had a clot"})
    words = text_of(receptionist(place).get(page_of(asked)))
    assert "Done by a clinician" in words
    assert "doctor first" not in words.lower()
    assert "had a clot" not in text_of(receptionist(place).get(page_of(task)))
    assert "Cleared" in words


def test_the_buttons_are_the_legal_next_verbs_with_the_version_seen(
    place: Location, clock: time_machine.Coordinates
) -> None:
    asked = cast.make_request(place)

    def offered() -> set[str]:
        page = receptionist(place).get(page_of(asked)).content.decode()
        names = (
            "confirm",
            "decline",
            "not_answered",
            "cancel",
            "move",
            "arrive",
            "no_show",
            "fulfil",
            "undo",
            "void",
        )
        return {name for name in names if page_of(asked, name) in page}

    assert offered() == {"confirm", "decline", "cancel", "move"}
    assert f"decline/?version={asked.version}" in receptionist(place).get(page_of(asked)).content.decode()
    cast.act(services.confirm, asked)
    assert offered() == {"cancel", "move", "arrive"}
    clock.move_to(FREE_TIME + dt.timedelta(minutes=1))
    assert offered() == {"cancel", "move", "arrive", "no_show"}
    asked.refresh_from_db()
    cast.act(services.arrive, asked, now=FREE_TIME)
    assert offered() == {"fulfil", "undo"}
    page = manager(place).get(page_of(asked)).content.decode()
    assert page_of(asked, "void") in page


def test_a_request_behind_the_gate_offers_no_confirm(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    assert page_of(asked, "confirm") not in receptionist(place).get(page_of(asked)).content.decode()


def test_a_note_is_kept_with_who_wrote_it(place: Location) -> None:
    asked = cast.make_request(place)
    client = receptionist(place)
    page = client.post(page_of(asked, "note"), {"text": "Rang about parking."}, follow=True)
    assert "Receptionist-Maidenhead Demo, Wednesday 17 February 2027, 10am" in text_of(page)
    assert Note.objects.get().text == "Rang about parking."


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "x" * 2000])
def test_a_note_that_cannot_be_is_said_and_kept(place: Location, text: str) -> None:
    asked = cast.make_request(place)
    response = receptionist(place).post(page_of(asked, "note"), {"text": text})
    assert response.status_code == 422
    assert "Please look at this again" in text_of(response)
    assert not Note.objects.exists()


def test_a_get_writes_no_note(place: Location) -> None:
    asked = cast.make_request(place)
    assert receptionist(place).get(page_of(asked, "note"), {"text": "x"}).status_code == 405


def test_its_title_names_no_person_and_no_health_word(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    for address in (page_of(asked), page_of(asked.call_tasks.get()), page_of(asked.patient)):
        title = nurse(place).get(address).content.decode().split("<title>")[1].split("</title>")[0]
        assert "Brigid" not in title
        assert "clot" not in title


def test_the_address_of_the_history_leads_to_the_page(place: Location) -> None:
    asked = cast.make_request(place)
    assert receptionist(place).get(page_of(asked, "history")).headers["Location"] == page_of(asked)


def test_a_patients_page_shows_appointments_and_calls_of_her_clinics_only(place: Location) -> None:
    other = cast.make_clinic("dublin")
    asked = desk_cast.ringing_request(place)
    there = cast.make_booked(other)
    Appointment.objects.filter(pk=there.pk).update(patient=asked.patient)
    words = text_of(receptionist(place).get(page_of(asked.patient)))
    assert "Brigid Test" in words
    assert "Maidenhead" in words
    assert "Nurse to ring first: still to make" in words
    assert "Dublin" not in words
    assert "Dublin" in text_of(receptionist(other).get(page_of(asked.patient)))


def test_a_patient_is_only_read(place: Location) -> None:
    asked = cast.make_request(place)
    client = desk_cast.superuser()
    assert client.post(page_of(asked.patient), {"name": "x"}).status_code == 405
    assert client.get(f"{PATIENTS}add/").status_code == 403
    assert client.post(page_of(asked.patient, "delete"), {"post": "yes"}).status_code == 403


def test_each_table_is_asked_once(place: Location) -> None:
    asked = desk_cast.ringing_request(place, anything_else="Hello")
    client = nurse(place)
    with desk_cast.queries() as asks:
        client.get(page_of(asked))
    assert all(times == 1 for table, times in asks.items()), asks
    assert client.get(LIST).status_code == 200
