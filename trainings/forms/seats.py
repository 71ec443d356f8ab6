"""Who is given a seat: the batch, one person, the people who lack an activity, and some beyond the seats."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import areas, scheduling
from trainings.models import Activity, TrainingSession


class InviteForm(forms.Form):
    """Whom the batch takes: all of the kecamatan, or of some kelurahan; and how many wait."""

    kelurahan = forms.MultipleChoiceField(
        label=_("Kelurahan"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of the kecamatan"),
    )
    waiting = forms.IntegerField(
        label=_("People on the waiting list"),
        min_value=0,
        max_value=500,
        help_text=_("They move up in order when somebody cannot come"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": forms.SHORT}),
    )

    marks_optional = False
    USUAL_WAITING = 10

    def __init__(self, *args: Any, session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kelurahan"].choices = areas.kelurahan_of(session.kecamatan_id)


class PersonForm(forms.Form):
    """One more person, by number or name."""

    q = forms.CharField(label=_("Participant number or name"), max_length=100)


class NeedForm(forms.Form):
    """Whom to invite: who lacks an activity in a kecamatan, and can come at a part of the week."""

    kegiatan = forms.ModelChoiceField(queryset=None, label=_("Lacks the activity"), empty_label=None)
    kecamatan = forms.ModelChoiceField(queryset=None, label=_("Lives in kecamatan"), empty_label=None)
    waktu = forms.ChoiceField(
        label=_("Can come"),
        required=False,
        choices=[
            ("", _("At any time")),
            (scheduling.WEEKDAYS, _("On weekdays, in the daytime")),
            (scheduling.EVENINGS, _("On weekdays, in the evening from 17.00")),
            (scheduling.WEEKENDS, _("On Saturday or Sunday")),
        ],
        help_text=_("Who has said nothing is taken to have time."),
    )

    marks_optional = False

    def __init__(self, *args: Any, user: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kecamatan = areas.kecamatan_for(user)
        self.fields["kecamatan"].queryset = kecamatan
        area = getattr(kecamatan.first(), "code", "")
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user).taught_in(year, area=area)


class ExtraSeatsForm(forms.Form):
    """How many are invited beyond the seats."""

    extra = forms.IntegerField(
        label=_("People invited beyond the seats"),
        min_value=0,
        max_value=500,
        help_text=_("0: nobody beyond the seats"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": forms.SHORT}),
    )

    marks_optional = False
