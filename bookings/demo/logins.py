"""One login for each role, all with one password made on this machine. Never changes a login that is there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from clinic.models import Clinician, Location, Membership, Role

UK = ("amersham", "maidenhead", "london")
EVERYWHERE: tuple[str, ...] = ()
_LETTERS = "abcdefghjkmnpqrstuvwxyz"


class Login(NamedTuple):
    """`clinics` empty: every clinic. `clinician`: whom this login stands for on the rota."""

    username: str
    name: str
    role: Role | None  # None: the administrator, who may do everything but a clinical act
    clinics: tuple[str, ...]
    says: str
    clinician: str = ""


LOGINS = (
    Login("reception-uk", "Robin Demo", Role.RECEPTIONIST, UK, "Receptionist at the three UK clinics"),
    Login("reception-dublin", "Niamh Demo", Role.RECEPTIONIST, ("dublin",), "Receptionist in Dublin"),
    Login("nurse", "Ash Demo", Role.CLINICIAN, UK, "Nurse at the three UK clinics", "Nurse Demo Ash"),
    Login("doctor", "Elm Demo", Role.CLINICIAN, EVERYWHERE, "Doctor at every clinic", "Doctor Demo Elm"),
    Login("manager", "Morgan Demo", Role.MANAGER, EVERYWHERE, "Manager of every clinic"),
    Login("editor", "Eden Demo", Role.EDITOR, EVERYWHERE, "Edits what the site says"),
    Login("admin", "Alex Demo", None, EVERYWHERE, "Administrator"),
)


def load_logins() -> str:
    """Make the logins that are missing. Returns the password, which stands in `demo-logins.txt` and nowhere else."""
    password = _password()
    there = set(User.objects.filter(username__in=[each.username for each in LOGINS]).values_list("username"))
    missing = [each for each in LOGINS if (each.username,) not in there]
    if missing:
        # Hashed once: each hash costs a good part of a second, on purpose.
        hashed = make_password(password)
        with transaction.atomic():
            for login in missing:
                _make(login, hashed)
    return password


def _make(login: Login, hashed: str) -> None:
    first, last = login.name.split()
    user = User.objects.create(
        username=login.username,
        password=hashed,
        first_name=first,
        last_name=last,
        email=f"{login.username}@example.org",
        is_staff=True,
        is_superuser=login.role is None,
    )
    if login.role:
        places = list(Location.objects.filter(slug__in=login.clinics)) if login.clinics else [None]
        Membership.objects.bulk_create(
            Membership(user=user, location=place, role=login.role) for place in places
        )
    if login.clinician:
        Clinician.objects.filter(name=login.clinician, is_demo=True, user=None).update(user=user)


def _password() -> str:
    """That of an earlier run, or a new one: four groups of four letters, easy to type."""
    file = Path(settings.VAR_DIR) / "demo-logins.txt"
    if file.exists():
        return file.read_text(encoding="utf-8").splitlines()[0].strip()
    made = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        names = "\n".join(f"{each.username}: {each.says}" for each in LOGINS)
        out.write(f"{made}\n\nThe password above opens each of these in /admin/:\n{names}\n")
    return made
