"""When a page may be public, and who checked it: the check, what ends it, what is due. Never takes a page away.

A change of the text ends the check, and the page says so. It stays public all the same: a page on which to call 999 that
has gone is worse than one that says nobody has checked it since. Only the step from hidden to public asks for a check.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from clinic import page_cache, signing, versions
from clinic.models import Version
from clinic.wording import calendar_day
from treatments.facts import HasChanged, put
from treatments.models import HELP_PATH, Fact, Page, years_after
from treatments.plain_values import PAGES, digest, only

log = logging.getLogger(__name__)
TEXT = (
    "title",
    "description",
    "lead",
    "sections",
    "sources",
)  # what somebody checks: a change here ends the check
NEXT_YEARS, LONGEST_YEARS = (
    1,
    3,
)  # a check holds a year; PIF, the mark for health information, allows three at most
NOBODY = "Nobody has checked this page yet."
WAITS = "It is not published."
HOW = (
    "A clinician opens this page here and presses “I have checked this page”. Then publish it. "
    "Until then, leave “published” empty: the preview shows it to staff."
)
UNCHECKED = {"reviewed_by": "", "reviewed_on": None, "review_due_on": None}


class NotChecked(Exception):
    """A clinical page cannot become public; the sentence says what to do."""


class NoReviewDay(ValueError):
    """The next check has to lie ahead, and within three years."""

    def __init__(self) -> None:
        super().__init__(f"Choose a day for the next check after today and within {LONGEST_YEARS} years.")


# --- What is the matter with a page ---


def problems_of(page: Page, *, on: date) -> list[str]:
    """What is the matter with the check of this page on that day, in sentences for staff. Empty for a plain page."""
    if not page.is_clinical:
        return []
    if page.reviewed_on is None or not page.reviewed_by:
        return [NOBODY]
    return [overdue_line(page)] if is_overdue(page, on=on) else []


def is_overdue(page: Page, *, on: date) -> bool:
    """Whether the next check of a checked page has come due."""
    return page.is_clinical and page.review_due_on is not None and page.review_due_on <= on


def overdue_line(page: Page) -> str:
    due = page.review_due_on
    return f"The check of this page was due on {calendar_day(due)}." if due else ""


def why_hidden(page: Page, *, on: date) -> str:
    """Why this page may not become public on that day; empty when it may.

    The page with the emergency numbers always may: every page of the site links to it.
    """
    if not settings.REQUIRE_REVIEW or page.path == HELP_PATH:
        return ""
    problems = problems_of(page, on=on)
    return " ".join([*problems, HOW]) if problems else ""


def text_of(page: Page) -> str:
    """A short name for what a check of this page would stand for."""
    return digest(only(PAGES.value(page), TEXT))


def is_new_text(before: versions.Value, after: versions.Value) -> bool:
    return digest(only(before, TEXT)) != digest(only(after, TEXT))


class Due(NamedTuple):
    """What waits for a clinician: pages in their order with why, and facts without a signature or with an old one."""

    pages: list[tuple[Page, str]]
    facts: list[Fact]


def due(*, on: date) -> Due:
    """Everything whose check or signature is missing or due on that day. Two queries."""
    pages = [(page, " ".join(problems_of(page, on=on))) for page in Page.objects.due_for_review(on)]
    return Due(pages, list(Fact.objects.due_for_review(on)))


# --- Verbs ---


def review_page(
    *, slug: str, seen: str, by: AbstractBaseUser, now: datetime, due_on: date | None = None
) -> Page:
    """A clinician has checked a page; `seen` is what `text_of` gave when it was shown. The next check is in a year.

    Raises signing.MayNotSign, HasChanged, NoReviewDay, Page.DoesNotExist.
    """
    today = signing.day_of(now)
    due_on = due_on or years_after(today, NEXT_YEARS)
    if not today < due_on <= years_after(today, LONGEST_YEARS):
        raise NoReviewDay
    with transaction.atomic(durable=True):
        page = _locked(slug, now)
        if seen != text_of(page):
            raise HasChanged
        put(page, {"reviewed_by": signing.signature(by), "reviewed_on": today, "review_due_on": due_on})
        _keep(slug, by, now)
    log.info("page %s checked by %s", slug, by.pk)
    return page


def publish_page(*, slug: str, by: AbstractBaseUser | None, now: datetime) -> Page:
    """Make a page public. Raises NotChecked, Page.DoesNotExist."""
    with transaction.atomic(durable=True):
        page = _locked(slug, now)
        if not page.published and (reason := why_hidden(page, on=signing.day_of(now))):
            raise NotChecked(reason)
        put(page, {"published": True})
        _keep(slug, by, now)
    return page


def settle(*, slug: str, before: versions.Value, now: datetime) -> list[str]:
    """After an edit: a new text is not checked any more, and what is not checked does not become public by it.

    `before` is the page's state before the edit. Returns sentences for whoever made it. Not durable: it belongs to the
    edit's own transaction.
    """
    page = PAGES.stored(slug)
    said = []
    if is_new_text(before, PAGES.value(page)):
        said = ["The text is new, so the check was taken away. A clinician has to look again."] * bool(
            page.reviewed_on
        )
        put(page, {**UNCHECKED, "changed_at": now})
    if page.published and not before["published"] and why_hidden(page, on=signing.day_of(now)):
        put(page, {"published": False})
        said.append(f"{WAITS} {HOW}")
    return said


def _locked(slug: str, now: datetime) -> Page:
    page: Page = PAGES.rows().select_for_update(of=("self",)).get(slug=slug)
    versions.keep_first(kind=PAGES.kind, key=slug, value=PAGES.state(page), now=now)
    return page


def _keep(slug: str, by: AbstractBaseUser | None, now: datetime) -> None:
    value, origin = PAGES.state(PAGES.stored(slug)), Version.Origin.ADMIN
    versions.keep(kind=PAGES.kind, key=slug, value=value, origin=origin, by=by, now=now)
    page_cache.drop()
