"""Where people give up, for managers: the steps of each clinic of theirs by week, and how long we take to ring. Reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from bookings import funnel
from bookings.admin.desk_admin import DeskAdmin, DeskView
from bookings.admin.times import DayInput, in_reach
from bookings.funnel import Period, Report, Tally
from bookings.journey import Step
from bookings.models import StepCount
from bookings.services.counting import Event
from clinic.models import Location, Membership, Role
from clinic.spreadsheet import as_csv
from clinic.wording import calendar_day, duration

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
DATES = "dates"
EACH = "*"  # no clinic can have it as its short name
UNREAD = dict.fromkeys(("invalid", "required"), "Enter a day, for example 2027-03-02.")
ALL = "Every clinic together"
NO_CLINIC = "No clinic chosen yet, or any of them"
NOTHING = "–"


class FunnelForm(forms.Form):
    """Which weeks, which clinic. Days are asked for only when neither stretch of weeks will do."""

    period = forms.ChoiceField(
        label="Which weeks",
        choices=[("4", "Last 4 weeks"), ("12", "Last 12 weeks"), (DATES, "From one day to another")],
        initial="4",
    )
    since = forms.DateField(label="From", required=False, widget=DayInput, error_messages=UNREAD)
    until = forms.DateField(label="To", required=False, widget=DayInput, error_messages=UNREAD)
    clinic = forms.ChoiceField(label="Clinic")

    def __init__(self, *args: Any, places: Sequence[Location], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("since", "until"):
            self.fields[name].required = self.data.get("period") == DATES
        named = [(place.slug, place.name) for place in places]
        self.fields["clinic"].choices = [(EACH, "All of mine"), *named]  # type: ignore[attr-defined]

    def clean_since(self) -> date | None:
        return _reached(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _reached(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day comes before the first one.")
        elif since and until and until - since > funnel.LONGEST:
            self.add_error("since", "Counts are kept for 2 years. Choose fewer days.")
        return given

    @property
    def chosen(self) -> Period:
        given = self.cleaned_data
        if given["period"] == DATES:
            return Period(given["since"], given["until"])
        return Period.last_weeks(int(given["period"]), self.today)


def _reached(day: date | None) -> date | None:
    return day and in_reach(day)


class FunnelView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        mine = Membership.objects.places_of(request.user, [Role.MANAGER])
        places = [place for place in Location.objects.all() if mine.cover(place.pk)]
        asked = {"period": "4", "clinic": EACH} | request.GET.dict()
        form = FunnelForm(asked, places=places, today=_today(timezone.now()))
        if not form.is_valid():
            return self._page({"form": form}, request, 422)
        slug = form.cleaned_data["clinic"]
        chosen = [place for place in places if slug in (EACH, place.slug)]
        without = NO_CLINIC if mine.everywhere and slug == EACH else ""
        parts = funnel.reports(chosen, form.chosen, without_clinic=without)
        file = request.GET.get("file", "")
        if file in FILES:
            return _download(file, parts, form.chosen)
        if len(parts) > 1:
            parts = [funnel.together(parts, ALL), *parts]
        context = {
            "form": form,
            "sections": [_section(part) for part in parts],
            "since": calendar_day(form.chosen.since),
            "until": calendar_day(form.chosen.until),
            "query": _query(request),
        }
        return self._page(context, request)

    def _page(self, context: dict[str, Any], request: HttpRequest, status: int = 200) -> HttpResponse:
        context = {"title": "Where people give up", "current": "funnel", **context}
        return self.desk.page(request, "funnel", context, status)


@admin.register(StepCount)
class FunnelAdmin(DeskAdmin):
    """One page that reads; no row of the counter is opened, and it stands in the desk's menu and not in the list."""

    may_view = (Role.MANAGER,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(FunnelView.as_view(desk=self))
        return [path("", page, name="bookings_stepcount_changelist")]


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
        "median": _long(calls.median),
        "ninetieth": _long(calls.ninetieth),
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


def share(part: int, whole: int) -> str:
    """A whole percentage; nothing where there was nobody."""
    return f"{round(100 * part / whole)}%" if whole else ""


def _long(minutes: int | None) -> str:
    return NOTHING if minutes is None else duration(minutes)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("file", None)
    return kept.urlencode()


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


FILES: dict[str, tuple[Any, Sequence[str]]] = {
    "steps": (_step_rows, ["Week from", "Clinic", "Code", "What", "Shown", "Went on"]),
    "calls": (
        _call_rows,
        ["From", "To", "Clinic", "Asked", "Rung", "Waiting", "Minutes, median", "Minutes, 9 in 10"],
    ),
}


def _download(file: str, parts: Sequence[Report], period: Period) -> HttpResponse:
    rows, heads = FILES[file]
    name = f"{file}-{period.since}-{period.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        as_csv(heads, rows(parts, period)), content_type="text/csv; charset=utf-8", headers=headers
    )
