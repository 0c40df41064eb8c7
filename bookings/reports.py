"""What a clinic did in a period, for its managers: requests, answers, visits, time at work, calls, mail. Reads only.

A handful of queries, one a table (the diary's own two apart: what happened, and what is taken from now on). Days are those
of each clinic's own calendar; instants are UTC. No figure names a patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from bookings import diary
from bookings.availability import Busy
from bookings.diary import Rota
from bookings.figures import Cells, Figures, summed
from bookings.funnel import Calls, Period, minutes_to_ring
from bookings.lead_time import days_to_first_free, horizon
from bookings.life import Status, Verb
from bookings.models import Appointment, AppointmentEvent, AppointmentMessage, Service
from bookings.needs import CANCEL_REASONS
from bookings.promises import change_until
from bookings.worked import worked
from bookings.working_time import working_day_at, working_hours_between
from clinic.models import Clinician, Location, Message

DAY = timedelta(days=1)
AFTERWARDS = timedelta(days=30)  # no mail about a visit is written later than this after it
KEPT = (Status.BOOKED, Status.ARRIVED, Status.FULFILLED)
# Who calls it off for one of these did so herself, or asked us to. A clinic that changes its plans is not late.
HERS = frozenset(("", "asked", "other", *CANCEL_REASONS))
_ANSWERS = (Verb.CONFIRM, Verb.DECLINE)


@dataclass(frozen=True)
class Report:
    """One clinic, or several together. `lead`: days from today to its next free first visit; None where there is none."""

    slug: str
    name: str
    parts: dict[str, Figures]  # by clinician, or by clinic where this is several
    weeks: dict[date, Figures]
    minutes: tuple[int | None, ...]
    lead: int | None

    @property
    def total(self) -> Figures:
        return summed(self.weeks.values())

    @property
    def calls(self) -> Calls:
        return Calls.of(self.minutes)


def reports(places: Sequence[Location], period: Period, *, now: datetime) -> list[Report]:
    """One for each of these clinics, in their order. Nine queries, however many clinics and days."""
    if not places:
        return []
    since, until = _bounds(places, period)
    rota = diary.rota(places, starts=min(since, now), ends=max(until, horizon(now)) + DAY)
    cells, rows = Cells(places, period), _rows(places, since, until)
    _count_requests(cells, rows, _events(places, since), rota, now)
    _count_visits(cells, rows, now)
    _count_work(cells, rows, rota)
    _count_unsent(cells, since)
    ringing, lead = minutes_to_ring(places, period), days_to_first_free(places, rota, now)
    names = _names(cells)
    return [
        Report(
            slug=place.slug,
            name=place.name,
            parts=_by_clinician(cells, place, names),
            weeks=_by_week(cells, place),
            minutes=tuple(ringing[place.slug]),
            lead=lead[place.pk],
        )
        for place in places
    ]


def together(parts: Sequence[Report], name: str) -> Report:
    """Several as one, its parts the clinics; the soonest free time of any of them."""
    return Report(
        slug="all",
        name=name,
        parts={part.name: part.total for part in parts},
        weeks={week: summed(part.weeks[week] for part in parts) for week in parts[0].weeks},
        minutes=tuple(each for part in parts for each in part.minutes),
        lead=min((part.lead for part in parts if part.lead is not None), default=None),
    )


# --- What is read ---------------------------------------------------------------------------------------------------
class Row(NamedTuple):
    pk: int
    location: int
    clinician: int
    room: int
    person: int
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    suspected: bool


def _bounds(places: Sequence[Location], period: Period) -> tuple[datetime, datetime]:
    """From the first of these clinics' midnights to the last (UTC); what lies between, each calendar tells apart."""
    zones = {place.time_zone for place in places}
    since = min(working_day_at(period.since, time(), zone) for zone in zones)
    return since, max(working_day_at(period.until + DAY, time(), zone) for zone in zones)


def _here(places: Sequence[Location], since: datetime, of: str = "") -> Q:
    """Visits at these clinics from `since` on: a request sent then is for a time after it, wherever it was moved."""
    return Q(**{f"{of}location__in": [place.pk for place in places], f"{of}starts_at__gte": since})


def _rows(places: Sequence[Location], since: datetime, until: datetime) -> dict[int, Row]:
    """Visits of the period, requests of the period for any later time, and later sessions; by id."""
    wanted = Q(starts_at__lt=until) | Q(first_requested_at__lt=until) | Q(service__kind=Service.Kind.SESSION)
    found = Appointment.objects.with_patient().filter(_here(places, since), wanted).order_by()
    columns = found.exclude(status__in=(Status.HOLD, Status.ENTERED_IN_ERROR)).values_list(
        "pk",
        "location_id",
        "clinician_id",
        "room_id",
        Coalesce("patient__merged_into", "patient"),
        "service__kind",
        "status",
        "starts_at",
        "ends_at",
        "suspected",
    )
    return {row[0]: Row(*row) for row in columns}


_Event = tuple[int, str, str, datetime, str]  # appointment, verb, from status, when, why


