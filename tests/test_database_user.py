"""The application's own database user: the very statements of docs/operate.md, tried. PostgreSQL only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction

from bookings.models import Appointment, AppointmentEvent
from clinic import outbox
from clinic.models import TrailRow, append_only
from tests import cast, desk_cast

pytestmark = pytest.mark.django_db
OPERATE = Path(__file__).resolve().parent.parent / "docs" / "operate.md"
REFUSED = (
    *(
        f"{deed} {table}"
        for table in append_only.TABLES
        for deed in ("DELETE FROM", "TRUNCATE", "DROP TABLE")
    ),
    "UPDATE clinic_trailrow SET at = at",
    "UPDATE bookings_appointmentevent SET at = at",
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in append_only.TABLES),
    "TRUNCATE bookings_appointment CASCADE",
    "DROP TABLE bookings_appointment CASCADE",
    "ALTER TABLE bookings_appointment ADD COLUMN extra integer",
    "CREATE TABLE extra (id integer)",
    "DELETE FROM django_migrations",
    "CREATE ROLE another",
)


def statements() -> list[str]:
    """The SQL of "The database's own user", without making the database: a test has one."""
    part = (
        OPERATE.read_text(encoding="utf-8").partition("## The database's own user")[2].partition("\n## ")[0]
    )
    found = [line for block in re.findall(r"```sql\n(.*?)```", part, re.S) for line in block.splitlines()]
    assert len(found) == 10
    return found


@pytest.fixture
def granted(db: None) -> str:
    """The name that the application's user has here. It goes when the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        for line in statements():
            if not line.startswith("CREATE DATABASE"):
                # A role belongs to the whole server, where the real ones may live.
                cursor.execute(re.sub(r"\b(clinic_app|clinic_owner)\b", r"\1_of_a_test", line))
    return "clinic_app_of_a_test"


@contextmanager
def signed_in(name: str) -> Iterator[None]:
    """What the connection does is done by this user, as if it had logged in as such."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {name}")
        try:
            yield
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")


def refused(statement: str) -> bool:
    """Whether the rights of the user, and nothing else, stand in the way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_a_patient_asks_and_the_desk_answers_under_it(granted: str) -> None:
    place = cast.make_clinic()
    with time_machine.travel(cast.NOW, tick=False), signed_in(granted):
        asked = cast.make_request(place)
        client = desk_cast.receptionist(place)
        assert client.get(desk_cast.page_of(asked)).status_code == 200
        desk_cast.press(client, asked, "confirm")
        assert client.get(desk_cast.QUEUE).status_code == 200
        outbox.beat(name="worker", now=cast.NOW)
    assert Appointment.objects.get().status == "booked"
    assert TrailRow.objects.count() >= 2
    assert AppointmentEvent.objects.count() >= 2


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_it_what_is_not_its_own(granted: str, statement: str) -> None:
    append_only.remove(connection)  # so that the rights alone are asked
    with signed_in(granted):
        assert refused(statement)
    assert not refused(statement), "nobody may do this, so it proves nothing"


def test_with_wider_rights_it_would_not_be_refused(granted: str) -> None:
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {granted}")
    with signed_in(granted):
        assert [each for each in REFUSED if each.startswith(("UPDATE", "DELETE")) and refused(each)] == []
        assert refused("DROP TABLE clinic_trailrow")


def test_every_table_that_is_written_once_has_its_line() -> None:
    line = next(each for each in statements() if each.startswith("REVOKE UPDATE, DELETE ON"))
    assert [table for table in append_only.TABLES if table not in line] == []
