"""Her health has changed: the same three lists again. Old answers stay, a new reason is rung about, the time stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings import links, services
from bookings.models import Appointment, CallTask
from bookings.services.errors import IllegalMove, NotCleared
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import everything, fresh, opened
from tests.reader import Reader
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


CLOT = {1: PageAnswer(frozenset({"clot"})), 2: PageAnswer(none=True), 3: PageAnswer(none=True)}
NONE = "No, none of these"


def begun(appointment: Appointment) -> Reader:
    return opened(appointment).click("My health has changed").press("Yes, something has changed")


def answered(reader: Reader, *ticks: str) -> Reader:
    for tick in ticks[:-1]:
        reader.choose(tick).press("Continue")
    return reader.choose(ticks[-1]).press("Send my answers")


def calls(appointment: Appointment) -> list[CallTask]:
    return list(CallTask.objects.open().filter(appointment=appointment, why="health"))


def test_a_new_reason_to_ring_puts_it_on_the_nurses_list_and_the_time_stays(booked: Appointment) -> None:
    reader = answered(begun(booked), "clot in a leg", NONE, NONE)
    now_it_is = fresh(booked)
    assert (now_it_is.status, now_it_is.starts_at) == ("booked", FREE_TIME)
    assert (now_it_is.clinician_check, now_it_is.doctor_first) == ("needed", True)
    [call] = calls(booked)
    assert call.for_clinician
    assert "Past clot" in call.script
    assert NOW < call.due_at < FREE_TIME
    assert "A nurse rings you. Your time stays yours." in reader.text
    assert "A nurse rings you, before" in reader.text


def test_the_old_answers_stay_beside_the_new_ones(booked: Appointment) -> None:
    before = booked.answers.count()
    reader = answered(begun(booked), "clot in a leg", NONE, NONE)
    said = booked.answers.filter(code="clot").order_by("pk").values_list("answer", flat=True)
    assert booked.answers.count() == 2 * before
    assert list(said) == ["No", "Yes"]
    assert "I had a clot in a leg or lung" in reader.text


def test_what_a_nurse_only_reads_makes_no_call(booked: Appointment) -> None:
    reader = answered(begun(booked), NONE, NONE, "I smoke")
    assert (fresh(booked).clinician_check, calls(booked)) == ("", [])
    assert fresh(booked).screening_level == 1
    assert "A nurse reads your answers before you come." in reader.text


def test_a_reason_that_a_nurse_has_cleared_is_not_rung_about_again(place: Location) -> None:
    asked = cast.make_request(place, answers=CLOT)
    nurse = cast.make_staff("nurse", "clinician")
    services.close_call(
        task_id=calls(asked)[0].pk, outcome=CallTask.Outcome.COME_AS_PLANNED, by=nurse, now=NOW
    )
    reader = begun(asked)
    reader.press("Continue").choose(NONE).press("Continue").choose("I smoke").press("Send my answers")
    assert (fresh(asked).clinician_check, calls(asked)) == ("cleared", [])


def test_a_call_that_waits_gets_the_new_words_and_stays_one(place: Location) -> None:
    asked = cast.make_request(place, answers=CLOT)
    reader = begun(asked)
    reader.choose("allergy to sodium").press("Continue").choose(NONE).press("Continue")
    reader.choose(NONE).press("Send my answers")
    [call] = calls(asked)
    assert "Reaction or allergy" in call.script
    assert "Past clot" in call.script


def test_fewer_ticks_never_clear_a_call_that_a_nurse_has_to_make(place: Location) -> None:
    asked = cast.make_request(place, answers=CLOT)
    reader = begun(asked)
    data = reader.values() | {"ticks": ["none"]}
    reader.client.post(reader.url, data)
    reader.open("/book/manage/health/2/").choose(NONE).press("Continue").choose(NONE).press("Send my answers")
    assert fresh(asked).clinician_check == "needed"
    assert len(calls(asked)) == 1


def test_a_request_is_not_confirmed_before_the_nurse_has_rung(place: Location) -> None:
    asked = cast.make_request(place)
    answered(begun(asked), "clot in a leg", NONE, NONE)
    with pytest.raises(NotCleared):
        cast.act(services.confirm, fresh(asked))


def test_all_of_it_by_phone_is_a_reason_to_ring(booked: Appointment) -> None:
    begun(booked).press("Ask me all of this on the phone")
    [call] = calls(booked)
    assert "Ask all three lists" in call.script


def test_what_she_ticked_before_is_ticked_and_none_never_is(place: Location) -> None:
    asked = cast.make_request(place, answers=CLOT)
    reader = begun(asked)
    assert reader.values()["ticks"] == ["clot"]
    reader.press("Continue")
    assert "ticks" not in reader.values()
    assert reader.press("Continue").status == 422


def test_no_nothing_has_changed_keeps_the_answers_as_of_today(booked: Appointment, clock: Any) -> None:
    clock.shift(dt.timedelta(days=2))
    reader = opened(booked).click("My health has changed").press("No, nothing has changed")
    assert "We keep your answers as they are" in reader.text
    assert booked.answers.last().answered_on == dt.date(2027, 2, 19)  # type: ignore[union-attr]
    assert booked.events.last().reason_code == "nothing-changed"  # type: ignore[union-attr]
    assert calls(booked) == []


def test_neither_button_is_said_in_words(booked: Appointment) -> None:
    reader = opened(booked).click("My health has changed")
    assert reader.client.post("/book/manage/health/", reader.values()).status_code == 400


def test_questions_that_changed_since_cannot_be_answered_with_no(booked: Appointment) -> None:
    booked.answers.update(version="2020-01-01")
    reader = opened(booked).click("My health has changed")
    assert not any("nothing has changed" in button for button in reader.buttons())
    reader.client.post("/book/manage/health/", reader.values() | {"changed": "no"})
    assert fresh(booked).version == booked.version


# --- An answer that waits ---------------------------------------------------------------------------------------
def waiting(appointment: Appointment) -> Reader:
    return answered(begun(appointment), NONE, "pregnant", NONE)


def test_an_answer_that_waits_leads_to_three_ways_and_nothing_is_lost(booked: Appointment) -> None:
    reader = begun(booked)
    before = everything()
    answered(reader, NONE, "pregnant", NONE)
    assert reader.url == "/book/manage/health/wait/"
    assert "stays yours until you give it back" in reader.text
    assert everything() == before


def test_a_nurse_rings_and_the_time_stays(booked: Appointment) -> None:
    waiting(booked).press("Ask a nurse to ring me")
    now_it_is = fresh(booked)
    assert (now_it_is.status, now_it_is.clinician_check, now_it_is.screening_level) == ("booked", "needed", 3)
    assert "Pregnant" in calls(booked)[0].script


def test_the_time_is_given_back_and_the_answers_are_not_kept(booked: Appointment) -> None:
    before = booked.answers.count()
    reader = waiting(booked).press("Give this time back")
    assert fresh(booked).status == "cancelled"
    assert booked.answers.count() == before
    assert "We have given your time back" in reader.text
    assert "health_again" not in reader.client.session


def test_it_is_given_back_and_a_mail_comes_on_the_chosen_date(booked: Appointment) -> None:
    reader = waiting(booked)
    reader.fill("On which date", "soon").press("Give it back, and email me then")
    assert (reader.status, fresh(booked).status) == (422, "booked")
    reader.fill("On which date", "1 9 2027").press("Give it back, and email me then")
    assert fresh(booked).status == "cancelled"
    assert Message.objects.get(kind="write_later").to_address == "brigid@example.org"


def test_after_the_cut_off_the_time_is_not_given_back_here(booked: Appointment, clock: Any) -> None:
    clock.move_to(FREE_TIME - dt.timedelta(hours=3))
    reader = waiting(booked)
    assert reader.buttons().count("Give this time back") == 0
    reader.client.post("/book/manage/health/wait/", reader.values() | {"way": "give-back"})
    assert fresh(booked).status == "booked"
    reader.press("Ask a nurse to ring me")
    assert len(calls(booked)) == 1


# --- What must not happen ---------------------------------------------------------------------------------------
def test_once_she_is_here_a_page_that_lay_open_changes_nothing(booked: Appointment) -> None:
    """The desk asks her then. She came early, so her time is still ahead."""
    reader = opened(booked).click("My health has changed")
    cast.act(services.arrive, booked)
    here = fresh(booked)
    reader.client.post("/book/manage/health/", {"version": here.version, "changed": "no"})
    with pytest.raises(IllegalMove):
        services.answer_again(
            appointment_id=here.pk,
            expected_version=here.version,
            answers=CLOT,
            actor=services.PATIENT,
            now=NOW,
        )
    with pytest.raises(IllegalMove):
        services.nothing_changed(
            appointment_id=here.pk, expected_version=here.version, actor=services.PATIENT, now=NOW
        )
    assert fresh(booked).version == here.version


def test_a_page_reached_by_address_starts_at_the_question(booked: Appointment) -> None:
    reader = opened(booked)
    for page in ("1/", "2/", "3/", "wait/"):
        assert reader.open(f"/book/manage/health/{page}").url == "/book/manage/health/"
    assert reader.open("/book/manage/health/9/").status == 404


def test_answers_of_one_appointment_never_reach_another(place: Location, booked: Appointment) -> None:
    other = cast.make_booked(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    reader = begun(booked).choose("clot in a leg").press("Continue")
    reader.client.get(f"/book/link/{links.token(other)}/")
    assert reader.open("/book/manage/health/2/").url == "/book/manage/health/"


def test_answers_left_lying_are_let_go(booked: Appointment, clock: Any, settings: Any) -> None:
    settings.MANAGE_MINUTES = 300
    reader = begun(booked).choose("clot in a leg").press("Continue")
    clock.shift(dt.timedelta(minutes=settings.JOURNEY_IDLE_MINUTES + 1))
    assert reader.open("/book/manage/health/2/").url == "/book/manage/health/"


def test_what_the_desk_changed_meanwhile_is_said_and_nothing_is_kept(booked: Appointment) -> None:
    reader = begun(booked).choose(NONE).press("Continue").choose(NONE).press("Continue")
    later = FREE_TIME + dt.timedelta(hours=2)
    cast.act(services.move, fresh(booked), starts_at=later, location=booked.location)
    before = booked.answers.count()
    reader.choose(NONE).press("Send my answers")
    assert "This changed while the page was open" in reader.text
    assert booked.answers.count() == before
