"""Wires the treatments room: what we say."""

from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = "What we say"

    def ready(self) -> None:
        from treatments import checks  # noqa: F401  registers them
