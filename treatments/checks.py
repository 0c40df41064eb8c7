"""System checks of the treatments room: every text finds the figures it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections

from treatments import facts, publishing
from treatments.models import Section


@register(Tags.database)
def figures_exist(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning, not an error: `migrate` runs this too and must not stop for a text."""
    if "default" not in (databases or ()):
        return []
    try:
        if Section._meta.db_table not in connections["default"].introspection.table_names():
            return []  # not migrated yet
        figures = facts.figures()
        sections = list(Section.objects.all())
    except DatabaseError:
        return []  # half migrated, or away: the other checks speak
    return [_missing(section, key) for section in sections for key in _unknown(section, figures)]


def _unknown(section: Section, figures: publishing.Figures) -> list[str]:
    try:
        publishing.render(section.body, figures, heading=section.heading, key=section.key)
    except publishing.UnknownFigure as problem:
        return [problem.key]
    return []


def _missing(section: Section, key: str) -> CheckMessage:
    return Warning(
        f"Page {section.page_id}, section {section.key}: there is no figure “{key}”.",
        hint="Correct the text in the admin, or bring the figure back with `manage.py load_content`.",
        id="treatments.W001",
    )
