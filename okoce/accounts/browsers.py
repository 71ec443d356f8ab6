"""Which browser asks: its address prefix, a name to show, and whether this person has signed in with it
before.
"""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "peramban"
KNOWN_FOR = 180 * 24 * 3600
_SALT = "okoce.accounts.browsers"

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def address_of(request: HttpRequest) -> str:
    """The client's address; only as many proxies are believed as TRUSTED_PROXY_COUNT says."""
    return get_client_ip(request) or ""


def prefix_of(address: str) -> str:
    """The network an address belongs to: /24, and /64 for IPv6, whose owners change the rest at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    bits = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def source_of(address: str) -> str:
    """Where somebody asks from: one IPv4 address (a prefix is half a mobile network), or an IPv6 /64."""
    return prefix_of(address) if ":" in address else address


def name_of(request: HttpRequest) -> str:
    """``Chrome, Android``: enough to recognise it in a list, and no more is kept."""
    agent = request.headers.get("User-Agent", "")
    program = next((name for mark, name in _PROGRAMS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (program, system) if part)


def known_id(request: HttpRequest, user_id: int | None) -> str:
    """The browser's own number when ``user_id`` has signed in with it before, else empty."""
    seen = _read(request)
    return seen["browser"] if user_id is not None and user_id in seen["users"] else ""


def remember(request: HttpRequest, response: HttpResponse, user_id: int) -> None:
    """Marks the browser as one this person uses. That opens nothing: it keeps others' tries apart."""
    seen = _read(request)
    users = [*[u for u in seen["users"] if u != user_id][-4:], user_id]
    response.set_cookie(
        COOKIE,
        signing.dumps({"browser": seen["browser"] or secrets.token_hex(8), "users": users}, salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {"browser": "", "users": []}
