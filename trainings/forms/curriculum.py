"""What the province types about the activities that are taught."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.ui import forms
from participants.enums import Category
from trainings import areas
from trainings.enums import ConditionCode
from trainings.models import Activity
from trainings.services.curriculum import ActivityEntry


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
        self.fields["area"].queryset = areas.cities_of_jakarta()
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
