"""A complaint: what the form asks, what is kept, what is written to whom, and that one press too many makes no second."""

from __future__ import annotations

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinic import services
from clinic.models import Complaint, Location, Message
from clinic.wording import reference
from tests import cast, naughty
from tests.cast import NOW
from tests.reader import Reader
from tests.test_bad_input import assert_calm, assert_points_at_the_field, browser, kept, look, post

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
WRITE = "/complaints/write/"
GOOD = {
    "form": "1",
    "place": "dublin",
    "text": "Nobody rang me back.",
    "wanted": "A call.",
    "name": "Brigid Test",
    "email": "brigid@example.org",
    "phone": "(01) 500 0000",
}
TYPED = ("text", "wanted", "name", "email", "phone")


@pytest.fixture
def dublin() -> Location:
    return cast.make_location("dublin", notify_email="desk@example.org")


def complain(**changes: object) -> Complaint:
    who = services.Complainant("Brigid Test", "brigid@example.org", "+35315000000")
    given = {"who": who, "location": None, "text": "Nobody rang.", "wanted": "", "key": "1", "now": NOW}
    return services.complain(**{**given, **changes})


# --- The page about complaints


def test_it_says_the_stages_and_times_and_who_else_can_help(dublin: Location) -> None:
    reader = Reader().open("/complaints/")
    assert "We answer you within 30 days." in reader.text
    for body in ("General Medical Council", "Nursing and Midwifery Council", "Medical Council", "NMBI"):
        assert body in reader.text
    assert "Call 999 (in Ireland 112 or 999)" in reader.text
    assert not reader.response.cookies
    assert reader.click("Write a complaint").h1 == "Write a complaint"


# --- Sending


def test_it_is_kept_with_the_day_it_has_to_be_answered_by(dublin: Location) -> None:
    made = complain(location=dublin, wanted="A call.")
    assert made.due_on == dt.date(2027, 3, 19)
    assert (made.received_at, made.acknowledged_at, made.answered_at) == (NOW, NOW, None)
    assert (made.text, made.wanted, made.location) == ("Nobody rang.", "A call.", dublin)


@pytest.mark.parametrize(("zone", "due"), [("Europe/Dublin", 31), ("America/New_York", 30)])
def test_the_days_are_counted_in_the_clinics_own_calendar(zone: str, due: int) -> None:
    place = cast.make_location("dublin", time_zone=zone)
    half_past_midnight = dt.datetime(2027, 3, 1, 0, 30, tzinfo=dt.UTC)
    assert complain(location=place, now=half_past_midnight).due_on == dt.date(2027, 3, due)


def test_the_sent_page_says_the_reference_and_the_day_and_can_be_loaded_again(dublin: Location) -> None:
    reader = Reader().open("/complaints/write/?clinic=dublin")
    reader.fill("What happened?", "Nobody rang.").fill("Your name", "Brigid Test")
    reader.fill("Email", "brigid@example.org").press("Send my complaint")
    made = Complaint.objects.get()
    assert (reader.url, reader.h1) == (reverse("clinic:complained"), "We have your complaint")
    assert reference(made.reference) in reader.text
    assert "We write to you by Friday 19 March 2027." in reader.text
    assert made.location == dublin
    assert reader.open("/complaints/sent/").h1 == "We have your complaint"
    assert reader.response["Cache-Control"] == "no-store, private"


def test_without_an_email_we_say_that_we_ring(dublin: Location) -> None:
    reader = Reader().open(WRITE)
    reader.fill("What happened?", "Nobody rang.").fill("Your name", "Brigid Test")
    reader.fill("Phone number", "(01) 500 0000").press("Send my complaint")
    assert "We ring you by Friday 19 March 2027." in reader.text
    assert "write your reference down" in reader.text
    assert Complaint.objects.get().phone == "+35315000000"
    assert not Message.objects.filter(audience="patient").exists()


def test_somebody_who_sent_nothing_sees_how_to_complain() -> None:
    assert Reader().open("/complaints/sent/").url == "/complaints/"


