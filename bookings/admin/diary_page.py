"""The diary: a day with the clinics side by side, a week of one clinic or clinician, a month in numbers. Changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from bookings import daybook, desk
from bookings.admin.desk_admin import DeskView
from bookings.admin.diary_grid import by_clinic, by_day, months, rows
from bookings.admin.times import YEARS
from bookings.daybook import Daybook, Entry, State
from clinic.models import Location, Membership
from clinic.wording import day

VIEWS = ("day", "week", "month")


class DiaryView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        now, places = timezone.now(), list(Location.objects.all())
        if not places:
            return self.desk.page(request, "diary", {"title": "Diary", "nowhere": True})
        asked = request.GET
        place = next((each for each in places if each.slug == asked.get("clinic")), None)
        view = asked.get("view", "day") if asked.get("view") in VIEWS else "day"
        zone = (place or places[0]).zone
        on = _named_day(asked.get("day", ""), now.astimezone(zone).date())
        first, last = _span(view, on)
        shown = [place] if place else places
        if view == "week" and place is None and not asked.get("clinician", "").isdecimal():
            shown = [_own_first(request, places)]
        hers = Membership.objects.places_of(request.user)
        book = daybook.read(
            shown, first, last, names_at={each.pk for each in places if hers.cover(each.pk)}, now=now
        )
        clinician = _clinician(asked.get("clinician", ""), book)
        entries = _of_clinician(book, clinician)
        context = {
            "title": _title(view, on, shown, book, clinician),
            "view": view,
            "on": on,
            "places": places,
            "place": shown[0] if len(shown) == 1 else None,
            "clinicians": sorted(book.clinicians.items(), key=lambda pair: pair[1]),
            "clinician": clinician,
            "links": _links(view, on, now.astimezone(zone).date(), asked.get("clinic", ""), clinician),
            "current": "diary",
        }
        if view == "month":
            context["months"] = months(entries, shown, on)
        else:
            columns = by_day(entries, first, last) if view == "week" else by_clinic(entries, shown, book)
            context["columns"] = columns
            waits = any(each.state == State.ASKED for each in entries)
            context["rows"] = rows(columns, desk.holidays_by_country() if waits else {}, now)
        self.desk.listed(request, sum(each.appointment is not None for each in entries))
        return self.desk.page(request, "diary", context)


# --- Which stretch of the diary -----------------------------------------------------------------------------------
def _span(view: str, on: date) -> tuple[date, date]:
    if view == "week":
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    if view == "month":
        first = on.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return on, on


def _named_day(text: str, today: date) -> date:
    try:
        named = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return named if named.year in YEARS else today


def _own_first(request: HttpRequest, places: list[Location]) -> Location:
    hers = Membership.objects.places_of(request.user)
    return next((each for each in places if hers.cover(each.pk)), places[0])


def _clinician(text: str, book: Daybook) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) in book.clinicians else None


def _of_clinician(book: Daybook, clinician: int | None) -> list[Entry]:
    if clinician is None:
        return book.entries
    return [each for each in book.entries if each.clinician in (clinician, None)]


def _title(view: str, on: date, shown: list[Location], book: Daybook, clinician: int | None) -> str:
    first, _ = _span(view, on)
    when = {
        "day": day(on),
        "week": f"Week of {day(first)}",
        "month": f"{day(first).split()[-1]} {first.year}",
    }[view]
    whose = book.clinicians[clinician] if clinician else shown[0].name if len(shown) == 1 else "all clinics"
    return f"{when}: {whose}"


def _links(view: str, on: date, today: date, clinic: str, clinician: int | None) -> dict[str, str]:
    """Addresses of the same view before, today and after, and of the other views of this day."""
    kept = {"clinic": clinic, "clinician": clinician or ""}
    first, last = _span(view, on)
    step = {"day": timedelta(days=1)}.get(view)
    before, after = (on - step, on + step) if step else (first - timedelta(days=1), last + timedelta(days=1))

    def address(view: str, on: date) -> str:
        given = {"view": view, "day": on.isoformat(), **kept}
        return f"{reverse('admin:bookings_appointment_diary')}?{urlencode({k: v for k, v in given.items() if v})}"

    return {
        "before": address(view, before),
        "today": "" if first <= today <= last else address(view, today),
        "after": address(view, after),
        **{f"as_{each}": "" if each == view else address(each, on) for each in VIEWS},
    }
