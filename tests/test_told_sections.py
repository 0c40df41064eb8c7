"""What only the clinic knows: a page says plainly what it has not been told, and prints it once it has. Extras open."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.models import Organisation
from tests.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def words(path: str) -> str:
    return Reader(Client()).open(path).text


def test_the_fees_say_what_nobody_has_told_us(content: None) -> None:
    text = words("/fees/")
    assert "Not known yet: when you pay, and how." in text
    assert "Not known yet: whether you pay if you cancel late." in text


def test_the_fees_print_what_one_country_has_told_and_what_the_other_has_not(content: None) -> None:
    Organisation.objects.create(country="GB", paying="By card, after each session.")
    text = words("/fees/")
    assert "In the UK: By card, after each session." in text
    assert "Not known yet for Ireland: when you pay, and how." in text
    assert "Not known yet: whether you pay if you cancel late." in text


def test_nothing_is_said_to_be_unknown_once_both_have_told(content: None) -> None:
    for country in ("GB", "IE"):
        Organisation.objects.create(country=country, paying="By card.", cancelling="Nothing, so far.")
    text = words("/fees/")
    assert "In Ireland: Nothing, so far." in text
    assert "Not known yet" not in text


@pytest.mark.parametrize("path", ["/about/", "/privacy/", "/terms/"])
def test_the_company_is_missing_until_it_is_named(content: None, path: str) -> None:
    assert "Not filled in yet: the legal name of the company" in words(path)
    Organisation.objects.create(country="GB", legal_name="Example Veins Limited", company_number="01234567")
    text = words(path)
    assert "Example Veins Limited, company number 01234567." in text
    assert "Not filled in yet for Ireland: the legal name of the company" in text


def test_the_privacy_page_names_whom_to_ask_once_it_is_known(content: None) -> None:
    assert "Not known yet: the person to ask about privacy." in words("/privacy/")
    Organisation.objects.create(country="IE", privacy_contact="Privacy desk, post box 1")
    assert "In Ireland: Privacy desk, post box 1" in words("/privacy/")


def test_what_a_clinic_types_is_text_and_never_markup(content: None) -> None:
    Organisation.objects.create(country="IE", cancelling="<b>Free</b>\nuntil the day before")
    page = Client().get("/fees/").content.decode()
    assert "&lt;b&gt;Free&lt;/b&gt;<br>until the day before" in page


def test_extras_of_the_aftercare_stand_in_details_under_their_headings(content: None) -> None:
    page = Client().get("/treatments/aftercare/").content.decode()
    for key in ("stockings", "travel", "medicines"):
        assert f'<details class="more" id="{key}">' in page
    assert page.index('id="today"') < page.index('<details class="more" id="stockings">')
