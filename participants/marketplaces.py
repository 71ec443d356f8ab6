"""Which marketplace a link leads to, by its host. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

_KNOWN = {
    "tokopedia.com": "Tokopedia",
    "tokopedia.link": "Tokopedia",
    "shopee.co.id": "Shopee",
    "shopee.id": "Shopee",
    "shope.ee": "Shopee",
    "bukalapak.com": "Bukalapak",
    "blibli.com": "Blibli",
    "lazada.co.id": "Lazada",
    "tiktok.com": "TikTok",
    "instagram.com": "Instagram",
    "facebook.com": "Facebook",
    "gofood.co.id": "GoFood",
    "gofood.link": "GoFood",
    "grab.com": "GrabFood",
    "wa.me": "WhatsApp",
    "youtube.com": "YouTube",
    "maps.app.goo.gl": "Google Maps",
    "google.com": "Google",
    "jakpreneur.jakarta.go.id": "Jakpreneur",
}


def host_of(url: str) -> str:
    """The host without ``www.``; empty for what is no address."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def name_of(url: str) -> str:
    """``Shopee`` for a shop there, else the host. ``shopee.co.id.example.com`` is not Shopee."""
    host = host_of(url)
    for known, name in _KNOWN.items():
        if host == known or host.endswith(f".{known}"):
            return name
    return host


def problem_with(url: str) -> str:
    """Why an address may not be kept: ``scheme``, ``host``, ``login`` or empty for a good one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "host"
    if parts.scheme != "https":
        return "scheme"
    if parts.username is not None or parts.password is not None:
        return "login"
    host = (parts.hostname or "").lower()
    if "." not in host or port not in (None, 443) or host.replace(".", "").isdigit():
        return "host"
    return ""
