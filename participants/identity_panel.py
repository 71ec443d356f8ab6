"""On a person's page: a photo of the card that waits to be compared, and who agreed for a young one."""

from __future__ import annotations

from datetime import date
from typing import Any

from okoce.accounts.roles import has_permission
from participants.models import Guardian, IdentityPhoto, Participant
from participants.panels import Panel
from participants.panels import register as register_panel
from participants.services.identity_photos import KEPT


def register() -> None:
    """Called when the app starts."""
    register_panel(Panel(position=5, template="participants/identity_panel.html", context=context))


def context(participant: Participant, *, user: Any, today: date) -> dict[str, Any] | None:
    """None for nearly everybody: there is no photo, and the participant is grown up."""
    photo = None
    if has_permission(user, "participants.verify"):
        photo = IdentityPhoto.objects.filter(participant=participant).select_related("taken_by").first()
    guardian = Guardian.objects.filter(participant=participant).first()
    if photo is None and guardian is None:
        return None
    return {"photo": photo, "guardian": guardian, "deleted_on": photo.taken_at + KEPT if photo else None}
