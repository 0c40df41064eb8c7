"""F20: the code of the phone, the recovery codes, and a phone that is lost. A password alone opens nothing."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic import second_step
from clinic.models import Membership, TrailRow
from tests import cast, desk_cast, door_cast
from tests.cast import NOW
from tests.door_cast import CODE, LOGIN, OWN, PHONE, START, TODAY, is_in, password, shown_by, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "as_in_production")]
as_in_production, nurse, phone = door_cast.as_in_production, door_cast.nurse, door_cast.phone


def test_a_password_alone_opens_nothing(nurse: User, phone: TOTPDevice) -> None:
    client = Client()
    assert password(client).headers["Location"] == CODE
    for address in (
        START,
        desk_cast.QUEUE,
        desk_cast.PATIENTS,
        OWN,
        "/admin/ready/",
        "/admin/password_change/",
    ):
        assert client.get(address).headers["Location"].startswith(LOGIN), address
    assert client.get(PHONE).headers["Location"] == LOGIN, "nor may it set up another phone"
    assert client.post(PHONE, {"new_code": "123456"}).headers["Location"] == LOGIN
    assert not is_in(client)


def test_control_where_no_second_step_is_needed_it_does(nurse: User, settings: Any) -> None:
    settings.SECOND_STEP = False
    client = Client()
    assert password(client).headers["Location"] == TODAY
    assert is_in(client)


def test_a_session_that_was_never_asked_for_a_code_is_nobodys(nurse: User, phone: TOTPDevice) -> None:
    assert not is_in(desk_cast.at(nurse))


def test_the_right_code_opens_and_a_used_one_never_again(nurse: User, phone: TOTPDevice) -> None:
    used = shown_by(phone)
    assert is_in(sign_in(phone))
    thief = Client()
    password(thief)
    again = thief.post(CODE, {"code": used})
    assert again.status_code == 200
    assert "This code does not fit" in desk_cast.text_of(again)
    assert not is_in(thief)


def test_control_a_phone_that_forgets_what_it_saw_takes_the_code_twice(
    nurse: User, phone: TOTPDevice
) -> None:
    used = shown_by(phone)
    sign_in(phone)
    TOTPDevice.objects.update(last_t=-1)
    thief = Client()
    password(thief)
    assert thief.post(CODE, {"code": used}).status_code == 302


def test_guessing_codes_waits_longer_each_time(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    client = Client()
    password(client)
    wrong = f"{(int(shown_by(phone)) + 1) % 10**6:06d}"
    for _ in range(20):
        assert client.post(CODE, {"code": wrong}).status_code == 200
    assert client.post(CODE, {"code": shown_by(phone)}).status_code == 200, "even the right one has to wait"
    phone.refresh_from_db()
    assert phone.throttling_failure_count == 1, "what was not looked at counts as nothing"
    clock.shift(dt.timedelta(seconds=30))
    assert client.post(CODE, {"code": shown_by(phone)}).status_code == 302


def test_a_recovery_code_opens_once_and_is_kept_hashed(nurse: User, phone: TOTPDevice) -> None:
    codes = second_step.new_codes(user=nurse)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == len(codes) == 10
    assert not kept & {re.sub("-", "", code) for code in codes}
    for _ in range(2):
        client = Client()
        password(client)
        client.post(CODE, {"code": codes[3].upper().replace("-", " ")})
        assert is_in(client) is (_ == 0)
    assert second_step.codes_left(nurse) == 9


def test_new_codes_end_the_old_ones_and_need_a_code(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    old = second_step.new_codes(user=nurse)
    client = sign_in(phone)
    clock.shift(dt.timedelta(seconds=30))
    refused = client.post("/admin/sign-in/codes/", {"code": "000000"})
    assert "This code does not fit" in desk_cast.text_of(refused)
    clock.shift(dt.timedelta(seconds=30))
    shown = client.post("/admin/sign-in/codes/", {"code": shown_by(phone)})
    fresh = re.findall(r"<code>([a-z0-9-]{14})</code>", shown.content.decode())
    assert len(fresh) == 10
    assert not second_step.accept(user=nurse, typed=old[0])
    clock.shift(dt.timedelta(seconds=30))
    assert second_step.accept(user=nurse, typed=fresh[0])


def test_who_has_no_phone_sets_one_up_before_anything_else_opens(nurse: User) -> None:
    client = Client()
    assert password(client).headers["Location"] == PHONE
    assert not is_in(client)
    page = client.get(PHONE).content.decode()
    assert "<svg" in page
    assert "style=" not in page
    phone = TOTPDevice.objects.get(user=nurse, confirmed=False)
    assert second_step.letters(phone) in page
    assert "This code does not fit" in desk_cast.text_of(client.post(PHONE, {"new_code": "000000"}))
    assert not is_in(client)
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        done = client.post(PHONE, {"new_code": shown_by(phone)})
        assert "We show them only once" in desk_cast.text_of(done)
        assert is_in(client)
        assert not is_in_with_the_same_code_again(phone)


def is_in_with_the_same_code_again(phone: TOTPDevice) -> bool:
    client = Client()
    password(client)
    client.post(CODE, {"code": shown_by(phone)})
    return is_in(client)


def test_another_phone_needs_a_code_of_the_one_before(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    client, elsewhere = sign_in(phone), None
    clock.shift(dt.timedelta(minutes=1))
    elsewhere = sign_in(phone)
    clock.shift(dt.timedelta(minutes=1))
    client.get(PHONE)
    new = TOTPDevice.objects.get(user=nurse, confirmed=False)
    refused = client.post(PHONE, {"code": "000000", "new_code": shown_by(new)})
    assert "This code does not fit" in desk_cast.text_of(refused)
    clock.shift(dt.timedelta(minutes=1))
    client.post(PHONE, {"code": shown_by(phone), "new_code": shown_by(new)})
    assert TOTPDevice.objects.get(user=nurse).pk == new.pk
    assert is_in(client)
    assert not is_in(elsewhere)


def test_a_password_waits_ten_minutes_for_its_code(nurse: User, phone: TOTPDevice, clock: Any) -> None:
    client = Client()
    password(client)
    clock.shift(dt.timedelta(minutes=11))
    assert client.post(CODE, {"code": shown_by(phone)}).headers["Location"] == LOGIN


def test_a_lost_phone_is_taken_away_by_who_runs_all_clinics_alone(
    nurse: User, phone: TOTPDevice, settings: Any
) -> None:
    client = sign_in(phone)
    page = reverse("admin:auth_user_sign_in", args=[nurse.pk])
    settings.SECOND_STEP = False
    place = Membership.objects.get(user=nurse).location
    assert place is not None
    for role in ("receptionist", "clinician", "manager"):
        for asks in (desk_cast.somebody(role, place).get, desk_cast.somebody(role, place).post):
            assert asks(page, {"deed": "phone"}).status_code == 403
    root = User.objects.create_superuser("root", password=cast.PASSWORD)
    superuser_page = reverse("admin:auth_user_sign_in", args=[root.pk])
    assert desk_cast.manager().post(superuser_page, {"deed": "out"}).status_code == 403
    desk_cast.manager().post(page, {"deed": "phone"})
    settings.SECOND_STEP = True
    assert not TOTPDevice.objects.filter(user=nurse).exists()
    assert not is_in(client)
    assert password(client).headers["Location"] == PHONE
    assert TrailRow.objects.get(words="phone").key == str(nurse.pk)


def test_the_command_takes_the_phone_of_the_last_administrator(nurse: User, phone: TOTPDevice) -> None:
    client = sign_in(phone)
    call_command("take_phone_away", "nurse", stdout=StringIO())
    assert not is_in(client)
    assert password(client).headers["Location"] == PHONE
    with pytest.raises(CommandError):
        call_command("take_phone_away", "nobody")
