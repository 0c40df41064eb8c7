"""The diary drawn: half hours down and columns across, or a month in numbers; each state a word. It asks no database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from bookings.admin.times import Chosen
from bookings.admin.words import short_name
from bookings.calendar_month import month_weeks
from bookings.daybook import Daybook, Entry, State
from bookings.life import Verb, allowed
from bookings.models import Appointment
from bookings.working_time import working_hours_between
from clinic.models import Location
from clinic.wording import clock, clock_at, day, hours_age, list_words

ROW = timedelta(minutes=30)
OPENS, CLOSES = time(9), time(17)  # what is shown of a day on which nobody works
WORDS = {
    State.FREE: "Free",
    State.HELD: "Held",
    State.ASKED: "? Asked",
    State.BOOKED: "Booked",
    State.HERE: "● Here",
    State.SEEN: "✓ Seen",
    State.NOSHOW: "Did not come",
    State.BUSY: "Busy",
    State.CLOSED: "Closed",
}
Check = Appointment.Check


class Column(NamedTuple):
    heading: str
    sub: str
    entries: list[Entry]


def by_clinic(entries: list[Entry], places: Sequence[Location], book: Daybook) -> list[Column]:
    """A column a clinic; where several clinicians work, one for each of them."""
    columns = []
    for place in places:
        here = [each for each in entries if each.place == place]
        working = sorted({each.clinician for each in here if each.clinician and each.state != State.CLOSED})
        if len(working) < 2:
            name = book.clinicians[working[0]] if working else ""
            columns.append(
                Column(place.name, name, [each for each in here if each.clinician in (None, *working)])
            )
            continue
        for clinician in working:
            own = [each for each in here if each.clinician in (clinician, None)]
            columns.append(Column(place.name, book.clinicians[clinician], own))
    return columns


def by_day(entries: list[Entry], first: date, last: date) -> list[Column]:
    """A column a day."""
    days = [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
    found = defaultdict(list)
    free: set[tuple[int, datetime]] = set()
    for each in entries:
        at = each.place.pk, each.starts
        if each.state == State.FREE and at in free:
            continue  # a time at which two are free is named once
        if each.state == State.FREE:
            free.add(at)
        found[each.day].append(each)
    # A weekend on which nothing stands is left out.
    return [Column(day(on), "", found[on]) for on in days if on.weekday() < 5 or found[on]]


def rows(columns: list[Column], holidays: dict[str, frozenset[date]], now: datetime) -> list[dict[str, Any]]:
    """Half hours down, columns across; each cell holds what begins in it, or what still goes on."""
    clocks = [_clocks(entry) for column in columns for entry in column.entries if entry.state != State.CLOSED]
    opens = min([OPENS, *(starts for starts, _ in clocks)])
    closes = max([CLOSES, *(ends for _, ends in clocks)])
    made: list[dict[str, Any]] = []
    at = datetime.combine(date.min, opens.replace(minute=opens.minute // 30 * 30))
    while at.time() < closes and at.date() == date.min:
        # A closure that began before the first row is named in that row.
        cells = [_cell(column, at.time(), holidays, now, first=not made) for column in columns]
        made.append(
            {"time": clock(at.time(), minutes=True), "cells": cells, "now": _is_now(columns, at.time(), now)}
        )
        at += ROW
    return made


def _clocks(entry: Entry) -> tuple[time, time]:
    """Start and end as the clinic's clock shows them; an end after midnight counts as the day's last minute."""
    starts, ends = (each.astimezone(entry.place.zone) for each in (entry.starts, entry.ends))
    return starts.time(), ends.time() if ends.date() == starts.date() else time.max


def _cell(
    column: Column, row: time, holidays: dict[str, frozenset[date]], now: datetime, *, first: bool
) -> list[dict[str, str]]:
    until = (datetime.combine(date.min, row) + ROW).time() or time.max
    found = []
    for entry in column.entries:
        starts, ends = _clocks(entry)
        if row <= starts < until or (first and entry.state == State.CLOSED and starts < row < ends):
            found.append(_words(entry, holidays, now))
        elif starts < row < ends:
            found.append(_going_on(entry, ends))
    return found


def _going_on(entry: Entry, ends: time) -> dict[str, str]:
    words = "Closed" if entry.state == State.CLOSED else f"(to {clock(ends)})"
    return {"state": entry.state, "words": words}


def _words(entry: Entry, holidays: dict[str, frozenset[date]], now: datetime) -> dict[str, str]:
    """What stands in a cell and where it leads. `slot` and `move` are for the mouse that drags (`static/js/diary.js`)."""
    words, leads = [WORDS[entry.state]], {}
    visit = entry.appointment
    if entry.state == State.FREE:
        slot = Chosen(entry.place, entry.starts).value
        leads = {
            "url": f"{reverse('admin:bookings_appointment_add')}?{urlencode({'slot': slot})}",
            "slot": slot,
        }
    elif entry.state == State.HELD and entry.until:
        words = [f"Held to {clock_at(entry.until, entry.place.time_zone)}"]
    elif entry.state == State.CLOSED and entry.reason:
        words = [f"Closed: {entry.reason}"]
    elif visit is not None and visit.patient is not None:
        words.append(short_name(visit.patient.name))
        if entry.state == State.ASKED:
            words.append(_waits(visit, entry.place, holidays, now))
        leads = {"url": reverse("admin:bookings_appointment_change", args=[visit.pk]), "move": _move(visit)}
    starts = entry.starts.astimezone(entry.place.zone)
    if starts.minute % 30:
        words.insert(0, clock(starts.time()))
    hidden = f", {clock_at(entry.starts, entry.place.time_zone)}, {entry.place.name}"
    return {"state": entry.state, "words": " · ".join(words), "hidden": hidden, **leads}


def _move(visit: Appointment) -> str:
    """The page that moves it, in the version seen here; empty where it cannot be moved any more."""
    if Verb.MOVE not in allowed(visit.state):
        return ""
    return f"{reverse('admin:bookings_appointment_move', args=[visit.pk])}?version={visit.version}"


def _waits(visit: Appointment, place: Location, holidays: dict[str, frozenset[date]], now: datetime) -> str:
    """How long a request has waited, or that a nurse rings first."""
    if visit.clinician_check == Check.NEEDED:
        return "ring first"
    since = visit.first_requested_at or now
    return hours_age(
        working_hours_between(since, now, place.time_zone, holidays.get(place.country, frozenset()))
    )


def _is_now(columns: list[Column], row: time, now: datetime) -> str:
    """ "now 10:07" in the half hour that it is, where today is among the columns."""
    for column in columns:
        for entry in column.entries[:1]:
            local = now.astimezone(entry.place.zone)
            if (
                entry.day == local.date()
                and row <= local.time() < (datetime.combine(date.min, row) + ROW).time()
            ):
                return f"now {local.hour}:{local.minute:02}"
    return ""


# --- A month ------------------------------------------------------------------------------------------------------
def months(entries: list[Entry], places: Sequence[Location], on: date) -> list[dict[str, Any]]:
    """One small calendar a clinic: how many are booked, asked for and free on each day."""
    first = on.replace(day=1)
    found = []
    for place in places:
        counts: defaultdict[date, Counter[State]] = defaultdict(Counter)
        for each in entries:
            if each.place == place:
                counts[each.day][each.state] += 1
        weeks = [
            [{"day": cell.day, "words": _counted(counts[cell.day]) if cell.day else ""} for cell in week]
            for week in month_weeks(first, {})
        ]
        found.append({"place": place, "weeks": weeks})
    return found


def _counted(states: Counter[State]) -> str:
    taken = sum(states[each] for each in (State.BOOKED, State.HERE, State.SEEN, State.NOSHOW, State.BUSY))
    parts = [(taken, "booked"), (states[State.ASKED], "asked"), (states[State.FREE], "free")]
    words = [f"{number} {word}" for number, word in parts if number]
    return list_words(words) if words else "Closed" if states[State.CLOSED] else ""
