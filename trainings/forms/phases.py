"""A phase in one form: dates × kecamatan × quota, and what it is held with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from okoce.regions.models import Region
from okoce.ui import forms
from trainings import scheduling
from trainings.forms.fields import in_figures
from trainings.forms.phase_shares import GROUPS, QUOTA, SharesForm, row_values
from trainings.models import Activity, Phase, Trainer, Venue
from trainings.phase_words import WEEKDAYS
from trainings.services.phases import PhaseEntry, Share

USUAL_QUOTA, USUAL_GROUP = 1000, 100
FIRST_START, SECOND_START, THIRD_START = "mulai_1", "mulai_2", "mulai_3"
TIMES = (FIRST_START, SECOND_START, THIRD_START)


class PhaseForm(SharesForm):
    """A phase in one form: dates × kecamatan × quota, and what it is held with."""

    name = forms.CharField(label=_("Name of the phase"), max_length=80)
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("The plan ends as early as it can; no session is later than this day"),
    )
    activities = forms.ModelMultipleChoiceField(
        queryset=None, label=_("Activities"), widget=forms.CheckboxSelectMultiple
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Days of the week"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Holidays and the Friday prayer are left out by themselves"),
    )
    mulai_1 = forms.TimeField(label=_("Sessions start at"))
    mulai_2 = forms.TimeField(label=_("and at (may be left empty)"), required=False)
    mulai_3 = forms.TimeField(label=_("and also at (may be left empty)"), required=False)
    minutes = in_figures(forms.IntegerField(label=_("Minutes of a session"), min_value=30, max_value=600))
    gap_days = in_figures(
        forms.IntegerField(
            label=_("Days between two activities of a group, at least"), min_value=1, max_value=120
        )
    )
    kecamatan_a_day = in_figures(
        forms.IntegerField(
            label=_("Kecamatan that meet on one day, at most"),
            min_value=0,
            max_value=44,
            help_text=_("0: as many as there are"),
        )
    )
    venues = forms.ModelMultipleChoiceField(
        queryset=None, label=_("Venues"), widget=forms.CheckboxSelectMultiple
    )
    trainers = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Trainers"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: sessions are planned without trainers"),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    marks_optional = False

    def __init__(
        self, *args: Any, city: str, user: Any, today: date, phase: Phase | None = None, **kwargs: Any
    ) -> None:
        self.city, self.phase, self.today = city, phase, today
        self.areas = list(Region.objects.kecamatan(city=city).order_by("name"))
        first = usual_first_day(today)
        year = phase.year if phase else first.year
        activities = Activity.objects.visible_to(user).taught_in(year, area=city).filter(days=1)
        venues = Venue.objects.visible_to(user).in_use().filter(city=city).select_related("kecamatan")
        trainers = Trainer.objects.visible_to(user).in_use().filter(city=city)
        self._venues = list(venues.order_by("kecamatan__name", "name"))
        given = self._of_phase(phase) if phase else self._usual(user, first, activities, list(trainers))
        kwargs["initial"] = given | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["activities"].queryset = activities
        self.fields["venues"].queryset = venues
        self.fields["trainers"].queryset = trainers
        self.fields["venues"].choices = self._venue_choices()
        self.fields["trainers"].choices = [(t.pk, t.name) for t in trainers]
        self.add_rows(year)

    def _venue_choices(self) -> list[tuple[str, list[tuple[int, str]]]]:
        groups: dict[str, list[tuple[int, str]]] = {}
        for venue in self._venues:
            label = ngettext("%(name)s (%(count)s person)", "%(name)s (%(count)s people)", venue.capacity) % {
                "name": venue.name,
                "count": venue.capacity,
            }
            groups.setdefault(venue.kecamatan.name, []).append((venue.pk, label))
        return list(groups.items())

    def _usual(self, user: Any, first: date, activities: Any, trainers: list[Trainer]) -> dict[str, Any]:
        """As in 2018: all kecamatan, groups of 100, one morning session a day in every large enough hall."""
        number = Phase.objects.visible_to(user).filter(city=self.city, year=first.year).count() + 1
        found: dict[str, Any] = {
            "name": _("Phase %(number)s") % {"number": number},
            "starts_on": first,
            "ends_on": date(first.year, 12, 31),
            "activities": [a.pk for a in activities if a.is_required],
            "weekdays": [0, 1, 2, 3, 4],
            FIRST_START: time(8, 30),
            "minutes": 180,
            "gap_days": 7,
            "kecamatan_a_day": 4,
            "venues": [v.pk for v in self._venues if v.capacity >= USUAL_GROUP],
            "trainers": [t.pk for t in trainers],
        }
        for area in self.areas:
            found |= row_values(area.code, True, USUAL_QUOTA, USUAL_QUOTA // USUAL_GROUP)
        return found

    def _of_phase(self, phase: Phase) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": phase.name,
            "starts_on": phase.starts_on,
            "ends_on": phase.ends_on,
            "activities": [a.pk for a in phase.activities.all()],
            "weekdays": phase.weekdays,
            **dict(zip(TIMES, phase.starts, strict=False)),
            "minutes": phase.minutes,
            "gap_days": phase.gap_days,
            "kecamatan_a_day": phase.kecamatan_a_day,
            "venues": [v.pk for v in phase.venues.all()],
            "trainers": [t.pk for t in phase.trainers.all()],
            "seen": phase.updated_at.isoformat(),
        }
        rows = {row.kecamatan_id: row for row in phase.kecamatan.all()}
        for area in self.areas:
            row = rows.get(area.code)
            found |= row_values(
                area.code,
                row is not None,
                row.quota if row else USUAL_QUOTA,
                row.groups if row else USUAL_QUOTA // USUAL_GROUP,
            )
        return found

    @property
    def venue_boxes(self) -> list[tuple[str, list[dict[str, Any]]]]:
        return [(area, self._boxes("venues", choices)) for area, choices in self._venue_choices()]

    @property
    def trainer_boxes(self) -> list[dict[str, Any]]:
        return self._boxes("trainers", self.fields["trainers"].choices)

    def _boxes(self, name: str, choices: Iterable[tuple[Any, Any]]) -> list[dict[str, Any]]:
        ticked = {str(value) for value in self[name].value() or ()}
        return [
            {"value": value, "label": label, "is_ticked": str(value) in ticked} for value, label in choices
        ]

    # ------------------------------------------------------------ checks

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._clean_days(given)
        self._clean_times(given)
        self.refuse_other_cities()
        shares = self.clean_rows(given)
        if not shares and not any(name.startswith((QUOTA, GROUPS)) for name in self.errors):
            self.add_error(None, _("Tick at least one kecamatan."))
        self._clean_venues(given, shares)
        return given

    def _clean_days(self, given: dict[str, Any]) -> None:
        first, last = given.get("starts_on"), given.get("ends_on")
        if first is None or last is None:
            return
        if last < first:
            self.add_error("ends_on", _("The phase ends before it starts. Choose a later last day."))
        elif last.year != first.year:
            self.add_error(
                "ends_on",
                _(
                    "The activities are completed within one calendar year. Choose a last day in %(year)s, "
                    "or make a second phase."
                )
                % {"year": first.year},
            )
        if self.phase is None and last < self.today:
            self.add_error("ends_on", _("The phase is over. Choose days that are still to come."))

    def _clean_times(self, given: dict[str, Any]) -> None:
        minutes = given.get("minutes")
        if minutes is None:
            return
        opens, closes = scheduling.OFFICE_OPENS, scheduling.OFFICE_CLOSES
        before: datetime | None = None
        for name in TIMES:
            start = given.get(name)
            if start is None:
                continue
            begins = datetime.combine(date.min, start)
            ends = begins + timedelta(minutes=minutes)
            said = {
                "start": time_format(start),
                "end": time_format(ends.time()),
                "opens": time_format(opens),
                "closes": time_format(closes),
            }
            if before is not None and begins < before:
                self.add_error(
                    name,
                    _("The session before lasts until %(end)s. Choose that time or a later one.")
                    % {"end": time_format(before.time())},
                )
            elif ends.day != begins.day or start < opens or ends.time() > closes:
                self.add_error(
                    name,
                    _(
                        "From %(start)s to %(end)s lies outside office hours, %(opens)s to %(closes)s. "
                        "Choose another time, or a shorter session."
                    )
                    % said,
                )
            before = ends

    def _clean_venues(self, given: dict[str, Any], shares: list[Share]) -> None:
        venues = given.get("venues")
        if venues is None:
            return
        largest: dict[str, int] = {}
        for venue in venues:
            largest[venue.kecamatan_id] = max(largest.get(venue.kecamatan_id, 0), venue.capacity)
        names = {area.code: area.name for area in self.areas}
        for share in shares:
            size = -(-share.quota // share.groups)
            said = {
                "kecamatan": names[share.kecamatan],
                "size": size,
                "room": largest.get(share.kecamatan, 0),
            }
            if not said["room"]:
                self.add_error(
                    "venues", _("%(kecamatan)s has no venue. Tick one, or take the kecamatan out.") % said
                )
            elif said["room"] < size:
                self.add_error(
                    "venues",
                    _(
                        "The groups of %(kecamatan)s have %(size)s people and the largest venue ticked there "
                        "holds %(room)s. Tick a larger one, or write more groups."
                    )
                    % said,
                )

    # ------------------------------------------------------------ for the service

    @property
    def seen_at(self) -> datetime | None:
        return parse_datetime(self.cleaned_data.get("seen") or "")

    @property
    def entry(self) -> PhaseEntry:
        given = self.cleaned_data
        return PhaseEntry(
            name=" ".join(given["name"].split()),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            activities=list(given["activities"]),
            shares=self.clean_rows(given),
            weekdays=[int(day) for day in given["weekdays"]],
            starts=[given[name] for name in TIMES if given.get(name) is not None],
            minutes=given["minutes"],
            kecamatan_a_day=given["kecamatan_a_day"],
            gap_days=given["gap_days"],
            venues=list(given["venues"]),
            trainers=list(given["trainers"]),
        )


WEEKS_A_PHASE_TAKES = 18


def usual_first_day(today: date) -> date:
    """The first working day with notice; next January when this year is too short for a whole phase."""
    day = today + timedelta(days=scheduling.NOTICE_DAYS)
    if day + timedelta(weeks=WEEKS_A_PHASE_TAKES) > date(day.year, 12, 31):
        day = date(day.year + 1, 1, 5)
    return scheduling.next_working_day(day, 0)
