"""Clinicians, memberships and logins in the staff admin. Only who runs every clinic gives access to anybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin  # its import registers the stock pages, which we replace
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static import admin as _  # noqa: F401  as above: its pages show codes
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as __  # noqa: F401  and these show keys
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic import keepers
from clinic.admin.content import ContentAdmin
from clinic.admin.sign_ins import SignInAdmin
from clinic.models import Clinician, Membership, Role
from clinic.permissions import DESK, MANAGER_OF_ALL, RoleAdmin, standing

# Django's own permissions: a membership says what somebody may do.
NOT_SHOWN = {"groups", "user_permissions"}


class ByManagerOfAll(RoleAdmin):
    may_change: tuple[str, ...] = (MANAGER_OF_ALL,)
    may_add = may_delete = may_change


@admin.register(Clinician)
class ClinicianAdmin(RoleAdmin, ContentAdmin):
    keeper = keepers.CLINICIAN
    never_back = "Whether somebody works here stays as it is."
    may_view = DESK
    may_change = may_add = (Role.MANAGER,)
    may_delete = (MANAGER_OF_ALL,)
    list_display = ("name", "role", "register", "register_number", "active", "is_demo")
    list_filter = ("role", "active", "is_demo")
    search_fields = ("name", "register_number")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A login sees what its clinician sees, so tying them together is giving access."""
        return () if standing(request).is_one_of((MANAGER_OF_ALL,)) else ("user",)


@admin.register(Membership)
class MembershipAdmin(ByManagerOfAll, admin.ModelAdmin):
    list_display = ("user", "role", "location")
    list_filter = ("role", "location")
    list_select_related = ("user", "location")
    search_fields = ("user__username", "user__first_name", "user__last_name")


class MembershipInline(ByManagerOfAll, admin.TabularInline):
    model = Membership
    extra = 0


for _shown in (User, Group, TOTPDevice, StaticDevice):
    admin.site.unregister(_shown)


@admin.register(User)
class StaffUserAdmin(ByManagerOfAll, SignInAdmin, UserAdmin):
    """Stock, but a manager cannot make, change or see through a superuser. Logins are switched off, not deleted."""

    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    inlines = (MembershipInline,)
    filter_horizontal = ()
    may_delete = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Every page of a login, its password too, finds it through this."""
        users = super().get_queryset(request)
        return users if standing(request).superuser else users.filter(is_superuser=False)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        stamped = ("last_login", "date_joined")
        return stamped if standing(request).superuser else (*stamped, "is_superuser")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without Django's groups and permissions: a membership says what somebody may do."""
        return [
            (title, {**part, "fields": tuple(name for name in part["fields"] if name not in NOT_SHOWN)})
            for title, part in super().get_fieldsets(request, obj)
        ]
