"""The calendar file, read back by a small reader of its own, so that the library is not its own witness."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.calendar_file import appointment_file

START = datetime(2027, 3, 2, 10, 15, tzinfo=UTC)


def make_file(**changes: Any) -> bytes:
    """The file of a consultation of 30 minutes, with what a test wants otherwise."""
    starts = changes.pop("starts", START)
    given_by_default = {
        "method": "REQUEST",
        "uid": "7d9f3c1e-0000-4000-8000-000000000001",
        "sequence": 3,
        "starts": starts,
        "ends": starts + timedelta(minutes=30),
        "location_text": "12 Long Lane, Amersham; first floor",
        "description": "Phone 0800 783 6106.\nReference 7K4 M2P",
        "organizer_name": "The Clinics",
        "organizer_email": "desk@example.com",
        "attendee_email": "ann@example.org",
        "stamp": datetime(2027, 2, 20, 9, 0, tzinfo=UTC),
    }
    return appointment_file(**(given_by_default | changes))


def lines(file: bytes) -> list[str]:
    """Unfolded content lines (RFC 5545, 3.1): each ends in CRLF, and a leading space goes on."""
    assert file.endswith(b"\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert b"\r" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    return file.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def fields(file: bytes) -> dict[str, str]:
    """The raw value behind each name, its parameters dropped; a name that comes twice is an error."""
    found: dict[str, str] = {}
    for line in lines(file):
        head, value = re.fullmatch(r'((?:"[^"]*"|[^":])*):(.*)', line).groups()  # type: ignore[union-attr]
        name = head.split(";")[0]
        assert name in {"BEGIN", "END"} or name not in found
        found[name] = value
    return found


def text(value: str) -> str:
    """A TEXT value without its escapes (RFC 5545, 3.3.11)."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def instant(value: str) -> datetime:
    """A UTC time in the file (RFC 5545, 3.3.5, form 2)."""
    year, month, day, hour, minute, second = map(
        int,
        re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", value).groups(),  # type: ignore[union-attr]
    )
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def test_it_is_one_event_in_one_calendar() -> None:
    content = lines(make_file())
    assert content[0] == "BEGIN:VCALENDAR"
    assert content[-1] == "END:VCALENDAR"
    assert [line for line in content if line.startswith(("BEGIN", "END"))][1:-1] == [
        "BEGIN:VEVENT",
        "END:VEVENT",
    ]


def test_it_carries_uid_and_sequence_so_that_a_change_replaces_the_entry() -> None:
    found = fields(make_file(uid="abc", sequence=7))
    assert (found["UID"], found["SEQUENCE"]) == ("abc", "7")


def test_a_request_is_confirmed_and_a_cancel_is_cancelled() -> None:
    request, cancel = fields(make_file()), fields(make_file(method="CANCEL"))
    assert (request["METHOD"], request["STATUS"]) == ("REQUEST", "CONFIRMED")
    assert (cancel["METHOD"], cancel["STATUS"]) == ("CANCEL", "CANCELLED")


def test_a_cancel_names_the_same_event_people_and_time() -> None:
    request, cancel = fields(make_file()), fields(make_file(method="CANCEL"))
    same = ("UID", "SEQUENCE", "DTSTART", "DTEND", "ORGANIZER", "ATTENDEE")
    assert [request[name] for name in same] == [cancel[name] for name in same]


def test_the_version_and_a_neutral_maker_are_named() -> None:
    found = fields(make_file())
    assert found["VERSION"] == "2.0"
    assert not re.search("vein|sclero|health|clinics,", found["PRODID"], re.IGNORECASE)


def test_the_entry_says_clinic_appointment_and_is_private() -> None:
    found = fields(make_file())
    assert found["SUMMARY"] == "Clinic appointment"
    assert found["CLASS"] == "PRIVATE"


def test_place_and_description_come_back_with_commas_and_line_breaks() -> None:
    found = fields(make_file())
    assert text(found["LOCATION"]) == "12 Long Lane, Amersham; first floor"
    assert text(found["DESCRIPTION"]) == "Phone 0800 783 6106.\nReference 7K4 M2P"


def test_the_file_holds_no_link() -> None:
    assert b"://" not in make_file()
    assert b"URL" not in make_file()


def test_organizer_and_attendee_are_mail_addresses() -> None:
    found = fields(make_file())
    assert (found["ORGANIZER"], found["ATTENDEE"]) == ("mailto:desk@example.com", "mailto:ann@example.org")


def test_nobody_is_asked_to_answer_the_invitation() -> None:
    attendee = next(line for line in lines(make_file()) if line.startswith("ATTENDEE"))
    assert "RSVP=FALSE" in attendee
    assert "PARTSTAT=ACCEPTED" in attendee


def test_without_an_email_there_is_no_attendee() -> None:
    assert "ATTENDEE" not in fields(make_file(attendee_email=""))


def test_times_are_utc_and_the_stamp_is_the_one_given() -> None:
    found = fields(make_file())
    assert instant(found["DTSTART"]) == START
    assert instant(found["DTEND"]) == START + timedelta(minutes=30)
    assert instant(found["DTSTAMP"]) == datetime(2027, 2, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Dublin"])
def test_instants_are_right_on_both_clock_change_days(zone: str) -> None:
    wall = ZoneInfo(zone)
    spring = fields(make_file(starts=datetime(2027, 3, 28, 10, 15, tzinfo=wall)))
    autumn = fields(make_file(starts=datetime(2027, 10, 31, 10, 15, tzinfo=wall)))
    assert (spring["DTSTART"], autumn["DTSTART"]) == ("20270328T091500Z", "20271031T101500Z")


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Dublin"])
def test_the_two_half_past_ones_of_autumn_stay_two(zone: str) -> None:
    first = datetime(2027, 10, 31, 1, 30, tzinfo=ZoneInfo(zone))
    files = [fields(make_file(starts=first.replace(fold=fold), ends=START)) for fold in (0, 1)]
    assert [file["DTSTART"] for file in files] == ["20271031T003000Z", "20271031T013000Z"]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        make_file(starts=datetime(2027, 3, 2, 10, 15))  # noqa: DTZ001


def test_an_address_cannot_bring_a_line_of_its_own() -> None:
    with pytest.raises(ValueError, match="CR or LF"):
        make_file(attendee_email="ann@example.org\r\nURL:https://evil.example")


written = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=200)


@settings(derandomize=True, database=None, deadline=None)
@given(place=written, note=written, name=written)
def test_no_text_can_break_out_of_its_line(place: str, note: str, name: str) -> None:
    file = make_file(location_text=place, description=note, organizer_name=name)
    found = fields(file)
    assert text(found["LOCATION"]) == place
    assert text(found["DESCRIPTION"]) == note
    assert set(found) == set(fields(make_file()))
