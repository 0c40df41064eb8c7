"""Photographs in the staff admin: an upload goes in, our own drawing of it comes out. Never the file that was sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from clinic import pictures
from clinic.admin.dropping import DropsPages
from clinic.models import Picture, Role
from clinic.permissions import DESK, RoleAdmin


class UploadForm(forms.ModelForm):
    """A new photograph. Everything about the file is judged here, so that a bad one gets a sentence beside it."""

    upload = forms.FileField(
        label="Photograph",
        help_text="JPEG, PNG or WebP, at most 15 MB. Only the picture is kept: no place, no camera, no name.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    prepared: pictures.Prepared

    class Meta:
        model = Picture
        fields = ("alt",)

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        try:
            self.prepared = pictures.prepare(upload)
        except pictures.BadPicture as problem:
            raise ValidationError(str(problem)) from problem
        return upload


@admin.register(Picture)
class PictureAdmin(RoleAdmin, DropsPages):
    may_view = (*DESK, Role.EDITOR)
    may_change = may_add = may_delete = (Role.MANAGER, Role.EDITOR)
    list_display = ("alt", "size", "added_at")
    readonly_fields = ("shown", "size", "added_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change, **kwargs if obj else {**kwargs, "form": UploadForm, "fields": None}
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("alt", "shown", "size", "added_at") if obj else ("upload", "alt")

    @admin.display(description="Picture")
    def shown(self, picture: Picture) -> SafeString:
        return render_to_string("components/photo.html", {"picture": picture, "sizes": "30rem"})

    @admin.display(description="Size")
    def size(self, picture: Picture) -> str:
        return f"{picture.width} by {picture.height} pixels"

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        kept = pictures.keep(prepared=form.prepared, alt=obj.alt, now=timezone.now())
        obj.__dict__.update(kept.__dict__)

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        pictures.remove(picture=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> None:
        for picture in queryset:
            pictures.remove(picture=picture)
