"""Closures and the rota at the desk: what is hit is shown before it is saved, and nothing is cancelled by itself."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from bookings.life import Status
from bookings.models import Appointment, Closure, Note, WorkingPattern
from bookings.services.rota import seen_as
from clinic.models import Location, Message, TrailRow
from tests import cast, desk_cast
from tests.cast import FREE_TIME
from tests.desk_cast import manager, nurse, page_of, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
CLOSURES, PATTERNS = "/admin/bookings/closure/", "/admin/bookings/workingpattern/"
HITS, ROTA = "/admin/bookings/appointment/hits/", f"{PATTERNS}rota/"
HOLIDAYS = f"{CLOSURES}bank-holidays/"


def closure(**changes: Any) -> dict[str, Any]:
    """A morning of FREE_TIME's day, as the form has it."""
    return {
        "kind": "leave",
        "starts_at_0": "2027-03-02",
        "starts_at_1": "09:00",
        "ends_at_0": "2027-03-02",
        "ends_at_1": "12:00",
        "reason": "The nurse is ill",
        **changes,
    }


def pressed(
    client: Client, asked: HttpResponse, address: str, button: str, *ticked: Appointment
) -> HttpResponse:
    """Press a button of the page that asks, with all that its form holds."""
    html = asked.content.decode()
    form = html[html.index('<form method="post" class="hits"') :]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    fields["chosen"] = [f"{row.pk}.{row.version}" for row in ticked]
    return client.post(address, {**fields, button: "1"}, follow=True)  # type: ignore[return-value]


def six_visits(place: Location) -> list[Appointment]:
    return [
        cast.make_booked(
            place,
            starts_at=FREE_TIME.replace(hour=9, minute=0) + dt.timedelta(minutes=30 * nth),
            patient=cast.make_details(name=f"Person {nth}", email=f"p{nth}@example.org"),
        )
        for nth in range(6)
    ]


def test_an_ill_nurse_hits_six_and_nothing_is_saved_until_they_were_seen(place: Location) -> None:
    rows, client = six_visits(place), manager(place)
    asked = client.post(f"{CLOSURES}add/", closure(location=place.pk))
    words = text_of(asked)
    assert asked.status_code == 409
    assert "Nothing is saved yet. 6 coming appointments lie in the way." in words
    for row in rows:
        assert row.patient is not None
        assert row.patient.name in words
    assert "Booked" in words
    assert not Closure.objects.exists()
    assert TrailRow.objects.filter(noun="bookings.appointment", count=6).exists()

    saved = pressed(client, asked, f"{CLOSURES}add/", "_keep")
    assert Closure.objects.get().reason == "The nurse is ill"
    assert {row.status for row in Appointment.objects.all()} == {Status.BOOKED}
    words = text_of(saved)
    assert "The appointments stay as they are" in words
    assert "6 coming appointments lie in a closure" in words
    assert "The nurse is ill: Tuesday 2 March, 9am to Tuesday 2 March, 12pm." in words


def test_only_what_is_ticked_is_cancelled_and_each_is_told_by_itself(place: Location) -> None:
    rows, client = six_visits(place), manager(place)
    cast.post_went()
    asked = client.post(f"{CLOSURES}add/", closure(location=place.pk))
    cast.act(cast.services.cancel, rows[0])  # the patient was faster
    saved = pressed(client, asked, f"{CLOSURES}add/", "_cancel", *rows[:3])
    words = text_of(saved)
    assert words.count("Cancelled: ") == 2
    assert "was faster, at 10am. The appointment is now: cancelled." in words
    states = [row.status for row in Appointment.objects.order_by("starts_at")]
    assert states == [Status.CANCELLED] * 3 + [Status.BOOKED] * 3
    event = Appointment.objects.get(pk=rows[1].pk).events.last()
    assert event is not None
    assert (event.verb, event.reason_code) == ("cancel", "clinic")
    assert Message.objects.filter(kind="cancelled", text__contains="has to change its plans").count() == 2


