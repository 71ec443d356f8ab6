"""The counter's two pages: first the NIK, then the shortest form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from okoce.values.nik import NikError, NikProblem
from participants import ages, areas
from participants.enums import Category, Purpose, Relation, Sex
from participants.models import Sector
from participants.services.registration import Doubt, Guardianship, doubts_about

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
    Doubt.OUTSIDE_DKI: gettext_lazy(
        "The identity card is from outside Jakarta: the person is kept, but counts in no target."
    ),
}
IMPOSSIBLE_DATE = (NikProblem.DAY, NikProblem.DATE)
REASON_LENGTH = 120


class NikForm(forms.Form):
    """The NIK. One whose date part is no date passes when the officer has seen the card and says why."""

    nik = forms.NikField(
        label=gettext_lazy("NIK"),
        help_text=gettext_lazy("16 digits, as on the identity card. Only used to prevent double entries"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nik"].widget.attrs["autofocus"] = True
        self.is_impossible = self.is_bound and _has_impossible_date(self.data.get("nik", ""))
        if self.is_impossible:
            self._ask_for_the_card()

    def _ask_for_the_card(self) -> None:
        self.fields["is_card_seen"] = forms.BooleanField(
            required=False, label=_("I have the identity card before me: the NIK stands there exactly so")
        )
        self.fields["card_reason"] = forms.CharField(
            required=False,
            max_length=REASON_LENGTH,
            label=_("Reason"),
            help_text=_("For example: the birth date was corrected at Dukcapil, the NIK stayed"),
        )
        self.fields["nik"].is_card_seen = bool(self.data.get("is_card_seen"))

    def clean_card_reason(self) -> str:
        reason = text_values.clean(self.cleaned_data["card_reason"])
        if self.cleaned_data.get("is_card_seen") and len(reason) < 5:
            raise ValidationError(_("Write in a few words why the date in the NIK is no date"))
        if sum(char.isdigit() for char in reason) > 8:
            raise ValidationError(_("Write the reason without NIK and phone numbers"))
        return reason


def _has_impossible_date(text: str) -> bool:
    try:
        nik_values.parse(text)
    except NikError as error:
        return error.code in IMPOSSIBLE_DATE
    return False


def clean_name(text: str) -> str:
    """A full name as it may be stored; one word is enough."""
    name = names.clean(text)
    if not names.is_valid(name):
        raise ValidationError(_("A name has letters and no digits. Copy it from the identity card"))
    return name


def clean_birth_date(born: date, today: date) -> date:
    """A birth date of somebody who may register today."""
    if born > today:
        raise ValidationError(_("The birth date lies in the future. Compare it with the identity card"))
    if today.year - born.year > 120:
        raise ValidationError(
            _("The birth date is more than 120 years ago. Compare it with the identity card")
        )
    if ages.is_too_young(born, today):
        raise ValidationError(
            _("The participant is younger than %(age)d. Register from the birthday on")
            % {"age": ages.minimum()}
        )
    return born


def kelurahan_choices(user: Any, recent: Sequence[str] = ()) -> list[Any]:
    """The kelurahan of the office: those used last, then all of them, by kecamatan for a whole city.

    Last, those from outside Jakarta.
    """
    scope, outside = scope_of(user), (OUTSIDE_DKI, _("Identity card from outside Jakarta"))
    blank = ("", _("Choose the kelurahan"))
    if scope.kecamatan:
        inside = areas.kelurahan_within(scope.kecamatan)
        own = [(code, areas.name_of(code)) for code in recent if code in dict(inside)]
        if own and len(inside) > len(own):
            rest = [pair for pair in inside if pair not in own]
            return [blank, (_("Used last"), own), (_("All others"), rest), outside]
        return [blank, *inside, outside]
    city = scope.city or areas.JAKARTA
    groups = [(name, areas.kelurahan_within(code)) for code, name in areas.kecamatan_within(city)]
    own = [(code, areas.name_of(code)) for code in recent if code.startswith(f"{city}.")]
    used = [(_("Used last"), own)] if own else []
    # A kelurahan stands once: a browser that finds it twice would choose the first by itself.
    rest = [(name, [pair for pair in inside if pair not in own]) for name, inside in groups]
    return [blank, *used, *(group for group in rest if group[1]), outside]


class GuardianFields:
    """Who agrees for somebody under eighteen. Shown only where the birth date asks for it."""

    NAMES = ("guardian_name", "guardian_relation", "guardian_phone")

    def add_guardian(self: Any) -> None:
        self.fields["guardian_name"] = forms.CharField(
            label=_("Name of the parent or guardian"),
            help_text=_("For participants under 18: a parent, guardian, husband or wife agrees"),
            max_length=names.MAX_LENGTH,
            error_messages={"required": _("Under 18: write who agrees to the registration")},
        )
        self.fields["guardian_relation"] = forms.ChoiceField(
            label=_("Relation"), choices=Relation.choices, widget=forms.RadioSelect, initial=Relation.PARENT
        )
        self.fields["guardian_phone"] = forms.PhoneField(
            label=_("Phone number of the parent or guardian"), required=False
        )

    def clean_guardian_name(self: Any) -> str:
        return clean_name(self.cleaned_data["guardian_name"])

    @staticmethod
    def guardian_in(data: dict[str, Any]) -> Guardianship | None:
        if not data.get("guardian_name"):
            return None
        return Guardianship(data["guardian_name"], data["guardian_relation"], data.get("guardian_phone", ""))


class RegistrationForm(GuardianFields, forms.Form):
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
    address = forms.CharField(label=gettext_lazy("Street and number"), required=False, max_length=200)
    rt = forms.CharField(label=gettext_lazy("RT"), required=False, max_length=3)
    rw = forms.CharField(label=gettext_lazy("RW"), required=False, max_length=3)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    kk = forms.CharField(
        label=gettext_lazy("KK number"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("16 digits of the family card. A family shares it"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": forms.LONG}),
    )

    MORE = ("address", "rt", "rw", "email", "kk")
    NOTICE = ("is_informed", "messages", "is_compared")

    def __init__(
        self,
        *args: Any,
        user: Any,
        nik: str,
        today: date,
        card_reason: str = "",
        recent: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.nik, self.today, self.card_reason = nik, today, card_reason
        self.doubts: list[Doubt] = []
        self.fields["kelurahan"].choices = kelurahan_choices(user, recent)
        self.fields["sector"].choices = [("", _("Not known yet")), *Sector.choices()]
        self.fields["full_name"].widget.attrs |= {"autocomplete": "off", "autofocus": True}
        for name in ("phone", "address", "email", "business_name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        for name in ("rt", "rw"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "class": forms.SHORT}
        born = self._birth_date_shown()
        if born is not None and ages.needs_guardian(born, today):
            self.add_guardian()

    def _birth_date_shown(self) -> date | None:
        field = self.fields["birth_date"]
        try:
            return field.clean(
                self.data.get("birth_date") if self.is_bound else self.initial.get("birth_date")
            )
        except ValidationError:
            return None

    @staticmethod
    def proposed(nik: str, today: date) -> dict[str, Any]:
        """What the NIK says of its holder: a proposal that the officer compares with the card."""
        parsed = nik_values.parse(nik, is_card_seen=True)
        if not parsed.has_possible_date:
            return {"category": Category.WOULD_BE}
        return {"birth_date": parsed.birth_date(today), "sex": parsed.sex, "category": Category.WOULD_BE}

    # The page shows three groups: the person, what may stay empty (folded), and what was read out.
    @property
    def first_fields(self) -> Iterator[Any]:
        return (self[name] for name in self.fields if name not in (*self.MORE, *self.NOTICE))

    @property
    def more_fields(self) -> Iterator[Any]:
        return (self[name] for name in self.MORE)

    @property
    def has_more(self) -> bool:
        """Whether the folded group must be open: something was written there, or is wrong there."""
        return any(bound.value() or bound.errors for bound in self.more_fields)

    @property
    def notice_fields(self) -> Iterator[Any]:
        return (self[name] for name in self.NOTICE if name in self.fields)

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_birth_date(self) -> date:
        return clean_birth_date(self.cleaned_data["birth_date"], self.today)

    def clean_business_name(self) -> str:
        return text_values.clean(self.cleaned_data["business_name"])

    def clean_address(self) -> str:
        return text_values.clean(self.cleaned_data["address"])

    def clean_rt(self) -> str:
        return clean_block(self.cleaned_data["rt"])

    def clean_rw(self) -> str:
        return clean_block(self.cleaned_data["rw"])

    def clean_kk(self) -> str:
        return clean_kk(self.cleaned_data["kk"], self.nik)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self.doubts = doubts_about(
                nik=self.nik,
                today=self.today,
                is_outside_dki=data["kelurahan"] == OUTSIDE_DKI,
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
        return {
            **{name: data[name] for name in wanted},
            "kelurahan": kelurahan,
            "kk": data["kk"],
            "consents": {Purpose.MESSAGES: data["messages"]},
            "details": {name: data[name] for name in ("address", "rt", "rw", "email")},
            "guardian": self.guardian_in(data),
            "card_reason": self.card_reason,
        }


def clean_block(text: str) -> str:
    """RT or RW as three digits: ``3`` and ``03`` are ``003``."""
    digits = text_values.clean(text)
    if digits and not (digits.isascii() and digits.isdigit()):
        raise ValidationError(_("Write one to three digits, for example 003"))
    return digits.zfill(3) if digits else ""


def clean_kk(text: str, nik: str) -> str:
    """A KK number by its shape, 16 digits; empty when none was written. It is never the NIK."""
    digits = nik_values.normalise(text)
    if not digits:
        return ""
    if not (len(digits) == nik_values.LENGTH and digits.isascii() and digits.isdigit()):
        raise ValidationError(_("A KK number has 16 digits. Copy it from the family card"))
    if digits == nik:
        raise ValidationError(_("This is the NIK. The KK number stands at the top of the family card"))
    return digits
