"""The page of who treats you: real people with their register, made-up ones in a demo alone and marked, else a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from clinic.models import Clinician
from tests.desk_cast import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def page(client: Client) -> str:
    return client.get(reverse("clinic:clinicians")).content.decode()


def make(name: str, **changes: Any) -> Clinician:
    return Clinician.objects.create(name=name, **{"role": "nurse", **changes})


def test_without_anybody_it_says_how_to_ask(client: Client) -> None:
    assert "ask us who you will see" in page(client)


@pytest.mark.parametrize(
    ("register", "named", "search"),
    [
        ("GMC", "General Medical Council, number", "https://www.gmc-uk.org/"),
        (" nmc ", "Nursing and Midwifery Council, number", "https://www.nmc.org.uk/"),
        ("Medical Council", "Medical Council, Ireland, number", "https://www.medicalcouncil.ie/"),
        ("NMBI", "Nursing and Midwifery Board of Ireland, number", "https://www.nmbi.ie/"),
    ],
)
def test_a_register_is_named_with_the_page_that_searches_it(
    client: Client, register: str, named: str, search: str
) -> None:
    make("Anna Real", register=register, register_number="12A3456E", about="She trained in Cork.")
    response = client.get("/about/clinicians/")
    said = text_of(response)
    assert named in said
    assert "12A3456E" in said
    assert "She trained in Cork." in said
    assert f'href="{search}' in response.content.decode().partition("Check Anna Real")[0].rpartition("<a ")[2]


def test_a_register_we_do_not_know_is_named_without_a_link(client: Client) -> None:
    make("Anna Real", role="sonographer", register="Register of Sonographers", register_number="7")
    assert "Register of Sonographers, number" in page(client)
    assert "Check Anna Real" not in page(client)


def test_without_a_number_none_is_made_up(client: Client) -> None:
    make("Anna Real", register="NMC")
    assert "Ask us for the register and number." in page(client)
    assert "Check Anna Real" not in page(client)


def test_who_has_left_is_not_named(client: Client) -> None:
    make("Anna Gone", active=False)
    assert "Anna Gone" not in page(client)


def test_a_made_up_person_is_shown_in_a_demo_alone_and_marked(client: Client, settings: Any) -> None:
    made_up = make("Nora Made-up", is_demo=True, register="NMC", register_number="00A0000E")
    assert "Nora Made-up" not in page(client)
    settings.DEMO = True
    assert Clinician.objects.shown().get() == made_up
    card = render_to_string("clinic/clinician.html", {"person": made_up})
    assert "Demonstration, not a real person." in card
