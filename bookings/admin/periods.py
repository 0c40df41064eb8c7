"""Which weeks and which clinics of hers a manager's report is about, and one table of it as a file. Counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bookings.admin.times import DayInput, in_reach
from bookings.funnel import LONGEST, Period
from clinic.models import Location, Membership, Role
from clinic.spreadsheet import as_csv
from clinic.wording import duration

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


def managed(request: HttpRequest) -> list[Location]:
    """The clinics of which she is the manager."""
    mine = Membership.objects.places_of(request.user, [Role.MANAGER])
    return [place for place in Location.objects.all() if mine.cover(place.pk)]


def asked(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; every clinic of hers, and four weeks, where it says nothing."""
    return {"period": "4", "clinic": EACH} | request.GET.dict()


def _reached(day: date | None) -> date | None:
    return day and in_reach(day)


def share(part: int, whole: int) -> str:
    """A whole percentage; nothing where there was nobody."""
    return f"{round(100 * part / whole)}%" if whole else ""


def long(minutes: int | None) -> str:
    return NOTHING if minutes is None else duration(minutes)


def today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def query(request: HttpRequest) -> str:
    """The address's own words, for the links to its files."""
    kept = request.GET.copy()
    kept.pop("file", None)
    return kept.urlencode()


def download(
    file: str, rows: Any, heads: Sequence[str], parts: Sequence[Any], period: Period
) -> HttpResponse:
    """One table as a file, named after its days. `rows` makes them of the parts and the period."""
    name = f"{file}-{period.since}-{period.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        as_csv(heads, rows(parts, period)), content_type="text/csv; charset=utf-8", headers=headers
    )
