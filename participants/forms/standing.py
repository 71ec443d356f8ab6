"""How somebody stands, where they belong, and what was recorded by hand: each with a day and a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.accounts.scope import scope_of
from okoce.organisations.models import Organisation
from okoce.ui import forms
from okoce.values import text as text_values
from participants import areas
from participants.enums import Status, Step
from participants.models import Participant

OUTSIDE = "outside"
STANDINGS = (
    (Status.ACTIVE, gettext_lazy("Active, lives in Jakarta")),
    (OUTSIDE, gettext_lazy("Active, identity card from outside Jakarta")),
    (Status.MOVED, gettext_lazy("Moved away from Jakarta")),
    (Status.WITHDRAWN, gettext_lazy("Withdrawn from the programme")),
    (Status.DIED, gettext_lazy("Died")),
)


class ReasonField(forms.CharField):
    """One line of plain words that say why."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        return text_values.clean(super().clean(value))


class DayForm(forms.Form):
    """A day that is not in the future and not before the registration."""

    DAY = "day"

    def __init__(self, *args: Any, participant: Participant, today: date, **kwargs: Any) -> None:
        self.participant, self.today = participant, today
        initial = {self.DAY: today, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields[self.DAY].widget.attrs["max"] = today.isoformat()
        self.fields[self.DAY].widget.attrs["min"] = participant.registered_on.isoformat()

    def clean_day(self) -> date:
        day = self.cleaned_data[self.DAY]
        if day > self.today:
            raise ValidationError(_("This day lies in the future. Record it when it has happened"))
        if day < self.participant.registered_on:
            raise ValidationError(
                _("This day is before the registration on %(day)s. Compare the year")
                % {"day": self.participant.registered_on.strftime("%d/%m/%Y")}
            )
        return day


class StatusForm(DayForm):
    standing = forms.ChoiceField(
        label=gettext_lazy("How does this person stand?"), choices=STANDINGS, widget=forms.RadioSelect
    )
    day = forms.DateField(label=gettext_lazy("Since which day?"))
    reason = ReasonField(
        label=gettext_lazy("How do you know?"),
        help_text=gettext_lazy("For example: death certificate seen, told by the family, moved to Bekasi"),
    )

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, participant=participant, **kwargs)
        now = present_standing(participant)
        self.fields["standing"].choices = [choice for choice in STANDINGS if choice[0] != now]

    def for_service(self) -> dict[str, Any]:
        standing = self.cleaned_data["standing"]
        return {
            "status": Status.ACTIVE if standing == OUTSIDE else standing,
            "is_outside_dki": standing == OUTSIDE,
            "starts_on": self.cleaned_data["day"],
            "reason": self.cleaned_data["reason"],
        }


def present_standing(participant: Participant) -> str:
    if participant.status == Status.ACTIVE and participant.is_outside_dki:
        return OUTSIDE
    return participant.status


class WhyForm(forms.Form):
    reason = ReasonField(label=gettext_lazy("Why?"))


class TransferForm(DayForm):
    """To a kelurahan of another kecamatan: of the own city for a kecamatan office, of Jakarta for a Sudin."""

    kelurahan = forms.ChoiceField(label=gettext_lazy("New kelurahan"))
    day = forms.DateField(label=gettext_lazy("Moved on which day?"))
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For example: new identity card seen, moved in with the family"),
    )

    def __init__(self, *args: Any, participant: Participant, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, participant=participant, **kwargs)
        here = None if participant.is_outside_dki else participant.kecamatan_id
        self.fields["kelurahan"].choices = kelurahan_grouped(reach_of(user), without=here)


class AskForm(forms.Form):
    """Asks for somebody of another office: where they live now, since when, and why."""

    kelurahan = forms.ChoiceField(label=gettext_lazy("Kelurahan where the person lives now"))
    day = forms.DateField(label=gettext_lazy("Lives there since"))
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The other office reads this. For example: new identity card seen"),
    )

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        kwargs.setdefault("initial", {"day": today})
        super().__init__(*args, **kwargs)
        scope = scope_of(user)
        if scope.kecamatan:
            choices = areas.kelurahan_within(scope.kecamatan)
            self.fields["kelurahan"].choices = [("", _("Choose the kelurahan")), *choices]
        else:
            self.fields["kelurahan"].choices = kelurahan_grouped(scope.city or areas.JAKARTA)
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day > self.today:
            raise ValidationError(_("This day lies in the future. Record it when it has happened"))
        return day


def reach_of(user: Any) -> str:
    """The area in which the user may move people: the city for a kecamatan office, else all Jakarta."""
    scope = scope_of(user)
    return scope.kecamatan[:5] if scope.kecamatan else areas.JAKARTA


def kelurahan_grouped(area: str, *, without: str | None = None) -> list[Any]:
    """Kelurahan under their kecamatan; all Jakarta says the city, too."""
    groups = []
    for code, name in areas.kecamatan_within(area):
        if code != without:
            label = f"{name}, {areas.short_name(code[:5])}" if area == areas.JAKARTA else name
            groups.append((label, areas.kelurahan_within(code)))
    return [("", _("Choose the kelurahan")), *groups]


class RefuseForm(forms.Form):
    reason = ReasonField(
        label=gettext_lazy("Why do you keep the person?"),
        help_text=gettext_lazy("The asking office reads this. Write nothing personal"),
    )


class AgencyForm(DayForm):
    leaves = forms.ChoiceField(label=gettext_lazy("Leaves"), required=False)
    joins = forms.ChoiceField(label=gettext_lazy("Is fostered from now on by"), required=False)
    day = forms.DateField(label=gettext_lazy("Since which day?"))
    reason = ReasonField(label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, participant: Participant, fostered: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, participant=participant, **kwargs)
        here = {organisation.pk for organisation in fostered}
        agencies = Organisation.objects.pengampu().of_city(participant.city_id).valid_on(self.today)
        self.fields["leaves"].choices = [
            ("", _("No agency: it is added")),
            *((organisation.pk, organisation.short_name) for organisation in fostered),
        ]
        self.fields["joins"].choices = [
            ("", _("No agency: the fostering ends")),
            *((a.pk, a.short_name) for a in agencies if a.pk not in here),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("leaves") and not data.get("joins"):
            self.add_error("joins", _("Choose the agency that is left, or the one that is joined"))
        return data


class StepForm(DayForm):
    """P2 to P7, when no attendance, permit or stall in the portal proves it."""

    day = forms.DateField(label=gettext_lazy("Reached on"))
    evidence = ReasonField(
        label=gettext_lazy("What proves it?"),
        help_text=gettext_lazy("For example: NIB seen, letter of the bank of 3 May"),
        max_length=100,
    )
    reason = ReasonField(
        label=gettext_lazy("Why is it recorded by hand?"),
        help_text=gettext_lazy("For example: reached before the portal existed"),
    )

    def __init__(self, *args: Any, participant: Participant, step: Step, **kwargs: Any) -> None:
        self.step = step
        super().__init__(*args, participant=participant, **kwargs)
