"""Forms in the theme's markup. The only importer of crispy: everybody else writes plain forms on these.

class BookingForm(forms.Form):
    nik = forms.NikField(label=_("NIK"))

<form class="oo-form" method="post" novalidate>{% csrf_token %}{% form_body form %} … </form>
"""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseForm, BoundField
from django.forms.fields import (  # noqa: F401  one door for views' forms
    BooleanField,
    CharField,
    ChoiceField,
    EmailField,
    FileField,
    ImageField,
    IntegerField,
    MultipleChoiceField,
    TypedChoiceField,
    URLField,
    UUIDField,
)
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField  # noqa: F401
from django.forms.widgets import (  # noqa: F401
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    HiddenInput,
    PasswordInput,
    RadioSelect,
    Select,
    Textarea,
    TextInput,
)
from django.template.context import BaseContext
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from okoce.values import nik as nik_values
from okoce.values import phone as phone_values
from okoce.values import rupiah as rupiah_values
from okoce.values.nik import NikProblem
from okoce.values.phone import PhoneProblem
from okoce.values.rupiah import RupiahProblem

CHOICES = (forms.ChoiceField, forms.ModelChoiceField)
SHORT, MEDIUM, LONG = "oo-w4", "oo-w10", "oo-w20"  # widths that hint how much to write


# ---------------------------------------------------------------- fields


class NikField(forms.CharField):
    """Sixteen digits, cleaned to text without blanks and dots. Its words never repeat the number."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": LONG})

    is_card_seen = False  # set by a form whose officer says so: the date part may then be impossible

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return text
        try:
            return nik_values.parse(text, is_card_seen=self.is_card_seen).digits
        except nik_values.NikError as error:
            raise ValidationError(self._words(error), code=f"nik_{error.code}") from None

    @staticmethod
    def _words(error: nik_values.NikError) -> str:
        if error.code is NikProblem.LENGTH and error.length < nik_values.LENGTH:
            return ngettext(
                "The NIK has only %(count)d digit. Write the 16 digits as on the identity card",
                "The NIK has only %(count)d digits. Write the 16 digits as on the identity card",
                error.length,
            ) % {"count": error.length}
        if error.code is NikProblem.LENGTH:
            return ngettext(
                "The NIK has %(count)d digit. It must be 16, as on the identity card",
                "The NIK has %(count)d digits. It must be 16, as on the identity card",
                error.length,
            ) % {"count": error.length}
        return {
            NikProblem.NOT_DIGITS: _(
                "The NIK holds letters or signs. Write the 16 digits as on the identity card"
            ),
            NikProblem.DAY: _(
                "Digits 7 and 8 of the NIK are no day of birth. Compare it with the identity card"
            ),
            NikProblem.DATE: _("Digits 7 to 12 of the NIK are no date. Compare it with the identity card"),
            NikProblem.SERIAL: _(
                "A NIK never ends in 0000. Copy the last four digits from the identity card"
            ),
        }.get(error.code, _("Write the 16 digits of the NIK as on the identity card"))


class PhoneField(forms.CharField):
    """A telephone number, cleaned to E.164 (+62…). ``mobile_only`` where messages must reach it."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "class": LONG})

    def __init__(self, *, mobile_only: bool = False, allow_foreign: bool = False, **kwargs: Any):
        self.mobile_only, self.allow_foreign = mobile_only, allow_foreign
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return text
        try:
            number = phone_values.parse(text, allow_foreign=self.allow_foreign)
        except phone_values.PhoneError as error:
            raise ValidationError(self._words(error.code), code=f"phone_{error.code}") from None
        if self.mobile_only and not phone_values.is_mobile(number):
            raise ValidationError(
                _("This is not a mobile number. Write one that begins with 08, so that messages arrive"),
                code="phone_not_mobile",
            )
        return number

    @staticmethod
    def _words(problem: PhoneProblem) -> str:
        return {
            PhoneProblem.LETTERS: _(
                "The phone number holds letters. Write digits only, for example 081234567890"
            ),
            PhoneProblem.SEVERAL: _("There are two numbers here. Write the one that is used most"),
            PhoneProblem.FOREIGN: _(
                "This is a foreign number. Write an Indonesian one, for example 081234567890"
            ),
            PhoneProblem.LENGTH: _(
                "The phone number has too few or too many digits. Compare it, for example with 081234567890"
            ),
        }.get(problem, _("Write the phone number, for example 081234567890"))


