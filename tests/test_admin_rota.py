"""Working patterns, closures and services: everybody at a desk reads them, a manager changes those of his clinics."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings.models import Closure, Service, WorkingPattern
from bookings.services.rota import seen_as
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import NOW
from tests.desk_cast import manager, page_of, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PATTERNS = "/admin/bookings/workingpattern/"
CLOSURES = "/admin/bookings/closure/"


def pattern_at(place: Location, **changes: Any) -> dict[str, Any]:
    row = WorkingPattern.objects.get(location=place)
    return {
        "clinician": row.clinician_id,
        "location": place.pk,
        "room": row.room_id,
        "weekday": 3,
        "starts": "09:00",
        "ends": "12:00",
        "step": 30,
        "every_n_weeks": 1,
        "valid_from": "2027-01-01",
        "row_seen": seen_as(row),
        **changes,
    }


def closure(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "closed",
        "starts_at_0": "2027-03-02",
        "starts_at_1": "09:00",
        "ends_at_0": "2027-03-02",
        "ends_at_1": "12:00",
        "reason": "Painting",
        **changes,
    }


def test_reception_reads_the_rota_and_changes_nothing(place: Location) -> None:
    row = WorkingPattern.objects.get()
    client = receptionist(place)
    assert "Nurse Demo Maidenhead" in text_of(client.get(PATTERNS))
    assert client.get(page_of(row)).status_code == 200
    assert client.post(page_of(row), pattern_at(place)).status_code == 403
    assert client.get(f"{PATTERNS}add/").status_code == 403
    assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403


def test_a_manager_changes_the_rota_of_his_clinic(place: Location) -> None:
    row = WorkingPattern.objects.get()
    client = manager(place)
    assert client.post(page_of(row), pattern_at(place)).status_code == 302
    assert WorkingPattern.objects.get().weekday == 3
    assert client.post(f"{PATTERNS}add/", pattern_at(place, weekday=4)).status_code == 302


def test_a_manager_changes_nothing_of_another_clinic(place: Location) -> None:
    other = cast.make_clinic("dublin")
    row = WorkingPattern.objects.get(location=other)
    client = manager(place)
    assert client.post(page_of(row), pattern_at(other)).status_code == 403
    assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    refused = client.post(f"{PATTERNS}add/", pattern_at(other))
    assert "Select a valid choice." in text_of(refused)
    assert WorkingPattern.objects.filter(location=other).count() == 1


def test_no_row_is_slipped_into_a_bulk_delete(place: Location) -> None:
    other = cast.make_clinic("dublin")
    row = WorkingPattern.objects.get(location=other)
    manager(place).post(PATTERNS, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert WorkingPattern.objects.filter(pk=row.pk).exists()


def test_a_room_of_another_clinic_is_refused(place: Location) -> None:
    other = cast.make_clinic("dublin")
    room = cast.make_room(other)
    refused = manager().post(f"{PATTERNS}add/", pattern_at(place, room=room.pk))
    assert "This room is not at Maidenhead." in text_of(refused)


def test_a_local_manager_closes_his_clinic_and_not_all_of_them(place: Location) -> None:
    client = manager(place)
    assert client.post(f"{CLOSURES}add/", closure(location=place.pk)).status_code == 302
    assert "This field is required." in text_of(client.post(f"{CLOSURES}add/", closure()))
    holiday = cast.make_bank_holiday(NOW.date())
    assert client.post(page_of(holiday), closure()).status_code == 403
    assert Closure.objects.count() == 2


@pytest.mark.usefixtures("clock")
def test_the_list_of_closures_says_when_and_whom_in_words_and_sets_apart_what_is_over(
    place: Location,
) -> None:
    noon = cast.FREE_TIME.replace(hour=12, minute=0)
    hour, night = dt.timedelta(hours=1), dt.timedelta(hours=12)
    cast.make_closure(noon, noon + hour, location=place, room=cast.make_room(place, "Room 9"), reason="Paint")
    cast.make_closure(noon, noon + night + 2 * hour, reason="Storm")
    cast.make_closure(noon - night, noon + night, country="GB")
    cast.make_closure(noon - night, noon + 3 * night, clinician=cast.make_clinician("Nurse Demo Gone"))
    cast.make_closure(NOW - 2 * hour, NOW - hour, reason="Flood")
    words = text_of(receptionist(place).get(CLOSURES))
    for told in (
        "Tuesday 2 March 2027, 12pm to 1pm Closed Paint Room 9, Maidenhead",
        "Tuesday 2 March 2027, 12pm to Wednesday 3 March 2027, 2am Closed Storm Everybody",
        "Tuesday 2 March 2027 Closed - United Kingdom",
        "Tuesday 2 March 2027 to Wednesday 3 March 2027 Closed - Nurse Demo Gone (demo)",
    ):
        assert told in words
    assert "Flood" not in words
    over = text_of(receptionist(place).get(CLOSURES, {"time": "over"}))
    assert "Flood" in over
    assert "Storm" not in over


def test_the_manager_of_all_closes_a_country(place: Location) -> None:
    assert manager().post(f"{CLOSURES}add/", closure(country="GB")).status_code == 302


def test_a_service_is_changed_by_the_manager_of_all_and_never_added(place: Location) -> None:
    row = Service.objects.get()
    given = {"name": "Consultation", "minutes": 45, "bookable_online": "on"}
    assert manager(place).post(page_of(row), given).status_code == 403
    assert manager().post(page_of(row), given).status_code == 302
    assert Service.objects.get().minutes == 45
    for client in (manager(), desk_cast.superuser()):
        assert client.get("/admin/bookings/service/add/").status_code == 403
        assert client.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "query", [{"country__exact": "\x00"}, {"weekday__exact": "x"}, {"location__id__exact": "9" * 30}]
)
def test_no_word_in_the_address_breaks_a_list(place: Location, query: dict[str, str]) -> None:
    for address in (PATTERNS, CLOSURES):
        assert manager(place).get(address, query, follow=True).status_code in (200, 400)
