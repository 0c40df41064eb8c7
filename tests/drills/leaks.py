"""What F18 must find: middleware that writes down what nobody may. Planted by the drill's controls alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from django.core.mail import mail_admins
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("clinic.requests")


class Leak:
    """LEAK names the slip: `form` logs what was sent, `address` the path and its query, `mail` an error's words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.kind = os.environ.get("LEAK", "")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.kind == "form" and request.method == "POST":
            log.info("form %s", dict(request.POST))
        if self.kind == "address":
            log.info("asked %s", request.get_full_path())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        if self.kind == "mail":
            mail_admins("A page broke", f"{error!r}")
