"""One piece of work, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

URGENT, SOON, INFO = "bad", "warn", "info"
RANK = {URGENT: 0, SOON: 1, INFO: 2}


@dataclass(frozen=True)
class Work:
    tone: str
    icon: str
    title: str
    text: str
    url: str
    label: str


def url_of(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
