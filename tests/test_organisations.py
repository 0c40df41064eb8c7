"""Who answers for the clinics of a country: said to the public only once it is entered, entered by who runs them all."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clinic.models import Organisation, PageDrop
from tests import cast, desk_cast
from tests.seen import Seen

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LIST = "/admin/clinic/organisation/"
ENTERED = {
    "country": "GB",
    "legal_name": "An Example <b>Limited</b>",
    "company_number": "01234567",
    "registered_address": "1 Example Street\nAmersham",
    "regulator": "The Example Commission",
    "regulator_number": "1-234",
    "complaints_contact": "The manager\n1 Example Street",
}


def words(path: str) -> str:
    return Seen(path, Client().get(path).content.decode()).words.replace(" .", ".")


def test_nothing_is_said_of_a_company_nobody_named() -> None:
    cast.make_location()
    for path in ("/complaints/", "/clinics/maidenhead/"):
        assert "company number" not in words(path)
        assert "regulates us" not in words(path)
        assert "Who answers complaints" not in words(path)


def test_the_footer_names_the_company_once_it_is_entered() -> None:
    Organisation.objects.create(**ENTERED)
    line = (
        "An Example <b>Limited</b>, company number 01234567. Registered address: 1 Example Street, Amersham."
    )
    assert line in words("/complaints/")
    assert "Ireland:" not in words("/complaints/")
    Organisation.objects.create(country="IE", legal_name="Another Example")
    assert f"United Kingdom: {line}" in words("/complaints/")
    assert "Ireland: Another Example." in words("/complaints/")


def test_a_regulator_is_named_with_its_number_or_not_at_all() -> None:
    row = Organisation.objects.create(**{**ENTERED, "regulator_number": ""})
    cast.make_location()
    cast.make_location("dublin")
    assert "Commission" not in words("/clinics/maidenhead/")
    row.regulator_number = "1-234"
    row.save()
    sentence = "The Example Commission regulates us. Our number there is 1-234."
    for path in ("/clinics/maidenhead/", "/complaints/"):
        assert sentence in words(path)
    assert sentence not in words("/clinics/dublin/"), "it is the other country's"


def test_the_page_about_complaints_names_who_answers_them() -> None:
    Organisation.objects.create(**ENTERED)
    assert "Who answers complaints in the UK The manager 1 Example Street" in words("/complaints/")


def test_who_runs_every_clinic_enters_it_and_kept_pages_are_dropped() -> None:
    client = desk_cast.manager()
    assert 'value="IE" selected' in client.get(f"{LIST}add/?country=IE").content.decode()
    empty = dict.fromkeys(("privacy_contact", "cancelling", "paying", "confirmed_on"), "")
    assert client.post(f"{LIST}add/", {**empty, **ENTERED}).status_code == 302
    assert Organisation.objects.get().company_number == "01234567"
    assert PageDrop.objects.exists()


def test_a_manager_of_one_clinic_reads_it_and_others_do_not_see_it() -> None:
    place, row = cast.make_location(), Organisation.objects.create(**ENTERED)
    address = f"{LIST}{row.pk}/change/"

    def statuses(client: Any) -> list[int]:
        return [
            client.get(LIST).status_code,
            client.get(address).status_code,
            client.post(address, {"legal_name": "x"}).status_code,
        ]

    assert statuses(desk_cast.manager(place)) == [200, 200, 403]
    for role in ("receptionist", "clinician", "editor"):
        assert statuses(desk_cast.somebody(role, place)) == [403, 403, 403], role
    assert desk_cast.superuser().post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code in (302, 403)
