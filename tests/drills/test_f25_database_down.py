"""Drill F25: the database is down for ten minutes. Treatments, prices, clinics and phone numbers can be read throughout;
the booking explains and gives the phone; everything is well again by itself. Control: without the kept pages.

SCALE=1 takes the ten minutes; less takes 20 seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.drills.served import Site, pages_of
from tests.drills.web import LiveClient
from tests.private_postgres import Server, binaries, private_server
from tests.private_redis import Redis
from tests.scale import SCALE

pytestmark = pytest.mark.drill

LONG = 600.0 if SCALE >= 1 else 20.0
SHORT = 20.0
READERS = 4
PAUSE = 0.05  # of each reader between two pages
MUST = (
    "/treatments/microsclerotherapy/",
    "/treatments/sclerotherapy/",
    "/treatments/aftercare/",
    "/fees/",
    "/help-now/",
    "/clinics/",
)
PHONES = ("0800 783 6106", "01 293 7839")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if binaries() is None:
        pytest.fail("PostgreSQL is not on this machine, and a drill that is skipped has failed")
    with private_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("f25"), server.url)
    made.manage("prepare")
    return made


def read_on(
    browser: LiveClient, pages: dict[str, bytes], until: float
) -> tuple[Counter[tuple[str, int]], list[str]]:
    """What each page answered, again and again, and those that said something else than before."""
    told: Counter[tuple[str, int]] = Counter()
    other: list[str] = []
    while time.monotonic() < until:
        for path, before in pages.items():
            answer = LiveClient(browser.port).get(path)
            told[path, answer.status_code] += 1
            if answer.status_code == 200 and answer.content != before:
                other.append(path)
            time.sleep(PAUSE)
    return told, other


def all_read(
    browser: LiveClient, pages: dict[str, bytes], seconds: float
) -> tuple[Counter[tuple[str, int]], list[str]]:
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(READERS) as pool:
        rounds = list(pool.map(lambda _: read_on(browser, pages, until), range(READERS)))
    return sum((told for told, _ in rounds), Counter()), [path for _, other in rounds for path in other]


def the_booking_explains(browser: LiveClient) -> None:
    for answer in (LiveClient(browser.port).get("/book/"), LiveClient(browser.port).get("/book/ring-me/")):
        page = answer.content.decode()
        assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)
        assert "We cannot take requests right now" in page
        assert all(number in page for number in PHONES)
        assert "999" in page
        assert "Traceback" not in page


def seconds_until_well(browser: LiveClient) -> float:
    began = time.monotonic()
    while LiveClient(browser.port).get("/book/").status_code != 200:
        assert time.monotonic() - began < 30, "the booking does not come back"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("store", ["files", "redis"])
def test_pages_answer_while_the_database_is_down(
    site: Site, server: Server, store: str, request: pytest.FixtureRequest
) -> None:
    more = {}
    if store == "redis":
        kept: Redis = request.getfixturevalue("redis")
        more["CACHE_URL"] = kept.url
    with site.serve(**more) as browser:
        pages = pages_of(browser)
        assert set(MUST) <= set(pages)
        assert len(pages) >= 25
        server.stop()
        try:
            began = time.monotonic()
            the_booking_explains(browser)
            told, other = all_read(browser, pages, LONG if store == "files" else SHORT)
            the_booking_explains(browser)
            with site.serve(**more) as fresh:  # a web server that starts now finds them too
                anew = pages_of(fresh)
                assert {path: page for path, page in anew.items() if pages.get(path) != page} == {}
                assert len(anew) == len(pages)
            down = time.monotonic() - began
        finally:
            server.start()
        well = seconds_until_well(browser)
        after, _ = all_read(browser, pages, 1)
    statuses = Counter(status for (_, status), times in told.items() for _ in range(times))
    print(
        f"\n| F25 {store} | {down:.0f} s down | {len(pages)} pages, {sum(told.values())} read: {dict(statuses)} | "
        f"booking 503 with phones | well again after {well:.2f} s |"
    )
    assert {path for path, _ in told} == set(pages)
    assert set(statuses) == {200}
    assert other == []
    assert {status for _, status in after} == {200}
    assert well < 5
    for path in ("/", "/clinics/", "/help-now/"):
        assert all(number in pages[path].decode() for number in PHONES)
    assert "£" in pages["/fees/"].decode()


def test_control_without_the_kept_pages_they_fail(site: Site, server: Server) -> None:
    with site.serve(CACHE_URL="dummy://") as browser:
        pages = pages_of(browser)
        assert len(pages) >= 25
        server.stop()
        try:
            told, _ = all_read(browser, pages, 3)
        finally:
            server.start()
        seconds_until_well(browser)
    failed = {path for path, status in told if status == 503}
    print(
        f"\n| F25 control, no kept pages | {len(failed)} of {len({path for path, _ in told})} pages answer 503 |"
    )
    assert set(MUST) <= failed
