"""What every page about patients shares: seen only by a clinic's own staff, never changed but by a verb, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views import View

from bookings.life import IllegalMove
from bookings.services import Actor
from bookings.services.errors import BookingError, DiaryBusy, NotAllowed
from clinic.permissions import DESK, NeverDeleted

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Refusal = (BookingError, IllegalMove)
RETRY_SECONDS = "2"


class DeskAdmin(NeverDeleted, admin.ModelAdmin):
    """A superuser sees every clinic, and changes rows by verbs like everybody else."""

    may_view = DESK
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    actions: tuple[str, ...] = ()
    read_with: tuple[str, ...] = ()  # what the page of one row also names

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_desk_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return cast(Any, super().get_queryset(request)).visible_to(request.user)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Our filters read their own words; nobody filters by a column they type into an address."""
        return lookup in {getattr(each, "parameter_name", None) for each in self.list_filter}

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        """Another clinic's row and one that never was look the same."""
        raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = str(self.opts.verbose_name_plural).capitalize()
        frame = {"title": title, "current": f"{self.opts.model_name}s"}
        return super().changelist_view(request, {**frame, **(extra_context or {})})

    def find(self, request: HttpRequest, pk: object) -> Any:
        """The row with all that its page names. Raises Http404."""
        rows = self.get_queryset(request).select_related(*self.read_with)
        try:
            return rows.get(pk=self.model._meta.pk.to_python(pk))
        except (ObjectDoesNotExist, ValidationError):
            raise Http404 from None

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """One of our own pages in the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        made = TemplateResponse(
            request, f"admin/bookings/{self.opts.model_name}/{template}.html", frame, status=status
        )
        if status == 503:
            made.headers["Retry-After"] = RETRY_SECONDS
        return made


class DeskView(View):
    """A page of ours under one of these admins. A GET shows, a POST acts; both only for somebody of a desk."""

    desk: DeskAdmin = cast(DeskAdmin, None)  # given in the address table

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.desk.has_view_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def actor(request: HttpRequest) -> Actor:
    return Actor.staff(cast("User", request.user))


def refuse(request: HttpRequest, refusal: BookingError | IllegalMove) -> int:
    """Say why not, in its own words. Returns the status of the page that says it."""
    messages.error(request, refusal.sentence)
    if isinstance(refusal, DiaryBusy):
        return 503
    return 403 if isinstance(refusal, NotAllowed) else 409
