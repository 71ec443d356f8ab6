"""Phases, the runs of the planner for them, and the people in their groups."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from trainings.enums import RunState, SessionState
from trainings.querysets.base import rows_of


class PhaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PhaseQuerySet:
        """Phases of the own city; a kecamatan office sees those it takes part in."""
        if not has_permission(user, "trainings.view"):
            return self.none()
        scope = scope_of(user)
        if scope.kecamatan:
            own = apps.get_model("trainings", "PhaseKecamatan").objects.filter(kecamatan=scope.kecamatan)
            return self.filter(pk__in=own.values("phase"))
        return self.filter(scope.as_q(city="city_id"))

    def changeable_by(self, user: Any) -> PhaseQuerySet:
        return self.visible_to(user) if has_permission(user, "trainings.plan") else self.none()

    def with_figures(self) -> PhaseQuerySet:
        """Adds ``people``, ``kecamatan_count``, ``group_count`` and ``session_count``, and the newest run's
        ``run_state``."""
        shares = rows_of("PhaseKecamatan").filter(phase=OuterRef("pk")).order_by().values("phase")
        sessions = (
            rows_of("TrainingSession")
            .filter(phase=OuterRef("pk"))
            .exclude(state=SessionState.CANCELLED)
            .order_by()
            .values("phase")
        )
        runs = rows_of("PlanRun").filter(phase=OuterRef("pk")).order_by("-requested_at", "-pk")
        return self.annotate(
            people=Coalesce(Subquery(shares.annotate(n=Sum("quota")).values("n")), 0),
            kecamatan_count=Coalesce(Subquery(shares.annotate(n=Count("pk")).values("n")), 0),
            group_count=Coalesce(Subquery(shares.annotate(n=Sum("groups")).values("n")), 0),
            session_count=Coalesce(Subquery(sessions.annotate(n=Count("pk")).values("n")), 0),
            run_state=Subquery(runs.values("state")[:1]),
        )


class PlanRunQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PlanRunQuerySet:
        phases = apps.get_model("trainings", "Phase").objects.visible_to(user)
        return self.filter(phase__in=phases)

    def at_work(self) -> PlanRunQuerySet:
        return self.filter(state__in=[RunState.QUEUED, RunState.WORKING])

    def inviting(self) -> PlanRunQuerySet:
        """Published, and the people of its groups are not all invited yet."""
        return self.filter(invites=True, invited_at=None, published_at__isnull=False)


class GroupMemberQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> GroupMemberQuerySet:
        """People of the own area: who sees no participants sees no groups of them."""
        if not (has_permission(user, "trainings.view") and has_permission(user, "participants.view")):
            return self.none()
        return self.filter(scope_of(user).as_q(city="phase__city_id", kecamatan="kecamatan_id"))

    def counted(self) -> dict[str, dict[int, int]]:
        """How many people: kecamatan → group → count."""
        rows = self.order_by().values_list("kecamatan_id", "number").annotate(n=Count("pk"))
        found: dict[str, dict[int, int]] = {}
        for kecamatan, group, count in rows:
            found.setdefault(kecamatan, {})[group] = count
        return found

    def counted_by_kelurahan(self) -> dict[tuple[str, int], list[tuple[str, int]]]:
        """(kecamatan, group) → names of kelurahan ("" where not known) and people, most people first."""
        rows = (
            self.order_by()
            .values_list("kecamatan_id", "number", "participant__kelurahan__name")
            .annotate(n=Count("pk"))
            .order_by("kecamatan_id", "number", "-n")
        )
        found: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for kecamatan, group, kelurahan, count in rows:
            found.setdefault((kecamatan, group), []).append((kelurahan or "", count))
        return found
