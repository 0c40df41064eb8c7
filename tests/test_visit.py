"""What came of a visit: written down by a clinician, told to the patient, and asked before the next session is booked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookings import services, today
from bookings.life import IllegalMove, Status
from bookings.models import Appointment, CallTask, VisitRecord, WorkingPattern
from bookings.models.visits import STOCKING_DAYS
from bookings.services import Actor, Override, Visit
from bookings.services.errors import BookingError, ChangedByAnother, NotAllowed
from bookings.services.sessions import DoctorFirst, NotDecided, TooSoon
from clinic.models import Clinician, Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import RINGING
from treatments import loading
from treatments.models import Fact
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

TREATED = Visit(
    areas=("right-thigh", "left-calf"), stocking_days=5, stocking_size="Medium", stocking_class="2"
)
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def place() -> Location:
    loading.load(now=NOW)  # the facts as the pages print them
    return cast.make_clinic()


def arrived(session: Appointment, *, asked: bool = True) -> Appointment:
    """She is here for her session and, unless not, has said that nothing has changed."""
    nurse = cast.make_nurse(session.location)
    here = cast.act(services.arrive, session, nurse, now=session.starts_at)
    return cast.act(services.nothing_changed, here, nurse, now=session.starts_at) if asked else here


def record(session: Appointment, actor: Actor | None = None, visit: Visit = TREATED) -> Appointment:
    actor = actor or cast.make_nurse(session.location)
    return cast.act(services.record_visit, session, actor, now=session.starts_at, visit=visit)


def treated(place: Location, **changes: Any) -> Appointment:
    return record(arrived(cast.make_session(place)), visit=Visit(**{**vars(TREATED), **changes}))


def book(seen: Appointment, starts_at: dt.datetime, actor: Actor | None = None, **given: Any) -> Appointment:
    place = seen.location
    return services.follow_up(
        key=uuid4(),
        patient_id=seen.patient_id or 0,
        booking=services.PhoneBooking(place, cast.make_service("session"), starts_at),
        actor=actor or cast.make_desk(place),
        now=NOW,
        **given,
    )


# --- Writing it down ----------------------------------------------------------------------------------------------
def test_writing_it_down_says_that_she_was_seen(place: Location) -> None:
    seen = treated(place)
    assert seen.status == Status.FULFILLED
    assert seen.record.areas == ["left-calf", "right-thigh"]
    assert (seen.record.decision, seen.record.next_not_before) == ("treat", dt.date(2027, 3, 16))
    assert seen.events.last().verb == "record"


def test_saved_again_it_is_put_right_and_stays_one_record(place: Location) -> None:
    again = record(treated(place), visit=Visit(areas=("left-knee",), stocking_days=7))
    assert VisitRecord.objects.get(appointment=again).areas == ["left-knee"]


@pytest.mark.parametrize("who", ["receptionist", "manager"])
def test_only_a_clinician_writes_it_down(place: Location, who: str) -> None:
    with pytest.raises(NotAllowed):
        record(arrived(cast.make_session(place)), Actor.staff(cast.make_staff("somebody", who, place)))


def test_a_clinician_of_another_clinic_does_not(place: Location) -> None:
    with pytest.raises(NotAllowed):
        record(arrived(cast.make_session(place)), cast.make_nurse(cast.make_clinic("london")))


def test_of_two_who_write_one_is_told_who_was_faster(place: Location) -> None:
    here = arrived(cast.make_session(place))
    record(here)
    with pytest.raises(ChangedByAnother):
        record(here)


def test_nobody_is_written_down_who_is_not_here(place: Location) -> None:
    with pytest.raises(IllegalMove):
        record(cast.make_session(place))


def test_before_a_session_somebody_asks_whether_anything_has_changed(place: Location) -> None:
    here = arrived(cast.make_session(place), asked=False)
    with pytest.raises(BookingError, match="Ask first"):
        record(here)
    assert not VisitRecord.objects.filter(appointment=here).exists()


def test_a_changed_answer_at_the_desk_rings_nobody(place: Location) -> None:
    here = arrived(cast.make_session(place), asked=False)
    nurse = cast.make_nurse(place)
    told = cast.act(services.answer_again, here, nurse, now=here.starts_at, answers=RINGING)
    assert (told.status, told.doctor_first) == (Status.ARRIVED, True)
    assert not CallTask.objects.open().filter(why="health").exists()
    assert record(told).status == Status.FULFILLED


@pytest.mark.parametrize("verb", [services.fulfil, services.record_visit])
def test_nobody_is_rung_first_who_was_seen(place: Location, verb: Any) -> None:
    booked = cast.make_booked(place)
    told = cast.act(services.answer_again, booked, services.PATIENT, answers=RINGING)
    nurse = cast.make_nurse(place)
    here = cast.act(services.arrive, told, nurse, now=told.starts_at)
    assert CallTask.objects.open().filter(why="health").exists()
    given = {"visit": Visit()} if verb is services.record_visit else {}
    cast.act(verb, here, nurse, now=told.starts_at, **given)
    assert not CallTask.objects.open().filter(why="health").exists()


def test_reception_does_not_take_health_answers_down(place: Location) -> None:
    here = arrived(cast.make_session(place), asked=False)
    with pytest.raises(NotAllowed):
        cast.act(services.nothing_changed, here, cast.make_desk(place), now=here.starts_at)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"areas": ()}, "Tick where"),
        ({"areas": ("nose",)}, "from the list"),
        ({"stocking_days": None}, "3 to 7 days"),
        ({"stocking_days": 2}, "3 to 7 days"),
        ({"stocking_days": 8}, "3 to 7 days"),
        ({"next_not_before": dt.date(2027, 3, 15)}, "from Tuesday 16 March 2027"),
    ],
)
def test_what_no_session_can_be_gets_a_sentence(place: Location, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BookingError, match=said):
        treated(place, **changes)
    assert Appointment.objects.get(service__kind="session").status == Status.ARRIVED


def test_the_days_of_the_stockings_are_those_of_the_fact(place: Location) -> None:
    words = Fact.objects.get(key="compression_days").text
    assert words == f"{STOCKING_DAYS[0]} to {STOCKING_DAYS[-1]}"


# --- Your visit today ---------------------------------------------------------------------------------------------
def visit_letters() -> list[Message]:
    return list(Message.objects.filter(kind="visit_today").order_by("pk"))


def test_after_a_session_she_is_written_to_at_once(place: Location) -> None:
    treated(place)
    letter = visit_letters()[0]
    assert letter.subject == "Your visit today at Maidenhead"
    told = (
        "5 days",
        "until Sunday 7 March",
        "Tuesday 16 March",
        "medium, class 2",
        "/aftercare/",
        "0800 783 6106",
    )
    for words in (letter.text, letter.html):
        assert [each for each in told if each not in words] == []
    assert letter.not_before == letter.queued_at


def test_saved_again_with_the_same_facts_she_is_not_written_to_again(place: Location) -> None:
    record(treated(place))
    assert len(visit_letters()) == 1


def test_saved_again_with_other_days_she_is(place: Location) -> None:
    record(treated(place), visit=Visit(areas=("left-calf",), stocking_days=7))
    assert "7 days" in visit_letters()[1].text


def test_what_was_not_sent_yet_is_taken_back_for_the_new_one(place: Location) -> None:
    record(treated(place), visit=Visit(areas=("left-calf",), stocking_days=7))
    assert [letter.status for letter in visit_letters()] == ["superseded", "queued"]


def test_a_consultation_sends_nothing(place: Location) -> None:
    cast.make_seen(place)
    assert not visit_letters()


def test_without_an_email_it_is_read_out(place: Location) -> None:
    seen = cast.make_seen(place, patient=cast.make_details(email=""))
    record(arrived(book(seen, FREE_TIME, cast.make_nurse(place))))
    assert "5 days" in CallTask.objects.open().get(kind="visit_today").script


# --- The next session ---------------------------------------------------------------------------------------------
def test_a_session_follows_a_decision(place: Location) -> None:
    assert cast.make_session(place).status == Status.BOOKED


@pytest.mark.parametrize("decision", ["", "think", "not"])
def test_without_the_decision_there_is_no_session(place: Location, decision: str) -> None:
    with pytest.raises(NotDecided):
        book(cast.make_seen(place, visit=Visit(decision=decision)), FREE_TIME)


def test_a_doctor_decides_where_a_nurse_said_so(place: Location) -> None:
    with pytest.raises(DoctorFirst):
        book(cast.make_seen(place, visit=Visit(decision="doctor")), FREE_TIME)


def test_an_answer_marked_doctor_first_wants_a_doctors_decision(place: Location) -> None:
    seen = cast.make_seen(place)
    Appointment.objects.filter(pk=seen.pk).update(doctor_first=True)
    with pytest.raises(DoctorFirst):
        book(seen, FREE_TIME)
    Clinician.objects.create(name="Doctor", role="doctor", user=cast.make_nurse(place).user)
    seen.refresh_from_db()
    record(seen, visit=Visit(decision="treat"))
    assert book(seen, FREE_TIME).status == Status.BOOKED


@pytest.fixture
def cleared(place: Location) -> Appointment:
    """She told of a clot in January, a doctor agreed to treatment in February, and a session is booked."""
    asked = cast.make_request(
        place, starts_at=FREE_TIME - 4 * WEEK, now=FREE_TIME - 6 * WEEK, answers=RINGING
    )
    doctor = cast.make_nurse(place)
    Clinician.objects.create(name="Doctor", role="doctor", user=doctor.user)
    Appointment.objects.update(clinician_check="cleared")
    booked = cast.act(services.confirm, asked, now=FREE_TIME - 5 * WEEK)
    here = cast.act(services.arrive, booked, doctor, now=booked.starts_at)
    seen = record(here, visit=Visit(decision="treat"))
    session = book(seen, FREE_TIME)
    assert session.doctor_first
    return session


def doctor_first_on_the_list(session: Appointment) -> bool:
    """What the day's list says of her to a clinician of the clinic."""
    place = session.location
    day = today.day_at(session.starts_at.date(), places=[place], answers_at=[place.pk], now=NOW)
    [person] = [each for each in day.people if each.appointment.pk == session.pk]
    return person.doctor_first