def test_one_booked_while_she_looked_is_shown_before_anything_is_saved(place: Location) -> None:
    rows, client = six_visits(place)[:5], manager(place)
    asked = client.post(f"{CLOSURES}add/", closure(location=place.pk, ends_at_1="13:00"))
    late = cast.make_booked(place, starts_at=FREE_TIME.replace(hour=12, minute=0))
    again = pressed(client, asked, f"{CLOSURES}add/", "_cancel", *rows)
    assert again.status_code == 409
    assert "7 coming appointments" in text_of(again)
    assert not Closure.objects.exists()
    assert not Appointment.objects.filter(status=Status.CANCELLED).exists()
    pressed(client, again, f"{CLOSURES}add/", "_keep")
    late.refresh_from_db()
    assert late.status == Status.BOOKED


def test_what_hits_nobody_is_saved_at_once_and_a_wrong_form_says_so(place: Location) -> None:
    client = manager(place)
    assert client.post(f"{CLOSURES}add/", closure(location=place.pk)).status_code == 302
    wrong = client.post(f"{CLOSURES}add/", closure(location=place.pk, starts_at_0="soon"))
    assert "Enter a valid date." in text_of(wrong)
    back = client.post(f"{CLOSURES}add/", closure(location=place.pk, ends_at_1="08:00"))
    assert back.status_code == 200
    assert Closure.objects.count() == 1


def test_of_two_windows_the_slower_keeps_her_words_and_is_told(place: Location) -> None:
    client = manager(place)
    client.post(f"{CLOSURES}add/", closure(location=place.pk))
    row = Closure.objects.get()
    sent = closure(location=place.pk, reason="Flood", row_seen=seen_as(row))
    assert 'name="row_seen" value="' + seen_as(row) in client.get(page_of(row)).content.decode()
    assert client.post(page_of(row), {**sent, "reason": "Fire"}).status_code == 302
    late = client.post(page_of(row), sent)
    assert "Somebody else has changed this since you opened it." in text_of(late)
    assert 'value="Flood"' in late.content.decode()
    assert Closure.objects.get().reason == "Fire"


def pattern(row: WorkingPattern, **changes: Any) -> dict[str, Any]:
    names = ("weekday", "step", "every_n_weeks")
    return {
        **{name: getattr(row, name) for name in names},
        "clinician": row.clinician_id,
        "location": row.location_id,
        "room": row.room_id,
        "starts": row.starts.isoformat("minutes"),
        "ends": row.ends.isoformat("minutes"),
        "valid_from": row.valid_from.isoformat(),
        "row_seen": seen_as(row),
        **changes,
    }


def test_ending_a_pattern_lists_whom_it_leaves_and_keeps_its_past(place: Location) -> None:
    booked, row, client = cast.make_booked(place), WorkingPattern.objects.get(), manager(place)
    asked = client.post(page_of(row), pattern(row, valid_until="2027-02-20"))
    assert "1 coming appointment lies in the way." in text_of(asked)
    refused = client.post(page_of(row), pattern(row, valid_until="2027-02-01"))
    assert "the last day is yesterday or later" in text_of(refused)
    saved = pressed(client, asked, page_of(row), "_keep")
    assert "Nurse Demo Maidenhead (demo) does not work at Maidenhead then." in text_of(saved)
    row.refresh_from_db()
    assert (row.valid_from, row.valid_until) == (dt.date(2027, 1, 1), dt.date(2027, 2, 20))
    booked.refresh_from_db()
    assert booked.status == Status.BOOKED


def test_a_pattern_that_has_begun_is_not_taken_away(place: Location) -> None:
    row, client = WorkingPattern.objects.get(), manager(place)
    assert client.get(page_of(row, "delete")).status_code == 200
    refused = client.post(page_of(row, "delete"), {"row_seen": seen_as(row)}, follow=True)
    assert "Its past stays: give it a last day." in text_of(refused)
    WorkingPattern.objects.update(valid_from=dt.date(2027, 2, 20))
    row.refresh_from_db()
    cast.make_booked(place)
    asked = client.post(page_of(row, "delete"), {"row_seen": seen_as(row)})
    assert asked.status_code == 409
    assert WorkingPattern.objects.exists()
    pressed(client, asked, page_of(row, "delete"), "_keep")
    assert not WorkingPattern.objects.exists()


