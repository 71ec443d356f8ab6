"""What goes into an export and why."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from participants import export_columns, export_reasons
from participants.models.lists import ExportFormat


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        initial=ExportFormat.XLSX,
        help_text=gettext_lazy("Excel keeps every digit; CSV is for other programs"),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("What is the file for?"),
        choices=export_reasons.CHOICES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The reason, your name, the time and the number of people are recorded"),
    )
    columns = forms.MultipleChoiceField(label=gettext_lazy("Columns"), widget=forms.CheckboxSelectMultiple)
    personal = forms.BooleanField(
        label=gettext_lazy("Yes, with full NIK or phone numbers"),
        required=False,
        help_text=gettext_lazy(
            "Keep the file where nobody else can open it, and delete it when you do not need it any more"
        ),
    )

    def __init__(self, *args: Any, may_personal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_personal = may_personal
        self.all = export_columns.all_columns()
        shown = [c for c in self.all.values() if may_personal or not c.is_personal]
        self.fields["columns"].choices = [(c.code, c.label) for c in shown]
        self.fields["columns"].initial = [c.code for c in shown if c.is_usual]
        if not may_personal:
            del self.fields["personal"]

    def groups(self) -> list[dict[str, Any]]:
        """The columns as they stand on the page: in groups, ticked or not."""
        ticked = set(self["columns"].value() or [])
        allowed = {code for code, _label in self.fields["columns"].choices}
        return [
            {
                "label": label,
                "columns": [
                    {
                        "code": c.code,
                        "label": c.label,
                        "is_ticked": c.code in ticked,
                        "is_personal": c.is_personal,
                    }
                    for c in self.all.values()
                    if c.group == group and c.code in allowed
                ],
            }
            for group, label in export_columns.GROUPS.items()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = data.get("columns") or []
        data["has_personal_numbers"] = any(self.all[code].is_personal for code in chosen)
        if data["has_personal_numbers"] and not data.get("personal"):
            raise ValidationError(
                {"personal": _("You ticked NIK or phone number. Tick here too, or take those columns away")}
            )
        return data
