"""One person's way through the request, as plain data, and the order of its steps. Pure: no Django, no clock.

It lives in a session entry as a dict of plain values; what it may lead to is decided by services. Instants are UTC.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

ANYWHERE = "anywhere"


class Step(StrEnum):
    """The pages in their order. A step that is missing is where somebody is sent."""

    START = "start"
    VISIT = "visit"
    TIME = "time"
    HEALTH_1 = "health-1"
    HEALTH_2 = "health-2"
    HEALTH_3 = "health-3"
    DETAILS = "details"
    CHECK = "check"


@dataclass
class Journey:
    """What somebody has said so far. `health` maps "1" to "3" to the codes ticked on that page.

    `counted` maps what was counted once already to the day and clinic it was counted under; it leaves with the journey.
    `suspected` says that a machine seems to have filled in a page.
    `started` is set by "No, I have none of these" alone, so that no other page leads past the emergency notice.
    """

    key: str = ""
    touched: str = ""
    started: bool = False
    area: str = ""
    clinic: str = ""
    wished_place: str = ""
    wished_start: str = ""
    place: str = ""
    starts_at: str = ""
    kept_until: str = ""
    health: dict[str, list[str]] = field(default_factory=dict)
    by_phone: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    suspected: bool = False
    sent: str = ""
    sent_at: str = ""
    counted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: object) -> Journey:
        """From a session entry. Anything that does not fit the shape of today starts afresh."""
        if not isinstance(stored, dict):
            return cls()
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        made = cls(**known)
        shapes = {each.name: type(getattr(cls(), each.name)) for each in fields(cls)}
        return (
            made if all(isinstance(getattr(made, name), shape) for name, shape in shapes.items()) else cls()
        )

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def uuid(self) -> UUID:
        return UUID(self.key)

    @property
    def start(self) -> datetime | None:
        """The chosen time (UTC)."""
        return datetime.fromisoformat(self.starts_at) if self.starts_at else None

    @property
    def wished(self) -> datetime | None:
        """The time (UTC) of the link that somebody came by."""
        return datetime.fromisoformat(self.wished_start) if self.wished_start else None

    def missing(self) -> Step:
        """The first page that is not filled in yet: the check page once all are."""
        if not self.started:
            return Step.START
        if not (self.area and self.clinic):
            return Step.VISIT
        if not (self.place and self.starts_at):
            return Step.TIME
        if not self.by_phone:
            for page in ("1", "2", "3"):
                if not self.health.get(page):
                    return Step(f"health-{page}")
        return Step.CHECK if self.details else Step.DETAILS

    def is_past(self, step: Step) -> bool:
        """Whether a later page than this one comes next, or the request is sent."""
        order = list(Step)
        return bool(self.sent) or order.index(self.missing()) > order.index(step)

    def choose(self, place: str, starts_at: datetime, kept_until: datetime | None) -> None:
        """This time (UTC) is kept, until then; what was wished for before is settled."""
        self.place, self.starts_at = place, starts_at.isoformat()
        self.kept_until = kept_until.isoformat() if kept_until else ""
        self.wished_place = self.wished_start = ""

    def lose(self, place: str, starts_at: datetime) -> None:
        """This time (UTC) could not be had: the nearest to it are shown instead."""
        self.forget_time()
        self.wished_place, self.wished_start = place, starts_at.isoformat()

    def forget_time(self) -> None:
        self.place = self.starts_at = self.kept_until = ""

    def finish(self, sent: UUID) -> Journey:
        """What is left once the request is sent: the key and what it made. The answers are gone."""
        return Journey(key=self.key, sent=str(sent))

    def fingerprint(self) -> str:
        """Changes with anything that the check page shows."""
        shown = [self.area, self.place, self.starts_at, self.health, self.by_phone, self.details]
        return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]
