"""Calls to make: who sees which words, who may press what, what each press does, and giving up after enough tries."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallAttempt, CallTask
from bookings.services.calling import RingMe
from clinic.models import Location, Message
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import CALLS, nurse, page_of, receptionist, text_of
from tests.reader import Reader
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
DAY = dt.timedelta(days=1)


def ring_me(place: Location | None, country: str = "GB", **changes: object) -> CallTask:
    who = {"name": "Carol Caller", "phone": "+447700900123", "ring_when": "morning", "leave_message": False}
    return services.ring_me(who=RingMe(**{**who, **changes}), location=place, country=country, now=NOW)  # type: ignore[arg-type]


def health_call(place: Location, **changes: object) -> CallTask:
    return desk_cast.ringing_request(place, **changes).call_tasks.get(why="health")


def test_it_shows_whom_when_and_how_those_due_first(place: Location) -> None:
    ring_me(place)
    desk_cast.ringing_request(place)
    words = text_of(receptionist(place).get(CALLS))
    assert words.index("Brigid Test") < words.index("Carol Caller")  # due at noon, and at five
    assert "07700 900123" in words
    assert "Ring in the morning, leave no message" in words


def test_a_late_call_is_said_in_a_word_and_a_shape(place: Location, clock: time_machine.Coordinates) -> None:
    ring_me(place)
    clock.move_to(NOW + 5 * DAY)
    assert '<span class="mark mark-late">! Late</span>' in receptionist(place).get(CALLS).content.decode()


def test_a_health_call_is_a_nurses_and_its_words_hers_alone(place: Location) -> None:
    task = health_call(place)
    for address in (CALLS, page_of(task)):
        page = receptionist(place).get(address)
        assert "A nurse makes this call" in text_of(page)
        assert task.script.splitlines()[0] not in text_of(page)
        assert not any(word in text_of(page) for word in desk_cast.ANSWER_WORDS)
        assert page_of(task, "close") not in page.content.decode()
        assert "Past clot" in text_of(nurse(place).get(address))


def test_a_superuser_reads_the_words_and_cannot_clear(place: Location) -> None:
    task = health_call(place)
    client = desk_cast.superuser()
    assert "Past clot" in text_of(client.get(page_of(task)))
    refused = client.post(page_of(task, "close"), {"outcome": "come"})
    assert refused.status_code == 403
    assert "Only a clinician of this clinic may make this call." in text_of(refused)
    assert not CallTask.objects.get(pk=task.pk).outcome


@pytest.mark.parametrize(
    ("outcome", "check"), [("come", "cleared"), ("doctor", "cleared"), ("not-now", "refused")]
)
def test_one_press_closes_a_health_call(place: Location, outcome: str, check: str) -> None:
    task = health_call(place)
    response = nurse(place).post(page_of(task, "close"), {"outcome": outcome, "reason": "ill"}, follow=True)
    assert response.redirect_chain == [(CALLS, 302)]
    assert CallTask.objects.get(pk=task.pk).outcome == outcome
    assert Appointment.objects.get(pk=task.appointment_id).clinician_check == check


def test_once_cleared_reception_confirms(place: Location) -> None:
    task = health_call(place)
    nurse(place).post(page_of(task, "close"), {"outcome": "come"})
    asked = Appointment.objects.get(pk=task.appointment_id)
    desk_cast.press(receptionist(place), asked, "confirm")
    assert Appointment.objects.get(pk=asked.pk).status == Status.BOOKED


def test_not_now_without_a_reason_is_asked_again(place: Location) -> None:
    task = health_call(place)
    refused = nurse(place).post(page_of(task, "close"), {"outcome": "not-now"})
    assert refused.status_code == 409
    assert "Say in a few words why not now." in text_of(refused)


def test_what_was_typed_is_kept_when_a_press_is_refused(place: Location) -> None:
    task = health_call(place)
    wrong = nurse(place).post(page_of(task, "close"), {"outcome": "done", "reason": "typed words"})
    assert "That outcome does not belong to this kind of call." in text_of(wrong)
    assert "typed words" in wrong.content.decode()


def test_a_call_already_dealt_with_is_said(place: Location) -> None:
    task = ring_me(place)
    client = receptionist(place)
    client.post(page_of(task, "close"), {"outcome": "done"})
    again = client.post(page_of(task, "close"), {"outcome": "done"})
    assert "Somebody else has already dealt with this call." in text_of(again)


def test_new_health_answers_are_looked_at_before_a_press_clears_her(place: Location) -> None:
    task = health_call(place)
    opened = Reader(nurse(place)).open(page_of(task))
    asked = Appointment.objects.get(pk=task.appointment_id)
    answers = {**desk_cast.RINGING, 2: PageAnswer(ticks=frozenset({"skin"}))}
    cast.act(services.answer_again, asked, services.PATIENT, answers=answers)
    opened.press("Spoke, come as planned")
    assert (opened.status, "The patient was faster" in opened.text) == (409, True)
    assert "Sore skin" in opened.text
    assert Appointment.objects.get(pk=asked.pk).clinician_check == "needed"
    opened.press("Spoke, come as planned")
    assert Appointment.objects.get(pk=asked.pk).clinician_check == "cleared"


def test_tries_are_counted_and_the_call_stays(place: Location) -> None:
    task = ring_me(place, leave_message=True)
    client = receptionist(place)
    client.post(page_of(task, "try"), {"result": "no-answer"})
    words = text_of(client.post(page_of(task, "try"), {"result": "left-message"}, follow=True))
    assert "Tried 2 times: No answer" in words
    assert [each.result for each in task.attempts.all()] == ["no-answer", "left-message"]


def test_a_message_is_left_only_where_the_patient_allows_it(place: Location) -> None:
    task = ring_me(place)
    client = receptionist(place)
    assert "Left a message" not in text_of(client.get(page_of(task)))
    refused = client.post(page_of(task, "try"), {"result": "left-message"})
    assert "This patient asked us not to leave a message." in text_of(refused)
    assert not CallAttempt.objects.exists()


def test_giving_up_is_offered_after_enough_tries_and_releases_the_time(
    place: Location, clock: time_machine.Coordinates
) -> None:
    task = health_call(place)
    version = task.appointment.version
    early = nurse(place).post(page_of(task, "give_up"), {"expected_version": version})
    assert "Please try 3 times on 2 days first." in text_of(early)
    for hours in (0, 1, 24):
        clock.move_to(NOW + dt.timedelta(hours=hours))
        assert "Could not reach" not in text_of(nurse(place).get(page_of(task)))
        nurse(place).post(page_of(task, "try"), {"result": "no-answer"})
    assert "Could not reach: write and release the time" in text_of(nurse(place).get(CALLS))
    done = nurse(place).post(page_of(task, "give_up"), {"expected_version": version}, follow=True)
    assert "was declined and its time is free" in text_of(done)
    appointment = Appointment.objects.get(pk=task.appointment_id)
    assert (appointment.status, appointment.events.last().reason_code) == (Status.CANCELLED, "not-reached")
    assert Message.objects.filter(kind="declined").exists()


def test_giving_up_on_a_changed_request_closes_the_call_and_says_who_was_faster(
    place: Location, clock: time_machine.Coordinates
) -> None:
    task = health_call(place)
    for hours in (0, 1, 24):
        clock.move_to(NOW + dt.timedelta(hours=hours))
        nurse(place).post(page_of(task, "try"), {"result": "no-answer"})
    done = nurse(place).post(
        page_of(task, "give_up"), {"expected_version": task.appointment.version + 1}, follow=True
    )
    assert "was not released" in text_of(done)
    assert Appointment.objects.get(pk=task.appointment_id).status == Status.PENDING


def test_a_booked_appointment_stays_where_nobody_could_be_reached(
    place: Location, clock: time_machine.Coordinates
) -> None:
    """What she was promised stays hers: only a person who decides it calls off a booked time. A mark warns the nurse."""
    booked = cast.make_booked(place)
    services.answer_again(
        appointment_id=booked.pk,
        expected_version=booked.version,
        answers=desk_cast.RINGING,
        by_phone=False,
        actor=services.PATIENT,
        now=NOW,
    )
    task, letters = booked.call_tasks.get(why="health"), Message.objects.count()
    version = Appointment.objects.get(pk=booked.pk).version
    for hours in (0, 1, 24):
        clock.move_to(NOW + dt.timedelta(hours=hours))
        nurse(place).post(page_of(task, "try"), {"result": "no-answer"})
    assert "Could not reach" in text_of(nurse(place).get(page_of(task)))
    assert "release the time" not in text_of(nurse(place).get(page_of(task)))
    done = nurse(place).post(page_of(task, "give_up"), {"expected_version": version}, follow=True)
    assert "stands; please decide about it" in text_of(done)
    kept = Appointment.objects.get(pk=booked.pk)
    assert (kept.status, kept.starts_at, kept.version) == (Status.BOOKED, booked.starts_at, version)
    assert Message.objects.count() == letters
    assert "! Not now" in text_of(nurse(place).get(page_of(kept)))


def test_words_to_tell_are_read_by_reception(place: Location) -> None:
    cast.make_request(place, patient=cast.make_details(email=""))
    task = CallTask.objects.get(why="tell")
    words = text_of(receptionist(place).get(page_of(task)))
    assert "What to say" in words
    assert "Spoke, told them" in words


def test_a_call_for_a_whole_country_shows_to_its_clinics_alone(place: Location) -> None:
    other = cast.make_clinic("dublin")
    task = ring_me(None, country="IE")
    assert "Carol Caller" in text_of(receptionist(other).get(CALLS))
    assert receptionist(other).post(page_of(task, "try"), {"result": "no-answer"}).status_code == 302
    assert "Carol Caller" not in text_of(receptionist(place).get(CALLS))
    assert receptionist(place).get(page_of(task)).status_code == 404


def test_a_get_never_closes_a_call(place: Location) -> None:
    task = ring_me(place)
    client = receptionist(place)
    for press in ("close", "try", "give_up"):
        assert client.get(page_of(task, press), {"outcome": "done", "result": "no-answer"}).status_code == 405
    assert not CallTask.objects.get(pk=task.pk).outcome
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize(
    ("press", "given"),
    [
        ("close", {"outcome": "\x00"}),
        ("close", {"outcome": "come", "reason": "a\x00b"}),
        ("close", {"outcome": "not-now", "reason": "x" * 5000}),
        ("try", {"result": "flew away"}),
        ("give_up", {"expected_version": "9" * 40}),
    ],
)
def test_what_nobody_can_press_is_refused_in_words(
    place: Location, press: str, given: dict[str, str]
) -> None:
    task = health_call(place)
    response = nurse(place).post(page_of(task, press), given)
    assert response.status_code == 422
    assert "We could not read that." in text_of(response)
    assert not CallTask.objects.get(pk=task.pk).outcome


def test_it_asks_each_table_as_often_for_fifty_as_for_five(place: Location) -> None:
    client = nurse(place)
    for nth in range(5):
        CallAttempt.objects.create(
            task=ring_me(None if nth % 2 else place), result="no-answer", at=NOW, by=cast.User.objects.get()
        )
    with desk_cast.queries() as few:
        client.get(CALLS)
    for nth in range(45):
        CallAttempt.objects.create(
            task=ring_me(None if nth % 2 else place), result="no-answer", at=NOW, by=cast.User.objects.get()
        )
    with desk_cast.queries() as many:
        assert text_of(client.get(CALLS)).count("Words and outcomes") == 50
    assert many == few
    assert all(times == 1 for table, times in many.items() if table != "auth_user")


def test_nobody_waiting_is_said(place: Location) -> None:
    assert "Nobody waits for a call." in text_of(receptionist(place).get(CALLS))
    assert FREE_TIME > NOW
