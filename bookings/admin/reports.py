"""Reports for managers: what was done at each clinic of hers, in tables, in charts drawn here, and as files. Reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings import charts, reports
from bookings.admin.desk_admin import DeskView
from bookings.admin.periods import (
    ALL,
    NOTHING,
    PeriodForm,
    asked,
    download,
    long,
    managed,
    query,
    share,
    today,
)
from bookings.funnel import Period
from bookings.models import Appointment
from bookings.reports import Figures, Report
from clinic import trail
from clinic.trail import Act
from clinic.wording import calendar_day

HEIGHT = 160  # pixels of the part of a chart that is drawn in
ROW = 44  # pixels of one bar that lies, its words above it
PAGE = "bookings_stepcount_reports"


class ReportsForm(PeriodForm):
    too_long = "At most 2 years at once. Choose fewer days."


class ReportsView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        form = ReportsForm(asked(request), places=managed(request), today=today(now))
        if not form.is_valid():
            return self._page({"form": form}, request, 422)
        parts = reports.reports(form.clinics, form.chosen, now=now)
        file = request.GET.get("file", "")
        if file in FILES:
            return self._export(request, file, parts, form)
        if len(parts) > 1:
            parts = [reports.together(parts, ALL), *parts]
        context = {
            "form": form,
            "sections": [_section(part) for part in parts],
            "since": calendar_day(form.chosen.since),
            "until": calendar_day(form.chosen.until),
            "query": query(request),
        }
        return self._page(context, request)

    def _export(
        self, request: HttpRequest, file: str, parts: Sequence[Report], form: ReportsForm
    ) -> HttpResponse:
        """The file, and a row of the trail that says who took which one."""
        rows, heads = FILES[file]
        trail.listed(
            request.user,
            Appointment,
            page=PAGE,
            act=Act.EXPORT,
            words=f"{file} {form.chosen.since} {form.chosen.until} clinic={form.cleaned_data['clinic']}",
            count=len(list(rows(parts, form.chosen))),
            now=timezone.now(),
        )
        return download(file, rows, heads, parts, form.chosen)

    def _page(self, context: dict[str, Any], request: HttpRequest, status: int = 200) -> HttpResponse:
        return self.desk.page(
            request, "reports", {"title": "Reports", "current": "reports", **context}, status
        )


# --- Words ----------------------------------------------------------------------------------------------------------
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
    return f"{_h(figures.taken)} of {_h(figures.worked)} hours ({share(figures.taken, figures.worked)})"


def _h(minutes: int) -> str:
    return f"{round(minutes / 60, 1):g}"


# --- Charts ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Chart:
    """One picture with its table. `drawn` says which kind: bars, line or lying. `rows` begin with their head."""

    name: str
    title: str
    drawn: str
    tall: int
    kinds: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    parts: Any = None
    scale: Sequence[charts.Line] = ()
    ends: tuple[str, str] | None = None


Cell = Callable[[Figures], str]


def _table(keys: Sequence[Any], figures: Sequence[Figures], columns: dict[str, Cell]) -> list[Any]:
    rows = zip(keys, figures, strict=True)
    return [(key, [(head, cell(each)) for head, cell in columns.items()]) for key, each in rows]


def _by_week(
    report: Report, name: str, title: str, drawn: str, columns: dict[str, Cell], **more: Any
) -> Chart:
    weeks = [calendar_day(week) for week in report.weeks]
    return Chart(
        name=name,
        title=f"{title}, {report.name}",
        drawn=drawn,
        tall=HEIGHT + 24,
        heads=["Week from", *columns],
        rows=_table(weeks, list(report.weeks.values()), columns),
        ends=(weeks[0], weeks[-1]),
        **more,
    )


def _counted(value: Callable[[Figures], int]) -> Cell:
    return lambda each: str(value(each))


def _bars(report: Report, name: str, title: str, kinds: dict[str, Callable[[Figures], int]]) -> Chart:
    series = [[value(each) for each in report.weeks.values()] for value in kinds.values()]
    top = charts.top_of(max(map(max, series)))
    columns = {kind: _counted(value) for kind, value in kinds.items()}
    return _by_week(
        report,
        name,
        title,
        "bars",
        columns,
        kinds=list(kinds),
        parts=charts.bars(series, top=top, height=HEIGHT),
        scale=charts.scale(top, HEIGHT),
    )


def _answers(report: Report) -> Chart:
    series = [
        [each.median for each in report.weeks.values()],
        [each.ninetieth for each in report.weeks.values()],
    ]
    top = charts.top_of(max((value for values in series for value in values if value), default=0))
    marks = [charts.points(values, top=top, height=HEIGHT) for values in series]
    kinds = ["Half within", "9 in 10 within"]
    return _by_week(
        report,
        "answers",
        "Desk hours until the answer, by the week of the request",
        "line",
        {
            "Answered": lambda each: str(len(each.hours)),
            kinds[0]: lambda each: _number(each.median),
            kinds[1]: lambda each: _number(each.ninetieth),
        },
        kinds=kinds,
        parts=[(charts.segments(each), [mark for mark in each if mark]) for each in marks],
        scale=charts.scale(top, HEIGHT),
    )


def _number(hours: float | None) -> str:
    return NOTHING if hours is None else f"{hours:g}"


class Lying(NamedTuple):
    words: str
    text_at: int
    bar_at: int
    share: float


def _time_at_work(report: Report) -> Chart:
    working = {name: each for name, each in report.parts.items() if each.worked}
    columns: dict[str, Cell] = {
        "Hours worked": lambda each: _h(each.worked),
        "With a visit": lambda each: _h(each.taken),
        "Share": lambda each: share(each.taken, each.worked),
    }
    return Chart(
        name="use",
        title=f"Use of time, {report.name}",
        drawn="lying",
        tall=ROW * max(1, len(working)),
        kinds=["Hours with a visit", "Hours worked"],
        heads=[_whose(report), *columns],
        rows=_table(list(working), list(working.values()), columns),
        parts=[
            Lying(
                f"{name}: {share(each.taken, each.worked)}",
                nth * ROW + 16,
                nth * ROW + 22,
                charts.share(each.taken, each.worked),
            )
            for nth, (name, each) in enumerate(working.items())
        ],
    )


def _whose(report: Report) -> str:
    return "Clinic" if report.slug == "all" else "Clinician"


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
        "charts": [
            _bars(
                report,
                "asked",
                "Requests, by week",
                {"Requests": lambda each: each.requests, "Confirmed": lambda each: each.confirmed},
            ),
            _answers(report),
            _bars(
                report,
                "missed",
                "Visits that were missed, by week",
                {"Did not come": lambda each: each.absent, "Called off late": lambda each: each.late},
            ),
            _time_at_work(report),
        ],
        "whose": _whose(report),
        "heads": list(_EACH),
        "parts": _table(list(report.parts), list(report.parts.values()), _EACH),
    }


# --- The same as files ------------------------------------------------------------------------------------------------
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


_Rows = Callable[[Sequence[Report], Period], Iterator[Sequence[object]]]
FILES: dict[str, tuple[_Rows, Sequence[str]]] = {
    "clinics": (_clinic_rows, ["From", "To", "Clinic", *_HEADS, "Days to the next free time", *_CALLS]),
    "weeks": (_week_rows, ["Week from", "Clinic", *_HEADS]),
    "clinicians": (_clinician_rows, ["From", "To", "Clinic", "Clinician", *_HEADS]),
}