def test_saving_a_pattern_tells_of_the_way_and_of_a_room_used_twice(place: Location) -> None:
    other, row, client = cast.make_clinic("london"), WorkingPattern.objects.get(location=place), manager()
    there = cast.make_room(other)
    given = pattern(row, location=other.pk, room=there.pk, starts="17:30", ends="19:00", row_seen="")
    words = text_of(client.post(f"{PATTERNS}add/", given, follow=True))
    assert "with 30 minutes between. We keep 1 hour for the way" in words
    given = pattern(row, location=other.pk, room=there.pk, starts="15:00", ends="16:00", row_seen="")
    words = text_of(client.post(f"{PATTERNS}add/", given, follow=True))
    assert "at the same time. Only one can be booked." in words
    assert "are both in Room 1, London." in words
    assert WorkingPattern.objects.count() == 4


def test_the_rota_at_a_glance_by_clinic_and_weekday(place: Location) -> None:
    other = cast.make_clinic("london")
    cast.make_pattern(
        place,
        clinician=cast.make_clinician("Doctor Demo"),
        every_n_weeks=2,
        valid_from=dt.date(2027, 3, 1),
        valid_until=dt.date(2027, 6, 1),
        starts=dt.time(13),
    )
    cast.make_pattern(other, valid_until=dt.date(2027, 2, 1), clinician=cast.make_clinician("Gone Demo"))
    page = manager(place).get(ROTA)
    words = text_of(page)
    assert "Doctor Demo (demo) Room 1 every 2 weeks 1 March 2027 Not yet 1 June 2027" in words
    assert "Gone Demo" not in words
    assert "are both in Room 1, Maidenhead." in words
    assert page_of(WorkingPattern.objects.filter(location=place)[0]) in page.content.decode()
    assert page_of(WorkingPattern.objects.filter(location=other)[0]) not in page.content.decode()
    assert "Add a pattern" not in text_of(receptionist(place).get(ROTA))
    editor = desk_cast.at(cast.make_staff("editor", "editor"))
    assert editor.get(ROTA).status_code == 403


def test_the_rota_takes_the_same_queries_for_any_number_of_patterns(place: Location) -> None:
    client = manager()
    client.get(ROTA)
    with desk_cast.queries() as few:
        client.get(ROTA)
    for slug in ("london", "dublin"):
        cast.make_second_pair(cast.make_clinic(slug))
    with desk_cast.queries() as more:
        client.get(ROTA)
    assert few == more
    assert few["bookings_workingpattern"] == 1


def test_the_list_of_hits_names_her_own_clinics_alone(place: Location) -> None:
    other = cast.make_clinic("dublin")
    cast.make_booked(place)
    cast.make_booked(other, patient=cast.make_details(name="Deirdre Dublin"))
    cast.make_closure(FREE_TIME, FREE_TIME + dt.timedelta(hours=1), reason="Flood")
    for client in (receptionist(place), nurse(place), manager(place)):
        words = text_of(client.get(HITS))
        assert "Brigid Test" in words
        assert "Deirdre" not in words
    front = text_of(manager().get("/admin/"))
    assert "2 hit by closures" in front
    assert "1 hit by closures" in text_of(receptionist(place).get("/admin/"))


