"""The rows of the check page: what was said, in words, each with its Change link. Used once, kept apart for size."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from bookings.forms.contact import MISSED_CALL
from bookings.journey import Journey
from bookings.models import Patient
from bookings.needs import ACCESS_NEEDS
from bookings.views.keeping import answers_of
from clinic.models import Location
from clinic.phones import phone_words
from clinic.wording import calendar_day, moment
from treatments import screening

Row = dict[str, Any]


def request_rows(journey: Journey, location: Location) -> list[Row]:
    visit, details = f"{reverse('bookings:visit')}?change=1", reverse("bookings:details")
    when = f"{moment(journey.start, location.time_zone)}, {location.name}" if journey.start else ""
    return [
        summary_row("What we look at", screening.read_area(journey.area).text, visit),
        summary_row("Time", f"{when} time", reverse("bookings:time")),
        summary_row(
            "Clinic", ", ".join([location.name, *location.address.splitlines(), location.postcode]), visit
        ),
        *_health_rows(journey),
        *_contact_rows(journey, details),
    ]


def _health_rows(journey: Journey) -> list[Row]:
    """The ticks as they were ticked, in words."""
    by_phone = [summary_row("Your health", "Ask me on the phone", reverse("bookings:health", args=[1]))]
    return [
        *(by_phone if journey.by_phone else ()),
        *[
            summary_row(
                screening.PAGES[page],
                ticked_lines(page, answer),
                reverse("bookings:health", args=[page]),
                "your health answers",
            )
            for page, answer in sorted(answers_of(journey).items())
        ],
    ]


def ticked_lines(page: int, answer: screening.PageAnswer) -> list[str]:
    lines = [tick.text for tick in screening.ticks_on(page) if tick.code in answer.ticks]
    if answer.none:
        lines.append(screening.NONE_TEXT)
    if answer.unsure:
        lines.append(screening.UNSURE_TEXT)
    return lines


def _contact_rows(journey: Journey, change: str) -> list[Row]:
    given, shown = journey.details, _days(journey)
    needs = [ACCESS_NEEDS[code] for code in given.get("access_needs", ()) if code in ACCESS_NEEDS]
    asked_by = f"{given.get('asked_by', '')}, {given.get('asked_by_relation', '')}".strip(", ")
    rows = [
        *([summary_row("You", asked_by, change, "who asks")] if asked_by else ()),
        summary_row("Who comes" if asked_by else "Your name", given["name"], change),
        summary_row("Phone number", phone_words(given["phone"]), change),
        summary_row("A good time to ring", Patient.RingWhen(given["ring_when"]).label, change),
        summary_row("If you miss our call", MISSED_CALL[given["missed_call"]], change),
        summary_row("Email", given.get("email") or _without_email(given["missed_call"]), change),
        summary_row("Date of birth", shown["date_of_birth"], change),
        summary_row("A flight or a long trip", shown["travel_on"] or "None planned", change),
    ]
    if needs:
        rows.append(summary_row("What would help on the day", needs, change))
    if given.get("anything_else"):
        rows.append(summary_row("Anything else", given["anything_else"], change))
    return rows


def _without_email(missed_call: str) -> str:
    return "None. We text you instead." if missed_call == "write" else "None. We ring you instead."


def _days(journey: Journey) -> dict[str, str]:
    """The two dates of the details page in words; an empty one stays empty."""
    kept = journey.details
    names = ("date_of_birth", "travel_on")
    return {name: calendar_day(date.fromisoformat(kept[name])) if kept.get(name) else "" for name in names}


def summary_row(label: str, value: str | list[str], url: str, change: str = "") -> Row:
    words = {"lines": value} if isinstance(value, list) else {"value": value}
    return {"label": label, **words, "change_url": url, "change_label": change or label.lower()}
