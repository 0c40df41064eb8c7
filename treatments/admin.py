"""What we say, in the staff admin: the content editor changes it, everybody at a desk may read it."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from clinic.models import Role
from clinic.permissions import ANY_ROLE, NeverDeleted, RoleAdmin
from treatments import facts, publishing
from treatments.models import Claim, Fact, Fee, Page, Section, Source, Treatment

EDITOR = (Role.EDITOR,)


class SectionFormSet(forms.BaseInlineFormSet):
    """Refuses a text that asks for a figure we do not have."""

    def clean(self) -> None:
        super().clean()
        figures = facts.figures()
        for form in self.forms:
            try:
                publishing.render(form.cleaned_data.get("body") or "", figures)
            except publishing.UnknownFigure as problem:
                form.add_error("body", f"{problem} Figures stand under Facts; write [[fact:its_key]].")


class SectionInline(RoleAdmin, admin.StackedInline):
    may_view = ANY_ROLE
    may_change = may_add = may_delete = EDITOR
    model = Section
    formset = SectionFormSet
    extra = 0


class ClaimInline(RoleAdmin, admin.TabularInline):
    may_view = ANY_ROLE
    may_change = may_add = may_delete = EDITOR
    model = Claim
    extra = 0


class Kept(NeverDeleted):
    """The content files bring these rows and name them; here they are changed."""

    may_view = ANY_ROLE
    may_change = EDITOR


@admin.register(Page)
class PageAdmin(Kept, admin.ModelAdmin):
    list_display = ("title", "path", "kind", "published", "reviewed_on", "review_due_on")
    list_filter = ("kind", "published")
    search_fields = ("title", "path")
    readonly_fields = ("slug", "path", "changed_at")
    filter_horizontal = ("sources",)
    inlines = (SectionInline,)

    def save_model(self, request: HttpRequest, obj: Page, form: forms.ModelForm, change: bool) -> None:
        obj.changed_at = timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(Fact)
class FactAdmin(Kept, admin.ModelAdmin):
    list_display = ("key", "text", "number", "unit", "certainty", "signed_by", "signed_on")
    list_filter = ("certainty", ("signed_on", admin.EmptyFieldListFilter))
    search_fields = ("key", "text", "reason")
    readonly_fields = ("key",)
    inlines = (ClaimInline,)

    def save_model(self, request: HttpRequest, obj: Fact, form: forms.ModelForm, change: bool) -> None:
        names = ("text", "number", "unit", "reason", "certainty", "signed_by", "signed_on")
        wanted = {name: getattr(obj, name) for name in names}
        fact = facts.change_fact(key=obj.key, by=request.user, **wanted)
        if obj.signed_by and not fact.signed_by:
            self.message_user(
                request, "The value is new, so the signature was taken away. Sign it again.", messages.WARNING
            )


@admin.register(Source)
class SourceAdmin(Kept, admin.ModelAdmin):
    list_display = ("name", "kind", "address", "read_on", "names_medicine")
    list_filter = ("kind", "names_medicine")
    search_fields = ("key", "name", "address")
    readonly_fields = ("key",)


@admin.register(Fee)
class FeeAdmin(Kept, admin.ModelAdmin):
    list_display = ("service", "country", "currency", "amount", "confirmed_on")
    list_filter = ("country",)
    readonly_fields = ("service", "country", "currency")


@admin.register(Treatment)
class TreatmentAdmin(Kept, admin.ModelAdmin):
    list_display = ("name", "plain_name", "summary")
    readonly_fields = ("slug",)
