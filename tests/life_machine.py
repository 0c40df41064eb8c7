"""Plays the verbs of an appointment in any order on two clinics that share a clinician, and steps the model alongside.

The services and the database are the real ones. The model says which reasons to refuse hold: the service may name any
of them, must name one of them, and with none it must do what was asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bookings import links, services
from bookings.models import Appointment, CallTask
from bookings.services import PATIENT, SYSTEM, Actor, Override, PhoneBooking
from bookings.services.holding import delete_old_holds
from clinic import outbox
from tests import cast
from tests.life_model import (
    ALIVE,
    ANSWERS_LAST,
    CUT_OFF,
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


class Life(World):
    """One run: two clinics with a few requests, then whatever comes."""

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
        at, key = self.at(week, start), own.key if own else uuid4()
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
            return
        since = own.held_since if live else self.model.now
        version = own.version + (not same) if own and made.pk == own.pk else 0
        if own:
            self.model.visits.remove(own)
        expires = min(self.model.now + HOLD, since + HOLD_AT_MOST)
        self.model.visits.append(
            Visit(made.pk, key, clinic, pair, at, "hold", version, expires, held_since=since)
        )

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

    # --- Rules: answered and changed --------------------------------------------------------------------------------
    @precondition(somebody("pending"))
    @rule(nth=pick)
    def confirm(self, nth: int) -> None:
        if visit := self.one(nth, "pending"):
            reasons = illegal(visit, "pending")
            reasons |= {"TooLate"} if visit.starts <= self.model.now else set()
            reasons |= {"NotCleared"} if visit.check in ("needed", "refused") else set()
            if self.act("confirm", visit, reasons):
                self.step_on(visit, "confirm", "booked")
                self.model.tell(visit, "confirmed", settles=True)

    @precondition(somebody("pending"))
    @rule(nth=pick)
    def decline(self, nth: int) -> None:
        visit = self.one(nth, "pending")
        if visit and self.act("decline", visit, illegal(visit, "pending"), reason_code="no-time"):
            self.finish(visit, "decline", "declined")

    @precondition(somebody("pending"))
    @rule(nth=pick)
    def not_answered(self, nth: int) -> None:
        if visit := self.one(nth, "pending"):
            reasons = illegal(visit, "pending")
            reasons |= {"TooEarly"} if visit.starts > self.model.now else set()
            if self.act("not_answered", visit, reasons):
                self.finish(visit, "not_answered", "declined")

    @precondition(somebody(*ALIVE))
    @rule(nth=pick, by_patient=st.booleans())
    def cancel(self, nth: int, by_patient: bool) -> None:
        if visit := self.one(nth, *ALIVE):
            reasons = illegal(visit, *ALIVE) | (self.late(visit) if by_patient else set())
            if self.act("cancel", visit, reasons, PATIENT if by_patient else SYSTEM):
                self.finish(visit, "cancel", "cancelled")

    def late(self, visit: Visit) -> set[str]:
        return {"TooLate"} if self.model.now > visit.starts - CUT_OFF else set()

    def finish(self, visit: Visit, verb: str, kind: str) -> None:
        self.step_on(visit, verb, "cancelled")
        self.end(visit)
        self.model.tell(visit, kind, settles=kind == "cancelled")

    @precondition(somebody(*ALIVE))
    @rule(
        nth=pick,
        clinic=clinics,
        week=weeks,
        start=starts,
        how=st.sampled_from(["patient", "desk", "override", "back"]),
    )
    def move(self, nth: int, clinic: str, week: int, start: int, how: str) -> None:
        """To another time, at this clinic or the other one; by a patient that is asked again. `back`: undo the last move."""
        visit = self.one(nth, *ALIVE)
        if visit is None:
            return
        at, by_patient = self.at(week, start), how in ("patient", "back")
        if how == "back" and (was := [letter.told for letter in visit.letters if letter.told]):
            _, at, clinic = was[-2 if len(was) > 1 else -1]
        reasons, pair = self.model.choose(clinic, at, visit, notice=by_patient, any_hours=how == "override")
        reasons |= illegal(visit, *ALIVE)
        if by_patient:
            reasons |= self.late(visit)
            if visit.answered_on and (self.model.today() - visit.answered_on).days > ANSWERS_LAST:
                reasons |= {"HealthAnswersOld"}
        override = Override("She cannot come otherwise") if how == "override" else None
        actor = PATIENT if by_patient else Actor.staff(self.nurse) if override else SYSTEM
        if not self.act(
            "move", visit, reasons, actor, location=self.places[clinic], starts_at=at, override=override
        ):
            return
        elsewhere = by_patient and clinic != visit.clinic
        visit.clinic, visit.pair, visit.starts = clinic, pair, at
        self.step_on(
            visit, "move_elsewhere" if elsewhere else "move", "pending" if elsewhere else visit.status
        )
        if self.model.knows(visit):
            self.model.take_back(visit)
        else:
            self.model.tell(visit, "moved", settles=True)
        if elsewhere:
            self.model.tell_staff(visit, DESK_MAIL[clinic])

    # --- Rules: what a patient tells us -----------------------------------------------------------------------------
    @precondition(somebody(*ALIVE))
    @rule(nth=pick, what=st.sampled_from(["phone", "email", "no email"]))
    def contact(self, nth: int, what: str) -> None:
        visit = self.one(nth, *ALIVE)
        if visit is None:
            return
        self.people += 1
        email = {"phone": visit.email, "email": f"p{self.people}@example.org", "no email": ""}[what]
        given = {"phone": f"+44207946{self.people:04}", "email": email}
        if not self.act("correct_contact", visit, illegal(visit, *ALIVE), PATIENT, **given):
            return
        self.step_on(visit, "contact", visit.status)
        before, visit.email = visit.email, email
        if email == before:
            return
        self.model.follow(visit)
        if visit.starts > self.model.now:
            if email:
                self.model.tell(visit, "link_again")
            visit.links.append(links.token(Appointment.objects.get(pk=visit.pk)))
            self.model.goodbyes += [before] if before else []

    @precondition(somebody(*ALIVE))
    @rule(nth=pick, said=answers)
    def answer_again(self, nth: int, said: str) -> None:
        if visit := self.one(nth, *ALIVE):
            reasons = illegal(visit, *ALIVE) | ({"TooLate"} if visit.starts <= self.model.now else set())
            if self.act("answer_again", visit, reasons, PATIENT, answers=ANSWERS[said]):
                self.step_on(visit, "health", visit.status)
                if said == "clot" and visit.answers != "clot":
                    visit.check, visit.ring_open = "needed", True
                visit.answers, visit.answered_on = said, self.model.today()

    @precondition(somebody(*ALIVE))
    @rule(nth=pick)
    def nothing_changed(self, nth: int) -> None:
        if visit := self.one(nth, *ALIVE):
            reasons = illegal(visit, *ALIVE) | ({"TooLate"} if visit.starts <= self.model.now else set())
            reasons |= {"BookingError"} if visit.answers is None else set()
            if self.act("nothing_changed", visit, reasons, PATIENT):
                self.step_on(visit, "health", visit.status)
                visit.answered_on = self.model.today()

    def ringing(self) -> list[Visit]:
        return [visit for visit in self.model.visits if visit.ring_open]

    @precondition(lambda machine: machine.ringing())
    @rule(nth=pick, outcome=st.sampled_from(["come", "come", "not-now"]))
    def nurse_rings(self, nth: int, outcome: str) -> None:
        visit = self.ringing()[nth % len(self.ringing())]
        task = CallTask.objects.open().get(appointment=visit.pk, why=CallTask.Why.HEALTH)
        self.attempt(
            "nurse_rings",
            set(),
            lambda: services.close_call(
                task_id=task.pk,
                outcome=CallTask.Outcome(outcome),
                reason="Talked",
                by=self.nurse,
                now=self.model.now,
            ),
        )
        visit.ring_open, visit.check = False, "cleared" if outcome == "come" else "refused"

    # --- Rules: on the day ------------------------------------------------------------------------------------------
    def taken_again(self, visit: Visit) -> set[str]:
        """Whether somebody else has the time of one who did not come."""
        if visit.status != "noshow" or self.model.free([visit.pair], visit.clinic, visit.starts, visit):
            return set()
        return {"TimeTaken"}

    @precondition(somebody("booked", "noshow"))
    @rule(nth=pick)
    def arrive(self, nth: int) -> None:
        if visit := self.one(nth, "booked", "noshow"):
            reasons = illegal(visit, "booked", "noshow") | self.taken_again(visit)
            if self.act("arrive", visit, reasons):
                self.step_on(visit, "arrive", "arrived")

    @precondition(somebody("booked"))
    @rule(nth=pick)
    def no_show(self, nth: int) -> None:
        due = [
            visit
            for visit in self.model.visits
            if visit.status == "booked" and visit.starts <= self.model.now
        ]
        if visit := due[nth % len(due)] if due and nth % 4 else self.one(nth, "booked"):
            early = {"TooEarly"} if visit.starts > self.model.now else set()
            if self.act("no_show", visit, illegal(visit, "booked") | early):
                self.step_on(visit, "no_show", "noshow")

    @precondition(somebody("arrived"))
    @rule(nth=pick)
    def fulfil(self, nth: int) -> None:
        visit = self.one(nth, "arrived")
        if visit and self.act("fulfil", visit, illegal(visit, "arrived")):
            self.step_on(visit, "fulfil", "fulfilled")

    @precondition(somebody("arrived", "noshow", "fulfilled"))
    @rule(nth=pick)
    def undo(self, nth: int) -> None:
        if visit := self.one(nth, "arrived", "noshow", "fulfilled"):
            back = {"arrived": "booked", "noshow": "booked", "fulfilled": "arrived"}
            reasons = illegal(visit, *back) | self.taken_again(visit)
            if visit.status == "fulfilled" and visit.starts.astimezone(LONDON).date() != self.model.today():
                reasons |= {"TooLate"}
            if self.act("undo", visit, reasons):
                self.step_on(visit, "undo", back[visit.status])

    @precondition(somebody(*ALIVE, "arrived", "fulfilled", "noshow"))
    @rule(nth=pick)
    def void(self, nth: int) -> None:
        live = ("pending", "booked", "arrived", "fulfilled", "noshow")
        visit = self.one(nth, *live)
        if visit and self.act("void", visit, illegal(visit, *live), reason="The wrong person"):
            self.step_on(visit, "void", "entered-in-error")
            self.end(visit, tells=True)

    @precondition(somebody("pending", "booked", "arrived"))
    @rule(nth=pick, verb=st.sampled_from(["confirm", "decline", "cancel", "arrive", "no_show", "fulfil"]))
    def an_old_page(self, nth: int, verb: str) -> None:
        """Somebody acts on what she saw before the last change: nothing is done, in whatever status."""
        if visit := self.one(nth, "pending", "booked", "arrived"):
            given = {"reason_code": "no-time"} if verb == "decline" else {}
            visit.version -= 1
            self.act(verb, visit, {"ChangedByAnother"}, **given)
            visit.version += 1

    # --- Rules: time and chores -------------------------------------------------------------------------------------
    @rule(minutes=st.sampled_from([1, 3, 10, 31, 31, 130, 60 * 9, 60 * 25]))
    def later(self, minutes: int) -> None:
        self.model.now += minutes * MINUTE
        self.attempt("later", set(), lambda: True)

    @rule(nth=pick, minutes=st.sampled_from([-1, 0, 5, 31]))
    def on_the_day(self, nth: int, minutes: int) -> None:
        """The clock moves on to somebody's time."""
        ahead = [
            visit for visit in self.model.visits if visit.starts > self.model.now and visit.status in ALIVE
        ]
        if ahead:
            visit = min(ahead, key=lambda visit: visit.starts) if nth % 2 else ahead[nth % len(ahead)]
            self.model.now = max(self.model.now, visit.starts + minutes * MINUTE)
            self.attempt("on_the_day", set(), lambda: True)

    @precondition(somebody("hold"))
    @rule()
    def sweep(self) -> None:
        """The hourly chore deletes holds that ended a day ago, and nothing else."""
        self.attempt("sweep", set(), lambda: (delete_old_holds(now=self.model.now),))
        gone = [visit for visit in self.held() if visit.expires <= self.model.now - DAY]
        self.model.visits = [visit for visit in self.model.visits if visit not in gone]

    @precondition(something_waits)
    @rule()
    def post(self) -> None:
        now = self.model.now
        self.attempt("post", set(), lambda: outbox.send_due(now=now, limit=1000, clock=lambda: now))
        self.model.post()


def illegal(visit: Visit, *statuses: str) -> set[str]:
    return set() if visit.status in statuses else {"IllegalMove"}
