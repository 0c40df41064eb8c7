"""The link by which a patient opens her appointment: signed, never stored, and dead once its version is old."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from bookings.life import ENDED
from bookings.models import Appointment

_LINK = signing.Signer(salt="bookings.manage-link")
_REMINDERS_OFF = signing.Signer(salt="bookings.reminders-off")
_COOKIE_SALT = "bookings.manage-cookie"
COOKIE = "__Host-manage" if settings.SECURE_COOKIES else "manage"


def token(appointment: Appointment) -> str:
    """What stands in the link: the appointment's uuid and link version, signed for this purpose alone."""
    return _sign(appointment.uuid, appointment.link_version)


def fill_key(appointment: Appointment) -> str:
    """What a message keeps instead of the link: the appointment, and a mark of the address it is written to."""
    return f"{appointment.uuid}:{_mark(appointment.patient.email if appointment.patient else '')}"


def manage_url(key: str) -> str:
    """The full address for the appointment of this key, as it is now. Used when a message is sent.

    A message to an address that is no longer hers carries the page that sends the link again, never the link.
    """
    uuid, _, mark = key.partition(":")
    version, email = Appointment.objects.values_list("link_version", "patient__email").get(uuid=uuid)
    if mark and mark != _mark(email or ""):
        return f"{settings.SITE_URL}{reverse('bookings:find')}"
    return f"{settings.SITE_URL}{reverse('bookings:link', args=[_sign(UUID(uuid), version)])}"


def reminders_off_url(key: str) -> str:
    """The full address of the page that ends reminders to the address of this key: no power over the appointment."""
    uuid, _, mark = key.partition(":")
    token = _REMINDERS_OFF.sign(f"{UUID(uuid).hex}-{mark}")
    return f"{settings.SITE_URL}{reverse('bookings:reminders_off', args=[token])}"


def open_reminders_off(text: str) -> Appointment | None:
    """The appointment of such an address, while we still write to the one it was made for. Does not grow old.

    None for a forged and an unknown one, and where the patient has another email by now.
    """
    try:
        uuid, mark = _REMINDERS_OFF.unsign(text).rsplit("-", 1)
        found = Appointment.objects.select_related("patient", "location").filter(uuid=UUID(uuid)).first()
    except (signing.BadSignature, ValueError):
        return None
    email = found.patient.email if found and found.patient else ""
    return found if email and mark == _mark(email) else None


def open_link(text: str) -> Appointment | None:
    """The appointment of a link. None for a forged, a dead and an unknown one alike."""
    try:
        uuid, version = _LINK.unsign(text).rsplit("-", 1)
        return _current(UUID(uuid), int(version))
    except (signing.BadSignature, ValueError):
        return None


def cookie_for(appointment: Appointment) -> str:
    """What the cookie holds after a link was opened. Good for MANAGE_MINUTES."""
    value = f"{appointment.uuid.hex}-{appointment.link_version}"
    return signing.TimestampSigner(salt=_COOKIE_SALT).sign(value)


def open_cookie(text: str | None) -> Appointment | None:
    """The appointment of a cookie, or None when it is missing, forged, too old, or its link has died."""
    try:
        value = signing.TimestampSigner(salt=_COOKIE_SALT).unsign(
            text or "", max_age=settings.MANAGE_MINUTES * 60
        )
        uuid, version = value.rsplit("-", 1)
        return _current(UUID(uuid), int(version))
    except (signing.BadSignature, ValueError):
        return None


def just_ended(text: str | None) -> Appointment | None:
    """The appointment that ended under a cookie which was good until then: a button pressed twice is no dead link."""
    try:
        value = signing.TimestampSigner(salt=_COOKIE_SALT).unsign(
            text or "", max_age=settings.MANAGE_MINUTES * 60
        )
        uuid, version = value.rsplit("-", 1)
        found = _current(UUID(uuid), int(version) + 1)
    except (signing.BadSignature, ValueError):
        return None
    return found if found and found.state in ENDED else None


def _mark(email: str) -> str:
    return salted_hmac("bookings.link-address", email.strip().lower()).hexdigest()[:16]


def _sign(uuid: UUID, version: int) -> str:
    return _LINK.sign(f"{uuid.hex}-{version}")


def _current(uuid: UUID, version: int) -> Appointment | None:
    rows = Appointment.objects.select_related("location", "service", "patient")
    return rows.filter(uuid=uuid, link_version=version).exclude(patient=None).first()
