"""The mail page of a demo: what the worker wrote to the folder. Never routed outside DEMO."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def mail(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/mail.html", {"mails": []})
