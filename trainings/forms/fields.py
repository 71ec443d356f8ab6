"""Fields and checks that several forms share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from okoce.notifications import safety
from okoce.ui import forms
from trainings.models import Venue


def label_of_venue(venue: Venue) -> str:
    return str(_("%(name)s, %(kecamatan)s (%(capacity)s people)")) % {
        "name": venue.name,
        "kecamatan": venue.kecamatan.name,
        "capacity": venue.capacity,
    }


class VenueChoice(forms.ModelChoiceField):
    def label_from_instance(self, venue: Venue) -> str:
        return label_of_venue(venue)


def still_used(model: Any, user: Any, own: Any) -> Any:
    """Rooms or trainers that may be chosen: those in use, and the one that stands there already."""
    return model.objects.visible_to(user).filter(Q(retired_at__isnull=True) | Q(pk=own))


def in_figures(field: Any) -> Any:
    field.widget = forms.TextInput(attrs={"inputmode": "numeric", "class": f"{forms.SHORT} form-control"})
    return field


def harmless(text: str) -> str:
    """A reason that goes out in messages. Raises ValidationError for numbers of people and the like."""
    reason = " ".join(text.split())
    if safety.problem_in(reason):
        raise ValidationError(
            _("The reason goes out in messages. Leave phone numbers, NIK, amounts and addresses out.")
        )
    return reason
