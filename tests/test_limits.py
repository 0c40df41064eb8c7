"""The limits: counted in one place, under a hash, atomically on both databases, over a stretch that slides."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connections, transaction
from django.test import RequestFactory

from bookings import checks
from clinic import callers, limits
from clinic.limits import Caller, TooMany
from clinic.models import Tally
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SETTINGS = project.BASE_DIR / "clinic" / "settings.py"
MINUTE = dt.timedelta(minutes=1)
ONE = "198.51.100.7"


@pytest.fixture(autouse=True)
def three_an_hour(settings: Any) -> None:
    settings.LIMITS = {"find-address": "3/60", "find-session": "2/60", "mail": "2/1440"}


def counted(times: int, who: str = ONE, now: dt.datetime = NOW) -> int:
    """How many of these were within the limit."""
    done = 0
    for _ in range(times):
        try:
            limits.count("find-address", who, now=now)
            done += 1
        except TooMany:
            pass
    return done


def test_as_many_as_the_table_says_and_no_more() -> None:
    assert counted(9) == 3
    assert counted(9, "198.51.100.8") == 3


def test_what_was_refused_is_not_counted() -> None:
    counted(9)
    assert Tally.objects.get().count == 3


@pytest.mark.parametrize("offset", range(0, 120, 7))
def test_no_hour_holds_more_than_an_hour_may(offset: int) -> None:
    """Asked every minute from any minute on: in no stretch of 60 minutes are there more than 3."""
    start = NOW + offset * MINUTE
    taken = [at for minute in range(200) if counted(1, now=(at := start + minute * MINUTE))]
    for at in taken:
        assert len([each for each in taken if at <= each < at + 60 * MINUTE]) <= 3
    assert len(taken) >= 6  # it is a limit for a while, not a ban


def test_a_deed_that_fails_later_is_not_counted() -> None:
    with transaction.atomic():
        limits.count("find-address", ONE, now=NOW)
        transaction.set_rollback(True)
    assert counted(9) == 3


def test_who_goes_on_without_it_can_go_on_in_the_same_transaction() -> None:
    with transaction.atomic():
        assert [limits.may_write("a@example.org", now=NOW) for _ in range(4)] == [True, True, False, False]
        assert Tally.objects.get().count == 2


def test_address_and_session_are_counted_each_by_its_own_limit() -> None:
    for _ in range(2):
        limits.count_caller("find", Caller(ONE, "a"), now=NOW)
    with pytest.raises(TooMany):
        limits.count_caller("find", Caller("198.51.100.8", "a"), now=NOW)
    limits.count_caller("find", None, now=NOW)
    limits.count_caller("find", Caller(), now=NOW)
    limits.count_caller("unlimited", Caller(ONE, "a"), now=NOW)


def test_a_limit_can_be_narrowed_for_once() -> None:
    limits.count_caller("find", Caller(ONE), now=NOW, most=1)
    with pytest.raises(TooMany):
        limits.count_caller("find", Caller(ONE), now=NOW, most=1)
    limits.count_caller("find", Caller(ONE), now=NOW)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ONE, "198.51.100.8", False),
        (ONE, f"::ffff:{ONE}", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("no address", "no address", True),
    ],
)
def test_an_ipv6_customer_is_one_however_many_addresses_she_has(one: str, other: str, same: bool) -> None:
    assert (limits.network(one) == limits.network(other)) is same


@pytest.mark.parametrize(
    ("typed", "same"),
    [("Brigid@Example.ORG ", True), ("brigid+a@example.org", True), ("brigida@example.org", False)],
)
def test_one_mailbox_is_one_however_its_address_is_written(typed: str, same: bool) -> None:
    assert (limits.mailbox(typed) == "brigid@example.org") is same


def test_a_tally_names_nobody_and_a_caller_shows_nothing() -> None:
    limits.count_caller("find", Caller(ONE, "a session"), now=NOW)
    kept = str(list(Tally.objects.values()))
    assert ONE not in kept
    assert "a session" not in kept
    assert len({row.who for row in Tally.objects.all()}) == 2
    assert repr(Caller(ONE, "a session")) == "Caller()"


def test_a_limit_narrowed_to_none_lets_nobody_through() -> None:
    with pytest.raises(limits.TooMany):
        limits.count("find-address", ONE, now=NOW, most=0)


def test_old_tallies_are_deleted_and_those_that_still_count_are_not() -> None:
    limits.count("find-address", ONE, now=NOW - 3 * 60 * MINUTE)
    limits.count("find-address", ONE, now=NOW - 30 * MINUTE)
    limits.may_write("a@example.org", now=NOW - dt.timedelta(hours=23))
    Tally.objects.create(what="gone", who="x", since=NOW - dt.timedelta(days=2))
    assert limits.delete_old_tallies(now=NOW) == 2
    assert counted(9) == 2


def test_the_table_we_ship_passes_its_check_and_a_bad_one_does_not(settings: Any) -> None:
    shipped = dict(re.findall(r'"([a-z-]+)": env.str\("LIMIT_\w+", "(\d+/\d+)"\)', SETTINGS.read_text()))
    assert len(shipped) == 15
    settings.LIMITS = shipped
    assert checks.limits_hold(None) == []
    settings.LIMITS = {
        **shipped,
        "find-address": "often",
        "hold-address": "20/60",
        "feedback-address": "0/60",
    }
    found = sorted(each.id for each in checks.limits_hold(None))
    assert found == ["bookings.E003", "bookings.E003", "bookings.E004"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_as_many_are_let_through() -> None:
    def ask(_: int) -> int:
        try:
            return counted(1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(40))) == 3


# --- Who asks ---------------------------------------------------------------------------------------------------
FORGED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_FORWARDED": "for=203.0.113.9",
    "HTTP_X_REAL_IP": "203.0.113.9",
    "HTTP_CLIENT_IP": "203.0.113.9",
    "HTTP_X_CLIENT_IP": "203.0.113.9",
    "HTTP_TRUE_CLIENT_IP": "203.0.113.9",
    "HTTP_CF_CONNECTING_IP": "203.0.113.9",
}


def asked(**headers: str) -> str:
    return callers.address_of(RequestFactory().get("/", REMOTE_ADDR=ONE, **headers))


def test_without_a_proxy_no_header_makes_somebody_else(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    for name, value in FORGED.items():
        assert asked(**{name: value}) == ONE, name
    assert asked(**FORGED) == ONE


def test_behind_the_proxy_only_the_header_that_it_overwrites_is_read(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    assert asked(**FORGED) == "203.0.113.9"
    for name in FORGED.keys() - {callers.OVERWRITTEN}:
        assert asked(**{name: "203.0.113.9"}) == ONE, name
    for nonsense in ("", "nobody", "203.0.113.9, 198.51.100.1", "1" * 9999):
        assert asked(HTTP_X_REAL_IP=nonsense) == ONE


def test_the_sample_site_overwrites_that_header() -> None:
    site = (project.BASE_DIR / "deploy" / "nginx.conf").read_text()
    assert site.count("proxy_set_header X-Real-IP $remote_addr;") == 1
