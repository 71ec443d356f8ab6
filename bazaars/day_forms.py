"""What is written down on the days of a bazaar: an incident, its end, a look at a food stall."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.enums import IncidentKind
from bazaars.models import Allocation, Site
from bazaars.services.incidents import Seen, Told
from okoce.ui import forms
from participants.forms.photo import PhotoField


class IncidentForm(forms.Form):
    kind = forms.ChoiceField(label=_lazy("What kind of incident"), choices=IncidentKind.choices)
    stall = forms.ChoiceField(label=_lazy("At which stall"), required=False)
    what = forms.CharField(
        label=_lazy("What happened there"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("Where, when, what was damaged. Leave out names and telephone numbers"),
    )
    photo = PhotoField(
        label=_lazy("Photo"),
        required=False,
        max_length=255,
        help_text=_lazy("JPEG, PNG or WebP, at most 8 MB. It lies sealed, and each opening is recorded"),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4()
        stalls = site.stalls.order_by("number").values_list("pk", "number")
        self.fields["stall"].choices = [("", _("No stall")), *((str(pk), number) for pk, number in stalls)]

    def told(self) -> Told:
        data = self.cleaned_data
        return Told(
            kind=IncidentKind(data["kind"]),
            what=data["what"],
            stall_id=int(data["stall"]) if data["stall"] else None,
            photo=data["photo"],
        )


class CloseForm(forms.Form):
    done = forms.CharField(
        label=_lazy("What was done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("For example: cable replaced, PMI treated the wound. Leave out names"),
    )


class FoodForm(forms.Form):
    """Five questions, after the five keys to safer food of the WHO. What is not ticked has to be mended."""

    stall = forms.ChoiceField(label=_lazy("Stall"))
    is_clean = forms.BooleanField(label=_lazy("Hands, tools and stall are clean"), required=False)
    is_apart = forms.BooleanField(label=_lazy("Raw and ready food are kept apart"), required=False)
    is_warm_or_cold = forms.BooleanField(
        label=_lazy("Hot food is hot (60 °C or more), cold food is cold (5 °C or less)"), required=False
    )
    is_safe = forms.BooleanField(
        label=_lazy("Water is clean, packets are in date and carry a label"), required=False
    )
    is_covered = forms.BooleanField(label=_lazy("Food is covered against flies and dust"), required=False)
    to_mend = forms.CharField(
        label=_lazy("What has to be mended"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Needed when something is not ticked"),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    QUESTIONS = ("is_clean", "is_apart", "is_warm_or_cold", "is_safe", "is_covered")

    def __init__(self, *args: Any, vendors: list[Allocation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4()
        self.fields["stall"].choices = [
            (str(one.pk), f"{one.stall.number}, {one.participant.full_name}, {one.application.product}")
            for one in vendors
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not all(data.get(name) for name in self.QUESTIONS) and not data.get("to_mend", "").strip():
            self.add_error("to_mend", _("Write what has to be mended, or tick everything that is right"))
        return data

    def seen(self) -> Seen:
        data = self.cleaned_data
        return Seen(**{name: bool(data[name]) for name in self.QUESTIONS}, to_mend=data["to_mend"].strip())
