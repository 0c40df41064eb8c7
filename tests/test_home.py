"""Where a login leads: a desk to its day, an editor to the start page, and everybody first to where she was going."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic.models import Role
from tests import cast, desk_cast, door_cast
from tests.desk_cast import QUEUE
from tests.door_cast import CODE, LOGIN, PHONE, START, TODAY, password, shown_by, sign_in

nurse, phone, as_in_production = door_cast.nurse, door_cast.phone, door_cast.as_in_production
pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

DESKS = (Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER)


@pytest.mark.parametrize("role", DESKS)
@pytest.mark.parametrize("going", ["", START, "https://elsewhere.example/"])
def test_a_desk_begins_with_its_day(role: str, going: str) -> None:
    cast.make_staff("robin", role, cast.make_location())
    client = Client()
    assert password(client, "robin", next=going).headers["Location"] == TODAY
    assert client.get(TODAY).status_code == 200


def test_an_editor_and_an_administrator_begin_with_the_start_page() -> None:
    cast.make_staff("eden", Role.EDITOR)
    User.objects.create_superuser("root", password=cast.PASSWORD)
    for name in ("eden", "root"):
        client = Client()
        assert password(client, name).headers["Location"] == START
        assert client.get(START).status_code == 200


def test_somebody_with_two_roles_begins_at_the_desk() -> None:
    user = cast.make_staff("both", Role.EDITOR)
    cast.Membership.objects.create(user=user, location=cast.make_location(), role=Role.RECEPTIONIST)
    assert password(Client(), "both").headers["Location"] == TODAY


def test_where_she_was_going_comes_first(nurse: User) -> None:
    client = Client()
    asked = client.get(QUEUE)
    assert asked.headers["Location"] == f"{LOGIN}?next={QUEUE}"
    assert f'name="next" value="{QUEUE}"' in client.get(asked.headers["Location"]).content.decode()
    assert password(client, next=QUEUE).headers["Location"] == QUEUE


@pytest.mark.usefixtures("as_in_production")
def test_the_second_step_stands_before_it(phone: TOTPDevice) -> None:
    client = Client()
    assert password(client).headers["Location"] == CODE
    assert client.get(TODAY).status_code == 302
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert client.get(TODAY).status_code == 302


@pytest.mark.usefixtures("as_in_production")
def test_a_code_leads_to_the_day_or_to_where_she_was_going(phone: TOTPDevice) -> None:
    client = Client()
    password(client, next=QUEUE)
    assert client.post(CODE, {"code": shown_by(phone)}).headers["Location"] == QUEUE
    TOTPDevice.objects.update(last_t=-1)
    other = Client()
    password(other)
    assert other.post(CODE, {"code": shown_by(phone)}).headers["Location"] == TODAY


@pytest.mark.usefixtures("as_in_production")
def test_a_first_phone_stands_before_it_too(nurse: User) -> None:
    client = Client()
    assert password(client).headers["Location"] == PHONE
    assert client.get(TODAY).status_code == 302


@pytest.mark.usefixtures("as_in_production")
def test_the_login_leads_who_is_in_already_to_her_day(phone: TOTPDevice) -> None:
    assert sign_in(phone).get(LOGIN).headers["Location"] == TODAY


def test_the_start_page_is_one_link_away_and_leads_back(nurse: User) -> None:
    client = desk_cast.at(nurse)
    assert f'<a href="{START}">Start</a>' in client.get(TODAY).content.decode()
    assert f'<a href="{TODAY}">Today</a>' in client.get(START).content.decode()
