"""The link by which a patient opens her appointment: signed, never stored, and dead once its version is old."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from bookings.models import Appointment

_LINK = signing.Signer(salt="bookings.manage-link")
_COOKIE_SALT = "bookings.manage-cookie"
COOKIE = "__Host-manage" if settings.SECURE_COOKIES else "manage"


def token(appointment: Appointment) -> str:
    """What stands in the link: the appointment's uuid and link version, signed for this purpose alone."""
    return _sign(appointment.uuid, appointment.link_version)


def manage_url(key: str) -> str:
    """The full address for the appointment with this uuid, as it is now. Used when a message is sent."""
    version = Appointment.objects.values_list("link_version", flat=True).get(uuid=key)
    path = reverse("bookings:link", args=[_sign(UUID(key), version)])
    return f"{settings.SITE_URL}{path}"


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


def _sign(uuid: UUID, version: int) -> str:
    return _LINK.sign(f"{uuid.hex}-{version}")


def _current(uuid: UUID, version: int) -> Appointment | None:
    rows = Appointment.objects.select_related("location", "service", "patient")
    return rows.filter(uuid=uuid, link_version=version).exclude(patient=None).first()
