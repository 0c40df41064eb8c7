"""The outbox in the staff admin: who sees what, and sending again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from clinic import outbox
from clinic.models import Location, Membership
from tests.outbox_cast import Status, make_dead, make_message, statuses

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


def make_staff(role: str, location: Location | None = None) -> User:
    user = User.objects.create_user(role, is_staff=True)
    Membership.objects.create(user=user, role=role, location=location)
    return user


@pytest.fixture
def somewhere() -> Location:
    return Location.objects.create(
        slug="maidenhead", name="Maidenhead", country="GB", time_zone="Europe/London"
    )


LIST, PAGE = "admin:clinic_message_changelist", "admin:clinic_message_change"


def test_a_manager_sees_addresses_and_bodies_and_the_worker(client: Any) -> None:
    message = make_dead(text="words to read")
    client.force_login(make_staff("manager"))
    listed = client.get(reverse(LIST)).content.decode()
    assert "jo@example.org" in listed
    assert "has never run" in listed
    assert "1 not sent" in listed
    page = client.get(reverse(PAGE, args=[message.pk])).content.decode()
    assert "words to read" in page
    assert "Send again" in page


def test_the_list_says_when_the_worker_last_reported(client: Any, admin_client: Any) -> None:
    outbox.beat(name="worker", now=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
    assert "has been silent for 5 minutes" in admin_client.get(reverse(LIST)).content.decode()
    outbox.beat(name="worker", now=dt.datetime.now(dt.UTC))
    assert "seconds ago" in admin_client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("role", ["receptionist", "clinician", "manager"])
def test_the_staff_of_one_clinic_see_no_address_and_no_body(
    client: Any, somewhere: Location, role: str
) -> None:
    message = make_dead(text="words to read")
    client.force_login(make_staff(role, somewhere))
    pages = [client.get(reverse(LIST)), client.get(reverse(LIST), {"q": "jo@"})]
    pages.append(client.get(reverse(PAGE, args=[message.pk])))
    assert [page.status_code for page in pages] == [200, 200, 200]
    for page in pages:
        assert "jo@example.org" not in page.content.decode()
        assert "words to read" not in page.content.decode()
        assert "We have your request" not in page.content.decode()
        assert "Send again" not in page.content.decode()
    assert "1 message" not in pages[1].content.decode(), "a search must not tell whether an address is there"
    resend = client.post(reverse("admin:clinic_message_resend", args=[message.pk]))
    assert (resend.status_code, statuses(message)) == (403, [Status.DEAD])


def test_an_editor_sees_no_messages(client: Any) -> None:
    client.force_login(make_staff("editor"))
    assert client.get(reverse(LIST)).status_code == 403


def test_nobody_adds_changes_or_deletes_a_message(admin_client: Any) -> None:
    message = make_dead()
    assert admin_client.get(reverse("admin:clinic_message_add")).status_code == 403
    assert admin_client.post(reverse(PAGE, args=[message.pk]), {"text": "x"}).status_code == 403
    assert admin_client.post(reverse("admin:clinic_message_delete", args=[message.pk])).status_code == 403
    assert "delete_selected" not in admin_client.get(reverse(LIST)).content.decode()


def test_send_again_acts_on_post_only(admin_client: Any) -> None:
    message = make_dead()
    address = reverse("admin:clinic_message_resend", args=[message.pk])
    assert admin_client.get(address).status_code == 405
    assert statuses(message) == [Status.DEAD]
    assert "Queued again: 1" in admin_client.post(address, follow=True).content.decode()
    assert statuses(message) == [Status.QUEUED]
    assert "does not wait to be sent again" in admin_client.post(address, follow=True).content.decode()


def test_chosen_dead_letters_are_sent_again_together(admin_client: Any) -> None:
    dead = [make_dead(), make_dead()]
    waiting = make_message()
    chosen = {"action": "resend_chosen", "_selected_action": [m.pk for m in (*dead, waiting)]}
    page = admin_client.post(reverse(LIST), chosen, follow=True).content.decode()
    assert "Queued again: 2" in page
    assert "1 x This message does not wait" in page
    assert statuses(*dead) == [Status.QUEUED, Status.QUEUED]
