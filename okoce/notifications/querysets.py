from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of

OLDEST_TO_RELEASE = timedelta(days=2)
NOT_CONNECTED = (
    "email_not_configured", "whatsapp_not_connected", "sms_not_connected", "sms_description_faulty",
    "push_not_connected",
)  # fmt: skip
# How messages to many stand, for counting; together they are all of them.
STANDINGS = {
    "sent": Q(state="sent"),
    "waiting": Q(state="pending"),
    "by_hand": Q(state="ready"),
    "stuck": Q(state__in=["dead", "held"]),
    "not_needed": Q(state__in=["cancelled", "expired"]),
}


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MessageQuerySet:
        if not has_permission(user, "notifications.view"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city", kecamatan="kecamatan"))

    def about(self, cause_type: str, cause_id: int) -> MessageQuerySet:
        return self.filter(cause_type=cause_type, cause_id=cause_id)

    def ready_texts(self) -> MessageQuerySet:
        """WhatsApp texts by hand that are still to do or were ticked off."""
        return self.filter(channel="ready_text", state__in=["ready", "sent"])

    def by_kind_and_state(self) -> dict[str, dict[str, int]]:
        """{kind: {state: how many}}, the kind that was queued last first."""
        counted = (
            self.order_by()
            .values("kind", "state")
            .annotate(n=Count("pk"), newest=Max("created_at"))
            .order_by("-newest", "kind")
        )
        found: dict[str, dict[str, int]] = {}
        for row in counted:
            found.setdefault(row["kind"], {})[row["state"]] = row["n"]
        return found

    def overdue(self, *, now: datetime) -> MessageQuerySet:
        """Too late to be of use, and not in a living worker's hands."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.filter(free, state__in=["pending", "ready", "held"], expires_at__lte=now)

    def waiting_for_connection(self, channel: str, *, now: datetime) -> MessageQuerySet:
        """Held because the channel was not connected, and young enough that people still want it."""
        fresh = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(
            fresh,
            state="held",
            channel=channel,
            reason__in=NOT_CONNECTED,
            created_at__gt=now - OLDEST_TO_RELEASE,
        )

    def counted(self, *, since: datetime) -> dict[str, int]:
        """How many wait, are to be sent by hand, are held or given up, and were sent since ``since``.

        All four from partial indexes: millions of finished rows cost nothing.
        """
        still = self.filter(state__in=["pending", "ready", "held", "dead"]).aggregate(
            waiting=Count("pk", filter=Q(state="pending")),
            ready=Count("pk", filter=Q(state="ready")),
            stuck=Count("pk", filter=Q(state__in=["held", "dead"])),
        )
        return {**still, "sent": self.filter(state="sent", finished_at__gte=since).count()}


class MessageTextQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MessageTextQuerySet:
        return self if has_permission(user, "notifications.texts") else self.none()

    def of(self, kind: str, channel: str, language: str) -> MessageTextQuerySet:
        return self.filter(kind=kind, channel=channel, language=language)

    def in_force(self) -> MessageTextQuerySet:
        """The newest version of each text; for WhatsApp the newest whose words were ever approved."""
        approved = apps.get_model("notifications", "RegisteredTemplate").objects.filter(
            kind=OuterRef("kind"),
            language=OuterRef("language"),
            version=Coalesce(OuterRef("restores"), OuterRef("version")),
            approved_at__isnull=False,
        )
        usable = ~Q(channel="whatsapp") | Q(restores=0) | Exists(approved)
        return (
            self.filter(usable)
            .order_by("kind", "channel", "language", "-version")
            .distinct("kind", "channel", "language")
        )


class RegisteredTemplateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RegisteredTemplateQuerySet:
        return self if has_permission(user, "notifications.texts") else self.none()

    def switched_off(self) -> RegisteredTemplateQuerySet:
        """Texts that WhatsApp does not take any more, or never did."""
        return self.filter(state__in=["rejected", "paused", "disabled"])


class SendingTimesQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SendingTimesQuerySet:
        return self if has_permission(user, "notifications.texts") else self.none()


class MessageChainQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> MessageChainQuerySet:
        return self if has_permission(user, "notifications.view") else self.none()

    def newest(self) -> MessageChainQuerySet:
        """The version of each kind that counts."""
        return self.order_by("kind", "-version").distinct("kind")


class PauseQuerySet(models.QuerySet):
    def open_on(self, day: date) -> PauseQuerySet:
        """Pauses that hold messages back on ``day``."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), ended_at__isnull=True)

    def over(self, day: date) -> PauseQuerySet:
        """Nobody ended them, but their last day is over."""
        return self.filter(ended_at__isnull=True, until__lt=day)

    def people_on(self, day: date, participant_ids: Collection[int]) -> set[int]:
        """Who of these is not to be written to on ``day``."""
        rows = self.open_on(day).filter(participant_id__in=participant_ids)
        return set(rows.order_by().values_list("participant_id", flat=True))


class InboundQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> InboundQuerySet:
        """What people of the own area wrote; what nobody known wrote is seen by the province alone."""
        if not has_permission(user, "notifications.view"):
            return self.none()
        return self.filter(scope_of(user).as_q(city="city", kecamatan="kecamatan"))

    def in_tray(self) -> InboundQuerySet:
        return self.filter(state="tray")


class TemplateNewsQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TemplateNewsQuerySet:
        return self if has_permission(user, "notifications.texts") else self.none()
