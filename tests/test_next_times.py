"""The next free times on pages that inform: true within a minute, gone at once when taken, and never in a page's way."""

from __future__ import annotations

import datetime as dt
import gzip
import logging
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Appointment, Service, WorkingPattern
from bookings.templatetags.next_times import fill
from clinic import filling, fleeting, page_cache
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from tests.kept import another_worker, forget, production_caches
from tests.private_redis import Redis
from tests.reader import Reader
from tests.seen import Seen
from tests.site_content import load_site_content
from tests.test_page_cache import counted, get
from tests.test_pages import database_away

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
Commit = Callable[..., Any]
HOME, PLACE, TEXT, PLAIN = "/", "/clinics/maidenhead/", "/treatments/microsclerotherapy/", "/fees/"
FIRST = dt.datetime(2027, 2, 23, 9, tzinfo=dt.UTC)  # a Tuesday; the first time that the cast offers


@pytest.fixture(autouse=True)
def place(db: None) -> Location:
    load_site_content()
    return cast.make_clinic()


def shown(path: str) -> str:
    return str(get(path).content.decode())


def links(path: str) -> list[str]:
    """The links on a page that carry a time."""
    return [link for link in Seen(path, shown(path), 200, False).links if "&at=" in link]


# --- What is shown


def test_home_and_texts_show_the_first_time_and_clinics_their_next_three(kept_pages: None) -> None:
    for path in (HOME, TEXT):
        assert "Tuesday 23 February, 9am, Maidenhead" in shown(path), path
        assert links(path) == ["/book/?clinic=maidenhead&at=2027-02-23T09:00Z"], path
        assert "See times at" in shown(path)
    assert links(PLACE) == [
        f"/book/?clinic=maidenhead&at=2027-02-23T09:{each}Z" for each in ("00", "15", "30")
    ]
    assert not links(PLAIN)


def test_a_link_carries_its_clinic_and_its_time_into_the_request(kept_pages: None) -> None:
    reader = Reader().open(HOME).click("Tuesday 23 February, 9am")
    assert "You chose: Tuesday 23 February, 9am, Maidenhead." in reader.text
    reader.press("No, I have none of these").choose("Both").press("Continue")
    assert Appointment.objects.get().starts_at == FIRST
    assert reader.url == reverse("bookings:health", args=[1])


def test_times_are_those_of_the_clinics_own_clock(kept_pages: None, clock: Any) -> None:
    clock.move_to(dt.datetime(2027, 6, 23, 10, tzinfo=dt.UTC))
    assert "9am, Maidenhead" in shown(HOME)
    assert "T08:00Z" in links(HOME)[0]


def test_none_within_6_weeks_asks_people_to_let_us_ring(kept_pages: None) -> None:
    WorkingPattern.objects.update(valid_from=dt.date(2027, 4, 6))
    for path, ring in ((HOME, "/book/ring-me/"), (PLACE, "/book/ring-me/?clinic=maidenhead")):
        assert "in the next <data" in shown(path), path
        assert ring in Seen(path, shown(path), 200, False).links
        assert not links(path)


def test_what_is_not_offered_online_is_not_shown(kept_pages: None) -> None:
    Service.objects.update(bookable_online=False)
    assert not links(HOME)
    assert "Ask us to ring you" in shown(HOME)


def test_no_gap_is_left_on_any_page(kept_pages: None) -> None:
    for path in (HOME, PLACE, TEXT, PLAIN):
        assert "<!--[" not in shown(path)


# --- A minute


def test_a_hot_page_asks_the_database_nothing_for_a_minute(store: str, clock: Any) -> None:
    for path in (HOME, PLACE, TEXT):
        get(path)
    for _ in range(2):
        with counted() as asked:
            for path in (HOME, PLACE, TEXT):
                get(path)
        assert asked == []
        clock.shift(dt.timedelta(seconds=59))
    with counted() as asked, another_worker():
        get(HOME)
    assert asked
    with counted() as asked:
        get(HOME)
    assert asked == []  # the other worker has worked it out for all


def test_a_time_that_comes_too_near_is_gone_within_the_minute(kept_pages: None, clock: Any) -> None:
    get(HOME)
    clock.move_to(dt.datetime(2027, 2, 24, 10, tzinfo=dt.UTC))
    assert "at=2027-03-02T09:00Z" in links(HOME)[0]


def test_another_worker_shows_the_same_bytes(store: str) -> None:
    mine = get(HOME, accept_encoding="br")
    with another_worker():
        theirs = get(HOME, accept_encoding="br")
    forget()
    again = get(HOME, accept_encoding="br")
    assert mine.content == theirs.content == again.content
    assert mine.headers["ETag"] == theirs.headers["ETag"] == again.headers["ETag"]


