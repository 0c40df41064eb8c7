"""The site with one guard taken out, for a control of F16: it believes what a visitor says about his address."""

from collections.abc import Callable, Iterable
from typing import Any

from clinic.wsgi import application as site


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    claimed = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")[0].strip()
    return site({**environ, "REMOTE_ADDR": claimed or environ["REMOTE_ADDR"]}, start_response)
