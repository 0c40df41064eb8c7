"""The pictures of a clinic's report, each with the table that stands beside it. Asks nothing, and counts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from bookings import charts
from bookings.admin.periods import NOTHING, share
from bookings.figures import Figures, summed
from bookings.funnel import WEEK
from bookings.reports import Report
from clinic.wording import calendar_day

HEIGHT = 160  # pixels of the part of a chart that is drawn in
MOST_ROWS = 27  # weeks, half a year of them: a longer period is shown in stretches
AT_ONCE = 4  # weeks of such a stretch
ROW = 44  # pixels of one bar that lies, its words above it


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


def table(keys: Sequence[Any], figures: Sequence[Figures], columns: dict[str, Cell]) -> list[Any]:
    rows = zip(keys, figures, strict=True)
    return [(key, [(head, cell(each)) for head, cell in columns.items()]) for key, each in rows]


def _by_week(
    report: Report, name: str, title: str, drawn: str, columns: dict[str, Cell], **more: Any
) -> Chart:
    """`title` names the stretch that a row is of where it says "{week}"."""
    weeks = [calendar_day(week) for week in report.weeks]
    stretch = f"{AT_ONCE} weeks" if _is_folded(report) else "week"
    return Chart(
        name=name,
        title=f"{title.format(week=stretch)}, {report.name}",
        drawn=drawn,
        tall=HEIGHT + 24,
        heads=[f"{stretch.capitalize()} from", *columns],
        rows=table(weeks, list(report.weeks.values()), columns),
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
        "Desk hours until the answer, by the {week} of the request",
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
        "Hours worked": lambda each: in_hours(each.worked),
        "With a visit": lambda each: in_hours(each.taken),
        "Share": lambda each: share(each.taken, each.worked),
    }
    return Chart(
        name="use",
        title=f"Use of time, {report.name}",
        drawn="lying",
        tall=ROW * max(1, len(working)),
        kinds=["Hours with a visit", "Hours worked"],
        heads=[whose(report), *columns],
        rows=table(list(working), list(working.values()), columns),
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


def whose(report: Report) -> str:
    return "Clinic" if report.slug == "all" else "Clinician"


def in_hours(minutes: int) -> str:
    return f"{round(minutes / 60, 1):g}"


def _folded(report: Report) -> Report:
    """The same in stretches of some weeks, where single ones would make bars too thin and tables too long to read."""
    weeks = list(report.weeks.items())
    if len(weeks) <= MOST_ROWS:
        return report
    starts = range(0, len(weeks), AT_ONCE)
    return replace(
        report,
        weeks={weeks[nth][0]: summed(each for _, each in weeks[nth : nth + AT_ONCE]) for nth in starts},
    )


def _is_folded(report: Report) -> bool:
    return any(later - week > WEEK for week, later in pairwise(report.weeks))


def charts_of(report: Report) -> list[Chart]:
    report = _folded(report)
    return [
        _bars(
            report,
            "asked",
            "Requests, by {week}",
            {"Requests": lambda each: each.requests, "Confirmed": lambda each: each.confirmed},
        ),
        _answers(report),
        _bars(
            report,
            "missed",
            "Visits that were missed, by {week}",
            {"Did not come": lambda each: each.absent, "Called off late": lambda each: each.late},
        ),
        _time_at_work(report),
    ]
