"""How many pages of the request were shown and passed on one day: numbers alone, of nobody in particular."""

from __future__ import annotations

from django.db import models


class StepCount(models.Model):
    """One day, one clinic, one step. No visitor, no address, no time of day; kept for 2 years."""

    day = models.DateField(help_text="The day on the clinic's own calendar; London's while none is chosen.")
    clinic = models.SlugField(blank=True, help_text="Empty: no clinic chosen yet, or any of them.")
    step = models.CharField(max_length=20)
    shown = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "clinic", "step"]
        constraints = [
            models.UniqueConstraint(fields=["day", "clinic", "step"], name="step_counted_in_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.clinic or 'anywhere'} {self.step}"
