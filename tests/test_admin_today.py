"""Today, the staff home page: who comes, what to know, what to press next, and what reception does not see."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment
from bookings.services import Visit
from clinic.models import Clinician, Location, Message
from tests import cast, desk_cast, today_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import at, manager, nurse, page_of, press, queries, receptionist, superuser, text_of
from tests.today_cast import DAY, HALF_HOUR, MORNING, TODAY, booked

clock, place = today_cast.clock, today_cast.place
pytestmark = [pytest.mark.django_db, pytest.mark.both]


# --- The list -----------------------------------------------------------------------------------------------------
def test_people_stand_in_the_order_of_the_day_with_age_and_kind(place: Location) -> None:
    booked(place, 2, "Carol Second")
    booked(place, 0, "Anna First")
    words = text_of(nurse(place).get(DAY))
    assert words.index("Anna First") < words.index("Carol Second")
    assert "10:15am Anna First, 68 · first visit" in words
    assert "2 people. Next: 10:15am, Anna F." in words


def test_the_names_of_the_day_before_and_of_another_clinic_are_not_on_it(place: Location) -> None:
    booked(place, 0, "Anna First")
    there = cast.make_clinic("london")
    booked(there, 1, "Lena London")
    client = at(cast.make_staff("both", "receptionist", place, there))
    assert "Lena London" not in text_of(client.get(f"{DAY}&clinic=maidenhead"))
    assert "Anna First" not in text_of(client.get(f"{DAY}&clinic=london"))
    assert "Anna First" not in text_of(client.get(f"{TODAY}?day=2027-03-03&clinic=maidenhead"))


def test_a_clinic_that_is_not_hers_shows_her_own(place: Location) -> None:
    booked(cast.make_clinic("london"), 0, "Lena London")
    words = text_of(receptionist(place).get(f"{DAY}&clinic=london"))
    assert "at Maidenhead" in words
    assert "Lena London" not in words


def test_mine_is_one_clinicians_list_at_all_her_clinics(place: Location) -> None:
    there = cast.make_clinic("london")
    booked(place, 0, "Anna Mine")
    booked(there, 2, "Lena Other")
    user = cast.make_staff("ash", "clinician", place, there)
    Clinician.objects.filter(name="Nurse Demo Maidenhead").update(user=user)
    words = text_of(at(user).get(f"{DAY}&clinic=mine"))
    assert "Anna Mine" in words
    assert "Lena Other" not in words


def test_a_session_is_counted_and_the_last_visit_is_told(place: Location) -> None:
    cast.make_session(place, visit=Visit(decision="treat", sessions_planned=4))
    words = text_of(nurse(place).get(DAY))
    assert "session 1 of about 4" in words
    assert "Last here 2 February (28 days). We agreed on treatment." in words


def test_free_times_and_breaks_stand_between(place: Location) -> None:
    booked(place, 0)
    words = text_of(nurse(place).get(DAY))
    assert "9:00am Free, 1 hour 15 minutes Add" in words
    assert "10:45am Free, 6 hours 15 minutes" in words


def test_what_is_closed_is_not_free(place: Location) -> None:
    cast.make_closure(FREE_TIME.replace(hour=12), FREE_TIME.replace(hour=17))
    assert "Free, 3 hours" in text_of(nurse(place).get(DAY))


def test_cancelled_and_held_times_are_no_people(place: Location) -> None:
    cast.act(services.cancel, booked(place, 0, "Anna Gone"), now=NOW)
    services.hold(
        key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME + HALF_HOUR, now=NOW
    )
    words = text_of(nurse(place).get(DAY))
    assert "Nobody is expected" in words
    assert "Anna Gone" not in words


def test_it_says_whom_to_ring_before_when(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    Appointment.objects.filter(pk=asked.pk).update(ring_by=MORNING + dt.timedelta(hours=1))
    assert "1 to ring: Brigid T before 9am" in text_of(nurse(place).get(DAY))
    Appointment.objects.filter(pk=asked.pk).update(ring_by=MORNING - dt.timedelta(days=1))
    page = nurse(place).get(DAY)
    assert "! 1 to ring: Brigid T, late since Monday 1 March" in text_of(page)
    assert '<span class="mark mark-late">! 1 to ring' in page.content.decode()


@pytest.mark.parametrize("day", ["", "tomorrow", "2027-02-30", "0001-01-01", "9999-12-31", "2027-03-02x" * 9])
def test_a_day_that_is_none_shows_a_day(place: Location, day: str) -> None:
    assert nurse(place).get(TODAY, {"day": day, "who": "x"}).status_code == 200


def test_the_line_on_top_says_what_waits_besides(place: Location) -> None:
    desk_cast.ringing_request(place)
    Message.objects.update(status=Message.Status.DEAD)
    Appointment.objects.update(answer_by=dt.date(2027, 3, 1))
    words = text_of(receptionist(place).get(DAY))
    assert "1 request waiting! 1 overdue · 1 call · ! 1 message not sent" in words.replace(" !", "!").replace(
        "·!", "· !"
    )


# --- What to know, and who may -------------------------------------------------------------------------------------
def test_marks_stand_with_the_most_serious_first(place: Location) -> None:
    ticks = {1: frozenset({"clot"}), 2: frozenset(), 3: frozenset({"blood-thinners"})}
    answers = {page: cast.PageAnswer(codes, none=not codes) for page, codes in ticks.items()}
    cast.make_request(place, answers=answers, travel_on=dt.date(2027, 3, 12))
    words = text_of(nurse(place).get(DAY))
    marks = [
        "! Doctor first",
        "! Past clot",
        "! Blood thinners",
        "! Travels 12 March, 10 days",
        "? Nurse to ring",
    ]
    assert [words.index(mark) for mark in marks] == sorted(words.index(mark) for mark in marks)


def test_who_gave_no_answers_yet_says_so_after_what_is_known(place: Location) -> None:
    cast.make_request(place, by_phone=True, answers=None, travel_on=dt.date(2027, 3, 12))
    words = text_of(nurse(place).get(DAY))
    assert "! Travels 12 March, 10 days ? Health answers by phone: not yet rung" in words


def test_what_would_help_stands_in_the_words_of_staff(place: Location) -> None:
    booked(place, 0, access_needs=["step-free", "chaperone", "faints"])
    words = text_of(receptionist(place).get(DAY))
    assert (
        "020 7946 0000, may leave a message. Step-free room. Wants a chaperone. Faints with needles." in words
    )


def test_reception_sees_the_same_page_without_answers(place: Location) -> None:
    desk_cast.ringing_request(place, area="wider")
    for client in (receptionist(place), manager(place)):
        words = text_of(client.get(DAY))
        assert "? Nurse to ring first" in words
        for told in (*desk_cast.ANSWER_WORDS, "Doctor first", "Health answers"):
            assert told not in words


def test_a_clinician_of_another_clinic_sees_none_either(place: Location) -> None:
    there = cast.make_clinic("london")
    desk_cast.ringing_request(place)
    user = cast.make_staff("half", "clinician", there)
    cast.Membership.objects.create(user=user, location=place, role="receptionist")
    words = text_of(at(user).get(f"{DAY}&clinic=maidenhead"))
    assert "Brigid Test" in words
    assert "Past clot" not in words


def test_earlier_visits_at_a_clinic_that_is_not_hers_are_not_told(place: Location) -> None:
    seen = cast.make_seen(cast.make_clinic("london"))
    services.follow_up(
        key=uuid4(),
        patient_id=seen.patient_id or 0,
        booking=services.PhoneBooking(place, cast.make_service("session"), FREE_TIME),
        actor=cast.make_actor(cast.make_staff("two", "clinician", place, seen.location)),
        now=NOW,
    )
    words = text_of(receptionist(place).get(DAY))
    assert "Brigid Test" in words
    assert "Last here" not in words


# The tables that the page asks, each once for what stands beside it.
THE_DAY = "bookings_appointment bookings_screeninganswer bookings_workingpattern bookings_closure"
ON_TOP = "bookings_appointment bookings_calltask clinic_message"
CHOSEN = "bookings_calltask bookings_consent"
WHOSE = "clinic_location clinic_clinician"
ANY_PAGE = "django_session auth_user clinic_membership clinic_trailrow"


@pytest.mark.parametrize("people", [1, 8])
def test_a_day_costs_four_queries_whatever_the_number_of_people(place: Location, people: int) -> None:
    client = nurse(place)
    for nth in range(people):
        booked(place, nth, f"Person {nth}")
    client.get(DAY)
    with queries() as asked:
        client.get(DAY)
    assert len(THE_DAY.split()) == 4
    assert asked == Counter(f"{THE_DAY} {ON_TOP} {CHOSEN} {WHOSE} {ANY_PAGE}".split())


# --- What to press ------------------------------------------------------------------------------------------------
def test_one_press_says_that_she_is_here_and_leads_back(place: Location) -> None:
    row = booked(place, 0)
    client = receptionist(place)
    assert "Arrived" in text_of(client.get(DAY))
    page = press(client, row, "arrive", back="today")
    assert page.redirect_chain[-1][0] == f"{TODAY}?clinic=maidenhead&day=2027-03-02"
    assert "● Here" in text_of(page)


def test_nobody_arrives_before_the_day(place: Location, clock: time_machine.Coordinates) -> None:
    booked(place, 0)
    clock.move_to(MORNING - dt.timedelta(days=1))
    assert "Arrived" not in text_of(receptionist(place).get(DAY))


def test_nothing_has_changed_is_one_press_and_is_kept(place: Location) -> None:
    session = cast.make_session(place)
    here = cast.act(services.arrive, session, cast.make_desk(place), now=MORNING)
    page = press(nurse(place), here, "unchanged", back="today")
    assert "Noted: nothing has changed" in text_of(page)
    assert here.answers.filter(answered_on=dt.date(2027, 3, 2)).exists()


def test_at_a_session_she_is_asked_before_anything_is_written_down(place: Location) -> None:
    here = cast.act(services.arrive, cast.make_session(place), cast.make_desk(place), now=MORNING)
    client = nurse(place)
    assert f'href="{TODAY}?clinic=maidenhead&amp;day=2027-03-02&amp;who={here.pk}#chosen">Ask<' in (
        client.get(DAY).content.decode()
    )
    page = press(client, here, "unchanged", back="today")
    assert f'who={here.pk}#after">After visit<' in page.content.decode()


def test_another_answer_is_taken_down_with_what_was_ticked_before(place: Location) -> None:
    here = cast.act(services.arrive, cast.make_session(place), cast.make_desk(place), now=MORNING)
    client, url = nurse(place), page_of(here, "answers")
    assert "Have any of these ever happened to you?" in text_of(client.get(url))
    posted = {
        "expected_version": here.version,
        "back": "today",
        "list1-ticks": ["clot"],
        "list2-ticks": ["none"],
    }
    assert client.post(url, posted).status_code == 422
    page = client.post(url, {**posted, "list3-ticks": ["blood-thinners"]}, follow=True)
    assert "! Past clot" in text_of(page)
    here.refresh_from_db()
    assert here.doctor_first


@pytest.mark.parametrize("action", ["unchanged", "answers", "visit"])
def test_only_a_clinician_of_the_clinic_presses_these(place: Location, action: str) -> None:
    here = cast.act(services.arrive, cast.make_session(place), cast.make_desk(place), now=MORNING)
    for client in (receptionist(place), manager(place), superuser()):
        assert client.post(page_of(here, action), {"expected_version": here.version}).status_code == 403
    stranger = nurse(cast.make_clinic("london"))
    assert stranger.post(page_of(here, action), {"expected_version": here.version}).status_code == 404


# --- The day sheet ------------------------------------------------------------------------------------------------
def test_from_4pm_the_next_day_can_be_printed(place: Location, clock: time_machine.Coordinates) -> None:
    assert "Print tomorrow" not in text_of(nurse(place).get(TODAY))
    clock.move_to(MORNING.replace(hour=15, minute=59))
    assert "Print tomorrow" not in text_of(nurse(place).get(TODAY))
    clock.move_to(MORNING.replace(hour=16))
    page = nurse(place).get(TODAY)
    assert "Print tomorrow" in text_of(page)
    assert "js/print.js" not in page.content.decode()
    sheet = f"{TODAY}?clinic=maidenhead&amp;day=2027-03-03&amp;print=1"
    assert sheet in page.content.decode()
    assert "js/print.js" in nurse(place).get(sheet.replace("&amp;", "&")).content.decode()
