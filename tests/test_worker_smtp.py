"""The worker as a process, and the outbox against a real SMTP server on loopback."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.db import connection
from pytest_django import Settings

from clinic import outbox
from clinic.models import Heartbeat, Message
from tests.drills import f6
from tests.mail_server import MailServer, mail_server
from tests.missing import leave_out
from tests.scale import scaled
from tests.workers import running_worker

pytestmark = [pytest.mark.smtp, pytest.mark.django_db(transaction=True)]

Status = Message.Status


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.DEMO = False
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 3
        yield running


def make_message(number: int = 0, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "kind": "received",
        "audience": "patient",
        "to": f"jo-{number}@example.org",
        "subject": "We have your request \u2013 \u00e1",
        "text": "Good morning, Si\u00f4n.\n",
        "now": dt.datetime.now(dt.UTC),
    }
    return outbox.queue(**{**values, **changes})


def send(limit: int = 50) -> outbox.Sent:
    return outbox.send_due(now=dt.datetime.now(dt.UTC), limit=limit)


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


# --- Over the wire ---------------------------------------------------------------------------------------------
def test_a_mail_arrives_whole(server: MailServer) -> None:
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    message = make_message(
        html="<p>Good morning, Si\u00f4n.</p>", calendar=calendar, calendar_method="REQUEST"
    )
    assert send() == outbox.Sent(sent=1)
    (copy,) = server.copies
    letter = copy.letter
    assert letter["Subject"] == "We have your request \u2013 \u00e1"
    assert letter["To"] == copy.to == "jo-0@example.org"
    assert letter["Message-ID"] == f"<{message.uuid}@testserver>"
    assert str(letter["From"]) == f"{configured.CLINIC_SHORT_NAME} <{configured.DEFAULT_FROM_EMAIL}>"
    assert abs(dt.datetime.now(dt.UTC) - parsedate_to_datetime(letter["Date"])) < dt.timedelta(minutes=1)
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert parts["text/plain"].get_content().strip() == "Good morning, Si\u00f4n."
    assert "<p>Good morning, Si\u00f4n.</p>" in parts["text/html"].get_content()
    assert parts["text/calendar"]["Content-Type"].params["method"] == "REQUEST"
    assert parts["application/ics"].get_payload(decode=True) == calendar.encode()


def test_a_batch_takes_one_connection(server: MailServer) -> None:
    for number in range(5):
        make_message(number)
    assert send().sent == 5
    assert (len(server.copies), server.connections) == (5, 1)


def test_refused_for_good_is_a_dead_letter_and_the_others_arrive(server: MailServer) -> None:
    server.answers = {"jo-1@example.org": "550 5.1.1 No such person", "jo-2@example.org": "450 4.2.1 Busy"}
    sent, dead, later = (make_message(number) for number in range(3))
    assert send() == outbox.Sent(sent=1, dead=1, retried=1)
    found = Message.objects.in_bulk([sent.pk, dead.pk, later.pk])
    assert [found[m.pk].status for m in (sent, dead, later)] == [Status.SENT, Status.DEAD, Status.QUEUED]
    assert [found[m.pk].last_problem for m in (dead, later)] == ["recipient-550", "recipient-450"]


def test_a_cut_reply_is_tried_again_under_the_same_message_id(server: MailServer) -> None:
    server.cut_every = 1
    make_message()
    assert send() == outbox.Sent(retried=1)
    server.cut_every = 0
    Message.objects.update(not_before=dt.datetime.now(dt.UTC))
    assert send() == outbox.Sent(sent=1)
    assert len(server.copies) == 2
    assert len({copy.message_id for copy in server.copies}) == 1


def test_a_server_that_is_away_keeps_everything_queued(server: MailServer) -> None:
    make_message()
    server.stop()
    assert send() == outbox.Sent(away=True)
    server.start()
    assert send() == outbox.Sent(sent=1)


def test_two_senders_at_once_never_send_a_message_twice(server: MailServer) -> None:
    count = scaled(400, least=60)
    for number in range(count):
        make_message(number)

    def drain() -> None:
        try:
            while send(limit=20).more:
                pass
        finally:
            connection.close()

    senders = [threading.Thread(target=drain) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    send(limit=count)
    assert Counter(copy.to for copy in server.copies) == {
        f"jo-{number}@example.org": 1 for number in range(count)
    }
    assert server.connections >= 2, "only one of them sent anything, so nothing was shown"


# --- The worker as a process -----------------------------------------------------------------------------------
def test_the_worker_sends_beats_and_stops_when_told(server: MailServer, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    old = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Session.objects.create(session_key="old", session_data="", expire_date=old)
    with running_worker(port=server.port, log=log, WORKER_CHORES="clinic.nothing.here") as worker:
        wait_for(lambda: Heartbeat.objects.filter(name="worker").exists())
        first = Heartbeat.objects.get().beat_at
        make_message()
        wait_for(lambda: Message.objects.filter(status=Status.SENT).exists())
        wait_for(lambda: Heartbeat.objects.get().beat_at > first)
        wait_for(lambda: not Session.objects.exists())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    words = log.read_text()
    assert "worker stopped" in words
    assert "sent=1 retried=0" in words
    assert "chore clinic.nothing.here cannot be imported" in words, (
        "a missing chore is said, and mail goes on"
    )
    assert "@example.org" not in words


def test_the_worker_finishes_the_message_under_way(server: MailServer, tmp_path: Path) -> None:
    server.delay = 1.0
    for number in range(5):
        make_message(number)
    with running_worker(port=server.port, log=tmp_path / "worker.log") as worker:
        wait_for(lambda: Message.objects.exclude(lease=None).exists())
        worker.send_signal(signal.SIGINT)
        assert worker.wait(timeout=10) == 0
    sent = Message.objects.filter(status=Status.SENT).count()
    assert sent == len(server.copies) in (1, 2)
    assert not Message.objects.exclude(lease=None).exists(), "nothing is left leased"


def test_the_worker_outlives_a_mail_server_that_is_away(server: MailServer, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    server.stop()
    make_message()
    with running_worker(port=server.port, log=log) as worker:
        wait_for(lambda: "mail server away: connection-lost" in log.read_text())
        server.start()
        wait_for(lambda: Message.objects.filter(status=Status.SENT).exists())
        assert worker.poll() is None


def test_the_worker_outlives_a_database_that_is_away(server: MailServer, tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        leave_out("PostgreSQL is not on this machine: the file of SQLite does not go away")
    log = tmp_path / "worker.log"
    with running_worker(port=server.port, log=log) as worker:
        wait_for(lambda: Heartbeat.objects.exists())
        _shut_the_door(True)
        try:
            wait_for(lambda: log.read_text().count("database away") >= 2)
        finally:
            _shut_the_door(False)
        make_message()
        wait_for(lambda: Message.objects.filter(status=Status.SENT).exists())
        assert worker.poll() is None
    assert "Traceback" not in log.read_text()


def _shut_the_door(shut: bool) -> None:
    """Let nobody into the test's database, and throw out those who are in, except for the test itself."""
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS {not shut}")
        if shut:
            everybody = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
            )
            cursor.execute(everybody, [name, own])


