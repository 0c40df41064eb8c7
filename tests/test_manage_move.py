"""Moving it behind the link: in place, one press, the old time hers until then, and the phone after the cut-off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings import services
from bookings.models import Appointment, Patient
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME
from tests.manage_cast import by_staff, everything, fresh, kinds, opened

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)


def test_one_press_moves_it_in_place_and_says_so(booked: Appointment) -> None:
    reader = opened(booked).click("Move it")
    assert reader.h1 == "Choose another time at Maidenhead"
    assert "This time stays yours until you press another one" in reader.text
    reader.press("11:15am, Tuesday 2 March")
    moved = fresh(booked)
    assert (moved.pk, moved.status, moved.starts_at) == (booked.pk, "booked", FREE_TIME + HOUR)
    assert reader.url == "/book/manage/"
    assert "Your new time is Tuesday 2 March, 11:15am, at Maidenhead." in reader.text
    assert kinds()[-1] == "moved"


def test_the_time_it_has_is_not_offered_as_another_one(booked: Appointment) -> None:
    reader = opened(booked).open("/book/manage/move/")
    assert "10:00am, Tuesday 2 March, Maidenhead" in reader.buttons()
    assert "10:15am, Tuesday 2 March, Maidenhead" not in reader.buttons()


def test_a_look_at_the_times_changes_nothing(booked: Appointment) -> None:
    reader = opened(booked)
    before = everything()
    for look in ("", "?from=2027-03-09", "?month=2027-03", "?clinic=nowhere", "?month=x&from=y"):
        assert reader.open(f"/book/manage/move/{look}").status == 200
    assert everything() == before


def test_later_times_and_the_month_lead_to_a_time(booked: Appointment) -> None:
    reader = opened(booked).click("Move it").click("Later times").click("See a month")
    reader.click("Month after").click("13 April 2027").press("9:00am")
    assert fresh(booked).starts_at == dt.datetime(2027, 4, 13, 8, 0, tzinfo=dt.UTC)


def test_a_full_day_is_folded_and_opens_on_a_press(booked: Appointment) -> None:
    reader = opened(booked).click("Move it")
    few = [button for button in reader.buttons() if "Tuesday 2 March" in button]
    reader.click("More times on this day, Tuesday 2 March")
    assert len(few) == 12
    assert len(reader.buttons()) == 30  # every quarter of an hour from 9am to 4:30pm, without her own
    assert {button.split(", ")[1] for button in reader.buttons()} == {"Tuesday 2 March"}
    reader.press("4:30pm")
    assert fresh(booked).starts_at == FREE_TIME.replace(hour=16, minute=30)


def test_the_same_press_twice_is_one_move(booked: Appointment) -> None:
    reader = opened(booked).click("Move it")
    data = reader.values() | {"slot": "maidenhead|2027-03-02T11:15Z"}
    for _ in range(2):
        assert reader.client.post("/book/manage/move/", data).status_code == 302
    assert fresh(booked).version == booked.version + 1
    assert kinds().count("moved") == 1


def test_a_time_somebody_took_is_said_with_others_near_and_the_old_one_stays(
    place: Location, booked: Appointment
) -> None:
    reader = opened(booked).click("Move it")
    cast.make_request(place, starts_at=FREE_TIME + HOUR)
    reader.press("11:15am, Tuesday 2 March")
    assert reader.status == 409
    assert reader.title.startswith("Error:")
    assert "Somebody else has just taken this time" in reader.text
    assert "Your old time is still yours" in reader.text
    assert "The nearest times to the one you wanted" in reader.text
    assert fresh(booked).starts_at == FREE_TIME


def test_a_time_that_is_not_offered_or_not_read_moves_nothing(booked: Appointment) -> None:
    reader = opened(booked).click("Move it")
    before = everything()
    for slot in ("maidenhead|2027-03-02T03:15Z", "maidenhead|soon", "", "|", "nowhere|2027-03-02T11:15Z"):
        data = reader.values() | {"slot": slot}
        assert reader.client.post("/book/manage/move/", data).status_code == 409, slot
    assert everything() == before


def test_another_clinic_of_the_country_is_a_new_request_there(booked: Appointment) -> None:
    cast.make_clinic("amersham")
    reader = opened(booked).click("Move it").click("Times at Amersham")
    assert "Another clinic is a new request" in reader.text
    reader.press("10:15am")
    moved = fresh(booked)
    assert (moved.status, moved.location.slug) == ("pending", "amersham")
    assert reader.h1 == "Your request"


def test_a_clinic_in_another_country_is_for_the_phone(booked: Appointment) -> None:
    cast.make_clinic("dublin")
    reader = opened(booked).click("Move it")
    assert "To come to Dublin, please phone 01 293 7839" in reader.text
    data = reader.values() | {"slot": "dublin|2027-03-02T10:15Z"}
    assert reader.client.post("/book/manage/move/", data).status_code == 409
    assert fresh(booked).location.slug == "maidenhead"


def test_who_was_slower_reads_how_it_is_now(place: Location, booked: Appointment) -> None:
    reader = opened(booked).click("Move it")
    by_staff(services.move, booked, starts_at=FREE_TIME + WEEK, location=place)
    reader.press("11:15am, Tuesday 2 March")
    assert "This changed while the page was open" in reader.text
    assert "Tuesday 9 March, 10:15am" in reader.text
    assert fresh(booked).starts_at == FREE_TIME + WEEK


def test_after_the_cut_off_there_is_the_phone_and_what_the_clinic_says(
    place: Location, booked: Appointment, clock: Any
) -> None:
    place.late_policy = "Please tell us as soon as you can."
    place.save()
    clock.move_to(FREE_TIME - dt.timedelta(hours=23))
    reader = opened(booked)
    assert "Please tell us as soon as you can." in reader.text
    before = everything()
    for page in ("/book/manage/move/", "/book/manage/cancel/"):
        assert reader.open(page).status == 200
        assert reader.h1 == "Please phone us"
        assert "0800 783 6106" in reader.text
        assert "Please tell us as soon as you can." in reader.text
        answer = reader.client.post(page, {"slot": "maidenhead|2027-03-09T10:15Z", "version": booked.version})
        assert answer.status_code in (200, 403)
    assert everything() == before


def test_after_the_cut_off_nobody_is_made_to_ring_who_asked_for_no_calls(
    place: Location, booked: Appointment, clock: Any
) -> None:
    place.email = "desk@example.org"
    place.save()
    clock.move_to(FREE_TIME - dt.timedelta(hours=23))
    assert "Or email us" not in opened(booked).text
    Patient.objects.update(reach_by=Patient.ReachBy.WRITE)
    assert "Or email us: desk@example.org." in opened(booked).text


def test_each_clinic_may_have_a_cut_off_of_its_own(place: Location, booked: Appointment, clock: Any) -> None:
    place.cutoff_hours = 48
    place.save()
    clock.move_to(FREE_TIME - dt.timedelta(hours=47))
    assert opened(booked).open("/book/manage/move/").h1 == "Please phone us"
    place.cutoff_hours = 0
    place.save()
    clock.move_to(FREE_TIME - dt.timedelta(minutes=10))
    assert opened(booked).open("/book/manage/cancel/").h1 == "Cancel your appointment?"


def test_old_health_answers_are_asked_about_before_the_times(booked: Appointment, settings: Any) -> None:
    settings.HEALTH_ANSWERS_DAYS = -1
    reader = opened(booked).click("Move it")
    assert reader.url == "/book/manage/health/?for=move"
    assert "before you choose another time" in reader.text
    data = {"version": booked.version, "slot": "maidenhead|2027-03-02T11:15Z"} | reader.values()
    reader.client.post("/book/manage/move/", data)
    assert fresh(booked).starts_at == FREE_TIME


def test_no_nothing_has_changed_leads_on_to_the_times(booked: Appointment, clock: Any, settings: Any) -> None:
    settings.HEALTH_ANSWERS_DAYS = 3
    clock.shift(dt.timedelta(days=5))  # the only week that lies still ahead of the notice begins on 2 March
    reader = opened(booked).click("Move it").press("No, nothing has changed")
    assert reader.url == "/book/manage/move/"
    reader.press("11:15am, Tuesday 2 March")
    assert fresh(booked).starts_at != FREE_TIME
    assert booked.answers.values("answered_on").distinct().count() == 2


def test_a_move_back_again_within_the_settling_time_writes_nothing(
    booked: Appointment, settings: Any
) -> None:
    settings.SETTLE_SECONDS = 180
    cast.post_went()
    opened(booked).click("Move it").press("11:15am, Tuesday 2 March").click("Move it").press(
        "10:15am, Tuesday 2 March"
    )
    assert Message.objects.filter(kind="moved", status="queued").count() == 0
    assert fresh(booked).starts_at == FREE_TIME
