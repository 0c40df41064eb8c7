"""What every row that the public reads has in common in the admin: a save is kept as a version and drops kept pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from clinic import versions
from clinic.admin.dropping import DropsPages
from clinic.admin.history import HistoryAdmin, whoever
from clinic.models import Version


def instant(request: HttpRequest) -> datetime:
    """One instant for everything that one press does."""
    if not hasattr(request, "_instant"):
        request._instant = timezone.now()  # type: ignore[attr-defined]
    return request._instant  # type: ignore[attr-defined]


class ContentAdmin(HistoryAdmin, DropsPages):
    """Put it last among the bases. `keeper` says how its rows are read and put back."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if change:
            self._remember(request, obj.pk)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.saved(request, form.instance.pk)

    def saved(self, request: HttpRequest, row_id: Any) -> None:
        """A row is stored with all that hangs on it, still inside the transaction. Who adds to this ends with super."""
        row = self.keeper.rows().get(pk=row_id)
        versions.keep(
            kind=self.keeper.kind,
            key=self.keeper.key(row),
            value=self.keeper.value(row),
            origin=Version.Origin.ADMIN,
            by=whoever(request),
            now=instant(request),
        )

    def before(self, request: HttpRequest) -> versions.Value:
        """How the row stood before this request changed it."""
        return request._stood  # type: ignore[attr-defined]

    def _remember(self, request: HttpRequest, row_id: Any) -> None:
        stored = self.keeper.rows().get(pk=row_id)
        key, value = self.keeper.key(stored), self.keeper.value(stored)
        request._stood = value  # type: ignore[attr-defined]
        versions.keep_first(kind=self.keeper.kind, key=key, value=value, now=instant(request))