def test_the_same_form_sent_again_makes_no_second_complaint(dublin: Location) -> None:
    client = Client()
    first = client.post(WRITE, GOOD)
    again = client.post(WRITE, GOOD)
    assert first["Location"] == again["Location"] == "/complaints/sent/"
    assert Complaint.objects.count() == 1
    assert Message.objects.count() == 2


def test_a_word_corrected_is_another_complaint(dublin: Location) -> None:
    client = Client()
    client.post(WRITE, GOOD)
    client.post(WRITE, {**GOOD, "text": "Nobody rang me back, twice."})
    assert Complaint.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_at_the_same_moment_are_one() -> None:
    def send(_: int) -> str:
        try:
            return complain().reference
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(send, range(20)))
    assert len(made) == 1
    assert (Complaint.objects.count(), Message.objects.count()) == (1, 1)


# --- What is written


def test_it_is_acknowledged_at_once_without_a_word_of_what_was_typed(dublin: Location) -> None:
    made = complain(location=dublin, text="Zztext", wanted="Zzwanted")
    sent = made.message
    assert (sent.kind, sent.to_address, sent.audience) == (
        "complaint_received",
        "brigid@example.org",
        "patient",
    )
    assert (sent.subject, sent.not_before) == ("We have your message", NOW)
    for body in (sent.text, sent.html):
        assert reference(made.reference) in body
        assert "Friday 19 March 2027" in body
        assert "01 293 7839" in body
        assert "Call 112 or 999." in body
        assert not [word for word in ("Zz", "Brigid", "vein") if word in body]


def test_a_complaint_about_no_clinic_names_both_emergency_lines() -> None:
    sent = complain().message
    assert "Call 999 (in Ireland 112 or 999)." in sent.text
    assert "/clinics/" in sent.text


def test_staff_are_told_at_their_own_address_and_nowhere_else(dublin: Location) -> None:
    made = complain(location=dublin)
    told = Message.objects.get(audience="staff")
    assert told.to_address == "desk@example.org"
    assert reverse("admin:clinic_complaint_change", args=[made.pk]) in told.text
    assert "Brigid" not in told.text + told.html + told.subject


def test_without_a_staff_address_nobody_at_the_clinic_is_written_to() -> None:
    complain(location=cast.make_location("london", email="public@example.org"))
    assert not Message.objects.filter(audience="staff").exists()


# --- What the form refuses


def test_one_way_to_answer_is_enough_and_none_is_not(dublin: Location) -> None:
    reader = browser().open(WRITE)
    for missing in ({"email": ""}, {"phone": ""}):
        assert post(reader, WRITE, {**GOOD, **missing}).status_code == 302
    post(reader, WRITE, {**GOOD, "email": "", "phone": ""})
    assert reader.status == 422
    assert_points_at_the_field(look(reader).page, "email")
    assert "Enter an email address or a phone number, so that we can answer you." in reader.text


def test_an_empty_form_names_each_thing_that_is_missing() -> None:
    reader = Reader().open(WRITE).press("Send my complaint")
    assert reader.status == 422
    assert reader.title.startswith("Error:")
    for sentence in ("Write what happened.", "Enter your name.", "Enter an email address or a phone number"):
        assert reader.text.count(sentence) == 2, "in the summary and beside the field"
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("field", TYPED)
def test_whatever_is_typed_is_kept_or_answered_in_words(dublin: Location, field: str) -> None:
    reader, refused = browser().open(WRITE), 0
    for what, typed in naughty.EVERYTHING.items():
        response = post(reader, WRITE, {**GOOD, field: typed})
        assert_calm(response, what)
        if response.status_code != 422:
            continue
        refused += 1
        assert_points_at_the_field(look(reader).page, field)
        for other in set(TYPED) - {field}:
            assert kept(reader.page, other) == [GOOD[other]], (what, other)
    assert refused >= len(naughty.UNREADABLE) - 1  # the long boxes take line breaks


