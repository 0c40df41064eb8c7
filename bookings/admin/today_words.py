"""How one person reads on the day's list: three lines, marks with the most serious first, one button. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from bookings.admin.words import STATUS_MARKS, Mark, gate_mark, reach, short_name, status_mark
from bookings.desk import Eyes
from bookings.legs import legs_words
from bookings.life import Status
from bookings.models import Appointment, Patient, Service, VisitRecord
from bookings.needs import STAFF_NEEDS
from bookings.today import Day, Person, Stretch
from clinic.phones import phone_words
from clinic.wording import calendar_day, clock_at, duration, reference
from clinic.wording import day as day_words
from treatments.screening import ANSWER_PHONE, AREAS, PAGES, Level, ticks_on

AREA_WORDS = {area.code: area.staff for area in AREAS}
TICK_WORDS = {tick.code: tick.staff for page in PAGES for tick in ticks_on(page)}
_SERIOUS = {Level.WAIT: "alarm", Level.RING: "warn", Level.READ: "read"}
FLIES_SOON = 14  # days: the fact `fly_block` says 2 weeks
Check = Appointment.Check


class Button(NamedTuple):
    """The next legal step: a press (POST) in the version on the page, or a link to where it is done."""

    label: str
    url: str
    at_once: bool
    second: bool = False


def row(person: Person, eyes: Eyes, now: datetime, *, here: str, chosen: int | None) -> dict[str, Any]:
    """One line of the list. `here` is the address of this list, to which a press leads back."""
    visit = person.appointment
    zone = visit.location.time_zone
    return {
        "visit": visit,
        "time": clock_at(visit.starts_at, zone, minutes=True),
        "name": visit.patient.name if visit.patient else "",
        "age": person.age,
        "kind": kind_words(person),
        "area": AREA_WORDS.get(visit.area, ""),
        "marks": marks(person),
        "facts": facts(person),
        "last": last_words(person),
        "ends": f"Ends {clock_at(visit.ends_at, zone)}" if visit.service.minutes != 30 else "",
        "status": status_mark(visit)
        if visit.status not in (Status.BOOKED, Status.PENDING)
        else asked_mark(visit),
        "button": button(person, eyes, now, here),
        "here": f"{here}&who={visit.pk}#chosen",
        "chosen": chosen == visit.pk,
    }


def asked_mark(visit: Appointment) -> Mark | None:
    """A request stands out; "booked" is what everybody on the list is."""
    return Mark(STATUS_MARKS[Status.PENDING], "? Asked") if visit.status == Status.PENDING else None


def kind_words(person: Person) -> str:
    if person.session:
        nth, planned = person.session
        return f"session {nth} of about {planned}" if planned else f"session {nth}"
    if person.appointment.service.kind == Service.Kind.CONSULTATION:
        return "another visit" if person.earlier else "first visit"
    return str(person.appointment.service).lower()


def marks(person: Person) -> list[Mark]:
    """What to know, the most serious first and what is still open last; only what this member of staff may see has
    been read at all.
    """
    visit = person.appointment
    found = [_tick_mark(row.level, TICK_WORDS.get(row.code, row.code)) for row in person.ticked]
    if person.doctor_first:
        found.insert(0, Mark("alarm", "! Doctor first"))
    days = person.travels_in
    if visit.travel_on and days is not None and 0 <= days <= FLIES_SOON:
        found.append(Mark("warn", f"! Travels {_short(visit)}, {_days(days)}"))
    if visit.clinician_check == Check.NEEDED:
        return [*found, _to_ring(person)]
    gate = gate_mark(visit) if visit.clinician_check == Check.REFUSED else None
    return [gate, *found] if gate else found


def _tick_mark(level: int, words: str) -> Mark:
    return Mark(_SERIOUS.get(Level(level), "read"), f"! {words}")


def _to_ring(person: Person) -> Mark:
    by_phone = any(row.answer == ANSWER_PHONE for row in person.answers)
    return Mark("ring", "? Health answers by phone: not yet rung" if by_phone else "? Nurse to ring first")


def _short(visit: Appointment) -> str:
    words = calendar_day(visit.travel_on) if visit.travel_on else ""
    return words.rsplit(" ", 1)[0]


def _days(number: int) -> str:
    return "same day" if number == 0 else "1 day" if number == 1 else f"{number} days"


def facts(person: Person) -> str:
    """How to reach her, and what would help on the day."""
    visit, patient = person.appointment, person.appointment.patient
    if patient is None:
        return ""
    needs = [STAFF_NEEDS.get(need, need) for need in visit.access_needs]
    no_email = [] if patient.email else ["No email"]
    return ". ".join([reach_words(patient), *no_email, *needs])


def reach_words(patient: Patient) -> str:
    """The phone and how to use it: "020 7946 0000, afternoon, may leave a message"."""
    ways = reach(patient).removeprefix("Ring ").removeprefix("any time, ").removeprefix("in the ")
    return f"{phone_words(patient.phone)}, {ways[:1].lower()}{ways[1:]}"


def last_words(person: Person) -> str:
    """When she was last here, and what was written down then."""
    if person.last is None or person.days_since is None:
        return ""
    on = calendar_day(person.last.starts_at.astimezone(person.last.location.zone).date()).rsplit(" ", 1)[0]
    return " ".join(
        [f"Last here {on} ({_days(person.days_since)}).", *record_words(getattr(person.last, "record", None))]
    )


def record_words(record: VisitRecord | None) -> list[str]:
    """What a visit record says, a sentence each."""
    if record is None:
        return []
    stocking = ", ".join(
        word
        for word in (record.stocking_size.lower(), record.stocking_class and f"class {record.stocking_class}")
        if word
    )
    said = [
        f"{record.get_decision_display()}." if record.decision else "",
        f"{_first_big(legs_words(record.areas))}." if record.areas else "",
        f"Stocking: {stocking}." if stocking else "",
    ]
    return [words for words in said if words]


def _first_big(words: str) -> str:
    return words[:1].upper() + words[1:]


def button(person: Person, eyes: Eyes, now: datetime, here: str) -> Button | None:
    """The one thing to press next; None where nothing is due."""
    visit = person.appointment
    here_now = (
        visit.starts_at.astimezone(visit.location.zone).date() <= now.astimezone(visit.location.zone).date()
    )
    records = eyes.is_clinician_at(visit.location_id)
    rings = visit.clinician_check == Check.NEEDED
    calls = reverse("admin:bookings_calltask_changelist")
    match visit.state:
        case Status.PENDING | Status.BOOKED if rings and records:
            return Button("Ring", calls, at_once=False)
        case Status.PENDING if not rings and visit.clinician_check != Check.REFUSED:
            return _press("Confirm", visit, "confirm")
        case Status.BOOKED if here_now:
            return _press("Arrived", visit, "arrive")
        case Status.ARRIVED if records and person.is_to_ask:
            return Button("Ask", f"{here}&who={visit.pk}#chosen", at_once=False)
        case Status.ARRIVED if records:
            return Button("After visit", f"{here}&who={visit.pk}#after", at_once=False)
        case Status.ARRIVED:
            return _press("Seen", visit, "fulfil")
        case Status.FULFILLED if records:
            label = "After visit" if person.record is None else "Change record"
            return Button(label, f"{here}&who={visit.pk}#after", at_once=False, second=True)
    return None


def _press(label: str, visit: Appointment, verb: str) -> Button:
    return Button(label, reverse(f"admin:bookings_appointment_{verb}", args=[visit.pk]), at_once=True)


def stretch_row(each: Stretch, many_places: bool) -> dict[str, Any]:
    """A free time or a break between two people."""
    minutes = int((each.ends - each.starts).total_seconds() // 60)
    where = f" at {each.place.name}" if many_places else ""
    asked = urlencode(
        {"clinic": each.place.slug, "day": f"{each.starts.astimezone(each.place.zone):%Y-%m-%d}"}
    )
    url = f"{reverse('admin:bookings_appointment_add')}?{asked}"
    return {
        "time": clock_at(each.starts, each.place.time_zone, minutes=True),
        "free": each.free,
        "words": f"{'Free' if each.free else 'Break'}{where}, {duration(minutes)}",
        "add_url": url if each.free else "",
    }


def top_line(day: Day, now: datetime) -> str:
    """How many, and who is next."""
    count = len(day.people)
    words = f"{count} {'person' if count == 1 else 'people'}." if count else "Nobody is expected."
    if following := day.next_one(now):
        visit = following.appointment
        words += f" Next: {clock_at(visit.starts_at, visit.location.time_zone)}, {_called(visit)}."
    return words


def ring_mark(day: Day, now: datetime) -> Mark | None:
    """How many of them a nurse rings first, and whom before when; a late call stands out."""
    if not (ring := day.to_ring()):
        return None
    visit = ring[0].appointment
    due, zone = visit.ring_by or visit.starts_at, visit.location.zone
    on = due.astimezone(zone).date()
    by = clock_at(due, zone.key) if on == now.astimezone(zone).date() else day_words(on)
    if due < now:
        return Mark("late", f"! {len(ring)} to ring: {_called(visit)}, late since {by}")
    return Mark("ring", f"{len(ring)} to ring: {_called(visit)} before {by}")


def _called(visit: Appointment) -> str:
    return short_name(visit.patient.name) if visit.patient else reference(visit.reference)


def chosen_head(person: Person) -> str:
    visit = person.appointment
    at = clock_at(visit.starts_at, visit.location.time_zone)
    return f"{at}, {duration(visit.service.minutes)}, {visit.room.name}. {reference(visit.reference)}"
