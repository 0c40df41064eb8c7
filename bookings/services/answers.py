"""Keeps health answers beside an appointment and reads back the newest. Old answers stay; nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings

from bookings.models import Appointment, ScreeningAnswer
from treatments import screening
from treatments.screening import PageAnswer


def keep_answers(
    appointment: Appointment, area: str, answers: screening.Answers | None, now: datetime
) -> None:
    """Every question with its answer, the questionnaire's version, and the clinic's own date. Part of a verb."""
    _keep_today(appointment, screening.record(area, answers), now)


def keep_again(appointment: Appointment, rows: list[ScreeningAnswer], now: datetime) -> None:
    """The same answers under today's date. Only for rows that `are_current`. Part of a verb."""
    _keep_today(appointment, rows, now)


def bring_answers(appointment: Appointment, last: Appointment) -> None:
    """The newest answers of an earlier visit beside this one, under the day they were given on. Part of a verb."""
    ScreeningAnswer.objects.bulk_create(
        _beside(appointment, row, row.version, row.answered_on) for row in newest(last)
    )


def _keep_today(
    appointment: Appointment, rows: Iterable[screening.RecordRow | ScreeningAnswer], now: datetime
) -> None:
    today = now.astimezone(appointment.location.zone).date()
    ScreeningAnswer.objects.bulk_create(_beside(appointment, row, screening.VERSION, today) for row in rows)


def _beside(
    appointment: Appointment, row: screening.RecordRow | ScreeningAnswer, version: str, on: date
) -> ScreeningAnswer:
    return ScreeningAnswer(
        appointment=appointment,
        code=row.code,
        question=row.question,
        answer=row.answer,
        level=row.level,
        version=version,
        answered_on=on,
    )


def newest(appointment: Appointment) -> list[ScreeningAnswer]:
    """The last answer to each question, in the order they were asked. One query."""
    return list({row.code: row for row in appointment.answers.order_by("pk")}.values())


def as_pages(rows: list[ScreeningAnswer]) -> dict[int, PageAnswer]:
    """Stored answers as they were ticked. Empty where none were stored."""
    said = {row.code: row.answer for row in rows}
    return {page: _page(page, said) for page in screening.PAGES} if rows else {}


def are_current(rows: list[ScreeningAnswer]) -> bool:
    """Whether they answer the questions as we ask them today."""
    return bool(rows) and {row.version for row in rows} == {screening.VERSION}


def are_old(appointment: Appointment, now: datetime) -> bool:
    """Whether the last answer was given more than HEALTH_ANSWERS_DAYS ago. Who never answered is rung by a nurse."""
    last = appointment.answers.order_by("-answered_on").values_list("answered_on", flat=True).first()
    today = now.astimezone(appointment.location.zone).date()
    return last is not None and (today - last).days > settings.HEALTH_ANSWERS_DAYS


def _page(page: int, said: dict[str, str]) -> PageAnswer:
    asked = [tick.code for tick in screening.ticks_on(page)]
    ticks = frozenset(code for code in asked if said.get(code) == screening.ANSWER_YES)
    unsure = any(said.get(code) == screening.ANSWER_PHONE for code in asked)
    return PageAnswer(ticks, none=not ticks and not unsure, unsure=unsure)
