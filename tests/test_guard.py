"""The database's own refusal of overlap: whoever writes, by whatever way. And the check that notices when it is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from uuid import uuid4

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from bookings import services
from bookings.life import BLOCKING, Status
from bookings.models import Appointment, guard
from bookings.services.errors import TimeTaken
from bookings.services.transaction import durable
from clinic.models import Clinician
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MINUTE = dt.timedelta(minutes=1)
HALF_HOUR = 30 * MINUTE


def row(taken: Appointment, **changes: object) -> Appointment:
    """Another appointment of the same nurse in the same room, not saved."""
    values: dict[str, object] = {
        "service": taken.service,
        "location": taken.location,
        "clinician": taken.clinician,
        "room": taken.room,
        "patient": taken.patient,
        "starts_at": taken.starts_at,
        "ends_at": taken.ends_at,
        "status": Status.BOOKED,
        **changes,
    }
    return Appointment(**values)


def refused(name: str = "") -> AbstractContextManager[object]:
    """The database says no, in a savepoint so that the test can go on."""
    return pytest.raises(IntegrityError, match=name or "appointment_(clinician|room)_overlap")


@pytest.fixture
def taken() -> Appointment:
    return cast.make_request(cast.make_clinic())


# --- Every way of writing --------------------------------------------------------------------------------------
def by_save(new: Appointment) -> None:
    new.save()


def by_bulk_create(new: Appointment) -> None:
    Appointment.objects.bulk_create([new])


def by_update(new: Appointment) -> None:
    """A row that stands elsewhere is pushed onto the taken time by a plain `update`."""
    starts, ends = new.starts_at, new.ends_at
    new.starts_at, new.ends_at = starts + dt.timedelta(days=7), ends + dt.timedelta(days=7)
    new.save()
    Appointment.objects.filter(pk=new.pk).update(starts_at=starts, ends_at=ends)


def by_bulk_update(new: Appointment) -> None:
    starts, ends = new.starts_at, new.ends_at
    new.starts_at, new.ends_at = starts + dt.timedelta(days=7), ends + dt.timedelta(days=7)
    new.save()
    new.starts_at, new.ends_at = starts, ends
    Appointment.objects.bulk_update([new], ["starts_at", "ends_at"])


def by_status(new: Appointment) -> None:
    """A cancelled row is brought back to life."""
    status, new.status = new.status, Status.CANCELLED
    new.save()
    Appointment.objects.filter(pk=new.pk).update(status=status)


def by_sql(new: Appointment) -> None:
    new.starts_at, new.ends_at = new.starts_at + dt.timedelta(days=7), new.ends_at + dt.timedelta(days=7)
    new.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bookings_appointment SET starts_at = (SELECT starts_at FROM bookings_appointment WHERE id <> %s), "
            "ends_at = (SELECT ends_at FROM bookings_appointment WHERE id <> %s) WHERE id = %s",
            [new.pk, new.pk, new.pk],
        )


RAW = [by_save, by_bulk_create, by_update, by_bulk_update, by_status, by_sql]


@pytest.mark.parametrize("write", RAW)
@pytest.mark.parametrize("status", BLOCKING)
def test_no_raw_write_doubles_a_time(
    taken: Appointment, write: Callable[[Appointment], None], status: Status
) -> None:
    hold = {"hold_expires_at": NOW + HALF_HOUR} if status == Status.HOLD else {}
    with refused(), transaction.atomic():
        write(row(taken, status=status, **hold))
    assert Appointment.objects.filter(status__in=BLOCKING).count() == 1


@pytest.mark.parametrize(
    ("starts", "minutes"),
    [(0, 30), (-15, 30), (15, 30), (-15, 60), (5, 10), (-29, 30), (29, 30)],
    ids=["same", "from before", "to after", "around", "within", "by a minute before", "by a minute after"],
)
def test_every_kind_of_overlap_is_refused(taken: Appointment, starts: int, minutes: int) -> None:
    begin = FREE_TIME + starts * MINUTE
    with refused(), transaction.atomic():
        row(taken, starts_at=begin, ends_at=begin + minutes * MINUTE).save()


@pytest.mark.parametrize("starts", [-30, 30])
def test_the_times_next_to_it_are_free(taken: Appointment, starts: int) -> None:
    begin = FREE_TIME + starts * MINUTE
    row(taken, starts_at=begin, ends_at=begin + HALF_HOUR).save()
    assert Appointment.objects.count() == 2


def test_a_fraction_of_a_second_of_overlap_is_refused_and_none_is_free(taken: Appointment) -> None:
    end = FREE_TIME + HALF_HOUR
    with refused(), transaction.atomic():
        row(taken, starts_at=end - dt.timedelta(microseconds=1), ends_at=end + HALF_HOUR).save()
    row(taken, starts_at=end, ends_at=end + dt.timedelta(microseconds=1)).save()
    row(taken, starts_at=end + dt.timedelta(microseconds=1), ends_at=end + HALF_HOUR).save()


def test_the_room_alone_and_the_clinician_alone_are_guarded(taken: Appointment) -> None:
    other, room = cast.make_clinician("Nurse Demo Two"), cast.make_room(taken.location, "Room 2")
    with refused(guard.ROOM), transaction.atomic():
        row(taken, clinician=other).save()
    with refused(guard.CLINICIAN), transaction.atomic():
        row(taken, room=room).save()
    row(taken, clinician=other, room=room).save()


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NOSHOW, Status.ENTERED_IN_ERROR])
def test_one_that_let_its_time_go_blocks_nobody(taken: Appointment, status: Status) -> None:
    Appointment.objects.update(status=status)
    row(taken).save()
    row(taken, status=status).save()
    assert Appointment.objects.count() == 3


def test_a_row_may_be_written_again_onto_its_own_time(taken: Appointment) -> None:
    taken.save()
    Appointment.objects.filter(pk=taken.pk).update(starts_at=FREE_TIME + 5 * MINUTE)


# --- Rows that would slip through an overlap test -----------------------------------------------------------------
@pytest.mark.parametrize("minutes", [0, -30], ids=["no length", "ends before it starts"])
def test_a_row_without_length_is_refused(taken: Appointment, minutes: int) -> None:
    with refused("appointment_ends_after_start"), transaction.atomic():
        row(taken, ends_at=FREE_TIME + minutes * MINUTE).save()
    with refused("appointment_ends_after_start"), transaction.atomic():
        Appointment.objects.update(ends_at=FREE_TIME + minutes * MINUTE)


@pytest.mark.parametrize("column", ["room_id", "clinician_id", "location_id", "service_id"])
def test_a_row_without_room_or_clinician_is_refused(taken: Appointment, column: str) -> None:
    elsewhere = {"starts_at": FREE_TIME + HALF_HOUR, "ends_at": FREE_TIME + 2 * HALF_HOUR}
    with refused(column), transaction.atomic():
        row(taken, **elsewhere, **{column.removesuffix("_id"): None}).save()
    with refused(column), transaction.atomic():
        Appointment.objects.update(**{column: None})


def test_a_row_without_a_patient_is_a_hold_and_a_hold_has_an_end(taken: Appointment) -> None:
    elsewhere = {"starts_at": FREE_TIME + HALF_HOUR, "ends_at": FREE_TIME + 2 * HALF_HOUR}
    with refused("appointment_has_patient"), transaction.atomic():
        row(taken, patient=None, **elsewhere).save()
    with refused("hold_expires"), transaction.atomic():
        row(taken, patient=None, status=Status.HOLD, **elsewhere).save()


# --- The verbs, one after another -----------------------------------------------------------------------------------
def test_every_verb_meets_the_guard(taken: Appointment) -> None:
    place, desk = taken.location, cast.make_desk(taken.location)
    service, after = cast.make_service(), FREE_TIME + HALF_HOUR
    other = cast.make_request(place, starts_at=after)
    gone = cast.act(services.confirm, cast.make_request(place, starts_at=after + HALF_HOUR))
    gone = cast.act(services.no_show, gone, now=FREE_TIME + 2 * HALF_HOUR)
    cast.make_request(place, starts_at=after + HALF_HOUR)
    booking = services.PhoneBooking(place, service, FREE_TIME)
    override = services.Override("Please")
    tries: list[Callable[[], object]] = [
        lambda: services.hold(key=uuid4(), location=place, service=service, starts_at=FREE_TIME, now=NOW),
        lambda: cast.make_request(place),
        lambda: add(booking, desk, None),
        lambda: add(booking, desk, override),
        lambda: cast.act(services.move, other, location=place, starts_at=FREE_TIME),
        lambda: cast.act(services.move, other, desk, location=place, starts_at=FREE_TIME, override=override),
        lambda: cast.act(services.undo, gone, desk),
        lambda: cast.act(services.arrive, gone, desk),
    ]
    for attempt in tries:
        with pytest.raises(TimeTaken):
            attempt()
    assert len(tries) == 8


def add(
    booking: services.PhoneBooking, actor: services.Actor, override: services.Override | None
) -> Appointment:
    return services.add(
        key=uuid4(), booking=booking, patient=cast.make_details(), actor=actor, override=override, now=NOW
    )


def test_a_bulk_action_that_calls_the_verb_for_each_row_stops_at_the_taken_ones(taken: Appointment) -> None:
    place = taken.location
    times = (FREE_TIME + minutes * MINUTE for minutes in (60, 120, 180))
    others = [cast.make_request(place, starts_at=at) for at in times]
    outcomes = []
    for each in others:
        try:
            outcomes.append(cast.act(services.move, each, location=place, starts_at=FREE_TIME + HALF_HOUR))
        except TimeTaken:
            outcomes.append(None)
    assert [bool(outcome) for outcome in outcomes] == [True, False, False]


# --- What counts as "just taken" ------------------------------------------------------------------------------------
def failing(write: Callable[[], object]) -> None:
    durable(write)()


def test_a_refusal_by_the_guard_alone_is_told_as_taken(taken: Appointment) -> None:
    with pytest.raises(TimeTaken):
        failing(lambda: row(taken).save())


@pytest.mark.parametrize(
    "changes",
    [{"room": None}, {"ends_at": FREE_TIME}, {"patient": None}, {"reference": "twice"}],
    ids=["no room", "no length", "no patient", "a reference twice"],
)
def test_any_other_broken_rule_is_not(taken: Appointment, changes: dict[str, object]) -> None:
    Appointment.objects.update(reference="twice")
    values = {"starts_at": FREE_TIME + HALF_HOUR, "ends_at": FREE_TIME + 2 * HALF_HOUR} | changes
    with pytest.raises(IntegrityError):
        failing(lambda: row(taken, **values).save())


def test_a_reference_that_was_drawn_before_is_drawn_again(taken: Appointment) -> None:
    """One in 1,500 bookings meets it once there are 100,000 rows: nobody may see an error page for that."""
    drawn = iter([taken.reference, "ANEW23"])
    elsewhere = {"starts_at": FREE_TIME + HALF_HOUR, "ends_at": FREE_TIME + 2 * HALF_HOUR}
    failing(lambda: row(taken, reference=next(drawn), **elsewhere).save())
    assert Appointment.objects.filter(reference="ANEW23").exists()


# --- The check that notices when the guard is gone --------------------------------------------------------------------
def problems() -> list[str]:
    found = run_checks(tags=[Tags.database], databases=["default"])
    return [each.msg for each in found if each.id == "bookings.E001"]


def test_a_standing_guard_is_no_problem() -> None:
    assert problems() == []
    assert guard.missing(connection) == []


@pytest.mark.parametrize("name", list(guard.GUARDED))
def test_each_missing_part_is_an_error_until_it_is_put_back(name: str) -> None:
    drop = (
        [f"ALTER TABLE {guard.TABLE} DROP CONSTRAINT {name}"]
        if connection.vendor == "postgresql"
        else [f"DROP TRIGGER {name}_UPDATE"]
    )
    with connection.cursor() as cursor:
        for statement in drop:
            cursor.execute(statement)
    assert name in problems()[0]
    with pytest.raises(SystemCheckError, match="E001"):
        call_command("check", databases=["default"], stdout=StringIO(), stderr=StringIO())
    guard.install(connection)
    assert problems() == []


def test_without_the_guard_the_database_takes_a_double(taken: Appointment) -> None:
    """The control: it is the guard that refuses, not something else."""
    connection.check_constraints()  # PostgreSQL alters no table while it still has rows to check
    guard.remove(connection)
    row(taken).save()
    assert Appointment.objects.count() == 2


def test_installing_it_twice_does_no_harm(taken: Appointment) -> None:
    connection.check_constraints()
    guard.install(connection)
    guard.install(connection)
    with refused(), transaction.atomic():
        row(taken).save()


@pytest.mark.django_db(transaction=True)
def test_the_check_notices_a_remade_table() -> None:
    """SQLite remakes a table for most alterations, and its triggers are gone without a word."""
    old = Appointment._meta.get_field("area")
    new = models.CharField(max_length=30, blank=True)
    new.set_attributes_from_name("area")
    new.model = Appointment
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(Appointment, old, new, strict=False)
        lost = connection.vendor == "sqlite"
        assert bool(problems()) == lost
        guard.install(connection)
        assert problems() == []
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(Appointment, new, old, strict=False)
        guard.install(connection)


def test_a_database_without_our_tables_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "TABLE", "bookings_not_there")
    assert problems() == []


def test_the_last_migration_that_alters_the_table_ends_with_the_guard() -> None:
    migrations = MigrationLoader(connection).disk_migrations
    altering = [
        migration
        for (app, _), migration in migrations.items()
        if app == "bookings" and any(names_appointment(step) for step in migration.operations)
    ]
    assert altering
    assert all(isinstance(migration.operations[-1], guard.InstallGuard) for migration in altering)


def names_appointment(step: object) -> bool:
    return "appointment" in (getattr(step, "model_name", "").lower(), getattr(step, "name", "").lower())


def test_clinicians_are_not_deleted_with_their_appointments(taken: Appointment) -> None:
    with pytest.raises(models.ProtectedError):
        Clinician.objects.get().delete()
