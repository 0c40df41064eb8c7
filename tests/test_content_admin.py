"""Texts, figures, prices, clinics and logins in the staff admin: who may change what, and what a change does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files import File
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.models import Clinician, Location, Membership, Role
from clinic.permissions import MANAGER_OF_ALL, has_role, standing_of
from tests.site_content import NOW
from treatments.loading import load
from treatments.models import Fact, Fee, Page, Section, Source, Treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]

TEXTS = ["page", "fact", "source", "fee", "treatment"]


def somebody(role: str = "", at: str = "", **changes: Any) -> User:
    """A login with one role, at one clinic or (no `at`) at all of them."""
    user = User.objects.create_user(f"{role or 'nobody'}.{at or 'all'}", is_staff=True, **changes)
    if role:
        location = Location.objects.get(slug=at) if at else None
        Membership.objects.create(user=user, role=role, location=location)
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(row: Model, action: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=[row.pk])


def list_of(app: str, model: str, action: str = "changelist") -> str:
    return reverse(f"admin:{app}_{model}_{action}")


def filled(response: HttpResponse, **changes: Any) -> dict[str, Any]:
    """What a browser would send back from an admin form, with some fields changed."""
    context: Any = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = _sent(field.value())
            if value is not None:
                data[field.html_name] = value
    return {**data, "row_seen": context.get("row_seen", ""), **changes}


def _sent(value: Any) -> Any:
    if value is None or value is False or isinstance(value, File):
        return None
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [getattr(each, "pk", each) for each in value]
    return value


def change(by: User, row: Model, /, **changes: Any) -> HttpResponse:
    client = logged_in(by)
    page = client.get(address(row))
    assert page.status_code == 200
    return client.post(address(row), filled(page, **changes))


def errors_of(response: HttpResponse) -> str:
    """Everything the answer complains about; empty for a redirect."""
    context: Any = response.context
    return str(context["errors"]) if context and "errors" in context else ""


# Roles


def test_what_somebody_is_comes_from_memberships(django_assert_num_queries: Any) -> None:
    user = somebody(Role.MANAGER)
    with django_assert_num_queries(1):
        assert standing_of(user).roles == {Role.MANAGER, MANAGER_OF_ALL}
    assert has_role(user, Role.EDITOR, Role.MANAGER)
    assert not has_role(user, Role.EDITOR)
    assert standing_of(somebody(Role.MANAGER, "london")).roles == {Role.MANAGER}


def test_a_disabled_login_is_nobody_and_a_superuser_everybody() -> None:
    assert not has_role(somebody(Role.EDITOR, is_active=False), Role.EDITOR)
    assert not has_role(somebody(is_superuser=True, is_active=False), Role.EDITOR)
    assert has_role(User.objects.create_superuser("root"), Role.EDITOR, Role.CLINICIAN)


# Texts


@pytest.mark.parametrize("model", TEXTS)
def test_the_editor_opens_every_text(model: str) -> None:
    assert logged_in(somebody(Role.EDITOR)).get(list_of("treatments", model)).status_code == 200


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER])
def test_the_desk_reads_texts_and_changes_none_but_a_clinician_the_facts(role: str) -> None:
    client = logged_in(somebody(role, "london"))
    models = [Page, Source, Fee, Treatment] + [Fact] * (role != Role.CLINICIAN)
    for row in (model.objects.first() for model in models):
        page = client.get(address(row))
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert client.post(address(row), {"text": "1 day"}).status_code == 403


def test_staff_without_a_role_see_nothing() -> None:
    client = logged_in(somebody())
    for model in TEXTS:
        assert client.get(list_of("treatments", model)).status_code == 403
    assert client.get(list_of("clinic", "location")).status_code == 403
    assert client.get(list_of("auth", "user")).status_code == 403


def test_nobody_adds_or_deletes_what_pages_rely_on() -> None:
    client = logged_in(User.objects.create_superuser("root"))
    for model in TEXTS:
        assert client.get(list_of("treatments", model, "add")).status_code == 403
    for row in (Page.objects.first(), Fact.objects.first(), Source.objects.first()):
        assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403


def test_saving_a_page_unchanged_is_no_edit() -> None:
    page = Page.objects.get(slug="aftercare")
    response = change(somebody(Role.EDITOR), page)
    assert response.status_code == 302, errors_of(response)
    report = load(now=NOW)
    assert (report.kept, report.conflicts, report.updated) == ([], [], [])


def test_an_edit_of_a_section_shows_at_once_and_is_kept_by_the_next_load() -> None:
    page = Page.objects.get(slug="aftercare")
    response = change(somebody(Role.EDITOR), page, **{"sections-1-body": "Changed by hand. [[fact:gap_min]]"})
    assert response.status_code == 302, errors_of(response)
    assert "Changed by hand." in Client().get(page.path).content.decode()
    assert load(now=NOW).kept == ["page aftercare"]


@pytest.mark.parametrize("row", ["page", "clinic"])
def test_of_two_windows_the_slower_saves_nothing_and_keeps_what_was_typed(row: str) -> None:
    shown = Page.objects.get(slug="aftercare") if row == "page" else Location.objects.get(slug="london")
    field = "sections-1-body" if row == "page" else "directions"
    client = logged_in(User.objects.create_superuser("root"))
    opened = client.get(address(shown))
    assert client.post(address(shown), filled(opened, **{field: "Of the faster."})).status_code == 302
    for _ in range(2):  # pressing again changes nothing
        late = client.post(address(shown), filled(opened, **{field: "Of the slower."}))
        assert "Somebody else has changed this since you opened it." in late.content.decode()
        assert "Of the slower." in late.content.decode()
    text = client.get(address(shown)).content.decode()
    assert "Of the faster." in text
    assert "Of the slower." not in text


def test_a_text_that_asks_for_a_missing_figure_is_refused_beside_the_field() -> None:
    page = Page.objects.get(slug="aftercare")
    before = Section.objects.get(page=page, position=1).body
    response = change(somebody(Role.EDITOR), page, **{"sections-1-body": "Wait [[fact:nonsense]]."})
    assert response.status_code == 200
    assert "There is no figure “nonsense”." in errors_of(response)
    assert Section.objects.get(page=page, position=1).body == before


# Facts


def test_a_new_value_takes_the_signature_away_and_says_so() -> None:
    Fact.objects.filter(key="gap_min").update(signed_by="Dr A", signed_on=dt.date(2027, 1, 5))
    client = logged_in(somebody(Role.EDITOR))
    fact = Fact.objects.get(key="gap_min")
    data = filled(client.get(address(fact)), text="3 weeks", number="21")
    response = client.post(address(fact), data, follow=True)
    assert "the signature was taken away" in response.content.decode()
    fact.refresh_from_db()
    assert (fact.text, fact.number, fact.signed_by, fact.signed_on) == ("3 weeks", 21, "", None)


def test_a_signature_cannot_be_typed() -> None:
    fact = Fact.objects.get(key="gap_min")
    typed = {"signed_by": "Dr A", "signed_on": "2027-01-05"}
    assert change(User.objects.create_superuser("root"), fact, **typed).status_code == 302
    fact.refresh_from_db()
    assert (fact.signed_by, fact.signed_on) == ("", None)


def test_a_price_can_be_entered_but_not_moved_to_another_country() -> None:
    fee = Fee.objects.get(service="session", country="IE", currency="EUR")
    assert change(somebody(Role.EDITOR), fee, amount="450", country="GB").status_code == 302
    fee.refresh_from_db()
    assert (str(fee.amount), fee.country) == ("450.00", "IE")


# Clinics


def test_a_manager_changes_the_clinics_he_manages_and_reads_the_others() -> None:
    manager = somebody(Role.MANAGER, "london")
    london, dublin = Location.objects.get(slug="london"), Location.objects.get(slug="dublin")
    assert change(manager, london, parking="A car park nearby.").status_code == 302
    london.refresh_from_db()
    assert london.parking == "A car park nearby."
    client = logged_in(manager)
    assert client.get(address(dublin)).status_code == 200
    assert client.post(address(dublin), {"parking": "x"}).status_code == 403
    assert client.get(list_of("clinic", "location", "add")).status_code == 403


def test_reception_and_editor_do_not_change_a_clinic() -> None:
    london = Location.objects.get(slug="london")
    assert logged_in(somebody(Role.RECEPTIONIST, "london")).post(address(london), {}).status_code == 403
    assert logged_in(somebody(Role.EDITOR)).get(address(london)).status_code == 403


def test_only_who_runs_all_clinics_ties_a_clinician_to_a_login() -> None:
    nurse = Clinician.objects.create(name="Nurse", role="nurse")
    other = somebody()
    assert change(somebody(Role.MANAGER, "london"), nurse, user=other.pk, name="N.").status_code == 302
    nurse.refresh_from_db()
    assert (nurse.name, nurse.user) == ("N.", None)
    assert change(somebody(Role.MANAGER), nurse, user=other.pk).status_code == 302
    nurse.refresh_from_db()
    assert nurse.user == other


# Logins and memberships


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER, Role.EDITOR])
def test_nobody_with_less_than_all_clinics_opens_logins(role: str) -> None:
    client = logged_in(somebody(role, "london"))
    for app, model in (("auth", "user"), ("clinic", "membership")):
        assert client.get(list_of(app, model)).status_code == 403
        assert client.get(list_of(app, model, "add")).status_code == 403


def test_the_manager_of_all_gives_a_role() -> None:
    client = logged_in(somebody(Role.MANAGER))
    member = {"user": somebody().pk, "role": Role.EDITOR, "location": ""}
    assert client.post(list_of("clinic", "membership", "add"), member).status_code == 302
    assert Membership.objects.filter(role=Role.EDITOR, location=None).exists()


def test_the_manager_of_all_makes_no_superuser() -> None:
    user = somebody()
    response = change(somebody(Role.MANAGER), user, is_superuser="on", user_permissions=["1"], first_name="A")
    assert response.status_code == 302, errors_of(response)
    user.refresh_from_db()
    assert (user.first_name, user.is_superuser, user.user_permissions.count()) == ("A", False, 0)


def test_the_manager_of_all_cannot_reach_a_superuser() -> None:
    root = User.objects.create_superuser("root", password="a long phrase for tests")
    client = logged_in(somebody(Role.MANAGER))
    assert "root" not in client.get(list_of("auth", "user")).content.decode()
    assert client.get(address(root)).status_code == 302  # “does not exist”, back to the start
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    assert client.post(password, new).status_code in {403, 404}
    root.refresh_from_db()
    assert root.check_password("a long phrase for tests")


def test_the_login_of_somebody_new_can_be_made() -> None:
    client = logged_in(somebody(Role.MANAGER))
    page = client.get(list_of("auth", "user", "add"))
    assert page.status_code == 200
    phrase = "another long phrase"
    data = filled(page, username="new.person", password1=phrase, password2=phrase, usable_password="true")
    assert client.post(list_of("auth", "user", "add"), data).status_code == 302
    assert User.objects.get(username="new.person").check_password(phrase)


def test_a_login_is_switched_off_and_not_deleted() -> None:
    client = logged_in(somebody(Role.MANAGER))
    assert client.post(address(somebody(), "delete"), {"post": "yes"}).status_code == 403
