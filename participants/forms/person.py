"""Correcting somebody's data, and saying why a full number is opened."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from okoce.values import names
from okoce.values import text as text_values
from participants import areas
from participants.enums import Category, Sex
from participants.forms.registration import OUTSIDE_DKI, clean_name, kelurahan_choices
from participants.models import Participant


class Reason:
    """Why a full number is opened; kept as a code in the audit trail, which holds no free text."""

    CALL = "call"
    IDENTITY = "identity"
    PERMIT = "permit"
    CORRECTION = "correction"
    CHOICES = (
        (CALL, gettext_lazy("To call the participant")),
        (IDENTITY, gettext_lazy("To compare with the identity card")),
        (PERMIT, gettext_lazy("To fill in a permit application")),
        (CORRECTION, gettext_lazy("To mend wrong data")),
    )


class UnmaskForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you open the numbers?"),
        choices=Reason.CHOICES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The reason, your name and the time are recorded"),
    )


class PersonForm(forms.Form):
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=names.MAX_LENGTH)
    birth_date = forms.DateField(label=gettext_lazy("New birth date"), required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    phone = forms.PhoneField(label=gettext_lazy("New phone number"), mobile_only=True, required=False)
    no_phone = forms.BooleanField(label=gettext_lazy("Has no phone number any more"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    rt = forms.CharField(label=gettext_lazy("RT"), required=False, max_length=3)
    rw = forms.CharField(label=gettext_lazy("RW"), required=False, max_length=3)
    kelurahan = forms.ChoiceField(label=gettext_lazy("Kelurahan"))
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=Category.choices)

    # Not the birth date: with the masked NIK it would tell the whole NIK (docs/decisions/0050).
    TEXTS = ("full_name", "sex", "email", "address", "rt", "rw", "category")

    def __init__(self, *args: Any, user: Any, participant: Participant, today: date, **kwargs: Any) -> None:
        self.participant, self.today = participant, today
        kwargs.setdefault("initial", self._initial(participant))
        super().__init__(*args, **kwargs)
        self.fields["kelurahan"].choices = self._kelurahan(user, participant)
        self.fields["phone"].widget.attrs["autocomplete"] = "off"
        self.fields["birth_date"].help_text = _("Now in %(year)s. Leave empty to keep it") % {
            "year": participant.birth_date.year
        }
        if participant.phone_lookup:
            self.fields["phone"].help_text = _("Now %(phone)s. Leave empty to keep it") % {
                "phone": participant.masked_phone.replace("*", "•")
            }
        else:
            del self.fields["no_phone"]

    @classmethod
    def _initial(cls, participant: Participant) -> dict[str, Any]:
        place = participant.kelurahan_id or (OUTSIDE_DKI if participant.is_outside_dki else "")
        return {name: getattr(participant, name) for name in cls.TEXTS} | {"kelurahan": place}

    @staticmethod
    def _kelurahan(user: Any, participant: Participant) -> list[Any]:
        """The kelurahan of the person's kecamatan: a move to another one is a transfer, not a correction."""
        if participant.is_outside_dki or not participant.kecamatan_id:
            return [c for c in kelurahan_choices(user) if c[0] == OUTSIDE_DKI]
        return [("", _("Choose the kelurahan")), *areas.kelurahan_within(participant.kecamatan_id)]

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born is not None and born > self.today:
            raise ValidationError(_("The birth date lies in the future. Compare it with the identity card"))
        return born

    def clean_address(self) -> str:
        return text_values.clean(self.cleaned_data["address"])

    def clean_rt(self) -> str:
        return self._three_digits("rt")

    def clean_rw(self) -> str:
        return self._three_digits("rw")

    def _three_digits(self, name: str) -> str:
        text = self.cleaned_data[name].strip()
        if text and not (text.isascii() and text.isdigit()):
            raise ValidationError(_("Write up to three digits, for example 005"))
        return text.zfill(3) if text else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("phone") and data.get("no_phone"):
            self.add_error("no_phone", _("There is a new number above. Untick this, or empty the number"))
        return data

    def changes(self) -> dict[str, Any]:
        """Field name and new value, as ``change_participant`` takes them."""
        data = self.cleaned_data
        changes = {name: data[name] for name in self.TEXTS}
        if data["birth_date"]:
            changes["birth_date"] = data["birth_date"]
        if data["kelurahan"] != OUTSIDE_DKI:
            changes["kelurahan_id"] = data["kelurahan"]
        if data.get("phone") or data.get("no_phone"):
            changes["phone"] = data["phone"]
        return changes
