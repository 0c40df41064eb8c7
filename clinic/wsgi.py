"""Where gunicorn comes in. Refuses to open a site that is not ready; reads every request as UTF-8."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

_django = get_wsgi_application()

from clinic import page_cache, readiness  # noqa: E402 - models can be read only after the line above

page_cache.release()  # of what was just started: a moment later the files may be those of the next one
readiness.refuse_start()
_CHARSET = re.compile(r";\s*charset\b[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Every page of ours is UTF-8, so no browser names another charset. A program may name any codec of Python's:
    some raise before there is a request that a page could answer, some make halves of characters.
    """
    environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
