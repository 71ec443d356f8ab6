"""Messages of somebody who turns out to be another: what was sent is told of one, what waits goes once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from okoce.notifications.enums import OPEN, State
from okoce.notifications.models import Message


class Messages:
    """The rule of Message.participant_id: all go to the survivor, and their keys with them.

    A key with the person in it (``session:3:participant:7:reminder-1d``) is what keeps a reminder from being
    sent twice. Where the survivor has the same message, the one that still waits is given up.
    """

    def lock(self, *, survivor_id: int, merged_id: int) -> None:
        rows = Message.objects.filter(participant_id__in=[survivor_id, merged_id], state__in=OPEN)
        list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))

    def merge(self, *, survivor_id: int, merged_id: int, now: datetime) -> dict[str, Any]:
        kept: dict[str, Any] = {"moved": [], "renamed": [], "given_up": []}
        theirs = list(Message.objects.filter(participant_id=merged_id).order_by("pk"))
        renamed = {row.pk: _renamed(row.key, merged_id, survivor_id) for row in theirs}
        taken = set(Message.objects.filter(key__in=renamed.values()).values_list("key", flat=True))
        for row in theirs:
            key = renamed[row.pk]
            if key != row.key and key in taken:
                if row.state in OPEN:
                    kept["given_up"].append([row.pk, row.state])
                    self._give_up(row, now)
                continue
            if key != row.key:
                kept["renamed"].append([row.pk, row.key])
            kept["moved"].append(row.pk)
            Message.objects.filter(pk=row.pk).update(participant_id=survivor_id, key=key, one_of_day=None)
        return kept if any(kept.values()) else {}

    def _give_up(self, row: Message, now: datetime) -> None:
        Message.objects.filter(pk=row.pk).update(
            state=State.CANCELLED,
            reason="merged",
            finished_at=now,
            lease_owner=None,
            lease_until=None,
        )

    def finish(self, kept: Mapping[str, Any], *, now: datetime) -> None:
        """A cancelled message frees nothing."""

    def undo(self, kept: Mapping[str, Any], *, survivor_id: int, merged_id: int, now: datetime) -> None:
        rows = Message.objects.filter(pk__in=kept["moved"], participant_id=survivor_id)
        rows.update(participant_id=merged_id)
        for pk, key in kept["renamed"]:
            Message.objects.filter(pk=pk, participant_id=merged_id).update(key=key)
        for pk, state in kept["given_up"]:
            given_up = Message.objects.filter(pk=pk, state=State.CANCELLED, reason="merged")
            given_up.update(state=state, reason="", finished_at=None)


def _renamed(key: str, merged_id: int, survivor_id: int) -> str:
    return f"{key}:".replace(f":participant:{merged_id}:", f":participant:{survivor_id}:")[:-1]
