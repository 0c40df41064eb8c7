"""Every door from outside has its limit, and each shows the same page with the phone numbers. Nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask
from clinic.limits import Caller, TooMany
from clinic.models import Complaint, Feedback, Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.reader import Reader
from tests.test_journey import send, to_check, to_times

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

STEP = dt.timedelta(minutes=30)
H1 = "Please try again later, or phone us"


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def one_only(settings: Any, *names: str) -> None:
    settings.LIMITS = {**settings.LIMITS, **dict.fromkeys(names, "1/120")}


# --- One page ---------------------------------------------------------------------------------------------------
RING = {"name": "A", "phone": "020 7946 0000", "place": "GB", "ring_when": "any", "leave_message": "no"}
COMPLAINT = {"text": "It was late.", "name": "A", "email": "a@example.org"}


def ring_me(client: Client) -> Any:
    return client.post("/book/ring-me/", {**RING, "form": uuid4().hex})


def find(client: Client) -> Any:
    return client.post("/book/find/", {"email": "a@example.org"})


def complain(client: Client) -> Any:
    return client.post("/complaints/write/", {**COMPLAINT, "form": uuid4().hex})


def feedback(client: Client) -> Any:
    return client.post("/feedback/", {"helped": "All of it.", "form": uuid4().hex})


def hold(client: Client) -> Any:
    data = {"signs": "none", "clinic": "maidenhead", "at": f"{FREE_TIME:%Y-%m-%dT%H:%MZ}"}
    return client.post("/book/", data)


DOORS = {
    "ring-me-address": ring_me,
    "ring-me-phone": ring_me,
    "find-address": find,
    "complaint-address": complain,
    "complaint-person": complain,
    "feedback-address": feedback,
    "hold-address": hold,
}


def words_of(page: str) -> str:
    """What the page says, without the token and what was typed. Around it the menu marks the page somebody is on."""
    page = (
        page[page.index("<title>") : page.index("</title>")]
        + page[page.index("<main") : page.index("</main>")]
    )
    return re.sub(r'<form method="post" action="[^"]*">|<input type="hidden"[^>]*>\s*', "", page)


@pytest.mark.parametrize("name", DOORS)
def test_each_limit_is_kept_at_its_door(name: str, place: Location, settings: Any) -> None:
    one_only(settings, name)
    first, second = DOORS[name](Client()), DOORS[name](Client())
    assert (first.status_code, second.status_code) == (302, 429)


def test_every_limit_shows_the_same_page(place: Location, settings: Any) -> None:
    pages, waits = set(), set()
    for name, door in DOORS.items():
        one_only(settings, name)
        door(Client())
        answer = door(Client())
        pages.add(words_of(answer.content.decode()))
        waits.add(answer.headers["Retry-After"])
        settings.LIMITS = {**settings.LIMITS, name: "1000/120"}
    assert len(pages) == 1
    assert waits == {"1800"}


def test_the_page_has_the_phones_and_the_emergency_line_and_is_not_kept(
    place: Location, settings: Any
) -> None:
    one_only(settings, "ring-me-address")
    ring_me(Client())
    answer = ring_me(Client())
    text = answer.content.decode()
    assert answer.headers["Cache-Control"].startswith("no-store")
    for part in ("0800 783 6106", "01 293 7839", "Call 999 now", "in Ireland 112 or 999", H1):
        assert part in text


def test_what_was_typed_can_be_sent_again_from_the_page(
    place: Location, settings: Any, clock: time_machine.Coordinates
) -> None:
    one_only(settings, "ring-me-address")
    ring_me(Client())
    reader = (
        Reader()
        .open("/book/ring-me/")
        .fill("Your name", "Brigid “B” <Test>")
        .fill("Phone number", "020 7946 0001")
    )
    reader.choose("Any clinic in the UK").choose("Any time").choose("Yes").press("Ring me")
    assert (reader.status, reader.h1) == (429, H1)
    clock.shift(dt.timedelta(hours=3))
    reader.press("Send it again")
    assert reader.h1 == "We will ring you"
    assert CallTask.objects.last().patient.name == "Brigid “B” <Test>"  # type: ignore[union-attr]


def test_a_journey_that_meets_a_limit_is_not_lost(
    place: Location, settings: Any, clock: time_machine.Coordinates
) -> None:
    one_only(settings, "request-address")
    send(to_check(Reader()))
    cast.make_second_pair(place)
    reader = send(to_check(Reader()))
    assert (reader.status, reader.h1) == (429, H1)
    assert reader.open("/book/check/").h1 == "Check your request"
    assert "Brigid Test" in reader.text
    clock.shift(dt.timedelta(minutes=100))
    reader.open("/book/check/")
    settings.LIMITS = {**settings.LIMITS, "request-address": "2/120"}
    assert send(reader).h1 == "We have your request"


def test_the_same_form_sent_twice_counts_once(place: Location, settings: Any) -> None:
    one_only(settings, "request-address", "ring-me-address", "complaint-address", "feedback-address")
    reader = to_check(Reader())
    form = {**reader.values(), "agree": ["on"]}
    for _ in range(3):
        assert reader.client.post("/book/check/", form)["Location"] == "/book/sent/"
    for door, data in (
        ("/book/ring-me/", RING),
        ("/complaints/write/", COMPLAINT),
        ("/feedback/", {"helped": "All"}),
    ):
        assert {Client().post(door, {**data, "form": "one"}).status_code for _ in range(3)} == {302}, door
    counts = [noun.objects.count() for noun in (CallTask, Complaint, Feedback)]
    assert counts == [1, 1, 1]


# --- Held times -------------------------------------------------------------------------------------------------
def held() -> int:
    return Appointment.objects.filter(status=Status.HOLD, hold_expires_at__gt=NOW).count()


def take(place: Location, nth: int, caller: Caller, now: dt.datetime = NOW) -> bool:
    at = FREE_TIME.replace(hour=9, minute=0) + nth % 15 * STEP + nth // 15 * dt.timedelta(days=7)
    given = {"location": place, "service": cast.make_service(), "starts_at": at, "caller": caller, "now": now}
    try:
        services.hold(key=uuid4(), **given)
    except TooMany:
        return False
    return True


def test_one_address_holds_no_more_than_its_limit_and_another_still_can(
    place: Location, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "hold-address": "4/120"}
    got = [take(place, nth, Caller("198.51.100.7", f"session {nth}")) for nth in range(10)]
    assert (sum(got), held()) == (4, 4)
    assert take(place, 11, Caller("198.51.100.8", "somebody"))


def test_choosing_another_time_is_no_second_hold(place: Location, settings: Any) -> None:
    one_only(settings, "hold-address", "hold-session")
    reader = to_times(Reader()).press("10:15am").open("/book/time/").press("10:30am")
    assert reader.status == 200
    assert held() == 1


def test_nobody_holds_more_by_waiting_until_holds_run_out(place: Location, settings: Any) -> None:
    """A hold that ran out and is taken again counts again: the keys of before are no way around."""
    settings.LIMITS = {**settings.LIMITS, "hold-address": "2/120"}
    key, caller, service = uuid4(), Caller("198.51.100.7"), cast.make_service()
    given: dict[str, Any] = {"location": place, "service": service, "starts_at": FREE_TIME, "caller": caller}
    services.hold(key=key, now=NOW, **given)
    services.hold(key=key, now=NOW + dt.timedelta(minutes=31), **given)
    with pytest.raises(TooMany):
        services.hold(key=key, now=NOW + dt.timedelta(minutes=70), **given)


def test_the_stretch_of_the_hold_limit_is_as_long_as_a_hold_can_live() -> None:
    for name in ("hold-address", "hold-session"):
        assert int(project.LIMITS[name].split("/")[1]) >= project.HOLD_MAX_MINUTES


def test_many_addresses_together_leave_the_diary_open(place: Location, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "hold-address": "10/120"}
    settings.HOLDS_RUSH, settings.HOLDS_IN_RUSH = 12, 1
    got = [take(place, nth, Caller(f"198.51.100.{nth % 5}", f"{nth}")) for nth in range(40)]
    assert sum(got) == 12  # each of the five holds one or more by then
    assert take(place, 41, Caller("203.0.113.1", "a patient"))
    assert not take(place, 42, Caller("203.0.113.1", "the same"))


def test_a_time_that_could_not_be_had_is_not_counted(place: Location, settings: Any) -> None:
    one_only(settings, "hold-address")
    assert take(place, 0, Caller("198.51.100.8"))
    with pytest.raises(services.BookingError):
        take(place, 0, Caller("198.51.100.7"))
    assert take(place, 1, Caller("198.51.100.7"))


def test_the_desk_is_not_limited(place: Location, settings: Any) -> None:
    one_only(settings, "hold-address", "request-phone", "request-email")
    settings.OPEN_PER_PERSON = 1
    first = cast.make_request(place)
    second = cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    assert {first.status, second.status} == {Status.PENDING}


# --- A person's requests ----------------------------------------------------------------------------------------
def ask(place: Location, nth: int, address: str, **who: Any) -> Callable[[], Appointment]:
    wish = cast.make_wish(place, starts_at=FREE_TIME.replace(hour=9, minute=0) + nth * STEP)
    patient, caller = cast.make_details(**who), Caller(address)
    return lambda: services.request(key=uuid4(), wish=wish, patient=patient, caller=caller, now=NOW)


def test_one_person_has_a_few_open_requests_whatever_the_address(place: Location, settings: Any) -> None:
    settings.OPEN_PER_PERSON = 2
    for nth in range(2):
        ask(place, nth, f"198.51.100.{nth}", phone=f"+4420794600{nth:02}")()
    with pytest.raises(TooMany):
        ask(place, 2, "198.51.100.3", phone="+442079460009", email="BRIGID@example.org")()
    assert ask(place, 3, "198.51.100.4", phone="+442079460001", email="")()
    with pytest.raises(TooMany):
        ask(place, 4, "198.51.100.6", phone="+442079460001", email="")()
    assert ask(place, 5, "198.51.100.5", phone="+442079460019", email="other@example.org")()


def test_what_is_over_leaves_room_for_the_next(place: Location, settings: Any) -> None:
    settings.OPEN_PER_PERSON = 1
    made = ask(place, 0, "198.51.100.1")()
    with pytest.raises(TooMany):
        ask(place, 1, "198.51.100.1")()
    cast.act(services.cancel, made)
    assert ask(place, 2, "198.51.100.1")()


def test_cancelling_and_asking_again_all_day_is_limited_too(place: Location, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "request-email": "3/1440"}
    for nth in range(3):
        cast.act(services.cancel, ask(place, nth, f"198.51.100.{nth}", email=f"brigid+{nth}@example.org")())
    with pytest.raises(TooMany):
        ask(place, 4, "198.51.100.9")()


def test_a_mail_on_a_date_is_limited_over_weeks(place: Location, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "write-later-email": "2/43200"}
    caller, on = Caller("198.51.100.1"), dt.date(2027, 9, 1)

    def later(days: int) -> None:
        now = NOW + dt.timedelta(days=days)
        services.write_later(email="a@example.org", on=on, location=place, caller=caller, now=now)

    later(0)
    later(9)
    with pytest.raises(TooMany):
        later(18)
    assert Message.objects.filter(kind="write_later").count() == 2


def test_with_the_real_numbers_a_family_at_one_address_books(place: Location, settings: Any) -> None:
    """Four people one after the other in one place, one of them for her mother: nobody meets a limit."""
    numbers = dict(
        re.findall(r"^LIMIT_(\w+)=(.+)$", (project.BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    )
    settings.LIMITS = {
        **settings.LIMITS,
        **{name.lower().replace("_", "-"): text for name, text in numbers.items()},
    }
    settings.OPEN_PER_PERSON = 5
    assert settings.LIMITS["hold-address"] == "20/120"
    cast.make_second_pair(place)
    for nth in range(4):
        taken = Appointment.objects.filter(status=Status.PENDING)
        later = FREE_TIME + dt.timedelta(days=7 * nth)
        taken.filter(starts_at__lt=FREE_TIME).update(starts_at=later, ends_at=later + STEP)
        assert send(to_check(Reader())).h1 == "We have your request", nth
    assert Appointment.objects.filter(status=Status.PENDING).count() == 4


def test_the_doors_of_this_file_are_all_doors_with_a_limit_of_an_address() -> None:
    names = {name for name in project.LIMITS if name.endswith("-address")}
    assert names - set(DOORS) == {"request-address", "write-later-address"}  # tested above, deeper in
