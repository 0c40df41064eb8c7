"""Calls: asked for, tried, closed with what came of them. A health call is a clinician's alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings import services
from bookings.models import Appointment, CallAttempt, CallTask, Patient
from bookings.services.calling import AlreadyClosed, RingMe, may_close
from bookings.services.errors import BookingError, ChangedByAnother, NotAllowed, TooEarly
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

RING = {**cast.NONE_TICKED, 1: PageAnswer(ticks=frozenset({"clot"}))}
OUTCOME, RESULT = CallTask.Outcome, CallAttempt.Result
DAY = dt.timedelta(days=1)


def ring_me(place: Location | None, country: str = "GB", leave_message: bool = True) -> CallTask:
    who = RingMe("Brigid Test", "+442079460000", "morning", leave_message)
    return services.ring_me(who=who, location=place, country=country, now=NOW)


def health_call(place: Location) -> CallTask:
    cast.make_request(place, answers=RING)
    return CallTask.objects.get(why="health")


def nurse(place: Location, name: str = "nurse") -> User:
    return cast.make_staff(name, "clinician", place)


def close(task: CallTask, outcome: CallTask.Outcome, by: User, reason: str = "") -> CallTask:
    return services.close_call(task_id=task.pk, outcome=outcome, reason=reason, by=by, now=NOW)


def attempt(task: CallTask, by: User, now: dt.datetime = NOW) -> CallAttempt:
    return services.record_attempt(task_id=task.pk, result=RESULT.NO_ANSWER, by=by, now=now)


# --- Asked for ------------------------------------------------------------------------------------------------
def test_ring_me_makes_a_task_due_by_the_end_of_the_next_working_day() -> None:
    place = cast.make_clinic()
    task = ring_me(place)
    assert (task.why, task.location, task.country) == ("ring-me", place, "GB")
    assert task.due_at == dt.datetime(2027, 2, 18, 17, tzinfo=dt.UTC)
    assert Patient.objects.get().ring_when == "morning"
    assert not Appointment.objects.exists()


def test_ring_me_without_a_clinic_belongs_to_the_country() -> None:
    place = cast.make_clinic()
    task = ring_me(None)
    uk, irish = cast.make_desk(place).user, cast.make_desk(cast.make_location("dublin")).user
    assert may_close(task, uk)
    assert not may_close(task, irish)


def test_ring_me_in_a_country_without_a_clinic_says_so() -> None:
    with pytest.raises(BookingError, match="no clinic in that country"):
        ring_me(None, "IE")


# --- Tried ----------------------------------------------------------------------------------------------------
def test_a_try_leaves_the_task_open() -> None:
    place = cast.make_clinic()
    task = ring_me(place)
    attempt(task, cast.make_desk(place).user)
    assert task.attempts.get().result == "no-answer"
    assert CallTask.objects.open().count() == 1


def test_no_message_is_left_where_the_patient_asked_for_none() -> None:
    place = cast.make_clinic()
    task, desk = ring_me(place, leave_message=False), cast.make_desk(place).user
    with pytest.raises(NotAllowed, match="not to leave a message"):
        services.record_attempt(task_id=task.pk, result=RESULT.LEFT_MESSAGE, by=desk, now=NOW)


def test_giving_up_takes_three_tries_on_two_days() -> None:
    place = cast.make_clinic()
    task, by = health_call(place), nurse(place)
    for _ in range(3):
        attempt(task, by)
    with pytest.raises(TooEarly, match="3 times on 2 days"):
        services.could_not_reach(task_id=task.pk, by=by, now=NOW)
    attempt(task, by, NOW + DAY)
    closed = services.could_not_reach(task_id=task.pk, by=by, now=NOW + DAY)
    assert closed.outcome == OUTCOME.COULD_NOT_REACH
    assert Appointment.objects.get().clinician_check == "refused"
    assert Appointment.objects.get().status == "pending"  # declining is the desk's own verb


# --- Closed ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("outcome", "check", "doctor"),
    [
        (OUTCOME.COME_AS_PLANNED, "cleared", True),
        (OUTCOME.DOCTOR_FIRST, "cleared", True),
        (OUTCOME.NOT_NOW, "refused", True),
    ],
)
def test_a_health_call_clears_or_refuses(outcome: CallTask.Outcome, check: str, doctor: bool) -> None:
    place = cast.make_clinic()
    task, by = health_call(place), nurse(place)
    close(task, outcome, by, "In a cast")
    asked = Appointment.objects.get()
    assert (asked.clinician_check, asked.cleared_by, asked.doctor_first) == (check, by, doctor)
    assert not CallTask.objects.open().exists()


def test_doctor_first_is_noted_where_the_answers_did_not_say_it() -> None:
    place = cast.make_clinic()
    cast.make_request(place, answers=None, by_phone=True)
    close(CallTask.objects.get(why="health"), OUTCOME.DOCTOR_FIRST, nurse(place))
    assert Appointment.objects.get().doctor_first


def test_a_call_about_older_answers_clears_nobody() -> None:
    """She answered again after the nurse had opened the call: nobody has seen what she says now."""
    place = cast.make_clinic()
    task = health_call(place)
    asked = Appointment.objects.get()
    answers = {**RING, 2: PageAnswer(ticks=frozenset({"skin"}))}
    answered = cast.act(services.answer_again, asked, services.PATIENT, answers=answers)
    given = {"task_id": task.pk, "outcome": OUTCOME.COME_AS_PLANNED, "by": nurse(place), "now": NOW}
    with pytest.raises(ChangedByAnother, match="The patient was faster"):
        services.close_call(**given, expected_version=asked.version)
    assert CallTask.objects.open().get() == task
    assert Appointment.objects.get().clinician_check == "needed"
    services.close_call(**given, expected_version=answered.version)
    assert Appointment.objects.get().clinician_check == "cleared"


def test_not_now_needs_a_reason() -> None:
    place = cast.make_clinic()
    task, by = health_call(place), nurse(place)
    with pytest.raises(BookingError, match="why not now"):
        close(task, OUTCOME.NOT_NOW, by)


@pytest.mark.parametrize("role", ["receptionist", "manager"])
def test_a_health_call_is_a_clinicians_alone(role: str) -> None:
    place = cast.make_clinic()
    task, sam = health_call(place), cast.make_staff("sam", role, place)
    with pytest.raises(NotAllowed, match="Only a clinician"):
        close(task, OUTCOME.COME_AS_PLANNED, sam)
    with pytest.raises(NotAllowed):
        attempt(task, sam)
    assert Appointment.objects.get().clinician_check == "needed"


def test_an_administrator_is_no_clinician() -> None:
    task = health_call(cast.make_clinic())
    boss = User.objects.create_superuser("boss")
    with pytest.raises(NotAllowed):
        close(task, OUTCOME.COME_AS_PLANNED, boss)


def test_a_nurse_of_another_clinic_may_not() -> None:
    task, stranger = health_call(cast.make_clinic()), nurse(cast.make_location("dublin"))
    with pytest.raises(NotAllowed):
        close(task, OUTCOME.COME_AS_PLANNED, stranger)


def test_a_nurse_who_has_left_may_not() -> None:
    place = cast.make_clinic()
    task, leaver = health_call(place), nurse(place)
    leaver.is_active = False
    with pytest.raises(NotAllowed):
        close(task, OUTCOME.COME_AS_PLANNED, leaver)


def test_a_nurse_who_sits_at_the_desk_elsewhere_is_a_nurse_at_her_own_clinic_only() -> None:
    place, other = cast.make_clinic(), cast.make_location("amersham")
    task = health_call(place)
    both = cast.make_staff("both", "clinician", other)
    cast.Membership.objects.create(user=both, location=place, role="receptionist")
    with pytest.raises(NotAllowed, match="Only a clinician"):
        close(task, OUTCOME.COME_AS_PLANNED, both)


def test_reception_tells_the_words_of_a_message() -> None:
    place = cast.make_clinic()
    cast.make_request(place, patient=cast.make_details(email=""))
    task = CallTask.objects.get(why="tell")
    closed = close(task, OUTCOME.DONE, cast.make_desk(place).user)
    assert (closed.outcome, closed.closed_at) == (OUTCOME.DONE, NOW)


def test_an_outcome_of_another_kind_of_call_is_refused() -> None:
    place = cast.make_clinic()
    task = ring_me(place)
    with pytest.raises(BookingError, match="does not belong"):
        close(task, OUTCOME.COME_AS_PLANNED, cast.make_desk(place).user)


def test_a_closed_call_is_closed_once() -> None:
    place = cast.make_clinic()
    task, desk = ring_me(place), cast.make_desk(place).user
    close(task, OUTCOME.DONE, desk)
    with pytest.raises(AlreadyClosed):
        close(task, OUTCOME.DONE, desk)
    with pytest.raises(AlreadyClosed):
        attempt(task, desk)


def test_clearing_does_not_count_as_a_change_of_the_appointment() -> None:
    place = cast.make_clinic()
    task = health_call(place)
    asked = Appointment.objects.get()
    close(task, OUTCOME.COME_AS_PLANNED, nurse(place))
    assert cast.act(services.confirm, asked).status == "booked"


def test_the_same_form_twice_is_one_call_and_a_corrected_one_another() -> None:
    place = cast.make_clinic("maidenhead")
    who = RingMe("Brigid Test", "+442079460000", "morning", True)
    first, second, other = (
        services.ring_me(who=who, location=place, country="GB", key=key, now=NOW) for key in ("a", "a", "b")
    )
    assert first == second != other
    assert Patient.objects.count() == 2, "a call that was there already makes no new person"


def test_ring_me_pressed_in_two_windows_makes_one_call() -> None:
    cast.make_clinic("maidenhead")
    one, two = Client(), Client()
    page = one.get("/book/ring-me/")
    form = page.context["form"]
    typed = {
        "name": "Brigid Test",
        "phone": "020 7946 0000",
        "place": "maidenhead",
        "ring_when": "any",
        "leave_message": "no",
        "form": form["form"].value(),
    }
    for client in (one, two):
        answer = client.post("/book/ring-me/", typed)
        assert answer.status_code == 302, answer.context["form"].errors
    assert CallTask.objects.count() == 1
    one.post("/book/ring-me/", {**typed, "phone": "020 7946 0001"})
    assert CallTask.objects.count() == 2
