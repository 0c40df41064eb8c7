"""The site's addresses with views beside them that break, for tests of what a breakdown looks like. Never served."""

from __future__ import annotations

from typing import NoReturn

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from clinic.urls import handler400, handler500

__all__ = ["handler400", "handler500", "urlpatterns"]


def breaks(request: HttpRequest) -> NoReturn:
    raise RuntimeError(f"could not read {request.POST.get('name', '')}")


def breaks_on_some_words(request: HttpRequest) -> HttpResponse:
    """What a careless page does: it breaks on a NUL and prints the rest as it came."""
    word = request.POST.get("name", "") or request.GET.get("q", "")
    if "\0" in word:
        raise ValueError("a NUL")
    return HttpResponse(f"<p>{word}</p>")


urlpatterns = [
    path("book/breaks/", breaks),
    path("book/breaks/on-some-words/", breaks_on_some_words),
    path("", include("clinic.urls")),
]
