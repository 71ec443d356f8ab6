"""Which sessions the overview shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import areas
from trainings.enums import SessionState, VenueKind
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
        own = areas.kecamatan_to_filter(user).order_by("name")
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


class _InUse(forms.FilterForm):
    """By state: those in use unless the others are asked for."""

    dipakai = forms.ChoiceField(
        label=_("State"), choices=[("", _("In use")), ("tidak", _("Out of use")), ("semua", _("All"))]
    )

    def in_use(self, rows: QuerySet) -> QuerySet:
        chosen = self.chosen.get("dipakai")
        return rows if chosen == "semua" else rows.filter(retired_at__isnull=chosen != "tidak")


class VenueFilter(_InUse):
    kecamatan = forms.ModelChoiceField(queryset=None, label=_("Kecamatan"), empty_label=_("All kecamatan"))
    jenis = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *VenueKind.choices])

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kecamatan"].queryset = areas.kecamatan_of_the_city(user)

    def apply(self, venues: QuerySet) -> QuerySet:
        chosen = self.chosen
        if kecamatan := chosen.get("kecamatan"):
            venues = venues.filter(kecamatan=kecamatan)
        if kind := chosen.get("jenis"):
            venues = venues.filter(kind=kind)
        return self.in_use(venues)


class TrainerFilter(_InUse):
    kegiatan = forms.ModelChoiceField(queryset=None, label=_("Subject"), empty_label=_("All activities"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user)

    def apply(self, trainers: QuerySet) -> QuerySet:
        if subject := self.chosen.get("kegiatan"):
            trainers = trainers.filter(Q(subjects=subject) | Q(subjects=None))
        return self.in_use(trainers)
