"""What a patient does with her request, in a real browser on a phone without scripts; axe looks at every page she saw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page

from bookings import links, services
from bookings.models import Appointment
from bookings.services import finding
from clinic import outbox
from clinic.models import Location
from tests import cast
from tests.browser import walk
from tests.browser.stops import PHONE, Faults, Show, Stops
from tests.browser.walk import choose, follow, press
from tests.cast import FREE_TIME, NOW

HOUR = dt.timedelta(hours=1)
WANTED = re.compile(r"^10:15am\s?, Tuesday 2 March")  # FREE_TIME, as its button says it
Visitor = Callable[..., Page]
Look = Callable[[Stops], None]


@pytest.fixture
def phone(visitor: Visitor) -> Callable[[], Stops]:
    """A browser on a phone, scripts off."""
    return lambda: Stops(visitor(viewport=PHONE))


@pytest.fixture
def axe_is_content(visitor: Visitor, show: Show, faults: Faults) -> Look:
    return lambda stops: stops.axe(visitor(scripts=True, reduced_motion="reduce"), show, faults)


def link(stops: Stops, name: str) -> None:
    follow(stops.page, stops.page.locator("main").get_by_role("link", name=name).first)


def type_in(stops: Stops, **fields: str) -> None:
    for label, text in fields.items():
        stops.page.get_by_role("textbox", name=label.replace("_", " ")).fill(text)


def value_of(stops: Stops, label: str) -> str:
    return stops.page.get_by_role("textbox", name=label).input_value()


def newest() -> Appointment:
    return Appointment.objects.exclude(patient=None).select_related("location", "patient").latest("pk")


def booked() -> Appointment:
    return cast.make_booked(Location.objects.get(slug="maidenhead"))


def from_her_mail(to: str) -> str:
    """The link in the newest letter to this address, as a path. Everything that is due has gone out."""
    later = timezone.now() + HOUR
    outbox.send_due(now=later, limit=50, clock=lambda: later)
    body = str([each for each in mail.outbox if each.to == [to]][-1].body)
    return re.findall(r"https://testserver(/book/\S+)", body)[0]


def open_link(stops: Stops, appointment: Appointment) -> None:
    stops.page.goto(f"/book/link/{links.token(appointment)}/")


def sent_by_phone_route(stops: Stops) -> None:
    for _ in walk.by_phone(stops.page, WANTED):
        if stops.page.url.endswith("/book/sent/"):
            return


def test_asked_opened_from_the_mail_moved_corrected_and_cancelled(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    stops = phone()
    sent_by_phone_route(stops)
    stops.at("sent", h1="We have your request")
    stops.page.context.clear_cookies()  # she comes back another day
    stops.page.goto(from_her_mail("brigid@example.org"))
    assert stops.page.url.endswith("/book/manage/")
    stops.at("her request", h1="Your request")
    stops.says("Tuesday 2 March, 10:15am", "We are keeping the time for you.")
    link(stops, "Move it")
    stops.at("times", h1="Choose another time at Maidenhead")
    follow(stops.page, stops.page.get_by_role("link", name=re.compile("More times on this day")).first)
    stops.at("a whole day")
    assert stops.page.locator("main form button").count() > 20
    link(stops, "First free times")
    link(stops, "See a month")
    stops.at("a month of times")
    stops.page.go_back()
    cast.make_request(newest().location, starts_at=FREE_TIME + HOUR, patient=cast.make_details(email=""))
    mine = Appointment.objects.get(patient__email="brigid@example.org")
    press(stops.page, re.compile(r"^11:15am\s?, Tuesday 2 March"))
    stops.at("the time is gone", status=409, error=True)
    stops.says("Somebody else has just taken this time", "Your old time is still yours")
    press(stops.page, re.compile(r"^11:45am\s?, Tuesday 2 March"))
    stops.at("moved", h1="Your request")
    stops.says("Your new time is Tuesday 2 March, 11:45am, at Maidenhead.")
    link(stops, "Correct phone or email")
    stops.at("contact")
    type_in(stops, Phone_number="12", Email="nobody")
    press(stops.page, "Save")
    stops.at("contact with slips", status=422, error=True)
    type_in(stops, Phone_number="(01) 500 0000", Email="new@example.org")
    press(stops.page, "Save")
    stops.at("contact saved", h1="Your request")
    stops.says("sent a new link to new@example.org")
    link(stops, "Cancel it")
    stops.at("cancel?", h1="Cancel your request?")
    choose(stops.page, "The cost")
    press(stops.page, "Yes, cancel it")
    stops.at("cancelled")
    stops.says("We have cancelled it.", "Ask for another time")
    mine.refresh_from_db()
    assert (mine.status, mine.starts_at) == ("cancelled", FREE_TIME + 1.5 * HOUR)
    assert mine.events.get(verb="cancel").reason_code == "cost"
    axe_is_content(stops)


def test_a_time_lost_at_the_last_step_leads_to_others_and_nothing_is_typed_twice(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    """She was long at the table; meanwhile the time ran out and somebody else sent for it."""
    stops = phone()
    for stop in walk.by_questions(stops.page, WANTED):
        if stop == "check":
            break
    stops.at("check", h1="Check your request")
    Appointment.objects.filter(status="hold").update(hold_expires_at=NOW - HOUR)
    sent_by_phone_route(phone())
    choose(stops.page, "I ask for this appointment")
    press(stops.page, "Send my request")
    assert stops.page.url.endswith("/book/time/")
    stops.at("the time is gone", error=True)
    stops.says("Somebody else has just taken this time")
    first = stops.page.locator("main").get_by_role("button", name=re.compile("Tuesday 2 March")).first
    assert "10:15am" not in first.inner_text()
    follow(stops.page, first)
    stops.at("check again", h1="Check your request")
    stops.says("Brigid Test", "020 7946 0000", "brigid@example.org", "27 March 1958")
    choose(stops.page, "I ask for this appointment")
    press(stops.page, "Send my request")
    stops.at("sent", h1="We have your request")
    hers, mine = Appointment.objects.exclude(patient=None).order_by("pk")
    assert {hers.starts_at, mine.starts_at} > {FREE_TIME}
    axe_is_content(stops)


def test_a_daughter_asks_for_her_mother_and_then_for_her_father(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    """Somebody else, with slips; then a second person straight after, without typing how to reach her again."""
    stops = phone()
    for _ in walk.to_health(stops.page):
        pass
    press(stops.page, "Ask me all of this on the phone")
    stops.at("details", h1="How do we reach you?")
    link(stops, "I ask for somebody else")
    stops.at("details for another")
    press(stops.page, "Continue")
    stops.at("details for another, nothing typed", status=422, error=True)
    type_in(stops, Your_own_name="Jo Test", Who_are_you_to_them="daughter")
    type_in(stops, Name_of_the_person_who_comes="Mary Test", Their_date_of_birth="1 5 1940")
    type_in(stops, Phone_number="020 7946 0000", Email="jo@example.org")
    choose(stops.page, "You may leave a message")
    press(stops.page, "Continue")
    stops.at("check")
    stops.says("Jo Test, daughter", "Mary Test")
    choose(stops.page, "I ask for this appointment")
    press(stops.page, "Send my request")
    stops.at("check, her own box left out", status=422, error=True)
    choose(stops.page, "I ask for this appointment")
    choose(stops.page, "I ask for somebody else")
    press(stops.page, "Send my request")
    stops.at("sent", h1="We have your request")
    assert (newest().patient.name, newest().patient.asked_by) == ("Mary Test", "Jo Test")
    press(stops.page, "Ask for another person")
    stops.at("start again", h1="Ask for a consultation")
    press(stops.page, "No, I have none of these")
    choose(stops.page, "Both")
    choose(stops.page, "Maidenhead")
    press(stops.page, "Continue")
    press(stops.page, "11:15am")
    press(stops.page, "Ask me all of this on the phone")
    stops.at("details, contact kept")
    assert value_of(stops, "Phone number") == "020 7946 0000"
    assert value_of(stops, "Email") == "jo@example.org"
    assert value_of(stops, "Your own name") == "Jo Test"
    type_in(stops, Who_are_you_to_them="daughter", Name_of_the_person_who_comes="Pat Test")
    type_in(stops, Their_date_of_birth="2 6 1938")
    press(stops.page, "Continue")
    choose(stops.page, "I ask for this appointment")
    choose(stops.page, "I ask for somebody else")
    press(stops.page, "Send my request")
    stops.at("sent for the second", h1="We have your request")
    assert (newest().patient.name, newest().patient.phone) == ("Pat Test", "+442079460000")
    axe_is_content(stops)


def test_a_dead_link_is_sent_again_and_opens(phone: Callable[[], Stops], axe_is_content: Look) -> None:
    made = booked()
    dead = links.token(made)
    Appointment.objects.update(link_version=7)
    stops = phone()
    stops.page.goto(f"/book/link/{dead}/")
    stops.at("a dead link", h1="This link no longer works", status=404)
    link(stops, "Send me the link again")
    stops.at("find")
    press(stops.page, "Send me the link")
    stops.at("find, nothing typed", status=422, error=True)
    type_in(stops, Email="nobody")
    press(stops.page, "Send me the link")
    stops.at("find, a slip", status=422, error=True)
    type_in(stops, Email="Brigid@example.org", Reference=made.reference.lower())
    press(stops.page, "Send me the link")
    stops.at("find, sent", h1="Look in your email")
    finding.send_asked(now=timezone.now())
    stops.page.goto(from_her_mail("brigid@example.org"))
    stops.at("it opens", h1="Your appointment")
    link(stops, "Get the link again")
    stops.at("link again?")
    press(stops.page, "Send me a new link")
    stops.at("a new link is on its way", h1="Your appointment")
    axe_is_content(stops)


def test_after_the_cut_off_the_page_gives_the_phone_and_what_the_clinic_says_of_late_changes(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    policy = "Please tell us as soon as you can. Then somebody else can have the time."
    Location.objects.filter(slug="maidenhead").update(late_policy=policy)
    made, stops = booked(), phone()
    with time_machine.travel(FREE_TIME - 3 * HOUR):
        open_link(stops, made)
        stops.at("late", h1="Your appointment")
        stops.says("0800 783 6106", policy)
        assert stops.page.get_by_role("link", name="Move it").count() == 0
        for page in ("move", "cancel"):
            stops.page.goto(f"/book/manage/{page}/")
            stops.at(f"{page}, late", h1="Please phone us")
            stops.says("0800 783 6106", policy)
            assert stops.page.locator("main button").count() == 0
        tel = stops.page.locator("main a[href^='tel:']").first
        assert tel.get_attribute("href") == "tel:+448007836106"
    made.refresh_from_db()
    assert (made.status, made.starts_at) == ("booked", FREE_TIME)
    axe_is_content(stops)


def test_her_health_has_changed_to_what_waits_and_to_what_a_nurse_rings_about(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    made, stops = booked(), phone()
    open_link(stops, made)
    link(stops, "My health has changed")
    stops.at("changed?", h1="Has anything about your health changed?")
    press(stops.page, "Yes, something has changed")
    stops.at("health 1")
    press(stops.page, "Continue")
    stops.at("health 1, nothing ticked", status=422, error=True)
    choose(stops.page, "No, none of these")
    press(stops.page, "Continue")
    stops.at("health 2")
    choose(stops.page, "I am pregnant")
    press(stops.page, "Continue")
    choose(stops.page, "No, none of these")
    press(stops.page, "Send my answers")
    stops.at("wait", h1="We do not treat leg veins in pregnancy, or while you breastfeed")
    type_in(stops, On_which_date="soon")
    press(stops.page, "Give it back, and email me then")
    stops.at("wait, a slip", status=422, error=True)
    press(stops.page, "Ask a nurse to ring me")
    stops.at("a nurse rings", h1="Your appointment")
    stops.says("A nurse rings you. Your time stays yours.")
    made.refresh_from_db()
    assert (made.status, made.clinician_check) == ("booked", "needed")
    axe_is_content(stops)


def test_control_axe_finds_what_is_planted_in_a_stop(
    phone: Callable[[], Stops], axe_is_content: Look
) -> None:
    stops = phone()
    open_link(stops, booked())
    stops.at("her appointment")
    services.cancel(
        appointment_id=newest().pk, expected_version=newest().version, actor=services.PATIENT, now=NOW
    )
    page = stops.seen["her appointment"]
    planted = page.text.replace("<h1>", '<img src="/static/x.png"><input><h1>')
    stops.seen["her appointment"] = type(page)(page.address, planted, page.status)
    with pytest.raises(AssertionError, match=r"image-alt[\s\S]*label"):
        axe_is_content(stops)
