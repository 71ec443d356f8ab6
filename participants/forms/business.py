"""The business profile, its products, places and figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.db.images import ACCEPTED, clean_photo
from okoce.ui import forms
from okoce.values import text as text_values
from participants import marketplaces
from participants.forms.standing import ReasonField
from participants.models import OutletKind, Packaging, Sector

RUNNING = (
    ("no", gettext_lazy("Not begun yet")),
    ("yes", gettext_lazy("Running")),
)
IS_RUNNING = {"yes": True, "no": False}


class BusinessForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the business"), max_length=100, required=False)
    sector = forms.ChoiceField(label=gettext_lazy("Kind of goods or services"))
    running = forms.ChoiceField(
        label=gettext_lazy("Is it running?"), choices=RUNNING, widget=forms.RadioSelect
    )
    started_on = forms.DateField(label=gettext_lazy("Running since"), required=False)
    description = forms.CharField(
        label=gettext_lazy("What is made or sold"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kbli = forms.CharField(
        label=gettext_lazy("KBLI"),
        max_length=5,
        required=False,
        help_text=gettext_lazy("Five digits, as on the NIB"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "oo-w10"}),
    )
    packaging = forms.ChoiceField(label=gettext_lazy("Packaging"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", _("Choose")), *Sector.choices()]
        self.fields["packaging"].choices = [("", _("Not known yet")), *Packaging.choices]
        self.fields["started_on"].widget.attrs["max"] = today.isoformat()

    def clean_name(self) -> str:
        return text_values.clean(self.cleaned_data["name"])

    def clean_description(self) -> str:
        return text_values.clean(self.cleaned_data["description"])

    def clean_kbli(self) -> str:
        kbli = self.cleaned_data["kbli"].strip()
        if kbli and not (len(kbli) == 5 and kbli.isascii() and kbli.isdigit()):
            raise ValidationError(_("A KBLI has five digits, for example 10794. Leave it empty if unknown"))
        return kbli

    def clean_started_on(self) -> date | None:
        day = self.cleaned_data["started_on"]
        if day and day > self.today:
            raise ValidationError(_("This day lies in the future. Leave it empty until the business runs"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("running") == "no" and data.get("started_on"):
            self.add_error("started_on", _("The business has not begun. Leave this day empty"))
        if data.get("running") == "yes" and "name" in data and not data["name"]:
            self.add_error("name", _("Write the name of the business, or what people call it"))
        return data

    def fields_changed(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "name": data["name"],
            "sector_id": data["sector"],
            "is_running": IS_RUNNING[data["running"]],
            "started_on": data["started_on"],
            "description": data["description"],
            "kbli": data["kbli"],
            "packaging": data["packaging"],
        }


class CloseForm(forms.Form):
    closed_on = forms.DateField(label=gettext_lazy("Last day of the business"))
    reason = ReasonField(label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, today: date, started_on: date | None, **kwargs: Any) -> None:
        self.today, self.started_on = today, started_on
        kwargs.setdefault("initial", {"closed_on": today})
        super().__init__(*args, **kwargs)
        self.fields["closed_on"].widget.attrs["max"] = today.isoformat()

    def clean_closed_on(self) -> date:
        day = self.cleaned_data["closed_on"]
        if day > self.today:
            raise ValidationError(_("This day lies in the future. Record it when it has happened"))
        if self.started_on and day < self.started_on:
            raise ValidationError(_("The business had not begun on this day. Compare the year"))
        return day


class FiguresForm(forms.Form):
    """What the person told; one of the two is enough."""

    as_of = forms.DateField(label=gettext_lazy("As of"))
    annual_sales = forms.RupiahField(
        label=gettext_lazy("Sales in a year"),
        required=False,
        help_text=gettext_lazy("In rupiah, for example 60.000.000"),
    )
    capital = forms.RupiahField(
        label=gettext_lazy("Capital of the business"),
        required=False,
        help_text=gettext_lazy("Without land and building of the business place"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, initial={"as_of": today, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()

    def clean_as_of(self) -> date:
        day = self.cleaned_data["as_of"]
        if day > self.today:
            raise ValidationError(_("This day lies in the future. Record it when it has happened"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and data.get("annual_sales") is None and data.get("capital") is None:
            self.add_error("annual_sales", _("Write the sales, or the capital of a business that begins"))
        return data


class OutletForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Where"), choices=OutletKind.choices)
    name = forms.CharField(label=gettext_lazy("Name of the place or shop"), max_length=100, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    url = forms.CharField(
        label=gettext_lazy("Link"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Of the shop at Tokopedia, Shopee, GoFood, Instagram and the like"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return text_values.clean(self.cleaned_data["name"])

    def clean_address(self) -> str:
        return text_values.clean(self.cleaned_data["address"])

    def clean_url(self) -> str:
        url = "".join(self.cleaned_data["url"].split())
        if not url:
            return ""
        if "://" not in url and not url.startswith("//") and ":" not in url.split("/")[0]:
            url = f"https://{url}"
        problem = marketplaces.problem_with(url)
        if problem == "scheme":
            raise ValidationError(_("The link must begin with https://. Copy it from the page of the shop"))
        if problem == "login":
            raise ValidationError(_("The link holds a user name. Copy it from the page of the shop"))
        if problem:
            raise ValidationError(_("This is no link. Copy it from the page of the shop"))
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        if data["kind"] == OutletKind.ONLINE and not data["url"]:
            self.add_error("url", _("Write the link of the shop on the internet"))
        elif not (data["name"] or data["address"] or data["url"]):
            self.add_error("address", _("Write the name or the address of the place"))
        return data


class ProductForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the product"), max_length=80)
    price = forms.RupiahField(label=gettext_lazy("Price"), required=False, max_value=1_000_000_000)
    unit = forms.CharField(
        label=gettext_lazy("For"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For example: a pack of 250 grams"),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("At most 8 MB. Place and camera data in the picture are not kept"),
    )
    no_photo = forms.BooleanField(label=gettext_lazy("Remove the present photo"), required=False)

    def __init__(self, *args: Any, has_photo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_photo:
            del self.fields["no_photo"]

    def clean_name(self) -> str:
        name = text_values.clean(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write the name of the product"))
        return name

    def clean_description(self) -> str:
        return text_values.clean(self.cleaned_data["description"])

    def clean_unit(self) -> str:
        return text_values.clean(self.cleaned_data["unit"])

    def clean_photo(self) -> bytes | None:
        upload = self.cleaned_data["photo"]
        return clean_photo(upload, longest=1200) if upload else None

    def for_service(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("name", "price", "unit", "description")
        return {
            "fields": {name: data[name] for name in names},
            "photo": data["photo"],
            "drops_photo": bool(data.get("no_photo")),
        }
