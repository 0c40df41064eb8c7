"""How one member of staff signs in, for who runs all clinics: a lost phone, a lock, signed out. It shows no secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from clinic import lockout, second_step
from clinic.admin.history import whoever

# The button's word, the verb, what is said afterwards.
DEEDS: dict[str, tuple[Callable[..., None], str]] = {
    "phone": (
        second_step.take_away,
        "The phone and the recovery codes are gone. The next log-in sets up a new phone.",
    ),
    "lock": (lockout.end, "The lock has ended."),
    "out": (second_step.sign_out_everywhere, "Signed out everywhere."),
}
NOT_YOURSELF = "Your own phone: see “Your sign-in”. It asks for a code first."


class SignInAdmin(admin.ModelAdmin):
    """Put before UserAdmin: one page more for each login, for who may change it."""

    change_form_template = "admin/access/user_change_form.html"

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.sign_in_view)
        return [path("<int:user_id>/sign-in/", page, name="auth_user_sign_in"), *super().get_urls()]

    def sign_in_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """What is set up for this login, and three buttons."""
        user = self.get_object(request, str(user_id))
        if user is None or not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            self._do(request, user)
            return redirect("admin:auth_user_sign_in", user_id)
        told = {
            **self.admin_site.each_context(request),
            "title": f"Sign-in of {user.get_full_name() or user.get_username()}",
            "person": user,
            "phone": second_step.phone_of(user),
            "left": second_step.codes_left(user),
            "locked": lockout.is_locked(user, now=timezone.now()),
        }
        return TemplateResponse(request, "admin/access/person.html", told)

    def _do(self, request: HttpRequest, user: User) -> None:
        deed = request.POST.get("deed", "")
        if deed == "phone" and user.pk == request.user.pk:
            messages.error(request, NOT_YOURSELF)
        elif deed in DEEDS:
            verb, said = DEEDS[deed]
            verb(user=user, actor=whoever(request), now=timezone.now())
            messages.success(request, said)
