"""Scans at the door, the sheets printed for it, and what people said afterwards."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from trainings.enums import ScanResult, SessionState
from trainings.querysets.base import OfSessionQuerySet, rows_of, year_in_jakarta

# When a scan was, by our clock: the device's may be wrong by hours.
HAPPENED_AT = ExpressionWrapper(F("device_at") - F("clock_ahead"), output_field=models.DateTimeField())


class ScanQuerySet(OfSessionQuerySet):
    PERMISSION = "trainings.view"

    def with_moment(self) -> ScanQuerySet:
        """Adds ``at``: when it was, by our clock."""
        return self.annotate(at=HAPPENED_AT)

    def moves(self) -> ScanQuerySet:
        """Came, left and came back; in their order by our clock."""
        rows = self.filter(result__in=[ScanResult.ACCEPTED, ScanResult.LEFT, ScanResult.BACK])
        return rows.with_moment().order_by("at", "pk")

    def out_now(self) -> dict[int, datetime]:
        """Who has left and not come back, and when."""
        last = {row.participant_id: row for row in self.moves()}
        return {pk: row.at for pk, row in last.items() if row.result == ScanResult.LEFT}

    def refused(self) -> ScanQuerySet:
        """Attempts that made nobody present."""
        counted = [ScanResult.ACCEPTED, ScanResult.UNDONE, ScanResult.LEFT, ScanResult.BACK]
        return self.exclude(result__in=counted)

    def standing(self) -> ScanQuerySet:
        """Accepted and not taken back since: who these rows name was there.

        A person accepted twice has two rows; count people with ``distinct``.
        """
        later = rows_of("AttendanceScan").filter(
            session=OuterRef("session"),
            participant=OuterRef("participant"),
            result=ScanResult.UNDONE,
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later), result=ScanResult.ACCEPTED)

    def counted(self) -> ScanQuerySet:
        """Attendance that counts for the programme: standing, in a session that was not cancelled.

        Of a class of several days it is that of the day on which the required number of days was reached:
        who came to fewer has none, who came to all of them one, dated on that day.
        """
        held = self.standing().exclude(session__state=SessionState.CANCELLED)
        days = (
            rows_of("AttendanceScan")
            .standing()
            .exclude(session__state=SessionState.CANCELLED)
            .filter(
                Q(session=Coalesce(OuterRef("session__head"), OuterRef("session")))
                | Q(session__head=Coalesce(OuterRef("session__head"), OuterRef("session"))),
                participant=OuterRef("participant"),
                session__starts_at__lte=OuterRef("session__starts_at"),
            )
            .order_by()
            .values("participant")
            .annotate(n=Count("session", distinct=True))
            .values("n")
        )
        return held.filter(Q(session__day_count=1) | Q(session__required_days=Subquery(days)))

    def with_activities(self, least: int, *, since: int, until: int) -> models.QuerySet:
        """Ids of those who did at least so many different required activities in these years; a subquery."""
        years = [year_in_jakarta(year, "session__") for year in range(since, until + 1)]
        counted = self.counted().filter(reduce(or_, years), session__activity__is_required=True)
        done = counted.order_by().values("participant").annotate(n=Count("session__activity", distinct=True))
        return done.filter(n__gte=least).values("participant")

    def of_year(self, year: int) -> ScanQuerySet:
        """By the day of the session in Jakarta, not of the scan."""
        return self.filter(year_in_jakarta(year, "session__"))


class SheetQuerySet(OfSessionQuerySet):
    pass


class FeedbackQuerySet(OfSessionQuerySet):
    pass
