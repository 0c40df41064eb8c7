"""Reports for managers: what was done at each clinic of hers, in words, in pictures and as files. Reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from bookings import reports
from bookings.admin.periods import NOTHING, PeriodForm, PeriodView, long, share
from bookings.admin.report_charts import Cell, charts_of, in_hours, table, whose
from bookings.admin.report_files import FILES
from bookings.figures import Figures
from bookings.models import Appointment
from bookings.reports import Report


class ReportsForm(PeriodForm):
    too_long = "At most 2 years at once. Choose fewer days."


class Line(NamedTuple):
    """One figure, and in one line what counts."""

    what: str
    figure: str
    counts: str


def _lines(report: Report) -> Iterator[Line]:
    total, calls = report.total, report.calls
    yield Line(
        "Requests",
        str(total.requests),
        "Sent by patients on these days. Not those entered in error, nor those that a machine seems to have sent.",
    )
    yield Line(
        "Time to answer",
        _halves(_hours(total.median), _hours(total.ninetieth)),
        "Desk hours (Monday to Friday, 9am to 5pm, no bank holidays) until we first confirmed or declined. At once is 0.",
    )
    yield Line(
        "Requests confirmed", _of(total.confirmed, total.requests), "Those of these requests ever confirmed."
    )
    yield Line(
        "Consultation, then a session",
        _of(total.followed, total.consulted),
        "Of consultations seen on these days: the same patient has a later session at the same clinic, asked for or booked.",
    )
    yield Line(
        "Next free time",
        _days(report.lead),
        "Now, whatever the days above: days until the first time that a patient may ask for a first visit online.",
    )
    yield Line(
        "Use of time",
        _use(total),
        "Hours with a visit (booked, here, seen) of the hours of the rota less closures. Visits outside them are left out.",
    )
    yield Line(
        "Late cancellations",
        _of(total.late, total.due),
        "Visits due on these days, called off by the patient inside the cut-off. Due: kept, missed or called off late.",
    )
    yield Line("Did not come", _of(total.absent, total.due), "Visits due on these days, marked so by staff.")
    yield Line(
        "Minutes to ring",
        _halves(long(calls.median), long(calls.ninetieth)) if calls.rung else NOTHING,
        f"From “Ask us to ring you” to our first try, by the clock. {calls.asked} asked, {calls.waiting} still waiting.",
    )
    yield Line(
        "Messages not sent",
        str(total.unsent),
        "About visits at the clinic, written on these days and given up. Mail without a visit has no clinic.",
    )


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({share(part, whole)})" if whole else NOTHING


def _halves(half: str, most: str) -> str:
    return f"half within {half}, 9 in 10 within {most}" if half != NOTHING else NOTHING


def _hours(hours: float | None) -> str:
    return NOTHING if hours is None else f"{hours:g} {'hour' if hours == 1 else 'hours'}"


def _days(days: int | None) -> str:
    if days is None:
        return "none in reach"
    return "today" if days == 0 else f"{days} {'day' if days == 1 else 'days'}"


def _use(figures: Figures) -> str:
    if not figures.worked:
        return NOTHING
    return f"{in_hours(figures.taken)} of {in_hours(figures.worked)} hours ({share(figures.taken, figures.worked)})"


_EACH: dict[str, Cell] = {
    "Requests": lambda each: str(each.requests),
    "Confirmed": lambda each: str(each.confirmed),
    "Answered, half within": lambda each: _hours(each.median),
    "9 in 10 within": lambda each: _hours(each.ninetieth),
    "Consultations": lambda each: str(each.consulted),
    "Then a session": lambda each: str(each.followed),
    "Visits due": lambda each: str(each.due),
    "Late": lambda each: str(each.late),
    "Did not come": lambda each: str(each.absent),
    "Not sent": lambda each: str(each.unsent),
}


def _section(report: Report) -> dict[str, Any]:
    return {
        "report": report,
        "anchor": f"clinic-{report.slug}",
        "lines": list(_lines(report)),
        "charts": charts_of(report),
        "whose": whose(report),
        "heads": list(_EACH),
        "parts": table(list(report.parts), list(report.parts.values()), _EACH),
    }


class ReportsView(PeriodView):
    name = "reports"
    title = "Reports"
    form_class = ReportsForm
    counts = Appointment
    files = FILES
    together = staticmethod(reports.together)
    section = staticmethod(_section)

    def parts(self, request: HttpRequest, form: PeriodForm) -> list[Report]:
        return reports.reports(form.clinics, form.chosen, now=timezone.now())
