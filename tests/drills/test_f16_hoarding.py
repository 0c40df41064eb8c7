"""F16: 500 posts from one address, 500 with forged forwarding headers, 50 addresses: the held times stay within the limit,
forged headers change nothing, and a patient at one more address still books.

Behind the sample nginx (its own limit on posts widened, so that ours is what is seen) and without one. Controls: the
limits taken out; and a site that believes a forwarding header.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.utils import timezone

from bookings import diary
from bookings.life import Status
from bookings.models import Appointment, Service, WorkingPattern
from clinic.limits import Limit
from tests import cast
from tests.drills.web import SITE, Answer, LiveClient, gunicorn
from tests.private_nginx import private_nginx
from tests.reader import Reader
from tests.scale import scaled
from tests.test_journey import send, to_check

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

TRUSTING = "tests.drills.trusting:application"
POSTS = scaled(500, least=120)
ADDRESSES = 50
AT_ONCE = 8
WIDE = {"rate=30r/m": "rate=9000r/s", "burst=20 nodelay": "burst=9000 nodelay"}
EXAMPLE = dict(
    re.findall(
        r"^(\w+)=(.+)$", (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
)
MOST = Limit.read(EXAMPLE["LIMIT_HOLD_ADDRESS"]).most
RUSH, IN_RUSH = int(EXAMPLE["HOLDS_RUSH"]), int(EXAMPLE["HOLDS_IN_RUSH"])


@pytest.fixture
def times() -> list[dt.datetime]:
    """A clinic with two places at each time, every day of the week; every other time it offers from the real now on."""
    place = cast.make_clinic()
    cast.make_second_pair(place)
    for pattern in list(WorkingPattern.objects.all()):
        for weekday in (0, 2, 3, 4):
            cast.make_pattern(place, clinician=pattern.clinician, room=pattern.room, weekday=weekday)
    WorkingPattern.objects.update(valid_from=dt.date(2020, 1, 1))
    slots = diary.free_times([place], Service.objects.get(), now=timezone.now())
    return [each for each in sorted({slot.starts for slot in slots}) if each.minute in (0, 30)]


class Told(NamedTuple):
    """What the posts were told, and how many times are held after them."""

    statuses: Counter[int]
    held: int
    seconds: float

    def line(self, title: str) -> str:
        posts = sum(self.statuses.values())
        return f"\n| F16 {title} | {posts} posts | {dict(self.statuses)} | {self.held} held | {self.seconds:.1f} s |"


def held() -> int:
    return Appointment.objects.filter(status=Status.HOLD, hold_expires_at__gt=timezone.now()).count()


def forged(draw: random.Random) -> dict[str, str]:
    """A new address in every header that a site might believe."""
    claim = f"203.0.113.{draw.randint(1, 250)}, 10.{draw.randint(0, 250)}.{draw.randint(0, 250)}.1"
    first = claim.split(",")[0]
    return {
        "X-Forwarded-For": claim,
        "X-Real-IP": first,
        "Forwarded": f"for={first};proto=https",
        "Client-IP": first,
        "True-Client-IP": first,
        "X_Real_IP": first,
    }


def hoard(
    port: int, times: Sequence[dt.datetime], sources: Sequence[str], *, posts: int, forge: bool = False
) -> Told:
    """So many visitors without a session, each of whom takes a time of her own by one post."""
    draw = random.Random(16)
    visitor = LiveClient(port)
    visitor.get("/book/ring-me/")
    token = visitor.cookies[settings.CSRF_COOKIE_NAME]
    wanted = draw.choices(times, k=posts)
    headers = [forged(draw) if forge else {} for _ in range(posts)]

    def take(nth: int) -> Answer:
        one = LiveClient(port, {settings.CSRF_COOKIE_NAME: token}, sources[nth % len(sources)])
        at = f"{wanted[nth]:%Y-%m-%dT%H:%MZ}"
        data = {"signs": "none", "clinic": "maidenhead", "at": at, "csrfmiddlewaretoken": token}
        return one.post("/book/", data, headers[nth])

    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(take, range(posts)))
    for page in told:
        if page.status_code == 429:
            assert page["Retry-After"] == "1800"
            assert b"0800 783 6106" in page.content
    return Told(Counter(page.status_code for page in told), held(), time.monotonic() - began)


def book(port: int, source: str) -> Appointment:
    """Somebody at an address of her own goes through every page, at the pace of a person."""
    reader = to_check(Reader(LiveClient(port, source=source)))  # type: ignore[arg-type]
    time.sleep(float(EXAMPLE["FORM_LEAST_SECONDS"]) + 0.5)
    assert send(reader).h1 == "We have your request"
    return Appointment.objects.filter(status=Status.PENDING).latest("pk")


@contextmanager
def behind_nginx(folder: Path, **variables: str) -> Iterator[int]:
    with (
        gunicorn(folder / "log", SITE, **variables) as upstream,
        private_nginx(folder / "nginx", upstream=upstream, static=folder / "static", also=WIDE) as port,
    ):
        yield port


def test_f16_behind_nginx_nobody_fills_the_diary(tmp_path: Path, times: list[dt.datetime]) -> None:
    with behind_nginx(tmp_path, LIMITS_KEPT="nginx") as port:
        one = hoard(port, times, ["127.0.0.1"], posts=POSTS)
        print(one.line("nginx, one address"))
        assert one.held == MOST
        lying = hoard(port, times, ["127.0.0.1"], posts=POSTS, forge=True)
        print(lying.line("nginx, one address, forged headers"))
        assert lying.held == MOST
        assert set(lying.statuses) == {429}
        crowd = [f"127.0.1.{nth}" for nth in range(1, ADDRESSES + 1)]
        many = hoard(port, times, crowd, posts=max(POSTS, 3 * ADDRESSES), forge=True)
        print(many.line(f"nginx, {ADDRESSES} addresses, forged headers"))
        assert many.held <= RUSH + ADDRESSES * IN_RUSH + AT_ONCE
        assert not set(one.statuses + lying.statuses + many.statuses) - {302, 429, 503}
        patient = book(port, "127.0.2.1")
    assert not patient.suspected
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_f16_without_nginx_no_header_makes_somebody_else(tmp_path: Path, times: list[dt.datetime]) -> None:
    with gunicorn(tmp_path / "log", SITE, LIMITS_KEPT="1") as port:
        told = hoard(port, times, ["127.0.0.1"], posts=POSTS, forge=True)
        print(told.line("gunicorn alone, forged headers"))
        assert told.held == MOST
        book(port, "127.0.2.1")


def test_f16_control_without_the_limits(tmp_path: Path, times: list[dt.datetime]) -> None:
    with behind_nginx(tmp_path) as port:
        told = hoard(port, times, ["127.0.0.1"], posts=POSTS)
    print(told.line("control: no limits"))
    assert told.held > 2 * MOST  # the breach: one address holds what it likes


def test_f16_control_that_believes_a_forwarding_header(tmp_path: Path, times: list[dt.datetime]) -> None:
    with gunicorn(tmp_path / "log", TRUSTING, LIMITS_KEPT="1") as port:
        told = hoard(port, times, ["127.0.0.1"], posts=POSTS, forge=True)
    print(told.line("control: a forged header is believed"))
    assert told.held > 2 * MOST  # the breach: whoever lies is somebody new each time
