"""Which sessions the overview shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import rules
from trainings.enums import SessionState
from trainings.models import Activity


class SessionFilter(forms.FilterForm):
    kecamatan = forms.ModelChoiceField(queryset=None, label=_("Kecamatan"), empty_label=_("All kecamatan"))
    kegiatan = forms.ModelChoiceField(queryset=None, label=_("Activity"), empty_label=_("All activities"))
    keadaan = forms.ChoiceField(
        label=_("State"), choices=[("", _("All but cancelled")), *SessionState.choices]
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user)
        own = rules.kecamatan_to_filter(user).order_by("name")
        self.fields["kecamatan"].queryset = own
        if own.query.is_empty():
            del self.fields["kecamatan"]

    def apply(self, sessions: QuerySet) -> QuerySet:
        chosen = self.chosen
        if kecamatan := chosen.get("kecamatan"):
            sessions = sessions.filter(kecamatan=kecamatan)
        if activity := chosen.get("kegiatan"):
            sessions = sessions.filter(activity=activity)
        if state := chosen.get("keadaan"):
            return sessions.filter(state=state)
        return sessions.active()

    @property
    def query(self) -> dict[str, str]:
        """The chosen filters as they stand in an address."""
        return {name: str(getattr(value, "pk", value)) for name, value in self.chosen.items()}
