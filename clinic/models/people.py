"""Who works here: clinicians, and which member of staff may do what at which clinic. Never a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Role(models.TextChoices):
    RECEPTIONIST = "receptionist", "Receptionist"
    CLINICIAN = "clinician", "Clinician"
    MANAGER = "manager", "Manager"
    EDITOR = "editor", "Content editor"


class ClinicianQuerySet(models.QuerySet["Clinician"]):
    def shown(self) -> ClinicianQuerySet:
        """Those the public may read about: who works here now. A made-up person is shown in a demo alone."""
        active = self.filter(active=True)
        return active if settings.DEMO else active.filter(is_demo=False)


class Clinician(models.Model):
    """Somebody who sees patients (FHIR Practitioner). Shown to the public only when real, or marked as a demo."""

    class Profession(models.TextChoices):
        NURSE = "nurse", "Nurse"
        DOCTOR = "doctor", "Doctor"
        SONOGRAPHER = "sonographer", "Sonographer"

    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Profession)
    register = models.CharField(max_length=40, blank=True, help_text="GMC, NMC, Medical Council or NMBI.")
    register_number = models.CharField(max_length=30, blank=True)
    about = models.TextField(blank=True, help_text="Two or three plain sentences for patients. No promise.")
    photo = models.ForeignKey(
        "clinic.Picture", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="clinician"
    )
    active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="Not a real person. Always said beside the name.")

    objects = ClinicianQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} (demo)" if self.is_demo else self.name


class Places(NamedTuple):
    """The clinics somebody works at: all of them, or those with these ids."""

    everywhere: bool
    ids: frozenset[int]

    def cover(self, location_id: int) -> bool:
        return self.everywhere or location_id in self.ids


NOWHERE = Places(everywhere=False, ids=frozenset())
DESK_ROLES = (Role.RECEPTIONIST, Role.CLINICIAN, Role.MANAGER)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def roles_of(self, user: AbstractBaseUser | AnonymousUser) -> list[tuple[str, int | None]]:
        """Each role of a user with its clinic (None: all of them). One query, or none once it is remembered."""
        kept: list[tuple[str, int | None]] | None = getattr(user, "_roles_kept", None)
        if kept is not None:
            return kept
        return list(self.filter(user_id=user.pk).order_by().values_list("role", "location_id"))

    def remember_roles(self, user: AbstractBaseUser | AnonymousUser) -> None:
        """Ask once for the rest of a request: a page of staff asks many times who may see what."""
        user._roles_kept = self.roles_of(user)  # type: ignore[union-attr]

    def places_of(
        self, user: AbstractBaseUser | AnonymousUser, roles: Collection[str] = DESK_ROLES
    ) -> Places:
        """Where `user` has one of `roles`. An active superuser is everywhere; a disabled or anonymous user nowhere."""
        if not user.is_authenticated or not user.is_active:
            return NOWHERE
        if getattr(user, "is_superuser", False):
            return Places(everywhere=True, ids=frozenset())
        asked = [location for role, location in self.roles_of(user) if role in roles]
        return Places(None in asked, frozenset(location for location in asked if location is not None))


class Membership(models.Model):
    """One role of one user, at one clinic or (location empty) at all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    location = models.ForeignKey(
        "clinic.Location",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty means every clinic.",
    )
    role = models.CharField(max_length=20, choices=Role)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "location"]
        constraints = [
            models.UniqueConstraint(fields=["user", "location", "role"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(location=None), name="membership_everywhere_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.location or 'every clinic'}"
