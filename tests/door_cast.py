"""The door's side of the cast: a password typed, a phone that shows a code, somebody who signs in with both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import cast

LOGIN, START, CODE = "/admin/login/", "/admin/", "/admin/code/"
TODAY = "/admin/bookings/appointment/today/"  # where a desk's login leads
PHONE, OWN, OUT = "/admin/second-step/phone/", "/admin/sign-in/", "/admin/sign-in/out/"


# --- Fixtures: a test file takes one by giving it a name: `nurse = door_cast.nurse` ---------------------------------
@pytest.fixture
def as_in_production(settings: Any) -> None:
    """The second step is asked for; elsewhere in the tests a password is enough."""
    settings.SECOND_STEP = True


@pytest.fixture
def nurse() -> User:
    return cast.make_staff("nurse", "clinician", cast.make_clinic())


@pytest.fixture
def phone(nurse: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=nurse, name="phone")


def shown_by(phone: TOTPDevice) -> str:
    """The six digits that the phone shows now."""
    kept = TOTP(phone.bin_key)
    kept.time = dt.datetime.now(dt.UTC).timestamp()
    return f"{kept.token():06d}"


def password(client: Client, name: str = "nurse", word: str = cast.PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": word, "next": START, **more})


def sign_in(phone: TOTPDevice, **more: Any) -> Client:
    client = Client()
    assert password(client, phone.user.get_username()).headers["Location"] == CODE
    answer = client.post(CODE, {"code": shown_by(phone), **more})
    assert answer.status_code == 302, answer.content
    return client


def is_in(client: Client) -> bool:
    return client.get(START).status_code == 200