def _events(places: Sequence[Location], since: datetime) -> list[_Event]:
    """When these visits were asked for, answered and called off, in order."""
    rows = AppointmentEvent.objects.filter(
        _here(places, since, "appointment__"), verb__in=(Verb.REQUEST, Verb.CANCEL, *_ANSWERS)
    )
    return list(rows.values_list("appointment_id", "verb", "from_status", "at", "reason_code"))


# --- What counts ----------------------------------------------------------------------------------------------------
def _count_requests(
    cells: Cells, rows: Mapping[int, Row], events: Iterable[_Event], rota: Rota, now: datetime
) -> None:
    asked: dict[int, tuple[datetime, Figures]] = {}
    confirmed: set[int] = set()
    answered: set[int] = set()
    for pk, verb, was, at, why in events:
        row = rows.get(pk)
        if row is None:
            continue
        if verb == Verb.REQUEST:
            cell = None if row.suspected else cells.at(row.location, row.clinician, at)
            if cell is not None:
                asked[pk] = (at, cell)
                cell.requests += 1
        elif verb == Verb.CANCEL:
            _count_cancelled(cells, row, was, at, why, now)
        elif pk in asked:
            sent, cell = asked[pk]
            if pk not in answered:
                answered.add(pk)
                cell.hours.append(_desk_hours(cells.places[row.location], sent, at, rota))
            if verb == Verb.CONFIRM and pk not in confirmed:
                confirmed.add(pk)
                cell.confirmed += 1


def _desk_hours(place: Location, asked: datetime, answered: datetime, rota: Rota) -> float:
    free_days = rota.holidays.get(place.country, frozenset()) | rota.holidays.get("", frozenset())
    return working_hours_between(asked, answered, place.time_zone, free_days)


def _count_cancelled(cells: Cells, row: Row, was: str, at: datetime, why: str, now: datetime) -> None:
    """A booked visit that the patient called off inside the cut-off; counted on the day it was to be."""
    cell = cells.at(row.location, row.clinician, row.starts_at)
    if cell is None or was != Status.BOOKED or why not in HERS or row.starts_at > now:
        return
    if at > change_until(cells.places[row.location], row.starts_at):
        cell.late += 1
        cell.due += 1


def _count_visits(cells: Cells, rows: Mapping[int, Row], now: datetime) -> None:
    last_session: dict[tuple[int, int], datetime] = {}
    for row in rows.values():
        if row.kind == Service.Kind.SESSION and row.status in (Status.PENDING, *KEPT):
            key = (row.location, row.person)
            last_session[key] = max(row.starts_at, last_session.get(key, row.starts_at))
    for row in rows.values():
        cell = cells.at(row.location, row.clinician, row.starts_at)
        if cell is None:
            continue
        if row.status in (*KEPT, Status.NOSHOW) and row.starts_at <= now:
            cell.due += 1
            cell.absent += row.status == Status.NOSHOW
        if row.status == Status.FULFILLED and row.kind == Service.Kind.CONSULTATION:
            cell.consulted += 1
            cell.followed += last_session.get((row.location, row.person), row.starts_at) > row.starts_at


def _count_work(cells: Cells, rows: Mapping[int, Row], rota: Rota) -> None:
    found = worked(
        places=[diary.place(place) for place in cells.places.values()],
        patterns=rota.patterns,
        closures=rota.closures,
        visits=[
            Busy(row.clinician, row.room, row.location, row.starts_at, row.ends_at)
            for row in rows.values()
            if row.status in KEPT
        ],
        first=cells.period.since,
        last=cells.period.until,
    )
    for (location, clinician, day), minutes in found.items():
        cell = cells.on(location, clinician, day)
        if cell is not None:
            cell.worked += minutes.minutes
            cell.taken += minutes.taken


def _count_unsent(cells: Cells, since: datetime) -> None:
    rows = AppointmentMessage.objects.filter(
        _here(list(cells.places.values()), since - AFTERWARDS, "appointment__"),
        message__status=Message.Status.DEAD,
    ).order_by()
    columns = ("appointment__location_id", "appointment__clinician_id", "message__queued_at")
    for location, clinician, queued_at in rows.values_list(*columns):
        cell = cells.at(location, clinician, queued_at)
        if cell is not None:
            cell.unsent += 1


# --- Put together ---------------------------------------------------------------------------------------------------
def _by_week(cells: Cells, place: Location) -> dict[date, Figures]:
    found = {week: Figures() for week in cells.period.mondays}
    for key, figures in cells.items():
        if key.location == place.pk:
            found[key.week].add(figures)
    return found


def _names(cells: Cells) -> dict[int, str]:
    wanted = {key.clinician for key in cells}
    return {each.pk: str(each) for each in Clinician.objects.filter(pk__in=wanted)}


def _by_clinician(cells: Cells, place: Location, names: Mapping[int, str]) -> dict[str, Figures]:
    """Those who work here or were seen here then, by name."""
    found: dict[str, Figures] = {}
    for key, figures in cells.items():
        if key.location == place.pk:
            found.setdefault(names[key.clinician], Figures()).add(figures)
    return dict(sorted(found.items()))
