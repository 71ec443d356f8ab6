"""What the offices type about rooms and trainers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from trainings import areas, plan_rules, rules
from trainings.enums import VenueKind
from trainings.forms.fields import label_of_venue
from trainings.models import Activity, Trainer, Venue
from trainings.services.resources import TrainerEntry, VenueEntry

MOST_EQUIPMENT, LONGEST = 20, 40
WEEK = range(7)


class VenueForm(forms.Form):
    name = forms.CharField(label=_("Name of the venue"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of venue"), choices=VenueKind.choices)
    kecamatan = forms.ModelChoiceField(
        queryset=None, label=_("Kecamatan"), empty_label=_("Choose a kecamatan")
    )
    address = forms.CharField(label=_("Street"), max_length=200, required=False)
    capacity = forms.IntegerField(label=_("How many people it holds"), min_value=1, max_value=20_000)
    equipment = forms.CharField(
        label=_("Equipment"),
        required=False,
        help_text=_("One per line: projector, stove, sewing machines"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: Any, venue: Venue | None = None, now: Any, **kwargs: Any) -> None:
        self.venue, self.now = venue, now
        if venue is not None:
            kwargs["initial"] = self.values_of(venue)
        super().__init__(*args, **kwargs)
        self.fields["kecamatan"].queryset = areas.kecamatan_for(user)
        self.fields["capacity"].widget = forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"})
        own = list(self.fields["kecamatan"].queryset[:2])
        if len(own) == 1:
            self.fields["kecamatan"].initial = own[0].pk
        for number in WEEK:
            day = plan_rules.weekday_name(number)
            opens = forms.TimeField(label=_("%(day)s from") % {"day": day}, required=False)
            closes = forms.TimeField(label=_("%(day)s to") % {"day": day}, required=False)
            self.fields[f"opens_{number}"], self.fields[f"closes_{number}"] = opens, closes

    @staticmethod
    def values_of(venue: Venue) -> dict[str, Any]:
        values = {
            "name": venue.name,
            "kind": venue.kind,
            "kecamatan": venue.kecamatan_id,
            "address": venue.address,
            "capacity": venue.capacity,
            "equipment": "\n".join(venue.equipment),
        }
        for row in venue.hours.all():
            values |= {f"opens_{row.weekday}": row.opens, f"closes_{row.weekday}": row.closes}
        return values

    @property
    def general(self) -> list[Any]:
        return [self[name] for name in ("name", "kind", "kecamatan", "address", "capacity", "equipment")]

    @property
    def week(self) -> list[tuple[Any, Any]]:
        return [(self[f"opens_{n}"], self[f"closes_{n}"]) for n in WEEK]

    def clean_equipment(self) -> tuple[str, ...]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["equipment"].splitlines()]
        found = tuple(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_EQUIPMENT or any(len(line) > LONGEST for line in found):
            raise ValidationError(_("Write at most 20 lines of at most 40 letters each."))
        return found

    def clean_capacity(self) -> int:
        room: int = self.cleaned_data["capacity"]
        if self.venue is not None:
            largest = rules.largest_coming(self.venue, now=self.now)
            if largest is not None and largest.capacity > room:
                raise ValidationError(
                    _("A coming session here has %(seats)s seats, on %(day)s. Lower or move it first.")
                    % {"seats": largest.capacity, "day": rules.long_day(largest.starts_at)}
                )
        return room

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for number in WEEK:
            opens, closes = given.get(f"opens_{number}"), given.get(f"closes_{number}")
            if (opens is None) != (closes is None):
                missing = f"opens_{number}" if opens is None else f"closes_{number}"
                if missing not in self.errors:
                    self.add_error(missing, _("Write both times, or leave both empty."))
            elif opens and closes <= opens:
                self.add_error(f"closes_{number}", _("It closes after it opens. Check both times."))
        return given

    @property
    def entry(self) -> VenueEntry:
        given = self.cleaned_data
        return VenueEntry(
            name=" ".join(given["name"].split()),
            kind=given["kind"],
            kecamatan_id=given["kecamatan"].pk,
            capacity=given["capacity"],
            address=given["address"],
            equipment=given["equipment"],
            hours={
                n: (given[f"opens_{n}"], given[f"closes_{n}"])
                for n in WEEK
                if given[f"opens_{n}"] is not None
            },
        )


class DaysForm(forms.Form):
    """From a day to a day, not in the past."""

    first = forms.DateField(label=_("First day"))
    last = forms.DateField(label=_("Last day"), required=False, help_text=_("Empty: that one day"))
    LONGEST_DAYS = 366

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last") or given.get("first")
        if first and last < first:
            self.add_error("last", _("The last day is before the first. Check both days."))
        elif first and last < self.today:
            self.add_error("last" if given.get("last") else "first", _("These days are over."))
        elif first and (last - first).days > self.LONGEST_DAYS:
            self.add_error("last", _("Write at most a year at a time."))
        given["last"] = last
        return given


class ClosureForm(DaysForm):
    reason = forms.CharField(
        label=_("Why it is closed"), max_length=120, help_text=_("For example: flood, repairs, election")
    )


class AbsenceForm(DaysForm):
    """Why somebody is away is nobody's business here."""


