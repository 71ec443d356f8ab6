"""Writing the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from okoce.audit.context import request_id
from okoce.audit.models import AuditEvent


def record(
    actor: Any, action: str, target: Model | None = None, *, count: int = 1, **details: Any
) -> AuditEvent:
    """One line in the trail, in the transaction of what it reports.

    ``action`` reads ``app.thing.deed`` (``participants.nik.unmasked``). ``details`` never hold a name, NIK,
    phone or amount: they are read by people who may not see those.
    """
    row = _row(actor, action, target, count, details)
    row.save(force_insert=True)
    return row


def record_each(actor: Any, action: str, targets: Iterable[Model], **details: Any) -> None:
    """``record`` for each of ``targets``, in one statement."""
    AuditEvent.objects.bulk_create(_row(actor, action, target, 1, details) for target in targets)


def _row(actor: Any, action: str, target: Model | None, count: int, details: dict[str, Any]) -> AuditEvent:
    membership = getattr(actor, "active_membership", None)
    return AuditEvent(
        actor=actor if getattr(actor, "pk", None) else None,
        unit=membership.unit_name if membership else "",
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        count=count,
        details=details,
        request_id=request_id.get(),
    )
