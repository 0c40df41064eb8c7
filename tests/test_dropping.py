"""After every kind of edit the next reader of any process gets the new words, whoever made it and by which door."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from PIL import Image

from clinic import page_cache
from clinic.admin.dropping import DropsPages
from clinic.models import Clinician, Location, PageDrop, Picture, Version
from tests.kept import another_worker
from tests.test_content_admin import address, filled, list_of, logged_in
from treatments.models import Claim, Fact, Fee, Page, Treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]

Shown = tuple[str, str]  # the page to look at, and words that stand there now
# Models of the two rooms whose rows no page that informs shows.
NOT_SHOWN = {
    "clinic.complaint",
    "clinic.feedback",
    "clinic.heartbeat",
    "clinic.membership",
    "clinic.message",
    "clinic.pagedrop",
    "clinic.signinkey",
    "clinic.tally",
    "clinic.trailrow",
    "clinic.version",
}
NO_ADMIN_YET = {"clinic.organisation"}


@pytest.fixture
def root() -> User:
    user = User.objects.create_superuser("root")
    Clinician.objects.create(name="Rosa Root", role="doctor", user=user)
    return user


def without_mixin(registered: dict[type[Model], admin.ModelAdmin]) -> tuple[int, list[str]]:
    """How many admins of content there are, and those that do not drop the kept pages."""
    shown = {
        model._meta.label_lower: kept
        for model, kept in registered.items()
        if model._meta.app_label in ("clinic", "treatments") and model._meta.label_lower not in NOT_SHOWN
    }
    return len(shown), [label for label, kept in shown.items() if not isinstance(kept, DropsPages)]


def test_every_admin_of_content_drops_the_kept_pages() -> None:
    seen, breaches = without_mixin(admin.site._registry)
    assert seen >= 8
    assert breaches == []


def test_an_admin_without_it_is_found() -> None:
    planted = {**admin.site._registry, Fee: admin.ModelAdmin(Fee, admin.site)}
    assert without_mixin(planted)[1] == ["treatments.fee"]


def test_no_model_is_forgotten() -> None:
    """Each model of the two rooms is edited by an admin that drops pages, within one, or is shown to nobody."""
    inline = {each.model for kept in admin.site._registry.values() for each in kept.inlines}
    rows = [model for room in ("clinic", "treatments") for model in apps.get_app_config(room).get_models()]
    lost = [
        model._meta.label_lower
        for model in rows
        if model not in admin.site._registry
        and model not in inline
        and model._meta.label_lower not in NOT_SHOWN | NO_ADMIN_YET
    ]
    assert len(rows) >= 15
    assert lost == []


# --- By the stock admin


def change(root: User, row: Model, **words: Any) -> None:
    client = logged_in(root)
    response = client.post(address(row), filled(client.get(address(row)), **words))
    assert response.status_code == 302, response.context["errors"]


def section_of(page: Page, key: str) -> str:
    """The name of that section's body in the form of its page."""
    keys = list(page.sections.values_list("key", flat=True))
    return f"sections-{keys.index(key)}-body"


def edit_page(root: User) -> Shown:
    change(root, Page.objects.get(path="/terms/"), title="Zz the title")
    return "/terms/", "Zz the title"


def edit_section(root: User) -> Shown:
    page = Page.objects.get(path="/terms/")
    first = page.sections.filter(component="text").first()
    assert first
    change(root, page, **{section_of(page, first.key): "Zz the text."})
    return "/terms/", "Zz the text"


def edit_fact(root: User) -> Shown:
    change(root, Fact.objects.get(key="session_minutes"), text="Zz 45")
    return "/", "Zz 45"


def edit_claim(root: User) -> Shown:
    fact = Claim.objects.select_related("fact").first().fact
    change(root, fact, **{"claims-0-says": "Zz it says."})
    return reverse("treatments:how_we_check"), "Zz it says"


def edit_source(root: User) -> Shown:
    page = Page.objects.filter(sources__names_medicine=False).first()
    assert page
    change(root, page.sources.filter(names_medicine=False).first(), name="Zz a source")
    return page.path, "Zz a source"


def edit_fee(root: User) -> Shown:
    change(root, Fee.objects.get(service="session", country="GB"), amount="471.00")
    return "/fees/", "£471"


def edit_treatment(root: User) -> Shown:
    change(root, Treatment.objects.get(slug="sclerotherapy"), summary="Zz the summary.")
    return "/treatments/sclerotherapy/", "Zz the summary"


def edit_location(root: User) -> Shown:
    change(root, Location.objects.get(slug="dublin"), directions="Zz turn left.")
    return "/clinics/dublin/", "Zz turn left"


def edit_hours(root: User) -> Shown:
    added = {"opening_hours-TOTAL_FORMS": "1", "opening_hours-0-weekday": "2"}
    times = {"opening_hours-0-opens": "09:13", "opening_hours-0-closes": "17:00"}
    change(root, Location.objects.get(slug="dublin"), **added, **times)
    return "/clinics/dublin/", "9:13am"