def test_a_clinician_who_leaves_is_saved_after_her_appointments_were_seen(place: Location) -> None:
    booked, client = cast.make_booked(place), manager(place)
    nurse_row, address = booked.clinician, f"/admin/clinic/clinician/{booked.clinician_id}/change/"
    form = {"name": nurse_row.name, "role": nurse_row.role, "is_demo": "on"}
    asked = client.post(address, {**form, "_save": "Save"})
    assert asked.status_code == 409
    assert "1 coming appointment lies in the way." in text_of(asked)
    nurse_row.refresh_from_db()
    assert nurse_row.active
    saved = pressed(client, asked, address, "_keep")
    nurse_row.refresh_from_db()
    assert not nurse_row.active
    assert "does not work at Maidenhead then." in text_of(saved)
    assert client.post(address, {**form, "about": "Gone", "_save": "Save"}).status_code == 302
    assert client.post(address, {**form, "active": "on", "_save": "Save"}).status_code == 302


def test_leave_it_as_it_is_wants_a_reason_and_takes_it_off_the_list(place: Location) -> None:
    booked, client = cast.make_booked(place), receptionist(place)
    cast.make_closure(FREE_TIME, FREE_TIME + dt.timedelta(hours=1), reason="Flood")
    page = client.get(HITS).content.decode()
    assert page_of(booked, "move") in page
    assert page_of(booked, "leave") in page
    refused = desk_cast.press(client, booked, "leave", reason="", back="hits")
    assert "Say in a few words why it stays." in text_of(refused)
    left = desk_cast.press(client, booked, "leave", reason="A room upstairs is dry", back="hits")
    assert "Left as it is: " in text_of(left)
    assert "No coming appointment is hit" in text_of(left)
    assert Note.objects.get().text == "A room upstairs is dry"
    late = desk_cast.press(nurse(place), booked, "leave", reason="Me too")
    assert "was faster, at 10am." in text_of(late)


def test_cancelling_from_the_list_takes_only_what_is_still_hit(place: Location) -> None:
    rows, client = six_visits(place), receptionist(place)
    flood = cast.make_closure(
        FREE_TIME.replace(hour=9, minute=0), FREE_TIME.replace(hour=10, minute=0), reason="Flood"
    )
    ticks = [f"{row.pk}.{row.version}" for row in rows]
    assert "Tick what is to be cancelled." in text_of(client.post(HITS, {"chosen": ["x", "1.x", "9" * 40]}))
    told = text_of(client.post(HITS, {"chosen": ticks}, follow=True))
    assert told.count("Cancelled: ") == 2
    assert told.count("is hit no longer, so it was not cancelled.") == 4
    flood.delete()
    other = cast.make_clinic("dublin")
    foreign = cast.make_booked(other)
    cast.make_closure(FREE_TIME, FREE_TIME + dt.timedelta(hours=1), location=other)
    client.post(HITS, {"chosen": f"{foreign.pk}.{foreign.version}"})
    foreign.refresh_from_db()
    assert foreign.status == Status.BOOKED


def test_bank_holidays_are_proposed_and_added_by_one_press(place: Location) -> None:
    boss = manager()
    number = int(re.findall(r"([0-9]+) bank holidays are missing", text_of(boss.get(CLOSURES)))[0])
    words = text_of(boss.get(HOLIDAYS))
    assert "27 December 2027" in words
    assert f"{number} bank holidays of this year and the next are missing." in words
    assert not Closure.objects.exists()
    added = boss.post(HOLIDAYS, follow=True)
    assert "Added: " in text_of(added)
    assert Closure.objects.count() >= number > 20
    assert "Every bank holiday of this year and the next is in the diary." in text_of(boss.get(HOLIDAYS))
    for client in (manager(place), receptionist(place)):
        assert client.get(HOLIDAYS).status_code == client.post(HOLIDAYS).status_code == 403
        assert "bank holidays are missing" not in text_of(client.get(CLOSURES))


def test_nobody_outside_the_rota_posts_a_closure(place: Location) -> None:
    editor = desk_cast.at(cast.make_staff("editor", "editor"))
    for client in (receptionist(place), nurse(place), editor):
        assert client.post(f"{CLOSURES}add/", closure(location=place.pk)).status_code == 403
        assert client.post(f"{PATTERNS}add/", pattern(WorkingPattern.objects.get())).status_code == 403
    assert editor.get(HITS).status_code == 403
    assert User.objects.exists()
    assert not Closure.objects.exists()
