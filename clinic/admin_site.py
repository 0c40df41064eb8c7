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
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from clinic import desk_door, probes, readiness, staff_sessions
from clinic.models import Membership, Role
from clinic.permissions import standing

LONGEST_ROW_NUMBER = 19
LONGEST_NAME = 120
# Pages for somebody whose password was right but who is not in yet; each looks for itself.
AT_THE_DOOR = {
    "code/": ("code", desk_door.enter_code),
    "second-step/phone/": ("second_step_phone", desk_door.set_up_phone),
}
INSIDE = {
    "sign-in/": ("own_sign_in", desk_door.own_sign_in),
    "sign-in/codes/": ("new_codes", desk_door.new_codes),
    "sign-in/out/": ("sign_out_everywhere", desk_door.sign_out_everywhere),
    "typed/": ("typed_before", desk_door.typed_before),
}


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
        door = [
            path(address, never_cache(self._framed(view)), name=name)
            for address, (name, view) in AT_THE_DOOR.items()
        ]
        inside = [
            path(address, self.admin_view(self._framed(view)), name=name)
            for address, (name, view) in INSIDE.items()
        ]
        return [
            *door,
            *inside,
            path("ready/", self.admin_view(self.ready), name="ready"),
            *super().get_urls(),
        ]

    def _framed(
        self, view: Callable[[HttpRequest, dict[str, Any]], HttpResponse]
    ) -> Callable[..., HttpResponse]:
        """A page of the door, within this site's frame."""

        def framed(request: HttpRequest) -> HttpResponse:
            return view(request, self.each_context(request))

        return update_wrapper(framed, view)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """In place of the stock page: the password is the first step of two."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(desk_door.home(request.user))  # type: ignore[arg-type]  # signed in
        return desk_door.log_in(request, self.each_context(request))

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
            if self._lost_its_sender(request):
                return desk_door.ask_again(request, self.each_context(request))
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def _lost_its_sender(self, request: HttpRequest) -> bool:
        """Whether a form came from somebody whose time was up; the way out is no form to keep."""
        return (
            request.method == "POST"
            and request.user.is_anonymous
            and staff_sessions.who_left(request.session) is not None
            and not request.path.startswith((reverse("admin:logout"), reverse("admin:own_sign_in")))
        )


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
