"""Keeping how content stood, saying how two states differ, and bringing one back: the verbs alone, without the admin."""

from __future__ import annotations

import datetime as dt
import doctest
from typing import Any

import pytest
from django.contrib.auth.models import User

from clinic import differences as module
from clinic import keepers, versions
from clinic.differences import Difference, differences
from clinic.models import Clinician, Location, OpeningHours, Organisation, Version
from tests.cast import make_location
from tests.site_content import NOW, load_site_content
from treatments import keepers as texts
from treatments.facts import change_fact
from treatments.loading import load
from treatments.models import Fact, Fee, Page, Section, Source, Treatment

both = pytest.mark.both
LATER = NOW + dt.timedelta(hours=1)


def keep(
    value: dict[str, Any], *, now: dt.datetime = NOW, by: User | None = None, key: str = "a"
) -> Version | None:
    return versions.keep(kind="page", key=key, value=value, origin="admin", by=by, now=now)


def values() -> list[dict[str, Any]]:
    """What is kept, the newest first."""
    return [version.value for version in Version.objects.all()]


# Keeping


@both
@pytest.mark.django_db
def test_a_state_is_kept_once_until_it_differs() -> None:
    assert keep({"text": "one"})
    assert keep({"text": "one"}, now=LATER) is None
    assert keep({"text": "two"}, now=LATER)
    assert keep({"text": "one"}, now=LATER + dt.timedelta(hours=1))
    assert values() == [{"text": "one"}, {"text": "two"}, {"text": "one"}]


@both
@pytest.mark.django_db
def test_what_only_a_browser_adds_is_no_change() -> None:
    keep({"body": "one\ntwo", "sections": [{"body": "three"}]})
    assert keep({"body": " one\r\ntwo\n", "sections": [{"body": "three\r\n"}]}, now=LATER) is None


@both
@pytest.mark.django_db
def test_one_press_gives_one_version() -> None:
    user = User.objects.create_user("editor")
    keep({"text": "half"}, by=user)
    keep({"text": "whole"}, by=user)
    assert values() == [{"text": "whole"}]
    keep({"text": "by another"}, by=User.objects.create_user("other"))
    assert len(values()) == 2


@both
@pytest.mark.django_db
def test_how_it_stood_before_the_first_change_is_kept_too() -> None:
    Fact.objects.create(key="gap", text="2 weeks", reason="Careful.", certainty="ours")
    change_fact(key="gap", changes={"text": "3 weeks"}, by=None, now=NOW)
    change_fact(key="gap", changes={"text": "4 weeks"}, by=None, now=LATER)
    assert [value["text"] for value in values()] == ["4 weeks", "3 weeks", "2 weeks"]
    assert [version.origin for version in Version.objects.all()] == ["admin", "admin", "found"]


@both
@pytest.mark.django_db
def test_a_load_keeps_every_row_it_made_and_no_more_the_second_time(
    django_assert_max_num_queries: Any,
) -> None:
    assert load(now=NOW).problems == []
    rows = sum(model.objects.count() for model in (Page, Fact, Fee, Source, Treatment))
    assert Version.objects.count() == rows >= 130
    assert set(Version.objects.values_list("origin", flat=True)) == {"files"}
    load(now=LATER)
    assert Version.objects.count() == rows
    page = Version.objects.of("page", "aftercare").get().value
    assert len(page["sections"]) >= 8
    assert "group-page" in page["sources"]
    with django_assert_max_num_queries(2):
        versions.keep_loaded(kind="page", values={"aftercare": {"title": "New"}}, now=LATER)
    versions.keep_loaded(kind="page", values={"aftercare": {"title": "New"}}, now=LATER)
    assert Version.objects.of("page", "aftercare").count() == 2


# Differences


