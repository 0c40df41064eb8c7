"""The outbox as staff see it: what waits, was sent, was not sent. Read-only; the one verb is "send again".

A message does not know its clinic, so addresses and bodies are shown only to those who see every clinic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from clinic import outbox, trail
from clinic.models import Membership, Message, Role
from clinic.wording import duration

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ANYBODY = ("kind", "audience", "status", "last_problem", "attempts")
TIMES = ("queued_at", "not_before", "expires_at", "sent_at")
LIST_PAGE = "clinic_message_changelist"
PERSONAL = ("to_address", "subject", "text", "calendar")


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_filter = ("status", "audience", ("kind", admin.AllValuesFieldListFilter))
    date_hierarchy = None
    show_full_result_count = False
    actions = ("resend_chosen",)
    change_list_template = "admin/clinic/message/change_list.html"
    change_form_template = "admin/clinic/message/change_form.html"

    # --- Who may do what ------------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return _works_here(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _works_here(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return _sees_all(request)

    # --- What is shown --------------------------------------------------------------------------------------
    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        address = ("to_address",) if _sees_all(request) else ()
        return ("queued_at", "kind", "audience", *address, "status", "last_problem", "attempts", "sent_at")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("to_address", "uuid") if _sees_all(request) else ("uuid",)

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        shown = [("The message", {"fields": ANYBODY}), ("Times", {"fields": TIMES})]
        if _sees_all(request):
            shown.append(("What it says", {"fields": PERSONAL}))
        return shown

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"worker": worker_in_words(), "dead": Message.objects.dead().count()}
        answer = super().changelist_view(request, {**extra, **(extra_context or {})})
        if "cl" in (shown := getattr(answer, "context_data", None) or {}):
            count = len(shown["cl"].result_list)
            trail.listed(request.user, Message, page=LIST_PAGE, count=count, now=timezone.now())
        return answer

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_resend"] = self.has_resend_permission(request)
        if (message := context.get("original")) is not None:
            trail.looked(request.user, message, page="clinic_message_change", now=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Send again -----------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resend_view)
        return [path("<int:message_id>/resend/", view, name="clinic_message_resend"), *super().get_urls()]

    def resend_view(self, request: HttpRequest, message_id: int) -> HttpResponse:
        if not self.has_resend_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._resend(request, [message_id])
        return HttpResponseRedirect(reverse("admin:clinic_message_changelist"))

    @admin.action(description="Send the chosen messages again", permissions=["resend"])
    def resend_chosen(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        self._resend(request, list(chosen.values_list("pk", flat=True)))

    def _resend(self, request: HttpRequest, ids: list[int]) -> None:
        queued, refusals = 0, []
        for message_id in ids:
            try:
                outbox.resend(message_id=message_id, by=cast("User", request.user), now=timezone.now())
                queued += 1
            except outbox.CannotResend as error:
                refusals.append(str(error))
        if queued:
            self.message_user(request, f"Queued again: {queued}. The worker sends it within seconds.")
        for refusal in sorted(set(refusals)):
            self.message_user(request, f"{refusals.count(refusal)} x {refusal}", messages.WARNING)


def worker_in_words() -> str:
    quiet = outbox.quiet_for(name="worker", now=timezone.now())
    if quiet is None:
        return "The worker that sends messages has never run."
    if quiet.total_seconds() < 60:
        return f"The worker that sends messages reported {int(quiet.total_seconds())} seconds ago."
    return f"The worker that sends messages has been silent for {duration(int(quiet.total_seconds() // 60))}."


def _works_here(request: HttpRequest) -> bool:
    places = _kept(request, "_desk_places", None)
    return places.everywhere or bool(places.ids)


def _sees_all(request: HttpRequest) -> bool:
    """A manager of all clinics, or a superuser."""
    return bool(_kept(request, "_manager_places", [Role.MANAGER]).everywhere)


def _kept(request: HttpRequest, name: str, roles: list[str] | None) -> Any:
    """Asked once a request: Django's admin asks for permissions many times on each page."""
    if not hasattr(request, name):
        asked = Membership.objects.places_of
        setattr(request, name, asked(request.user) if roles is None else asked(request.user, roles))
    return getattr(request, name)
