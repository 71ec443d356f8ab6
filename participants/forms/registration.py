"""The counter's two pages: first the NIK, then the shortest form."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.accounts.scope import scope_of
from okoce.ui import forms
from okoce.values import names
from okoce.values import nik as nik_values
from okoce.values import text as text_values
from okoce.values.period import age_on
from participants import areas
from participants.enums import Category, Purpose, Sex
from participants.importing.checks import MIN_AGE
from participants.models import Sector
from participants.services.registration import Doubt, doubts_about

OUTSIDE_DKI = "luar"
BUSINESS_STATES = (
    (Category.WOULD_BE, gettext_lazy("No business yet")),
    (Category.STARTER, gettext_lazy("Business running for less than a year")),
    (Category.SCALING_UP, gettext_lazy("Business running for a year or more")),
)
DOUBT_WORDS = {
    Doubt.NIK_DATE: gettext_lazy("The birth date differs from the one in the NIK."),
    Doubt.NIK_SEX: gettext_lazy("The sex differs from the one in the NIK."),
    Doubt.NIK_PROVINCE: gettext_lazy("The NIK begins with a province that no longer exists."),
    Doubt.SHARED_PHONE: gettext_lazy("At least two other participants use this phone number."),
    Doubt.SAME_PERSON: gettext_lazy(
        "Somebody with the same name and the same birth date or phone is registered with another NIK."
    ),
}


class NikForm(forms.Form):
    nik = forms.NikField(
        label=gettext_lazy("NIK"),
        help_text=gettext_lazy("16 digits, as on the identity card. Only used to prevent double entries"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nik"].widget.attrs["autofocus"] = True


def clean_name(text: str) -> str:
    """A full name as it may be stored; one word is enough."""
    name = names.clean(text)
    if not names.is_valid(name):
        raise ValidationError(_("A name has letters and no digits. Copy it from the identity card"))
    return name


def kelurahan_choices(user: Any) -> list[Any]:
    """The kelurahan of the office: grouped by kecamatan for a whole city.

    Last, those from outside Jakarta.
    """
    scope, outside = scope_of(user), (OUTSIDE_DKI, _("Identity card from outside Jakarta"))
    blank = ("", _("Choose the kelurahan"))
    if scope.kecamatan:
        return [blank, *areas.kelurahan_within(scope.kecamatan), outside]
    groups = areas.kecamatan_within(scope.city or areas.JAKARTA)
    return [blank, *((name, areas.kelurahan_within(code)) for code, name in groups), outside]


class RegistrationForm(forms.Form):
    full_name = forms.CharField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As on the identity card, without titles"),
        max_length=names.MAX_LENGTH,
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Birth date"), help_text=gettext_lazy("Proposed from the NIK")
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    phone = forms.PhoneField(
        label=gettext_lazy("Phone number"),
        mobile_only=True,
        required=False,
        help_text=gettext_lazy("Schedule and results are sent to this number, for example 081234567890"),
    )
    kelurahan = forms.ChoiceField(
        label=gettext_lazy("Kelurahan"), help_text=gettext_lazy("Of the address on the identity card")
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Business"), choices=BUSINESS_STATES, widget=forms.RadioSelect
    )
    business_name = forms.CharField(
        label=gettext_lazy("Name of the business, goods or services"), required=False, max_length=100
    )
    sector = forms.ChoiceField(label=gettext_lazy("Kind of business"), required=False)
    is_informed = forms.BooleanField(
        label=gettext_lazy("The notice was read out to the participant"),
        help_text=gettext_lazy(
            "Read out: your data is used by the Sudin, the kecamatan and your mentor for this programme. "
            "You may see it, have it corrected, and ask for it to be deleted."
        ),
        error_messages={"required": gettext_lazy("Tick this after reading the notice to the participant")},
    )
    messages = forms.BooleanField(
        label=gettext_lazy("The participant wants reminders by WhatsApp, SMS or e-mail"),
        required=False,
        help_text=gettext_lazy("Without this, nothing is sent. It can be changed at any time"),
    )

    def __init__(self, *args: Any, user: Any, nik: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nik, self.today, self.doubts = nik, today, []
        self.fields["kelurahan"].choices = kelurahan_choices(user)
        self.fields["sector"].choices = [("", _("Not known yet")), *Sector.choices()]
        self.fields["full_name"].widget.attrs |= {"autocomplete": "off", "autofocus": True}
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    @staticmethod
    def proposed(nik: str, today: date) -> dict[str, Any]:
        """What the NIK says of its holder: a proposal that the officer compares with the card."""
        parsed = nik_values.parse(nik)
        return {"birth_date": parsed.birth_date(today), "sex": parsed.sex, "category": Category.WOULD_BE}

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_birth_date(self) -> date:
        born = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError(_("The birth date lies in the future. Compare it with the identity card"))
        if self.today.year - born.year > 120:
            raise ValidationError(
                _("The birth date is more than 120 years ago. Compare it with the identity card")
            )
        if age_on(born, self.today) < MIN_AGE:
            raise ValidationError(
                _("The participant is younger than %(age)d. Register from the birthday on") % {"age": MIN_AGE}
            )
        return born

    def clean_business_name(self) -> str:
        return text_values.clean(self.cleaned_data["business_name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self.doubts = doubts_about(
                nik=self.nik,
                today=self.today,
                **{name: data[name] for name in ("full_name", "birth_date", "sex", "phone")},
            )
            if self.doubts:
                self.fields["is_compared"] = forms.BooleanField(
                    required=False, label=_("I have compared this with the identity card: it is right")
                )
                if not self.data.get("is_compared"):
                    self.add_error("is_compared", _("Compare with the identity card, then tick this"))
        return data

    @property
    def doubt_words(self) -> list[Any]:
        return [DOUBT_WORDS[doubt] for doubt in self.doubts]

    def for_service(self) -> dict[str, Any]:
        """Keyword arguments of ``register_participant``."""
        data = self.cleaned_data
        wanted = ("full_name", "birth_date", "sex", "phone", "category", "business_name", "sector")
        kelurahan = "" if data["kelurahan"] == OUTSIDE_DKI else data["kelurahan"]
        consents = {Purpose.MESSAGES: data["messages"]}
        return {**{name: data[name] for name in wanted}, "kelurahan": kelurahan, "consents": consents}