def edit_picture(root: User) -> Shown:
    change(root, photograph(), alt="Zz a new alt")
    return "/clinics/dublin/", "Zz a new alt"


def photograph() -> Picture:
    place = Location.objects.get(slug="dublin")
    place.photo, _ = Picture.objects.get_or_create(
        digest="0" * 32,
        defaults={
            "width": 900,
            "height": 600,
            "alt": "A door",
            "added_at": dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        },
    )
    place.save()
    return place.photo


def delete_picture(root: User) -> Shown:
    picture = photograph()
    logged_in(root).post(address(picture, "delete"), {"post": "yes"})
    assert not Picture.objects.exists()
    return "/clinics/dublin/", ""


def upload_picture(root: User) -> Shown:
    sent = io.BytesIO()
    Image.new("RGB", (1000, 800), "teal").save(sent, "JPEG")
    upload = SimpleUploadedFile("door.jpg", sent.getvalue(), "image/jpeg")
    words = {"upload": upload, "alt": "A door"}
    assert logged_in(root).post(list_of("clinic", "picture", "add"), words).status_code == 302
    return "/clinics/dublin/", ""


def add_clinician(root: User) -> Shown:
    client = logged_in(root)
    url = list_of("clinic", "clinician", "add")
    named = {"name": "Zz Somebody", "role": "nurse", "active": "on"}
    assert client.post(url, filled(client.get(url), **named)).status_code == 302
    return "/about/clinicians/", "Zz Somebody"


def delete_clinicians(root: User) -> Shown:
    gone = Clinician.objects.create(name="Zz Somebody", role="nurse", register="NMC", register_number="1")
    chosen = {"action": "delete_selected", "_selected_action": [str(gone.pk)], "post": "yes"}
    logged_in(root).post(list_of("clinic", "clinician"), chosen)
    assert not Clinician.objects.filter(pk=gone.pk).exists()
    return "/about/clinicians/", ""


# --- By a verb behind a button, a command, a load


def bring_back(root: User) -> Shown:
    page = Page.objects.get(path="/terms/")
    change(root, page, title="Zz the title")
    first = Version.objects.of("page", page.pk).last()
    url = reverse("admin:treatments_page_bring_back", args=[page.pk, first.pk])
    PageDrop.objects.all().delete()
    logged_in(root).post(url)
    assert Page.objects.get(pk=page.pk).title != "Zz the title"
    return "/terms/", "Terms"


def check_page(root: User) -> Shown:
    page = Page.objects.get(path="/treatments/risks/")
    client = logged_in(root)
    shown = client.get(address(page)).context["review_form"]
    sent = {"seen": shown.initial["seen"], "due_on": shown.initial["due_on"].isoformat()}
    client.post(reverse("admin:treatments_page_review", args=[page.pk]), sent)
    return page.path, "Rosa Root"


def publish(root: User) -> Shown:
    page = Page.objects.get(path="/terms/")
    Page.objects.filter(pk=page.pk).update(published=False)
    chosen = {"action": "publish_chosen", "_selected_action": [page.pk]}
    logged_in(root).post(list_of("treatments", "page"), chosen)
    assert Page.objects.get(path="/terms/").published
    return "/terms/", ""


def sign_fact(root: User) -> Shown:
    fact = Fact.objects.get(key="session_minutes")
    client = logged_in(root)
    seen = client.get(address(fact)).context["seen"]
    client.post(reverse("admin:treatments_fact_sign", args=[fact.pk]), {"seen": seen})
    return reverse("treatments:how_we_check"), "Rosa Root"


def load_texts(root: User) -> Shown:
    Page.objects.filter(path="/terms/").delete()
    call_command("load_content", verbosity=0)
    return "/terms/", ""


def load_places(root: User) -> Shown:
    Location.objects.filter(slug="dublin").update(slug="elsewhere", name="Elsewhere")
    call_command("load_clinics", verbosity=0)
    return "/clinics/", "Elsewhere"


EDITS: dict[str, Callable[[User], Shown]] = {
    each.__name__: each
    for each in (
        edit_page, edit_section, edit_fact, edit_claim, edit_source, edit_fee, edit_treatment, edit_location,
        edit_hours, edit_picture, upload_picture, delete_picture, add_clinician, delete_clinicians,
        bring_back, check_page, publish, sign_fact, load_texts, load_places,
    )
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_owed_to_the_kept_pages_and_paid_at_once(
    root: User,
    edit: str,
    kept_pages: None,
    django_capture_on_commit_callbacks: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    before = page_cache.edition()
    with another_worker():
        for path in ("/", "/fees/"):
            Client().get(path)
    with django_capture_on_commit_callbacks(execute=True):
        path, words = EDITS[edit](root)
    assert not PageDrop.objects.exists()
    assert page_cache.edition() != before
    with another_worker():
        assert page_cache.edition() != before
        shown = Client().get(path)
        assert (shown.status_code, words in shown.content.decode()) == (200, True)
