"""Where people give up, for managers: the steps of each clinic of theirs by week, and how long we take to ring. Reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest

from bookings import funnel
from bookings.admin.periods import EACH, NOTHING, File, PeriodForm, PeriodView, long, share
from bookings.funnel import Period, Report, Tally
from bookings.journey import Step
from bookings.models import StepCount
from bookings.services.counting import Event
from clinic.models import Membership, Role
from clinic.wording import calendar_day

STEPS = {
    Step.START: "Start",
    Step.VISIT: "Your visit",
    Step.TIME: "Time",
    Step.HEALTH_1: "Health 1",
    Step.HEALTH_2: "Health 2",
    Step.HEALTH_3: "Health 3",
    Step.DETAILS: "Contact",
    Step.CHECK: "Check and send",
}
EVENTS = {
    Event.NO_TIMES: "Found no free time at all",
    Event.LOST_AT_SEND: "Lost the time when sending",
    Event.WAIT: "Had to wait: pregnant or breastfeeding",
    Event.SENT_RING: "A nurse rings first",
    Event.SENT_PHONE: "Of these: asked for the questions by phone",
    Event.SENT_READ: "A nurse reads the answers",
    Event.SENT_CLEAR: "Clear",
    Event.RING_ME: "Saw “Ask us to ring you”, and sent it",
}
NO_CLINIC = "No clinic chosen yet, or any of them"


class Line(NamedTuple):
    """One row of a table: what, how many, and of how many that is a share."""

    what: str
    number: int
    share: str
    of: str


def _section(report: Report) -> dict[str, Any]:
    total, calls = report.total, report.calls
    steps = [(name, funnel.tally_of(total, step)) for step, name in STEPS.items()]
    return {
        "report": report,
        "anchor": f"clinic-{report.slug or 'none'}",
        "steps": [(name, tally, share(tally.passed, tally.shown)) for name, tally in steps],
        "heads": list(STEPS.values()),
        "weeks": [
            (calendar_day(week), [_cell(name, funnel.tally_of(counts, step)) for step, name in STEPS.items()])
            for week, counts in report.weeks.items()
        ],
        "lines": list(_lines(report)),
        "calls": calls,
        "median": long(calls.median),
        "ninetieth": long(calls.ninetieth),
    }


def _cell(name: str, tally: Tally) -> tuple[str, str, str]:
    """The head it stands under, then what it says in two lines."""
    words = f"{tally.passed} of {tally.shown}" if tally.shown else NOTHING
    return (name, words, share(tally.passed, tally.shown))


def _lines(report: Report) -> Iterator[Line]:
    total, sent = report.total, report.requests
    looked = funnel.tally_of(total, Step.TIME).shown
    lost, waited = (funnel.tally_of(total, each).shown for each in (Event.LOST_AT_SEND, Event.WAIT))
    of = {
        Event.NO_TIMES: (looked, "who saw the page of times"),
        Event.LOST_AT_SEND: (sent + lost, "requests sent or lost so"),
        Event.WAIT: (sent + waited, "who sent a request or had to wait"),
    }
    for event in (Event.NO_TIMES, Event.LOST_AT_SEND, Event.WAIT):
        yield _line(event, total, *of[event])
    for event in (Event.SENT_RING, Event.SENT_PHONE, Event.SENT_READ, Event.SENT_CLEAR):
        yield _line(event, total, sent, "requests sent")


def _line(event: Event, total: funnel.Counts, whole: int, of: str) -> Line:
    number = funnel.tally_of(total, event).shown
    return Line(EVENTS[event], number, share(number, whole), f"{whole} {of}")


# --- The same as files --------------------------------------------------------------------------------------------
def _step_rows(parts: Sequence[Report], period: Period) -> Iterator[Sequence[object]]:
    for part in parts:
        for week, counts in part.weeks.items():
            for step, name in [*STEPS.items(), *EVENTS.items()]:
                tally = funnel.tally_of(counts, step)
                yield week, part.name, step.value, name, tally.shown, tally.passed


def _call_rows(parts: Sequence[Report], period: Period) -> Iterator[Sequence[object]]:
    for part in parts:
        calls = part.calls
        figures = (calls.asked, calls.rung, calls.waiting, calls.median, calls.ninetieth)
        yield period.since, period.until, part.name, *figures


FILES = {
    "steps": File("the steps", ["Week from", "Clinic", "Code", "What", "Shown", "Went on"], _step_rows),
    "calls": File(
        "the calls",
        ["From", "To", "Clinic", "Asked", "Rung", "Waiting", "Minutes, median", "Minutes, 9 in 10"],
        _call_rows,
    ),
}


class FunnelView(PeriodView):
    name = "funnel"
    title = "Where people give up"
    counts = StepCount
    files = FILES
    together = staticmethod(funnel.together)
    section = staticmethod(_section)

    def parts(self, request: HttpRequest, form: PeriodForm) -> list[Report]:
        """Who manages all clinics also sees what had none yet."""
        everywhere = Membership.objects.places_of(request.user, [Role.MANAGER]).everywhere
        without = NO_CLINIC if everywhere and form.cleaned_data["clinic"] == EACH else ""
        return funnel.reports(form.clinics, form.chosen, without_clinic=without)