def test_a_demo_worker_refuses_a_real_mail_server(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with running_worker(port=1, log=log, DEMO="1", ALLOWED_HOSTS="localhost") as worker:
        assert worker.wait(timeout=20) != 0
    assert "DEMO=1 writes mail to a folder" in log.read_text()


def test_a_demo_worker_writes_one_file_a_mail(tmp_path: Path) -> None:
    for number in range(3):
        make_message(number)
    demo = {"DEMO": "1", "ALLOWED_HOSTS": "localhost", "EMAIL_URL": "", "VAR_DIR": str(tmp_path)}
    with running_worker(port=1, log=tmp_path / "worker.log", **demo) as worker:
        wait_for(lambda: Message.objects.filter(status=Status.SENT).count() == 3)
        worker.send_signal(signal.SIGTERM)
        assert isinstance(worker, subprocess.Popen)
        worker.wait(timeout=10)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3


def test_a_smaller_run_of_drill_f6(tmp_path: Path) -> None:
    figures = f6.run(mails=scaled(600, least=60), kills=1, outages=1, log=tmp_path / "worker.log")
    print(figures.row("F6, small"))
    assert (figures.kills, figures.outages) == (1, 1)
    assert (figures.lost, figures.unsent, figures.two_ids) == (0, 0, 0)
    assert figures.cuts > 0
    assert 0 <= figures.extra <= figures.cuts + figures.kills
    assert figures.seconds <= 120
