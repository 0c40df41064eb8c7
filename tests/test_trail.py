"""The trail: who looked at whom, written once. The database itself refuses to change it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction
from django.test import Client

from bookings.models import Appointment, AppointmentEvent
from clinic import trail
from clinic.models import TrailRow, append_only
from tests import cast, desk_cast
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def written() -> TrailRow:
    user = cast.make_staff("anna")
    return trail.looked(user, cast.make_request(cast.make_clinic()), page="appointment", now=NOW)


def refused(statement: str) -> bool:
    """Whether the database refuses what the application's own connection asks."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return append_only.REFUSAL in str(error)
    return False


@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("deed", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_a_row(table: str, deed: str) -> None:
    written()
    assert refused(deed.format(table))
    assert TrailRow.objects.exists()
    assert AppointmentEvent.objects.exists()


def test_without_the_triggers_it_would_not() -> None:
    written()
    append_only.remove(connection)
    assert len(append_only.missing(connection)) == 4
    assert not refused("UPDATE clinic_trailrow SET at = at")
    append_only.install(connection)
    assert append_only.missing(connection) == []


def test_a_check_says_when_they_are_missing() -> None:
    append_only.remove(connection)
    found = [each.id for each in run_checks(databases=["default"], include_deployment_checks=False)]
    append_only.install(connection)
    assert "clinic.E002" in found
    assert "clinic.E002" not in [each.id for each in run_checks(databases=["default"])]


def test_the_code_refuses_before_the_database_has_to() -> None:
    written()
    for rows in (TrailRow.objects.all(), AppointmentEvent.objects.all()):
        with pytest.raises(TypeError):
            rows.update(at=NOW)
        with pytest.raises(TypeError):
            rows.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_test_that_commits_finds_the_triggers_in_place(nth: int) -> None:
    assert append_only.missing(connection) == []
    written()
    assert TrailRow.objects.count() == 1


# --- What the desk leaves behind -----------------------------------------------------------------------------------
def rows_of(client: Client, address: str) -> list[tuple[str, str, str, int]]:
    before = TrailRow.objects.count()
    assert client.get(address).status_code == 200, address
    rows = TrailRow.objects.order_by("pk")[before:]
    return [(row.act, row.noun, row.key, row.count) for row in rows]


def test_each_page_about_one_person_leaves_one_row_with_the_actor() -> None:
    asked = desk_cast.ringing_request(cast.make_clinic())
    client = desk_cast.nurse(asked.location)
    for row in (asked, asked.patient, asked.call_tasks.get()):
        noun = row._meta.label_lower
        assert rows_of(client, desk_cast.page_of(row)) == [("look", noun, str(row.pk), 1)]
    assert {row.actor.username for row in TrailRow.objects.all()} == {"clinician-maidenhead"}


@pytest.mark.parametrize(
    "address",
    [
        desk_cast.QUEUE,
        desk_cast.LIST,
        desk_cast.CALLS,
        desk_cast.PATIENTS,
        "/admin/bookings/appointment/today/?day=2027-03-02",
        "/admin/bookings/appointment/diary/?day=2027-03-02",
    ],
)
def test_each_list_leaves_one_row_with_how_many_it_showed(address: str) -> None:
    place = cast.make_clinic()
    desk_cast.ringing_request(place)
    desk_cast.ringing_request(place, starts_at=cast.FREE_TIME + dt.timedelta(hours=1))
    found = rows_of(desk_cast.receptionist(place), address)
    assert [(act, count) for act, _, _, count in found] == [("list", 2)]


def test_a_row_names_the_filter_and_nothing_that_was_typed() -> None:
    place = cast.make_clinic()
    desk_cast.ringing_request(place)
    desk_cast.receptionist(place).get(f"{desk_cast.PATIENTS}?q=Brigid")
    row = TrailRow.objects.latest("pk")
    assert row.words == "q"
    assert "Brigid" not in str(list(TrailRow.objects.values_list()))


def test_a_page_that_is_refused_leaves_none() -> None:
    asked = desk_cast.ringing_request(cast.make_clinic())
    stranger = desk_cast.receptionist(cast.make_clinic("dublin"))
    assert stranger.get(desk_cast.page_of(asked)).status_code == 404
    assert not TrailRow.objects.exists()


def test_a_bulk_action_leaves_a_row_with_how_many() -> None:
    place = cast.make_clinic()
    asked = cast.make_request(place)
    client = desk_cast.receptionist(place)
    client.post(
        desk_cast.LIST,
        {"action": "confirm_chosen", "_selected_action": [asked.pk], f"version-{asked.pk}": asked.version},
    )
    assert Appointment.objects.get().status == "booked"
    row = TrailRow.objects.get(act="bulk")
    assert (row.words, row.count) == ("confirm_chosen", 1)
