"""What an office keeps about lists: saved views, deeds for many people, exports."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import NOTHING


def _of_unit(user: Any) -> Q:
    """Rows made for the unit the user works for now (participants.models.lists.OfUnit)."""
    membership = getattr(user, "active_membership", None)
    if membership is None or not has_permission(user, "participants.view"):
        return NOTHING
    return Q(
        role=membership.role,
        **{
            name if value is not None else f"{name}__isnull": value if value is not None else True
            for name, value in (
                ("organisation_id", membership.organisation_id),
                ("area_id", membership.area_id),
            )
        },
    )


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SavedViewQuerySet:
        """The own ones of this unit, and those its people share."""
        return self.filter(_of_unit(user), Q(made_by=user.pk) | Q(is_shared=True))

    def changeable_by(self, user: Any) -> SavedViewQuerySet:
        """Whoever made it may rename, share and delete it."""
        return self.filter(_of_unit(user), made_by=user.pk)


class BulkDeedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BulkDeedQuerySet:
        """What the unit did."""
        return self.filter(_of_unit(user))


class ExportJobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ExportJobQuerySet:
        """The own ones, in the unit they were asked for."""
        return self.filter(_of_unit(user), made_by=user.pk)
