"""F20: how long a sign-in lasts, what is remembered of it, and what ends it at the next click."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.backend import StaffBackend
from clinic.models import TrailRow
from tests import cast, desk_cast, door_cast
from tests.door_cast import CODE, OUT, TODAY, is_in, password, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "as_in_production")]
as_in_production, nurse, phone = door_cast.as_in_production, door_cast.nurse, door_cast.phone


def logged_out(client: Client) -> Client:
    client.post("/admin/logout/")
    return client


def test_a_clinic_computer_is_remembered_for_twelve_hours(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    client = logged_out(sign_in(phone, remember="on"))
    clock.shift(dt.timedelta(hours=11, minutes=59))
    assert password(client).headers["Location"] == TODAY
    assert is_in(logged_out(client)) is False
    clock.shift(dt.timedelta(minutes=2))
    assert password(client).headers["Location"] == CODE


def test_what_is_remembered_opens_nothing_without_the_password_or_for_another(
    nurse: User, phone: TOTPDevice
) -> None:
    other = cast.make_staff("other", "receptionist")
    TOTPDevice.objects.create(user=other, name="phone")
    client = logged_out(sign_in(phone, remember="on"))
    assert not is_in(client)
    name = next(name for name in client.cookies if name.endswith(f"desk-{nurse.pk}"))
    cookie = client.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", True)
    client.cookies[name.replace(str(nurse.pk), str(other.pk))] = cookie.value
    assert password(client, "other").headers["Location"] == CODE
    client.cookies[name] = cookie.value[:-1] + ("a" if cookie.value[-1] != "a" else "b")
    assert password(client).headers["Location"] == CODE


def test_signing_out_everywhere_ends_every_session_and_every_remembered_computer(
    nurse: User, phone: TOTPDevice, clock: Any
) -> None:
    at_home = sign_in(phone)
    clock.shift(dt.timedelta(minutes=1))
    remembered = sign_in(phone, remember="on")
    assert is_in(at_home)
    assert "signed out everywhere" in desk_cast.text_of(remembered.post(OUT))
    assert not is_in(at_home)
    assert not is_in(remembered)
    assert password(remembered).headers["Location"] == CODE
    assert TrailRow.objects.get(words="out").actor == nurse


def test_control_logging_out_alone_leaves_the_computer_remembered(nurse: User, phone: TOTPDevice) -> None:
    remembered = logged_out(sign_in(phone, remember="on"))
    assert password(remembered).headers["Location"] == TODAY


def test_a_disabled_person_is_out_at_the_next_click(nurse: User, phone: TOTPDevice) -> None:
    client = sign_in(phone, remember="on")
    assert is_in(client)
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert not is_in(client)
    assert StaffBackend().get_user(nurse.pk) is None, "nobody, on the pages for the public too"
    assert password(client).status_code == 200, "nor back in"


def test_a_new_password_from_an_administrator_does_not_pass_by_the_phone(
    nurse: User, phone: TOTPDevice
) -> None:
    client = sign_in(phone, remember="on")
    nurse.set_password("another long phrase 9")
    nurse.save()
    assert not is_in(client)
    assert password(client, "nurse", "another long phrase 9").headers["Location"] == CODE
    assert not is_in(client)


def test_thirty_idle_minutes_end_it_and_a_click_within_goes_on(
    nurse: User, phone: TOTPDevice, clock: Any
) -> None:
    client = sign_in(phone)
    for _ in range(3):
        clock.shift(dt.timedelta(minutes=29))
        assert is_in(client)
    clock.shift(dt.timedelta(minutes=31))
    assert not is_in(client)


def test_twelve_hours_end_it_however_busy(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    client = sign_in(phone)
    for _ in range(24 * 12 // 12 + 5):
        clock.shift(dt.timedelta(minutes=24))
        assert is_in(client)
    clock.shift(dt.timedelta(minutes=25))
    assert not is_in(client)


def test_a_patients_journey_in_the_same_browser_outlives_the_desk(
    nurse: User, phone: TOTPDevice, clock: Any
) -> None:
    client = sign_in(phone)
    client.post("/book/?clinic=maidenhead", {})
    session = client.session
    session["journey of somebody"] = "kept"
    session.save()
    clock.shift(dt.timedelta(minutes=31))
    assert not is_in(client)
    assert client.session["journey of somebody"] == "kept"
    assert not {"_auth_user_id", "desk", "_messages"} & set(client.session.keys())


def test_a_click_asks_for_the_session_and_the_user_and_nothing_else(nurse: User, phone: TOTPDevice) -> None:
    client = sign_in(phone)
    with desk_cast.queries() as asked:
        client.get("/admin/jsi18n/")
    del asked["clinic_membership"]
    assert dict(asked) == {"django_session": 1, "auth_user": 1}