def test_a_new_answer_wants_a_doctor_again_and_an_old_one_said_again_does_not(cleared: Appointment) -> None:
    place, later = cleared.location, FREE_TIME + 2 * WEEK
    again = cast.act(services.answer_again, cleared, services.PATIENT, answers=RINGING)
    assert not doctor_first_on_the_list(again)
    assert book(again, later).status == Status.BOOKED
    answers = {**RINGING, 2: PageAnswer(ticks=frozenset({"calf"}))}
    cast.act(services.answer_again, again, cast.make_nurse(place), answers=answers)
    assert doctor_first_on_the_list(again)
    with pytest.raises(DoctorFirst):
        book(again, later + WEEK)


def test_a_nurse_who_says_doctor_first_wants_one_who_has_heard_of_it(cleared: Appointment) -> None:
    answers = {
        **RINGING,
        1: PageAnswer(ticks=frozenset({"clot", "allergy"})),
        2: PageAnswer(frozenset({"skin"})),
    }
    cast.act(services.answer_again, cleared, services.PATIENT, answers=answers)
    nurse = cast.make_nurse(cleared.location).user
    assert nurse is not None
    services.close_call(
        task_id=CallTask.objects.open().get(why="health").pk,
        outcome=CallTask.Outcome.DOCTOR_FIRST,
        by=nurse,
        now=NOW,
    )
    with pytest.raises(DoctorFirst):
        book(cleared, FREE_TIME + 2 * WEEK)


