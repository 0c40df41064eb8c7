"""The manage link: signed for one appointment and one link version, dead once that is old, and never guessable."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
import time_machine
from django.core import mail, signing

from bookings import links, services
from bookings.models import Appointment
from clinic import outbox
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_it_opens_its_own_appointment() -> None:
    place = cast.make_clinic()
    first = cast.make_request(place)
    second = cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    assert links.open_link(links.token(first)) == first
    assert links.open_link(links.token(second)) == second


@pytest.mark.parametrize("brackets", ["[[", "[[[", "[[[["])
@pytest.mark.parametrize("field", ["name", "asked_by"])
def test_a_name_is_never_the_place_of_a_link(brackets: str, field: str) -> None:
    """Somebody who read the uuid in a calendar file would be sent the link of its appointment."""
    place = cast.make_clinic()
    theirs = cast.make_request(place)
    typed = {"name": "Ada Test", field: f"{brackets}manage_link:{theirs.uuid}]]"}
    cast.make_booked(place, starts_at=FREE_TIME + dt.timedelta(hours=1), patient=cast.make_details(**typed))
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    assert len(mail.outbox) >= 2
    for each in mail.outbox[1:]:
        assert links.token(theirs) not in f"{each.body}{each.alternatives}"


def test_it_is_the_same_in_every_message_and_after_each_verb_that_keeps_it_alive() -> None:
    asked = cast.make_request(cast.make_clinic())
    token = links.token(asked)
    booked = cast.act(services.confirm, asked)
    assert links.token(booked) == token
    assert links.manage_url(str(asked.uuid)).endswith(f"/book/link/{token}/")


def test_it_dies_when_its_version_rises() -> None:
    asked = cast.make_request(cast.make_clinic())
    token = links.token(asked)
    Appointment.objects.update(link_version=1)
    assert links.open_link(token) is None
    asked.refresh_from_db()
    assert links.open_link(links.token(asked)) == asked


@pytest.mark.parametrize(
    ("verb", "given"),
    [(services.decline, {"reason_code": "no-time"}), (services.cancel, {})],
    ids=["declined", "cancelled"],
)
def test_it_dies_when_the_appointment_ends(verb, given: dict[str, str]) -> None:
    asked = cast.make_request(cast.make_clinic())
    token = links.token(asked)
    cast.act(verb, asked, **given)
    assert links.open_link(token) is None


def test_every_changed_sign_forges_it() -> None:
    token = links.token(cast.make_request(cast.make_clinic()))
    for place, sign in enumerate(token):
        changed = token[:place] + ("A" if sign != "A" else "B") + token[place + 1 :]
        assert links.open_link(changed) is None, place


@pytest.mark.parametrize("text", ["", ":", "x", "a:b:c", "\x00", "é" * 50, "0" * 5000, "\ud800"])
def test_nonsense_opens_nothing(text: str) -> None:
    assert links.open_link(text) is None
    assert links.open_cookie(text) is None


def test_a_signature_made_for_something_else_opens_nothing() -> None:
    asked = cast.make_request(cast.make_clinic())
    value = f"{asked.uuid.hex}-0"
    assert links.open_link(signing.Signer().sign(value)) is None
    assert links.open_link(signing.Signer(salt="another").sign(value)) is None
    assert links.open_link(links.cookie_for(asked)) is None
    assert links.open_cookie(links.token(asked)) is None


def test_it_survives_a_change_of_the_secret_by_the_fallbacks(settings) -> None:
    asked = cast.make_request(cast.make_clinic())
    token = links.token(asked)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new secret of good length", [old]
    fresh = signing.Signer(salt="bookings.manage-link")
    assert fresh.unsign(token)


def test_a_hold_and_an_unknown_appointment_have_no_link() -> None:
    place = cast.make_clinic()
    held = services.hold(
        key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW
    )
    assert links.open_link(links.token(held)) is None
    assert links.open_link(links.token(Appointment(uuid=uuid4()))) is None


def test_the_cookie_lasts_half_an_hour() -> None:
    asked = cast.make_request(cast.make_clinic())
    with time_machine.travel(NOW, tick=False) as clock:
        cookie = links.cookie_for(asked)
        clock.shift(dt.timedelta(minutes=29))
        assert links.open_cookie(cookie) == asked
        clock.shift(dt.timedelta(minutes=2))
        assert links.open_cookie(cookie) is None


def test_the_cookie_dies_with_the_link() -> None:
    asked = cast.make_request(cast.make_clinic())
    cookie = links.cookie_for(asked)
    cast.act(services.cancel, asked)
    assert links.open_cookie(cookie) is None
    assert links.open_cookie(None) is None
