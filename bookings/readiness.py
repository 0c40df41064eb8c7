"""What the diary needs before it may be opened: hours of real clinicians at each clinic, and a visit to ask for."""

from __future__ import annotations

from collections.abc import Iterator

from bookings.models import Service, WorkingPattern
from clinic.models import Location
from clinic.readiness import Need


def needs() -> Iterator[Need]:
    yield Need(
        "A consultation that can be asked for online",
        "Without it nobody can ask for a time.",
        "“Ask us to ring you.”",
        Service.objects.asked_online() is not None,
        "admin:bookings_service_changelist",
    )
    real = WorkingPattern.objects.filter(clinician__active=True, clinician__is_demo=False)
    staffed = set(real.values_list("location", flat=True).distinct())
    for place in Location.objects.all():
        yield Need(
            f"{place.name}: working hours of a clinician",
            "Free times are worked out from them.",
            "“Ask us to ring you.”",
            place.pk in staffed,
            "admin:bookings_workingpattern_changelist",
        )
