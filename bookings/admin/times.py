"""Choosing a free time at the desk: all clinics' free times without a name, by day. Keeps nothing and books nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms

from bookings import diary
from bookings.availability import Slot
from bookings.models import Appointment, Service
from bookings.views.start import read_instant
from bookings.working_time import working_day_at
from clinic.forms.fields import WordsField
from clinic.models import Location
from clinic.wording import clock, day

LOOK_AHEAD = timedelta(days=14)
DAYS_HERE = 3
TIMES_ELSEWHERE = 8
YEARS = range(2000, 2200)
_MIDNIGHT = datetime.min.time()


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


@dataclass(frozen=True)
class Chosen:
    """A clinic and an instant (UTC), as a pressed button names them."""

    place: Location
    starts_at: datetime

    @property
    def value(self) -> str:
        return f"{self.place.slug}|{self.starts_at:%Y-%m-%dT%H:%MZ}"

    @property
    def words(self) -> str:
        local = self.starts_at.astimezone(self.place.zone)
        return f"{day(local.date())}, {clock(local.time())}, {self.place.name}"


class TimesForm(forms.Form):
    """Which clinic, which visit, from which day. Stands in the address, so it holds nothing about a person."""

    clinic = forms.ChoiceField(label="Clinic")
    service = forms.ChoiceField(label="Visit")
    day = forms.DateField(
        label="From",
        widget=DayInput,
        error_messages={"invalid": "Choose a day, for example 2027-03-02."},
    )

    def __init__(self, *args: Any, places: list[Location], kinds: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinic"].choices = [(place.slug, place.name) for place in places]  # type: ignore[attr-defined]
        self.fields["service"].choices = [(kind.kind, f"{kind}, {kind.minutes} minutes") for kind in kinds]  # type: ignore[attr-defined]
        if not kinds:
            del self.fields["service"]

    def clean_day(self) -> date:
        return in_reach(self.cleaned_data["day"])


class OwnTimeForm(forms.Form):
    """A time that is not on the list: outside the hours, with a reason that is kept. Never over somebody else."""

    own_clinic = forms.ChoiceField(label="Clinic")
    own_day = forms.DateField(
        label="Day",
        widget=DayInput,
        error_messages={"required": "Choose a day.", "invalid": "Choose a day, for example 2027-03-02."},
    )
    own_clock = forms.TimeField(
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time, for example 18:30."},
    )
    override_reason = WordsField(
        label="Why outside the usual hours?",
        longest=200,
        error_messages={"required": "Say why the usual hours are set aside."},
    )

    def __init__(self, *args: Any, places: list[Location], ask_reason: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        if not ask_reason:  # where the form stands in the address, the reason is asked on the next page
            del self.fields["override_reason"]
        self.fields["own_clinic"].choices = [(place.slug, place.name) for place in places]  # type: ignore[attr-defined]

    def clean_own_day(self) -> date:
        return in_reach(self.cleaned_data["own_day"])

    def chosen(self) -> Chosen:
        place = place_called(self.places, self.cleaned_data["own_clinic"])
        assert place is not None  # noqa: S101  the field's own choices
        at = working_day_at(self.cleaned_data["own_day"], self.cleaned_data["own_clock"], place.time_zone)
        return Chosen(place, at)


def in_reach(on: date) -> date:
    """Refuse a day no diary holds: sums with it would overflow. Raises ValidationError."""
    if on.year not in YEARS:
        raise forms.ValidationError("Choose a day within the next years.")
    return on


def read_slot(text: str, places: list[Location]) -> Chosen | None:
    """What a pressed button names; whether the clinic offers it is for the service to say."""
    slug, _, start = text[:80].partition("|")
    place, starts_at = place_called(places, slug), read_instant(start)
    if place is None or starts_at is None or starts_at.year not in YEARS:
        return None
    return Chosen(place, starts_at)


def place_called(places: list[Location], slug: str) -> Location | None:
    return next((each for each in places if each.slug == slug), None)


def free_days(
    places: list[Location],
    service: Service,
    here: Location,
    since: date,
    *,
    now: datetime,
    own: Appointment | None = None,
) -> list[dict[str, Any]]:
    """Day-headed times from that day on: three days at this clinic, then one day at each of the others."""
    starts = working_day_at(since, _MIDNIGHT, here.time_zone)
    slots = diary.free_times(
        places, service, now=now, since=starts, until=starts + LOOK_AHEAD, own=own, notice=False
    )
    days = _days([slot for slot in slots if slot.location == here.pk], here)[:DAYS_HERE]
    for place in places:
        if place.pk != here.pk:
            first = _days([slot for slot in slots if slot.location == place.pk], place)[:1]
            days += [{**each, "times": each["times"][:TIMES_ELSEWHERE]} for each in first]
    return days


def nearest_days(
    places: list[Location],
    service: Service,
    wanted: Chosen,
    *,
    now: datetime,
    own: Appointment | None = None,
) -> list[dict[str, Any]]:
    """For a time that was lost: the three nearest at that clinic, the nearest at each of the others."""
    slots = diary.free_times(places, service, now=now, own=own, notice=False)
    here, others = diary.nearest(slots, wanted.starts_at, wanted.place)
    days = _days(here, wanted.place)
    for slot in others:
        days += _days([slot], next(place for place in places if place.pk == slot.location))
    return days


def _days(slots: list[Slot], place: Location) -> list[dict[str, Any]]:
    def local_day(slot: Slot) -> date:
        return slot.starts.astimezone(place.zone).date()

    return [
        {
            "heading": f"{place.name}, {day(on)}",
            "place": place,
            "times": [
                {
                    "label": clock(slot.starts.astimezone(place.zone).time(), minutes=True),
                    "hidden": f", {day(on)}, {place.name}",
                    "value": Chosen(place, slot.starts).value,
                }
                for slot in group
            ],
        }
        for on, group in groupby(slots, key=local_day)
    ]
