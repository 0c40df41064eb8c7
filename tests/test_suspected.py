"""What looks as if a machine had sent it: kept, shown apart, told to nobody until staff say that a person sent it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, CallTask, LinkAsked
from bookings.services.errors import ChangedByAnother, NotAllowed
from bookings.services.suspecting import NotSuspected, release, say_real
from clinic import suspicion
from clinic.forms.guarded import OPEN_LONG
from clinic.models import Complaint, Feedback, Location, Message
from clinic.suspicion import Pace
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import QUEUE, RINGING, receptionist, text_of
from tests.reader import Reader
from tests.test_journey import fill_details, send, to_check, to_details
from treatments.models import Fee

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

RELEASE = f"{QUEUE}release/"
SECOND = dt.timedelta(seconds=1)
Clock = Any


@pytest.fixture(autouse=True)
def real_pace(settings: Any) -> None:
    settings.FORM_LEAST_SECONDS, settings.FORM_MOST_HOURS = 2, 4


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    place = cast.make_clinic()
    Location.objects.filter(pk=place.pk).update(notify_email="desk@example.org")
    place.refresh_from_db()
    return place


def suspect(place: Location, nth: int = 0, **wish: Any) -> Appointment:
    starts_at = FREE_TIME + nth * dt.timedelta(minutes=30)
    patient = cast.make_details(name=f"Bot {nth}", email=f"victim{nth}@example.org")
    given = cast.make_wish(place, starts_at=starts_at, **wish)
    return services.request(key=uuid4(), wish=given, patient=patient, suspected=True, now=NOW)


def to_patients() -> int:
    return Message.objects.filter(audience="patient").count()


# --- The pace of a form -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "pace"),
    [
        (0, Pace.DOUBTFUL),
        (1.8, Pace.DOUBTFUL),
        (2, Pace.FINE),
        (4 * 3600, Pace.FINE),
        (4 * 3600 + 1, Pace.OLD),
        (-60, Pace.DOUBTFUL),
    ],
)
def test_too_fast_is_doubted_and_too_old_is_told(seconds: float, pace: Pace) -> None:
    stamp = suspicion.stamp("ring-me", NOW)
    assert suspicion.pace("ring-me", stamp, NOW + seconds * SECOND) == pace


def test_a_time_that_we_did_not_sign_for_this_form_is_doubted() -> None:
    later = NOW + 60 * SECOND
    stamp = suspicion.stamp("ring-me", NOW)
    for forged in ("", "x", stamp[:-1], f"{stamp}x", stamp.swapcase(), "\x00", "é" * 400):
        assert suspicion.pace("ring-me", forged, later) == Pace.DOUBTFUL, forged
    assert suspicion.pace("feedback", stamp, later) == Pace.DOUBTFUL


# --- The journey ------------------------------------------------------------------------------------------------
def test_a_person_who_takes_two_seconds_is_told_by_mail_as_ever(place: Location, clock: Clock) -> None:
    reader = to_check(Reader())
    clock.shift(2)
    assert send(reader).h1 == "We have your request"
    assert not Appointment.objects.get().suspected
    assert to_patients() == 1


def test_a_fast_one_sees_the_same_page_keeps_her_time_and_reaches_staff(
    place: Location, clock: Clock
) -> None:
    slow = to_check(Reader())
    clock.shift(3)
    send(slow)
    before = slow.text
    cast.make_second_pair(place)
    fast = send(to_check(Reader()))
    made = Appointment.objects.latest("pk")
    assert (made.suspected, made.status) == (True, Status.PENDING)
    assert [fast.status, fast.h1] == [200, "We have your request"]
    assert len(fast.text.split()) == len(before.split())
    assert to_patients() == 1  # the slow one's
    assert Message.objects.filter(audience="staff").count() == 2
    assert fast.click("See your request, move or cancel it").status == 200


@pytest.mark.parametrize("stamp", [None, "", "forged"])
def test_without_our_signed_time_it_is_suspected_and_not_refused(
    place: Location, clock: Clock, stamp: str | None
) -> None:
    reader = to_check(Reader())
    clock.shift(60)
    form = {**reader.values(), "agree": ["on"], "shown": [stamp or ""]}
    if stamp is None:
        del form["shown"]
    assert reader.client.post("/book/check/", form)["Location"] == "/book/sent/"
    assert Appointment.objects.get().suspected


@pytest.mark.parametrize("page", ["details", "check"])
def test_a_filled_trap_is_suspected_and_never_an_error(place: Location, clock: Clock, page: str) -> None:
    reader = to_details(Reader())
    if page == "details":
        reader.fill("Leave this empty", "https://spam.example")
    fill_details(reader)
    assert reader.h1 == "Check your request"
    clock.shift(60)
    if page == "check":
        reader.fill("Leave this empty", "https://spam.example")
    assert send(reader).h1 == "We have your request"
    assert Appointment.objects.get().suspected
    assert to_patients() == 0
    assert "spam" not in str(list(Appointment.objects.values()))


def test_a_trap_filled_once_by_chance_and_emptied_again_is_forgotten(place: Location, clock: Clock) -> None:
    reader = fill_details(to_details(Reader()).fill("Leave this empty", "x"))
    fill_details(reader.open("/book/details/"))
    clock.shift(60)
    send(reader)
    assert not Appointment.objects.get().suspected


def test_a_form_that_lay_open_for_hours_comes_again_filled_in(place: Location, clock: Clock) -> None:
    reader = (
        Reader().open("/book/ring-me/").fill("Your name", "Brigid Test").fill("Phone number", "020 7946 0000")
    )
    reader.choose("Any clinic in the UK").choose("Any time").choose("Yes")
    clock.shift(5 * 3600)
    reader.press("Ring me")
    assert reader.status == 422
    assert OPEN_LONG in reader.text
    assert reader.values()["name"] == ["Brigid Test"]
    assert not CallTask.objects.exists()
    clock.shift(3)
    assert reader.press("Ring me").h1 == "We will ring you"
    assert CallTask.objects.get().kind == ""


def test_what_was_to_put_right_keeps_the_time_of_the_first_look(place: Location, clock: Clock) -> None:
    reader = to_check(Reader())
    clock.shift(60)
    reader.press("Send my request")
    assert reader.status == 422
    assert send(reader).h1 == "We have your request"  # at once: she had read it before
    assert not Appointment.objects.get().suspected


# --- The other forms --------------------------------------------------------------------------------------------
RING = {"name": "A", "phone": "020 7946 0000", "place": "GB", "ring_when": "any", "leave_message": "no"}


def test_a_call_that_a_machine_asks_for_is_on_the_list_and_says_so(place: Location) -> None:
    assert Client().post("/book/ring-me/", RING)["Location"] == "/book/ring-me/sent/"
    words = text_of(receptionist(place).get("/admin/bookings/calltask/"))
    assert "? Suspected" in words
    assert "looks as if a machine had sent it" in words


def test_a_suspected_complaint_is_kept_and_its_address_gets_no_mail(place: Location) -> None:
    client = Client()
    client.post("/complaints/write/", {"text": "Late.", "name": "A", "email": "victim@example.org"})
    made = Complaint.objects.get()
    assert (made.suspected, made.text, to_patients()) == (True, "Late.", 0)
    page = text_of(client.get("/complaints/sent/"))
    assert "We have sent you a message" not in page
    assert "write your reference down" in page
    boss = desk_cast.manager()
    assert "? Suspected" in text_of(boss.get("/admin/clinic/complaint/"))
    assert "no message to the address" in text_of(boss.get(f"/admin/clinic/complaint/{made.pk}/change/"))


def test_suspected_feedback_is_kept_and_marked(place: Location, clock: Clock) -> None:
    Client().post("/feedback/", {"helped": "Buy pills"})
    reader = Reader().open("/feedback/").fill("What helped you?", "The drawings")
    clock.shift(5)
    reader.press("Send")
    assert list(Feedback.objects.order_by("pk").values_list("helped", "suspected")) == [
        ("Buy pills", True),
        ("The drawings", False),
    ]


def test_a_machine_that_asks_for_a_link_gets_the_same_answer_and_no_mail_is_asked_for(
    place: Location,
) -> None:
    booked = cast.make_booked(place)
    email = booked.patient.email  # type: ignore[union-attr]
    answers = [
        Client().post("/book/find/", {"email": email, "website": spam})["Location"] for spam in ("", "x")
    ]
    assert len(set(answers)) == 1
    assert LinkAsked.objects.count() == 1


@pytest.mark.parametrize("url", ["/book/ring-me/", "/complaints/write/", "/feedback/", "/book/find/"])
def test_the_trap_is_shown_to_nobody_and_says_what_it_is(place: Location, url: str) -> None:
    reader = Reader().open(url)
    box = next(each for each in reader.page.iter("input") if each.get("name") == "website")
    around = reader._parents[box]
    assert (around.get("class"), around.get("aria-hidden")) == ("spare", "true")
    assert (box.get("tabindex"), box.get("autocomplete"), box.get("value")) == ("-1", "off", None)
    assert "Leave this empty" in "".join(around.itertext())
    last = [each for each in reader.page.iter("input") if each.get("type") not in ("hidden", "submit")][-1]
    assert last is box


# --- At the desk ------------------------------------------------------------------------------------------------
def test_the_queue_shows_them_apart_and_a_flood_of_them_hides_nobody(place: Location) -> None:
    suspect(place)
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=2))
    words = text_of(receptionist(place).get(QUEUE))
    assert words.index("Brigid Test") < words.index("Suspected") < words.index("Bot 0")
    assert "1 waiting" in words
    assert "Suspected" not in text_of(receptionist(cast.make_location("dublin")).get(QUEUE))


def test_it_is_real_writes_to_the_patient_and_leaves_a_line(place: Location) -> None:
    made = suspect(place)
    reader = Reader(receptionist(place)).open(QUEUE).press("It is real")
    made.refresh_from_db()
    assert (made.suspected, made.status, made.version) == (False, Status.PENDING, 2)
    assert Message.objects.get(audience="patient").kind == "received"
    assert reader.url == QUEUE
    assert "Release suspected" not in reader.text
    assert LogEntry.objects.get().change_message == "Said to be real."


def test_of_two_who_decide_one_wins(place: Location) -> None:
    made, actor = suspect(place), cast.make_desk(place)
    given: dict[str, Any] = {"appointment_id": made.pk, "actor": actor, "now": NOW}
    say_real(expected_version=made.version, **given)
    with pytest.raises(ChangedByAnother):
        say_real(expected_version=made.version, **given)
    with pytest.raises(NotSuspected):
        release(expected_version=made.version, **given)
    assert Appointment.objects.get().status == Status.PENDING


def test_only_staff_of_the_clinic_may_say_it(place: Location) -> None:
    made = suspect(place)
    for actor in (cast.make_desk(cast.make_location("dublin")), services.SYSTEM, services.PATIENT):
        with pytest.raises(NotAllowed):
            say_real(appointment_id=made.pk, expected_version=made.version, actor=actor, now=NOW)
    stranger = receptionist(cast.make_location("dublin"))
    for verb in ("real", "queue/release"):
        url = f"/admin/bookings/appointment/{made.pk}/real/" if verb == "real" else RELEASE
        stranger.post(url, {"expected_version": made.version, "chosen": f"{made.pk}.{made.version}"})
    made.refresh_from_db()
    assert (made.suspected, made.status) == (True, Status.PENDING)


def test_released_together_they_free_their_times_and_write_to_nobody(place: Location) -> None:
    for nth in range(4):
        suspect(place, nth, answers=RINGING)
    real = cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=4))
    before = Message.objects.count()
    reader = Reader(receptionist(place)).open(QUEUE).click("Release suspected requests")
    assert Appointment.objects.filter(status=Status.PENDING).count() == 5  # looking changes nothing
    assert "Nothing is sent to anybody" in reader.text
    kept = Appointment.objects.get(patient__name="Bot 2")
    ticks = [value for value in reader.values()["chosen"] if value != f"{kept.pk}.{kept.version}"]
    reader.client.post(RELEASE, {**reader.values(), "chosen": ticks})
    assert set(Appointment.objects.filter(status=Status.PENDING)) == {kept, real}
    assert Message.objects.count() == before
    assert not CallTask.objects.open().exclude(appointment=kept).exists()
    assert Appointment.objects.blocking(NOW).count() == 2


@pytest.mark.parametrize("chosen", [[], ["x"], ["1"], ["1.x"], ["9" * 30 + ".1"], ["\x00.1", "1.1\x00"]])
def test_nonsense_releases_nothing(place: Location, chosen: list[str]) -> None:
    suspect(place)
    assert receptionist(place).post(RELEASE, {"chosen": chosen}).status_code == 422
    assert Appointment.objects.get().status == Status.PENDING


def test_what_changed_meanwhile_is_not_released(place: Location) -> None:
    one, other = suspect(place, 0), suspect(place, 1)
    seen = [f"{each.pk}.{each.version}" for each in (one, other)]
    say_real(appointment_id=one.pk, expected_version=one.version, actor=cast.make_desk(place), now=NOW)
    client = receptionist(place)
    words = text_of(client.post(RELEASE, {"chosen": seen}, follow=True))
    assert "This request is real" in words or "said that this request is real" in words
    assert "Released: 1" in words
    assert set(Appointment.objects.filter(status=Status.PENDING)) == {one}


def test_confirming_one_takes_it_for_real_and_tells_her(place: Location) -> None:
    made = suspect(place)
    done = cast.act(services.confirm, made, cast.make_desk(place))
    assert (done.suspected, done.status) == (False, Status.BOOKED)
    assert Message.objects.get(audience="patient").kind == "confirmed"


def test_declining_moving_and_cancelling_one_writes_to_nobody(place: Location) -> None:
    desk = cast.make_desk(place)
    for nth, verb in enumerate((services.decline, services.cancel)):
        cast.act(verb, suspect(place, nth), desk, reason_code="no-time")
    assert to_patients() == 0


def test_one_is_never_confirmed_by_itself(place: Location) -> None:
    Fee.objects.create(service="consultation", country="GB", currency="GBP", amount=100, includes="The talk")
    Location.objects.filter(pk=place.pk).update(auto_confirm=True)
    place.refresh_from_db()
    assert suspect(place).status == Status.PENDING
    assert cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=2)).status == Status.BOOKED


def test_the_list_and_the_page_say_so(place: Location) -> None:
    made, client = suspect(place), receptionist(place)
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=2))
    words = text_of(client.get("/admin/bookings/appointment/?suspected=yes"))
    assert "Bot 0" in words
    assert "Brigid Test" not in words
    page = text_of(client.get(f"/admin/bookings/appointment/{made.pk}/change/"))
    assert "? Suspected" in page
    assert "It is real" in page
    asked = text_of(client.get(f"/admin/bookings/appointment/{made.pk}/decline/"))
    assert "nothing is sent to the address" in asked
