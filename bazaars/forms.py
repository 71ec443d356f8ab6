"""What officers, pengampu and participants type. Choices come from the views; consequences are services."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from bazaars.draw import sha256
from bazaars.enums import Excuse, PlaceKind, SiteState, StallKind
from bazaars.feasibility import Bounds, Problem
from bazaars.models import Site
from bazaars.models.bazaar import LONGEST_LABEL
from bazaars.plan import PlanError, stall_numbers
from bazaars.words import Names, plan_problem_words, problem_words
from okoce.notifications import safety
from okoce.ui import forms
from okoce.ui.templatetags.okoce_ui import number

Choices = Sequence[tuple[str, Any]]
MOST_IN_A_ROW = 12
SHORTEST_SECRET, LONGEST_SECRET = 12, 128


class SiteForm(forms.Form):
    """One place, or one in each kecamatan that is ticked."""

    site_name = forms.CharField(
        label=_lazy("Place"),
        max_length=90,
        help_text=_lazy(
            "As people call it, for example “Halaman Kantor Wali Kota”. With several kecamatan the name of "
            "each is added: “Halaman Kantor Kecamatan” becomes “Halaman Kantor Kecamatan Palmerah”"
        ),
    )
    kind = forms.ChoiceField(label=_lazy("Kind of place"))
    kecamatan = forms.MultipleChoiceField(
        label=_lazy("Kecamatan"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("Tick several to be at all of them on the same days"),
    )
    address = forms.CharField(label=_lazy("Address"), max_length=200, required=False)
    share_limit = forms.TypedChoiceField(
        label=_lazy("Vendors in one stall"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(1, _lazy("One vendor a stall")), (2, _lazy("Two vendors share a stall"))],
        initial=1,
    )

    def __init__(self, *args: Any, kecamatan: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kecamatan"].choices = kecamatan
        self.fields["kind"].choices = [("", _("Choose the kind of place")), *PlaceKind.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if len(data.get("kecamatan", ())) > 1 and data.get("address"):
            self.add_error(
                "address",
                _("Several places have several addresses. Leave it empty here and write each one later"),
            )
        return data


class BazaarForm(SiteForm):
    """A bazaar together with its first site."""

    name = forms.CharField(label=_lazy("Name of the bazaar"), max_length=120)
    starts_on = forms.DateField(label=_lazy("First day"))
    ends_on = forms.DateField(label=_lazy("Last day"))
    opens_at = forms.TimeField(label=_lazy("Opens at"), initial="08:00")
    closes_at = forms.TimeField(label=_lazy("Closes at"), initial="17:00")
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
    field_order = ["name", "starts_on", "ends_on", "opens_at", "closes_at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error(
                "ends_on", _("The last day is before the first. Choose the first day or a later one")
            )
        if first and last and (last - first).days > 30:
            self.add_error("ends_on", _("A bazaar lasts at most 31 days. Check the month"))
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Closing time must be after opening time"))
        return data


def refuse_wrong_label(form: forms.Form, kind: str, label: str) -> None:
    """A place outside the draw says who stands there; a vendor's stall gets its name from the draw."""
    if kind == StallKind.VENDOR and label:
        form.add_error(
            "label", _("Stalls in the draw have no name yet. Empty it, or choose what else stands here")
        )
    elif kind and kind != StallKind.VENDOR and not label:
        form.add_error(
            "label",
            _("Write who stands here or what the place is kept for, for example Bulog. It is published"),
        )


class StallsForm(forms.Form):
    numbers = forms.CharField(
        label=_lazy("Stall numbers"),
        max_length=20,
        help_text=_lazy("One number or a row of them: A01-A16. The letter is the zone"),
        widget=forms.TextInput(attrs={"class": forms.MEDIUM, "autocomplete": "off"}),
    )
    per_row = forms.IntegerField(
        label=_lazy("Stalls in a row"),
        min_value=1,
        max_value=MOST_IN_A_ROW,
        initial=8,
        widget=forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"}),
    )
    zone = forms.ChoiceField(
        label=_lazy("Kept for"), required=False, help_text=_lazy("Vendors of this pengampu stand here first")
    )
    kind = forms.ChoiceField(label=_lazy("What stands here"), choices=StallKind.choices, required=False)
    label = forms.CharField(
        label=_lazy("Name on the plan"),
        max_length=LONGEST_LABEL,
        required=False,
        help_text=_lazy(
            "Only for partners, services and places kept free, which are outside the draw and published as "
            "such: Bulog, Permit desk, Stage"
        ),
        widget=forms.TextInput(attrs={"class": forms.MEDIUM, "autocomplete": "off"}),
    )
    has_power = forms.BooleanField(label=_lazy("There is power at these stalls"), required=False)
    has_water = forms.BooleanField(label=_lazy("There is water at these stalls"), required=False)
    is_shaded = forms.BooleanField(label=_lazy("These stalls are in the shade"), required=False)
    marks_optional = False

    def __init__(self, *args: Any, zones: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("Anybody")), *zones]

    def clean_numbers(self) -> list[str]:
        try:
            return stall_numbers(self.cleaned_data["numbers"])
        except PlanError as error:
            raise ValidationError(plan_problem_words(error.code)) from None

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or StallKind.VENDOR

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_wrong_label(self, data.get("kind", ""), data.get("label", ""))
        return data


