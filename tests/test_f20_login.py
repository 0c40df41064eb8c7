"""F20: the login. What a guesser learns, how far she gets, what a used code and a disabled person open: nothing."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic import second_step
from clinic.backend import StaffBackend
from clinic.models import Membership, TrailRow
from tests import cast, desk_cast, door_cast
from tests.cast import NOW
from tests.door_cast import CODE, LOGIN, OUT, OWN, PHONE, START, TODAY, is_in, password, shown_by, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "as_in_production")]
as_in_production, nurse, phone = door_cast.as_in_production, door_cast.nurse, door_cast.phone


def same(body: bytes) -> str:
    """A page without what differs each time: the form's token, and the name that was typed."""
    bare = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body.decode())
    return bare.replace("nurse", "NAME").replace("nobody", "NAME")


# --- The password ---------------------------------------------------------------------------------------------------


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


# --- The second step ------------------------------------------------------------------------------------------------


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


# --- Remembered, signed out, disabled -------------------------------------------------------------------------------


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


# --- Time ------------------------------------------------------------------------------------------------------------


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