@pytest.mark.parametrize("field", ["place", "form"])
def test_what_nobody_types_is_kept_or_answered_calmly(dublin: Location, field: str) -> None:
    for what, typed in naughty.SOME.items():
        assert_calm(post(browser(), WRITE, {**GOOD, field: typed}), what)
    assert Complaint.objects.exclude(location=dublin).count() == 0


def test_a_clinic_that_is_none_in_the_address_is_no_clinic() -> None:
    for typed in ("nowhere", "%00", "%ED%A0%80", "1"):
        assert Reader().open(f"{WRITE}?clinic={typed}").h1 == "Write a complaint"


def test_a_form_far_too_long_is_refused() -> None:
    assert post(browser(), WRITE, {**GOOD, "text": naughty.HUGE}).status_code == 413


def test_an_expired_form_keeps_what_was_typed(dublin: Location) -> None:
    reader = Reader().open(WRITE)
    reader.fill("What happened?", "Nobody rang & more.").fill("Your name", "Brigid Test")
    reader.fill("Email", "brigid@example.org")
    reader.client.cookies.clear()
    reader.press("Send my complaint")
    assert reader.status == 403
    assert reader.press("Send it again").h1 == "We have your complaint"
    assert Complaint.objects.get().text == "Nobody rang & more."


# --- Answering


def test_an_answer_notes_who_and_when(dublin: Location) -> None:
    made, manager = complain(location=dublin), cast.make_staff("manager", "manager", dublin)
    done = services.answer(complaint_id=made.pk, note="Rang her.", by=manager, now=NOW)
    assert (done.answered_at, done.answered_by, done.answer_note) == (NOW, manager, "Rang her.")
    assert not Complaint.objects.open().exists()


def test_the_second_answer_is_refused_and_changes_nothing(dublin: Location) -> None:
    made, manager = complain(location=dublin), cast.make_staff("manager", "manager")
    services.answer(complaint_id=made.pk, note="Rang her.", by=manager, now=NOW)
    with pytest.raises(services.AlreadyAnswered):
        services.answer(complaint_id=made.pk, note="Wrote.", by=manager, now=NOW)
    made.refresh_from_db()
    assert made.answer_note == "Rang her."


@pytest.mark.parametrize("role", ["receptionist", "clinician", "editor"])
def test_only_a_manager_of_the_clinic_answers(dublin: Location, role: str) -> None:
    made = complain(location=dublin)
    elsewhere = cast.make_staff("elsewhere", "manager", cast.make_location("london"))
    for user in (cast.make_staff("somebody", role, dublin), elsewhere):
        with pytest.raises(services.AlreadyAnswered):
            services.answer(complaint_id=made.pk, note="x", by=user, now=NOW)


def test_it_is_overdue_the_day_after_the_day_we_promised() -> None:
    made = complain()
    assert not Complaint.objects.overdue(made.due_on).exists()
    assert Complaint.objects.overdue(made.due_on + dt.timedelta(days=1)).get() == made


# --- Logs


def test_no_log_line_title_or_address_holds_what_was_typed(
    dublin: Location, caplog: pytest.LogCaptureFixture
) -> None:
    marked = {
        **GOOD,
        "text": "Zztext",
        "wanted": "Zzwanted",
        "name": "Zzname",
        "email": "zzmail@example.org",
        "phone": "020 7946 0123",
    }
    client = Client()
    with caplog.at_level(logging.DEBUG):
        for changes in ({}, {"name": ""}, {"email": "zzmail"}):
            response = client.post(WRITE, {**marked, **changes})
            assert "zz" not in response.get("Location", "").lower()
            assert "zz" not in response.content.decode().partition("</title>")[0].lower()
        made = Complaint.objects.get()
    lines = [logging.Formatter().format(record) for record in caplog.records]
    assert len([line for line in lines if "route=clinic:complain" in line]) == 3
    marks = ("zz", "7946 0123", "79460123", made.reference.lower(), "/complaints/")
    logged = [line for line in lines if not line.startswith("(0.")]  # the statements that DEBUG alone prints
    assert [line for line in logged for mark in marks if mark in line.lower()] == []
