"""Pages in the staff admin: their text in sections, the preview, a clinician's check by one button, and publishing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone

from clinic import signing
from clinic.admin.content import instant
from clinic.admin.history import whoever
from treatments import facts, keepers, publishing, reviewing
from treatments.admin.rights import FromFiles, HangsOn
from treatments.models import HELP_PATH, Page, Section, years_after
from treatments.views import preview

WIDE = forms.TextInput(attrs={"class": "vLargeTextField"})


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


class SectionInline(HangsOn, admin.StackedInline):
    model = Section
    formset = SectionFormSet
    extra = 0


class PageForm(forms.ModelForm):
    """Says beside the tick why a page may not become public, or may not go."""

    class Meta:
        widgets = dict.fromkeys(("title", "description", "lead"), WIDE)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        page = self.instance
        if self.cleaned_data.get("published") and "published" in self.changed_data:
            reason = reviewing.why_hidden(page, on=signing.day_of(timezone.now()))
            if reason:
                self.add_error("published", reason)
        if page.path == HELP_PATH and not self.cleaned_data.get("published", True):
            self.add_error("published", "Every page links to this one for emergencies, so it stays public.")
        return data


class ReviewForm(forms.Form):
    """When the page is to be checked next."""

    due_on = forms.DateField(
        label="Next check by", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class CheckFilter(admin.SimpleListFilter):
    title = "check"
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "Never done, or due")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Page]) -> QuerySet[Page]:
        if self.value() != "due":
            return queryset
        due = Page.objects.due_for_review(signing.day_of(instant(request)))
        return queryset.filter(pk__in=due.values("pk"))


@admin.register(Page)
class PageAdmin(FromFiles):
    keeper = keepers.PAGE
    form = PageForm
    change_form_template = "admin/treatments/page/change_form.html"
    list_display = ("title", "path", "kind", "published", "reviewed_on", "review_due_on")
    list_filter = (CheckFilter, "kind", "published")
    search_fields = ("title", "path")
    readonly_fields = ("slug", "path", "kind", "changed_at", "reviewed_by", "reviewed_on", "review_due_on")
    filter_horizontal = ("sources",)
    inlines = (SectionInline,)
    actions = ("publish_chosen",)
    fieldsets = (
        ("The page", {"fields": ("title", "description", "lead", "treatment", "sources")}),
        ("Where it stands", {"fields": ("slug", "path", "kind", "position", "published", "changed_at")}),
        ("The check", {"fields": ("reviewed_by", "reviewed_on", "review_due_on")}),
    )

    def saved(self, request: HttpRequest, row_id: Any) -> None:
        said = reviewing.settle(slug=row_id, before=self.before(request), now=instant(request))
        for sentence in said:
            self.message_user(request, sentence, messages.WARNING)
        super().saved(request, row_id)

    @admin.action(description="Publish the chosen pages", permissions=["change"])
    def publish_chosen(self, request: HttpRequest, chosen: QuerySet[Page]) -> None:
        for page in chosen:
            try:
                reviewing.publish_page(slug=page.slug, by=whoever(request), now=instant(request))
            except reviewing.NotChecked as problem:
                self.message_user(request, f"{page}: {problem}", messages.ERROR)
            else:
                self.message_user(request, f"{page}: published.")

    # --- The check and the preview --------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        check, show = (self.admin_site.admin_view(view) for view in (self.review_view, self.preview_view))
        return [
            path("<slug:slug>/review/", check, name="treatments_page_review"),
            path("<slug:slug>/preview/", show, name="treatments_page_preview"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        page, today = kwargs.get("obj") or context["original"], signing.day_of(instant(request))
        first = {"due_on": years_after(today, reviewing.NEXT_YEARS), "seen": reviewing.text_of(page)}
        context |= {
            "problems": reviewing.problems_of(page, on=today),
            "review_form": ReviewForm(initial=first),
            "may_sign": signing.may_sign(whoever(request)),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def review_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """“I have checked this page.”"""
        page = self.get_object(request, slug)
        if page is None:
            return self.gone(request, slug)
        if not self.has_view_permission(request, page) or not signing.may_sign(whoever(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = ReviewForm(request.POST)
        if not form.is_valid():
            self.message_user(request, str(reviewing.NoReviewDay()), messages.ERROR)
            return HttpResponseRedirect(self.address_of("change", page))
        try:
            checked = reviewing.review_page(
                slug=slug, by=whoever(request), now=instant(request), **form.cleaned_data
            )
        except (signing.MayNotSign, facts.HasChanged, reviewing.NoReviewDay) as problem:
            self.message_user(request, str(problem), messages.ERROR)
        else:
            waits = "" if checked.published else f" {reviewing.WAITS}"
            self.message_user(request, f"Checked by {checked.reviewed_by}.{waits}")
        return HttpResponseRedirect(self.address_of("change", page))

    def preview_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The page exactly as the public sees it, published or not, under a bar that says so. Kept by nobody."""
        page = self.keeper.rows().filter(pk=slug).first()
        if page is None:
            return self.gone(request, slug)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        return preview(request, page)
