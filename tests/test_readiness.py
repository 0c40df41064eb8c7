"""Ready to open? Rows for what only the clinic knows; until then a line on each page and a start that has to be allowed."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from bookings.models import Service, WorkingPattern
from clinic import page_cache, readiness
from clinic import settings as production
from clinic.models import Clinician, Location, OpeningHours, Organisation, PageDrop
from tests import cast
from tests.site_content import load_site_content
from tests.test_serve import free_port
from treatments.models import Fact, Fee, Page

pytestmark = pytest.mark.django_db
LINE = "This site is being prepared."
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _rooms(settings: Any, tmp_path: Path) -> None:
    """The list of production, and a folder in which no site was ever opened."""
    settings.READINESS, settings.VAR_DIR = production.READINESS, tmp_path


@pytest.fixture
def clinic(settings: Any) -> None:
    """The site with its real content, on the day before it opens: everything is there."""
    load_site_content()
    day = cast.NOW.date()
    for place in Location.objects.all():
        cast.make_clinic(place.slug)
        OpeningHours.objects.create(location=place, weekday=0, opens=dt.time(9), closes=dt.time(17))
    Location.objects.update(
        verified_on=day, access="No steps.", parking="In the yard.", notify_email="desk@example.com"
    )
    Clinician.objects.update(is_demo=False, register="NMC", register_number="only a test")
    Page.objects.update(reviewed_by="Somebody", reviewed_on=day, review_due_on=day + dt.timedelta(days=365))
    Fact.objects.update(signed_by="Somebody", signed_on=day)
    for country, currency in (("GB", "GBP"), ("IE", "EUR")):
        for service in Fee.Service:
            Fee.objects.update_or_create(
                service=service, country=country, currency=currency, defaults={"amount": 1}
            )
        Organisation.objects.create(
            country=country,
            **dict.fromkeys(
                (
                    "legal_name",
                    "regulator_number",
                    "privacy_contact",
                    "complaints_contact",
                    "cancelling",
                    "paying",
                ),
                "x",
            ),
        )
    Fee.objects.update(confirmed_on=day)
    settings.DEFAULT_FROM_EMAIL, settings.SECURITY_CONTACT = "desk@example.com", "mailto:hole@example.com"


def lacking() -> list[str]:
    return [need.what for need in readiness.missing()]


def test_a_clinic_that_has_told_everything_is_ready(clinic: None) -> None:
    assert lacking() == []
    assert len(readiness.needs()) >= 45


TAKEN_AWAY = {
    "an address": (
        lambda: Location.objects.filter(slug="london").update(verified_on=None),
        "London: address confirmed",
    ),
    "hours": (lambda: OpeningHours.objects.filter(location__slug="dublin").delete(), "Dublin: desk hours"),
    "access": (
        lambda: Location.objects.filter(slug="dublin").update(access=""),
        "Dublin: steps, lift, doors, toilet",
    ),
    "parking": (lambda: Location.objects.filter(slug="dublin").update(parking=""), "Dublin: parking"),
    "staff mail": (
        lambda: Location.objects.filter(slug="dublin").update(notify_email=""),
        "Dublin: where staff get",
    ),
    "a number": (lambda: Clinician.objects.update(register_number=""), "Clinicians with their register"),
    "a real person": (lambda: Clinician.objects.update(is_demo=True), "No demonstration clinicians"),
    "the company": (
        lambda: Organisation.objects.filter(country="IE").delete(),
        "Ireland: who runs the clinics",
    ),
    "the regulator": (
        lambda: Organisation.objects.update(regulator_number=""),
        "United Kingdom: the regulator",
    ),
    "privacy": (lambda: Organisation.objects.update(privacy_contact=""), "Ireland: whom to write to about"),
    "complaints": (
        lambda: Organisation.objects.update(complaints_contact=""),
        "Ireland: who answers complaints",
    ),
    "cancelling": (lambda: Organisation.objects.update(cancelling=""), "Ireland: what a late cancellation"),
    "paying": (lambda: Organisation.objects.update(paying=""), "Ireland: how and when a patient pays"),
    "a euro price": (
        lambda: Fee.objects.filter(currency="EUR", service="session").update(amount=None),
        "Ireland: price of treat",
    ),
    "a confirmed fee": (
        lambda: Fee.objects.filter(currency="GBP").update(confirmed_on=None),
        "United Kingdom: price of ultra",
    ),
    "a check": (
        lambda: Page.objects.filter(slug="aftercare").update(reviewed_by="", reviewed_on=None),
        "Clinical pages checked by a clinician (1 to go)",
    ),
    "a signature": (
        lambda: Fact.objects.filter(key="gap_min").update(signed_by="", signed_on=None),
        "Figures signed by a clinician (1 to go)",
    ),
    "a rota": (
        lambda: WorkingPattern.objects.filter(location__slug="amersham").delete(),
        "Amersham: working hours",
    ),
}


@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_each_thing_that_is_missing_has_its_row(clinic: None, name: str) -> None:
    take_away, words = TAKEN_AWAY[name]
    take_away()
    assert any(each.startswith(words) for each in lacking()), lacking()


def test_every_row_says_why_what_is_seen_and_leads_where_it_is_filled_in() -> None:
    load_site_content()
    rows = readiness.needs()
    assert len(rows) >= 45
    for need in rows:
        assert need.why.endswith(".")
        assert need.meanwhile
        assert need.page == readiness.SETTINGS or reverse(need.page, args=need.args)


def test_the_settings_are_asked_too(clinic: None, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.SECURITY_CONTACT = "appointments@example.org", ""
    assert [each.split(":")[0] for each in lacking()] == ["FROM_EMAIL", "SECURITY_CONTACT"]


def test_the_command_lists_and_ends_with_1_while_anything_is_missing(clinic: None) -> None:
    said = StringIO()
    call_command("ready_to_open", stdout=said)
    assert "MISSING" not in said.getvalue()
    Location.objects.filter(slug="london").update(parking="")
    with pytest.raises(CommandError, match="1 things are missing"):
        call_command("ready_to_open", stdout=said)
    assert "MISSING  London: parking" in said.getvalue()


@pytest.mark.parametrize("path", ["/", "/treatments/aftercare/", "/clinics/", "/book/", "/nowhere/"])
def test_until_then_every_page_says_so(path: str) -> None:
    load_site_content()
    assert Client().get(path).content.decode().count(LINE) == 1


def test_the_line_goes_with_the_edit_that_fills_the_last_gap(clinic: None) -> None:
    Location.objects.filter(slug="london").update(parking="")
    assert LINE in Client().get("/fees/").content.decode()
    Location.objects.filter(slug="london").update(parking="In the yard.")
    page_cache.drop()
    page_cache.settle()
    assert LINE not in Client().get("/fees/").content.decode()


def test_a_demo_says_what_it_is_by_itself(settings: Any) -> None:
    settings.DEMO = True
    assert readiness.is_being_prepared() is False


def test_the_start_is_refused_until_it_is_allowed(settings: Any) -> None:
    load_site_content()
    with pytest.raises(ImproperlyConfigured, match="ALLOW_NOT_READY=true"):
        readiness.refuse_start()
    settings.ALLOW_NOT_READY = True
    readiness.refuse_start()


def test_a_site_that_was_opened_starts_again_whatever_an_edit_took_away(clinic: None) -> None:
    """Each process that replaces another comes through here: one that refused would stop the whole server."""
    readiness.refuse_start()
    Location.objects.filter(slug="london").update(parking="")
    readiness.refuse_start()
    assert LINE in Client().get("/fees/").content.decode()


def test_a_site_that_was_only_allowed_to_start_is_not_open(settings: Any) -> None:
    load_site_content()
    settings.ALLOW_NOT_READY = True
    readiness.refuse_start()
    settings.ALLOW_NOT_READY = False
    with pytest.raises(ImproperlyConfigured):
        readiness.refuse_start()


def test_a_folder_that_cannot_be_written_keeps_nobody_closed(clinic: None, settings: Any) -> None:
    settings.VAR_DIR = settings.VAR_DIR / "gone"
    readiness.refuse_start()


def test_what_is_missing_is_asked_once_an_edition(kept_pages: None, django_assert_num_queries: Any) -> None:
    load_site_content()
    assert readiness.is_being_prepared()
    with django_assert_num_queries(0):
        assert readiness.is_being_prepared()


def test_a_rota_that_somebody_enters_drops_what_the_pages_said(
    kept_pages: None, admin_client: Client
) -> None:
    cast.make_clinic()
    PageDrop.objects.all().delete()
    service = Service.objects.get()
    kept = {"name": "Consultation", "minutes": 30, "bookable_online": "on"}
    assert admin_client.post(f"/admin/bookings/service/{service.pk}/change/", kept).status_code == 302
    assert PageDrop.objects.exists()


def test_a_database_that_is_away_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(readiness, "_needs", away)
    readiness.refuse_start()
    assert readiness.is_being_prepared() is False


def test_the_server_itself_does_not_come_up(tmp_path: Path) -> None:
    """A new database has no clinic, no fee and no rota, so there is much to tell."""
    given = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        "VAR_DIR": str(tmp_path),
        "DEMO": "0",
    }

    def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={**given, **more},
            capture_output=True,
            text=True,
            timeout=120,
        )

    assert run("manage.py", "migrate", "-v0").returncode == 0
    start = ("-c", "import clinic.wsgi")
    refused = run(*start)
    assert refused.returncode == 1
    assert "Set ALLOW_NOT_READY=true to start" in refused.stderr
    assert run(*start, ALLOW_NOT_READY="true").returncode == 0
    gunicorn = run("-m", "gunicorn", "--bind", "127.0.0.1:0", "clinic.wsgi")
    assert gunicorn.returncode in (1, 3), "it stops at once and does not try again for ever"
    assert "Set ALLOW_NOT_READY=true to start" in gunicorn.stderr
    served = run("manage.py", "serve", PORT=str(free_port()))
    assert served.returncode == 1
    assert served.stderr.startswith("CommandError: ")
    assert "Set ALLOW_NOT_READY=true to start" in served.stderr


def test_managers_read_the_page_and_nobody_else() -> None:
    load_site_content()
    for role, status in (("manager", 200), ("receptionist", 403), ("editor", 403)):
        client = Client()
        client.force_login(cast.make_staff(role, role))
        answer = client.get("/admin/ready/")
        assert answer.status_code == status, role
    client.force_login(cast.make_staff("boss", "manager"))
    assert "Maidenhead: parking" in client.get(reverse("admin:ready")).content.decode()
    assert "missing that only the clinic knows" in client.get(reverse("admin:index")).content.decode()
