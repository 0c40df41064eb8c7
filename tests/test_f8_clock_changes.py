"""F8: both days on which the clocks change, in London and Dublin; a visitor's and a server's clock elsewhere, or a day off.

Every expected instant is written by hand in UTC. Each rule has a control: the usual wrong sum, which the same look notices.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Iterator
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from bookings import availability, diary, promises, services
from bookings.models import Appointment
from bookings.services import PATIENT, changing, holding
from bookings.services.errors import NotOffered, TimeTaken, TooEarly, TooLate
from clinic.models import Location
from clinic.wording import clock_at
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import opened
from tests.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.both]

CITIES = pytest.mark.parametrize("slug", ["london", "dublin"])
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
PHONE = {"london": "0800 783 6106", "dublin": "01 293 7839"}


def utc(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2027, month, day, hour, minute, tzinfo=dt.UTC)


SPRING, AUTUMN = utc(3, 28, 0), utc(10, 31, 0)


def make_night(slug: str) -> Location:
    """Open on Sundays from midnight until 11 on the wall, a start each half hour."""
    place = cast.make_clinic(slug)
    cast.make_pattern(
        place, clinician=cast.make_clinician("Night"), weekday=6, starts=dt.time(0), ends=dt.time(11), step=30
    )
    return place


def free(place: Location, midnight: dt.datetime) -> list[dt.datetime]:
    """What is offered on that Sunday of the clinic's own calendar, three weeks before it."""
    found = diary.free_times(
        [place], cast.make_service(), now=midnight - 21 * DAY, since=midnight - 2 * HOUR, until=midnight + DAY
    )
    return [slot.starts for slot in found if slot.starts.astimezone(place.zone).date() == midnight.date()]


def walls(place: Location, instants: list[dt.datetime]) -> list[str]:
    return [f"{at.astimezone(place.zone):%H:%M}" for at in instants]


def booked_at(place: Location, starts_at: dt.datetime) -> Appointment:
    now = starts_at - 20 * DAY
    return cast.act(services.confirm, cast.make_request(place, starts_at=starts_at, now=now), now=now)


# --- What is offered --------------------------------------------------------------------------------------------------
@CITIES
def test_in_spring_nothing_is_offered_between_one_and_two(slug: str) -> None:
    place = make_night(slug)
    offered = free(place, SPRING)
    assert walls(place, offered)[:4] == ["00:00", "00:30", "02:00", "02:30"]
    assert offered[:4] == [utc(3, 28, 0), utc(3, 28, 0, 30), utc(3, 28, 1), utc(3, 28, 1, 30)]
    assert not [wall for wall in walls(place, offered) if "01:00" <= wall < "02:00"]


@CITIES
def test_in_spring_a_form_that_names_such_a_time_asks_for_the_hour_after(slug: str) -> None:
    """A form carries an instant, and no instant is called 1:30 that night."""
    place = make_night(slug)
    assert clock_at(utc(3, 28, 1, 30), place.time_zone) == "2:30am"
    missing = dt.datetime(2027, 3, 28, 1, 30, tzinfo=place.zone)
    assert missing.astimezone(dt.UTC).astimezone(place.zone).hour != 1


@CITIES
def test_in_autumn_both_half_past_ones_are_offered_and_both_are_booked(slug: str) -> None:
    place = make_night(slug)
    offered = [at for at in free(place, AUTUMN) if walls(place, [at]) == ["01:30"]]
    assert offered == [utc(10, 31, 0, 30), utc(10, 31, 1, 30)]
    first, second = (booked_at(place, at) for at in offered)
    assert first.starts_at == utc(10, 31, 0, 30)
    assert second.starts_at == utc(10, 31, 1, 30)
    assert first.ends_at < second.starts_at
    assert not set(offered) & set(free(place, AUTUMN))
    with pytest.raises(TimeTaken):
        booked_at(place, offered[0])


