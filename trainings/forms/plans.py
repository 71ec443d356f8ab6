"""What stays when a phase is planned again, what happened, and publishing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings.forms.fields import harmless
from trainings.models import Phase
from trainings.planning.codec import key_text
from trainings.planning.problem import Key


class KeepForm(forms.Form):
    """Sessions that stay where they are: one by one, of whole kecamatan, or up to a day."""

    until = forms.DateField(label=_("Everything up to and including"), required=False)
    kecamatan = forms.MultipleChoiceField(
        label=_("Everything in these kecamatan"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tetap = forms.MultipleChoiceField(
        label=_("These sessions"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        days: dict[Key, date],
        kecamatan: Iterable[tuple[str, str]],
        kept: Iterable[Key] = (),
        **kwargs: Any,
    ) -> None:
        self.days = days
        kwargs["initial"] = {"tetap": [key_text(key) for key in kept]} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["kecamatan"].choices = list(kecamatan)
        self.fields["tetap"].choices = [(key_text(key), key_text(key)) for key in days]

    @property
    def keys(self) -> frozenset[Key]:
        given = self.cleaned_data
        until, areas, single = given.get("until"), set(given["kecamatan"]), set(given["tetap"])
        return frozenset(
            key
            for key, day in self.days.items()
            if key[0] in areas or key_text(key) in single or (until is not None and day <= until)
        )


class ReplanForm(KeepForm):
    """What happened, if it is not entered yet: a venue that cannot be used, or a trainer who cannot come."""

    venue = forms.ModelChoiceField(
        queryset=None, label=_("A venue that cannot be used"), required=False, empty_label=_("None")
    )
    trainer = forms.ModelChoiceField(
        queryset=None, label=_("A trainer who cannot come"), required=False, empty_label=_("Nobody")
    )
    first_day = forms.DateField(label=_("From"), required=False)
    last_day = forms.DateField(label=_("Until"), required=False)
    reason = forms.CharField(
        label=_("Why it is planned anew"),
        max_length=120,
        help_text=_("Kept with the plan; for a venue also with the days on which it is closed"),
    )
    field_order = ["reason", "venue", "trainer", "first_day", "last_day", "until", "kecamatan", "tetap"]

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["venue"].queryset = phase.venues.select_related("kecamatan")
        self.fields["trainer"].queryset = phase.trainers.all()

    def clean_reason(self) -> str:
        return harmless(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if given.get("venue") or given.get("trainer"):
            for name in ("first_day", "last_day"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Write the first and the last day on which this is so."))
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first. Check both."))
        return given


class PublishPlanForm(forms.Form):
    """``invites``: whether the people of the groups are invited at once. ``note``: only against a warning."""

    invites = forms.BooleanField(label=_("Invite the people of the groups"), required=False)
    note = forms.CharField(
        label=_("Why it is published all the same"), max_length=200, help_text=_("Kept with the sessions")
    )

    def __init__(self, *args: Any, has_groups: bool, is_warned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_groups:
            del self.fields["invites"]
        if not is_warned:
            del self.fields["note"]
