"""One page a patient: what stands there for whom, in how many questions, and what a manager may press."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bookings import services
from bookings.models import Appointment, Patient
from bookings.services.noting import note
from clinic.models import Location, TrailRow
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import manager, nurse, page_of, queries, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
DEEDS = ("hold", "erase")


@pytest.fixture
def asked(place: Location) -> Appointment:
    row = desk_cast.ringing_request(place)
    note(appointment_id=row.pk, text="Ring the side bell", actor=cast.make_desk(place), now=NOW)
    return row


def her(row: Appointment) -> Patient:
    return Patient.objects.get(pk=row.patient_id)


def two_of_her(place: Location, asked: Appointment) -> tuple[Patient, Patient]:
    other = cast.make_request(place, starts_at=FREE_TIME.replace(hour=14))
    return her(asked), her(other)


def address_of_merge(one: Patient, two: Patient) -> str:
    return f"/admin/bookings/patient/{one.pk}/merge/{two.pk}/"


def test_everything_stands_on_one_page_in_one_line_of_time(place: Location) -> None:
    cast.make_gap()
    seen = cast.make_seen(place)
    text = text_of(nurse(place).get(page_of(seen.patient)))
    for words in ("Brigid Test", "27 March 1958", "We agreed on treatment", "Received, to patient"):
        assert words in text
    line = text.partition("What happened")[2]
    told = [line.index(f"{word} by") for word in ("Written down as a visit", "Marked as here", "Asked for")]
    assert told == sorted(told), "the newest stands on top"


def test_what_came_of_a_visit_is_for_clinicians_too(place: Location) -> None:
    cast.make_gap()
    seen = cast.make_seen(place)
    for client in (receptionist(place), manager(place)):
        assert "We agreed on treatment" not in text_of(client.get(page_of(seen.patient)))


def test_health_answers_are_for_clinicians_of_the_clinic(place: Location, asked: Appointment) -> None:
    assert "clot in a leg" in text_of(nurse(place).get(page_of(asked.patient)))
    for client in (receptionist(place), manager(place)):
        text = text_of(client.get(page_of(asked.patient)))
        assert "Ring the side bell" in text
        assert not any(words in text for words in desk_cast.ANSWER_WORDS)


def test_another_clinics_visits_are_not_on_it(place: Location, asked: Appointment) -> None:
    dublin = cast.make_clinic("dublin")
    there = cast.make_request(dublin, starts_at=FREE_TIME.replace(hour=14))
    Appointment.objects.filter(pk=there.pk).update(patient=asked.patient)
    for client, seen in ((receptionist(place), False), (receptionist(place, dublin), True)):
        text = text_of(client.get(page_of(asked.patient)))
        assert ("Dublin" in text) is seen
        assert asked.reference[:3] in text


def test_it_asks_each_table_once_however_much_there_is(place: Location, asked: Appointment) -> None:
    client = nurse(place)
    client.get(page_of(asked.patient))
    with queries() as few:
        client.get(page_of(asked.patient))
    for hour in range(11, 17):
        row = cast.make_request(
            place, starts_at=FREE_TIME.replace(hour=hour), patient=cast.make_details(email="")
        )
        Appointment.objects.filter(pk=row.pk).update(patient=asked.patient)
    with queries() as many:
        assert client.get(page_of(asked.patient)).status_code == 200
    assert few == many
    assert sum(many.values()) <= 24
    hung = {table: count for table, count in many.items() if table.startswith("bookings_")}
    # Appointments and calls are read once more to know whether she manages all of them.
    assert {table for table, count in hung.items() if count > 1} <= {
        "bookings_patient",
        "bookings_appointment",
        "bookings_calltask",
    }


def test_likely_duplicates_are_shown_and_only_a_manager_is_led_on(
    place: Location, asked: Appointment
) -> None:
    one, two = two_of_her(place, asked)
    for client, leads in ((receptionist(place), False), (manager(place), True)):
        page = client.get(page_of(one))
        assert "The same person?" in text_of(page)
        assert (address_of_merge(one, two) in page.content.decode()) is leads


def test_merging_and_undoing_by_hand(place: Location, asked: Appointment) -> None:
    one, two = two_of_her(place, asked)
    client, address = manager(place), address_of_merge(one, two)
    assert "Whose details stay?" in text_of(client.get(address))
    seen = {f"seen-{row.pk}": row.as_seen() for row in (one, two)}
    assert "Choose which details stay." in text_of(client.post(address, seen))
    assert (
        "somebody else has changed"
        in text_of(client.post(address, {**seen, f"seen-{two.pk}": "x", "keep": one.pk})).lower()
    )
    done = text_of(client.post(address, {**seen, "keep": one.pk}, follow=True))
    assert "They are one record now." in done
    assert Appointment.objects.filter(patient=one).count() == 2
    two.refresh_from_db()
    given = {"gone": two.pk, "seen": two.as_seen()}
    back = client.post(page_of(one, "unmerge"), given, follow=True)
    assert "They are two records again." in text_of(back)
    assert Appointment.objects.filter(patient=two).count() == 1


def test_the_copy_holds_everything_and_no_name_of_staff(place: Location, asked: Appointment) -> None:
    client = manager(place)
    client.get(page_of(asked.patient))
    answer = client.post(page_of(asked.patient, "export"), {"form": "json"})
    assert "attachment" in answer.headers["Content-Disposition"]
    held: dict[str, Any] = json.loads(answer.content)
    assert held["details"][0]["name"] == "Brigid Test"
    assert any("clot" in row["question"] for row in held["answers"])
    assert held["notes"][0]["text"] == "Ring the side bell"
    assert held["messages"][0]["kind"]
    assert held["calls"]
    assert held["consents"]
    assert {row["by"] for row in held["who_looked"]} == {"manager"}
    read = client.post(page_of(asked.patient, "export"), {"form": "html"}).content.decode()
    assert held["exported_at"] == "2027-02-17T10:00:00+00:00"
    for words in ('<th scope="col">Question</th>', "copied 17 February 2027, 10am", "What happened"):
        assert words in read
    for text in (answer.content.decode(), read):
        assert "Ring the side bell" in text
        assert not any(name in text for name in ("Demo", "Desk-", "[[manage_link]]", "/book/link/"))
    assert TrailRow.objects.filter(act="export", key=str(asked.patient_id)).count() == 2


def test_a_hold_is_set_with_a_reason_and_keeps_the_record(place: Location, asked: Appointment) -> None:
    client, patient = manager(place), her(asked)
    without = client.post(page_of(patient, "hold"), {"seen": patient.as_seen()})
    assert "Say in a few words why it must be kept." in text_of(without)
    given = {"seen": patient.as_seen(), "reason": "A claim"}
    assert "It is kept from erasing." in text_of(client.post(page_of(patient, "hold"), given, follow=True))
    assert "It is kept from erasing: A claim" in text_of(client.get(page_of(patient, "erase")))
    patient.refresh_from_db()
    ended = {"seen": patient.as_seen(), "end": "1"}
    assert "no longer kept" in text_of(client.post(page_of(patient, "hold"), ended, follow=True))
    assert her(asked).held_because == ""


def test_erasing_asks_first_and_says_why_not(place: Location, asked: Appointment) -> None:
    client, patient = manager(place), her(asked)
    ahead = client.get(page_of(patient, "erase"))
    assert "An appointment lies ahead. Cancel it first." in text_of(ahead)
    refused = client.post(page_of(patient, "erase"), {"seen": patient.as_seen()})
    assert (refused.status_code, her(asked).blanked_at) == (409, None)
    asked.refresh_from_db()
    cast.act(services.cancel, asked, cast.make_desk(place), reason_code="asked")
    assert "Erase for good" in text_of(client.get(page_of(patient, "erase")))
    assert her(asked).blanked_at is None
    done = client.post(page_of(patient, "erase"), {"seen": patient.as_seen()}, follow=True)
    assert "Erased." in text_of(done)
    assert "Brigid" not in done.content.decode()
    assert "Book the next visit" not in text_of(done)


def test_only_a_manager_of_all_her_clinics_may(place: Location, asked: Appointment) -> None:
    one, two = two_of_her(place, asked)
    addresses = [*(page_of(one, deed) for deed in DEEDS), address_of_merge(one, two)]
    addresses += [page_of(one, deed) for deed in ("export", "unmerge")]
    for client in (receptionist(place), nurse(place)):
        for address in addresses:
            given = {"form": "json", "keep": one.pk, "gone": two.pk, "seen": one.as_seen()}
            assert client.post(address, given).status_code == 403, address
    there = cast.make_request(cast.make_clinic("dublin"), starts_at=FREE_TIME.replace(hour=16))
    Appointment.objects.filter(pk=there.pk).update(patient=one)
    for address in addresses:
        assert manager(place).post(address, {"form": "json"}).status_code == 403, address


def test_a_name_and_a_date_of_birth_are_corrected_with_a_line_in_the_trail(
    place: Location, asked: Appointment
) -> None:
    client, address = receptionist(place), page_of(asked.patient, "correct")
    assert 'value="27 March 1958"' in client.get(address).content.decode()
    form = {"seen_name": "Brigid Test", "seen_born": "27/03/1958", "name": "Bríd Test"}
    assert "Saved." in text_of(client.post(address, {**form, "date_of_birth": "28 3 1958"}, follow=True))
    patient = her(asked)
    assert (patient.name, str(patient.date_of_birth)) == ("Bríd Test", "1958-03-28")
    row = TrailRow.objects.get(act="correct")
    assert (row.words, row.key) == ("name date_of_birth", str(patient.pk))
    slower = client.post(address, {**form, "name": "Other", "date_of_birth": "27 3 1958"})
    assert (slower.status_code, her(asked).name) == (409, "Bríd Test")
    assert "Write the name first." in text_of(client.post(address, {**form, "name": ""}))


def test_nobody_becomes_a_minor_by_a_correction(place: Location, asked: Appointment) -> None:
    form = {"seen_name": "Brigid Test", "seen_born": "27/03/1958", "name": "Brigid Test"}
    address = page_of(asked.patient, "correct")
    answer = receptionist(place).post(address, {**form, "date_of_birth": "27 3 2015"})
    assert "We treat adults only" in text_of(answer)
    assert str(her(asked).date_of_birth) == "1958-03-27"
