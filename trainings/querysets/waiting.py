"""Who waits for an activity."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from trainings.enums import SEATED, SessionState
from trainings.querysets.base import OfPersonQuerySet, rows_of


class WaitingQuerySet(OfPersonQuerySet):
    PERMISSION = "trainings.view"

    def open(self) -> WaitingQuerySet:
        """Not ended: who waits, or has been offered a seat and has not said yes to it yet."""
        return self.filter(left_at__isnull=True)

    def for_session(self, session: Any) -> WaitingQuerySet:
        """Those whose area holds the session, for its activity."""
        return self.open().filter(
            activity=session.activity_id, area__in=[session.kecamatan_id, session.city_id]
        )

    def still(self) -> WaitingQuerySet:
        """Really waiting: without a seat for the activity (an offered one too), and taking part."""
        seat = rows_of("Booking").filter(
            participant=OuterRef("participant"),
            state__in=SEATED,
            session__activity=OuterRef("activity"),
            session__state=SessionState.PUBLISHED,
        )
        return self.open().filter(
            ~Exists(seat),
            participant__status="active",
            participant__is_outside_dki=False,
            participant__merged_into__isnull=True,
            participant__erased_at__isnull=True,
            participant__restricted_at__isnull=True,
        )
