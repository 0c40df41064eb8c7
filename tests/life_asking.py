"""How an appointment comes to be: held, asked for, sent twice, added by the desk. The first half of the machine of F11."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bookings import links, services
from bookings.models import Appointment
from bookings.services import SYSTEM, Actor, Override, PhoneBooking
from tests import cast
from tests.life_model import (
    ALIVE,
    DAY,
    HOLD,
    HOLD_AT_MOST,
    LONDON,
    MINUTE,
    OPENS,
    STEP,
    TUESDAY,
    Visit,
)
from tests.life_world import DESK_MAIL, World
from treatments.screening import PageAnswer

ANSWERS = {
    "none": cast.NONE_TICKED,
    "allergy": cast.NONE_TICKED | {1: PageAnswer(frozenset({"allergy"}))},
    "clot": cast.NONE_TICKED | {1: PageAnswer(frozenset({"clot"}))},  # a nurse rings first
}
pick = st.integers(0, 999)
clinics = st.sampled_from(["maidenhead", "maidenhead", "amersham"])
# A Tuesday from this one on, and a start: 1 to 7 are offered, the others lie outside the hours.
weeks = st.sampled_from([1, 1, 1, 1, 0, 2])
starts = st.sampled_from([3, 3, 3, 4, 4, 5, 5, 2, 6, 1, 7, 0, 9])
answers = st.sampled_from(["none", "allergy", "clot"])


def somebody(*statuses: str) -> Callable[[Any], bool]:
    return lambda machine: any(visit.status in statuses for visit in machine.model.visits)


def something_waits(machine: Any) -> bool:
    return any(letter.status == "queued" for visit in machine.model.visits for letter in visit.letters)


class Asking(World):
    """A few requests at once, then more of them; what each rule of the machine needs."""

    def act(self, verb: str, visit: Visit, reasons: set[str], actor: Actor = SYSTEM, **given: Any) -> bool:
        """One verb on an appointment in its own version; whether it was done."""
        return (
            self.attempt(
                verb,
                reasons,
                lambda: getattr(services, verb)(
                    appointment_id=visit.pk,
                    expected_version=visit.version,
                    now=self.model.now,
                    **({"actor": actor} if verb != "link_again" else {}),
                    **given,
                ),
            )
            is not None
        )

    def step_on(self, visit: Visit, verb: str, to: str) -> None:
        """The model's own step: one version, one event, and an ended one's link dies."""
        visit.version += 1
        visit.events.append((verb, visit.status, to, visit.version))
        visit.status = to

    def end(self, visit: Visit, *, tells: bool = False) -> None:
        visit.ring_open = False
        self.model.withdraw(visit)
        if tells:
            visit.tells = [(kind, outcome or "superseded") for kind, outcome in visit.tells]

    def one(self, nth: int, *wanted: str) -> Visit | None:
        """One of those in such a status, and now and then one that is not."""
        asked = [visit for visit in self.model.visits if visit.status != "hold"]
        fitting = [visit for visit in asked if visit.status in wanted]
        among = asked if nth % 8 == 0 else fitting or asked
        return among[nth % len(among)] if among else None

    def at(self, week: int, nth: int) -> dt.datetime:
        """A Tuesday's start: 1 is nine o'clock on the wall."""
        day = self.model.today()
        day += (TUESDAY - day.weekday()) % 7 * DAY + week * 7 * DAY
        return dt.datetime.combine(day, OPENS, LONDON).astimezone(dt.UTC) + (nth - 1) * STEP

    @initialize(wishes=st.lists(st.tuples(clinics, weeks, starts, answers), min_size=2, max_size=4))
    def some_ask_at_once(self, wishes: list[tuple[str, int, int, str]]) -> None:
        """A run that never asks would prove little."""
        for clinic, week, start, said in wishes:
            self.request(0, clinic, week, start, said, email=True)

    # --- Rules: the journey -----------------------------------------------------------------------------------------
    def held(self) -> list[Visit]:
        return [visit for visit in self.model.visits if visit.status == "hold"]

    @rule(nth=pick, clinic=clinics, week=weeks, start=starts)
    def hold(self, nth: int, clinic: str, week: int, start: int) -> None:
        """A new browser, or one that holds a time already and presses another."""
        own = self.held()[nth % len(self.held())] if nth % 3 == 0 and self.held() else None
        self.press(clinic, self.at(week, start), own)

    @rule(clinic=clinics, week=weeks, start=starts, comes_back=st.booleans())
    def too_slow(self, clinic: str, week: int, start: int, comes_back: bool) -> None:
        """Somebody holds a time and lets it run out; then another presses it, or she does."""
        at = self.at(week, start)
        slow = self.press(clinic, at, None)
        self.model.now += HOLD + MINUTE
        self.press(clinic, at, slow if comes_back else None)

    def press(self, clinic: str, at: dt.datetime, own: Visit | None) -> Visit | None:
        """The hold that came of it, if any."""
        key = own.key if own else uuid4()
        live = own is not None and own.keeps_its_time(self.model.now)
        same = live and (own.clinic, own.starts) == (clinic, at)
        reasons, pair = (set(), own.pair) if same else self.model.choose(clinic, at, own, notice=True)
        made = self.attempt(
            "hold",
            reasons,
            lambda: services.hold(
                key=key, location=self.places[clinic], service=self.service, starts_at=at, now=self.model.now
            ),
        )
        if made is None:
            return None
        since = own.held_since if live else self.model.now
        version = own.version + (not same) if own and made.pk == own.pk else 0
        if own:
            self.model.visits.remove(own)
        expires = min(self.model.now + HOLD, since + HOLD_AT_MOST)
        held = Visit(made.pk, key, clinic, pair, at, "hold", version, expires, held_since=since)
        self.model.visits.append(held)
        return held

    @precondition(somebody("hold"))
    @rule(nth=pick)
    def renew(self, nth: int) -> None:
        own = self.held()[nth % len(self.held())]
        live = own.keeps_its_time(self.model.now)
        expires = min(self.model.now + HOLD, own.held_since + HOLD_AT_MOST)
        found = self.attempt("renew", set(), lambda: (services.renew_hold(key=own.key, now=self.model.now),))
        if found != ((expires,) if live else (None,)):
            self.surprise = f"renew answered {found}"
        if live:
            own.expires = expires

    @precondition(somebody("hold"))
    @rule(nth=pick)
    def let_go(self, nth: int) -> None:
        own = self.held()[nth % len(self.held())]
        self.attempt("let_go", set(), lambda: (services.let_go(key=own.key),))
        self.model.visits.remove(own)

    @rule(
        nth=pick,
        clinic=clinics,
        week=weeks,
        start=starts,
        said=answers,
        email=st.sampled_from([True, True, False]),
    )
    def request(self, nth: int, clinic: str, week: int, start: int, said: str, email: bool) -> None:
        """Mostly what was held; at times another time, or a form that was sent without holding one."""
        own = self.held()[nth % len(self.held())] if nth % 5 and self.held() else None
        at, key = self.at(week, start), own.key if own else uuid4()
        if own and nth % 4:
            clinic, at = own.clinic, own.starts
        same = (
            own is not None
            and own.keeps_its_time(self.model.now)
            and (own.clinic, own.starts) == (clinic, at)
        )
        reasons, pair = (set(), own.pair) if same else self.model.choose(clinic, at, own, notice=True)
        self.people += 1
        who = cast.make_details(
            email=f"p{self.people}@example.org" if email else "", phone=f"+44207946{self.people:04}"
        )
        made = self.attempt("request", reasons, lambda: self.send(key, clinic, at, said, who))
        if made is None:
            return
        before = own.version if own and made.pk == own.pk else 0
        if own:
            self.model.visits.remove(own)
        visit = Visit(made.pk, key, clinic, pair, at, "pending", before + 1, email=who.email)
        visit.events.append(("request", "hold" if own and made.pk == own.pk else "", "pending", before + 1))
        visit.answers, visit.answered_on = said, self.model.today()
        visit.check, visit.ring_open = ("needed", True) if said == "clot" else ("", False)
        self.begin(visit, made)
        self.model.tell(visit, "received")
        self.model.tell_staff(visit, DESK_MAIL[clinic])

    def send(
        self, key: UUID, clinic: str, at: dt.datetime, said: str, who: services.PatientDetails
    ) -> Appointment:
        wish = cast.make_wish(self.places[clinic], starts_at=at, answers=ANSWERS[said])
        return services.request(key=key, wish=wish, patient=who, now=self.model.now)

    def begin(self, visit: Visit, made: Appointment) -> None:
        visit.links.append(links.token(made))
        self.model.visits.append(visit)

    @precondition(somebody(*ALIVE, "cancelled"))
    @rule(nth=pick)
    def send_again(self, nth: int) -> None:
        """The same form a second time answers with the first, whatever has become of it."""
        asked = [visit for visit in self.model.visits if visit.status != "hold" and visit.key]
        if asked:
            visit = asked[nth % len(asked)]
            made = self.attempt(
                "send_again",
                set(),
                lambda: self.send(visit.key, visit.clinic, visit.starts, "none", cast.make_details()),
            )
            if made is not None and made.pk != visit.pk:
                self.surprise = "the same form made another appointment"

    @rule(clinic=clinics, week=weeks, start=starts, any_hours=st.booleans(), email=st.booleans())
    def add(self, clinic: str, week: int, start: int, any_hours: bool, email: bool) -> None:
        """The desk books somebody who phones."""
        at, key = self.at(week, start), uuid4()
        reasons, pair = self.model.choose(clinic, at, None, notice=False, any_hours=any_hours)
        self.people += 1
        who = cast.make_details(email=f"p{self.people}@example.org" if email else "")
        made = self.attempt(
            "add",
            reasons,
            lambda: services.add(
                key=key,
                booking=PhoneBooking(self.places[clinic], self.service, at),
                patient=who,
                actor=Actor.staff(self.nurse),
                override=Override("Asked by the doctor") if any_hours else None,
                now=self.model.now,
            ),
        )
        if made is None:
            return
        visit = Visit(made.pk, None, clinic, pair, at, "booked", 1, email=who.email)
        visit.events.append(("add", "", "booked", 1))
        visit.check, visit.ring_open = "needed", True
        self.begin(visit, made)
        self.model.tell(visit, "confirmed", settles=True)
