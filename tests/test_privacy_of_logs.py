"""A journey with marked personal data: none of it in a log, a title, an address, a subject or a mail about an error."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client, override_settings

from bookings import links
from bookings.models import Appointment
from clinic import outbox
from clinic.models import Location
from tests import cast
from tests.cast import NOW
from tests.reader import Reader
from tests.test_journey import send, to_health

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Each of these stands for somebody. None of them, in any shape, may be found where it does not belong.
TYPED = {
    "Your name": "Zzname Zzfamily",
    "Phone number": "020 7946 0123",
    "Email": "zzmail@example.org",
    "Date of birth": "27 3 1951",
    "Do you plan a flight": "9 4 2027",
    "Anything else?": "Zznote about my legs",
}
MARKS = [
    "zzname",
    "zzfamily",
    "zzmail",
    "zznote",
    "79460123",
    "7946 0123",
    "27 3 1951",
    "1951-03-27",
    "27 March 1951",
]


@pytest.fixture
def place() -> Location:
    cast.make_location("dublin")
    return cast.make_clinic()


class Watched(Client):
    """Remembers every address it was sent to and every page it was shown."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.addresses: list[str] = []
        self.pages: list[str] = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        self.addresses += [
            f"{request['PATH_INFO']}?{request.get('QUERY_STRING', '')}",
            response.get("Location", ""),
        ]
        self.pages.append(response.content.decode())
        return response


def walk(client: Watched) -> Appointment:
    """The whole journey, with a slip on each page, to the confirmation and the page behind the link."""
    reader = to_health(Reader(client)).press("Continue")  # nothing ticked: said, not guessed
    code = reader_tick(reader)
    for tick in (code, "No, none of these", "No, none of these"):
        reader.choose(tick).press("Continue")
    for label, text in TYPED.items():
        reader.fill(label, text)
    reader.press("Continue")  # without saying what to do about a missed call
    assert reader.status == 422
    reader.choose("You may leave a message").press("Continue").press("Send my request")
    assert reader.status == 422
    send(reader).click("See your request")
    made = Appointment.objects.exclude(patient=None).get()
    assert made.patient is not None
    assert made.patient.name == TYPED["Your name"]
    reader.open(f"/book/link/{links.token(made)}/")
    return made


def reader_tick(reader: Reader) -> str:
    return next(
        "".join(label.itertext()).strip()[:24]
        for label in reader.page.iter("label")
        if "clot" in "".join(label.itertext()).lower()
    )


def trouble(client: Client) -> None:
    """What else writes logs: a mistake of ours, the database away, a form that expired, a link that is dead."""

    def away(*_: object) -> None:
        raise OperationalError('duplicate key: "zzmail@example.org"')

    marked = {"name": "Zzname", "email": "zzmail@example.org"}
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF="tests.planted", ADMINS=[("Ops", "ops@example.org")]):
        assert client.post("/book/breaks/?q=Zzname", marked, headers={"referer": "x"}).status_code in (
            403,
            500,
        )
        fresh = Client(raise_request_exception=False)
        assert fresh.post("/book/breaks/?q=zzname", marked).status_code == 500
        assert fresh.get("/book/?q=zzname", headers={"host": "zzname.example"}).status_code == 400
        with connection.execute_wrapper(away):
            assert fresh.post("/book/ring-me/?q=zzname", marked).status_code == 503
    assert fresh.get("/book/link/zznameZZtoken/").status_code == 404


def found(text: object, made: Appointment) -> list[str]:
    marks = [*MARKS, links.token(made), str(made.uuid), made.uuid.hex, made.reference]
    return [mark for mark in marks if mark.lower() in str(text).lower()]


def test_no_log_line_holds_anything_about_a_person(place: Location, caplog: pytest.LogCaptureFixture) -> None:
    client = Watched()
    with caplog.at_level(logging.DEBUG):
        made = walk(client)
        trouble(client)
        outbox.send_due(now=NOW + dt.timedelta(hours=1), limit=50, clock=lambda: NOW + dt.timedelta(hours=1))
    lines = [logging.Formatter().format(record) for record in caplog.records]
    assert len([line for line in lines if "route=" in line]) >= 25
    assert [line for line in lines if found(line, made)] == []
    assert [line for line in lines if "clot" in line or str(client.session.session_key) in line] == []
    assert [
        line for line in lines if "/book/" in line or "?" in line
    ] == []  # the route's name, never its address


def test_a_mistake_sends_no_mail_with_what_somebody_typed(place: Location) -> None:
    trouble(Watched())
    assert mail.outbox == []
    assert settings.ADMINS == []


def test_titles_addresses_and_subjects_hold_nothing_about_a_person(place: Location) -> None:
    client = Watched()
    made = walk(client)
    titles = [
        title for page in client.pages for title in re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    ]
    assert len(titles) >= 12
    own = f"/book/link/{links.token(made)}/?"
    addresses = [address for address in client.addresses if address != own]
    assert len(addresses) == len(client.addresses) - 1
    for text in titles + addresses:
        assert found(text, made) == [], text
        assert "clot" not in text
    outbox.send_due(now=NOW + dt.timedelta(hours=1), limit=50, clock=lambda: NOW + dt.timedelta(hours=1))
    subjects = [sent.subject for sent in mail.outbox]
    assert subjects
    for subject in subjects:
        assert found(subject, made) == []


def test_a_mail_names_no_answer_and_no_vein(place: Location) -> None:
    walk(Watched())
    outbox.send_due(now=NOW + dt.timedelta(hours=1), limit=50, clock=lambda: NOW + dt.timedelta(hours=1))
    for sent in mail.outbox:
        whole = sent.message().as_string().lower()
        for word in ("clot", "zznote", "1951", "vein-", "pregnan"):
            assert word not in whole, word


def test_no_personal_page_leads_a_referer_away(place: Location) -> None:
    """No link, form or file of a booking page goes to another site, so that nobody else sees where it was opened."""
    client = Watched()
    walk(client)
    targets = [
        target for page in client.pages for target in re.findall(r'(?:href|src|action)="([^"]+)"', page)
    ]
    assert len(targets) > 200
    own = ("/", "#", "?", "tel:", f"{settings.SITE_URL}/")  # the last: a page's own canonical address
    away = {target for target in targets if not target.startswith(own)}
    assert away == set()


def test_the_token_stands_in_no_page_and_no_row(place: Location) -> None:
    client = Watched()
    made = walk(client)
    token = links.token(made)
    assert [page for page in client.pages if token in page] == []
    message = made.messages.get().message
    assert token not in f"{message.text}{message.html}{message.subject}"


def test_a_planted_leak_is_found(place: Location, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = cast.make_request(place)
        for leak in (
            "asked by ZZNAME",
            "rang 020 7946 0123",
            f"GET /book/link/{links.token(made)}/",
            made.reference,
        ):
            logging.getLogger("clinic.requests").info(leak)
    leaks = [record for record in caplog.records if found(record.getMessage(), made)]
    assert len(leaks) == 4
