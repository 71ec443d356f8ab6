"""What staff type about holidays and Ramadan."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import areas
from trainings.enums import HolidayKind
from trainings.models import Holiday, RamadanPeriod
from trainings.services.calendar import HolidayEntry, RamadanEntry

LONGEST_RAMADAN = 30  # days


class HolidayForm(forms.Form):
    day = forms.DateField(label=_("Day"))
    name = forms.CharField(label=_("Name of the day"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind of day"), choices=HolidayKind.choices)
    area = forms.ModelChoiceField(
        queryset=None, label=_("Where it applies"), required=False, empty_label=_("All of Jakarta")
    )
    source = forms.CharField(
        label=_("Decree"), max_length=200, help_text=_("For example: SKB 3 Menteri 2026, or SE Gubernur")
    )
    marks_optional = False

    def __init__(self, *args: Any, user: Any, holiday: Holiday | None = None, **kwargs: Any) -> None:
        self.holiday = holiday
        if holiday is not None:
            kwargs["initial"] = {
                "day": holiday.day,
                "name": holiday.name,
                "kind": holiday.kind,
                "area": holiday.area_id,
                "source": holiday.source,
            }
        super().__init__(*args, **kwargs)
        chosen_from, is_everywhere = areas.of_holidays(user)
        self.fields["area"].queryset = chosen_from
        if not is_everywhere:
            # A Sudin speaks for its city: regional days only.
            self.fields["area"].required = True
            self.fields["area"].empty_label = None
            self.fields["area"].initial = self.fields["area"].initial or chosen_from.first()
            self.fields["kind"].choices = [(HolidayKind.REGIONAL.value, HolidayKind.REGIONAL.label)]
        if holiday is not None:
            self.fields["day"].disabled = self.fields["area"].disabled = True

    @property
    def entry(self) -> HolidayEntry:
        given = self.cleaned_data
        return HolidayEntry(
            day=given["day"],
            name=" ".join(given["name"].split()),
            kind=HolidayKind(given["kind"]),
            source=given["source"],
            area=given["area"].pk if given["area"] else None,
        )


class StrikeForm(forms.Form):
    source = forms.CharField(
        label=_("Why it is no holiday"), max_length=200, help_text=_("The decree that moved it, for example")
    )


class RamadanForm(forms.Form):
    first_day = forms.DateField(label=_("First day of fasting"))
    last_day = forms.DateField(label=_("Last day of fasting"))
    opens = forms.TimeField(label=_("Offices open"))
    closes = forms.TimeField(label=_("Offices close, Monday to Thursday"))
    friday_closes = forms.TimeField(label=_("Offices close on Friday"))
    source = forms.CharField(label=_("Decree"), max_length=200)

    FIELDS = ("first_day", "last_day", "opens", "closes", "friday_closes", "source")

    def __init__(self, *args: Any, period: RamadanPeriod | None = None, **kwargs: Any) -> None:
        if period is not None:
            kwargs["initial"] = {name: getattr(period, name) for name in self.FIELDS}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Ramadan ends after it begins. Check both days."))
        elif first and last and (last - first).days >= LONGEST_RAMADAN:
            self.add_error("last_day", _("Ramadan has 29 or 30 days. Check both days."))
        opens = given.get("opens")
        for name in ("closes", "friday_closes"):
            if opens and given.get(name) and given[name] <= opens:
                self.add_error(name, ValidationError(_("Offices close after they open.")))
        return given

    @property
    def entry(self) -> RamadanEntry:
        return RamadanEntry(**{name: self.cleaned_data[name] for name in self.FIELDS})
