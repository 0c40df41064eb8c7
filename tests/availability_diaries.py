"""Made-up rotas, closures and bookings for the tests of the free times: a small cast, and thousands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypedDict

from hypothesis import strategies as st

from bookings.availability import Busy, Closed, Pair, Pattern, Place, Slot, candidates_at, free_slots

ANN, BEN = 1, 2  # clinicians
MAIDENHEAD = Place(1, "Europe/London", "GB")
AMERSHAM = Place(2, "Europe/London", "GB")
DUBLIN = Place(4, "Europe/Dublin", "IE")

TUESDAY = date(2027, 3, 2)  # winter: the wall shows UTC
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # both Sundays


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> datetime:
    """That time in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


ROOM, OTHER_ROOM, AMERSHAM_ROOM = 11, 12, 21


def make_pattern(**changes: Any) -> Pattern:
    """Ann in Maidenhead on Tuesdays from 9 to 11, a start every half hour."""
    usual = Pattern(ANN, ROOM, 1, 1, time(9), time(11), 30, 1, date(2027, 1, 5), None)
    return usual._replace(**changes)


def make_busy(
    starts: datetime, ends: datetime, clinician: int = BEN, room: int = 99, location: int = 1
) -> Busy:
    return Busy(clinician, room, location, starts, ends)


def offered(*patterns: Pattern, place: Place = MAIDENHEAD, day: date = TUESDAY, **changes: Any) -> list[Slot]:
    """The free times of half an hour on one UTC day, or what a test wants otherwise."""
    usual = {
        "places": [place],
        "patterns": patterns or [make_pattern()],
        "closures": [],
        "busy": [],
        "minutes": 30,
        "earliest": at(0, day=day),
        "latest": at(0, day=day) + timedelta(days=1),
        "travel_minutes": 60,
    }
    return free_slots(**(usual | changes))


def starts(found: Sequence[Slot]) -> list[str]:
    """The starts as UTC clock times."""
    return [f"{slot.starts:%H:%M}" for slot in found]


class Diary(TypedDict):
    places: list[Place]
    patterns: list[Pattern]
    closures: list[Closed]
    busy: list[Busy]
    minutes: int
    earliest: datetime
    latest: datetime
    travel_minutes: int


CLINICS = [MAIDENHEAD, AMERSHAM, DUBLIN]
ROOMS_AT = {1: [11, 12], 2: [21], 4: [41]}
clinicians, locations, rooms = (
    st.sampled_from([ANN, BEN]),
    st.sampled_from([1, 2, 4]),
    st.sampled_from([11, 12, 21, 41]),
)
days = st.sampled_from([SPRING, AUTUMN, TUESDAY, date(2027, 6, 16)])


def minutes_within(first: int, last: int) -> st.SearchStrategy[int]:
    """Often a quarter of an hour, so that edges meet, and any minute at times."""
    quarters = st.integers(-(-first // 15), last // 15).map(lambda quarter: quarter * 15)
    return quarters | quarters | st.integers(first, last)


@st.composite
def make_patterns(draw: st.DrawFn, day: date) -> Pattern:
    """Around the hour that the clock skips or repeats, or a day's work."""
    location = draw(locations)
    opens, lasts = draw(st.sampled_from([(0, 150), (0, 100), (540, 600)])), draw(minutes_within(15, 300))
    start = draw(minutes_within(*opens))
    return Pattern(
        clinician=draw(clinicians),
        room=draw(st.sampled_from(ROOMS_AT[location])),
        location=location,
        weekday=(day.weekday() + draw(st.sampled_from([0, 0, 0, 0, 1, -1]))) % 7,
        starts=time(*divmod(start, 60)),
        ends=time(*divmod(start + lasts, 60)),
        step=draw(st.sampled_from([15, 30, 5, 7, 20, 25, 45, 60, 90])),
        every_n_weeks=draw(st.sampled_from([1, 1, 1, 2, 3])),
        valid_from=day - timedelta(days=draw(st.sampled_from([20, 7, 1, 0, -1, 14, 15, 23, 40]))),
        valid_until=draw(
            st.sampled_from([None, None, day, day - timedelta(days=1), day + timedelta(days=9)])
        ),
    )


@st.composite
def stretches(draw: st.DrawFn, begins: datetime) -> tuple[datetime, datetime]:
    """Beside or across what the patterns do, by night or by day."""
    hours = draw(st.sampled_from([(-60, 400), (60, 300), (540, 1000)]))
    first = begins + timedelta(minutes=draw(minutes_within(*hours)))
    return first, first + timedelta(minutes=draw(minutes_within(1, 180)))


@st.composite
def make_closures(draw: st.DrawFn, begins: datetime) -> Closed:
    first, last = draw(stretches(begins))
    scope = draw(
        st.fixed_dictionaries({"country": st.sampled_from(["GB", "IE"])})
        | st.fixed_dictionaries({"location": locations})
        | st.fixed_dictionaries({"room": rooms})
        | st.fixed_dictionaries({"clinician": clinicians})
        | st.fixed_dictionaries({"location": locations, "clinician": clinicians})
        | st.just({})
    )
    return Closed(first, last, **scope)


@st.composite
def make_bookings(draw: st.DrawFn, begins: datetime) -> Busy:
    first, last = draw(stretches(begins))
    return Busy(draw(clinicians), draw(rooms), draw(locations), first, last)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Some thirty hours around a clock change or a plain day, in clinics of both zones."""
    day = draw(days)
    begins = at(0, day=day) - timedelta(hours=2)
    earliest = begins + timedelta(
        seconds=60 * draw(minutes_within(0, 240)) + draw(st.sampled_from([0, 0, 1, 59]))
    )
    return {
        "places": draw(st.sampled_from([CLINICS, CLINICS, [MAIDENHEAD], [DUBLIN, AMERSHAM]])),
        "patterns": draw(st.lists(make_patterns(day), min_size=3, max_size=7)),
        "closures": draw(st.lists(make_closures(begins + timedelta(hours=2)), max_size=3)),
        "busy": draw(st.lists(make_bookings(begins + timedelta(hours=2)), min_size=1, max_size=6)),
        "minutes": draw(st.sampled_from([15, 30, 45, 60])),
        "earliest": earliest,
        "latest": earliest + timedelta(hours=30) - timedelta(minutes=draw(minutes_within(0, 1800))),
        "travel_minutes": draw(st.sampled_from([60, 30, 0, 90])),
    }


def without_bookings(diary: Diary) -> Diary:
    """The same rota with nothing booked and nothing closed."""
    empty = diary.copy()
    empty["busy"], empty["closures"] = [], []
    return empty


def candidates_in(diary: Diary, place: Place, start: datetime) -> tuple[Pair, ...]:
    """The question under the lock, asked of a diary."""
    return candidates_at(
        place=place,
        patterns=diary["patterns"],
        closures=diary["closures"],
        busy=diary["busy"],
        minutes=diary["minutes"],
        starts=start,
        travel_minutes=diary["travel_minutes"],
    )
