"""The link again: from her own page, and from an address that somebody types, who learns nothing by it."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import links, services
from bookings.models import Appointment, LinkAsked, Patient
from bookings.services import finding
from clinic import outbox
from clinic.models import Location, Message, Tally
from tests import cast, manage_cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import everything, fresh, opened
from tests.reader import Reader
from tests.scale import scaled

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

booked = manage_cast.told

KNOWN = "brigid@example.org"


def find(email: str, reference: str = "") -> Reader:
    """She asks, and the worker has its turn."""
    reader = Reader().open("/book/find/").fill("Email", email).fill("Reference", reference)
    reader.press("Send me the link")
    finding.send_asked(now=timezone.now())
    return reader


def sent() -> int:
    return Message.objects.filter(kind="link_again").count()


# --- From her own page ------------------------------------------------------------------------------------------
def test_one_button_sends_a_new_link_and_the_old_one_dies(booked: Appointment) -> None:
    old = links.token(booked)
    reader = opened(booked).click("Get the link again")
    assert sent() == 0
    reader.press("Send me a new link")
    assert (reader.url, sent()) == ("/book/manage/", 1)
    assert links.open_link(old) is None
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    assert f"/book/link/{links.token(fresh(booked))}/" in str(mail.outbox[-1].body)


def test_a_few_times_a_day_and_no_more(booked: Appointment, clock: Any, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "link-again": "3/1440"}
    for _ in range(3):
        opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    reader = opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    assert (reader.status, sent()) == (429, 3)
    assert "0800 783 6106" in reader.text
    clock.shift(dt.timedelta(hours=29))  # a stretch is counted in parts of four hours
    opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    assert sent() == 4


def test_without_an_email_it_asks_for_one(place: Location) -> None:
    asked = cast.make_request(place, patient=cast.make_details(email=""))
    reader = opened(asked).click("Get the link again")
    assert "We have no email for you" in reader.text
    assert reader.client.post("/book/manage/link/", {"version": asked.version}).status_code == 403
    assert reader.click("Give us your email").h1 == "Correct phone or email"


# --- From an address that somebody types ------------------------------------------------------------------------
def test_a_known_address_gets_the_link_of_each_coming_appointment(
    place: Location, booked: Appointment
) -> None:
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    reader = find(" Brigid@Example.org ")
    assert (reader.url, reader.h1) == ("/book/find/sent/", "Look in your email")
    assert sent() == 2
    assert set(Message.objects.filter(kind="link_again").values_list("to_address", flat=True)) == {KNOWN}


def test_a_reference_narrows_it(place: Location, booked: Appointment) -> None:
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    ref = booked.reference.lower()
    find(KNOWN, f"{ref[:3]} {ref[3:]}")
    assert sent() == 1
    find(KNOWN, f"{ref[:3]}-{ref[3:]}")
    assert sent() == 2
    for nonsense in ("nothing", "ß" * 20, "--"):
        assert find(KNOWN, nonsense).url == "/book/find/sent/"


def test_the_answer_is_the_same_byte_for_byte_whether_we_know_it_or_not(booked: Appointment) -> None:
    answers = []
    for email in (KNOWN, "stranger@example.org"):
        client = Client()
        first = client.post("/book/find/", {"email": email, "reference": ""})
        second = client.get(first["Location"])
        answers.append((first.status_code, first["Location"], sorted(client.cookies), second.content))
    assert answers[0] == answers[1]
    finding.send_asked(now=NOW)
    assert sent() == 1


def asked_of_the_database(act: Callable[[], object]) -> list[str]:
    """The statements it sends, without what stands in them."""
    with CaptureQueriesContext(connection) as captured:
        act()
    plain = [re.sub(r"'[^']*'", "'?'", query["sql"]) for query in captured.captured_queries]
    return [re.sub(r'"?s\d+_x\d+"?', "savepoint", re.sub(r"\b\d+\b", "?", sql)) for sql in plain]


def test_the_page_does_the_same_work_whether_we_know_it_or_not(booked: Appointment) -> None:
    """So neither its words nor its time can tell. What differs is the worker's, after the answer."""

    def ask(email: str) -> list[str]:
        return asked_of_the_database(lambda: Client().post("/book/find/", {"email": email, "reference": ""}))

    ask("first@example.org")  # what is read once a process is read now
    known, strange = ask(KNOWN), ask("stranger@example.org")
    assert known == strange
    assert len(known) >= 3
    assert not [sql for sql in known if "bookings_patient" in sql or "bookings_appointment" in sql]


def test_control_the_look_itself_would_tell(booked: Appointment) -> None:
    """The worker's part is another for an address that we know: had the page done it, it could be seen."""
    work = []
    for email in (KNOWN, "stranger@example.org"):
        services.ask_for_links(email=email, now=NOW)
        work.append(asked_of_the_database(lambda: finding.send_asked(now=NOW)))
    assert len(work[0]) > len(work[1]) + 3


