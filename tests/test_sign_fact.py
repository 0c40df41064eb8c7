"""A clinician signs a figure: who may, what it says, what takes it away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from clinic import signing
from clinic.models import Clinician, Role, Version
from tests.cast import make_staff
from tests.site_content import NOW
from tests.test_content_admin import change
from treatments.facts import HasChanged, change_fact, meaning_of, sign_fact
from treatments.models import Fact

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]
KEY = "gap_min"


@pytest.fixture
def nurse() -> User:
    user = make_staff("ash", Role.CLINICIAN)
    Clinician.objects.create(
        name="Ash Example", role="nurse", register="NMC", register_number="00A0000E", user=user
    )
    return user


def fact() -> Fact:
    return Fact.objects.get(key=KEY)


def sign(by: User, *, seen: str | None = None) -> Fact:
    return sign_fact(key=KEY, seen=meaning_of(fact()) if seen is None else seen, by=by, now=NOW)


def press(by: User, **data: str) -> tuple[int, str]:
    client = Client()
    client.force_login(by)
    response = client.post(reverse("admin:treatments_fact_sign", args=[KEY]), data, follow=True)
    return response.status_code, response.content.decode()


def test_it_carries_name_profession_register_and_day(nurse: User) -> None:
    signed = sign(nurse)
    assert (signed.signed_by, signed.signed_on) == ("Ash Example, nurse, NMC 00A0000E", dt.date(2027, 2, 17))
    assert fact().signed_by == signed.signed_by


def test_the_day_is_londons() -> None:
    summer_night = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert signing.day_of(summer_night) == dt.date(2027, 7, 1)


def test_it_is_kept_as_a_version(nurse: User) -> None:
    sign(nurse)
    newest = Version.objects.of("fact", KEY).first()
    assert newest
    assert (newest.value["signed_by"], newest.made_by) == ("Ash Example, nurse, NMC 00A0000E", nurse)


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.MANAGER, Role.EDITOR])
def test_nobody_else_may(role: str) -> None:
    user = make_staff("somebody", role)
    with pytest.raises(signing.MayNotSign):
        sign(user)
    assert press(user, seen=meaning_of(fact()))[0] == 403
    assert fact().signed_by == ""


def test_a_disabled_login_may_not(nurse: User) -> None:
    nurse.is_active = False
    with pytest.raises(signing.MayNotSign):
        sign(nurse)


@pytest.mark.parametrize("is_superuser", [True, False])
def test_a_login_that_is_no_clinician_has_no_name_to_sign_with(is_superuser: bool) -> None:
    user = make_staff("doctor", Role.CLINICIAN, is_superuser=is_superuser)
    with pytest.raises(signing.MayNotSign, match="not tied to a clinician"):
        sign(user)
    assert "not tied to a clinician" in press(user, seen=meaning_of(fact()))[1]


def test_a_made_up_clinician_signs_as_such() -> None:
    user = make_staff("demo", Role.CLINICIAN)
    Clinician.objects.create(name="Nurse Demo", role="nurse", is_demo=True, user=user)
    assert sign(user).signed_by == "Nurse Demo (demo), nurse"


def test_what_changed_since_it_was_read_is_not_signed(nurse: User) -> None:
    seen = meaning_of(fact())
    change_fact(key=KEY, changes={"text": "3 weeks", "number": 21}, by=None, now=NOW)
    with pytest.raises(HasChanged):
        sign(nurse, seen=seen)
    assert "Read it again" in press(nurse, seen=seen)[1]
    assert fact().signed_by == ""


def test_another_reason_since_then_does_not_matter(nurse: User) -> None:
    seen = meaning_of(fact())
    change_fact(key=KEY, changes={"reason": "Careful."}, by=None, now=NOW)
    assert sign(nurse, seen=seen).signed_by


def test_the_button_signs_and_a_new_value_takes_it_away(nurse: User) -> None:
    assert "Signed by Ash Example" in press(nurse, seen=meaning_of(fact()))[1]
    changed = change_fact(key=KEY, changes={"number": 15}, by=nurse, now=NOW)
    assert (changed.signed_by, changed.signed_on) == ("", None)


def test_only_who_may_press_it_sees_the_button(nurse: User) -> None:
    for user, sees in ((nurse, True), (make_staff("editor", Role.EDITOR), False)):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("admin:treatments_fact_change", args=[KEY])).content.decode()
        assert ("I have checked this value" in page) is sees


def test_looking_signs_nothing_and_an_unknown_figure_is_nowhere(nurse: User) -> None:
    client = Client()
    client.force_login(nurse)
    assert client.get(reverse("admin:treatments_fact_sign", args=[KEY])).status_code == 405
    assert client.post(reverse("admin:treatments_fact_sign", args=["nothing"])).status_code == 302
    assert not Fact.objects.exclude(signed_by="").exists()


def test_a_clinician_changes_a_figure_once_and_every_page_follows(nurse: User) -> None:
    response = change(nurse, fact(), text="3 weeks", number="21")
    assert response.status_code == 302
    for path in ("/treatments/aftercare/", "/treatments/microsclerotherapy/", "/about/how-we-check/"):
        assert "3 weeks" in Client().get(path).content.decode(), path
