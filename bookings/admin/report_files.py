"""A report as files: a row for each clinic, week or clinician, in plain numbers. Names no patient, and counts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bookings.admin.periods import File
from bookings.figures import Figures
from bookings.funnel import Period
from bookings.reports import Report

_HEADS = (
    "Requests",
    "Answered",
    "Desk hours, median",
    "Desk hours, 9 in 10",
    "Confirmed",
    "Consultations seen",
    "Then a session",
    "Minutes worked",
    "Minutes with a visit",
    "Visits due",
    "Cancelled late",
    "Did not come",
    "Messages not sent",
)
_CALLS = ("Asked to be rung", "Rung", "Minutes, median", "Minutes, 9 in 10")


def _plain(each: Figures) -> Sequence[object]:
    answers = (len(each.hours), each.median, each.ninetieth)
    visits = (each.consulted, each.followed, each.worked, each.taken, each.due, each.late, each.absent)
    return (each.requests, *answers, each.confirmed, *visits, each.unsent)


def _clinic_rows(parts: Sequence[Report], period: Period) -> Iterator[Sequence[object]]:
    for part in parts:
        calls = part.calls
        ringing = (calls.asked, calls.rung, calls.median, calls.ninetieth)
        yield period.since, period.until, part.name, *_plain(part.total), part.lead, *ringing


def _week_rows(parts: Sequence[Report], period: Period) -> Iterator[Sequence[object]]:
    for part in parts:
        for week, each in part.weeks.items():
            yield week, part.name, *_plain(each)


def _clinician_rows(parts: Sequence[Report], period: Period) -> Iterator[Sequence[object]]:
    for part in parts:
        for name, each in part.parts.items():
            yield period.since, period.until, part.name, name, *_plain(each)


FILES = {
    "clinics": File(
        "each clinic",
        ["From", "To", "Clinic", *_HEADS, "Days to the next free time", *_CALLS],
        _clinic_rows,
    ),
    "weeks": File("week by week", ["Week from", "Clinic", *_HEADS], _week_rows),
    "clinicians": File("each clinician", ["From", "To", "Clinic", "Clinician", *_HEADS], _clinician_rows),
}
