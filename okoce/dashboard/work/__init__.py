"""The work that waits for somebody: each line with its number, why it matters, and one button."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from okoce.dashboard.work import bazaars, changes, imports, messages, people, reach, sessions
from okoce.dashboard.work.item import RANK, Work

SHOWN = 7


def work_for(user: Any, *, now: datetime) -> list[Work]:
    """What waits for the user, most urgent first. A fixed number of queries, whatever waits."""
    found: list[Work] = []
    for source in (
        sessions.coming,
        changes.untold,
        changes.troubles,
        sessions.attendance,
        people.applicants,
        people.duplicates,
        imports.imports,
        bazaars.today,
        bazaars.sites,
        bazaars.confirmations,
        bazaars.seed_parts,
        bazaars.seals,
        bazaars.papers,
        bazaars.late_sales,
        messages.messages,
        messages.sending,
        messages.to_approve,
        messages.texts,
        messages.dead_numbers,
        people.moves,
        people.data_requests,
        reach.out_of_reach,
    ):
        found.extend(source(user, now))
    return sorted(found, key=lambda work: RANK[work.tone])
