"""What machines ask: alive, and ready. Codes alone, and no part that is away is hidden."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from clinic import outbox, probes
from tests import cast, desk_cast
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def ready() -> tuple[int, list[str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.content.decode().split()


def test_alive_asks_nothing_of_the_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_ready_while_the_worker_beats() -> None:
    outbox.beat(name="worker", now=NOW)
    assert ready() == (200, ["ready"])


def test_a_worker_that_never_ran_is_told() -> None:
    assert ready() == (503, ["worker"])


def test_a_silent_worker_is_told(clock: time_machine.Coordinates, settings) -> None:
    outbox.beat(name="worker", now=NOW)
    clock.move_to(NOW + dt.timedelta(seconds=settings.WORKER_QUIET_SECONDS))
    assert ready()[0] == 200
    clock.move_to(NOW + dt.timedelta(seconds=settings.WORKER_QUIET_SECONDS + 1))
    assert ready() == (503, ["worker"])


def test_mail_that_waits_too_long_is_told(clock: time_machine.Coordinates, settings) -> None:
    cast.make_request(cast.make_clinic())
    late = NOW + dt.timedelta(seconds=settings.QUEUE_OLD_SECONDS + 1)
    clock.move_to(late)
    outbox.beat(name="worker", now=late)
    assert ready() == (503, ["queue"])


def test_a_schema_behind_the_code_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(name) FROM django_migrations WHERE app = 'bookings'")
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'bookings' AND name = %s", cursor.fetchone()
        )
    assert ready() == (503, ["migrations"])


def test_the_files_of_the_migrations_are_read_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.beat(name="worker", now=NOW)
    assert ready()[0] == 200

    def read_again(*_: object) -> None:
        raise AssertionError("the files are read again")

    monkeypatch.setattr(probes.MigrationLoader, "load_disk", read_again)
    assert ready() == (200, ["ready"])


def test_every_step_of_the_code_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert probes.pending_migrations() == 0
    monkeypatch.setattr(probes.MigrationRecorder, "applied_migrations", lambda _: {})
    assert probes.pending_migrations() == MigrationRecorder.Migration.objects.count() > 40


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> int:
        raise DatabaseError("away, with a secret in its words")

    monkeypatch.setattr(probes, "pending_migrations", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database\n")


def test_neither_sets_a_cookie_nor_is_kept() -> None:
    for path in ("/healthz", "/readyz"):
        answer = Client().get(path)
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]


def test_both_are_asked_without_tls(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/").status_code == 301


def test_a_manager_sees_how_the_post_is_and_nobody_else(clock: time_machine.Coordinates) -> None:
    place = cast.make_clinic()
    assert "The worker never ran" in desk_cast.text_of(desk_cast.manager(place).get("/admin/"))
    outbox.beat(name="worker", now=NOW)
    cast.make_request(place)
    clock.move_to(NOW + dt.timedelta(minutes=20))
    words = desk_cast.text_of(desk_cast.manager(place).get("/admin/"))
    assert "The worker has been silent for 20 minutes" in words
    assert "The oldest unsent message has waited for 20 minutes" in words
    assert "worker" not in desk_cast.text_of(desk_cast.receptionist(place).get("/admin/"))