class QuotaForm(forms.Form):
    """Minimum and maximum for each pengampu and kind of goods. Both empty: takes no part, or no limit."""

    def __init__(
        self,
        *args: Any,
        pengampu: Choices,
        categories: Choices,
        quotas: Mapping[str, Bounds],
        places: int,
        names: Names,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.names = places, names
        self.groups = {"pengampu": dict(pengampu), "categories": dict(categories)}
        for kind, codes in self.groups.items():
            for code, name in codes.items():
                now = quotas.get(code)
                for end, words in (("min", _("Minimum")), ("max", _("Maximum"))):
                    self.fields[f"{kind}-{code}-{end}"] = forms.IntegerField(
                        label=words,
                        required=False,
                        min_value=0,
                        max_value=1000,
                        initial=getattr(now, end) if now else None,
                        error_messages={
                            "invalid": _("%(name)s: write a whole number, for example 8") % {"name": name},
                            "min_value": _("%(name)s: a quota cannot be below 0") % {"name": name},
                            "max_value": _("%(name)s: a quota above 1.000 cannot be right") % {"name": name},
                        },
                        widget=forms.TextInput(
                            attrs={
                                "inputmode": "numeric",
                                "class": forms.SHORT,
                                "autocomplete": "off",
                                "aria-label": f"{name}, {words}",
                            }
                        ),
                    )

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return [
            {"name": name, "ends": [self._end(f"{kind}-{code}-{end}") for end in ("min", "max")]}
            for code, name in self.groups[kind].items()
        ]

    def _end(self, name: str) -> dict[str, Any]:
        """One bound of a row: its input in the theme's classes, and what is wrong with it."""
        bound = self[name]
        css = f"form-control {forms.SHORT}" + (" is-invalid" if bound.errors else "")
        return {"id": bound.auto_id, "input": bound.as_widget(attrs={"class": css}), "errors": bound.errors}

    def pengampu_rows(self) -> list[dict[str, Any]]:
        return self.rows("pengampu")

    def category_rows(self) -> list[dict[str, Any]]:
        return self.rows("categories")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for kind, codes in self.groups.items():
            for code, name in codes.items():
                low, high = data.get(f"{kind}-{code}-min"), data.get(f"{kind}-{code}-max")
                if high is not None and high > self.places:
                    self.add_error(
                        f"{kind}-{code}-max",
                        _("%(name)s: the maximum %(most)s is above the %(places)s places of the draw")
                        % {"name": name, "most": high, "places": self.places},
                    )
                if low is not None and high is not None and low > high:
                    self.add_error(
                        f"{kind}-{code}-min",
                        _("%(name)s: the minimum %(least)s is above the maximum %(most)s")
                        % {"name": name, "least": low, "most": high},
                    )
        if not self.errors and not self.bounds("pengampu"):
            first = next(iter(self.groups["pengampu"]))
            self.add_error(
                f"pengampu-{first}-max", _("Give at least one pengampu a maximum, else nobody can apply")
            )
        return data

    def bounds(self, kind: str) -> dict[str, Bounds]:
        """What was written, by code. Only a minimum: no maximum but the places."""
        found = {}
        for code in self.groups[kind]:
            low = self.cleaned_data.get(f"{kind}-{code}-min")
            high = self.cleaned_data.get(f"{kind}-{code}-max")
            if low is not None or high is not None:
                found[code] = Bounds(low or 0, self.places if high is None else high)
        return found

    def say_why_impossible(self, problems: Iterable[Problem]) -> None:
        """Each reason beside the first field it is about."""
        for problem in problems:
            words = problem_words(problem, self.names)
            names = [f"{problem.kind}-{code}-min" for code in problem.codes]
            field = next((name for name in names if name in self.fields), None)
            self.add_error(field, words)


class OpenForm(forms.Form):
    closes_on = forms.DateField(label=_lazy("Last day to apply"))
    closes_time = forms.TimeField(
        label=_lazy("Until"),
        initial="23:59",
        help_text=_lazy("WIB. A second later is too late for everybody"),
    )
    tells = forms.BooleanField(label=_lazy("Tell everybody who may apply"), required=False)

    def __init__(self, *args: Any, site: Site, now: datetime, to_tell: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.now = site, now
        tells = self.fields["tells"]
        tells.initial = site.state == SiteState.DRAFT and to_tell > 0
        if to_tell:
            tells.help_text = ngettext(
                "%(count)s person gets one message. Without the tick nobody is told.",
                "%(count)s people get one message each. Without the tick nobody is told.",
                to_tell,
            ) % {"count": number(to_tell)}
        else:
            tells.disabled = True
            tells.help_text = _("There is nobody left to tell")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day, clock = data.get("closes_on"), data.get("closes_time")
        if day and clock:
            closes_at = timezone.make_aware(datetime.combine(day, clock))
            if closes_at <= self.now:
                self.add_error("closes_on", _("This moment is over. Choose a later one"))
            elif day >= self.site.bazaar.starts_on:
                self.add_error(
                    "closes_on",
                    _("Applications must close before the bazaar's first day, so that there is a draw"),
                )
            data["closes_at"] = closes_at
        return data


class CommitForm(forms.Form):
    """Only the SHA-256 of the secret is kept; whoever wants to, brings the SHA-256 alone."""

    secret = forms.CharField(
        label=_lazy("Your secret"),
        required=False,
        strip=True,
        max_length=LONGEST_SECRET,
        help_text=_lazy(
            "Write it down before you go on: the portal keeps only its SHA-256 and cannot give it back. "
            "The proposal is random; words of your own do as well"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    commitment = forms.CharField(
        label=_lazy("Or the SHA-256 that you worked out yourself"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].initial = secrets.token_hex(16)

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"]
        if secret and len(secret) < SHORTEST_SECRET:
            raise ValidationError(
                _("A secret this short can be guessed. Use at least %(count)s characters")
                % {"count": SHORTEST_SECRET}
            )
        if not secret.isprintable():  # a line break would part it in two where the seed is put together
            raise ValidationError(_("Write the secret in one line"))
        return secret

    def clean_commitment(self) -> str:
        commitment = self.cleaned_data["commitment"].lower()
        if commitment and not re.fullmatch(r"[0-9a-f]{64}", commitment):
            raise ValidationError(_("A SHA-256 has 64 characters, the digits 0-9 and the letters a-f"))
        return commitment

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        secret, commitment = data.get("secret"), data.get("commitment")
        if secret and commitment and sha256(secret) != commitment:
            self.add_error(
                "commitment", _("This is not the SHA-256 of the secret above. Leave one of them empty")
            )
        if not self.errors and not secret and not commitment:
            self.add_error("secret", _("Write a secret, or the SHA-256 of one"))
        data["commitment"] = commitment or (sha256(secret) if secret else "")
        return data


class FreezeForm(forms.Form):
    """Only asked for when the deadline has not come."""

    reason = forms.CharField(
        label=_lazy("Why the call ends before its deadline"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("Kept in the audit trail"),
    )


class GiveUpForm(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why the secret did not come"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("Published on the page of the draw. Name no person"),
    )


class RevealForm(forms.Form):
    secret = forms.CharField(
        label=_lazy("The secret"),
        max_length=LONGEST_SECRET,
        help_text=_lazy("Exactly as it was when its SHA-256 was published"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ApplicationForm(forms.Form):
    """Everything is filled in from the profile: usually there is nothing to do but to send it."""

    product = forms.CharField(label=_lazy("What you sell"), max_length=100)
    category = forms.ChoiceField(label=_lazy("Kind of goods"))
    pengampu = forms.ChoiceField(
        label=_lazy("In the quota of"), help_text=_lazy("An agency that fosters you and has stalls here")
    )
    needs_power = forms.BooleanField(label=_lazy("I need electric power"), required=False)

    def __init__(self, *args: Any, categories: Choices, pengampu: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("Choose the kind of goods")), *categories]
        self.fields["pengampu"].choices = pengampu
        if len(pengampu) == 1:
            self.fields["pengampu"].initial = pengampu[0][0]
            self.fields["pengampu"].widget = forms.HiddenInput()


class DeadlineForm(forms.Form):
    """Until when the vendors confirm; checked again by the service."""

    confirm_on = forms.DateField(label=_lazy("Last day to confirm"))
    confirm_time = forms.TimeField(label=_lazy("Until"), initial="20:00", help_text=_lazy("WIB"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("confirm_on") and data.get("confirm_time"):
            data["confirm_by"] = timezone.make_aware(
                datetime.combine(data["confirm_on"], data["confirm_time"])
            )
        return data


class _ToldReasonForm(forms.Form):
    """A reason that leaves the house: no personal number, no word of ``names`` with over three letters."""

    reason = forms.CharField(label=_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, names: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {word for name in names for word in _words(name) if len(word) > 3}

    def clean_reason(self) -> str:
        reason = " ".join(self.cleaned_data["reason"].split())
        if safety.problem_in(reason):
            raise ValidationError(
                _("There is a personal number, an address or an amount in it. Write the reason without")
            )
        if named := self.names & _words(reason):
            raise ValidationError(
                _("The reason is published, and “%(name)s” is part of a vendor's name. Write it without")
                % {"name": min(named)}
            )
        return reason


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


class MoveForm(_ToldReasonForm):
    """``seen`` carries the stalls that the officer looked at."""

    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = seen
        self.fields["reason"].help_text = _("Published with the result of the draw. Name no person")


class TakeBackForm(_ToldReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The vendor reads it, and it is published with the draw, without a name"
        )


class AbsenceForm(forms.Form):
    excuse = forms.ChoiceField(label=_lazy("Why?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, may_take_back: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["excuse"].choices = [
            choice for choice in Excuse.choices if may_take_back or choice[0] != Excuse.CAME
        ]

    def clean_excuse(self) -> Excuse:
        return Excuse(self.cleaned_data["excuse"])


class CancelForm(_ToldReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Everybody who applied reads it, and it stands on the public page"
        )
