"""What may be seen of a person's records beside the person: notes, documents, requests to move."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import NOTHING, Scope, scope_of
from participants.querysets import people_in


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> NoteQuerySet:
        """Notes of the people in the own area, as far as they are meant for the reader.

        An agency reads what it wrote itself and nobody else reads that. Ordinary notes of offices and mentors
        go along with the person; sensitive ones stay with the office that wrote them and the Sudin above it.
        """
        if not has_permission(user, "participants.notes"):
            return self.none()
        scope = scope_of(user)
        return self.filter(people_in(scope, prefix="participant__"), _meant_for(user, scope))

    def standing(self) -> NoteQuerySet:
        """Not taken back."""
        return self.filter(taken_back_at__isnull=True)


def _meant_for(user: Any, scope: Scope) -> Q:
    if scope.organisation:
        return Q(role=Role.PENGAMPU, unit_id=scope.organisation)
    ordinary = ~Q(role=Role.PENGAMPU) & Q(is_sensitive=False)
    if not has_permission(user, "participants.notes_sensitive"):
        return ordinary | Q(author_id=user.pk)
    own = scope.as_q(city="city_id", kecamatan="kecamatan_id")
    return ordinary | (~Q(role=Role.PENGAMPU) & own)


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> DocumentQuerySet:
        """Papers of the people in the own area, for those who may open them."""
        if not has_permission(user, "participants.documents"):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))

    def kept(self) -> DocumentQuerySet:
        """Not removed."""
        return self.filter(removed_at__isnull=True)


class BusinessQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BusinessQuerySet:
        membership = getattr(user, "active_membership", None)
        is_self = membership is not None and membership.role == Role.PARTICIPANT
        if not (is_self or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="participant__"))

    def open(self) -> BusinessQuerySet:
        """Not closed down."""
        return self.filter(closed_on__isnull=True)


class ProductQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ProductQuerySet:
        membership = getattr(user, "active_membership", None)
        is_self = membership is not None and membership.role == Role.PARTICIPANT
        if not (is_self or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="business__participant__"))


class FiguresQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> FiguresQuerySet:
        """Capital and sales of the own area, for those who may see money."""
        if not has_permission(user, "participants.money"):
            return self.none()
        return self.filter(people_in(scope_of(user), prefix="business__participant__"))


class TransferRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> TransferRequestQuerySet:
        """What the own office asked for, and what it is asked to hand over."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        scope = scope_of(user)
        return self.filter(_asked_by(scope) | people_in(scope, prefix="participant__"))

    def asked_by_office_of(self, user: Any) -> TransferRequestQuerySet:
        """Those that the user's own office sent."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        return self.filter(_asked_by(scope_of(user)))

    def to_be_decided_by(self, user: Any) -> TransferRequestQuerySet:
        """Those about people the user holds; a move to another city is the Sudin's to decide."""
        if not has_permission(user, "participants.transfer"):
            return self.none()
        scope = scope_of(user)
        held = self.filter(people_in(scope, prefix="participant__")).exclude(_asked_by(scope))
        if scope.kecamatan:
            return held.filter(to_city_id=scope.kecamatan[:5])
        return held

    def waiting(self, today: date) -> TransferRequestQuerySet:
        """Neither answered nor lapsed."""
        return self.filter(state="waiting", expires_on__gte=today)


def _asked_by(scope: Scope) -> Q:
    """An office sees its own requests; a Sudin not those of its kecamatan, whose matter they are."""
    area = scope.city or scope.kecamatan
    return Q(asked_area_id=area) if area else NOTHING
