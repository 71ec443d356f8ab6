"""The seven steps of one person in words, and what should come next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from participants.enums import Status, Step
from participants.history import when
from participants.models import Participant
from participants.panels import NextStep, panels


def steps(participant: Participant, *, user: Any, today: date) -> list[dict[str, Any]]:
    """Seven rows for components/journey.html. Several may be under way: they are independent."""
    reached = {row.step: row.reached_on for row in participant.steps.all()}
    said: dict[int, tuple[str, str]] = {}
    for panel in panels():
        if panel.step_texts is not None:
            said |= panel.step_texts(participant, user=user, today=today) or {}
    rows = []
    for step in Step:
        if step in reached:
            row = ("done", _("Done %(day)s") % {"day": when(reached[step], today)})
        else:
            row = said.get(int(step), ("", _("Not begun")))
        rows.append({"label": step.label, "state": row[0], "text": row[1]})
    return rows


def next_step(participant: Participant, *, user: Any, today: date) -> NextStep | None:
    """The one thing to do with this person now; None when nothing waits."""
    proposals = [own] if (own := _own(participant)) else []
    for panel in panels():
        if panel.next_step is not None:
            proposal = panel.next_step(participant, user=user, today=today)
            if proposal is not None:
                proposals.append(proposal)
    return max(proposals, key=lambda step: step.weight, default=None)


def _own(participant: Participant) -> NextStep | None:
    if participant.status != Status.ACTIVE:
        return NextStep(
            _("This participant is not active:"), participant.get_status_display(), tone="info", weight=90
        )
    if participant.phone_lookup is None:
        return NextStep(
            _("There is no phone number."),
            _("Invitations and reminders do not arrive. Ask for a number at the next meeting."),
            reverse("participants:edit", args=[participant.number]),
            _("Add a phone number"),
            "warn",
            50,
        )
    return None
