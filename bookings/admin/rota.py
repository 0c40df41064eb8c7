"""Who works when, when we are closed, and what is offered. A manager changes what belongs to a clinic of his, by verbs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from bookings import services
from bookings.admin.bank_holidays import HolidaysView, lacking
from bookings.admin.desk_admin import Refusal, actor
from bookings.admin.rota_guard import GuardedSave, after_hits, hits_page, seen_ids
from bookings.admin.rota_page import RotaView, warnings_of
from bookings.models import Closure, Service, WorkingPattern
from bookings.services.rota import HitsUnseen, seen_as
from clinic.admin.dropping import DropsPages
from clinic.models import Location, Membership, Role, Room
from clinic.models.people import Places
from clinic.permissions import DESK, MANAGER_OF_ALL, NeverDeleted, RoleAdmin
from clinic.wording import clock, day_year

SCOPES = "What you fill in must all match, for example one clinician at one clinic. All empty: everybody, everywhere."


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
        """Bulk deleting asks no row whose it is, and whom it hits."""
        return {}


class RotaForm(forms.ModelForm):
    refused = ""  # why the verb would not save what was sent

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.refused:
            raise ValidationError(self.refused)
        room, location = given.get("room"), given.get("location")
        if room and location and room.location_id != location.pk:
            raise ValidationError({"room": f"This room is not at {location.name}."})
        return given


@admin.register(WorkingPattern)
class WorkingPatternAdmin(GuardedSave, ByManagerOfClinic):
    verb, noun = staticmethod(services.put_pattern), "pattern"
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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        told = {"title": "All patterns", "current": "rota"}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(RotaView.as_view(rota=self))
        return [path("rota/", page, name="bookings_workingpattern_rota"), *super().get_urls()]

    def warn(self, request: HttpRequest, row: Any) -> list[str]:
        return warnings_of(row)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """One that has not begun goes at once, after a look at what it hits; one that has begun is ended."""
        pattern = self.get_object(request, unquote(object_id))
        if pattern is None:
            raise Http404
        if not self.has_delete_permission(request, pattern):
            raise PermissionDenied
        if request.method == "POST":
            try:
                return self._removed(request, pattern)
            except HitsUnseen as found:
                return hits_page(self, request, found.rows, [])
            except Refusal as refusal:
                messages.error(request, refusal.sentence)
                return redirect("admin:bookings_workingpattern_change", pattern.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Take this pattern away?",
            "pattern": pattern,
            "row_seen": seen_as(pattern),
            "current": "rota",
        }
        return TemplateResponse(request, "admin/bookings/rota_remove.html", context)

    def _removed(self, request: HttpRequest, pattern: WorkingPattern) -> HttpResponse:
        seen = seen_ids(request)
        services.remove_pattern(
            pattern_id=pattern.pk,
            expected=request.POST.get("row_seen", ""),
            seen=seen,
            actor=actor(request),
            now=timezone.now(),
        )
        if seen:
            return after_hits(request)
        messages.success(request, f"Taken away: {pattern}.")
        return redirect("admin:bookings_workingpattern_rota")


class ToCome(admin.SimpleListFilter):
    """What is over stands apart from what is to come."""

    title, parameter_name = "time", "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("over", "Over")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        to_come, over = super().choices(changelist)
        yield from ({**to_come, "display": "Now and to come"}, over)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Closure]) -> QuerySet[Closure]:
        over, now = self.value() == "over", timezone.now()
        return queryset.filter(ends_at__lte=now) if over else queryset.filter(ends_at__gt=now)


@admin.register(Closure)
class ClosureAdmin(GuardedSave, ByManagerOfClinic):
    verb, noun = staticmethod(services.put_closure), "closure"
    form = RotaForm
    list_display = ("when", "kind", "reason", "concerns")
    list_filter = (ToCome, "kind", "country", "location", "clinician")
    list_select_related = ("location", "room", "clinician")
    ordering = ("starts_at",)
    change_list_template = "admin/bookings/closure/list.html"
    fieldsets = (
        (None, {"fields": ("kind", "reason", "starts_at", "ends_at")}),
        ("Whom it concerns", {"description": SCOPES, "fields": ("location", "room", "clinician", "country")}),
        ("A bank holiday", {"fields": ("day",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(HolidaysView.as_view(closures=self))
        return [path("bank-holidays/", page, name="bookings_closure_holidays"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """A manager also reads how many bank holidays are missing."""
        manager = managed(request)
        told = {"lacking": len(lacking(timezone.now())) if manager.everywhere else 0, "current": "rota"}
        title = {"title": "Closures and leave"}
        return super().changelist_view(request, {**told, **title, **(extra_context or {})})

    @admin.display(description="When", ordering="starts_at")
    def when(self, row: Closure) -> str:
        """Whole days as days, by the clock of its clinic."""
        zone = row.location.zone if row.location else timezone.get_default_timezone()
        starts, ends = (at.astimezone(zone) for at in (row.starts_at, row.ends_at))
        if (starts.time(), ends.time()) == (time(), time()):
            days = list(dict.fromkeys((day_year(starts), day_year(ends - timedelta(days=1)))))
            return " to ".join(days)
        return f"{day_year(starts)}, {clock(starts.time())} to {_until(starts, ends)}{clock(ends.time())}"

    @admin.display(description="Who and where")
    def concerns(self, row: Closure) -> str:
        room = row.room.name if row.room else ""
        scopes = (row.clinician, room, row.location, row.get_country_display())
        return ", ".join(str(each) for each in scopes if each) or "Everybody"


@admin.register(Service)
class ServiceAdmin(NeverDeleted, DropsPages):
    """Four kinds that rules name; how long each takes is for whoever runs every clinic."""

    may_view = DESK
    may_change = (MANAGER_OF_ALL,)
    list_display = ("name", "kind", "minutes", "bookable_online")
    readonly_fields = ("kind",)


def _until(starts: datetime, ends: datetime) -> str:
    """The day it ends, where that is another one."""
    return "" if ends.date() == starts.date() else f"{day_year(ends)}, "


def managed(request: HttpRequest) -> Places:
    """The clinics this user manages, asked once a request."""
    if not hasattr(request, "_desk_managed"):
        request._desk_managed = Membership.objects.places_of(request.user, [Role.MANAGER])  # type: ignore[attr-defined]
    return request._desk_managed  # type: ignore[attr-defined]