@CITIES
def test_the_page_shows_both_as_two_buttons(slug: str) -> None:
    make_night(slug)
    with time_machine.travel(AUTUMN - 21 * DAY, tick=False):
        reader = Reader().open(f"/book/?clinic={slug}").press("No, I have none of these")
        reader.choose("Fine red, blue or purple lines").press("Continue")
        reader.open("/book/time/?from=2027-10-31")
        page = reader.client.get("/book/time/?from=2027-10-31").content.decode()
    assert page.count(f"{slug}|2027-10-31T00:30Z") == page.count(f"{slug}|2027-10-31T01:30Z") == 1
    night = [label for label in reader.buttons() if "31 October" in label and label.startswith("1:30am")]
    first, second = (label.split(", ")[0] for label in night)
    assert (first, second) == ("1:30am", "1:30am (after the clocks go back)")


@CITIES
def test_in_spring_the_page_has_no_half_past_one(slug: str) -> None:
    make_night(slug)
    with time_machine.travel(SPRING - 21 * DAY, tick=False):
        reader = Reader().open(f"/book/?clinic={slug}").press("No, I have none of these")
        reader.choose("Fine red, blue or purple lines").press("Continue").open("/book/time/?from=2027-03-28")
    labels = [label for label in reader.buttons() if "28 March" in label]
    assert labels
    assert not [label for label in labels if label.startswith("1:") and "am" in label.split(",")[0]]


@CITIES
@pytest.mark.parametrize(("midnight", "nine"), [(SPRING, utc(3, 28, 8)), (AUTUMN, utc(10, 31, 9))])
def test_nine_on_the_wall_is_nine_on_the_wall(slug: str, midnight: dt.datetime, nine: dt.datetime) -> None:
    place = make_night(slug)
    assert walls(place, [nine]) == ["09:00"]
    assert nine in free(place, midnight)


