"""The audit trail: who did what to what, and when. For investigation; no page depends on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from okoce.audit.querysets import AuditEventQuerySet
from okoce.db.models import AppendOnly


class AuditEvent(AppendOnly):
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=True
    )
    unit = models.CharField(
        max_length=160, blank=True, help_text="the unit the actor worked for, as it was called then"
    )
    action = models.CharField(max_length=80, db_index=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField(default=1)
    details = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=32, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(name="audit_event_newest", fields=["-at", "-id"]),
            models.Index(name="audit_event_target", fields=["target_type", "target_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