def test_the_same_area_rests_for_two_weeks(place: Location) -> None:
    seen = treated(place)
    with pytest.raises(TooSoon, match="not before Tuesday 16 March 2027"):
        book(seen, FREE_TIME + WEEK)
    assert book(seen, FREE_TIME + 2 * WEEK).status == Status.BOOKED


def test_only_a_clinician_sets_the_rest_aside_and_says_why(place: Location) -> None:
    seen, reason = treated(place), Override("The other leg")
    with pytest.raises(TooSoon):
        book(seen, FREE_TIME + WEEK, override=reason)
    with pytest.raises(TooSoon):
        book(seen, FREE_TIME + WEEK, cast.make_nurse(place))
    assert book(seen, FREE_TIME + WEEK, cast.make_nurse(place), override=reason).override_reason


def test_a_session_is_not_moved_to_too_soon_either(place: Location) -> None:
    later = book(treated(place), FREE_TIME + 2 * WEEK)
    with pytest.raises(TooSoon):
        cast.act(
            services.move, later, cast.make_desk(place), starts_at=FREE_TIME + WEEK, location=place, now=NOW
        )


def test_her_answers_come_along_with_their_day(place: Location) -> None:
    session = cast.make_session(place)
    assert session.clinician_check == ""
    assert {row.answered_on for row in session.answers.all()} == {dt.date(2027, 1, 19)}
    assert not CallTask.objects.open().exists()


def test_old_answers_are_asked_again_by_a_nurse(place: Location) -> None:
    WorkingPattern.objects.update(valid_from=dt.date(2026, 1, 1))
    session = cast.make_session(place, weeks_ago=16)
    assert session.clinician_check == Appointment.Check.NEEDED
    assert CallTask.objects.open().get(why="health").appointment == session


@pytest.mark.parametrize("check", ["needed", "refused"])
def test_answers_that_no_clinician_has_cleared_are_rung_about(place: Location, check: str) -> None:
    asked = cast.make_request(place, answers=RINGING)
    Appointment.objects.filter(pk=asked.pk).update(clinician_check=check)
    again = services.follow_up(
        key=uuid4(),
        patient_id=asked.patient_id or 0,
        booking=services.PhoneBooking(place, cast.make_service(), FREE_TIME + WEEK),
        actor=cast.make_desk(place),
        now=NOW,
    )
    assert again.clinician_check == Appointment.Check.NEEDED
    assert CallTask.objects.open().filter(appointment=again, why="health").count() == 1


def test_nobody_books_a_patient_of_another_clinic(place: Location) -> None:
    with pytest.raises(NotAllowed):
        book(cast.make_seen(place), FREE_TIME, cast.make_desk(cast.make_clinic("london")))


def test_the_same_form_twice_books_the_session_once(place: Location) -> None:
    seen, key = cast.make_seen(place), uuid4()
    given: dict[str, Any] = {
        "key": key,
        "patient_id": seen.patient_id,
        "booking": services.PhoneBooking(place, cast.make_service("session"), FREE_TIME),
        "actor": cast.make_desk(place),
        "now": NOW,
    }
    assert services.follow_up(**given) == services.follow_up(**given)
