"""The staff side's frame: the stock Django admin under our name and colours. Never a patient's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import CharField
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from clinic import probes, readiness
from clinic.models import Membership, Role
from clinic.permissions import standing

LONGEST_ROW_NUMBER = 19
LONGEST_NAME = 120


class StaffAdminSite(admin.AdminSite):
    site_header = f"{settings.CLINIC_NAME} desk"
    site_title = f"{settings.CLINIC_NAME} desk"
    index_title = "Start"
    enable_nav_sidebar = False  # its place is taken by the desk menu; the start page lists everything

    def has_permission(self, request: HttpRequest) -> bool:
        """Stock; and the roles of whoever may come in are read once for the whole request."""
        allowed = super().has_permission(request)
        if allowed:
            Membership.objects.remember_roles(request.user)
        return allowed

    def get_urls(self) -> list[Any]:
        return [path("ready/", self.admin_view(self.ready), name="ready"), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Stock, and whether the menu leads to what managers alone read."""
        return {**super().each_context(request), "manages": standing(request).is_one_of((Role.MANAGER,))}

    def ready(self, request: HttpRequest) -> TemplateResponse:
        """What only the clinic knows: what is there, what is missing, and where to fill it in."""
        if not standing(request).is_one_of((Role.MANAGER,)):
            raise PermissionDenied
        found = [
            (need, reverse(need.page, args=need.args) + need.query if need.page else "")
            for need in readiness.needs()
        ]
        context = {
            **self.each_context(request),
            "title": "Ready to open?",
            "missing": [row for row in found if not row[0].done],
            "there": [row for row in found if row[0].done],
        }
        return TemplateResponse(request, "admin/ready.html", context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Stock, with how much is missing before the site may open: for those who can fill it in."""
        manager = standing(request).is_one_of((Role.MANAGER,))
        told = {"lacking": len(readiness.missing()), "post": probes.post(timezone.now())} if manager else {}
        return super().index(request, {**(extra_context or {}), **told})

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Stock, but what no database can look up is refused before anybody looks."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _readable(request):
                raise BadRequest
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)


def _readable(request: HttpRequest) -> bool:
    """No NUL in the address, only years where a year is asked for, only keys among the ticked rows: stock
    filters and actions trust all three.
    """
    years = (year for name, values in request.GET.lists() if "year" in name.split("__") for year in values)
    asked = (word for name, values in request.GET.lists() for word in (name, *values))
    ticked = request.POST.getlist(ACTION_CHECKBOX_NAME) if request.method == "POST" else []
    nul = any("\x00" in word for word in asked)
    is_key = _is_name if _rows_have_names(request) else _is_row
    return not nul and all(map(_is_year, years)) and all(map(is_key, ticked))


def _rows_have_names(request: HttpRequest) -> bool:
    """Whether this page is about rows with a word as their key: those the content files name."""
    shown = getattr(getattr(request.resolver_match, "func", None), "model_admin", None)
    return shown is not None and isinstance(shown.model._meta.pk, CharField)


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) == 4 and text > "0000"


def _is_name(text: str) -> bool:
    return "\x00" not in text and len(text) <= LONGEST_NAME


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < LONGEST_ROW_NUMBER
