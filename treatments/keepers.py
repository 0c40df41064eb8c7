"""How each noun of what we say is kept as versions, and how an earlier one is put back. Asks nobody, signs nothing."""

from __future__ import annotations

from datetime import datetime

from clinic.versions import CannotBringBack, Keeper, Value, fitting
from treatments import facts, publishing
from treatments.loading import write
from treatments.models import Fact, Fee, Page
from treatments.plain_values import FACTS, FEES, PAGES, SOURCES, TREATMENTS, Loadable, Noun


def _keeper(noun: Noun) -> Keeper:
    def put(row: Loadable, earlier: Value, now: datetime) -> None:
        _put(noun, row, fitting(noun.value(row), earlier), now)

    stays = frozenset(noun.standing) | ({"path"} if noun is PAGES else frozenset())
    return Keeper(noun.kind, noun.rows, noun.key, noun.state, put, stays)


def _put(noun: Noun, row: Loadable, value: Value, now: datetime) -> None:
    """Only what a row says comes back: not whether it is published, signed or confirmed, and not its address."""
    if isinstance(row, Page):
        value = {**value, "path": row.path}
        _refuse_missing_figures(value)
        row.changed_at = now
    if isinstance(row, Fact):
        facts.touch_pages_with([row.key], now)
    if isinstance(row, Fee) and value != noun.value(row):
        row.confirmed_on = None
    write(noun, row, value)


def _refuse_missing_figures(value: Value) -> None:
    figures = facts.figures()
    for section in value["sections"]:
        try:
            publishing.render(section["body"], figures)
        except publishing.UnknownFigure as problem:
            raise CannotBringBack(
                f"The section “{section['heading']}” cannot come back. {problem}"
            ) from problem


SOURCE, TREATMENT, FACT, FEE, PAGE = map(_keeper, (SOURCES, TREATMENTS, FACTS, FEES, PAGES))
