"""How a content row stood after each change, as one plain value. Kept for ever; never a person's data."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class VersionQuerySet(models.QuerySet["Version"]):
    def of(self, kind: str, key: str) -> VersionQuerySet:
        """Every version of one row, the newest first."""
        return self.filter(kind=kind, key=key)


class Version(models.Model):
    """One state of one page, fact, fee, clinic and so on. `value` holds all of it, what hangs on it too."""

    class Origin(models.TextChoices):
        ADMIN = "admin", "Changed by staff"
        FILES = "files", "Loaded from the content files"
        RESTORED = "restored", "An earlier version brought back"
        FOUND = "found", "As it stood when the history began"

    kind = models.CharField(max_length=30, help_text="The noun, for example page.")
    key = models.CharField(max_length=120)
    value = models.JSONField()
    origin = models.CharField(max_length=10, choices=Origin)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["kind", "key", "-made_at"], name="version_of_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.made_at:%Y-%m-%d %H:%M} UTC"
