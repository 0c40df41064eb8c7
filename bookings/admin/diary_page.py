"""The diary: a day with the clinics side by side, a week of one clinic or clinician, a month in numbers. Changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from bookings import daybook, desk
from bookings.admin.desk_admin import DeskView
from bookings.admin.times import YEARS, Chosen
from bookings.calendar_month import month_weeks
from bookings.daybook import Daybook, Entry, State
from bookings.models import Appointment
from bookings.working_time import working_hours_between
from clinic.models import Location, Membership
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
VIEWS = ("day", "week", "month")
Check = Appointment.Check


class Column(NamedTuple):
    heading: str
    sub: str
    entries: list[Entry]


class DiaryView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        now, places = timezone.now(), list(Location.objects.all())
        if not places:
            return self.desk.page(request, "diary", {"title": "Diary", "nowhere": True})
        asked = request.GET
        place = next((each for each in places if each.slug == asked.get("clinic")), None)
        view = asked.get("view", "day") if asked.get("view") in VIEWS else "day"
        zone = (place or places[0]).zone
        on = _named_day(asked.get("day", ""), now.astimezone(zone).date())
        first, last = _span(view, on)
        shown = [place] if place else places
        if view == "week" and place is None and not asked.get("clinician", "").isdecimal():
            shown = [_own_first(request, places)]
        hers = Membership.objects.places_of(request.user)
        book = daybook.read(
            shown, first, last, names_at={each.pk for each in places if hers.cover(each.pk)}, now=now
        )
        clinician = _clinician(asked.get("clinician", ""), book)
        entries = _of_clinician(book, clinician)
        context = {
            "title": _title(view, on, shown, book, clinician),
            "view": view,
            "on": on,
            "places": places,
            "place": shown[0] if len(shown) == 1 else None,
            "clinicians": sorted(book.clinicians.items(), key=lambda pair: pair[1]),
            "clinician": clinician,
            "links": _links(view, on, now.astimezone(zone).date(), asked.get("clinic", ""), clinician),
            "current": "diary",
        }
        if view == "month":
            context["months"] = _months(entries, shown, on)
        else:
            columns = _week(entries, first, last) if view == "week" else _day(entries, shown, book)
            context["columns"] = columns
            context["rows"] = _rows(columns, _holidays() if _has_asked(entries) else {}, now)
        self.desk.listed(request, sum(each.appointment is not None for each in entries))
        return self.desk.page(request, "diary", context)


# --- Which stretch of the diary -----------------------------------------------------------------------------------
def _span(view: str, on: date) -> tuple[date, date]:
    if view == "week":
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    if view == "month":
        first = on.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return on, on


def _named_day(text: str, today: date) -> date:
    try:
        named = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return named if named.year in YEARS else today


def _own_first(request: HttpRequest, places: list[Location]) -> Location:
    hers = Membership.objects.places_of(request.user)
    return next((each for each in places if hers.cover(each.pk)), places[0])


def _clinician(text: str, book: Daybook) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) in book.clinicians else None


def _of_clinician(book: Daybook, clinician: int | None) -> list[Entry]:
    if clinician is None:
        return book.entries
    return [each for each in book.entries if each.clinician in (clinician, None)]


def _title(view: str, on: date, shown: list[Location], book: Daybook, clinician: int | None) -> str:
    first, _ = _span(view, on)
    when = {
        "day": day(on),
        "week": f"Week of {day(first)}",
        "month": f"{day(first).split()[-1]} {first.year}",
    }[view]
    whose = book.clinicians[clinician] if clinician else shown[0].name if len(shown) == 1 else "all clinics"
    return f"{when}: {whose}"


def _links(view: str, on: date, today: date, clinic: str, clinician: int | None) -> dict[str, str]:
    """Addresses of the same view before, today and after, and of the other views of this day."""
    kept = {"clinic": clinic, "clinician": clinician or ""}
    first, last = _span(view, on)
    step = {"day": timedelta(days=1)}.get(view)
    before, after = (on - step, on + step) if step else (first - timedelta(days=1), last + timedelta(days=1))

    def address(view: str, on: date) -> str:
        given = {"view": view, "day": on.isoformat(), **kept}
        return f"{reverse('admin:bookings_appointment_diary')}?{urlencode({k: v for k, v in given.items() if v})}"

    return {
        "before": address(view, before),
        "today": "" if first <= today <= last else address(view, today),
        "after": address(view, after),
        **{f"as_{each}": "" if each == view else address(each, on) for each in VIEWS},
    }


# --- Columns and rows ---------------------------------------------------------------------------------------------
def _day(entries: list[Entry], places: Sequence[Location], book: Daybook) -> list[Column]:
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


def _week(entries: list[Entry], first: date, last: date) -> list[Column]:
    days = [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
    by_day = defaultdict(list)
    for each in entries:
        by_day[each.day].append(each)
    # A weekend on which nothing stands is left out.
    return [Column(day(on), "", by_day[on]) for on in days if on.weekday() < 5 or by_day[on]]


def _rows(columns: list[Column], holidays: dict[str, frozenset[date]], now: datetime) -> list[dict[str, Any]]:
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
    return {"state": entry.state, "words": words, "url": "", "hidden": ""}


def _words(entry: Entry, holidays: dict[str, frozenset[date]], now: datetime) -> dict[str, str]:
    words, url = [WORDS[entry.state]], ""
    hidden = f", {clock_at(entry.starts, entry.place.time_zone)}, {entry.place.name}"
    visit = entry.appointment
    if entry.state == State.FREE:
        url = f"{reverse('admin:bookings_appointment_add')}?{urlencode({'slot': Chosen(entry.place, entry.starts).value})}"
    elif entry.state == State.HELD and entry.until:
        words = [f"Held to {clock_at(entry.until, entry.place.time_zone)}"]
    elif entry.state == State.CLOSED and entry.reason:
        words = [f"Closed: {entry.reason}"]
    elif visit is not None and visit.patient is not None:
        words.append(_short_name(visit.patient.name))
        if entry.state == State.ASKED:
            words.append(_waits(visit, entry.place, holidays, now))
        url = reverse("admin:bookings_appointment_change", args=[visit.pk])
    starts = entry.starts.astimezone(entry.place.zone)
    if starts.minute % 30:
        words.insert(0, clock(starts.time()))
    return {"state": entry.state, "words": " · ".join(words), "url": url, "hidden": hidden}


def _waits(visit: Appointment, place: Location, holidays: dict[str, frozenset[date]], now: datetime) -> str:
    """How long a request has waited, or that a nurse rings first."""
    if visit.clinician_check == Check.NEEDED:
        return "ring first"
    since = visit.first_requested_at or now
    return hours_age(
        working_hours_between(since, now, place.time_zone, holidays.get(place.country, frozenset()))
    )


def _short_name(name: str) -> str:
    """ "Brigid Test" reads "Brigid T" on a wall of names."""
    first, *rest = name.split()
    return f"{first} {rest[-1][:1]}" if rest else first


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


def _has_asked(entries: Iterable[Entry]) -> bool:
    return any(each.state == State.ASKED for each in entries)


def _holidays() -> dict[str, frozenset[date]]:
    return desk.holidays_by_country()


# --- A month ------------------------------------------------------------------------------------------------------
def _months(entries: list[Entry], places: Sequence[Location], on: date) -> list[dict[str, Any]]:
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
