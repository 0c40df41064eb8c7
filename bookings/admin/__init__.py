"""The bookings room in the staff admin. Imported for its registrations only."""

from bookings.admin import appointments, calls, clinicians, numbers, patients, rota  # noqa: F401
