"""What pages of numbers share: which weeks, which clinics of hers, a table as a file and its trail. Counts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings.admin.desk_admin import DeskView, page_name
from bookings.admin.times import DayInput, in_reach
from bookings.funnel import LONGEST, Period
from clinic import trail
from clinic.models import Location, Membership, Role
from clinic.spreadsheet import as_csv
from clinic.trail import Act
from clinic.wording import calendar_day, duration

DATES = "dates"
EACH = "*"  # no clinic can have it as its short name
UNREAD = dict.fromkeys(("invalid", "required"), "Enter a day, for example 2027-03-02.")
ALL = "Every clinic together"
NOTHING = "–"


class PeriodForm(forms.Form):
    """Which weeks, which clinic. Days are asked for only when neither stretch of weeks will do."""

    too_long = "Counts are kept for 2 years. Choose fewer days."
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
        self.today, self.places = today, places
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
        elif since and until and until - since > LONGEST:
            self.add_error("since", self.too_long)
        return given

    @property
    def clinics(self) -> list[Location]:
        return [place for place in self.places if self.cleaned_data["clinic"] in (EACH, place.slug)]

    @property
    def chosen(self) -> Period:
        given = self.cleaned_data
        if given["period"] == DATES:
            return Period(given["since"], given["until"])
        return Period.last_weeks(int(given["period"]), self.today)


class File(NamedTuple):
    """A table that can be had as a file: what its link says, its heads, and what makes its rows of the parts."""

    words: str
    heads: Sequence[str]
    rows: Callable[[Sequence[Any], Period], Iterable[Sequence[object]]]


class PeriodView(DeskView):
    """One page of numbers: a part for each clinic asked for, all of them together before it. A file leaves a row."""

    name = ""  # of its template, and of its place in the menu
    title = ""
    form_class = PeriodForm
    files: dict[str, File] = {}
    counts: type[Model]  # what an export is of
    together: Callable[[Sequence[Any], str], Any]
    section: Callable[[Any], dict[str, Any]]  # what the template says of one part

    def parts(self, request: HttpRequest, form: PeriodForm) -> Sequence[Any]:
        """What was counted at each of the form's clinics, in their order."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(_asked(request), places=managed(request), today=_today(timezone.now()))
        if not form.is_valid():
            return self._page(request, {"form": form}, 422)
        parts = self.parts(request, form)
        file = request.GET.get("file", "")
        if file in self.files:
            return self._export(request, file, parts, form)
        if len(parts) > 1:
            parts = [self.together(parts, ALL), *parts]
        context = {
            "form": form,
            "sections": [self.section(part) for part in parts],
            "since": calendar_day(form.chosen.since),
            "until": calendar_day(form.chosen.until),
            "files": [(_address(request, name), each.words) for name, each in self.files.items()],
        }
        return self._page(request, context)

    def _export(
        self, request: HttpRequest, file: str, parts: Sequence[Any], form: PeriodForm
    ) -> HttpResponse:
        """One table, named after its days, and a row of the trail that says who took which one."""
        since, until = form.chosen
        rows = list(self.files[file].rows(parts, form.chosen))
        trail.listed(
            request.user,
            self.counts,
            page=page_name(request),
            act=Act.EXPORT,
            words=f"{file} {since} {until} clinic={form.cleaned_data['clinic']}",
            count=len(rows),
            now=timezone.now(),
        )
        name = f"{file}-{since}-{until}.csv"
        return HttpResponse(
            as_csv(self.files[file].heads, rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        frame = {"title": self.title, "current": self.name, **context}
        return self.desk.page(request, self.name, frame, status)


def managed(request: HttpRequest) -> list[Location]:
    """The clinics of which she is the manager."""
    mine = Membership.objects.places_of(request.user, [Role.MANAGER])
    return [place for place in Location.objects.all() if mine.cover(place.pk)]


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; every clinic of hers, and four weeks, where it says nothing."""
    return {"period": "4", "clinic": EACH} | request.GET.dict()


def _reached(day: date | None) -> date | None:
    return day and in_reach(day)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _address(request: HttpRequest, file: str) -> str:
    """The address's own words, and the file."""
    kept = request.GET.copy()
    kept["file"] = file
    return f"?{kept.urlencode()}"


def share(part: int, whole: int) -> str:
    """A whole percentage; nothing where there was nobody."""
    return f"{round(100 * part / whole)}%" if whole else ""


def long(minutes: int | None) -> str:
    return NOTHING if minutes is None else duration(minutes)
