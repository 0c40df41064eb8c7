"""Who looked at, listed, exported or changed what. Ids and codes only; a row is written once and stays."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from clinic.models.append_only import AppendOnly


class TrailRow(models.Model):
    """One deed of one member of staff. A list is one row with its filter and how many it showed."""

    class Act(models.TextChoices):
        LOOK = "look", "Looked at"
        LIST = "list", "Listed"
        EXPORT = "export", "Exported"
        BULK = "bulk", "Changed several"
        CORRECT = "correct", "Corrected"
        MERGE = "merge", "Merged"
        ERASE = "erase", "Erased"
        HOLD = "hold", "Kept from erasing"

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    act = models.CharField(max_length=10, choices=Act)
    noun = models.CharField(max_length=40, help_text="For example bookings.patient.")
    key = models.CharField(max_length=40, blank=True, help_text="The row's id. Empty for a list.")
    page = models.CharField(max_length=80, blank=True, help_text="The name of the page, never its address.")
    words = models.CharField(
        max_length=200, blank=True, help_text="Which filter or reason code. Nothing typed by a person."
    )
    count = models.PositiveIntegerField(default=1)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["noun", "key"], name="trail_of_row")]

    def __str__(self) -> str:
        return f"{self.act} {self.noun} {self.key}".strip()
