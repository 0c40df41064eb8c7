"""What must be true of two clinics' diaries, kept in plain lists: who holds what, what was told. Reads no code of ours.

Two clinics share Ann, who needs an hour between them; Ben shares a room with her and has one of his own. Tuesdays from 9
to 11 on the wall, a start each quarter of an hour, half an hour each. Instants are UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
LENGTH, STEP = 30 * MINUTE, 15 * MINUTE
OPENS, CLOSES = dt.time(9), dt.time(11)
TUESDAY = 1
ROTA = {
    "amersham": [("Ann", "Room 3")],
    "maidenhead": [("Ann", "Room 1"), ("Ben", "Room 1"), ("Ben", "Room 2")],
}
ROOMS = {"amersham": ["Room 3"], "maidenhead": ["Room 1", "Room 2"]}
CLOSED = [
    ("amersham", dt.datetime(2027, 3, 2, 9, 30, tzinfo=dt.UTC), dt.datetime(2027, 3, 2, 10, tzinfo=dt.UTC))
]
KEEPS_ITS_TIME = ("hold", "pending", "booked", "arrived", "fulfilled")
ALIVE, ENDED = ("pending", "booked"), ("cancelled", "entered-in-error")
# The rules that a run is played by (settings), small so that their edges are met.
HOLD, HOLD_AT_MOST = 30 * MINUTE, 120 * MINUTE
NOTICE_HOURS, ANSWER_DAYS, HORIZON, CUT_OFF, ANSWERS_LAST = 24, 2, 21 * DAY, 24 * 60 * MINUTE, 5
SETTLES, USEFUL = 3 * MINUTE, DAY

Pair = tuple[str, str]
Told = tuple[str, dt.datetime, str]


@dataclass
class Letter:
    """One mail: to whom, when it may go, what has become of it, and what it said of time and place."""

    kind: str
    to: str
    not_before: dt.datetime
    told: Told | None
    settles: bool = False
    status: str = "queued"
    staff: bool = False


@dataclass(eq=False)
class Visit:
    """A held, asked or booked time, with all that hangs on it."""

    pk: int
    key: UUID | None
    clinic: str
    pair: Pair
    starts: dt.datetime
    status: str
    version: int
    expires: dt.datetime | None = None  # of a hold
    held_since: dt.datetime | None = None
    email: str = ""
    links: list[str] = field(default_factory=list)  # every link ever sent; only the last one may live
    check: str = ""  # the nurse's
    ring_open: bool = False
    answers: str | None = None
    answered_on: dt.date | None = None
    events: list[tuple[str, str, str, int]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    tells: list[tuple[str, str]] = field(default_factory=list)  # calls instead of letters: kind, outcome

    @property
    def ends(self) -> dt.datetime:
        return self.starts + LENGTH

    @property
    def says(self) -> Told:
        return self.status, self.starts, self.clinic

    def keeps_its_time(self, now: dt.datetime) -> bool:
        if self.status == "hold":
            return self.expires is not None and self.expires > now
        return self.status in KEEPS_ITS_TIME


class Model:
    """The diary as it must be."""

    def __init__(self, now: dt.datetime, gap: dt.timedelta) -> None:
        self.now, self.gap = now, gap
        self.visits: list[Visit] = []
        self.goodbyes: list[str] = []  # old addresses that were told that they are no longer used

    # --- Time -------------------------------------------------------------------------------------------------------
    def today(self) -> dt.date:
        return self.now.astimezone(LONDON).date()

    def window(self, notice: bool) -> tuple[dt.datetime, dt.datetime]:
        """From when (included) and until when (not) a start may lie."""
        latest = self.now + HORIZON
        if not notice:
            return self.now, latest
        day = desk_time(self.now, 0).astimezone(LONDON).date()
        for _ in range(ANSWER_DAYS):
            day = next_working_day(day)
        promised = dt.datetime.combine(day + DAY, dt.time(), LONDON).astimezone(dt.UTC)
        return max(promised, desk_time(self.now, NOTICE_HOURS * 60)), latest

    def rota(self, clinic: str, starts: dt.datetime) -> list[Pair]:
        """Who works there then, booked or not."""
        wall = starts.astimezone(LONDON)
        opens, closes = (dt.datetime.combine(wall.date(), at, LONDON) for at in (OPENS, CLOSES))
        in_hours = opens <= wall and wall + LENGTH <= closes and (wall - opens) % STEP == dt.timedelta(0)
        closed = any(
            where == clinic and starts < until and starts + LENGTH > since for where, since, until in CLOSED
        )
        return ROTA[clinic] if wall.weekday() == TUESDAY and in_hours and not closed else []

    # --- Who is free ------------------------------------------------------------------------------------------------
    def stands_in_the_way(self, visit: Visit, clinic: str, pair: Pair, starts: dt.datetime) -> bool:
        if not visit.keeps_its_time(self.now):
            return False
        (who, room), far = visit.pair, self.gap if visit.clinic != clinic else 0 * MINUTE
        if room == pair[1] and visit.starts < starts + LENGTH and visit.ends > starts:
            return True
        return who == pair[0] and visit.starts < starts + LENGTH + far and visit.ends + far > starts

    def free(
        self, pairs: list[Pair], clinic: str, starts: dt.datetime, own: Visit | None = None
    ) -> list[Pair]:
        others = [visit for visit in self.visits if visit is not own]
        return [
            pair
            for pair in pairs
            if not any(self.stands_in_the_way(visit, clinic, pair, starts) for visit in others)
        ]

    def least_busy(self, pairs: list[Pair], starts: dt.datetime, own: Visit | None) -> Pair:
        """Fewest visits that day first; then the one who came first."""
        day = starts.astimezone(LONDON).date()

        def visits(who: str) -> int:
            return sum(
                visit.pair[0] == who
                and visit.starts.astimezone(LONDON).date() == day
                and visit.keeps_its_time(self.now)
                for visit in self.visits
                if visit is not own
            )

        return min(pairs, key=lambda pair: (visits(pair[0]), pair))

    def offered(self) -> dict[tuple[str, dt.datetime], tuple[Pair, ...]]:
        """Every time that a patient must see now, with who could take it."""
        first, last = self.window(notice=True)
        day, found = self.today(), {}
        while day <= (last + DAY).date():
            opens = dt.datetime.combine(day, OPENS, LONDON).astimezone(dt.UTC)
            for clinic in ROTA:
                for nth in range(8):
                    starts = opens + nth * STEP
                    free = self.free(self.rota(clinic, starts), clinic, starts)
                    if free and first <= starts < last:
                        found[clinic, starts] = tuple(free)
            day += DAY
        return found

    def choose(
        self, clinic: str, starts: dt.datetime, own: Visit | None, *, notice: bool, any_hours: bool = False
    ) -> tuple[set[str], Pair | None]:
        """Every reason to refuse a time, and who gets it when there is none."""
        if any_hours:
            pairs = [
                (who, room) for who in sorted({who for who, _ in ROTA[clinic]}) for room in ROOMS[clinic]
            ]
            reasons = set()
        else:
            first, last = self.window(notice)
            pairs = self.rota(clinic, starts)
            early = starts < first if notice else starts + LENGTH <= self.now
            reasons = {"NotOffered"} if not pairs or early or starts >= last else set()
        free = self.free(pairs, clinic, starts, own)
        if not free:
            return reasons | {"TimeTaken"}, None
        return reasons, self.least_busy(free, starts, own)

    # --- What is told -----------------------------------------------------------------------------------------------
    def tell(self, visit: Visit, kind: str, *, settles: bool = False) -> None:
        """One letter for one change; a later one that settles takes the place of one that waits. Or a call."""
        if not visit.email:
            visit.tells = [(told, outcome or "superseded") for told, outcome in visit.tells] + [(kind, "")]
            return
        if settles:
            self.take_back(visit)
        visit.letters.append(
            Letter(kind, visit.email, self.now + (SETTLES if settles else 0 * MINUTE), visit.says, settles)
        )

    def tell_staff(self, visit: Visit, to: str) -> None:
        if to:
            visit.letters.append(Letter("new_request", to, self.now, None, staff=True))

    def take_back(self, visit: Visit) -> None:
        for letter in visit.letters:
            if letter.settles and letter.status == "queued":
                letter.status = "superseded"

    def withdraw(self, visit: Visit) -> None:
        for letter in visit.letters:
            if not letter.staff and letter.status in ("queued", "dead"):
                letter.status = "superseded"

    def follow(self, visit: Visit) -> None:
        """What is not sent goes to the new address. Without one the newest of it is read out while it is news."""
        hers = [each for each in visit.letters if not each.staff]
        newest = next((each for each in reversed(hers) if each.kind != "link_again"), None)
        for letter in [each for each in hers if each.status in ("queued", "dead")]:
            if visit.email:
                letter.to = visit.email
                continue
            news = letter.status == "queued" or visit.starts > self.now
            letter.status = "superseded"
            if letter is newest and news:
                self.tell(visit, letter.kind)

    def knows(self, visit: Visit) -> bool:
        """Whether the last letter that arrived said what is true now."""
        arrived = [letter for letter in visit.letters if letter.status == "sent" and not letter.staff]
        return bool(arrived) and arrived[-1].told == visit.says

    def post(self) -> None:
        """The worker goes round."""
        for letter in (letter for visit in self.visits for letter in visit.letters):
            if letter.status == "queued" and letter.not_before + USEFUL <= self.now:
                letter.status = "dead"
            elif letter.status == "queued" and letter.not_before <= self.now:
                letter.status = "sent"


def next_working_day(day: dt.date) -> dt.date:
    day += DAY
    while day.weekday() > 4:
        day += DAY
    return day


def desk_time(at: dt.datetime, minutes: int) -> dt.datetime:
    """The instant when that many minutes of desk time (Monday to Friday, 9 to 5) have passed."""
    while True:
        wall = at.astimezone(LONDON)
        opens, closes = (dt.datetime.combine(wall.date(), dt.time(hour), LONDON) for hour in (9, 17))
        if wall.weekday() > 4 or wall >= closes:
            at = dt.datetime.combine(wall.date() + DAY, dt.time(9), LONDON).astimezone(dt.UTC)
            continue
        begins = max(wall, opens).astimezone(dt.UTC)
        left = (closes.astimezone(dt.UTC) - begins) // MINUTE
        if minutes <= left:
            return begins + minutes * MINUTE
        minutes -= left
        at = closes.astimezone(dt.UTC)
