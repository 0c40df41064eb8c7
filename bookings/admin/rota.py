"""Who works when, when we are closed, and what is offered. A manager changes what belongs to a clinic of his."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from bookings.models import Closure, Service, WorkingPattern
from clinic.admin.dropping import DropsPages
from clinic.models import Location, Membership, Role, Room
from clinic.models.people import Places
from clinic.permissions import DESK, MANAGER_OF_ALL, NeverDeleted, RoleAdmin


class ByManagerOfClinic(RoleAdmin, DropsPages):
    """Everybody at a desk may look. A row without a clinic concerns all of them: for the manager of all.

    Kept pages say whether the site is being prepared, and a clinic without a rota is not ready.
    """

    may_view = DESK
    may_change = may_add = may_delete = (Role.MANAGER,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._his(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._his(request, obj)

    @staticmethod
    def _his(request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return True
        places = managed(request)
        return places.everywhere or (obj.location_id is not None and places.cover(obj.location_id))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """He picks from his own clinics and their rooms. A clinic that the model may leave empty he must name."""
        places = managed(request)
        if db_field.name in ("location", "room") and not places.everywhere:
            column = "pk__in" if db_field.name == "location" else "location__in"
            rows: QuerySet[Any] = (Location if db_field.name == "location" else Room).objects.all()
            kwargs["queryset"] = rows.filter(**{column: places.ids})
            if db_field.name == "location":
                kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_actions(self, request: HttpRequest) -> Any:
        """Bulk deleting asks no row whose it is."""
        return {} if not managed(request).everywhere else super().get_actions(request)


class RotaForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        room, location = given.get("room"), given.get("location")
        if room and location and room.location_id != location.pk:
            raise ValidationError({"room": f"This room is not at {location.name}."})
        return given


@admin.register(WorkingPattern)
class WorkingPatternAdmin(ByManagerOfClinic):
    form = RotaForm
    list_display = (
        "clinician",
        "room",
        "weekday",
        "starts",
        "ends",
        "every_n_weeks",
        "valid_until",
    )
    list_filter = ("location", "weekday", "clinician")
    list_select_related = ("clinician", "room__location")


@admin.register(Closure)
class ClosureAdmin(ByManagerOfClinic):
    form = RotaForm
    list_display = ("starts_at", "ends_at", "kind", "reason", "country", "location", "clinician")
    list_filter = ("kind", "country", "location")
    list_select_related = ("location", "clinician")
    ordering = ("-starts_at",)


@admin.register(Service)
class ServiceAdmin(NeverDeleted, DropsPages):
    """Four kinds that rules name; how long each takes is for whoever runs every clinic."""

    may_view = DESK
    may_change = (MANAGER_OF_ALL,)
    list_display = ("name", "kind", "minutes", "bookable_online")
    readonly_fields = ("kind",)


def managed(request: HttpRequest) -> Places:
    """The clinics this user manages, asked once a request."""
    if not hasattr(request, "_desk_managed"):
        request._desk_managed = Membership.objects.places_of(request.user, [Role.MANAGER])  # type: ignore[attr-defined]
    return request._desk_managed  # type: ignore[attr-defined]