def said(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Of each field that differs, its lines as (mark, text)."""
    return {
        each.name: [(line.mark, "".join(part.text for part in line.parts)) for line in each.lines]
        for each in differences(old, new)
    }


def changed_words(difference: Difference) -> list[str]:
    return [part.text for line in difference.lines for part in line.parts if part.changed]


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(module) == (0, 1)


def test_equal_states_differ_in_nothing() -> None:
    value = {"text": "2 weeks", "claims": [{"source": "study", "says": "Yes."}]}
    assert differences(value, value) == []


def test_a_field_says_what_went_and_what_came() -> None:
    assert said({"text": "2 weeks", "unit": "days"}, {"text": "3 months", "unit": "days"}) == {
        "text": [("gone", "2 weeks"), ("new", "3 months")]
    }


def test_a_changed_word_in_a_long_line_is_marked() -> None:
    old, new = {"lead": "Walk every day after this."}, {"lead": "Walk each day after this."}
    assert changed_words(differences(old, new)[0]) == ["every", "each"]


def test_a_section_and_a_claim_go_by_their_names() -> None:
    old = {"sections": [{"key": "short", "body": "One."}], "claims": [{"source": "study", "says": "Yes."}]}
    new = {"sections": [{"key": "short", "body": "Two."}], "claims": [{"source": "study", "says": "No."}]}
    assert set(said(old, new)) == {"section “short”, body", "claim of “study”, says"}


def test_a_section_that_moved_or_went_shows_in_the_list_of_them() -> None:
    first, second = {"key": "a", "body": "A."}, {"key": "b", "body": "B."}
    assert list(said({"sections": [first, second]}, {"sections": [second, first]})) == ["sections"]
    gone = said({"sections": [first, second]}, {"sections": [first]})
    assert gone == {"sections": [("same", "a"), ("gone", "b")], "section “b”, body": [("gone", "B.")]}


def test_a_long_text_shows_only_what_stands_around_a_change() -> None:
    lines = [f"Line {number}." for number in range(40)]
    other = ["First.", *lines[1:39], "Last."]
    marks = [mark for mark, _ in said({"body": "\n".join(lines)}, {"body": "\n".join(other)})["body"]]
    assert marks == ["gone", "new", "same", "same", "gap", "same", "same", "gone", "new"]


def test_days_and_ticks_are_said_in_words() -> None:
    shown = said({"published": True, "reviewed_on": "2026-08-06", "text": "2026-99-99"}, {"published": False})
    assert shown == {
        "published": [("gone", "yes"), ("new", "no")],
        "reviewed on": [("gone", "6 August 2026")],
        "text": [("gone", "2026-99-99")],
    }


# Bringing back


def back(keeper: versions.Keeper, row: Any, version: Version, by: User) -> bool:
    return versions.bring_back(keeper=keeper, row_id=row.pk, version=version, by=by, now=LATER)


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_user("editor", is_staff=True)


@both
def test_a_page_comes_back_with_its_sections_and_sources(editor: User) -> None:
    load_site_content()
    page = Page.objects.get(slug="aftercare")
    before = texts.PAGE.value(texts.PAGE.rows().get(pk="aftercare"))
    version = versions.keep(kind="page", key="aftercare", value=before, origin="files", by=None, now=NOW)
    assert version
    page.sections.all().delete()
    page.sources.clear()
    Page.objects.filter(pk=page.pk).update(title="Spoilt", published=False)
    assert back(texts.PAGE, page, version, editor)
    after = texts.PAGE.value(texts.PAGE.rows().get(pk="aftercare"))
    assert after == {**before, "published": False}, "whether it is public is decided apart from its text"
    assert Page.objects.get(slug="aftercare").changed_at == LATER
    newest = Version.objects.of("page", "aftercare").first()
    assert newest
    assert (newest.origin, newest.made_by, newest.value) == ("restored", editor, after)


@both
def test_what_comes_back_is_not_signed_and_not_checked(editor: User) -> None:
    load_site_content()
    Page.objects.update(reviewed_by="Dr A", reviewed_on=NOW.date(), review_due_on=NOW.date())
    Fact.objects.update(signed_by="Dr A", signed_on=NOW.date())
    for keeper, row, field in (
        (texts.PAGE, Page.objects.get(slug="fees"), "title"),
        (texts.FACT, Fact.objects.get(key="gap_min"), "text"),
    ):
        value = {**keeper.value(keeper.rows().get(pk=row.pk)), field: "Other"}
        version = versions.keep(
            kind=keeper.kind, key=str(row.pk), value=value, origin="admin", by=None, now=NOW
        )
        assert version
        assert back(keeper, row, version, editor)
    assert Page.objects.get(slug="fees").reviewed_by == ""
    assert Fact.objects.get(key="gap_min").signed_by == ""
    assert Fact.objects.get(key="gap_usual").signed_by == "Dr A"


@both
def test_bringing_back_what_stands_there_changes_nothing(editor: User) -> None:
    load_site_content()
    fee = Fee.objects.get(service="session", country="GB")
    keeper = texts.FEE
    value = keeper.value(fee)
    version = versions.keep(kind="fee", key=keeper.key(fee), value=value, origin="files", by=None, now=NOW)
    assert version
    assert back(keeper, fee, version, editor) is False
    assert Version.objects.count() == 1
    page = Page.objects.get(slug="fees")
    value = texts.PAGE.value(texts.PAGE.rows().get(pk="fees"))
    version = versions.keep(kind="page", key="fees", value=value, origin="files", by=None, now=NOW)
    assert version
    assert back(texts.PAGE, page, version, editor) is False
    assert Page.objects.get(slug="fees").changed_at == page.changed_at


@both
def test_a_version_of_something_else_is_refused(editor: User) -> None:
    load_site_content()
    version = keep({"title": "Other"}, key="fees")
    assert version
    with pytest.raises(versions.CannotBringBack):
        back(texts.PAGE, Page.objects.get(slug="aftercare"), version, editor)


@both
def test_a_text_that_asks_for_a_figure_that_is_gone_is_refused_in_words(editor: User) -> None:
    load_site_content()
    value = texts.PAGE.value(texts.PAGE.rows().get(pk="fees"))
    value["sections"][0]["body"] = "Wait [[fact:gone]]."
    version = keep(value, key="fees")
    assert version
    with pytest.raises(versions.CannotBringBack, match="There is no figure “gone”"):
        back(texts.PAGE, Page.objects.get(slug="fees"), version, editor)
    assert "gone" not in Section.objects.filter(page="fees").values_list("body", flat=True)[0]


@both
def test_a_version_from_before_a_field_existed_leaves_that_field(editor: User) -> None:
    load_site_content()
    version = versions.keep(
        kind="fact",
        key="gap_min",
        value={"text": "5 weeks", "dropped": "x"},
        origin="found",
        by=None,
        now=NOW,
    )
    assert version
    topic = Fact.objects.get(key="gap_min").topic
    assert back(texts.FACT, Fact.objects.get(key="gap_min"), version, editor)
    fact = Fact.objects.get(key="gap_min")
    assert (fact.text, fact.topic, fact.claims.count()) == ("5 weeks", topic, 3)
    assert Page.objects.get(slug="aftercare").changed_at == LATER, "it prints that figure"


@both
def test_a_clinic_comes_back_with_its_hours(editor: User) -> None:
    place = make_location("london", parking="Behind the house.")
    OpeningHours.objects.create(location=place, weekday=0, opens=dt.time(9), closes=dt.time(17, 30))
    before = keepers.LOCATION.value(keepers.LOCATION.rows().get(pk=place.pk))
    assert before["opening_hours"] == [{"day": "Monday", "opens": "09:00", "closes": "17:30"}]
    version = versions.keep(kind="location", key="london", value=before, origin="admin", by=None, now=NOW)
    assert version
    place.opening_hours.update(closes=dt.time(16))
    Location.objects.update(parking="", verified_on=NOW.date())
    assert back(keepers.LOCATION, place, version, editor)
    assert keepers.LOCATION.value(keepers.LOCATION.rows().get(pk=place.pk)) == before


@both
def test_a_clinician_comes_back_but_no_login_with_it(editor: User) -> None:
    nurse = Clinician.objects.create(name="Nurse", role="nurse", user=editor)
    version = versions.keep(
        kind="clinician",
        key=str(nurse.pk),
        value={**keepers.CLINICIAN.value(nurse), "name": "Nurse A"},
        origin="admin",
        by=None,
        now=NOW,
    )
    assert version
    assert not [name for name in version.value if "user" in name]
    Clinician.objects.update(user=None)
    assert back(keepers.CLINICIAN, nurse, version, editor)
    nurse.refresh_from_db()
    assert (nurse.name, nurse.user) == ("Nurse A", None)


@both
def test_what_a_row_would_refuse_today_is_refused_in_words(editor: User) -> None:
    answerable = Organisation.objects.create(country="GB", legal_name="A company")
    value = {**keepers.ORGANISATION.value(answerable), "legal_name": "x" * 161}
    version = versions.keep(kind="organisation", key="GB", value=value, origin="admin", by=None, now=NOW)
    assert version
    with pytest.raises(versions.CannotBringBack, match="legal_name"):
        back(keepers.ORGANISATION, answerable, version, editor)