class TrainerForm(forms.Form):
    name = forms.CharField(label=_("Name of the trainer"), max_length=100)
    subjects = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Subjects"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: not asked yet, may teach everything"),
    )
    home = forms.ModelChoiceField(
        queryset=None, label=_("Lives in kecamatan"), required=False, empty_label=_("Not known")
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Days on which the trainer can teach"), widget=forms.CheckboxSelectMultiple
    )
    per_day = forms.IntegerField(label=_("Sessions a day at most"), min_value=1, max_value=6, initial=2)
    per_week = forms.IntegerField(label=_("Sessions a week at most"), min_value=1, max_value=30, initial=6)
    account = forms.ModelChoiceField(
        queryset=None,
        label=_("Account of the trainer"),
        required=False,
        empty_label=_("Does not sign in"),
        help_text=_(
            "Who signs in with it sees the own sessions, takes attendance and reads what people think. "
            "Accounts with the role of trainer in this city are offered."
        ),
    )

    def __init__(self, *args: Any, user: Any, trainer: Trainer | None = None, **kwargs: Any) -> None:
        if trainer is not None:
            kwargs["initial"] = {
                "name": trainer.name,
                "subjects": [subject.pk for subject in trainer.subjects.all()],
                "home": trainer.home_id,
                "weekdays": [str(n) for n in trainer.weekdays],
                "per_day": trainer.per_day,
                "per_week": trainer.per_week,
                "account": trainer.user_id,
            }
        super().__init__(*args, **kwargs)
        self.city_id = trainer.city_id if trainer else user.active_membership.area_id[:5]
        self.fields["subjects"].queryset = Activity.objects.visible_to(user)
        self.fields["home"].queryset = areas.kecamatan_of_jakarta()
        self.fields["account"].queryset = rules.accounts_for_trainer(self.city_id, trainer)
        self.fields["account"].label_from_instance = lambda account: account.full_name
        self.fields["weekdays"].choices = [(str(n), plan_rules.weekday_name(n)) for n in WEEK]
        if trainer is None:
            self.fields["weekdays"].initial = [str(n) for n in range(5)]
        for name in ("per_day", "per_week"):
            self.fields[name].widget = forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("per_day") and given.get("per_week") and given["per_week"] < given["per_day"]:
            self.add_error("per_week", _("A week has at least as many sessions as a day."))
        return given

    @property
    def entry(self) -> TrainerEntry:
        given = self.cleaned_data
        return TrainerEntry(
            name=" ".join(given["name"].split()),
            city_id=self.city_id,
            home_id=given["home"].pk if given["home"] else None,
            subjects=tuple(subject.pk for subject in given["subjects"]),
            weekdays=tuple(int(n) for n in given["weekdays"]),
            per_day=given["per_day"],
            per_week=given["per_week"],
            user_id=given["account"].pk if given["account"] else None,
        )


class StrandedForm(forms.Form):
    """For each session that lost its room or trainer: where it goes, or that it stays."""

    def __init__(self, *args: Any, rows: list[tuple[Any, str, list[Any]]], **kwargs: Any) -> None:
        """``rows``: session, its label, and the rooms or trainers that are free then."""
        super().__init__(*args, **kwargs)
        self.targets: dict[str, tuple[Any, dict[str, Any]]] = {}
        for session, label, targets in rows:
            name = f"sesi_{session.pk}"
            by_id = {str(target.pk): target for target in targets}
            self.targets[name] = (session, by_id)
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", _("Stays for now")), *((pk, label_of(target)) for pk, target in by_id.items())],
                initial=next(iter(by_id), ""),
                help_text=""
                if by_id
                else _("Nothing else is free then. Choose another day for this session."),
            )

    marks_optional = False

    @property
    def choices_made(self) -> list[tuple[Any, Any]]:
        given = self.cleaned_data
        return [
            (session, by_id[given[name]]) for name, (session, by_id) in self.targets.items() if given[name]
        ]


def label_of(target: Venue | Trainer) -> str:
    return label_of_venue(target) if isinstance(target, Venue) else target.name
