"""F15, the links, as tests: changed, expired, replayed, swapped, fetched a hundred times; no token where it must not be.

Controls: a link that is not bound to its purpose, and a gate that forgets the version, are both found out.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from bookings import links, services
from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import everything, fresh, opened

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


BEHIND = (
    "",
    "appointment.ics",
    "move/",
    "cancel/",
    "contact/",
    "link/",
    "health/",
    "health/1/",
    "health/wait/",
)
PRESSES: dict[str, dict[str, str]] = {
    "move/": {"slot": "maidenhead|2027-03-02T11:15Z"},
    "cancel/": {},
    "contact/": {"phone": "020 7946 0123", "email": "thief@example.org"},
    "link/": {},
    "health/": {"changed": "no"},
    "health/1/": {"by_phone": "yes"},
    "health/wait/": {"way": "give-back"},
}


def press_everything(client: Client, version: int) -> list[int]:
    """Each button behind the link, by somebody who holds this cookie."""
    return [
        client.post(f"/book/manage/{page}", {**data, "version": version}).status_code
        for page, data in PRESSES.items()
    ]


def with_cookie(text: str) -> Client:
    client = Client()
    client.cookies[links.COOKIE] = text
    return client


def changed(text: str) -> list[str]:
    """The text with each of its signs changed in turn."""
    return [
        text[:at] + ("A" if sign != "A" else "B") + text[at + 1 :] for at, sign in enumerate(text) if sign
    ]


def test_each_changed_sign_of_the_link_and_of_the_cookie_opens_and_changes_nothing(
    booked: Appointment,
) -> None:
    token, cookie, before = links.token(booked), links.cookie_for(booked), everything()
    assert [text for text in changed(token) if links.open_link(text)] == []
    assert [text for text in changed(cookie) if links.open_cookie(text)] == []
    assert [text for text in changed(cookie) if links.just_ended(text)] == []
    for text in changed(cookie)[::9]:
        assert set(press_everything(with_cookie(text), booked.version)) == {404}
    assert everything() == before


def test_an_expired_cookie_changes_nothing(booked: Appointment, clock: Any) -> None:
    client, before = with_cookie(links.cookie_for(booked)), everything()
    clock.shift(dt.timedelta(minutes=settings.MANAGE_MINUTES, seconds=1))
    assert set(press_everything(client, booked.version)) == {404}
    assert everything() == before


def test_a_press_sent_again_later_changes_nothing(booked: Appointment) -> None:
    """Replayed: the very same form, once it has done its work."""
    client = with_cookie(links.cookie_for(booked))
    form = {"slot": "maidenhead|2027-03-02T11:15Z", "version": booked.version}
    assert client.post("/book/manage/move/", form).status_code == 302
    elsewhere = fresh(booked)
    services.move(
        appointment_id=booked.pk,
        expected_version=elsewhere.version,
        location=elsewhere.location,
        starts_at=FREE_TIME + dt.timedelta(hours=3),
        actor=services.SYSTEM,
        now=NOW,
    )
    before = everything()
    assert client.post("/book/manage/move/", form).status_code == 302
    assert everything() == before


def test_a_link_that_died_changes_nothing(booked: Appointment) -> None:
    cookie = links.cookie_for(booked)
    Appointment.objects.filter(pk=booked.pk).update(link_version=4)
    before = everything()
    assert set(press_everything(with_cookie(cookie), booked.version)) == {404}
    assert everything() == before


def test_one_patients_link_never_reaches_anothers_visit(place: Location, booked: Appointment) -> None:
    other = cast.make_booked(place, starts_at=FREE_TIME + dt.timedelta(hours=2))
    mine, theirs = links.cookie_for(booked), links.cookie_for(other)
    swapped = [
        f"{theirs.split(':')[0]}:{mine.split(':', 1)[1]}",
        f"{mine.split(':')[0]}:{theirs.split(':', 1)[1]}",
        links.token(other),
        signing.TimestampSigner(salt="another").sign(f"{other.uuid.hex}-0"),
    ]
    before = everything()
    for text in swapped:
        assert set(press_everything(with_cookie(text), other.version)) == {404}, text
    # Her own cookie with the other's version and number in the form: only her own is ever read.
    with_cookie(mine).post("/book/manage/cancel/", {"version": other.version, "appointment": other.pk})
    assert fresh(other).status == "booked"
    assert everything()[0][-1] == before[0][-1]  # type: ignore[index]


def test_a_hundred_looks_at_each_page_change_nothing(booked: Appointment) -> None:
    client, before = with_cookie(links.cookie_for(booked)), everything()
    looks = 0
    for _ in range(12):
        for page in BEHIND:
            client.get(f"/book/manage/{page}?version={booked.version}&reason=cost&changed=no&way=give-back")
            looks += 1
    assert looks > 100
    assert everything() == before


def test_a_press_from_another_site_changes_nothing(booked: Appointment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[links.COOKIE] = links.cookie_for(booked)
    before = everything()
    assert set(press_everything(client, booked.version)) == {403}
    assert everything() == before


def test_no_token_in_a_log_a_title_or_a_page_and_none_goes_out_as_a_referer(
    booked: Appointment, caplog: pytest.LogCaptureFixture
) -> None:
    token, pages = links.token(booked), []
    secrets = (token, token.split(":")[0], str(booked.uuid), booked.reference, "brigid@example.org")
    with caplog.at_level(logging.DEBUG):
        reader = opened(booked)
        for page in BEHIND:
            answer = reader.client.get(f"/book/manage/{page}")
            pages.append(answer)
    lines = [logging.Formatter().format(record) for record in caplog.records]
    assert len([line for line in lines if "route=" in line]) >= len(BEHIND)
    assert [line for line in lines if any(secret in line for secret in secrets)] == []
    for answer in pages:
        body = answer.content.decode()
        assert token not in body
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        for title in re.findall(r"<title>(.*?)</title>", body, re.DOTALL):
            assert not any(secret in title for secret in secrets)
        away = [to for to in re.findall(r'(?:href|src|action)="([^"]+)"', body) if to.startswith("http")]
        assert away == []


# --- Controls: the breach that each guard stands against is found without it ---------------------------------------
def test_control_a_gate_that_forgets_the_version_lets_a_dead_link_in(
    booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = links.cookie_for(booked)
    Appointment.objects.filter(pk=booked.pk).update(link_version=4)
    monkeypatch.setattr(
        links, "_current", lambda uuid, version: Appointment.objects.filter(uuid=uuid).first()
    )
    assert with_cookie(cookie).post("/book/manage/cancel/", {"version": booked.version}).status_code == 302


def test_control_a_signature_for_any_purpose_would_open_it(
    booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = signing.Signer().sign(f"{booked.uuid.hex}-0")
    assert links.open_link(stolen) is None
    monkeypatch.setattr(links, "_LINK", signing.Signer())
    assert links.open_link(stolen) == booked
