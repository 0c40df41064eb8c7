"""When too many people book in the same second: one page that keeps the form and says "press again"."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.services.errors import DiaryBusy

RETRY_SECONDS = 2


def press_again(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers DiaryBusy with 503, Retry-After, and a button that sends the very same form once more."""

    @wraps(page)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except DiaryBusy as refusal:
            typed = [(name, value) for name, values in request.POST.lists() for value in values]
            context = {
                "sentence": refusal.sentence,
                "typed": [each for each in typed if each[0] != "csrfmiddlewaretoken"],
                "again": request.get_full_path(),
            }
            response = render(request, "bookings/busy.html", context, status=503)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
            return response

    return view
