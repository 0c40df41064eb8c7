"""Tells the demo's stories through the same verbs as everybody else, each at its own moment in the past.

A story that was told before is left as it stands, so that a second run adds nothing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib.auth.models import User
from django.db.models import F

from bookings import diary, services
from bookings.demo.logins import LOGINS
from bookings.demo.stage import Stage, free
from bookings.demo.steps import LOOK_AROUND, STEPS
from bookings.demo.stories import RING_ME, SEEN, STORIES, Story, person, phone
from bookings.models import Appointment, Patient, Service
from bookings.services import BookingError, Override, PatientDetails, PhoneBooking, Wish
from bookings.services.calling import RingMe
from bookings.working_time import working_day_at
from clinic.models import Location, Message
from treatments.screening import PAGES, Answers, PageAnswer, ticks_on

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
BEFORE_ANSWER = timedelta(hours=20)  # between two steps that staff take at the desk
BEFORE_SESSION = 42 * _DAY  # from the first request to the call that books a session
POST_GOES = timedelta(hours=1)  # what was written longer ago counts as sent


def load_diary(clinics: dict[str, Location], now: datetime) -> int:
    """Tell every story that was not told before. Returns how many appointments that made."""
    stage = Stage(
        now,
        clinics,
        {each.kind: each for each in Service.objects.all()},
        {each.username: each for each in User.objects.filter(username__in=[one.username for one in LOGINS])},
    )
    told = set(Appointment.objects.exclude(idempotency_key=None).values_list("idempotency_key", flat=True))
    made = sum(_tell(stage, story, nth) for nth, story in enumerate(STORIES) if _key(story.key) not in told)
    if made:
        _hold_one(stage)
        _ask_to_be_rung(stage)
    return made


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo:{name}")


def _tell(stage: Stage, story: Story, nth: int) -> bool:
    """One story from its beginning. False where the clinic has no such time, in a week of holidays."""
    asked_at = _asked_at(stage, story, nth)
    try:
        appointment = _begin(stage, story, nth, asked_at)
        if appointment is None:
            return False
        _post_went(stage, asked_at)
        for step, name in enumerate(story.then, start=1):
            happens, act = STEPS[name]
            at = min(happens(appointment, asked_at + step * BEFORE_ANSWER), stage.now)
            act(stage, appointment, at)
            appointment = Appointment.objects.select_related("location").get(pk=appointment.pk)
            _post_went(stage, at)
    except BookingError:
        return False  # somebody uses the demo at this moment
    return True


def _asked_at(stage: Stage, story: Story, nth: int) -> datetime:
    if not story.asked:
        return stage.now - (5 + nth) * _MINUTE
    zone = stage.clinics[story.clinic].time_zone
    return working_day_at(stage.today - story.asked * _DAY, time(9), zone) + (nth * 7 % 480) * _MINUTE


def _begin(stage: Stage, story: Story, nth: int, asked_at: datetime) -> Appointment | None:
    place = stage.clinics[story.clinic]
    service = stage.services[story.by_staff or Service.Kind.CONSULTATION]
    starts_at = _time(stage, story, service, nth, asked_at)
    name, email = person(nth)
    who = PatientDetails(
        name=name,
        phone=phone(nth, story.clinic),
        email=email if story.email else "",
        date_of_birth=date(1948 + nth % 50, 1 + nth % 12, 1 + nth % 28),
        reach_by=Patient.ReachBy.WRITE if nth % 9 == 4 else Patient.ReachBy.RING,
        leave_message=nth % 3 != 1,
        ring_when=list(Patient.RingWhen)[nth % 3],
    )
    if story.by_staff == Service.Kind.SESSION:
        known = _first_visit(stage, story, who, asked_at)
        return known and _next_session(stage, story, known, starts_at, asked_at)
    if story.by_staff:
        override = None if starts_at else Override("Extra clinic for the demo")
        at = starts_at or working_day_at(stage.today, time(11), place.time_zone)
        booking = PhoneBooking(place, service, at, area=story.area)
        return services.add(
            key=_key(story.key),
            booking=booking,
            patient=who,
            actor=stage.desk(place),
            override=override,
            now=asked_at,
        )
    if starts_at is None:
        return None
    wish = Wish(
        place,
        service,
        starts_at,
        story.area,
        None if story.by_phone else _answers(story.ticks),
        story.by_phone,
        anything_else=story.says,
    )
    return services.request(key=_key(story.key), wish=wish, patient=who, now=asked_at)


def _first_visit(stage: Stage, story: Story, who: PatientDetails, asked_at: datetime) -> Appointment | None:
    """The consultation some weeks before, asked for online, at which treatment was agreed."""
    place, service = stage.clinics[story.clinic], stage.services[Service.Kind.CONSULTATION]
    sent_at = asked_at - BEFORE_SESSION
    found = free(place, service, sent_at, sent_at, sent_at + 2 * LOOK_AROUND, notice=True)
    if not found:
        return None
    wish = Wish(place, service, found[-1].starts, story.area, _answers(()), by_phone=False)
    seen = services.request(key=_key(f"{story.key} first"), wish=wish, patient=who, now=sent_at)
    _post_went(stage, sent_at)
    for step, name in enumerate(SEEN, start=1):
        happens, act = STEPS[name]
        at = happens(seen, sent_at + step * BEFORE_ANSWER)
        act(stage, seen, at)
        seen = Appointment.objects.select_related("location").get(pk=seen.pk)
        _post_went(stage, at)
    return seen


def _next_session(
    stage: Stage, story: Story, seen: Appointment, starts_at: datetime | None, asked_at: datetime
) -> Appointment:
    place = stage.clinics[story.clinic]
    at = starts_at or working_day_at(stage.today, time(11), place.time_zone)
    return services.follow_up(
        key=_key(story.key),
        patient_id=seen.patient_id or 0,
        booking=PhoneBooking(place, stage.services[Service.Kind.SESSION], at, area=story.area),
        actor=stage.desk(place),
        override=None if starts_at else Override("Extra clinic for the demo"),
        now=asked_at,
    )


def _answers(ticks: tuple[str, ...]) -> Answers:
    mine = {page: frozenset(tick.code for tick in ticks_on(page) if tick.code in ticks) for page in PAGES}
    return {page: PageAnswer(codes, none=not codes) for page, codes in mine.items()}


def _time(stage: Stage, story: Story, service: Service, nth: int, asked_at: datetime) -> datetime | None:
    """A time that was free when it was asked for: from the day of the visit on, or for a past one up to it."""
    place = stage.clinics[story.clinic]
    day = working_day_at(stage.today + story.visit * _DAY, time(), place.time_zone)
    if story.visit == 0:
        found = free(place, service, asked_at, day, day + _DAY, notice=False)
        return min((slot.starts for slot in found), key=lambda at: abs(at - stage.now), default=None)
    online = not story.by_staff
    if story.visit < 0:
        found = free(place, service, asked_at, day - LOOK_AROUND, day + _DAY, notice=online)[::-1]
    else:
        found = free(place, service, asked_at, day, day + LOOK_AROUND, notice=online)
    return found[nth % min(len(found), 6)].starts if found else None


def _post_went(stage: Stage, at: datetime) -> None:
    """Old mail is not sent now: nobody expects the news of last month in the demo's folder."""
    if at <= stage.now - POST_GOES:
        old = Message.objects.unsent().filter(queued_at=at)
        old.update(status=Message.Status.SENT, sent_at=F("not_before"), attempts=1)


def _hold_one(stage: Stage) -> None:
    """Somebody is filling in the form just now."""
    place, service = stage.clinics["amersham"], stage.services[Service.Kind.CONSULTATION]
    found = diary.free_times([place], service, now=stage.now)
    if found:
        services.hold(
            key=_key("hold"), location=place, service=service, starts_at=found[0].starts, now=stage.now
        )


def _ask_to_be_rung(stage: Stage) -> None:
    known = set(Patient.objects.filter(name__in=[row[0] for row in RING_ME]).values_list("name", flat=True))
    for nth, (name, clinic, ring_when, hours) in enumerate(RING_ME, start=900):
        if name not in known:
            place = stage.clinics[clinic]
            who = RingMe(name, phone(nth, clinic), ring_when, leave_message=True)
            at = stage.now - timedelta(hours=hours)
            services.ring_me(who=who, location=place, country=place.country, now=at)
