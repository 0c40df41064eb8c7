"""The demo: every status and every kind of work is there, a second run adds nothing, and nowhere else does it run."""

from __future__ import annotations

import datetime as dt
import stat
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpRequest

from bookings.bank_holidays import load_bank_holidays
from bookings.demo import NoClinics, load_diary, load_logins, load_rota
from bookings.demo.stories import STORIES
from bookings.life import Status
from bookings.models import Appointment, CallTask, Closure, Patient, WorkingPattern
from clinic.models import Clinician, Location, Membership, Message, Role
from tests import cast
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _demo(settings, tmp_path: Path) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    for slug in ("amersham", "maidenhead", "london", "dublin"):
        cast.make_location(slug)
    cast.make_fees()
    cast.make_gap()


def load() -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("load_demo", stdout=out)
    return out.getvalue()


def counts() -> list[int]:
    nouns = (Appointment, Patient, CallTask, Closure, WorkingPattern, Clinician, User, Membership, Message)
    return [noun.objects.count() for noun in nouns]


def test_it_refuses_outside_a_demo(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_it_asks_for_the_clinics_first() -> None:
    Location.objects.filter(slug="london").delete()
    with pytest.raises(CommandError, match=r"No clinic yet: london\. Run load_clinics first\."):
        call_command("load_demo")
    with pytest.raises(NoClinics):
        load_rota(NOW)


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2027, 2, 17, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 12, 27, 3, tzinfo=dt.UTC),
        dt.datetime(2027, 10, 31, 23, 30, tzinfo=dt.UTC),
    ],
    ids=["a Wednesday", "the night after Christmas", "the Sunday the clocks go back"],
)
def test_every_story_is_told_on_any_day(now: dt.datetime) -> None:
    clinics = load_rota(now)
    load_bank_holidays((now.year - 1, now.year, now.year + 1))
    load_logins()
    assert load_diary(clinics, now) == len(STORIES)
    assert set(Appointment.objects.values_list("status", flat=True)) == set(Status)
    here = Appointment.objects.filter(status=Status.ARRIVED, starts_at__date=now.date())
    assert here.count() == 2
    assert {each.location.country for each in here} == {"GB", "IE"}
    waits = Appointment.objects.needs_answer()
    assert waits.filter(answer_by__lt=now.date()).count() >= 2
    assert waits.filter(starts_at__lt=now).count() == 1
    assert waits.filter(clinician_check="needed").count() >= 3
    calls = CallTask.objects.open()
    assert set(calls.values_list("why", flat=True)) == set(CallTask.Why)
    old_mail = Message.objects.unsent().filter(queued_at__lt=now - dt.timedelta(hours=1))
    assert not old_mail.exists()
    everybody_is_made_up()


def everybody_is_made_up() -> None:
    assert set(Clinician.objects.values_list("is_demo", flat=True)) == {True}
    assert all("Demo" in name for name in Clinician.objects.values_list("name", flat=True))
    people = Patient.objects.all()
    assert people.count() > 80
    assert all(each.email.endswith("@example.org") for each in people if each.email)
    assert all(each.phone.startswith(("+442079460", "+3532091")) for each in people)


def test_a_second_run_adds_nothing_and_prints_the_same_password(django_assert_max_num_queries) -> None:
    first, before = load(), counts()
    with django_assert_max_num_queries(40):
        second = load()
    assert counts() == before
    assert second.splitlines()[-9:] == first.splitlines()[-9:]


def test_each_role_has_a_login_with_the_printed_password(tmp_path: Path) -> None:
    load_rota(NOW)
    password = load_logins()
    for username in ("reception-uk", "reception-dublin", "nurse", "doctor", "manager", "editor", "admin"):
        user = authenticate(HttpRequest(), username=username, password=password)
        assert user is not None, username
        assert user.is_staff
    uk = Membership.objects.filter(user__username="reception-uk", role=Role.RECEPTIONIST)
    assert {each.location.slug for each in uk} == {"amersham", "maidenhead", "london"}
    assert User.objects.get(username="nurse").clinician.name == "Nurse Demo Ash"
    file = tmp_path / "demo-logins.txt"
    assert file.read_text().startswith(password)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_install_has_a_password_of_its_own(settings, tmp_path: Path) -> None:
    passwords = set()
    for name in ("one", "two"):
        settings.VAR_DIR = tmp_path / name
        passwords.add(load_logins())
    assert len(passwords) == 2


def test_the_rota_reaches_all_four_clinics_and_an_alternating_week() -> None:
    load_rota(NOW)
    assert WorkingPattern.objects.values("location").distinct().count() == 4
    assert WorkingPattern.objects.filter(every_n_weeks=2).exists()
    ash = WorkingPattern.objects.filter(clinician__name="Nurse Demo Ash")
    assert ash.values("location").distinct().count() == 3


def test_bank_holidays_are_whole_days_of_their_own_country() -> None:
    assert load_bank_holidays([2027]) > 15
    assert load_bank_holidays([2027]) == 0
    patrick = Closure.objects.get(country="IE", day=dt.date(2027, 3, 17))
    assert not Closure.objects.filter(country="GB", day=dt.date(2027, 3, 17)).exists()
    summer = Closure.objects.get(country="GB", day=dt.date(2027, 8, 30))
    assert patrick.starts_at == dt.datetime(2027, 3, 17, tzinfo=dt.UTC)
    assert summer.starts_at == dt.datetime(2027, 8, 29, 23, tzinfo=dt.UTC)
    assert summer.ends_at - summer.starts_at == dt.timedelta(days=1)


def test_bank_holidays_can_be_loaded_alone_for_a_range_of_years() -> None:
    out = StringIO()
    call_command("load_bank_holidays", "2030", "2031", stdout=out)
    assert "2030 to 2031" in out.getvalue()
    assert {day.year for day in Closure.objects.values_list("day", flat=True)} == {2030, 2031}
    with pytest.raises(CommandError, match="in that order"):
        call_command("load_bank_holidays", "2031", "2030")
