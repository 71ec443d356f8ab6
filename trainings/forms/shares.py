"""Limits of a phase for kelurahan and trades, and the equipment that was handed over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from participants.models import Sector
from trainings import areas
from trainings.quotas import Group, group_of


class QuotaForm(forms.Form):
    """At most so many seats for each kelurahan of the kecamatan and for each trade."""

    marks_optional = False

    def __init__(self, *args: Any, kecamatan: str, known: Any, most: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.groups: dict[str, Group] = {}
        now = {group_of(row): row.seats for row in known}
        kelurahan = areas.kelurahan_of(kecamatan) if kecamatan else []
        wanted = [("kelurahan", *row) for row in kelurahan]
        wanted += [("sector", *row) for row in Sector.choices()]
        for number, (kind, code, label) in enumerate(wanted):
            name = f"batas_{number}"
            self.groups[name] = (kind, code)
            self.fields[name] = forms.IntegerField(
                label=_("Kelurahan %(name)s") % {"name": label}
                if kind == "kelurahan"
                else _("Trade: %(name)s") % {"name": label},
                required=False,
                min_value=0,
                max_value=most or 20_000,
                initial=now.get((kind, code)),
                widget=forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"}),
            )

    @property
    def limits(self) -> dict[Group, int]:
        given = self.cleaned_data
        return {group: given[name] for name, group in self.groups.items() if given[name] is not None}


class EquipmentForm(forms.Form):
    item = forms.CharField(
        label=_("What was handed over"), max_length=80, help_text=_("For example: blender, sewing machine")
    )
    orang = forms.MultipleChoiceField(label=_("Handed over to"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: list[tuple[int, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orang"].choices = [(str(pk), f"{name} ({number})") for pk, name, number in people]
        self.has_choices = bool(people)

    @property
    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["orang"]]
