from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import scope_of


class ActivityQuerySet(models.QuerySet):
    def required(self) -> ActivityQuerySet:
        return self.filter(is_required=True)


def _of_city(user: Any) -> str | None:
    membership = getattr(user, "active_membership", None)
    area = membership.area_id if membership is not None else None
    return area[:5] if area else None


class VenueQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> VenueQuerySet:
        """Rooms of the own city: a kecamatan may use a neighbour's hall."""
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q())


class TrainerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TrainerQuerySet:
        if not has_permission(user, "trainings.view"):
            return self.none()
        city = _of_city(user)
        return self.filter(city_id=city) if city else self.filter(scope_of(user).as_q(trainer="user_id"))


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SessionQuerySet:
        """Sessions of the own area; a trainer's own; a participant's bookings."""
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(bookings__participant__user=user)
        if not has_permission(user, "trainings.view"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(city="city_id", kecamatan="kecamatan_id", trainer="trainer__user_id")
        )

    def public(self) -> SessionQuerySet:
        """What everybody may see on the schedule."""
        return self.filter(state="published")

    def upcoming(self, *, now: datetime | None = None) -> SessionQuerySet:
        """Sessions that have not started at ``now`` (aware; default: the present)."""
        return self.filter(starts_at__gt=now or timezone.now())

    def active(self) -> SessionQuerySet:
        return self.exclude(state="cancelled")

    def with_counts(self) -> SessionQuerySet:
        """Adds ``seated_count`` and ``waiting_count``."""
        seated = models.Q(bookings__state__in=["invited", "confirmed"])
        return self.annotate(
            seated_count=models.Count("bookings", filter=seated),
            waiting_count=models.Count("bookings", filter=models.Q(bookings__state="waitlisted")),
        )


class BookingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BookingQuerySet:
        membership = getattr(user, "active_membership", None)
        if membership is not None and membership.role == Role.PARTICIPANT:
            return self.filter(participant__user=user)
        if not has_permission(user, "trainings.view"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(
                city="session__city_id",
                kecamatan="session__kecamatan_id",
                trainer="session__trainer__user_id",
            )
        )

    def seated(self) -> BookingQuerySet:
        """Those who take a seat: invited or confirmed."""
        return self.filter(state__in=["invited", "confirmed"])

    def waiting(self) -> BookingQuerySet:
        return self.filter(state="waitlisted").order_by("queue_number")


class ScanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ScanQuerySet:
        if not has_permission(user, "trainings.view"):
            return self.none()
        return self.filter(
            scope_of(user).as_q(
                city="session__city_id",
                kecamatan="session__kecamatan_id",
                trainer="session__trainer__user_id",
            )
        )
