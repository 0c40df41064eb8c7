"""System checks of the bookings room: the guard stands, and the settings keep our promise to patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import OperationalError, ProgrammingError

from bookings.fees import fees_as_shown, tells_consultation_fee
from bookings.models import guard
from bookings.working_time import DESK_HOURS
from clinic.checks import lacking
from clinic.limits import Limit
from clinic.models import Location


@register(Tags.database)
def guard_stands(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The database refuses overlap. SQLite drops the triggers silently when a migration remakes the table."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        gone = lacking(alias, [guard.TABLE], guard.missing)
        if gone:
            found.append(
                Error(
                    f"The guard against overlapping appointments is missing: {', '.join(gone)}.",
                    hint="End the last migration of bookings with InstallGuard(), and migrate.",
                    id="bookings.E001",
                )
            )
    return found


@register()
def notice_lies_after_promise(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nobody may be offered a time that comes before the day we promised to answer by."""
    least = (settings.REPLY_WORKING_DAYS + 1) * DESK_HOURS
    if least <= settings.NOTICE_WORKING_HOURS:
        return []
    return [
        Error(
            f"NOTICE_WORKING_HOURS is {settings.NOTICE_WORKING_HOURS}, but REPLY_WORKING_DAYS needs at least {least}.",
            hint=f"Set NOTICE_WORKING_HOURS={least} or more, or promise a faster reply.",
            id="bookings.E002",
        )
    ]


@register(Tags.database)
def fee_is_told_before_we_confirm(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A clinic that confirms by itself has told what a first consultation costs: without, it confirms nothing."""
    if not databases:
        return []
    try:
        silent = [
            place
            for place in Location.objects.filter(auto_confirm=True)
            if not tells_consultation_fee(fees_as_shown(place))
        ]
    except (OperationalError, ProgrammingError):
        return []  # not migrated yet
    return [
        Warning(
            f"{place.name} is set to confirm requests at once, and does not: no fee of a first consultation is entered.",
            hint="Enter the fee in the admin, or take the tick away at the clinic.",
            id="bookings.W001",
        )
        for place in silent
    ]


@register()
def limits_hold(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each limit can be read, and held times are counted for as long as a hold may live: else an address keeps more."""
    found: list[CheckMessage] = []
    for name, text in settings.LIMITS.items():
        try:
            limit = Limit.read(text)
        except ValueError:
            hint = "Write it as times/minutes, at least 1 and 6: 20/120 is 20 times in 120 minutes."
            found.append(Error(f"The limit {name} is {text!r}.", hint=hint, id="bookings.E003"))
            continue
        if name.startswith("hold-") and limit.minutes < settings.HOLD_MAX_MINUTES:
            said = f"The limit {name} reaches over {limit.minutes} minutes, but a hold may live HOLD_MAX_MINUTES."
            hint = f"Give it {settings.HOLD_MAX_MINUTES} minutes or more."
            found.append(Error(said, hint=hint, id="bookings.E004"))
    return found
