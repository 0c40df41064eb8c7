"""Edits that kept pages have still to hear of. Written with the edit, gone once no page from before it can be served."""

from __future__ import annotations

from django.db import models


class PageDrop(models.Model):
    """One drop of all kept pages that is owed. It says no more: every edit drops every page."""

    def __str__(self) -> str:
        return f"Drop {self.pk}"
