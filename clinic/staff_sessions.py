"""How long a sign-in of staff lasts, and what ends it. The public journey in the same browser goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from clinic import second_step
from clinic.backend import StaffBackend
from clinic.models import SignInKey

BACKEND = f"{StaffBackend.__module__}.{StaffBackend.__qualname__}"
DESK, WAITING, LOST, LEFT = "desk", "desk_waiting", "desk_lost", "desk_left"
SEEN_EVERY = timedelta(minutes=1)  # a click writes the session at most so often
REMAINS = timedelta(days=1)  # opens nothing by then: it tells whose form came too late, the morning after too
STEP_TIME = timedelta(minutes=10)  # from the password to the code
_OF_STAFF = (
    auth.SESSION_KEY,
    auth.BACKEND_SESSION_KEY,
    auth.HASH_SESSION_KEY,
    DESK,
    WAITING,
    LOST,
    "_messages",
)


class StaffSessions:
    """Nobody is signed in whose time is up, whose second step is missing or who signed out everywhere.

    Asked only where a page asks who is there, and then with no query but those for the session and the user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _who(request))  # type: ignore[assignment]
        return self.get_response(request)


def _who(request: HttpRequest) -> User | AnonymousUser:
    user: Any = auth.get_user(request)
    if isinstance(user, User) and not _goes_on(request.session, user, timezone.now()):
        leave(request.session, user)
        user = AnonymousUser()
    request._cached_user = user  # type: ignore[attr-defined]
    return user


def _goes_on(session: SessionBase, user: User, now: datetime) -> bool:
    desk = session.get(DESK)
    if desk is None:  # it did not come through our door: that is enough only where the door asks no code
        return not second_step.is_needed()
    since, seen = (datetime.fromtimestamp(desk[name], now.tzinfo) for name in ("since", "seen"))
    in_time = now - seen <= timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    in_time = in_time and now - since <= timedelta(hours=settings.STAFF_MAX_HOURS)
    proved = bool(desk["second"]) or not second_step.is_needed()
    if not (in_time and proved and constant_time_compare(desk["key"], SignInKey.of(user))):
        return False
    if now - seen >= SEEN_EVERY:
        session[DESK] = {**desk, "seen": now.timestamp()}
    return True


def leave(session: SessionBase, user: User) -> None:
    """End the sign-in and nothing else: a journey in the same browser is a patient's.

    Whose it was stays: another window of hers may still hold a form.
    """
    for name in _OF_STAFF:
        session.pop(name, None)
    session[LEFT] = user.pk
    session.cycle_key()


def who_left(session: SessionBase) -> int | None:
    """Whose time was up in this browser; None once somebody signed in."""
    left: int | None = session.get(LEFT)
    return left


def wait(session: SessionBase, user: User, *, onward: str, lost: str, now: datetime) -> None:
    """The password fits, the second step is missing: nobody is signed in yet."""
    session.cycle_key()
    session[WAITING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": now.timestamp(),
        "onward": onward,
        "lost": lost,
    }


def who_waits(session: SessionBase, now: datetime) -> tuple[User, dict[str, Any]] | None:
    """Whose password was right within the last 10 minutes, and where she was going."""
    waiting = session.get(WAITING)
    if not waiting or now.timestamp() - waiting["at"] > STEP_TIME.total_seconds():
        return None
    user = StaffBackend().get_user(waiting["user"])
    if user is None or not constant_time_compare(waiting["password"], user.get_session_auth_hash()):
        return None
    return user, waiting


def enter(request: HttpRequest, user: User, *, second: str, lost: str, now: datetime) -> None:
    """Sign in. `second` names the device that was asked; empty where none is needed."""
    for name in (WAITING, LEFT):
        request.session.pop(name, None)
    auth.login(request, user, backend=BACKEND)
    stamp(request.session, user, second=second, now=now)
    if lost:
        request.session[LOST] = lost


def stamp(session: SessionBase, user: User, *, second: str, now: datetime) -> None:
    """From now on: also after signing out everywhere but here."""
    at = now.timestamp()
    session[DESK] = {"since": at, "seen": at, "key": SignInKey.of(user), "second": second}
    session.set_expiry(REMAINS)
