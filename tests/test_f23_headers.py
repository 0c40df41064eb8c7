"""F23: line breaks and direction marks in names, names of 10 kB: no added header, no added recipient, a clean 4xx.

Every door that takes a name or an address, through to the mail as a real SMTP server took it. Controls: the forms without
their check of hidden signs; and mail put together without the checks of its lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import django.core.mail.message as django_mail
import pytest
from django.test import Client
from pytest_django import Settings

from bookings import links, services
from bookings.models import Appointment, CallTask, Patient
from clinic import letters, outbox
from clinic.forms import fields
from clinic.models import Complaint, Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.mail_server import MailServer, mail_server
from tests.naughty import LONG, UNREADABLE
from tests.reader import Reader
from tests.test_journey import fill_details, send, to_details

pytestmark = [pytest.mark.smtp, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

EVIL = "evil@example.org"
OWN = "brigid@example.org"
# Nothing here has a hidden sign: it is a name like any other, and must stay one.
TRICKY = {
    "an encoded word": f"=?utf-8?q?Brigid=0D=0ABcc:=20{EVIL}?=",
    "percent signs": f"Brigid%0d%0aBcc:%20{EVIL}",
    "an escape": f"Brigid\\r\\nBcc: {EVIL}",
    "an address": f"Brigid <{EVIL}>",
    "a list": f"Brigid, {EVIL}",
    "quotes": f'Brigid" <{EVIL}>, "Test',
    "a header": f"Bcc: {EVIL}",
}
HIDDEN = {
    **{
        what: text for what, text in UNREADABLE.items() if what != "half a character"
    },  # no form can carry that
    **LONG,
    "a bare carriage return": f"Brigid\rBcc: {EVIL}",
    "a header after two breaks": f"Brigid\r\n\r\n{EVIL}",
    "a vertical tab": f"Brigid\x0bBcc: {EVIL}",
    "a next line": f"Brigid\x85Bcc: {EVIL}",
    "an embedding": "\u202aBrigid\u202c",
}
HEADERS = {
    "content-type",
    "mime-version",
    "subject",
    "from",
    "to",
    "message-id",
    "date",
    "auto-submitted",
}


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.DEMO = False
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 3
        yield running


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


def post(server: MailServer) -> list[Any]:
    """What the server took once everything that waits is sent."""
    later = NOW + dt.timedelta(hours=1)
    outbox.send_due(now=later, limit=500, clock=lambda: later)
    return list(server.copies)


def added(copies: list[Any], allowed: set[str]) -> list[str]:
    """Headers that no mail of ours has, and recipients whom nobody named."""
    found = []
    for copy in copies:
        found += [f"header {name}" for name in copy.letter if name.lower() not in HEADERS]
        found += [f"header {name}: {value}" for name, value in copy.letter.items() if EVIL in str(value)]
        found += [f"recipient {to}" for to in [copy.to] if to not in allowed]
    return found


def stored() -> list[str]:
    """Every name and address that was kept with a line break or another hidden sign in it."""
    rows = [
        *Patient.objects.values_list("name", "email", "asked_by", "asked_by_relation"),
        *Complaint.objects.values_list("name", "email"),
        *Message.objects.values_list("to_address", "subject"),
    ]
    return [text for row in rows for text in row if not text.isprintable() or len(text) > 254]


# --- Clean refusals ---------------------------------------------------------------------------------------------
RING = {"phone": "020 7946 0000", "place": "GB", "ring_when": "any", "leave_message": "no"}


def try_every_door(hostile: dict[str, str], place: Location) -> dict[str, set[int]]:
    """Each hostile text as each name and address that a form takes; the statuses by door."""
    told: dict[str, set[int]] = {}
    booked = cast.make_booked(place)
    journey = to_details(Reader())
    plain = {**journey.values(), "name": ["B"], "phone": ["020 7946 0000"], "date_of_birth": ["27 3 1958"]}
    plain |= {"missed_call": ["leave"], "ring_when": ["any"]}
    manage = Client()
    manage.get(f"/book/link/{links.token(booked)}/")
    for what, text in hostile.items():
        for name in ("name", "email"):
            answer = journey.client.post("/book/details/", {**plain, name: [text]})
            told.setdefault(f"details {name}", set()).add(answer.status_code)
        for name in ("name", "asked_by", "asked_by_relation"):
            data = {**plain, "asked_by": ["C"], "asked_by_relation": ["carer"], name: [text]}
            answer = journey.client.post("/book/details/?for=other", data)
            told.setdefault(f"details for another, {name}", set()).add(answer.status_code)
        for door, data in {
            "/book/ring-me/": {**RING, "name": text},
            "/complaints/write/": {"text": "Late.", "name": text, "email": OWN, "form": what},
        }.items():
            told.setdefault(door, set()).add(Client().post(door, data).status_code)
        for door, data in {
            "/complaints/write/": {"text": "Late.", "name": "B", "email": f"{text}@example.org"},
            "/book/find/": {"email": f"{OWN}{text}"},
        }.items():
            told.setdefault(f"{door} email", set()).add(Client().post(door, data).status_code)
        data = {"version": booked.version, "phone": "020 7946 0000", "email": f"{OWN}\n{text}"}
        told.setdefault("contact email", set()).add(manage.post("/book/manage/contact/", data).status_code)
    return told


def test_f23_a_hidden_sign_or_10_kb_in_a_name_is_a_clean_4xx(place: Location, server: MailServer) -> None:
    told = try_every_door(HIDDEN, place)
    assert len(told) >= 9
    assert {status for statuses in told.values() for status in statuses} == {422}, told
    assert stored() == []
    assert not CallTask.objects.exists()
    assert not Complaint.objects.exists()
    assert added(post(server), {OWN}) == []


def test_f23_control_without_the_check_of_hidden_signs(
    place: Location, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "readable", lambda text, lines=False: None)
    storable = {what: HIDDEN[what] for what in ("a line break", "a direction mark", "a bare carriage return")}
    told = try_every_door(storable, place)
    assert 302 in told["/book/ring-me/"]
    assert stored()  # the breach
    assert added(post(server), {OWN}) == []  # and still no mail is led astray: the next guard stands


# --- The mail itself --------------------------------------------------------------------------------------------
def test_f23_a_tricky_name_is_a_name_and_its_mail_goes_to_one_address(
    place: Location, server: MailServer
) -> None:
    for what, name in TRICKY.items():
        reader = fill_details(to_details(Reader()))
        reader.open("/book/details/").fill("Your name", name).press("Continue")
        assert send(reader).h1 == "We have your request", what
        made = Appointment.objects.latest("pk")
        assert made.patient.name == name  # type: ignore[union-attr]
        cast.act(services.confirm, made)
        post(server)
        made.refresh_from_db()
        cast.act(services.cancel, made)
    copies = post(server)
    assert len(copies) >= 2 * len(TRICKY)
    assert added(copies, {OWN}) == []


def test_f23_a_name_that_no_form_let_through_changes_no_mail_either(
    place: Location, server: MailServer
) -> None:
    """As though it had come by an import: the subject and the recipients hold no word that anybody typed."""
    kept = [text for text in HIDDEN.values() if "\x00" not in text and not text.isprintable()][:6]
    for nth, text in enumerate(kept):
        at = FREE_TIME + nth * dt.timedelta(minutes=30)
        cast.make_booked(place, starts_at=at, patient=cast.make_details(name=text[:120], asked_by=text[:120]))
    copies = post(server)
    assert len(copies) >= len(kept) >= 5
    assert added(copies, {OWN}) == []


@pytest.mark.parametrize("part", ["to", "subject"])
@pytest.mark.parametrize("text", [HIDDEN["a line break"], f"{OWN}\nBcc: {EVIL}", f"{OWN}\r\n{EVIL}"])
def test_f23_a_line_that_breaks_is_never_queued(part: str, text: str) -> None:
    given: dict[str, Any] = {"to": OWN, "subject": "Hello", part: text}
    with pytest.raises(ValueError, match=r"line break|not one e-mail"):
        outbox.queue(kind="received", audience="patient", text="Hello.\n", now=NOW, **given)


def test_f23_two_addresses_in_one_are_never_queued() -> None:
    with pytest.raises(ValueError, match="not one e-mail"):
        outbox.queue(
            kind="received",
            audience="patient",
            to=f"{OWN}, {EVIL}",
            subject="Hello",
            text="Hello.\n",
            now=NOW,
        )


LED_ASTRAY = (
    {"subject": f"Hello\nBcc: {EVIL}"},
    {"to_address": f"{OWN}, {EVIL}"},
    {"to_address": f"{OWN}\n{EVIL}"},
)


@pytest.mark.parametrize("change", LED_ASTRAY)
def test_f23_a_row_that_somebody_changed_by_hand_is_a_dead_letter(
    server: MailServer, change: dict[str, str]
) -> None:
    outbox.queue(kind="received", audience="patient", to=OWN, subject="Hello", text="Hello.\n", now=NOW)
    Message.objects.update(**change)
    assert added(post(server), {OWN}) == []
    assert Message.objects.get().last_problem in ("unsendable", "error-ValueError")


def test_f23_control_without_the_checks_of_its_lines(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail put together as text, as some programs do: the same check finds the added header."""

    class ByHand(django_mail.EmailMultiAlternatives):
        def message(self) -> Any:
            lines = f"From: {self.from_email}\nTo: {self.to[0]}\nSubject: {self.subject}\n\n{self.body}"
            return type(
                "Raw", (), {"as_bytes": lambda _, linesep="\n": lines.replace("\n", linesep).encode()}
            )()

    monkeypatch.setattr(letters, "Mail", ByHand)
    monkeypatch.setattr(letters, "refuse_bad_lines", lambda **given: None)
    subject = f"Hello {UNREADABLE['a line break']}\nBcc: {EVIL}"
    outbox.queue(kind="received", audience="patient", to=OWN, subject=subject, text="Hello.\n", now=NOW)
    assert "header Bcc" in added(post(server), {OWN})  # the breach
