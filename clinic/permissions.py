"""Who may open and change what in the staff admin, by role. Grants nothing of its own and knows no patient.

We use Memberships in place of Django's permissions per table: one place says what somebody does here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpRequest

from clinic.models import Membership, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    User = AbstractBaseUser | AnonymousUser

MANAGER_OF_ALL = "manager of all"  # a manager whose membership names no clinic
ANY_ROLE: tuple[str, ...] = tuple(Role.values)
DESK: tuple[str, ...] = (Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER)


class Standing(NamedTuple):
    """What somebody is here. A superuser may do everything; a disabled or anonymous user nothing."""

    superuser: bool
    roles: frozenset[str]

    def is_one_of(self, roles: Collection[str]) -> bool:
        return self.superuser or not self.roles.isdisjoint(roles)


def standing_of(user: User) -> Standing:
    """One query; none for a superuser or for somebody who is not logged in."""
    if not user.is_authenticated or not user.is_active:
        return Standing(False, frozenset())
    if getattr(user, "is_superuser", False):
        return Standing(True, frozenset())
    rows = Membership.objects.roles_of(user)
    roles = {role for role, _ in rows}
    if (Role.MANAGER.value, None) in rows:
        roles.add(MANAGER_OF_ALL)
    return Standing(False, frozenset(roles))


def has_role(user: User, *roles: str) -> bool:
    """Whether `user` has one of `roles` at any clinic, or is an active superuser."""
    return standing_of(user).is_one_of(roles)


def standing(request: HttpRequest) -> Standing:
    """The same, asked once a request: Django's admin asks for permissions many times on each page."""
    if not hasattr(request, "_standing"):
        request._standing = standing_of(request.user)  # type: ignore[attr-defined]
    return request._standing  # type: ignore[attr-defined]


class RoleAdmin:
    """Put before ModelAdmin or an inline: the four permissions by role. Who may change may also look."""

    may_view: Collection[str] = ()
    may_change: Collection[str] = ()
    may_add: Collection[str] = ()
    may_delete: Collection[str] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return standing(request).is_one_of({*self.may_view, *self.may_change})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return standing(request).is_one_of(self.may_change)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return standing(request).is_one_of(self.may_add)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return standing(request).is_one_of(self.may_delete)


class NeverDeleted(RoleAdmin):
    """For rows that pages and rules rely on by name: nobody adds or deletes one here, a superuser neither."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
