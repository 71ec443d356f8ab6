"""A resident's own registration: one small form a page. Each knows what it was answered before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import safety
from okoce.ui import forms
from okoce.values import names
from okoce.values import nik as nik_values
from okoce.values import phone as phone_values
from okoce.values import text as text_values
from participants import areas, consent_texts, self_steps
from participants.enums import Category, Purpose, Refusal, Sex
from participants.forms.photo import PhotoField
from participants.forms.registration import (
    BUSINESS_STATES,
    GuardianFields,
    clean_birth_date,
    clean_block,
    clean_name,
)
from participants.models import Sector

ANSWER_LENGTH = 500


def _hidden(mask: Callable[[str], str]) -> Callable[[str], str]:
    return lambda number: mask(number).replace("*", "•")


MASKS: dict[str, Callable[[str], str]] = {
    "nik": _hidden(nik_values.mask),
    "phone": _hidden(phone_values.mask),
    "guardian_phone": _hidden(phone_values.mask),
    "birth_date": lambda day: f"•• •• {day[:4]}",  # the day would complete a masked NIK
}


class StepForm(forms.Form):
    """One page. ``typed`` is what was answered before; numbers and the birthday are shown only to the browser
    that wrote them (``shows_numbers``): whoever comes with the code sees them masked and may leave them.
    """

    def __init__(
        self, *args: Any, typed: Mapping[str, Any], today: date, shows_numbers: bool, **kwargs: Any
    ) -> None:
        self.typed, self.today, self.masked = typed, today, set[str]()
        kwargs.setdefault("initial", self.first(typed))
        super().__init__(*args, **kwargs)
        for name in MASKS:
            if name in self.fields and typed.get(name) and not shows_numbers:
                self._keep_masked(name)

    @staticmethod
    def first(typed: Mapping[str, Any]) -> dict[str, Any]:
        return dict(typed)

    def _keep_masked(self, name: str) -> None:
        field = self.fields[name]
        self.masked.add(name)
        field.required, self.initial[name] = False, ""
        field.help_text = _("Already there: %(masked)s. Leave this empty to keep it") % {
            "masked": MASKS[name](self.typed[name])
        }

    def answers(self) -> dict[str, Any]:
        """As it is kept: plain values, dates as text."""
        kept: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name in self.masked and not value:
                kept[name] = self.typed[name]
            else:
                kept[name] = value.isoformat() if isinstance(value, date) else value
        return kept


class IdentityForm(StepForm):
    nik = forms.NikField(
        label=gettext_lazy("NIK"), help_text=gettext_lazy("16 digits, as on your identity card (KTP)")
    )
    full_name = forms.CharField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As on the identity card, without titles"),
        max_length=names.MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    birth_date = forms.DateField(label=gettext_lazy("Birth date"))
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_birth_date(self) -> date | None:
        born = self.cleaned_data["birth_date"]
        return clean_birth_date(born, self.today) if born else None


class GuardianForm(GuardianFields, StepForm):
    is_agreed = forms.BooleanField(
        label=gettext_lazy("My parent or guardian has read this and agrees"),
        error_messages={"required": gettext_lazy("Tick this when your parent or guardian agrees")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_guardian()
        self.order_fields([*self.NAMES, "is_agreed"])
        if self.typed.get("guardian_phone") and not kwargs["shows_numbers"]:
            self._keep_masked("guardian_phone")


class AreaForm(StepForm):
    kecamatan = forms.ChoiceField(
        label=gettext_lazy("Kecamatan"), help_text=gettext_lazy("Of the address on your identity card")
    )
    is_outside_dki = forms.BooleanField(
        label=gettext_lazy("My identity card is from outside Jakarta"),
        help_text=gettext_lazy(
            "Then choose the kecamatan where you live now; the office tells you what is possible"
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = [(code, name) for code, name in areas.area_names().items() if len(code) == len("31.73")]
        groups = [
            (areas.short_name(code), areas.kecamatan_within(code))
            for code, _name in sorted(cities, key=lambda pair: areas.short_name(pair[0]))
        ]
        self.fields["kecamatan"].choices = [("", _("Choose the kecamatan")), *groups]


class AddressForm(StepForm):
    kelurahan = forms.ChoiceField(label=gettext_lazy("Kelurahan"))
    address = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    rt = forms.CharField(label=gettext_lazy("RT"), max_length=3, required=False)
    rw = forms.CharField(label=gettext_lazy("RW"), max_length=3, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = areas.kelurahan_within(self.typed.get("kecamatan", "-"))
        self.fields["kelurahan"].choices = [("", _("Choose the kelurahan")), *inside]
        for name in ("rt", "rw"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "class": forms.SHORT}

    def clean_address(self) -> str:
        return text_values.clean(self.cleaned_data["address"])

    def clean_rt(self) -> str:
        return clean_block(self.cleaned_data["rt"])

    def clean_rw(self) -> str:
        return clean_block(self.cleaned_data["rw"])


class ContactForm(StepForm):
    phone = forms.PhoneField(
        label=gettext_lazy("Phone number"),
        help_text=gettext_lazy("You sign in with this number later. For example 081234567890"),
        mobile_only=True,
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)


class BusinessForm(StepForm):
    category = forms.ChoiceField(
        label=gettext_lazy("Business"), choices=BUSINESS_STATES, widget=forms.RadioSelect
    )
    business_name = forms.CharField(
        label=gettext_lazy("Name of the business, goods or services"), required=False, max_length=100
    )
    sector = forms.ChoiceField(label=gettext_lazy("Kind of business"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", _("Not known yet")), *Sector.choices()]

    @staticmethod
    def first(typed: Mapping[str, Any]) -> dict[str, Any]:
        return {"category": Category.WOULD_BE, **typed}

    def clean_business_name(self) -> str:
        return text_values.clean(self.cleaned_data["business_name"])


class PhotoStepForm(StepForm):
    photo = PhotoField(
        label=gettext_lazy("Photo of the identity card"),
        required=False,
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most 8 MB. Without a photo, bring the card to the office"
        ),
    )

    def answers(self) -> dict[str, Any]:
        return {}  # the photo is kept by itself, sealed


class ConsentForm(StepForm):
    is_informed = forms.BooleanField(
        label=gettext_lazy("I have read how my data is used"),
        error_messages={"required": gettext_lazy("Read the notice above, then tick this")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose in Purpose:
            self.fields[purpose.value] = forms.BooleanField(
                label=_("Yes: %(purpose)s") % {"purpose": purpose.label},
                help_text=consent_texts.current(purpose).in_language(),
                required=False,
            )

    def answers(self) -> dict[str, Any]:
        """With the version of each text that was read."""
        versions = {purpose.value: consent_texts.current(purpose).version for purpose in Purpose}
        return {**super().answers(), "texts": versions}


FORMS: dict[str, type[StepForm]] = {
    self_steps.IDENTITY: IdentityForm,
    self_steps.GUARDIAN: GuardianForm,
    self_steps.AREA: AreaForm,
    self_steps.ADDRESS: AddressForm,
    self_steps.CONTACT: ContactForm,
    self_steps.BUSINESS: BusinessForm,
    self_steps.PHOTO: PhotoStepForm,
    self_steps.CONSENT: ConsentForm,
}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Your code"),
        max_length=30,
        help_text=gettext_lazy("Ten letters and digits, for example AB3CD-4EF5G"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": forms.MEDIUM}
        ),
    )


def clean_words(text: str) -> str:
    """Words that travel between an office and an applicant: no personal numbers in them."""
    words = text_values.clean(text)
    if safety.problem_in(words):
        raise ValidationError(_("Leave out NIK, phone numbers and amounts; the office has them already"))
    return words


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=ANSWER_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("You can also change your data above, then send it again"),
    )

    def clean_answer(self) -> str:
        return clean_words(self.cleaned_data["answer"])


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("Question to the applicant"),
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Say what is unclear and what to do. It stands on the status page"),
    )

    def clean_question(self) -> str:
        return clean_words(self.cleaned_data["question"])


class RefusalForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=Refusal.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("What the applicant can do now"),
        max_length=ANSWER_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown on the status page under the reason"),
    )

    def clean_words(self) -> str:
        return clean_words(self.cleaned_data["words"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("reason") == Refusal.OTHER and "words" in data and not data["words"]:
            self.add_error("words", _("Write the reason in words"))
        return data


class AcceptForm(forms.Form):
    """Nothing to fill in; with doubts, one tick."""

    def __init__(self, *args: Any, has_doubts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_doubts:
            self.fields["is_compared"] = forms.BooleanField(
                label=_("I have compared this with the identity card: it is right"),
                error_messages={"required": _("Compare with the identity card, then tick this")},
            )
