"""Facts in the staff admin: the value, why, what each source says, and a clinician's signature by one button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path

from clinic import signing
from clinic.admin.content import instant
from clinic.admin.history import whoever
from treatments import facts, keepers
from treatments.admin.rights import EDITOR_OR_CLINICIAN, FromFiles, HangsOn
from treatments.models import Claim, Fact


class ClaimInline(HangsOn, admin.StackedInline):
    may_change = may_add = may_delete = EDITOR_OR_CLINICIAN
    model = Claim
    extra = 0


class SignatureFilter(admin.SimpleListFilter):
    title = "signature"
    parameter_name = "signature"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "None, or a year old")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fact]) -> QuerySet[Fact]:
        if self.value() != "due":
            return queryset
        due = Fact.objects.due_for_review(signing.day_of(instant(request)))
        return queryset.filter(pk__in=due.values("pk"))


@admin.register(Fact)
class FactAdmin(FromFiles):
    """A clinician may change a fact too: every page that prints it follows."""

    keeper = keepers.FACT
    may_change = EDITOR_OR_CLINICIAN
    change_form_template = "admin/treatments/fact/change_form.html"
    list_display = ("key", "question", "text", "number", "certainty", "signed_by", "signed_on")
    list_filter = ("topic", "certainty", SignatureFilter)
    search_fields = ("key", "text", "question", "reason")
    readonly_fields = ("key", "signed_by", "signed_on")
    inlines = (ClaimInline,)
    fieldsets = (
        ("What pages print", {"fields": ("key", "question", "text", "number", "unit")}),
        ("Why, for patients to read", {"fields": ("certainty", "reason", "unverified")}),
        ("In the list of all figures", {"fields": ("topic", "position")}),
        ("Signature", {"fields": ("signed_by", "signed_on")}),
    )

    def save_model(self, request: HttpRequest, obj: Fact, form: forms.ModelForm, change: bool) -> None:
        was_signed = Fact.objects.filter(pk=obj.pk).exclude(signed_by="").exists()
        changes = {name: getattr(obj, name) for name in facts.CHANGEABLE}
        fact = facts.change_fact(key=obj.key, changes=changes, by=whoever(request), now=instant(request))
        if was_signed and not fact.signed_by:
            self.message_user(
                request, "The value is new, so the signature was taken away. Sign it again.", messages.WARNING
            )

    # --- The signature --------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        sign = self.admin_site.admin_view(self.sign_view)
        return [path("<slug:key>/sign/", sign, name="treatments_fact_sign"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        fact = kwargs.get("obj") or context["original"]
        context |= {"seen": facts.meaning_of(fact), "may_sign": signing.may_sign(whoever(request))}
        return super().render_change_form(request, context, *args, **kwargs)

    def sign_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """“I have checked this value.”"""
        fact = self.get_object(request, key)
        if fact is None:
            return self.gone(request, key)
        if not self.has_view_permission(request, fact) or not signing.may_sign(whoever(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            signed = facts.sign_fact(
                key=key, seen=request.POST.get("seen", ""), by=whoever(request), now=instant(request)
            )
        except (signing.MayNotSign, facts.HasChanged) as problem:
            self.message_user(request, str(problem), messages.ERROR)
        else:
            self.message_user(request, f"Signed by {signed.signed_by}.")
        return HttpResponseRedirect(self.address_of("change", fact))
