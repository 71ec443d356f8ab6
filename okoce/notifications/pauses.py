"""Nobody writes to this person for a while: who rests, and what is let go again afterwards.

Everything but a code that the person asks for is held back, cancellations too: whoever made the pause knows
why, and the office sees what was held and calls or visits. (A message about a cancelled session to somebody
in mourning, or to a number that another person has now, is what a pause is for.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from okoce.notifications.enums import Manner
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessagePause

REASON = "paused"


def resting(kind: Kind, messages: Sequence[Any]) -> set[int]:
    """The participants among those of ``messages`` who are not written to today. One query, or none."""
    people = {m.participant_id for m in messages if m.participant_id is not None}
    if kind.haste is Manner.AT_ONCE or not people:
        return set()
    return MessagePause.objects.people_on(timezone.localdate(), people)
