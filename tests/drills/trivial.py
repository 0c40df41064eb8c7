"""The addresses of the site with one more behind them: a view that does nothing, to measure the others beside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from clinic.urls import handler400, handler500

__all__ = ["CODINGS", "PAGE", "TRIVIAL", "handler400", "handler500", "urlpatterns"]
PAGE, TRIVIAL = "/treatments/microsclerotherapy/", "/trivial/"
CODINGS = "gzip, deflate, br, zstd"


def trivial(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", include("clinic.urls")), path("trivial/", trivial)]
