"""The history of one content row: what it said when, how two states differ, and the way back. It replaces Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from clinic import versions
from clinic.differences import differences
from clinic.models import Version

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def whoever(request: HttpRequest) -> User:
    """The user behind a page of the admin: somebody, for nobody else gets there."""
    return cast("User", request.user)


class HistoryAdmin(admin.ModelAdmin):
    """Who may look at a row may look at its history; who may change it may bring an earlier state back."""

    keeper: versions.Keeper
    never_back = "Signatures and checks do not come back: a clinician looks again."

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        compare, back = (
            self.admin_site.admin_view(view) for view in (self.compare_view, self.bring_back_view)
        )
        return [
            path("<path:object_id>/history/<int:version_id>/", compare, name=f"{name}_compare"),
            path("<path:object_id>/history/<int:version_id>/back/", back, name=f"{name}_bring_back"),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every version, the newest first."""
        row = self._row(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        kept = list(self._versions(row).select_related("made_by"))
        shown = [(version, number + 1 < len(kept)) for number, version in enumerate(kept)]
        return self._answer(request, "history", row, versions=shown, **(extra_context or {}))

    def compare_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """What this version changed; with `?with=now`, what has changed since."""
        row = self._row(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        version = get_object_or_404(self._versions(row), pk=version_id)
        earlier = self._before(row, version)
        with_now = request.GET.get("with") == "now" or earlier is None
        now = versions.even(self.keeper.value(row))
        old, new = (version.value, now) if with_now or earlier is None else (earlier.value, version.value)
        return self._answer(
            request,
            "compare",
            row,
            version=version,
            earlier=earlier,
            with_now=with_now,
            differences=differences(old, new),
            is_now=version.value == now,
        )

    def bring_back_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """A GET shows what would change and asks; a POST does it."""
        row = self._row(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        version = get_object_or_404(self._versions(row), pk=version_id)
        if request.method == "POST":
            return self._bring_back(request, row, version)
        now = versions.even(self.keeper.value(row))
        coming = {
            name: here if name in self.keeper.stays else version.value.get(name, here)
            for name, here in now.items()
        }
        return self._answer(
            request,
            "bring_back",
            row,
            version=version,
            differences=differences(now, coming),
            never=self._never(),
        )

    def came_back(self, request: HttpRequest, row_id: Any) -> None:
        """An earlier state has been stored."""

    def _bring_back(self, request: HttpRequest, row: Any, version: Version) -> HttpResponse:
        back = self.address_of("history", row)
        try:
            changed = versions.bring_back(
                keeper=self.keeper, row_id=row.pk, version=version, by=whoever(request), now=timezone.now()
            )
        except versions.CannotBringBack as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(back)
        if changed:
            self.came_back(request, row.pk)
            self.message_user(request, f"The earlier version is back. {self._never()}".strip())
        else:
            self.message_user(request, "Nothing changed: it says that already.", messages.WARNING)
        return HttpResponseRedirect(back)

    def _never(self) -> str:
        return self.never_back if self.keeper.stays else ""

    # --- Finding --------------------------------------------------------------------------------------------
    def _row(self, request: HttpRequest, object_id: str) -> Any:
        """The row as its keeper reads it; None for one that is not there or that this user may not see."""
        found = self.get_object(request, unquote(object_id))
        if found is None:
            return None
        if not self.has_view_or_change_permission(request, found):
            raise PermissionDenied
        return self.keeper.rows().get(pk=found.pk)

    def _versions(self, row: Any) -> Any:
        return Version.objects.of(self.keeper.kind, self.keeper.key(row))

    def _before(self, row: Any, version: Version) -> Version | None:
        """The version that this one followed."""
        older = [
            kept for kept in self._versions(row) if (kept.made_at, kept.pk) < (version.made_at, version.pk)
        ]
        return older[0] if older else None

    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Django's own answer for a row that is not there: a sentence, and back to the start."""
        return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]

    # --- Showing --------------------------------------------------------------------------------------------
    def address_of(self, name: str, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[quote(row.pk)])

    def _answer(self, request: HttpRequest, template: str, row: Any, **more: Any) -> HttpResponse:
        titles = {
            "history": "History",
            "compare": "What changed",
            "bring_back": "Bring an earlier version back",
        }
        context = {
            **self.admin_site.each_context(request),
            "title": f"{titles[template]}: {row}",
            "opts": self.opts,
            "row": row,
            "row_id": quote(row.pk),
            "row_url": self.address_of("change", row),
            "history_url": self.address_of("history", row),
            "compare_name": f"admin:{self.opts.app_label}_{self.opts.model_name}_compare",
            "back_name": f"admin:{self.opts.app_label}_{self.opts.model_name}_bring_back",
            "may_change": self.has_change_permission(request, row),
            **more,
        }
        return TemplateResponse(request, f"admin/clinic/history/{template}.html", context)
