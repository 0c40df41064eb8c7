"""What one whole journey costs the server: CPU of a live gunicorn, page by page, and bookings a second with 4 clients.

Figures for docs/measurements.md. It fails only far above them, because another machine is another machine.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from bookings import diary
from bookings.life import Status
from bookings.models import Appointment, Service, WorkingPattern
from tests import cast
from tests.drills.test_f9_steps import Fetching, posts, shown
from tests.drills.web import gunicorn
from tests.scale import scaled

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

PAGES = {"start": "/book/?clinic=maidenhead", "visit": "/book/visit/", "time": "/book/time/"} | {
    **{f"health-{page}": f"/book/health/{page}/" for page in (1, 2, 3)},
    "details": "/book/details/",
    "check": "/book/check/",
}
TICKS = os.sysconf("SC_CLK_TCK")
MOST = {"journey": 400, "send": 60}  # milliseconds; ten times the aim


@pytest.fixture
def times() -> list[dt.datetime]:
    places = [cast.make_clinic(slug) for slug in ("amersham", "maidenhead", "london", "dublin")]
    cast.make_second_pair(places[1])
    WorkingPattern.objects.update(valid_from=dt.date(2020, 1, 1))
    slots = diary.free_times([places[1]], Service.objects.get(), now=timezone.now())
    return sorted({slot.starts for slot in slots})[::2]


def children() -> Iterator[Path]:
    """The gunicorn that this process started, and its workers."""
    mine = {os.getpid()}
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda each: int(each.parent.name)):
        parent = int(stat.read_text().rpartition(")")[2].split()[1])
        if parent in mine and b"gunicorn" in (stat.parent / "cmdline").read_bytes():
            mine.add(int(stat.parent.name))
            yield stat


def cpu_of(stats: list[Path]) -> float:
    """Milliseconds of CPU so far, of these processes together."""
    fields = (stat.read_text().rpartition(")")[2].split() for stat in stats)
    return sum(int(each[11]) + int(each[12]) for each in fields) * 1000 / TICKS


def test_what_a_journey_costs(times: list[dt.datetime], tmp_path: Path) -> None:
    spent: dict[str, float] = defaultdict(float)
    journeys = scaled(100, least=20)
    with gunicorn(tmp_path / "log", workers=1, threads=1) as port:
        server = list(children())
        assert len(server) == 2

        def measured(name: str, ask: object) -> None:
            before = cpu_of(server)
            ask()  # type: ignore[operator]
            spent[name] += cpu_of(server) - before

        for nth in range(-3, journeys):  # the first three warm it up
            if nth == 0:
                spent.clear()
            browser, forms = Fetching(port), posts(times[nth])
            browser.get("/book/ring-me/")  # the form's token
            for step, page in PAGES.items():
                measured(f"GET {step}", lambda page=page, browser=browser: browser.get(page))
                url, data = forms[step]
                seen = {"seen": shown(browser)} if step == "check" else {}
                measured(f"POST {step}", lambda: browser.post(url, {**data, **seen}))  # noqa: B023
            measured("GET sent", lambda browser=browser: browser.get("/book/sent/"))
    made = Appointment.objects.filter(status=Status.PENDING).count()
    assert made == journeys + 3
    each = {name: total / journeys for name, total in spent.items()}
    print(
        f"\n| journey | {connection.vendor} | {journeys} journeys | {sum(each.values()):.1f} ms of CPU each |"
    )
    print("| " + " | ".join(f"{name} {cost:.1f}" for name, cost in each.items()) + " |")
    assert sum(each.values()) < MOST["journey"]
    assert each["POST check"] < MOST["send"]


def test_bookings_a_second_with_4_clients(times: list[dt.datetime], tmp_path: Path) -> None:
    count = scaled(200, least=20)

    def book(nth: int) -> None:
        browser, forms = Fetching(port), posts(times[nth // 2])
        for step in PAGES:
            url, data = forms[step]
            seen = {"seen": shown(browser)} if step == "check" else {}
            browser.post(url, {**data, **seen})

    with gunicorn(tmp_path / "log") as port:
        book(count)
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(book, range(count)))
        seconds = time.monotonic() - began
    made = Appointment.objects.filter(status=Status.PENDING).count()
    print(
        f"\n| bookings | {connection.vendor} | {made - 1} of {count} | {(made - 1) / seconds:.1f} a second, 4 clients |"
    )
    assert made - 1 >= count * 0.9  # two neighbours of one time may both want the same pair
