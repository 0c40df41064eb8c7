"""Wires the bookings room: what we do."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Appointments"

    def ready(self) -> None:
        from bookings import checks  # noqa: F401  registers them