# --- Bytes


def test_the_page_is_whole_in_each_coding_and_304_knows_its_times(
    kept_pages: None, place: Location, django_capture_on_commit_callbacks: Commit
) -> None:
    plain = get(HOME)
    read = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    for coding, decoded in read.items():
        coded = get(HOME, accept_encoding=coding)
        assert decoded(coded.content) == plain.content
        assert coded.headers["Content-Length"] == str(len(coded.content))
        assert coded.headers.get("Content-Encoding", "") == coding
        tag = coded.headers["ETag"]
        same = get(HOME, accept_encoding=coding, if_none_match=tag)
        assert (same.status_code, same.content) == (304, b"")
        head = Client().head(HOME, headers={"accept-encoding": coding})
        assert (head.content, head.headers["ETag"]) == (b"", tag)
        assert head.headers["Content-Length"] == coded.headers["Content-Length"]
    with django_capture_on_commit_callbacks(execute=True):
        cast.make_request(place, starts_at=FIRST)
    assert get(HOME, if_none_match=plain.headers["ETag"]).status_code == 200
    assert get(PLAIN, if_none_match=get(PLAIN).headers["ETag"]).status_code == 304


def test_a_page_is_put_together_once_while_its_times_hold(
    kept_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(HOME)
    made: list[int] = []
    put = filling._put_together
    monkeypatch.setattr(filling, "_put_together", lambda *given: made.append(1) or put(*given))
    for _ in range(3):
        get(HOME)
    assert made == []
    get(HOME, accept_encoding="br")
    assert made == [1]


def test_the_memory_of_filled_pages_has_an_end(kept_pages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MOST", 2)
    for path in (HOME, PLACE, TEXT, HOME):
        assert links(path)
        assert len(filling._filled) <= 2


def test_a_gap_that_would_not_be_found_again_is_refused() -> None:
    with pytest.raises(ValueError, match="no gap"):
        filling.gap("next_times", "a b")
    assert filling.gaps_in(f"<p>{filling.gap('next_times', 'any')}</p>".encode()) == ("next_times any",)


# --- Left out


def test_while_the_database_is_away_pages_are_whole_without(store: str, clock: Any, caplog: Any) -> None:
    with_times = {path: shown(path) for path in (HOME, PLACE, TEXT)}
    clock.shift(dt.timedelta(seconds=61))
    with database_away(), caplog.at_level(logging.ERROR):
        for path, before in with_times.items():
            answer = get(path)
            assert answer.status_code == 200
            assert "<!--[" not in answer.content.decode()
            assert not links(path)
            assert len(answer.content) > 0.8 * len(before)
    assert sum("next_times cannot be worked out" in line for line in caplog.messages) == 1
    assert not links(HOME)  # for five seconds nobody asks again
    fleeting.memory.away_until.clear()
    assert links(HOME)


def test_within_the_minute_the_times_stay_though_the_database_is_away(kept_pages: None) -> None:
    before = shown(HOME)
    with database_away():
        assert shown(HOME) == before


def test_a_mistake_of_ours_costs_nobody_a_page(kept_pages: None, settings: Any, monkeypatch: Any) -> None:
    for fillers in (
        {},
        {"next_times": "bookings.nowhere.fill"},
        {"next_times": "tests.test_next_times.breaks"},
    ):
        settings.PAGE_FILLERS = fillers
        answer = get(PLACE)
        assert answer.status_code == 200
        assert not links(PLACE)
        assert "<h2>Address</h2>" in answer.content.decode()


def breaks(**_: Any) -> str:
    raise ZeroDivisionError


def test_without_a_clinic_there_is_nothing_to_show(kept_pages: None) -> None:
    assert fill(key="nowhere", edition="", now=NOW) == ""


def test_while_the_store_is_away_times_are_worked_out_each_time(
    redis: Redis, settings: Any, place: Location
) -> None:
    settings.CACHES = production_caches(redis.url)
    page_cache.caches["pages"].clear()
    get(HOME)
    redis.stop()
    try:
        page_cache._shared.away_until = 0.0
        assert "at=2027-02-23T09:00Z" in links(HOME)[0]
        cast.make_request(place, starts_at=FIRST)  # no drop reaches anybody
        assert "at=2027-02-23T09:30Z" in links(HOME)[0]
    finally:
        redis.start()


# --- The same for everybody


def test_no_page_sets_a_cookie_and_the_start_page_is_never_fetched_ahead(kept_pages: None) -> None:
    for path in (HOME, PLACE, TEXT):
        assert not get(path).cookies
        assert get(path).headers["Vary"] == "Accept-Encoding"
    assert "/book/" not in get("/speculation-rules.json").content.decode()