def test_the_time_of_the_answer_does_not_tell(booked: Appointment) -> None:
    """Known and unknown by turns, many times: the middle answer takes as long for one as for the other."""
    client, taken = Client(), {KNOWN: [], "stranger@example.org": []}  # type: ignore[var-annotated]
    for turn in range(scaled(300, least=60)):
        for email in sorted(taken, reverse=bool(turn % 2)):
            began = time.perf_counter()
            client.post("/book/find/", {"email": email, "reference": str(turn)})
            taken[email].append(time.perf_counter() - began)
    known, strange = (statistics.median(times) for times in taken.values())
    print(
        f"\n| find, median of {len(taken[KNOWN])} | known {known * 1e3:.2f} ms | unknown {strange * 1e3:.2f} ms |"
    )
    assert 0.7 < known / strange < 1.4


def test_nothing_is_kept_once_the_worker_has_looked(booked: Appointment) -> None:
    for email in (KNOWN, "stranger@example.org"):
        find(email)
    assert not LinkAsked.objects.exists()


def test_asked_twice_before_the_worker_looks_is_asked_once(booked: Appointment) -> None:
    for email in (KNOWN, "BRIGID@example.org", f" {KNOWN}"):
        Client().post("/book/find/", {"email": email, "reference": ""})
    assert finding.send_asked(now=NOW) == {"links sent again": 1}


def test_an_address_that_no_mail_can_go_to_keeps_no_link_from_others(
    place: Location, booked: Appointment
) -> None:
    cast.make_request(
        place, starts_at=FREE_TIME + dt.timedelta(hours=1), patient=cast.make_details(email="a@b.org")
    )
    Patient.objects.filter(email="a@b.org").update(email="nobody")
    for email in ("nobody", KNOWN):
        services.ask_for_links(email=email, now=NOW)
    finding.send_asked(now=NOW)
    assert Message.objects.get(kind="link_again").to_address == KNOWN


def test_what_waited_a_day_is_dropped(booked: Appointment, clock: Any) -> None:
    services.ask_for_links(email=KNOWN, now=NOW)
    finding.send_asked(now=NOW + dt.timedelta(hours=25))
    assert (sent(), LinkAsked.objects.exists()) == (0, False)


def a_full_diary(like: Appointment, number: int) -> None:
    """So many patients with a coming visit each, one after the other for weeks on end."""
    people = Patient.objects.bulk_create(
        [Patient(reference=f"{n:06}", email=f"P{n}@example.org", created_at=NOW) for n in range(number)]
    )
    half, begins = dt.timedelta(minutes=30), like.ends_at + dt.timedelta(days=1)
    kept = {name: getattr(like, name) for name in ("location", "service", "clinician", "room", "status")}
    Appointment.objects.bulk_create(
        Appointment(
            **kept,
            reference=f"{n:06}",
            patient=person,
            starts_at=begins + n * half,
            ends_at=begins + (n + 1) * half,
        )
        for n, person in enumerate(people)
    )


def test_the_worker_looks_by_the_index(booked: Appointment) -> None:
    """Among 2,000 patients the database goes by the address, not through them all."""
    a_full_diary(booked, 2000)
    rows = finding.coming_of("p77@example.org", "", NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = rows.explain()
    assert [row.patient.email for row in rows] == ["P77@example.org"]
    assert "patient_email" in plan, plan
    slow = Appointment.objects.filter(patient__email__iexact=KNOWN)  # the control: what cannot use it
    assert "patient_email" not in slow.explain()


def test_what_is_over_or_cancelled_is_not_found(booked: Appointment, clock: Any) -> None:
    clock.move_to(FREE_TIME + dt.timedelta(hours=1))
    find(KNOWN)
    assert sent() == 0


def test_an_address_is_written_to_a_few_times_a_day(booked: Appointment, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "link-again": "3/1440"}
    pages = {find(KNOWN).response.content for _ in range(6)}
    assert (len(pages), sent()) == (1, 3)
    assert links.open_link(links.token(fresh(booked))) == booked


def test_no_address_is_kept_in_the_tally(booked: Appointment) -> None:
    find(KNOWN)
    assert KNOWN not in str(list(Tally.objects.values()))
    assert Tally.objects.get(what="link-again").count == 1


def test_slips_are_said_and_nonsense_is_nobody(booked: Appointment) -> None:
    assert find("").status == 422
    assert find("nobody").status == 422
    for email in ("x'--@example.org", "%@example.org", "_rigid@example.org"):
        assert find(email).status in (200, 422)
    assert sent() == 0


def test_looking_changes_nothing_and_the_answer_stands_only_after_asking(booked: Appointment) -> None:
    before = everything()
    assert Reader().open("/book/find/sent/").url == "/book/find/"
    assert Client().get(f"/book/find/?email={KNOWN}").status_code == 200
    assert everything() == before


def test_a_dead_link_is_sent_again_and_opens(booked: Appointment) -> None:
    """The whole way back: a dead link, the page that sends it, the mail, the appointment."""
    dead = links.token(booked)
    Appointment.objects.update(link_version=7)
    reader = Reader().open(f"/book/link/{dead}/")
    assert (reader.status, reader.h1) == (404, "This link no longer works")
    assert "Ask us to ring you" in reader.text
    assert "0800 783 6106" in reader.text
    reader.click("Send me the link again").fill("Email", KNOWN).press("Send me the link")
    finding.send_asked(now=NOW)
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    body = str(mail.outbox[-1].body)
    address = next(word for word in body.split() if "/book/link/" in word)
    assert reader.open(address.removeprefix("https://testserver")).h1 == "Your appointment"
