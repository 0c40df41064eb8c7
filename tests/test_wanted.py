"""What somebody looks for: read from an address, put on times by the clinic's own clock, and written back the same."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.wanted import LABELS, Part, Wanted, parts_among, parts_in_words, parts_of

KNOWN = ["amersham", "maidenhead", "london", "dublin"]
DUBLIN = ZoneInfo("Europe/Dublin")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> dt.datetime:
    """A time of March 2027; the 2nd is a Tuesday, the 6th a Saturday."""
    return dt.datetime(2027, month, day, hour, minute, tzinfo=DUBLIN)


@pytest.mark.parametrize(
    ("time", "parts"),
    [
        (at(2, 9), {Part.MORNING}),
        (at(2, 11, 59), {Part.MORNING}),
        (at(2, 12), {Part.AFTERNOON}),
        (at(2, 16, 59), {Part.AFTERNOON}),
        (at(2, 17), {Part.EVENING}),
        (at(6, 9), {Part.MORNING, Part.SATURDAY}),
        (at(6, 18), {Part.EVENING, Part.SATURDAY}),
        (at(7, 18), {Part.EVENING}),
    ],
)
def test_noon_begins_the_afternoon_and_five_the_evening(time: dt.datetime, parts: set[Part]) -> None:
    assert parts_of(time) == parts


def test_the_clock_at_the_clinic_decides_also_in_summer() -> None:
    half_past_four_utc = dt.datetime(2027, 7, 1, 16, 30, tzinfo=dt.UTC)
    assert parts_of(half_past_four_utc.astimezone(DUBLIN)) == {Part.EVENING}


def test_a_time_fits_that_falls_in_any_of_the_parts() -> None:
    times = [(each, each.isoformat()) for each in (at(2, 9), at(2, 18), at(6, 10), at(6, 14))]
    wanted = Wanted(parts=(Part.EVENING, Part.SATURDAY))
    assert wanted.fitting(times) == times[1:]
    assert Wanted().fitting(times) == times


def test_only_parts_that_have_a_time_are_found() -> None:
    assert parts_among([at(2, 9), at(2, 18)]) == (Part.MORNING, Part.EVENING)
    assert parts_among([]) == ()
    assert parts_among([at(2, 9), at(2, 13), at(6, 18)]) == tuple(Part)


def test_parts_are_said_in_words() -> None:
    assert parts_in_words([Part.EVENING, Part.SATURDAY]) == "evenings and Saturdays"
    assert parts_in_words([Part.MORNING, Part.AFTERNOON], last="or") == "mornings or afternoons"
    assert LABELS[Part.AFTERNOON] == "Afternoons, 12pm to 5pm"


@pytest.mark.parametrize(
    ("address", "clinics", "parts"),
    [
        ("", (), ()),
        ("clinic=dublin", ("dublin",), ()),
        ("clinic=dublin&clinic=maidenhead", ("maidenhead", "dublin"), ()),
        ("clinic=dublin&clinic=dublin", ("dublin",), ()),
        ("clinic=anywhere", ("anywhere",), ()),
        ("clinic=dublin&clinic=anywhere", ("anywhere",), ()),
        ("&".join(f"clinic={slug}" for slug in KNOWN), ("anywhere",), ()),
        ("clinic=nowhere", (), ()),
        ("clinic=nowhere&clinic=dublin", ("dublin",), ()),
        ("find=1", ("anywhere",), ()),
        ("find=1&clinic=dublin&part=evening&part=night", ("dublin",), (Part.EVENING,)),
        ("part=saturday&part=morning&part=saturday", (), (Part.MORNING, Part.SATURDAY)),
        ("part=", (), ()),
        ("part=MORNING&clinic=%00&clinic=../", (), ()),
    ],
)
def test_what_an_address_says_and_what_counts_as_not_chosen(
    address: str, clinics: tuple[str, ...], parts: tuple[Part, ...]
) -> None:
    read = Wanted.read(parse_qs(address, keep_blank_values=True), known=KNOWN)
    assert (read.clinics, read.parts) == (clinics, parts)


choices = st.builds(
    Wanted,
    clinics=st.one_of(
        st.just(("anywhere",)),
        st.sets(st.sampled_from(KNOWN), max_size=3).map(lambda some: tuple(s for s in KNOWN if s in some)),
    ),
    parts=st.sets(st.sampled_from(Part)).map(lambda some: tuple(part for part in Part if part in some)),
    since=st.none() | st.dates(),
)


@given(choices)
def test_a_choice_survives_being_written_into_an_address(wanted: Wanted) -> None:
    query = parse_qs(wanted.query())
    since = dt.date.fromisoformat(query["from"][0]) if "from" in query else None
    assert Wanted.read(query, known=KNOWN, since=since) == wanted
    assert "from" not in parse_qs(wanted.without_day().query())


@given(
    st.dictionaries(
        st.sampled_from(["clinic", "part", "find", "x"]), st.lists(st.text(max_size=20), max_size=4)
    )
)
def test_no_address_is_too_odd_to_be_read(query: dict[str, list[str]]) -> None:
    read = Wanted.read(query, known=KNOWN)
    assert set(read.clinics) <= {*KNOWN, "anywhere"}
    assert set(read.parts) <= set(Part)


def test_a_choice_covers_its_clinics_and_anywhere_all_of_them() -> None:
    assert Wanted(("dublin",)).covers("dublin")
    assert not Wanted(("dublin",)).covers("london")
    assert Wanted(("anywhere",)).covers("london")
    assert not Wanted(("",)).covers("london")
