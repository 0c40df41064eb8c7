"""Who asks: the one place where a visitor's address is read. It trusts no header but the one that nginx overwrites."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from clinic import lockout
from clinic.limits import Caller, network

OVERWRITTEN = "HTTP_X_REAL_IP"  # by deploy/nginx.conf; X-Forwarded-For and Forwarded are read nowhere


def caller_of(request: HttpRequest) -> Caller:
    """The address and the session of a request, for the limits alone. Neither is kept or logged."""
    return Caller(address=address_of(request), session=request.session.session_key or "")


def address_of(request: HttpRequest) -> str:
    """The visitor's address. Behind nginx it is X-Real-IP; without it that header is a visitor's own claim.

    What is no address counts as the connection's own: a claim must not make somebody new of anybody.
    """
    if settings.BEHIND_PROXY:
        claimed = request.META.get(OVERWRITTEN, "").strip()
        try:
            return str(ipaddress.ip_address(claimed))
        except ValueError:
            pass
    return str(request.META.get("REMOTE_ADDR", ""))


def address_trying(request: HttpRequest) -> str | None:
    """The address by which wrong passwords are counted: an IPv4 address, or the first of somebody's IPv6 network."""
    found = network(address_of(request)).partition("/")[0]
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None  # a socket has none


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name by which wrong passwords are counted, hashed."""
    given = credentials if credentials else request.POST
    return lockout.name_of(str(given.get("username") or ""))
