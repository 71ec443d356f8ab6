"""What is typed about a stall day: an amount in any usual way, or a band, and two things that may be left."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.enums import SalesBand
from bazaars.models import SalesReport
from bazaars.services.sales import Sold, version_of
from okoce.ui import forms
from okoce.values.rupiah import RupiahError, parse_rupiah

MOST = 100_000_000_000  # rupiah in a day: above it is a mistake for certain
MOST_TRANSACTIONS = 100_000


class SalesForm(forms.Form):
    amount = forms.RupiahField(
        label=_lazy("Sold on this day, in rupiah"),
        required=False,
        spoken=True,
        max_value=MOST,
        help_text=_lazy("For example 500.000, 500rb or 1,5 juta. Sold nothing? Write 0"),
    )
    band = forms.ChoiceField(
        label=_lazy("Or about how much"), required=False, choices=SalesBand.choices, widget=forms.RadioSelect
    )
    transactions = forms.CharField(
        label=_lazy("How many buyers"),
        required=False,
        max_length=12,
        widget=forms.TextInput(
            attrs={"class": forms.SHORT, "inputmode": "numeric", "autocomplete": "off"},
        ),
    )
    best_product = forms.CharField(label=_lazy("What sold best"), required=False, max_length=100)
    sure_of = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    marks_optional = False

    def __init__(self, *args: Any, report: SalesReport | None, proposal: str, shows: bool, **kwargs: Any):
        """``shows``: what was reported may be shown to whoever opens the page."""
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = version_of(report)
        self.fields["best_product"].initial = proposal
        if report is not None and shows:
            for name in ("amount", "band", "transactions", "best_product"):
                self.fields[name].initial = getattr(report, name)

    def clean_transactions(self) -> int | None:
        text = self.cleaned_data["transactions"].strip()
        if not text:
            return None
        try:
            count = parse_rupiah(text)
        except RupiahError:
            count = -1
        if not 0 <= count <= MOST_TRANSACTIONS:
            raise ValidationError(_("Write the number of buyers as a whole number, for example 40"))
        return count

    def clean_best_product(self) -> str:
        return " ".join(self.cleaned_data["best_product"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and data.get("amount") is None and not data.get("band"):
            self.add_error("amount", _("Write how much was sold, or choose about how much"))
        return data

    def sold(self) -> Sold:
        """The amount wins where both were given."""
        data = self.cleaned_data
        return Sold(
            amount=data["amount"],
            band="" if data["amount"] is not None else data["band"],
            transactions=data["transactions"],
            best_product=data["best_product"],
        )

    def sure(self) -> int | None:
        text = self.cleaned_data.get("sure_of", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def ask_again(self, words: str, amount: int) -> None:
        """What was typed stays; sending it once more means that it is right."""
        self.add_error("amount", words)
        self.data = self.data.copy()
        self.data["sure_of"] = str(amount)

    def show_newer(self, report: SalesReport | None) -> None:
        """After somebody else's report: what was typed stays, and may now replace it."""
        self.data = self.data.copy()
        self.data["seen"] = version_of(report)
