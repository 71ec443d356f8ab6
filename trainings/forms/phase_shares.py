"""The kecamatan of a phase: people and groups of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from okoce.regions.models import Region
from okoce.ui import forms
from trainings import plan_words
from trainings.forms.fields import in_figures
from trainings.services.groups import without_group
from trainings.services.phases import PhaseRefused, Share

MOST_GROUPS = 60
PART, QUOTA, GROUPS = "ikut", "peserta", "kelompok"


@dataclass(frozen=True)
class Row:
    """One kecamatan of the form; ``available``: people of the programme who are in no group of the year."""

    code: str
    name: str
    part: Any
    quota: Any
    groups: Any
    available: int

    @property
    def errors(self) -> list[str]:
        return [*self.part.errors, *self.quota.errors, *self.groups.errors]


class SharesForm(forms.Form):
    """The kecamatan of the city, ``areas``: which take part, with how many people in how many groups."""

    areas: list[Region]
    available: dict[str, int]

    def add_rows(self, year: int) -> None:
        for area in self.areas:
            self._add_row(area)
        free = without_group(year).order_by().values("kecamatan_id").annotate(n=Count("pk"))
        year_of = {row["kecamatan_id"]: row["n"] for row in free}
        self.available = {area.code: year_of.get(area.code, 0) for area in self.areas}

    def _add_row(self, area: Region) -> None:
        said = {"kecamatan": area.name}
        self.fields[f"{PART}_{area.code}"] = forms.BooleanField(label=area.name, required=False)
        self.fields[f"{QUOTA}_{area.code}"] = in_figures(
            forms.IntegerField(label=_("People of %(kecamatan)s") % said, required=False, max_value=60_000)
        )
        self.fields[f"{GROUPS}_{area.code}"] = in_figures(
            forms.IntegerField(
                label=_("Groups of %(kecamatan)s") % said, required=False, max_value=MOST_GROUPS
            )
        )

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                area.code,
                area.name,
                self[f"{PART}_{area.code}"],
                self[f"{QUOTA}_{area.code}"],
                self[f"{GROUPS}_{area.code}"],
                self.available[area.code],
            )
            for area in self.areas
        ]

    def refuse_other_cities(self) -> None:
        """A kecamatan that is not on the form was sent all the same."""
        own = {area.code for area in self.areas}
        for name in self.data:
            code = name.removeprefix(f"{PART}_")
            if code == name or code in own or not re.fullmatch(r"[0-9.]{8}", code):
                continue
            area = Region.objects.filter(pk=code).select_related("parent").first()
            self.refuse(
                PhaseRefused(
                    "other_city",
                    kecamatan=area.name if area else code,
                    city=area.parent.short_name if area and area.parent else code[:5],
                )
            )

    def clean_rows(self, given: dict[str, Any]) -> list[Share]:
        shares = []
        for area in self.areas:
            if not given.get(f"{PART}_{area.code}"):
                for name in (QUOTA, GROUPS):  # what is not ticked is not judged
                    self._errors.pop(f"{name}_{area.code}", None)
                continue
            names = {name: f"{name}_{area.code}" for name in (QUOTA, GROUPS)}
            for name in names.values():
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Write a number for %(kecamatan)s.") % {"kecamatan": area.name})
            quota, groups = given.get(names[QUOTA]), given.get(names[GROUPS])
            if quota is None or groups is None:
                continue
            said = {"kecamatan": area.name, "quota": quota}
            if groups < 1:
                self.add_error(names[GROUPS], _("%(kecamatan)s needs at least 1 group.") % said)
            elif quota < groups:
                self.add_error(
                    names[QUOTA],
                    _("%(kecamatan)s has more groups than people. Write more people, or fewer groups.")
                    % said,
                )
            else:
                shares.append(Share(area.code, quota, groups))
        return shares

    def refuse(self, refused: PhaseRefused) -> None:
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, ValidationError(plan_words.phase_refusal(refused.code, refused.params)))


def row_values(code: str, part: bool, quota: int, groups: int) -> dict[str, Any]:
    return {f"{PART}_{code}": part, f"{QUOTA}_{code}": quota, f"{GROUPS}_{code}": groups}
