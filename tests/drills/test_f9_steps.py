"""F9: steps skipped, replayed and mixed from two sessions: nothing of the diary changes that should not.

Controls: the same without the check for a skipped step, and without the key that a journey carries.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings import diary
from bookings.journey import Journey
from bookings.life import Status
from bookings.models import Appointment, AppointmentEvent, CallTask, Consent, Patient, Service, WorkingPattern
from bookings.views import sending
from clinic.models import Message
from tests import cast
from tests.drills.web import SITE, LiveClient, gunicorn
from tests.scale import scaled

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

STEPS = ("start", "visit", "time", "health-1", "health-2", "health-3", "details")
PEOPLE = (Patient, AppointmentEvent, Message, CallTask, Consent)
Post = tuple[str, dict[str, Any]]


@pytest.fixture
def times() -> list[dt.datetime]:
    """A clinic with two places at each time, and the times it offers from the real now on."""
    place = cast.make_clinic()
    cast.make_second_pair(place)
    WorkingPattern.objects.update(valid_from=dt.date(2020, 1, 1))
    slots = diary.free_times([place], Service.objects.get(), now=timezone.now())
    return sorted({slot.starts for slot in slots})


@pytest.fixture(params=["in process", "gunicorn"])
def new_browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """What makes a browser of its own each time it is called."""
    if request.param == "in process":
        yield lambda: Client(raise_request_exception=False)
        return
    with gunicorn(tmp_path / "log", SITE) as port:
        yield lambda: Fetching(port)


class Fetching(LiveClient):
    """A live browser that brings the form's token along, as a page would have given it."""

    def post(self, url: str, data: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        if settings.CSRF_COOKIE_NAME not in self.cookies:
            self.get("/book/ring-me/")
        return super().post(
            url, {**data, "csrfmiddlewaretoken": self.cookies[settings.CSRF_COOKIE_NAME]}, headers
        )


def posts(at: dt.datetime, name: str = "Brigid Test") -> dict[str, Post]:
    """Each step's form, filled in well."""
    details = {
        "name": name,
        "phone": "020 7946 0000",
        "ring_when": "any",
        "missed_call": "leave",
        "email": "brigid@example.org",
        "date_of_birth": "27 3 1958",
    }
    return {
        "start": ("/book/", {"signs": "none"}),
        "visit": ("/book/visit/", {"area": "thread", "clinic": "maidenhead"}),
        "time": ("/book/time/", {"slot": f"maidenhead|{at:%Y-%m-%dT%H:%MZ}"}),
        **{f"health-{page}": (f"/book/health/{page}/", {"ticks": "none"}) for page in (1, 2, 3)},
        "details": ("/book/details/", details),
        "check": ("/book/check/", {"agree": "on"}),
    }


def walk(browser: Any, steps: Iterable[str], forms: dict[str, Post]) -> list[int]:
    """The statuses of these steps' forms; the last one carries what its own page showed."""
    return [send(browser, *forms[step], shown=shown(browser) if step == "check" else "") for step in steps]


def send(browser: Any, url: str, data: dict[str, Any], *, shown: str) -> int:
    return int(browser.post(url, {**data, "seen": shown} if shown else data).status_code)


def shown(browser: Any) -> str:
    """What the check page wants to be sent back; empty where there is no such page."""
    found = re.search(r'name="seen" value="([^"]*)"', browser.get("/book/check/").content.decode())
    return found[1] if found else ""


def people() -> list[int]:
    """Everything that may only come from a request that was sent whole."""
    return [noun.objects.count() for noun in PEOPLE]


def say(what: str, *figures: object) -> None:
    print(f"\n| F9 {what} | {connection.vendor} | " + " | ".join(map(str, figures)) + " |")


# --- Skipped ------------------------------------------------------------------------------------------------------
def incomplete(count: int) -> list[list[str]]:
    """Ways with at least one step left out, in every order: each set of steps once, the rest by a fixed draw."""
    draw = random.Random(9)
    ways = [list(kept) for size in range(len(STEPS)) for kept in combinations(STEPS, size)]
    while len(ways) < count:
        way = draw.sample(STEPS, draw.randint(1, len(STEPS) - 1))
        ways.append(way + draw.choices(way, k=draw.randint(0, 3)))
    draw.shuffle(ways)
    return ways[:count]


class Left(NamedTuple):
    """What the incomplete ways left behind: answers of 500 and more, times held too early, rows about people."""

    ways: int
    broken: int
    held: int
    people: list[int]


def skip_steps(new_browser: Any, times: Sequence[dt.datetime], count: int) -> Left:
    """Posts the last form twice after each incomplete way."""
    broken = held = 0
    ways = incomplete(count)
    for nth, way in enumerate(ways):
        statuses = walk(new_browser(), [*way, "check", "check"], posts(times[nth % len(times)]))
        broken += max(statuses) >= 500
        asked = "time" in way and {"start", "visit"} <= set(way)
        held += not asked and Appointment.objects.filter(patient=None).exists()
        Appointment.objects.filter(patient=None).delete()
    return Left(len(ways), broken, held, people())


def test_f9_no_step_can_be_left_out(new_browser: Any, times: list[dt.datetime]) -> None:
    live = isinstance(new_browser(), LiveClient)
    left = skip_steps(new_browser, times, scaled(100 if live else 1000, least=30))
    say(f"skipped, {'gunicorn' if live else 'in process'}", left)
    assert left[1:] == (0, 0, [0] * len(PEOPLE))
    assert set(walk(new_browser(), [*STEPS, "check"], posts(times[0]))) == {
        302
    }  # the whole way does lead there
    assert people() == [1, 1, 1, 0, 1]


def test_f9_control_without_the_look_for_a_skipped_step(
    times: list[dt.datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "skipped", lambda *_: None)
    left = skip_steps(lambda: Client(raise_request_exception=False), times, 127)
    say("control: no look for a skipped step", left)
    assert left.people[0] > 0  # the breach: sent without a look at the emergency notice
    assert left.broken > 0


# --- Replayed -----------------------------------------------------------------------------------------------------
def replay(times: Sequence[dt.datetime], journeys: int) -> tuple[int, list[int]]:
    """Sends each journey, then its forms again in a drawn order, from that browser and from a copy made before."""
    draw = random.Random(10)
    sent = 0
    for nth in range(journeys):
        forms, browser, old = posts(times[nth]), Client(raise_request_exception=False), Client()
        walk(browser, STEPS, forms)
        before = dict(browser.session.items())  # what a second window, or a server that died, still knew
        walk(browser, ["check"], forms)
        again = draw.choices([*STEPS[1:], "check"], k=12)
        sent += len(again) + 2
        assert max(walk(browser, again, forms)) < 500
        session = old.session
        session.update(before)
        session.save()
        Appointment.objects.filter(patient=None).delete()  # a hold runs out meanwhile
        walk(old, ["check", "check"], forms)
    return sent, people()


def test_f9_nothing_is_sent_twice(times: list[dt.datetime]) -> None:
    journeys = scaled(100, least=10)
    sent, left = replay(times, journeys)
    say("replayed", f"{journeys} journeys", f"{sent} forms again", f"people, events, messages... {left}")
    assert left == [journeys, journeys, journeys, 0, journeys]
    assert (
        Appointment.objects.filter(status=Status.PENDING).count() == Appointment.objects.count() == journeys
    )


def test_f9_control_without_the_key(times: list[dt.datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journey, "uuid", property(lambda journey: uuid4()))
    sent, left = replay(times, 5)
    say("control: no key", "5 journeys", f"{sent} forms again", f"people, events, messages... {left}")
    assert left[0] > 5


# --- Mixed --------------------------------------------------------------------------------------------------------
def test_f9_two_sessions_never_meet(new_browser: Any, times: list[dt.datetime]) -> None:
    """Two people's forms in a drawn order, some of them sent by the wrong one of the two."""
    draw = random.Random(11)
    live = isinstance(new_browser(), LiveClient)
    rounds = scaled(20 if live else 200, least=10)
    crossed = 0
    for nth in range(rounds):
        at = times[2 * nth % len(times)], times[(2 * nth + 1) % len(times)]
        both = [(new_browser(), posts(at[who], f"Person {who}"), list(STEPS)) for who in (0, 1)]
        while any(steps for _, _, steps in both):
            browser, forms, steps = draw.choice([one for one in both if one[2]])
            walk(browser, [steps.pop(0)], forms)
        for (browser, forms, _), (other, _, _) in (both, both[::-1]):
            crossed += 1
            assert (
                send(browser, *forms["check"], shown=shown(other)) == 409
            )  # that is not what this one was shown
        assert not Appointment.objects.filter(status=Status.PENDING).exists()
        for browser, forms, _ in both:
            assert walk(browser, ["check"], forms) == [302]
        made = Appointment.objects.filter(status=Status.PENDING)
        whose = set(made.values_list("starts_at", "patient__name"))
        assert whose == {(at[0], "Person 0"), (at[1], "Person 1")}
        made.update(status=Status.CANCELLED)  # so that the next two find their times free
    say(
        f"mixed, {'gunicorn' if live else 'in process'}",
        f"{rounds} pairs",
        f"{crossed} crossed forms, all refused",
    )


def test_f9_another_sessions_token_sends_nothing(times: list[dt.datetime]) -> None:
    forms = posts(times[0])
    hers = Client(enforce_csrf_checks=True)
    theirs = Client(enforce_csrf_checks=True)
    for browser in (hers, theirs):
        browser.get("/book/ring-me/")
    foreign = theirs.cookies[settings.CSRF_COOKIE_NAME].value
    for url, data in forms.values():
        for token in (foreign, "", "x" * 64, foreign[::-1]):
            assert hers.post(url, {**data, "csrfmiddlewaretoken": token}).status_code == 403
    assert people() == [0] * len(PEOPLE)
    assert not Appointment.objects.exists()
