"""What the offices type about rooms, trainers and the curriculum."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from participants.enums import Category
from trainings import plan_rules, rules
from trainings.enums import ConditionCode, VenueKind
from trainings.models import Activity, Trainer, Venue
from trainings.services.curriculum import ActivityEntry
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
        self.fields["kecamatan"].queryset = rules.kecamatan_for(user)
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

    def __init__(self, *args: Any, user: Any, trainer: Trainer | None = None, **kwargs: Any) -> None:
        if trainer is not None:
            kwargs["initial"] = {
                "name": trainer.name,
                "subjects": [subject.pk for subject in trainer.subjects.all()],
                "home": trainer.home_id,
                "weekdays": [str(n) for n in trainer.weekdays],
                "per_day": trainer.per_day,
                "per_week": trainer.per_week,
            }
        super().__init__(*args, **kwargs)
        self.city_id = trainer.city_id if trainer else user.active_membership.area_id[:5]
        self.fields["subjects"].queryset = Activity.objects.visible_to(user)
        self.fields["home"].queryset = rules.kecamatan_of_jakarta()
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
    if isinstance(target, Venue):
        return str(
            _("%(name)s, %(kecamatan)s (%(capacity)s people)")
            % {"name": target.name, "kecamatan": target.kecamatan.name, "capacity": target.capacity}
        )
    return target.name


class ActivityForm(forms.Form):
    """An activity of the curriculum. A required one is taught everywhere and is three at a time."""

    code = forms.CharField(
        label=_("Short code"), max_length=30, help_text=_("Small letters and lines, for example: memasak")
    )
    name_id = forms.CharField(label=_("Name in Indonesian"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    is_required = forms.BooleanField(label=_("One of the three required activities"), required=False)
    first_year = forms.IntegerField(
        label=_("First programme year"), required=False, min_value=2017, max_value=2100
    )
    last_year = forms.IntegerField(
        label=_("Last programme year"), required=False, min_value=2017, max_value=2100
    )
    area = forms.ModelChoiceField(
        queryset=None, label=_("Only in this city"), required=False, empty_label=_("All of Jakarta")
    )
    closed_to = forms.MultipleChoiceField(
        label=_("Categories that do not take it"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who scales up has the basics already, for example"),
    )
    days = forms.IntegerField(label=_("Days of a class"), min_value=1, max_value=6, initial=1)
    required_days = forms.IntegerField(label=_("Days people must come"), min_value=1, max_value=6, initial=1)
    counts_hours = forms.BooleanField(
        label=_("People check in and out"),
        required=False,
        help_text=_("The certificate then says the hours between the two"),
    )
    needs_permit = forms.BooleanField(label=_("A permit is needed"), required=False)
    no_equipment = forms.BooleanField(
        label=_("Only who never got equipment: it is handed out afterwards"), required=False
    )
    similar = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Trainings of the same kind"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who did one of these, in any year, does not take this one"),
    )
    marks_optional = False
    SHORTS = ("first_year", "last_year", "days", "required_days")

    def __init__(self, *args: Any, user: Any, activity: Activity | None = None, **kwargs: Any) -> None:
        self.activity = activity
        if activity is not None:
            kwargs["initial"] = self.values_of(activity)
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = rules.cities_of_jakarta()
        self.fields["similar"].queryset = Activity.objects.visible_to(user)
        for name in self.SHORTS:
            self.fields[name].widget = forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"})
        if activity is not None:
            self.fields["code"].disabled = True

    @staticmethod
    def values_of(activity: Activity) -> dict[str, Any]:
        conditions = {row.code: row for row in activity.conditions.all()}
        similar = conditions.get(ConditionCode.NOT_SIMILAR)
        return {
            name: getattr(activity, name)
            for name in (
                "code", "name_id", "name_en", "is_required", "first_year", "last_year", "closed_to", "days",
                "required_days", "counts_hours",
            )
        } | {
            "area": activity.area_id,
            "needs_permit": ConditionCode.PERMIT in conditions,
            "no_equipment": ConditionCode.NO_EQUIPMENT in conditions,
            "similar": similar.similar if similar else [],
        }  # fmt: skip

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().lower()
        if not code.replace("-", "").isalnum() or not code.isascii():
            raise ValidationError(_("Write small letters, digits and lines only."))
        if self.activity is None and Activity.objects.visible_to(None).filter(pk=code).exists():
            raise ValidationError(_("This code is taken. Write another."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_year"), given.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("The last year is before the first. Check both."))
        if given.get("days") and given.get("required_days") and given["required_days"] > given["days"]:
            self.add_error(
                "required_days",
                _("The class has %(count)s days. Write at most that.") % {"count": given["days"]},
            )
        if given.get("is_required") and given.get("area"):
            self.add_error("area", _("A required activity is taught in all of Jakarta."))
        return given

    @property
    def entry(self) -> ActivityEntry:
        given = self.cleaned_data
        conditions: dict[str, tuple[str, ...]] = {}
        if given["needs_permit"]:
            conditions[ConditionCode.PERMIT] = ()
        if given["no_equipment"]:
            conditions[ConditionCode.NO_EQUIPMENT] = ()
        if given["similar"]:
            conditions[ConditionCode.NOT_SIMILAR] = tuple(activity.pk for activity in given["similar"])
        return ActivityEntry(
            code=given["code"],
            name_id=" ".join(given["name_id"].split()),
            name_en=" ".join(given["name_en"].split()),
            is_required=given["is_required"],
            first_year=given["first_year"],
            last_year=given["last_year"],
            area_id=given["area"].pk if given["area"] else None,
            closed_to=tuple(given["closed_to"]),
            days=given["days"],
            required_days=given["required_days"],
            counts_hours=given["counts_hours"],
            conditions=conditions,
        )
