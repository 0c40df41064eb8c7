"""What every row that the public reads has in common in the admin: a save is kept as a version and drops kept pages.

Of two windows on one row the slower saves nothing: it is told, and keeps what was typed.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
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


CHANGED = (
    "Somebody else has changed this since you opened it. Nothing is saved. Please open it again and look."
)


def _refuse(form: forms.ModelForm) -> None:
    raise ValidationError(CHANGED)


class ContentAdmin(HistoryAdmin, DropsPages):
    """Put it last among the bases. `keeper` says how its rows are read and put back."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Stock, with a mark of the row in the form: it has to be the same when the form comes back."""
        sent = request.method == "POST"
        with transaction.atomic() if sent else nullcontext():
            mark = self._mark(request, object_id, lock=sent)
            seen = request.POST.get("row_seen", "")[:16] if sent else mark
            request._late = seen not in ("", mark)  # type: ignore[attr-defined]
            extra = {"row_seen": seen, **(extra_context or {})}
            return super().changeform_view(request, object_id, form_url, extra)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        return type(made.__name__, (made,), {"clean": _refuse}) if getattr(request, "_late", False) else made

    def _mark(self, request: HttpRequest, object_id: str | None, lock: bool) -> str:
        """A short digest of what the row says; empty for one that is not there."""
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if row is None:
            return ""
        if lock:
            list(self.model._default_manager.select_for_update().filter(pk=row.pk).values_list("pk"))
        value = versions.even(self.keeper.value(self.keeper.rows().get(pk=row.pk)))
        return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]

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
