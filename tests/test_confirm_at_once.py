"""A clinic may confirm by itself what nobody need look at: one mail, one event by the system, and never more than that."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from bookings.life import Status
from bookings.models import Appointment
from clinic.models import Location, Message
from tests import cast, desk_cast
from tests.cast import NOW, PageAnswer
from tests.reader import Reader
from tests.test_journey import fill_details, send, to_check, to_health
from treatments.models import Fee

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def tell_fee(country: str = "GB") -> None:
    Fee.objects.create(
        service="consultation", country=country, currency="GBP", amount=Decimal("100.00"), includes="The talk"
    )


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    made = cast.make_clinic()
    made.auto_confirm, made.notify_email = True, "desk@example.org"
    made.save()
    tell_fee()
    return made


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_request_without_any_health_reason_is_confirmed_at_once(place: Location) -> None:
    made = cast.make_request(place)
    assert made.status == Status.BOOKED
    assert kinds() == ["confirmed"]
    told = Message.objects.get()
    assert (told.to_address, told.calendar_method) == ("brigid@example.org", "REQUEST")


def test_the_events_say_that_she_asked_and_the_system_confirmed(place: Location) -> None:
    made = cast.make_request(place)
    events = made.events.values_list("verb", "by", "to_status", "reason_code", "version")
    assert list(events) == [
        ("request", "patient", Status.PENDING, "", made.version - 1),
        ("confirm", "system", Status.BOOKED, "at-once", made.version),
    ]
    words = desk_cast.text_of(desk_cast.receptionist(place).get(desk_cast.page_of(made)))
    assert "Confirmed by the system: at once." in words


def test_the_same_form_twice_is_one_appointment_and_one_mail(place: Location) -> None:
    key = cast.uuid4()
    first, second = (cast.make_request(place, key=key) for _ in range(2))
    assert first == second
    assert kinds() == ["confirmed"]


NOT_AT_ONCE: dict[str, dict[str, Any]] = {
    "a reason that a nurse reads": {
        "answers": {**cast.NONE_TICKED, 3: PageAnswer(ticks=frozenset({"smoke"}))}
    },
    "veins that may need a scan": {"area": "both"},
    "a reason to ring": {"answers": desk_cast.RINGING},
    "a list she is not sure of": {"answers": {**cast.NONE_TICKED, 2: PageAnswer(unsure=True)}},
    "the questions by phone": {"answers": None, "by_phone": True},
    "no email": {"patient": cast.make_details(email="")},
}


@pytest.mark.parametrize("why", NOT_AT_ONCE)
def test_everything_else_waits_for_a_person(place: Location, why: str) -> None:
    assert cast.make_request(place, **NOT_AT_ONCE[why]).status == Status.PENDING
    assert "confirmed" not in kinds()


def test_what_a_machine_may_have_sent_waits_for_a_person(place: Location) -> None:
    made = cast.services.request(
        key=cast.uuid4(), wish=cast.make_wish(place), patient=cast.make_details(), suspected=True, now=NOW
    )
    assert made.status == Status.PENDING
    assert "confirmed" not in kinds()


def test_a_clinic_that_did_not_ask_for_it_answers_itself(place: Location) -> None:
    Location.objects.update(auto_confirm=False)
    place.refresh_from_db()
    assert cast.make_request(place).status == Status.PENDING
    assert kinds() == ["received", "new_request"]


def test_without_the_fee_of_a_consultation_nothing_is_confirmed_and_the_check_says_so(
    place: Location,
) -> None:
    Fee.objects.filter(service="consultation").update(amount=None)
    assert cast.make_request(place).status == Status.PENDING
    said = StringIO()
    call_command("check", databases=["default"], stdout=said, stderr=said)
    assert "Maidenhead is set to confirm requests at once, and does not" in said.getvalue()
    Fee.objects.filter(service="consultation").update(amount=Decimal("0.00"))
    said = StringIO()
    call_command("check", databases=["default"], stdout=said, stderr=said)
    assert "confirm requests at once" not in said.getvalue()


def test_the_check_page_says_that_the_time_is_hers_at_once(place: Location) -> None:
    reader = to_check(Reader())
    assert "Press the button, and the time is yours. We confirm it by email" in reader.text
    assert "This is a request." not in reader.text


@pytest.mark.parametrize("why", ["a tick", "no email", "no fee"])
def test_the_check_page_promises_an_answer_where_a_person_gives_it(place: Location, why: str) -> None:
    if why == "no fee":
        Fee.objects.filter(service="consultation").update(amount=None)
    reader = to_health(Reader())
    for answer in (
        "No, none of these",
        "No, none of these",
        "I smoke" if why == "a tick" else "No, none of these",
    ):
        reader.choose(answer).press("Continue")
    fill_details(reader)
    if why == "no email":
        reader.open("/book/details/").fill("Email", "").press("Continue")
    assert reader.h1 == "Check your request"
    assert "This is a request. We keep the time for you" in reader.text
    assert "the time is yours" not in reader.text


def test_the_sent_page_says_confirmed_and_not_that_we_check(place: Location) -> None:
    reader = send(to_check(Reader()))
    made = Appointment.objects.get()
    assert (reader.url, reader.h1) == ("/book/sent/", "Your appointment is confirmed")
    assert "Tuesday 23 February, 10:15am, at Maidenhead" in reader.text
    assert f"{made.reference[:3]} {made.reference[3:]}" in reader.text
    for untrue in ("We check your request", "We are keeping", "by Friday 19 February"):
        assert untrue not in reader.text
    assert reader.open("/book/sent/").h1 == "Your appointment is confirmed"
    assert (
        reader.client.get("/book/manage/appointment.ics").headers["Content-Type"].startswith("text/calendar")
    )
    assert "Add to calendar" in reader.text
    assert "Confirmed." in reader.click("See your appointment, move or cancel it").text


def test_the_diary_and_not_the_queue_has_it(place: Location) -> None:
    cast.make_request(place)
    client = desk_cast.receptionist(place)
    assert "Nobody waits for an answer" in desk_cast.text_of(client.get(desk_cast.QUEUE))
    assert "Brigid Test" in desk_cast.text_of(client.get(desk_cast.LIST))
