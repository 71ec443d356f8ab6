"""Filters of the trail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.audit import words
from okoce.ui import forms


class EventFilter(forms.FilterForm):
    aksi = forms.ChoiceField(label=_("What was done"))
    petugas = forms.CharField(label=_("Who"), max_length=100)
    sasaran = forms.CharField(label=_("To what"), max_length=80)
    sejak = forms.DateField(label=_("From which day"))
    sampai = forms.DateField(label=_("Until which day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["aksi"].choices = [
            ("", _("Everything")),
            *sorted(((code, str(label)) for code, label in words.ACTIONS.items()), key=lambda c: c[1]),
        ]