def test_a_sum_by_dst_is_noticed_in_dublin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: Dublin reports minus one hour of saving in January and none in July."""
    day = utc(2, 28, 0)
    right = {slug: free(make_night(slug), day)[0] for slug in ("london", "dublin")}
    assert right == {"london": day, "dublin": day}

    def by_dst(zone: str, day: int, minute: int, fold: int = 0) -> int:
        wall = dt.datetime.combine(dt.date.fromordinal(day), dt.time(), ZoneInfo(zone)) + minute * MINUTE
        return int((wall.replace(tzinfo=dt.UTC) - wall.dst()).timestamp())  # type: ignore[operator]

    monkeypatch.setattr(availability, "_reading", by_dst)
    wrong = {slug: free(Location.objects.get(slug=slug), day)[0] for slug in ("london", "dublin")}
    assert wrong["london"] == right["london"]
    assert wrong["dublin"] != right["dublin"]


# --- Cut-off ----------------------------------------------------------------------------------------------------------
# The visit at 10 on the wall of the Sunday, and 24 real hours before it: an hour off on the wall.
CUT_OFFS = {
    "spring": (utc(3, 28, 9), utc(3, 27, 9), "9am"),
    "autumn": (utc(10, 31, 10), utc(10, 30, 10), "11am"),
}


def last_moment(visit: Appointment, around: dt.datetime) -> dt.datetime:
    """The last half hour at which a patient may still cancel, tried in steps from three hours before."""
    latest = around - 4 * HOUR
    for nth in range(-6, 7):
        at = around + nth * 30 * MINUTE
        try:
            changing._refuse_late(visit, at)
        except TooLate:
            return latest
        latest = at
    return latest


@CITIES
@pytest.mark.parametrize("season", CUT_OFFS)
def test_the_cut_off_is_24_hours_and_not_the_same_time_on_the_wall(slug: str, season: str) -> None:
    starts, until, wall = CUT_OFFS[season]
    visit = booked_at(make_night(slug), starts)
    assert last_moment(visit, until) == until
    assert clock_at(until, visit.location.time_zone) == wall
    with pytest.raises(TooLate, match=PHONE[slug]):
        cast.act(services.cancel, visit, PATIENT, now=until + MINUTE)
    assert cast.act(services.cancel, visit, PATIENT, now=until).status == "cancelled"


@CITIES
@pytest.mark.parametrize("season", CUT_OFFS)
def test_a_cut_off_summed_on_the_wall_is_noticed(
    slug: str, season: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts, until, _ = CUT_OFFS[season]
    visit = booked_at(make_night(slug), starts)
    monkeypatch.setattr(changing, "change_until", lambda place, at: at.astimezone(place.zone) - DAY)
    assert last_moment(visit, until) != until


# --- A hold over the change -------------------------------------------------------------------------------------------
# Held a quarter of an hour before the clock jumps: 30 real minutes, whatever the wall says.
HOLDS = {
    "spring": (utc(3, 28, 0, 45), utc(3, 28, 1, 15), "2:15am"),
    "autumn": (utc(10, 31, 0, 45), utc(10, 31, 1, 15), "1:15am (after the clocks go back)"),
}


def held_until(place: Location, now: dt.datetime) -> dt.datetime:
    weeks_on = next(slot.starts for slot in diary.free_times([place], cast.make_service(), now=now))
    made = services.hold(
        key=uuid4(), location=place, service=cast.make_service(), starts_at=weeks_on, now=now
    )
    assert made.hold_expires_at is not None
    return made.hold_expires_at


@CITIES
@pytest.mark.parametrize("season", HOLDS)
def test_a_hold_lasts_30_minutes_over_the_change(slug: str, season: str) -> None:
    now, until, wall = HOLDS[season]
    place = make_night(slug)
    assert held_until(place, now) == until
    assert clock_at(until, place.time_zone) == wall
    key = Appointment.objects.get().idempotency_key
    assert services.renew_hold(key=key, now=until - MINUTE) == until + 29 * MINUTE
    assert services.renew_hold(key=key, now=until + 29 * MINUTE) is None


@pytest.mark.parametrize("season", HOLDS)
def test_a_hold_summed_on_the_wall_is_noticed(season: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now, until, _ = HOLDS[season]
    london = ZoneInfo("Europe/London")

    def on_the_wall(started: dt.datetime, now: dt.datetime) -> dt.datetime:
        return (now.astimezone(london) + 30 * MINUTE).replace(fold=0)

    monkeypatch.setattr(holding, "_expiry", on_the_wall)
    assert held_until(make_night("london"), now) != until


# --- Notice and promise -----------------------------------------------------------------------------------------------
@CITIES
@pytest.mark.parametrize(
    ("now", "earliest", "ring_by", "answer_by"),
    [
        # A Friday at 4pm: 24 desk hours are over on Wednesday at 4pm on the wall, the nurse rings by Monday noon.
        (utc(3, 26, 16), utc(3, 31, 15), utc(3, 29, 11), dt.date(2027, 3, 30)),
        (utc(10, 29, 15), utc(11, 3, 16), utc(11, 1, 12), dt.date(2027, 11, 2)),
    ],
    ids=["spring", "autumn"],
)
def test_notice_and_promise_count_desk_hours_on_the_wall(
    slug: str, now: dt.datetime, earliest: dt.datetime, ring_by: dt.datetime, answer_by: dt.date
) -> None:
    place = cast.make_location(slug)
    assert diary.window(place, now, ())[0] == earliest
    assert promises.promise(place, now, ()) == (answer_by, ring_by)
    assert earliest - now in (5 * DAY - HOUR, 5 * DAY + HOUR)  # never whole days: the clock changed between


# --- A visitor's clock, and the server's zone, elsewhere --------------------------------------------------------------
ELSEWHERE = [
    {"HTTP_ACCEPT_LANGUAGE": "ja-JP"},
    {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.8", "HTTP_TIMEZONE": "America/New_York"},
    {"HTTP_COOKIE_ADDED": "TZ=Pacific/Auckland; timezone=Pacific/Auckland; django_timezone=Pacific/Auckland"},
]


@CITIES
@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["Japan", "New York", "cookies of Auckland"])
def test_a_visitors_clock_elsewhere_changes_nothing(slug: str, elsewhere: dict[str, str]) -> None:
    place = cast.make_clinic(slug)
    with time_machine.travel(NOW, tick=False):
        visit = cast.make_booked(place)
        client = opened(visit).client
        before = {path: seen(client, path) for path in ("/book/manage/", "/book/manage/appointment.ics")}
        extra = dict(elsewhere)
        for pair in filter(None, extra.pop("HTTP_COOKIE_ADDED", "").split("; ")):
            name, _, value = pair.partition("=")
            client.cookies[name] = value
        assert {path: seen(client, path, **extra) for path in before} == before
    assert b"10:15am" in before["/book/manage/"]


def seen(client: Client, path: str, **headers: str) -> bytes:
    answer = client.get(path, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return bytes(answer.content)


@pytest.fixture(params=["Pacific/Auckland", "America/Los_Angeles"])
def server_elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's own zone, as a variable of its environment."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@CITIES
def test_the_servers_zone_changes_no_time(slug: str, server_elsewhere: str) -> None:
    local = dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC).astimezone()  # the fixture does what it says
    assert (
        local.utcoffset()
        == dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC).astimezone(ZoneInfo(server_elsewhere)).utcoffset()
    )
    place = make_night(slug)
    assert free(place, SPRING)[2] == utc(3, 28, 1)
    assert utc(10, 31, 0, 30) in free(place, AUTUMN)
    visit = booked_at(place, utc(3, 28, 9))
    assert visit.starts_at == utc(3, 28, 9)
    with pytest.raises(TooLate):
        cast.act(services.cancel, visit, PATIENT, now=utc(3, 27, 9, 1))


# --- The server's clock a day off -------------------------------------------------------------------------------------
@pytest.mark.parametrize("off", [-DAY, DAY], ids=["a day slow", "a day fast"])
def test_what_was_promised_does_not_move_with_the_clock(off: dt.timedelta) -> None:
    visit = cast.make_booked(cast.make_clinic())
    kept = (visit.starts_at, visit.ends_at, visit.answer_by, visit.ring_by, visit.fees_shown, visit.version)
    with time_machine.travel(NOW + off, tick=False):
        reader = opened(visit)
        assert "Tuesday 2 March, 10:15am" in reader.text
        assert not re.search(r"(?<![\w-])[-−]\d", reader.text)  # no negative time
    visit.refresh_from_db()
    assert kept == (
        visit.starts_at,
        visit.ends_at,
        visit.answer_by,
        visit.ring_by,
        visit.fees_shown,
        visit.version,
    )


def test_a_clock_set_back_keeps_a_hold_and_gives_nobody_a_second_day() -> None:
    """The hold is kept longer than it was said, never shorter; its two hours are counted from when it began."""
    place, key = cast.make_clinic(), uuid4()
    service = cast.make_service()
    made = services.hold(key=key, location=place, service=service, starts_at=FREE_TIME, now=NOW)
    with pytest.raises(TimeTaken):
        services.hold(key=uuid4(), location=place, service=service, starts_at=FREE_TIME, now=NOW - DAY)
    until = services.renew_hold(key=key, now=NOW - DAY)
    assert until == NOW - DAY + 30 * MINUTE  # by the same clock, thirty minutes on: no negative time
    made.refresh_from_db()
    assert made.hold_expires_at is not None
    assert made.hold_expires_at > NOW - DAY


def test_a_clock_set_forward_ends_a_hold_and_the_form_is_still_sent() -> None:
    place, key = cast.make_clinic(), uuid4()
    services.hold(key=key, location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW)
    sent = cast.make_request(place, key=key, now=NOW + DAY)
    assert (sent.status, sent.starts_at) == ("pending", FREE_TIME)


@pytest.mark.parametrize(("off", "late"), [(-DAY, False), (0 * DAY, False), (DAY, True)])
def test_cut_off_and_notice_follow_the_one_clock(off: dt.timedelta, late: bool) -> None:
    """24 hours and a minute before the visit: a fast clock refuses, a slow one does not, and both say so alike."""
    place = cast.make_clinic()
    visit = cast.make_booked(place)
    now = FREE_TIME - DAY - MINUTE + off
    if late:
        with pytest.raises(TooLate):
            cast.act(services.cancel, visit, PATIENT, now=now)
        with pytest.raises(NotOffered):
            cast.make_request(place, starts_at=FREE_TIME + HOUR, now=now)
    else:
        assert cast.act(services.cancel, visit, PATIENT, now=now).status == "cancelled"


def test_no_visit_is_missed_by_a_slow_clock() -> None:
    visit = cast.make_booked(cast.make_clinic())
    with pytest.raises(TooEarly):
        cast.act(services.no_show, visit, now=FREE_TIME - DAY)