class RupiahField(forms.Field):
    """Whole rupiah, cleaned to int. Dots part thousands in every language: 500.000 is half a million.

    ``spoken`` reads ``500rb`` and ``1,5 juta`` too, for amounts that people type as they say them.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": MEDIUM})

    def __init__(
        self, *, min_value: int = 0, max_value: int | None = None, spoken: bool = False, **kwargs: Any
    ):
        self.min_value, self.max_value = min_value, max_value
        self.parse = rupiah_values.parse_spoken if spoken else rupiah_values.parse_rupiah
        if spoken:  # a keyboard with letters
            kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "class": MEDIUM}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return rupiah_values.format_rupiah(value).replace("Rp", "") if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return self.parse(str(value))
        except rupiah_values.RupiahError as error:
            if error.code is RupiahProblem.EMPTY:
                return None
            raise ValidationError(self._words(error.code), code=f"rupiah_{error.code}") from None

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.min_value:
            raise ValidationError(
                _("The amount is below %(amount)s. Write a larger one")
                % {"amount": rupiah_values.format_rupiah(self.min_value)},
                code="min_value",
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                _("The amount is above %(amount)s. Write a smaller one")
                % {"amount": rupiah_values.format_rupiah(self.max_value)},
                code="max_value",
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    @staticmethod
    def _words(problem: RupiahProblem) -> str:
        return {
            RupiahProblem.NEGATIVE: _(
                "The amount is below zero. Write it without a minus, for example 500.000"
            ),
            RupiahProblem.TOO_LARGE: _("The amount is too large. Check the number of zeros"),
        }.get(problem, _("Write the amount in whole rupiah, for example 500.000"))


class DateField(forms.DateField):
    """A day, by the device's own date picker; typed dates are read day first."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": MEDIUM})
    default_error_messages = {
        "invalid": gettext_lazy("Write the date as day/month/year, for example 12/08/2026")
    }

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"])
        super().__init__(**kwargs)


class TimeField(forms.TimeField):
    """A clock time in Jakarta; 09.00 and 09:00 are read alike."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": MEDIUM})
    default_error_messages = {"invalid": gettext_lazy("Write the time as hours.minutes, for example 09.00")}

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("input_formats", ["%H:%M", "%H.%M", "%H:%M:%S"])
        super().__init__(**kwargs)


# ---------------------------------------------------------------- forms


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True  # the page writes {% csrf_token %} in its own <form>
    helper.include_media = False
    return helper


class _Themed:
    """Says which fields may be left empty, and what is missing by the name of the field."""

    fields: dict[str, forms.Field]
    marks_optional = True
    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.HiddenInput):
                continue
            if isinstance(field.widget, forms.Textarea) and field.widget.attrs.get("rows") == "10":
                field.widget.attrs["rows"] = "4"  # Django's ten lines fill a phone
            label = field.label if field.label is not None else forms.utils.pretty_name(name)
            if field.required:
                self._say_what_is_missing(field, label)
            elif self.marks_optional and not isinstance(field.widget, forms.CheckboxInput) and label:
                field.label = _("%(label)s (may be left empty)") % {"label": label}

    @staticmethod
    def _say_what_is_missing(field: forms.Field, label: Any) -> None:
        given = field.error_messages.get("required")
        if given != forms.Field.default_error_messages["required"]:
            return
        if isinstance(field.widget, forms.CheckboxInput):
            words = _("Tick “%(label)s”")
        elif isinstance(field, forms.FileField):
            words = _("Choose a file for “%(label)s”")
        elif isinstance(field, CHOICES):
            words = _("Choose “%(label)s”")
        else:
            words = _("Fill in “%(label)s”")
        field.error_messages["required"] = words % {"label": label}


class Form(_Themed, forms.Form):
    pass


class ModelForm(_Themed, forms.ModelForm):
    pass


class FilterForm(_Themed, forms.Form):
    """A GET form over a list: nothing is required, an unreadable choice counts as none."""

    marks_optional = False
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set and readable."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {k: v for k, v in self.cleaned_data.items() if v not in (None, "", [])}


# ---------------------------------------------------------------- rendering


def render_fields(form: BaseForm, context: BaseContext) -> SafeString:
    """All fields of ``form``. Errors of the whole form stand in the error summary only."""
    return render_crispy_form(form, getattr(form, "helper", None) or _helper(), _plain(context))


def render_field(bound: BoundField, context: BaseContext) -> SafeString:
    """One field of a form in the same markup, for pages that place fields themselves."""
    helper = _helper()
    helper.layout = Layout(bound.name)
    return render_crispy_form(bound.form, helper, _plain(context))


def _plain(context: BaseContext | Mapping[str, Any]) -> dict[str, Any]:
    return context.flatten() if isinstance(context, BaseContext) else dict(context)


def error_lines(form: BaseForm | None) -> list[dict[str, str]]:
    """One line per error, in the order of the fields: ``text`` as at the field, ``href`` to its input."""
    if form is None or not form.is_bound:
        return []
    lines = [{"text": str(error), "href": ""} for error in form.non_field_errors()]
    for bound in form:
        lines.extend({"text": str(error), "href": f"#{input_id(bound)}"} for error in bound.errors)
    return lines


def input_id(bound: BoundField) -> str:
    """The id that a link of the error summary goes to: of the first choice where there are several inputs."""
    several = isinstance(
        bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget
    )
    return f"{bound.auto_id}_0" if several else bound.auto_id
