"""The list of appointments: what is found, what is filtered, and confirming many at once, each on its own."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
import time_machine
from django.contrib import admin
from django.test import Client

from bookings import services
from bookings.life import Status
from bookings.models import Appointment
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import LIST, PATIENTS, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
HOUR = dt.timedelta(hours=1)


def two_people(place: Location) -> tuple[Appointment, Appointment]:
    anna = cast.make_details(name="Anna O'Neill-Müller", email="anna@example.ie", phone="+353861234567")
    return cast.make_request(place), cast.make_request(place, patient=anna, starts_at=FREE_TIME + HOUR)


@pytest.mark.parametrize(
    "typed",
    [
        "anna",
        "neill anna",
        "müller",
        "anna@example.ie",
        "ANNA@example",
        "+353 86 123 4567",
        "086 123 4567",
        "(086) 1234567",
        "00353861234567",
        "REFERENCE",
        "reference in small letters",
    ],
)
@pytest.mark.parametrize("address", [LIST, PATIENTS])
def test_somebody_is_found_however_she_is_typed(place: Location, typed: str, address: str) -> None:
    anna = two_people(place)[1]
    if typed == "REFERENCE":
        typed = anna.reference
    elif typed.startswith("reference"):
        typed = f"{anna.reference[:3]} {anna.reference[3:]}".lower()
    words = text_of(receptionist(place).get(address, {"q": typed}))
    assert "Anna O'Neill-Müller" in words
    assert "Brigid Test" not in words


@pytest.mark.parametrize("typed", ["0861234", "nobody at all", "7" * 90, "%", "_", "'; drop", "a" * 3000])
def test_what_fits_nobody_finds_nobody(place: Location, typed: str) -> None:
    cast.make_request(place)
    words = text_of(receptionist(place).get(LIST, {"q": typed}))
    assert "Brigid Test" not in words


def test_a_hold_is_not_shown(place: Location) -> None:
    held = services.hold(
        key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW
    )
    client = desk_cast.superuser()
    assert "0 appointments" in text_of(client.get(LIST))
    assert client.get(desk_cast.page_of(held)).status_code == 404


def test_it_is_narrowed_by_clinic_status_day_and_clinician(place: Location) -> None:
    other = cast.make_clinic("dublin")
    asked, _ = two_people(place)
    there = cast.make_booked(other, patient=cast.make_details(name="Deirdre Dublin"))
    client = desk_cast.superuser()

    def shown(**chosen: str) -> str:
        return text_of(client.get(LIST, chosen)).split(" Filter ")[0]

    assert "Deirdre Dublin" not in shown(clinic="maidenhead")
    assert "Deirdre Dublin" in shown(clinic="dublin", status="booked", clinician=str(there.clinician_id))
    assert "Brigid Test" not in shown(status="booked")
    assert "Brigid Test" not in shown(clinician=str(there.clinician_id))
    assert "Brigid Test" in shown(day="2027-03-02")
    assert "Brigid Test" not in shown(day="2027-03-03")
    assert "Brigid Test" not in shown(day="today")
    assert "Brigid Test" in shown(day="coming")
    assert asked.location == place


def test_one_day_is_the_clinics_own_day(place: Location, clock: time_machine.Coordinates) -> None:
    cast.make_pattern(
        place, starts=dt.time(0), ends=dt.time(1), weekday=2, clinician=cast.make_clinician("Owl")
    )
    midnight = dt.datetime(2027, 4, 13, 23, 30, tzinfo=dt.UTC)  # half past twelve on Wednesday by the wall
    cast.make_request(place, starts_at=midnight)
    client = receptionist(place)
    assert "Brigid Test" in text_of(client.get(LIST, {"day": "2027-04-14"}))
    assert "Brigid Test" not in text_of(client.get(LIST, {"day": "2027-04-13"}))


@pytest.mark.parametrize(
    "query",
    [
        {"clinic": "nowhere"},
        {"clinic": "' or 1=1"},
        {"status": "hold"},
        {"day": "2027-02-31"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"clinician": "9" * 30},
        {"clinician": "x"},
        {"patient__name__startswith": "B"},
        {"reference__contains": "A"},
        {"p": "9" * 30},
        {"o": "99.-77.x"},
        {"all": ""},
        {"q": "a\x00b"},
        {"status": "\x00"},
        {"\x00": "1"},
        {"_facets": "True"},
        {"_to_field": "patient"},
    ],
    ids=str,
)
def test_no_word_in_the_address_breaks_it(place: Location, query: dict[str, str]) -> None:
    cast.make_request(place)
    response = receptionist(place).get(LIST, query, follow=True)
    assert response.status_code in (200, 400)


def test_another_clinic_cannot_be_asked_for_by_its_name(place: Location) -> None:
    cast.make_clinic("dublin")
    response = receptionist(place).get(LIST, {"clinic": "dublin"})
    assert response.headers["Location"].endswith("?e=1")  # as for a clinic that never was


def test_nothing_is_added_changed_or_deleted_by_stock_pages(place: Location) -> None:
    asked = cast.make_request(place)
    client = desk_cast.superuser()
    assert client.post(desk_cast.page_of(asked), {"status": "booked"}).status_code == 405
    assert client.post(desk_cast.page_of(asked, "delete"), {"post": "yes"}).status_code == 403
    deleted = client.post(LIST, {"action": "delete_selected", "_selected_action": [asked.pk], "post": "yes"})
    assert deleted.status_code == 302  # "no action selected"
    assert Appointment.objects.get(pk=asked.pk).status == Status.PENDING
    assert "delete_selected" not in admin.site._registry[Appointment].get_actions(deleted.wsgi_request)


# --- Confirming many ------------------------------------------------------------------------------------------------
def confirm_chosen(client: Client, rows: list[Appointment], **versions: object) -> str:
    seen = {f"version-{row.pk}": row.version for row in rows}
    data = {"action": "confirm_chosen", "_selected_action": [row.pk for row in rows], **seen, **versions}
    return text_of(client.post(LIST, data, follow=True))


def test_many_are_confirmed_one_by_one_and_each_refusal_is_said(place: Location) -> None:
    asked, other = two_people(place)
    ringing = desk_cast.ringing_request(place, starts_at=FREE_TIME + 2 * HOUR)
    booked = cast.make_booked(place, starts_at=FREE_TIME + 3 * HOUR)
    words = confirm_chosen(receptionist(place), [asked, other, ringing, booked])
    assert "Confirmed: 2." in words
    assert f"{ringing.reference[:3]} {ringing.reference[3:]}: A nurse has to ring first." in words
    assert f"{booked.reference[:3]} {booked.reference[3:]}: This appointment is now: booked." in words
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 3


def test_a_row_that_changed_since_the_list_was_shown_is_not_confirmed(place: Location) -> None:
    asked = cast.make_request(place)
    words = confirm_chosen(receptionist(place), [asked], **{f"version-{asked.pk}": asked.version - 1})
    assert "was faster" in words
    assert Appointment.objects.get(pk=asked.pk).status == Status.PENDING


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_row_that_was_not_on_the_page_is_not_confirmed(place: Location, version: str) -> None:
    asked = cast.make_request(place)
    words = confirm_chosen(receptionist(place), [asked], **{f"version-{asked.pk}": version})
    assert "It was not on the page you pressed." in words
    assert Appointment.objects.get(pk=asked.pk).status == Status.PENDING


def test_the_list_carries_the_versions_it_shows(place: Location) -> None:
    asked = cast.make_request(place)
    page = receptionist(place).get(LIST).content.decode()
    assert f'name="version-{asked.pk}" value="{asked.version}"' in page


def test_another_clinics_row_cannot_be_slipped_in(place: Location) -> None:
    asked = cast.make_request(place)
    confirm_chosen(receptionist(cast.make_clinic("dublin")), [asked])
    assert Appointment.objects.get(pk=asked.pk).status == Status.PENDING


@pytest.mark.parametrize("row", ["x", "", "9" * 40, "1 or 1", "\x00"])
def test_a_ticked_row_that_is_no_number_is_refused(place: Location, row: str) -> None:
    cast.make_request(place)
    data = {"action": "confirm_chosen", "_selected_action": [row]}
    assert receptionist(place).post(LIST, data).status_code == 400


@pytest.mark.parametrize("address", [LIST, PATIENTS])
def test_it_asks_each_table_as_often_for_fifty_as_for_five(place: Location, address: str) -> None:
    client = receptionist(place)
    desk_cast.many_requests(place, 5)
    with desk_cast.queries() as few:
        client.get(address)
    Appointment.objects.update(status=Status.CANCELLED)
    desk_cast.many_requests(place, 45)
    with desk_cast.queries() as many:
        assert text_of(client.get(address)).count("Person ") == 50
    assert many == few
    assert sum(many.values()) <= 8
