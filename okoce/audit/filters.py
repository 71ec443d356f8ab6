"""From what an auditor chose to the rows of the trail."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from okoce.audit import targets
from okoce.audit.querysets import AuditEventQuerySet


def chosen(events: AuditEventQuerySet, choice: dict[str, Any]) -> AuditEventQuerySet:
    """``choice`` of okoce.audit.forms.EventFilter; what is not chosen restricts nothing."""
    if code := choice.get("aksi"):
        events = events.filter(action=code)
    if who := choice.get("petugas"):
        events = events.filter(Q(actor__full_name__icontains=who) | Q(actor__username__iexact=who))
    if what := choice.get("sasaran"):
        meant = Q(pk__in=[])
        for label, pk in targets.find(what.strip()):
            meant |= Q(target_type=label, target_id=pk)
        events = events.filter(meant)
    if first := choice.get("sejak"):
        events = events.filter(at__gte=_midnight(first))
    if last := choice.get("sampai"):
        events = events.filter(at__lt=_midnight(last + timedelta(days=1)))
    return events


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
