"""Matching columns by hand: a choice for every column of every sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.widgets import NumberInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from participants.forms.importing import EARLIEST
from participants.import_words import FIELD_LABELS
from participants.importing.mapping import COLUMN_FIELDS, NEEDED
from participants.models import ImportBatch
from participants.services.import_columns import is_as_proposed

LAST_HEADER = 100
MOST_COLUMNS = 60  # of a sheet that are offered; what lies to the right is no list
SAMPLES = 3


class ColumnsForm(forms.Form):
    """``mapping`` is what was chosen, as ``runner.check`` reads it. Fields are made from the sheets."""

    as_of = forms.DateField(
        label=gettext_lazy("Date of the list"),
        help_text=gettext_lazy("Ages are counted on this day: participants are at least 17"),
    )
    marks_optional = False

    def __init__(
        self, *args: Any, sheets: Sequence[dict[str, Any]], batch: ImportBatch, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sheets = list(enumerate(sheets))
        self._chosen = batch.mapping or {}
        self.mapping: dict[str, Any] = {}
        self.fields["as_of"].initial = batch.as_of
        for number, sheet in self._sheets:
            self._add_sheet(number, sheet)

    def _add_sheet(self, number: int, sheet: dict[str, Any]) -> None:
        chosen = self._chosen.get(sheet["name"]) or {}
        is_read = chosen.get("is_read", sheet["is_read"])
        columns = {int(index): name for index, name in (chosen.get("columns") or {}).items()}
        self.fields[f"baca_{number}"] = forms.BooleanField(
            label=gettext_lazy("Read this sheet"), required=False, initial=is_read
        )
        header = chosen.get("header_row") if chosen else sheet["header_row"]
        self.fields[f"judul_{number}"] = forms.IntegerField(
            label=gettext_lazy("Row of the header"),
            required=False,
            min_value=0,
            max_value=LAST_HEADER,
            initial=header,
            help_text=gettext_lazy("0 when no row says what the columns are"),
            widget=NumberInput(attrs={"class": f"form-control {forms.SHORT}"}),
        )
        choices = [("", _("Do not read")), *((name, FIELD_LABELS[name]) for name in _offered())]
        for column in sheet["columns"][:MOST_COLUMNS]:
            proposed = columns.get(column["index"], "") if columns else column["field"] or ""
            self.fields[f"kolom_{number}_{column['index']}"] = forms.ChoiceField(
                label=_label(column),
                required=False,
                choices=choices,
                initial="" if proposed == "ignored" else proposed,
            )

    def shown(self) -> list[dict[str, Any]]:
        """The sheets with their bound fields, for the page."""
        return [
            {
                "name": sheet["name"],
                "number": number,
                "why_not": sheet.get("why_not") or "",
                "is_read": self[f"baca_{number}"],
                "header": self[f"judul_{number}"],
                "columns": [
                    {
                        "letter": column["letter"],
                        "label": column["label"],
                        "samples": [sample for sample in column["samples"] if sample][:SAMPLES],
                        "field": self[f"kolom_{number}_{column['index']}"],
                    }
                    for column in sheet["columns"][:MOST_COLUMNS]
                ],
            }
            for number, sheet in self._sheets
        ]

    def clean_as_of(self) -> Any:
        day = self.cleaned_data["as_of"]
        if day < EARLIEST:
            raise ValidationError(
                _("The programme began in 2017. Write the day the list was made"), code="early"
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        mapping, any_read = {}, False
        for number, sheet in self._sheets:
            is_read = bool(cleaned.get(f"baca_{number}"))
            columns = {
                str(column["index"]): cleaned.get(f"kolom_{number}_{column['index']}") or "ignored"
                for column in sheet["columns"][:MOST_COLUMNS]
            }
            chosen = {
                "is_read": is_read,
                "header_row": cleaned.get(f"judul_{number}"),
                "columns": columns if is_read else None,
            }
            any_read = any_read or is_read
            if not is_as_proposed(sheet, chosen):  # else the engine reads it best by itself
                mapping[sheet["name"]] = chosen
            if is_read:
                self._refuse_unusable(number, sheet["name"], columns)
        if not any_read:
            self.add_error(None, _("No sheet is chosen. Choose the sheet with the list"))
        self.mapping = mapping
        return cleaned

    def _refuse_unusable(self, number: int, sheet: str, columns: dict[str, str]) -> None:
        used = [name for name in columns.values() if name != "ignored"]
        for name in NEEDED:
            if name not in used:
                words = _("Sheet %(sheet)s: choose the column that holds “%(field)s”")
                self.add_error(None, words % {"sheet": sheet, "field": FIELD_LABELS[name]})
        for index, name in columns.items():
            if name not in ("ignored", *SEVERAL) and used.count(name) > 1:
                words = _("“%(field)s” is chosen for more than one column. Leave it at one of them")
                self.add_error(f"kolom_{number}_{index}", words % {"field": FIELD_LABELS[name]})


# Columns that may stand twice: L and P to be ticked, two phone numbers, a place and date over two columns.
SEVERAL = ("jenis_kelamin", "hp", "tempat_tgl_lahir")


def _offered() -> list[str]:
    return [name for name in COLUMN_FIELDS if name != "ignored"]


def _label(column: dict[str, Any]) -> str:
    return _("Column %(letter)s: %(label)s") % {
        "letter": column["letter"],
        "label": column["label"] or _("(no header)"),
    }
