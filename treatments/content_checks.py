"""What is wrong with the content files taken together: names that lead nowhere, values the database would refuse.

Each problem is a sentence with the file and the place. Never changes what it reads.
"""

from __future__ import annotations

from collections import Counter

from django.core.exceptions import ValidationError
from django.db import models

from treatments.content_files import Content, Entry
from treatments.models import Fact, Page, Section, Source, Treatment
from treatments.publishing import Figures, UnknownFigure, Value, anchors_in, render

LONGEST_DESCRIPTION = 155  # as much as a search engine shows
FRAME_ANCHORS = frozenset(
    {"top", "main", "on-this-page", "ask-title", "sources-title"}
)  # of the page's own frame


def check(content: Content) -> None:
    """Add to `content.problems` all that is wrong."""
    for entry in content.entries:
        _check_columns(content, entry.where, entry.model(**entry.columns()))
        _check_sources(content, entry)
    figures = figures_in(content)
    paths = Counter(page.value["path"] for page in content.of(Page).values())
    for page in content.of(Page).values():
        _check_page(content, page)
        if paths[page.value["path"]] > 1:
            content.wrong(page.where, f"another page has the path “{page.value['path']}” too.")
        _check_sections(content, page, figures)


def figures_in(content: Content) -> Figures:
    """What the texts of these files may cite."""
    facts = {key: Value(entry.value["text"], None) for key, entry in content.of(Fact).items()}
    return Figures(facts, "a price per session")


def _check_columns(content: Content, where: str, row: models.Model) -> None:
    try:
        row.clean_fields(exclude={"page", "treatment", "position"})
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            content.wrong(where, f"{name}: {' '.join(messages)}")


def _check_sources(content: Content, entry: Entry) -> None:
    cited = Counter(entry.value.get("sources", []))
    known = content.of(Source)
    for key in {*cited, *(claim["source"] for claim in entry.value.get("claims", []))} - known.keys():
        content.wrong(entry.where, f"there is no source “{key}” in sources.toml.")
    for key in (key for key, count in cited.items() if count > 1):
        content.wrong(entry.where, f"the source “{key}” is named twice.")


def _check_page(content: Content, page: Entry) -> None:
    value = page.value
    if not (value["path"].startswith("/") and value["path"].endswith("/")):
        content.wrong(page.where, f"the path “{value['path']}” has to begin and end with “/”.")
    if value["treatment"] and value["treatment"] not in content.of(Treatment):
        content.wrong(page.where, f"there is no treatment “{value['treatment']}” in treatments.toml.")
    if len(value["description"]) > LONGEST_DESCRIPTION:
        content.wrong(page.where, f"the description is longer than {LONGEST_DESCRIPTION} signs.")
    if not value["sections"]:
        content.wrong(page.where, "it has no section.")


def _check_sections(content: Content, page: Entry, figures: Figures) -> None:
    anchors = Counter(FRAME_ANCHORS)
    for section in page.value["sections"]:
        where = f"{page.where}, section {section['key']}"
        anchors.update([section["key"], *anchors_in(section["body"], section["key"])])
        _check_columns(content, where, Section(**section))
        if "[[" in section["heading"]:
            content.wrong(where, "a heading cannot hold a figure.")
        try:
            render(section["body"], figures)
        except UnknownFigure as problem:
            content.wrong(where, str(problem))
    for anchor in (anchor for anchor, count in anchors.items() if count > 1):
        content.wrong(page.where, f"the anchor “{anchor}” is used twice.")
