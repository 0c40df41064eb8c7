"""F20: the password at the door. What a guesser learns of it: nothing; how far she gets: ten tries."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.models import TrailRow
from tests import cast, desk_cast, door_cast
from tests.door_cast import password, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "as_in_production")]
as_in_production, nurse, phone = door_cast.as_in_production, door_cast.nurse, door_cast.phone


def same(body: bytes) -> str:
    """A page without what differs each time: the form's token, and the name that was typed."""
    bare = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body.decode())
    return bare.replace("nurse", "NAME").replace("nobody", "NAME")


def test_a_known_and_an_unknown_name_read_and_cost_the_same(nurse: User) -> None:
    cast.make_staff("gone", "receptionist", is_active=False)
    seen = {}
    for name in ("nurse", "nobody", "gone"):
        with (
            patch.object(
                MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
            ) as runs,
            CaptureQueriesContext(connection) as asked,
        ):
            answer = password(Client(), name, "a wrong phrase")
        kinds = [query["sql"].split()[0] for query in asked.captured_queries]
        seen[name] = (
            answer.status_code,
            same(answer.content).replace("gone", "NAME"),
            runs.call_count,
            kinds,
        )
    assert seen["nurse"][2] == 1
    assert seen["nurse"] == seen["nobody"] == seen["gone"]


@pytest.mark.parametrize("name", ["nurse", "nobody"])
def test_a_hundred_guesses_are_locked_after_ten(name: str, nurse: User, phone: TOTPDevice) -> None:
    client = Client()
    told = [password(client, name, f"guess {nth}").status_code for nth in range(100)]
    assert told == [200] * 9 + [429] * 91
    assert AccessAttempt.objects.get().failures_since_start == 10, "what is locked writes nothing more"
    right = password(client, name)
    assert right.status_code == 429, "and the right password opens nothing"
    assert "locked here for 60 minutes" in desk_cast.text_of(right)
    assert name not in right.content.decode()


def test_a_locked_name_reads_and_costs_the_same_whether_it_exists(nurse: User) -> None:
    seen = {}
    for name in ("nurse", "nobody"):
        for _ in range(10):
            password(Client(), name, "a wrong phrase")
        with patch.object(MD5PasswordHasher, "encode", autospec=True) as runs:
            answer = password(Client(), name)
        seen[name] = (answer.status_code, same(answer.content), runs.call_count)
    assert seen["nurse"] == seen["nobody"]
    assert seen["nurse"][2] == 0


def test_control_without_the_lock_the_eleventh_guess_gets_through(
    nurse: User, phone: TOTPDevice, settings: Any
) -> None:
    settings.AXES_ENABLED = False
    client = Client()
    assert {password(client, "nurse", f"guess {nth}").status_code for nth in range(100)} == {200}
    assert password(client).status_code == 302


def test_a_lock_is_of_one_name_at_one_address(nurse: User, phone: TOTPDevice) -> None:
    for _ in range(10):
        password(Client(REMOTE_ADDR="192.0.2.1"), "nurse", "a wrong phrase")
    assert password(Client(REMOTE_ADDR="192.0.2.1")).status_code == 429
    assert password(Client(REMOTE_ADDR="192.0.2.2")).status_code == 302
    assert password(Client(REMOTE_ADDR="192.0.2.1"), "nobody", "a wrong phrase").status_code == 200


def test_a_forged_header_makes_nobody_somebody_new(nurse: User, settings: Any) -> None:
    for nth in range(10):
        forged = f"203.0.113.{nth}"
        password(Client(headers={"X-Forwarded-For": forged, "X-Real-IP": forged}), "nurse", "wrong")
    assert password(Client()).status_code == 429
    settings.BEHIND_PROXY = True  # nginx overwrites that one header; then it counts, and no other
    assert password(Client(headers={"X-Real-IP": "203.0.113.77"})).status_code == 302
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


def test_the_rows_of_wrong_tries_hold_no_password_and_no_words(nurse: User) -> None:
    lost = "what was typed about a patient"
    password(Client(), "my password by mistake", "zz secret phrase", lost=lost, next="/admin/?q=Zzname")
    row = AccessAttempt.objects.get()
    kept = " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    for word in ("zz secret", "by mistake", "Zzname", lost):
        assert word not in kept
    assert "password" in kept, "it looked at what was posted"


def test_a_lock_ends_by_itself_and_by_who_runs_all_clinics(
    nurse: User, phone: TOTPDevice, clock: Any
) -> None:
    boss = User.objects.create_superuser("boss", password=cast.PASSWORD)
    for _ in range(10):
        password(Client(), "nurse", "a wrong phrase")
    clock.shift(dt.timedelta(minutes=59))
    assert password(Client()).status_code == 429
    admin = sign_in(TOTPDevice.objects.create(user=boss, name="phone"))
    page = reverse("admin:auth_user_sign_in", args=[nurse.pk])
    assert "! Locked" in desk_cast.text_of(admin.get(page))
    assert "The lock has ended." in desk_cast.text_of(admin.post(page, {"deed": "lock"}, follow=True))
    assert password(Client()).status_code == 302
    assert TrailRow.objects.get(words="lock").actor == boss
    for _ in range(10):
        password(Client(), "nurse", "a wrong phrase")
    clock.shift(dt.timedelta(minutes=61))
    assert password(Client()).status_code == 302
