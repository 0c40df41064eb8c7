"""The history of a content row in the admin: every save is kept, two states are compared, an earlier one comes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from clinic.admin.content import ContentAdmin
from clinic.models import Clinician, Location, Organisation, Role, Version
from tests.cast import make_clinician, make_staff
from tests.site_content import load_site_content
from tests.test_content_admin import address, change, filled, logged_in
from treatments.models import Fact, Fee, Page, Source, Treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both]

# Of each noun: a row, one field, and another value for it.
CHANGES: dict[type[Model], tuple[str, str]] = {
    Page: ("lead", "Something else."),
    Fact: ("text", "3 weeks"),
    Fee: ("includes", "Everything"),
    Source: ("name", "A leaflet"),
    Treatment: ("summary", "Small needles."),
    Location: ("parking", "Behind the house."),
    Clinician: ("about", "She has done this for years."),
}
every_noun = pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)


@pytest.fixture(autouse=True)
def content(db: None) -> None:
    load_site_content()
    make_clinician()


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", first_name="Rowan", last_name="Root")


def first(model: type[Any]) -> Any:
    return model._default_manager.order_by("pk").first()


def versions_of(row: Any) -> list[Version]:
    keeper = keeper_of(row)
    return list(Version.objects.of(keeper.kind, keeper.key(row)))


def keeper_of(row: Model) -> Any:
    return admin.site._registry[type(row)].keeper  # type: ignore[attr-defined]


def edit(by: User, row: Any) -> None:
    field, value = CHANGES[type(row)]
    response = change(by, row, **{field: value})
    assert response.status_code == 302, response.context and response.context["errors"]


def history(client: Client, row: Model) -> str:
    response = client.get(address(row, "history"))
    assert response.status_code == 200
    return response.content.decode()


def at(row: Model, action: str, version: Version) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}"
    return reverse(name, args=[row.pk, version.pk])


# Keeping


def test_everything_the_public_reads_is_kept() -> None:
    """Pictures are kept as files, people and patients have rules of their own."""
    kept = {model for model, its in admin.site._registry.items() if isinstance(its, ContentAdmin)}
    assert kept >= set(CHANGES)
    assert {model._meta.app_label for model in kept} == {"clinic", "treatments"}
    if Organisation in admin.site._registry:
        assert Organisation in kept


@every_noun
def test_a_save_is_kept_with_what_was_before_who_and_when(model: Any, root: User) -> None:
    row = first(model)
    edit(root, row)
    field, value = CHANGES[model]
    after, before = versions_of(row)
    assert (after.origin, after.made_by, after.value[field]) == ("admin", root, value)
    assert (before.origin, before.made_by) == ("found", None)
    assert before.value[field] != value


@every_noun
def test_a_save_that_changes_nothing_is_not_kept(model: Any, root: User) -> None:
    row = first(model)
    assert change(root, row).status_code == 302
    assert [version.origin for version in versions_of(row)] == ["found"]


def test_what_hangs_on_a_row_is_kept_in_the_same_version(root: User) -> None:
    fact = Fact.objects.get(key="gap_min")
    change(root, fact, **{"text": "3 weeks", "claims-0-says": "3 weeks or more."})
    assert len(versions_of(fact)) == 2
    assert versions_of(fact)[0].value["claims"][0]["says"] == "3 weeks or more."
    assert versions_of(fact)[0].value["text"] == "3 weeks"


def test_a_new_clinician_is_kept_from_the_start(root: User) -> None:
    client = logged_in(root)
    page = client.get(reverse("admin:clinic_clinician_add"))
    data = filled(page, name="Dr New", role="doctor")
    assert client.post(reverse("admin:clinic_clinician_add"), data).status_code == 302
    assert [version.value["name"] for version in versions_of(Clinician.objects.get(name="Dr New"))] == [
        "Dr New"
    ]


def test_no_earlier_version_ends_or_begins_somebodys_work_here(root: User) -> None:
    row = first(Clinician)
    Clinician.objects.filter(pk=row.pk).update(active=False)
    edit(root, row)
    change(root, row, active="on")
    gone = versions_of(row)[-1]
    assert gone.value["active"] is False
    back = logged_in(root).post(at(row, "bring_back", gone), follow=True)
    assert "Whether somebody works here stays as it is." in back.content.decode()
    assert Clinician.objects.get(pk=row.pk).active


def test_no_version_holds_who_may_do_what(root: User) -> None:
    edit(root, first(Clinician))
    assert all("user" not in version.value for version in Version.objects.all())


# Looking


@every_noun
def test_the_list_says_when_who_and_how(model: Any, root: User) -> None:
    row = first(model)
    edit(root, row)
    shown = history(logged_in(root), row)
    assert "Changed by staff, Rowan Root" in shown
    assert "As it stood when the history began" in shown
    assert shown.count("Bring this back<") == 1


@every_noun
def test_a_version_shows_what_it_changed_and_what_changed_since(model: Any, root: User) -> None:
    row = first(model)
    edit(root, row)
    client = logged_in(root)
    after, before = versions_of(row)
    changed = client.get(at(row, "compare", after)).content.decode()
    since = client.get(at(row, "compare", before), {"with": "now"}).content.decode()
    for shown in (changed, since):
        assert "line-new" in shown
        assert CHANGES[model][1].split()[0] in plain(shown)


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_pages_bring_no_script_and_no_style_of_their_own(root: User) -> None:
    row = first(Page)
    edit(root, row)
    client = logged_in(root)
    after, before = versions_of(row)
    for address_ in (address(row, "history"), at(row, "compare", after), at(row, "bring_back", before)):
        shown = client.get(address_).content.decode()
        assert "<script" not in shown[shown.index('id="content"') :]
        assert not re.search(r"\sstyle=|\son\w+=", shown)


def test_a_row_that_nobody_changed_says_so(root: User) -> None:
    assert "Nothing has been changed here yet." in history(logged_in(root), first(Page))


def test_a_row_or_a_version_that_is_not_there_is_nowhere(root: User) -> None:
    client = logged_in(root)
    row, other = first(Page), Page.objects.order_by("pk").last()
    edit(root, row)
    version = versions_of(row)[0]
    assert client.get(reverse("admin:treatments_page_history", args=["nothing"])).status_code == 302
    assert other
    assert client.get(at(other, "compare", version)).status_code == 404
    assert client.post(at(other, "bring_back", version)).status_code == 404


# The way back


@every_noun
def test_an_earlier_state_comes_back_after_one_question(model: Any, root: User) -> None:
    row = first(model)
    keeper = keeper_of(row)
    stood = keeper.value(keeper.rows().get(pk=row.pk))
    edit(root, row)
    client, before = logged_in(root), versions_of(row)[1]
    asked = client.get(at(row, "bring_back", before)).content.decode()
    assert "line-gone" in asked
    assert keeper.value(keeper.rows().get(pk=row.pk)) != stood, "asking changes nothing"
    done = client.post(at(row, "bring_back", before), follow=True)
    assert "The earlier version is back." in done.content.decode()
    assert keeper.value(keeper.rows().get(pk=row.pk)) == stood
    assert (versions_of(row)[0].origin, versions_of(row)[0].made_by) == ("restored", root)


def test_the_question_shows_only_what_would_come_back(root: User) -> None:
    page = first(Page)
    edit(root, page)
    Page.objects.filter(pk=page.pk).update(published=False)
    asked = plain(logged_in(root).get(at(page, "bring_back", versions_of(page)[1])).content.decode())
    assert "Lead" in asked
    assert "Published" not in asked
    assert "Signatures and checks do not come back" in asked


def test_bringing_back_what_stands_there_says_so(root: User) -> None:
    page = first(Page)
    edit(root, page)
    said = logged_in(root).post(at(page, "bring_back", versions_of(page)[0]), follow=True).content.decode()
    assert "Nothing changed: it says that already." in said


def test_what_cannot_come_back_says_why(root: User) -> None:
    page = first(Page)
    edit(root, page)
    before = versions_of(page)[1]
    before.value["sections"][0]["body"] = "Wait [[fact:gone]]."
    before.save()
    said = logged_in(root).post(at(page, "bring_back", before), follow=True).content.decode()
    assert "There is no figure “gone”." in said


# Who may


def test_who_may_look_at_a_row_sees_its_history_and_only_who_may_change_it_brings_back(root: User) -> None:
    page, place = first(Page), Location.objects.get(slug="london")
    edit(root, page)
    edit(root, place)
    rights = {
        Role.RECEPTIONIST: {page: False, place: False},
        Role.CLINICIAN: {page: False, place: False},
        Role.EDITOR: {page: True, place: None},
        Role.MANAGER: {page: False, place: True},
    }
    for role, rows in rights.items():
        client = logged_in(make_staff(f"a-{role}", role))
        for row, may in rows.items():
            before = versions_of(row)[-1]
            statuses = (200, 200, 200) if may else (200, 200, 403) if may is False else (403, 403, 403)
            actions = (address(row, "history"), at(row, "compare", before), at(row, "bring_back", before))
            assert tuple(client.get(each).status_code for each in actions) == statuses, (role, row)
            if not may:
                assert client.post(actions[2]).status_code == 403
    assert Page.objects.get(pk=page.pk).lead == "Something else."


def test_a_manager_brings_back_the_clinics_he_manages(root: User) -> None:
    london, dublin = Location.objects.get(slug="london"), Location.objects.get(slug="dublin")
    edit(root, london)
    edit(root, dublin)
    client = logged_in(make_staff("manager", Role.MANAGER, london))
    assert client.post(at(london, "bring_back", versions_of(london)[1])).status_code == 302
    assert client.post(at(dublin, "bring_back", versions_of(dublin)[1])).status_code == 403
    parking = dict(Location.objects.filter(slug__in=["london", "dublin"]).values_list("slug", "parking"))
    assert (parking["dublin"], parking["london"] != "Behind the house.") == ("Behind the house.", True)


def test_without_a_login_nothing_opens(root: User) -> None:
    page = first(Page)
    edit(root, page)
    for each in (address(page, "history"), at(page, "bring_back", versions_of(page)[1])):
        assert Client().get(each).status_code == 302
        assert Client().post(each).status_code == 302
    assert Page.objects.get(pk=page.pk).lead == "Something else."
