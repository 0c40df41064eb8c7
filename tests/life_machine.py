"""Plays the verbs of an appointment in any order on two clinics that share a clinician, and steps the model alongside.

The services and the database are the real ones. The model says which reasons to refuse hold: the service may name any
of them, must name one of them, and with none it must do what was asked.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings import links, services
from bookings.models import Appointment, CallTask
from bookings.services import PATIENT, SYSTEM, Actor, Override
from bookings.services.holding import delete_old_holds
from clinic import outbox
from tests.life_asking import (
    ANSWERS,
    Asking,
    answers,
    clinics,
    pick,
    somebody,
    something_waits,
    starts,
    weeks,
)
from tests.life_model import ALIVE, ANSWERS_LAST, CUT_OFF, DAY, LONDON, MINUTE, Visit
from tests.life_world import DESK_MAIL


class Life(Asking):
    """One run: two clinics with a few requests, then whatever comes."""

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

    @precondition(somebody(*ALIVE))
    @rule(nth=pick, clinic=clinics, start=starts)
    def move_days_later(self, nth: int, clinic: str, start: int) -> None:
        """A patient comes back to her page when her answers are old."""
        self.model.now += (ANSWERS_LAST + 1) * DAY
        self.move(nth, clinic, 1, start, "patient")

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
                expected_version=visit.version,
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
            visit.ring_open = False  # she was seen

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
