"""What a calendar address shows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from okoce.ui import forms
from trainings.forms.fields import VenueChoice
from trainings.models import Trainer, Venue
from trainings.models.feed import FeedKind


class FeedForm(forms.Form):
    """What a calendar address shows: the own area, one venue or one trainer; exactly one of them."""

    kind = forms.ChoiceField(
        label=_("Show in the calendar"),
        choices=[c for c in FeedKind.choices if c[0] != FeedKind.PARTICIPANT],
        initial=FeedKind.OFFICE,
        widget=forms.RadioSelect,
    )
    venue = VenueChoice(queryset=None, label=_("Venue"), required=False, empty_label=_("Choose a venue"))
    trainer = forms.ModelChoiceField(
        queryset=None,
        label=pgettext_lazy("of a session", "Trainer"),
        required=False,
        empty_label=_("Choose a trainer"),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area_id = user.active_membership.area_id
        self.fields["venue"].queryset = Venue.objects.visible_to(user).select_related("kecamatan")
        self.fields["trainer"].queryset = Trainer.objects.visible_to(user)
        if not self.area_id:  # the province has too many sessions for one calendar
            kind = self.fields["kind"]
            kind.choices = [c for c in kind.choices if c[0] != FeedKind.OFFICE]
            kind.initial = FeedKind.VENUE

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind in (FeedKind.VENUE, FeedKind.TRAINER) and not data.get(kind):
            self.add_error(kind, _("Choose one from the list."))
        return data

    def subject(self) -> dict[str, Any]:
        """Keywords for services.feeds.subscribe."""
        kind = self.cleaned_data["kind"]
        if kind == FeedKind.OFFICE:
            return {"kind": kind, "area_id": self.area_id}
        return {"kind": kind, kind: self.cleaned_data[kind]}
