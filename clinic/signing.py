"""Who may put a name under what we say, and how that name is written. Signs nothing itself."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser

from clinic.models import Clinician, Membership, Role

ZONE = ZoneInfo("Europe/London")  # a signature carries the day in London, wherever it was given
LONGEST = 120  # as much as a signature's column holds
NOT_A_CLINICIAN = "Only a clinician can sign this. Ask one to open this page and press the button."
NOT_TIED = (
    "Your login is not tied to a clinician, so we do not know which name and profession to print. "
    "Whoever runs all clinics ties it, under Clinicians."
)


class MayNotSign(Exception):
    """This user cannot sign; the sentence says what to do."""


def may_sign(user: AbstractBaseUser) -> bool:
    """Whether `user` is an active clinician here, or an active superuser."""
    if not user.is_active:
        return False
    roles = {role for role, _ in Membership.objects.roles_of(user)}
    return bool(getattr(user, "is_superuser", False)) or Role.CLINICIAN in roles


def signature(user: AbstractBaseUser) -> str:
    """Name, profession and register number of the clinician behind a login. Raises MayNotSign."""
    if not may_sign(user):
        raise MayNotSign(NOT_A_CLINICIAN)
    clinician = Clinician.objects.filter(user_id=user.pk, active=True).first()
    if clinician is None:
        raise MayNotSign(NOT_TIED)
    number = f"{clinician.register} {clinician.register_number}".strip() if clinician.register_number else ""
    return ", ".join(filter(None, [str(clinician), clinician.get_role_display().lower(), number]))[:LONGEST]


def day_of(now: datetime) -> date:
    """The day of an instant (aware), in London."""
    return now.astimezone(ZONE).date()
