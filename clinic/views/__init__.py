"""The pages of the clinic room, by what they are about."""

from clinic.views.people import clinicians
from clinic.views.photos import photo
from clinic.views.places import clinics, location
from clinic.views.probes import healthz, readyz
from clinic.views.security import security
from clinic.views.speculation import speculation
from clinic.views.styleguide import styleguide
from clinic.views.trouble import (
    DATABASE_AWAY,
    form_expired,
    server_error,
    service_unavailable,
    static_page,
    too_many,
    unreadable,
)
from clinic.views.voices import complain, complained, complaints, feedback, feedback_sent

__all__ = [
    "DATABASE_AWAY",
    "clinicians",
    "clinics",
    "complain",
    "complained",
    "complaints",
    "feedback",
    "feedback_sent",
    "form_expired",
    "healthz",
    "location",
    "photo",
    "readyz",
    "security",
    "server_error",
    "service_unavailable",
    "speculation",
    "static_page",
    "styleguide",
    "too_many",
    "unreadable",
]
