"""What every admin of rows that the public reads has to do: no kept page outlives an edit. It edits nothing itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinic import page_cache


class DropsPages(admin.ModelAdmin):
    """Put it last among the bases. Each act of the stock admin on a row is dropped within its own transaction.

    A verb behind a button of our own drops the pages itself, on floor 2.
    """

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        page_cache.drop()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        page_cache.drop()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        page_cache.drop()
