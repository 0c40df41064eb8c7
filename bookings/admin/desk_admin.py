"""What every page about patients shares: seen only by a clinic's own staff, never changed but by a verb, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import View

from bookings.life import IllegalMove
from bookings.services import Actor
from bookings.services.errors import BookingError, DiaryBusy, NotAllowed
from clinic import trail
from clinic.permissions import DESK, NeverDeleted
from clinic.trail import Act

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
        answer = super().changelist_view(request, {**frame, **(extra_context or {})})
        if "cl" in (shown := getattr(answer, "context_data", None) or {}):
            self.listed(request, len(shown["cl"].result_list))
        return answer

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **given: Any) -> Any:
        """Stock; and who did what to how many is written down before it is done."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        action = request.POST.get("action", "")
        if chosen and action in self.get_actions(request):
            trail.listed(
                request.user,
                self.model,
                page=page_name(request),
                act=Act.BULK,
                words=action,
                count=len(chosen),
                now=timezone.now(),
            )
        return super().response_action(request, queryset, *args, **given)

    def find(self, request: HttpRequest, pk: object) -> Any:
        """The row with all that its page names; who looked is written down, once a request. Raises Http404."""
        rows = self.get_queryset(request).select_related(*self.read_with)
        try:
            row = rows.get(pk=self.model._meta.pk.to_python(pk))
        except (ObjectDoesNotExist, ValidationError):
            raise Http404 from None
        seen: set[object] = request.__dict__.setdefault("_looked_at", set())
        if row.pk not in seen:
            seen.add(row.pk)
            trail.looked(request.user, row, page=page_name(request), now=timezone.now())
        return row

    def listed(self, request: HttpRequest, count: int) -> None:
        """Write down that somebody saw this list: its filter and how many it showed."""
        trail.listed(
            request.user,
            self.model,
            page=page_name(request),
            words=_filter_words(request),
            count=count,
            now=timezone.now(),
        )

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


# Parts of an address that hold a code of ours. Of any other only the name is written down: somebody typed it.
_CODES = {"clinic", "day", "view", "status", "when", "clinician", "p", "o"}


def _filter_words(request: HttpRequest) -> str:
    words = [f"{name}={value}" if name in _CODES else name for name, value in sorted(request.GET.items())]
    return " ".join(words)[:200]


def page_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "")[:80] if match else ""


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
