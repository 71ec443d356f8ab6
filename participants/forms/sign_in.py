"""What a participant types to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from okoce.ui import forms
from participants.models import Participant


class PhoneForm(forms.Form):
    phone = forms.PhoneField(
        label=_("Registered phone number"),
        help_text=_("We send a code of six digits to this number. Example: 0812 3456 7890"),
        mobile_only=True,
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "oo-otp"}
        ),
    )
    is_own_phone = forms.BooleanField(
        label=_("This is my own phone: keep me signed in for 30 days"),
        help_text=_("Leave this empty on a phone or computer that others use."),
        required=False,
    )

    def clean_code(self) -> str:
        digits = "".join(
            char for char in self.cleaned_data["code"] if not char.isspace() and char not in "-."
        )
        if not digits.isascii() or not digits.isdigit():
            raise ValidationError(_("The code holds letters or signs. Write its six digits"))
        if len(digits) != 6:
            raise ValidationError(
                ngettext(
                    "The code has only %(count)s digit. Write all six as they stand in the message",
                    "The code has %(count)s digits. Write the six as they stand in the message",
                    len(digits),
                )
                % {"count": len(digits)}
            )
        return digits


class WhoForm(forms.Form):
    """Several people share the phone: which of them is it?"""

    number = forms.ChoiceField(label=_("Participant"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: Sequence[Participant], **kwargs: Any) -> None:
        self.people = {p.number: p for p in people}
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [(p.number, f"{p.number}: {masked_name(p)}") for p in people]

    @property
    def participant(self) -> Participant:
        return self.people[self.cleaned_data["number"]]


def masked_name(participant: Participant) -> str:
    """``S••• R•••••••``: enough to recognise oneself, not enough to learn a name."""
    return " ".join(word[0] + "•" * min(len(word) - 1, 8) for word in participant.full_name.split())
