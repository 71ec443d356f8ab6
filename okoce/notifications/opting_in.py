"""Wanting messages again. The consent lives above this app, so its app registers the words and the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from okoce.notifications.opting_out import MESSAGES

_give: Callable[..., object] | None = None
_text: Callable[[], str] | None = None


def register(give: Callable[..., object], text: Callable[[], str]) -> None:
    """``text()`` is what a person agrees to, in the present language; ``give`` keeps the answer."""
    global _give, _text
    _give, _text = give, text


def text() -> str:
    return _text() if _text is not None else ""


def agree(*, participant_id: int, way: str, now: datetime) -> None:
    if _give is not None:
        _give(participant_id=participant_id, purpose=MESSAGES, channel=way, by=None, now=now)
