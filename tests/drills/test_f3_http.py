"""F3 over HTTP: the check form posted 200 times at once to a live gunicorn: one request, one message, one confirmation.

Control: the same site with the journey's key taken out.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection

from bookings.models import Appointment, AppointmentEvent, CallTask, Patient, WorkingPattern
from clinic.models import Message
from tests import cast
from tests.drills.web import SITE, LiveClient, gunicorn
from tests.reader import Reader
from tests.scale import scaled
from tests.test_journey import to_check

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

POSTS = 200
ALL_AT_ONCE = 40


class Course(NamedTuple):
    """What 200 posts were told, and what they left behind."""

    statuses: Counter[int]
    ways: set[str]
    confirmations: set[str]
    rows: list[int]
    seconds: float

    def line(self, title: str) -> str:
        return (
            f"\n| {title} | {connection.vendor} | {sum(self.statuses.values())} posts | {dict(self.statuses)} | "
            f"appointments, patients, messages, events {self.rows} | {len(self.confirmations)} confirmations | "
            f"{self.seconds:.1f} s |"
        )


def run(log: Path, application: str, *, hold_gone: bool) -> Course:
    """One visitor comes to the check page; then her browser sends the same form again and again."""
    cast.make_second_pair(cast.make_clinic())
    WorkingPattern.objects.update(valid_from=dt.date(2020, 1, 1))  # this site's clock is the real one
    with gunicorn(log, application) as port:
        browser = LiveClient(port)
        reader = to_check(Reader(browser))  # type: ignore[arg-type]
        assert reader.h1 == "Check your request"
        if hold_gone:
            Appointment.objects.all().delete()
        form = {**reader.values(), "agree": ["on"]}
        began = time.monotonic()
        with ThreadPoolExecutor(ALL_AT_ONCE) as pool:
            tabs = [browser.twin() for _ in range(scaled(POSTS, least=50))]
            told = list(pool.map(lambda tab: tab.post("/book/check/", form), tabs))
            shown = list(pool.map(lambda tab: tab.get("/book/sent/"), tabs[:20]))
        seconds = time.monotonic() - began
    pages = {re.sub(r"\s+", " ", page.content.decode()) for page in shown}
    real = Appointment.objects.exclude(patient=None)
    counts = [real.count(), *(noun.objects.count() for noun in (Patient, Message, AppointmentEvent))]
    return Course(
        Counter(each.status_code for each in told),
        {each["Location"] for each in told},
        pages,
        counts,
        seconds,
    )


@pytest.mark.parametrize("hold_gone", [False, True], ids=["held", "hold gone"])
def test_f3_http_one_form_sent_many_times_is_one_request(tmp_path: Path, hold_gone: bool) -> None:
    course = run(tmp_path / "log", SITE, hold_gone=hold_gone)
    print(course.line(f"F3 http, {'hold gone' if hold_gone else 'held'}"))
    assert set(course.statuses) == {302}
    assert course.ways == {"/book/sent/"}
    assert course.rows == [1, 1, 1, 1]
    assert len(course.confirmations) == 1
    assert "We have your request" in course.confirmations.pop()
    assert not CallTask.objects.exists()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_f3_http_control_without_the_key(tmp_path: Path) -> None:
    course = run(tmp_path / "log", "tests.drills.keyless:application", hold_gone=True)
    print(course.line("F3 http, control: no key"))
    assert course.rows[0] == 2  # the breach: one person holds both places
    assert course.rows[2] == 2
