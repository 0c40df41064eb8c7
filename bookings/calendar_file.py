"""The calendar file (RFC 5545, 5546) of one appointment; never names a treatment nor links to the booking.

A calendar is often shared at home or at work, so the entry is marked private and says no more than a card
from the clinic would. Times are in UTC: every calendar shows them in its owner's zone.
"""

from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress

SUMMARY = "Clinic appointment"

_PRODUCT = "-//Clinic appointments//Calendar file 1//EN"
_STATUS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}


def appointment_file(
    *,
    method: Literal["REQUEST", "CANCEL"],
    uid: str,
    sequence: int,
    starts: datetime,
    ends: datetime,
    summary: str = SUMMARY,
    location_text: str,
    description: str,
    organizer_name: str,
    organizer_email: str,
    attendee_email: str,
    stamp: datetime,
) -> bytes:
    """The file as it is attached or downloaded; an `attendee_email` of "" leaves the patient's address out.

    `starts`, `ends` and `stamp` (when this version was made) are aware. A calendar replaces the entry it has
    under `uid` by one with a higher `sequence`. Raises ValueError for a time without a zone, or an address of
    two lines.
    """
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", _utc(stamp))
    event.add("dtstart", _utc(starts))
    event.add("dtend", _utc(ends))
    event.add("summary", summary)
    event.add("location", location_text)
    event.add("description", description)
    event.add("status", _STATUS[method])
    event.add("class", "PRIVATE")
    event.add("organizer", _address(organizer_email, CN=organizer_name))
    if attendee_email:
        # Already agreed with the clinic: without this a calendar asks for an answer that nobody would read.
        event.add("attendee", _address(attendee_email, PARTSTAT="ACCEPTED", RSVP="FALSE"))
    file: bytes = _calendar(method, event).to_ical()
    return file


def _calendar(method: str, event: Event) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar


def _address(email: str, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params.update(parameters)
    return address


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("A calendar file needs times with a zone; one without floats with its reader.")
    return at.astimezone(UTC)
