"""What the Sudin types about a bazaar beside its days: facts, places, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.enums import Funding, PlaceKind, SiteState
from bazaars.models import Bazaar, PaperKind, Site
from bazaars.services.conditions import Conditions
from bazaars.services.events import Facts
from okoce.ui import forms

EARLIEST_SETUP = timedelta(days=3)


class FactsForm(forms.Form):
    """Set-up, funding, rules, contact of one bazaar."""

    setup_on = forms.DateField(label=_lazy("Day of setting up"), required=False)
    setup_from = forms.TimeField(
        label=_lazy("Setting up from"),
        required=False,
        help_text=_lazy("Without a day: on the first day of the bazaar"),
    )
    cleared_by = forms.TimeField(
        label=_lazy("Place empty again by"), required=False, help_text=_lazy("On each day, after closing")
    )
    funding = forms.ChoiceField(label=_lazy("Paid from"), required=False)
    rules = forms.CharField(
        label=_lazy("Rules for vendors"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_lazy("Everybody reads them before applying. One rule in each line"),
    )
    contact = forms.CharField(
        label=_lazy("Contact"),
        required=False,
        max_length=120,
        help_text=_lazy("An office and its number, nobody's own: everybody can read it"),
    )

    def __init__(self, *args: Any, bazaar: Bazaar, **kwargs: Any) -> None:
        setup = timezone.localtime(bazaar.setup_at) if bazaar.setup_at else None
        kwargs["initial"] = {
            "setup_on": setup.date() if setup else None,
            "setup_from": setup.time() if setup else None,
            "cleared_by": bazaar.cleared_by,
            "funding": bazaar.funding,
            "rules": bazaar.rules,
            "contact": bazaar.contact,
        }
        super().__init__(*args, **kwargs)
        self.bazaar = bazaar
        self.fields["funding"].choices = [("", _("Not decided yet")), *Funding.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        cleared = data.get("cleared_by")
        if cleared and cleared <= self.bazaar.closes_at:
            self.add_error("cleared_by", _("The bazaar is still open then. Choose a time after closing"))
        data["setup_at"] = self._setup_at(data.get("setup_on"), data.get("setup_from"))
        return data

    def _setup_at(self, day: date | None, clock: time | None) -> datetime | None:
        if clock is None:
            if day is not None and "setup_from" not in self.errors:
                self.add_error("setup_from", _("Write from which time on that day"))
            return None
        first = self.bazaar.starts_on
        moment = timezone.make_aware(datetime.combine(day or first, clock))
        opening = timezone.make_aware(datetime.combine(first, self.bazaar.opens_at))
        if moment >= opening:
            self.add_error("setup_from", _("The bazaar is open by then. Choose an earlier time or day"))
        elif opening - moment > EARLIEST_SETUP:
            self.add_error("setup_on", _("Setting up begins at most 3 days before. Check the day"))
        return moment

    @property
    def facts(self) -> Facts:
        names = ("setup_at", "cleared_by", "funding", "rules", "contact")
        return Facts(**{name: self.cleaned_data[name] for name in names})


class PlaceForm(forms.Form):
    """Name, kind and address of one place. The name stays once the call was public."""

    name = forms.CharField(label=_lazy("Place"), max_length=120)
    kind = forms.ChoiceField(label=_lazy("Kind of place"), choices=PlaceKind.choices)
    address = forms.CharField(label=_lazy("Address"), max_length=200, required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        kwargs["initial"] = {"name": site.name, "kind": site.kind, "address": site.address}
        super().__init__(*args, **kwargs)
        if site.state != SiteState.DRAFT:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("The call is public under this name: it stays")


class CopyForm(forms.Form):
    name = forms.CharField(label=_lazy("Name of the bazaar"), max_length=120)
    starts_on = forms.DateField(label=_lazy("First day"))
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)


class ConditionsForm(forms.Form):
    """Who may apply: business, activities, and the papers for each kind of goods."""

    needs_business = forms.BooleanField(label=_lazy("A business in the profile"), required=False)
    least_activities = forms.TypedChoiceField(
        label=_lazy("Activities done"),
        coerce=int,
        help_text=_lazy("Of the three, in the year of the bazaar or the one before"),
    )
    is_curated = forms.BooleanField(
        label=_lazy("Applications are curated before the draw"),
        required=False,
        help_text=_lazy("At least two people score each without its name; only accepted ones are drawn"),
    )

    def __init__(
        self,
        *args: Any,
        bazaar: Bazaar,
        sectors: Sequence[tuple[str, str]],
        papers: Sequence[PaperKind],
        demands: Mapping[str, Set[str]],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "needs_business": bazaar.needs_business,
            "least_activities": bazaar.least_activities,
            "is_curated": bazaar.is_curated,
            **{f"papers-{code}": sorted(demands.get(code, ())) for code, _name in sectors},
        }
        super().__init__(*args, **kwargs)
        self.fields["least_activities"].choices = [
            (0, _("None")),
            (1, _("At least one")),
            (2, _("At least two")),
            (3, _("All three")),
        ]
        self.sectors = [code for code, _name in sectors]
        for code, name in sectors:
            self.fields[f"papers-{code}"] = forms.MultipleChoiceField(
                label=_("%(goods)s: permits and checks") % {"goods": name},
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(paper.pk, paper.name) for paper in papers],
            )

    @property
    def conditions(self) -> Conditions:
        data = self.cleaned_data
        return Conditions(
            needs_business=data["needs_business"],
            least_activities=data["least_activities"],
            is_curated=data["is_curated"],
            papers={code: data[f"papers-{code}"] for code in self.sectors},
        )


class PaperForm(forms.Form):
    """What an office has just seen."""

    paper = forms.ModelChoiceField(
        label=_lazy("Permit or check"), queryset=PaperKind.objects.none(), empty_label=_lazy("Choose")
    )
    is_good = forms.TypedChoiceField(
        label=_lazy("What you saw"),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        choices=[("1", _lazy("In order, or passed")), ("0", _lazy("Failed, or not valid any more"))],
        initial="1",
    )
    valid_until = forms.DateField(
        label=_lazy("Valid until"), required=False, help_text=_lazy("Empty when it has no end")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["paper"].queryset = PaperKind.objects.all()

    def clean_valid_until(self) -> date | None:
        until: date | None = self.cleaned_data["valid_until"]
        if until and until < self.today:
            raise ValidationError(_("This day is over. Note it as not valid any more instead"))
        return until
