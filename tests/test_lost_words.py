"""What was typed into a form of the desk when time was up: it comes back to her alone, after she has signed in."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic import lost_words
from clinic.models import Membership
from tests import cast, desk_cast, door_cast
from tests.door_cast import CODE, LOGIN, START, TODAY, is_in, shown_by, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "as_in_production")]
as_in_production, nurse, phone = door_cast.as_in_production, door_cast.nurse, door_cast.phone


@pytest.mark.parametrize("clicked_first", [False, True])
@pytest.mark.parametrize("after", [dt.timedelta(minutes=31), dt.timedelta(hours=20)])
def test_what_was_typed_comes_back_after_the_login_and_is_sent_by_a_press(
    nurse: User, phone: TOTPDevice, clock: Any, after: dt.timedelta, clicked_first: bool
) -> None:
    place = Membership.objects.get(user=nurse).location
    assert place is not None
    row = desk_cast.ringing_request(place)
    note = desk_cast.page_of(row, "note")
    client = sign_in(phone)
    clock.shift(after)
    if clicked_first:
        assert not is_in(client), "another window of hers was quicker"
    asked = client.post(note, {"text": "She rang about her <b>left</b> leg", "password": "zz never kept"})
    assert asked.status_code == 403
    page = asked.content.decode()
    assert "what you typed comes back" in page
    assert "zz never kept" not in page
    lost = re.search(r'name="lost" value="([^"]+)"', page)
    assert lost
    wrong = client.post(LOGIN, {"username": "nurse", "password": "wrong", "next": note, "lost": lost[1]})
    assert lost[1] in wrong.content.decode(), "a wrong password loses nothing"
    client.post(LOGIN, {"username": "nurse", "password": cast.PASSWORD, "next": note, "lost": lost[1]})
    again = client.post(CODE, {"code": shown_by(phone)}, follow=True)
    assert [address for address, _ in again.redirect_chain] == ["/admin/typed/"]
    assert "She rang about her &lt;b&gt;left&lt;/b&gt; leg" in again.content.decode()
    assert row.notes.count() == 0, "nothing is saved by coming back"
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', again.content.decode()))
    assert f'action="{note}"' in again.content.decode()
    assert "password" not in fields
    assert client.get("/admin/typed/").headers["Location"] == TODAY, "shown once"
    stored = " ".join(str(session.get_decoded()) for session in Session.objects.all())
    assert "lost" not in stored.replace("'lost': ''", "")


def test_another_person_never_gets_what_somebody_typed(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    other = cast.make_staff("other", "receptionist")
    theirs = TOTPDevice.objects.create(user=other, name="phone")
    client = sign_in(phone)
    clock.shift(dt.timedelta(minutes=31))
    page = client.post(desk_cast.ADD, {"name": "Zzname"}).content.decode()
    lost = re.search(r'name="lost" value="([^"]+)"', page)
    assert lost
    client.post(LOGIN, {"username": "other", "password": cast.PASSWORD, "next": START, "lost": lost[1]})
    answer = client.post(CODE, {"code": shown_by(theirs)}, follow=True)
    assert [address for address, _ in answer.redirect_chain] == [TODAY]
    assert "Zzname" not in answer.content.decode()


def test_words_that_we_did_not_sign_are_dropped(nurse: User, phone: TOTPDevice) -> None:
    client = Client()
    client.post(
        LOGIN, {"username": "nurse", "password": cast.PASSWORD, "next": START, "lost": "forged:word:here"}
    )
    assert client.post(CODE, {"code": shown_by(phone)}).headers["Location"] == TODAY


def test_the_login_leads_to_no_other_site(nurse: User, phone: TOTPDevice) -> None:
    client = Client()
    client.post(LOGIN, {"username": "nurse", "password": cast.PASSWORD, "next": "https://evil.example/"})
    assert client.post(CODE, {"code": shown_by(phone)}).headers["Location"] == TODAY


def test_what_the_form_itself_had_seen_is_sent_again_and_not_shown_as_typed() -> None:
    fields = [("seen_name", ["Mary Before"]), ("row_seen", ["0f3a99"]), ("name", ["Mary After"])]
    lost = lost_words.read(lost_words.keep(path="/admin/", fields=fields, user_id=1), user_id=1)
    assert lost is not None
    assert lost.words == ["Mary After"]
    assert dict(lost.fields) == {"seen_name": "Mary Before", "row_seen": "0f3a99", "name": "Mary After"}
