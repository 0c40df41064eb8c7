"""A clinician checks a page: who may, until when it holds, what ends it, and what may be public without it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from clinic import signing
from clinic.models import Clinician, Role, Version
from tests.cast import make_staff
from tests.site_content import NOW
from tests.test_content_admin import change, errors_of, filled
from treatments.facts import HasChanged
from treatments.loading import load
from treatments.models import Fact, Page, years_after
from treatments.reviewing import (
    NoReviewDay,
    NotChecked,
    is_overdue,
    problems_of,
    publish_page,
    review_page,
    text_of,
    why_hidden,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = dt.date(2027, 2, 17)
SLUG = "aftercare"


@pytest.fixture
def nurse(content: None) -> User:
    user = make_staff("ash", Role.CLINICIAN)
    Clinician.objects.create(name="Ash Example", role="nurse", user=user)
    return user


@pytest.fixture
def editor(content: None) -> User:
    return make_staff("editor", Role.EDITOR)


def page(slug: str = SLUG) -> Page:
    return Page.objects.get(slug=slug)


def check(by: User, slug: str = SLUG, **given: Any) -> Page:
    return review_page(slug=slug, by=by, now=NOW, **{"seen": text_of(page(slug)), **given})


def press(by: User, **data: str) -> tuple[int, str]:
    client = Client()
    client.force_login(by)
    response = client.post(reverse("admin:treatments_page_review", args=[SLUG]), data, follow=True)
    return response.status_code, response.content.decode()


# The check


def test_it_carries_name_profession_day_and_the_next_day_in_a_year(nurse: User) -> None:
    checked = check(nurse)
    assert checked.reviewed_by == "Ash Example, nurse"
    assert (checked.reviewed_on, checked.review_due_on) == (TODAY, dt.date(2028, 2, 17))
    assert "Checked by Ash Example, nurse on 17 February 2027" in Client().get(checked.path).content.decode()


def test_the_next_check_may_be_sooner_or_later_within_three_years(nurse: User) -> None:
    assert check(nurse, due_on=dt.date(2030, 2, 17)).review_due_on == dt.date(2030, 2, 17)
    for day in (TODAY, dt.date(2030, 2, 18)):
        with pytest.raises(NoReviewDay):
            check(nurse, due_on=day)


def test_a_leap_day_has_its_year_too() -> None:
    assert years_after(dt.date(2028, 2, 29), 1) == dt.date(2029, 2, 28)


def test_it_is_kept_as_a_version(nurse: User) -> None:
    check(nurse)
    newest = Version.objects.of("page", SLUG).first()
    assert newest
    assert (newest.value["reviewed_by"], newest.made_by) == ("Ash Example, nurse", nurse)


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.MANAGER, Role.EDITOR])
def test_nobody_else_may(content: None, role: str) -> None:
    user = make_staff("somebody", role)
    with pytest.raises(signing.MayNotSign):
        check(user)
    assert press(user, seen=text_of(page()), due_on="2028-02-17")[0] == 403
    assert page().reviewed_by == ""


@time_machine.travel(NOW, tick=False)
def test_what_changed_since_it_was_read_is_not_checked(nurse: User) -> None:
    seen = text_of(page())
    Page.objects.filter(slug=SLUG).update(lead="Something else.")
    with pytest.raises(HasChanged):
        check(nurse, seen=seen)
    assert "Read it again" in press(nurse, seen=seen, due_on="2028-02-17")[1]


@time_machine.travel(NOW, tick=False)
def test_the_button_checks_and_refuses_a_day_that_is_none(nurse: User) -> None:
    seen = text_of(page())
    assert "Choose a day" in press(nurse, seen=seen, due_on="soon")[1]
    assert "Choose a day" in press(nurse, seen=seen, due_on="2020-01-01")[1]
    assert "Checked by Ash Example, nurse." in press(nurse, seen=seen, due_on="2027-08-17")[1]
    assert page().review_due_on == dt.date(2027, 8, 17)


def test_only_who_may_press_it_sees_the_button(nurse: User, editor: User) -> None:
    for user, sees in ((nurse, True), (editor, False)):
        client = Client()
        client.force_login(user)
        shown = client.get(reverse("admin:treatments_page_change", args=[SLUG])).content.decode()
        assert ("I have checked this page" in shown) is sees


def test_looking_checks_nothing_and_an_unknown_page_is_nowhere(nurse: User) -> None:
    client = Client()
    client.force_login(nurse)
    assert client.get(reverse("admin:treatments_page_review", args=[SLUG])).status_code == 405
    assert client.post(reverse("admin:treatments_page_review", args=["nothing"])).status_code == 302
    assert page().reviewed_by == ""


# What ends it


def test_a_new_text_takes_the_check_away_and_says_so(nurse: User, editor: User) -> None:
    check(nurse)
    client = Client()
    client.force_login(editor)
    address = reverse("admin:treatments_page_change", args=[SLUG])
    data = filled(client.get(address), **{"sections-1-body": "Changed by hand."})
    said = client.post(address, data, follow=True).content.decode()
    assert "The text is new, so the check was taken away." in said
    assert (page().reviewed_by, page().reviewed_on, page().review_due_on) == ("", None, None)
    assert page().published, "a page with emergency lines is never taken away"
    assert "Not yet checked by a clinician." in Client().get(page().path).content.decode()


@time_machine.travel(NOW, tick=False)
def test_another_place_in_the_list_leaves_check_and_date(nurse: User, editor: User) -> None:
    check(nurse)
    changed_at = page().changed_at
    assert change(editor, page(), position="7").status_code == 302
    assert (page().position, page().reviewed_by, page().changed_at) == (7, "Ash Example, nurse", changed_at)


def test_a_changed_figure_leaves_the_check_of_the_page_that_prints_it(nurse: User, editor: User) -> None:
    check(nurse)
    assert change(editor, Fact.objects.get(key="gap_min"), text="3 weeks").status_code == 302
    assert page().reviewed_by == "Ash Example, nurse"
    assert Fact.objects.get(key="gap_min").signed_by == ""


def test_a_changed_figure_is_a_new_date_for_the_pages_that_print_it(editor: User) -> None:
    before = page().changed_at
    alone = page("privacy").changed_at
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        change(editor, Fact.objects.get(key="gap_min"), text="3 weeks")
    assert page().changed_at == NOW + dt.timedelta(days=3) != before
    assert page("privacy").changed_at == alone


# When it is due


def test_what_is_the_matter_is_said_in_sentences(content: None) -> None:
    clinical, plain = page(), page("privacy")
    assert problems_of(clinical, on=TODAY) == ["Nobody has checked this page yet."]
    assert problems_of(plain, on=TODAY) == []
    clinical.reviewed_by, clinical.reviewed_on = "Dr A", dt.date(2025, 8, 6)
    clinical.review_due_on = dt.date(2026, 8, 6)
    assert problems_of(clinical, on=TODAY) == ["The check of this page was due on 6 August 2026."]
    assert problems_of(clinical, on=dt.date(2026, 8, 5)) == []
    assert is_overdue(clinical, on=dt.date(2026, 8, 6))


@time_machine.travel(NOW, tick=False)
def test_the_page_says_that_its_check_is_late(content: None) -> None:
    checked = {
        "reviewed_by": "Dr A",
        "reviewed_on": dt.date(2025, 8, 6),
        "review_due_on": dt.date(2026, 8, 6),
    }
    Page.objects.filter(slug=SLUG).update(**checked)
    assert "The check of this page was due on 6 August 2026." in Client().get(page().path).content.decode()
    Page.objects.filter(slug=SLUG).update(review_due_on=dt.date(2027, 8, 6))
    shown = Client().get(page().path).content.decode()
    assert "Next check by 6 August 2027." in shown
    assert "was due" not in shown


# REQUIRE_REVIEW


def hide(slug: str = SLUG) -> Page:
    Page.objects.filter(slug=slug).update(published=False)
    return page(slug)


def test_without_the_setting_a_page_may_be_public_unchecked(content: None) -> None:
    hide()
    assert publish_page(slug=SLUG, by=None, now=NOW).published


def test_with_it_a_clinical_page_needs_a_check_that_holds(nurse: User, settings: Any) -> None:
    settings.REQUIRE_REVIEW = True
    hide()
    with pytest.raises(NotChecked, match="A clinician opens this page"):
        publish_page(slug=SLUG, by=nurse, now=NOW)
    assert not page().published
    check(nurse)
    with pytest.raises(NotChecked, match="was due on 17 February 2028"):
        publish_page(slug=SLUG, by=nurse, now=NOW + dt.timedelta(days=400))
    assert publish_page(slug=SLUG, by=nurse, now=NOW).published


def test_a_plain_page_and_the_emergency_page_need_none(content: None, settings: Any) -> None:
    settings.REQUIRE_REVIEW = True
    for slug in ("privacy", "help-now"):
        hide(slug)
        assert publish_page(slug=slug, by=None, now=NOW).published


def test_the_form_says_beside_the_tick_what_to_do(editor: User, settings: Any) -> None:
    settings.REQUIRE_REVIEW = True
    response = change(editor, hide(), published="on")
    assert "Nobody has checked this page yet. A clinician opens this page here" in errors_of(response)
    assert not page().published


@time_machine.travel(NOW, tick=False)
def test_a_text_changed_in_the_same_press_is_not_published_by_it(
    nurse: User, editor: User, settings: Any
) -> None:
    settings.REQUIRE_REVIEW = True
    hide()
    check(nurse)
    assert change(editor, page(), published="on", lead="Something new.").status_code == 302
    assert (page().lead, page().published, page().reviewed_by) == ("Something new.", False, "")
    check(nurse)
    assert change(editor, page(), published="on").status_code == 302
    assert page().published


def test_what_is_public_stays_public_whatever_the_setting(editor: User, settings: Any) -> None:
    settings.REQUIRE_REVIEW = True
    assert change(editor, page(), lead="Something new.").status_code == 302
    assert page().published
    assert Client().get(page().path).status_code == 200


def test_the_emergency_page_cannot_be_hidden(editor: User) -> None:
    assert "Every page links to this one" in errors_of(change(editor, page("help-now"), published="false"))
    assert page("help-now").published


@time_machine.travel(NOW, tick=False)
def test_the_list_publishes_what_is_checked_and_says_why_not_the_rest(
    nurse: User, editor: User, settings: Any
) -> None:
    settings.REQUIRE_REVIEW = True
    hide("risks")
    hide()
    check(nurse)
    client = Client()
    client.force_login(editor)
    chosen = {"action": "publish_chosen", "_selected_action": ["risks", SLUG]}
    said = client.post(reverse("admin:treatments_page_changelist"), chosen, follow=True).content.decode()
    assert page().published
    assert not page("risks").published
    assert "Nobody has checked this page yet." in said


def test_a_load_into_an_empty_database_hides_what_nobody_has_checked(
    db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.REQUIRE_REVIEW = True
    call_command("load_content")
    hidden = Page.objects.filter(published=False)
    assert len(hidden) >= 8
    assert all(page.is_clinical and why_hidden(page, on=TODAY) for page in hidden)
    assert Page.objects.get(path="/help-now/").published
    assert not Page.objects.filter(kind="plain", published=False).exists()
    said = capsys.readouterr().out
    assert "Not published" in said
    assert "page aftercare" in said


def test_a_load_leaves_what_is_public_alone(content: None, settings: Any) -> None:
    settings.REQUIRE_REVIEW = True
    assert load(now=NOW).held == []
    assert not Page.objects.filter(published=False).exists()
