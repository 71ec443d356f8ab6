"""The way from a person's page to their permits and checks."""

from __future__ import annotations

from datetime import date
from typing import Any

from okoce.accounts.roles import has_permission
from participants import panels
from participants.models import Participant


def register() -> None:
    """Called when the app starts."""
    panels.register(panels.Panel(position=60, template="bazaars/panel_papers.html", context=_context))


def _context(participant: Participant, *, user: Any, today: date) -> dict[str, str] | None:
    return {"number": participant.number} if has_permission(user, "bazaars.check_papers") else None
