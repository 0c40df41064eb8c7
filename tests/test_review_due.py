"""What waits for a clinician: the command, the desk's first page, and the filters of the lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from clinic.models import Role
from tests.cast import make_staff
from tests.site_content import NOW, load_site_content
from treatments.models import Fact, Page

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = dt.date(2027, 2, 17)
CHECKED = {"reviewed_by": "Dr A", "reviewed_on": TODAY, "review_due_on": dt.date(2028, 2, 17)}
LATE = {"reviewed_on": dt.date(2025, 8, 6), "review_due_on": dt.date(2026, 8, 6)}


@pytest.fixture(autouse=True)
def content(db: None) -> Iterator[None]:
    load_site_content()
    with time_machine.travel(NOW, tick=False):
        yield


def all_done() -> None:
    Page.objects.update(**CHECKED)
    Fact.objects.update(signed_by="Dr A", signed_on=TODAY)


def listed(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(CommandError) as stopped:
        call_command("review_due")
    assert stopped.value.returncode == 1
    return f"{capsys.readouterr().out}{stopped.value}"


def first_page(role: str = Role.CLINICIAN) -> str:
    client = Client()
    client.force_login(make_staff(f"a-{role}", role))
    return client.get(reverse("admin:index")).content.decode()


def test_the_command_lists_every_page_and_figure_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    pages, facts = Page.objects.filter(kind="clinical").count(), Fact.objects.count()
    said = listed(capsys)
    assert "/treatments/aftercare/: Nobody has checked this page yet." in said
    assert "gap_min, “2 weeks”: Nobody has signed it." in said
    assert f"Pages to check: {pages}. Figures to sign: {facts}." in said
    assert len(said.splitlines()) == pages + facts + 1


def test_it_ends_well_when_nothing_waits(capsys: pytest.CaptureFixture[str]) -> None:
    all_done()
    call_command("review_due")
    assert capsys.readouterr().out == "Every page is checked and every figure is signed.\n"


def test_it_lists_a_check_that_is_late_and_a_signature_a_year_old(capsys: pytest.CaptureFixture[str]) -> None:
    all_done()
    Page.objects.filter(slug="risks").update(published=False, **LATE)
    Fact.objects.filter(key="gap_min").update(signed_on=dt.date(2026, 2, 17))
    Fact.objects.filter(key="gap_usual").update(signed_on=dt.date(2026, 2, 18))
    assert listed(capsys).splitlines() == [
        "/treatments/risks/: The check of this page was due on 6 August 2026. It is not published.",
        "gap_min, “2 weeks”: Signed by Dr A on 17 February 2026, a year ago or more.",
        "Pages to check: 1. Figures to sign: 1.",
    ]


@pytest.mark.parametrize("role", Role.values)
def test_the_desks_first_page_counts_what_waits(role: str) -> None:
    shown = first_page(role)
    assert "Waiting for a clinician’s check" in shown
    assert f"<b>{Page.objects.filter(kind='clinical').count()}</b>" in shown
    assert "figures to sign" in shown


def test_it_names_the_pages_whose_check_is_late() -> None:
    all_done()
    Page.objects.filter(slug="risks").update(**LATE)
    shown = first_page()
    assert "Overdue" in shown
    assert ", since 6 August 2026" in shown
    assert "never checked" not in shown
    assert "to sign" not in shown


def test_it_is_silent_when_nothing_waits_and_for_who_has_no_role() -> None:
    user = make_staff("nobody", Role.EDITOR)
    user.memberships.all().delete()
    client = Client()
    client.force_login(user)
    assert "Waiting for" not in client.get(reverse("admin:index")).content.decode()
    all_done()
    assert "Waiting for" not in first_page()


@pytest.mark.parametrize(("model", "asked"), [("page", "check"), ("fact", "signature")])
def test_its_links_lead_to_a_list_of_just_these(model: str, asked: str) -> None:
    all_done()
    Page.objects.filter(slug="risks").update(**LATE)
    Fact.objects.filter(key="gap_min").update(signed_by="", signed_on=None)
    client = Client()
    client.force_login(make_staff("editor", Role.EDITOR))
    address = f"{reverse(f'admin:treatments_{model}_changelist')}?{asked}=due"
    response = client.get(address)
    assert response.status_code == 200
    assert [row.pk for row in response.context["cl"].result_list] == [
        "risks" if model == "page" else "gap_min"
    ]
    assert len(client.get(address.partition("?")[0]).context["cl"].result_list) > 1
