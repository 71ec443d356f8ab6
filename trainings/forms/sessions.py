"""The plan of one session, as it is typed. Choices are limited to what the person may see."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from okoce.ui import forms
from trainings import areas, rules, scheduling
from trainings.concern_words import said
from trainings.enums import SessionState
from trainings.forms.fields import VenueChoice, still_used
from trainings.models import Activity, Trainer, TrainingSession, Venue
from trainings.refusals import Refused
from trainings.scheduling import Concern
from trainings.services import sessions
from trainings.services.sessions import NewVenue, SessionPlan

FIELD_OF_PLAN = {"new_venue": "new_venue_name", "later_days": "day_2"}
MOST_DAYS = 6  # of a class, in the form
YEARS_AHEAD = 2


class SessionForm(forms.Form):
    """The plan of one session. ``session`` is the one being changed; once published, its activity stays."""

    activity = forms.ModelChoiceField(queryset=None, label=_("Activity"), empty_label=_("Choose an activity"))
    kecamatan = forms.ModelChoiceField(
        queryset=None, label=_("For people of kecamatan"), empty_label=_("Choose a kecamatan")
    )
    date = forms.DateField(label=_("Day"))
    start = forms.TimeField(label=_("Starts"), initial=scheduling.USUAL_START)
    end = forms.TimeField(label=_("Ends"), initial=scheduling.USUAL_END)
    venue = VenueChoice(queryset=None, label=_("Venue"), required=False, empty_label=_("Not on the list"))
    new_venue_name = forms.CharField(label=_("Name of the new venue"), max_length=120, required=False)
    new_venue_address = forms.CharField(label=_("Its street"), max_length=200, required=False)
    new_venue_capacity = forms.IntegerField(
        label=_("How many people it holds"), required=False, max_value=20_000
    )
    trainer = forms.ModelChoiceField(
        queryset=None,
        label=pgettext_lazy("of a session", "Trainer"),
        required=False,
        empty_label=_("Not settled yet"),
    )
    new_trainer_name = forms.CharField(label=_("Name of the new trainer"), max_length=100, required=False)
    capacity = forms.IntegerField(
        label=_("Seats"),
        required=False,
        help_text=_("Empty: 100, or as many as the venue holds"),
    )
    day_2 = forms.DateField(label=_("Second day"), required=False)
    day_3 = forms.DateField(label=_("Third day"), required=False)
    day_4 = forms.DateField(label=_("Fourth day"), required=False)
    day_5 = forms.DateField(label=_("Fifth day"), required=False)
    day_6 = forms.DateField(label=_("Sixth day"), required=False)
    required_days = forms.IntegerField(
        label=_("Days people must come"),
        required=False,
        min_value=1,
        help_text=_("Empty: all of them. Who comes on so many days has done the activity."),
    )
    reason = forms.CharField(
        label=_("Why it is held at this time all the same"),
        max_length=200,
        required=False,
        help_text=_("Kept with the session"),
    )

    LATER = tuple(f"day_{n}" for n in range(2, MOST_DAYS + 1))
    PLAN = ("activity", "kecamatan", "date", "start", "end")
    NEW_VENUE = ("new_venue_name", "new_venue_address", "new_venue_capacity")
    marks_optional = False

    def __init__(
        self, *args: Any, user: Any, now: datetime, session: TrainingSession | None = None, **kwargs: Any
    ) -> None:
        self.session, self.now = session, now
        self.concerns: tuple[tuple[Concern, datetime], ...] = ()
        self.warnings: list[str] = []  # what speaks against the time, in words
        if session is not None:
            kwargs["initial"] = self.values_of(session) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = Activity.objects.visible_to(user)
        self.fields["kecamatan"].queryset = kecamatan = areas.kecamatan_for(user)
        self.fields["venue"].queryset = still_used(Venue, user, session and session.venue_id).select_related(
            "kecamatan"
        )
        self.fields["trainer"].queryset = still_used(Trainer, user, session and session.trainer_id)
        if session is not None:  # the days of a class are changed one by one
            for name in (*self.LATER, "required_days"):
                del self.fields[name]
        for name in ("capacity", "new_venue_capacity", "required_days"):
            if name not in self.fields:
                continue
            self.fields[name].widget.attrs |= {"class": forms.SHORT, "inputmode": "numeric"}
        self.fields["capacity"].label = _("Seats (may be left empty)")
        self._preset_kecamatan(kecamatan)
        if session is not None and session.state != SessionState.DRAFT:
            self.fields["activity"].disabled = self.fields["kecamatan"].disabled = True

    def _preset_kecamatan(self, kecamatan: Any) -> None:
        """An office of one kecamatan plans for its own people: nothing to choose."""
        own = list(kecamatan[:2])
        if len(own) == 1:
            field = self.fields["kecamatan"]
            field.widget, field.initial, field.disabled = forms.HiddenInput(), own[0].pk, True

    @staticmethod
    def values_of(session: TrainingSession) -> dict[str, Any]:
        """The session as the form shows it."""
        start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
        return {
            "activity": session.activity_id,
            "kecamatan": session.kecamatan_id,
            "date": start.date(),
            "start": start.time(),
            "end": end.time(),
            "venue": session.venue_id,
            "trainer": session.trainer_id,
            "capacity": session.capacity,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._clean_venue(cleaned)
        self._clean_days(cleaned)
        day = cleaned.get("date")
        if day is not None and day.year > self.now.year + YEARS_AHEAD:
            self.add_error("date", _("Choose a day in this year or the next two years."))
            return cleaned
        if cleaned.get("trainer") and cleaned.get("new_trainer_name"):
            self.add_error("new_trainer_name", _("Choose a trainer or write a new name, not both."))
        self._refuse_what_the_rules_forbid(cleaned)
        return cleaned

    def _clean_venue(self, cleaned: dict[str, Any]) -> None:
        name, room = cleaned.get("new_venue_name"), cleaned.get("new_venue_capacity")
        if cleaned.get("venue") and name:
            self.add_error("new_venue_name", _("Choose a venue or write a new one, not both."))
        elif name and room is None and "new_venue_capacity" not in self.errors:
            self.add_error("new_venue_capacity", _("Write how many people the venue holds."))
        elif name and room is not None and room < 1:
            self.add_error("new_venue_capacity", _("A venue holds at least 1 person."))
        elif not cleaned.get("venue") and not name and "venue" not in self.errors:
            self.add_error("venue", _("Choose a venue, or write a new one below."))

    def _clean_days(self, cleaned: dict[str, Any]) -> None:
        days = [cleaned.get(name) for name in self.LATER]
        if any(later and not earlier for earlier, later in pairwise(days)):
            self.add_error(
                "day_2", _("Write the days one after the other, without a gap between the fields.")
            )
        count = 1 + sum(day is not None for day in days)
        if (required := cleaned.get("required_days")) is not None and required > count:
            self.add_error(
                "required_days", _("The class has %(count)s days. Write at most that.") % {"count": count}
            )

    def _refuse_what_the_rules_forbid(self, cleaned: dict[str, Any]) -> None:
        """All of it at once, so that nobody mends one thing to hear of the next."""
        problems: list[Any] = []
        plan = self._plan_so_far(cleaned)
        if plan is None:
            return
        known = cleaned.get("activity") is not None and cleaned.get("kecamatan") is not None
        if known:
            problems = sessions.problems_of_plan(
                plan, now=self.now, seated=rules.seated_count(self.session) if self.session else 0
            )
        for starts_at, ends_at in plan.days if plan.ends_at > plan.starts_at else ():
            problems += rules.clashes(
                venue=cleaned.get("venue"),
                trainer=cleaned.get("trainer"),
                starts_at=starts_at,
                ends_at=ends_at,
                besides=self.session.pk if self.session else None,
            )
        for problem in {(p.field, p.sentence): p for p in problems}.values():
            self.refuse(problem)
        if known and not self.errors:
            self._ask_for_a_reason(plan)

    def _ask_for_a_reason(self, plan: SessionPlan) -> None:
        """Soft rules are passed with a reason; one that was given for this time already is enough."""
        self.concerns = sessions.concerns_of_plan(
            plan, now=self.now, besides=self.session.pk if self.session else None
        )
        given = self._passed_before(plan)
        self.concerns = tuple(pair for pair in self.concerns if pair[0] not in given)
        self.warnings = said(self.concerns, plan)
        if self.concerns and not plan.reason:
            self.add_error(
                "reason", _("Something speaks against the time. Write why it is held all the same.")
            )

    def _passed_before(self, plan: SessionPlan) -> set[str]:
        """Concerns that need no new word: with a reason for this time, or of a time that stays."""
        session = self.session
        if session is None:
            return set()
        passed = {code for row in session.reasons.filter(starts_at=plan.starts_at) for code in row.concerns}
        if (session.starts_at, session.ends_at) == (plan.starts_at, plan.ends_at):
            standing = sessions.concerns_of_plan(sessions.plan_of(session), now=self.now, besides=session.pk)
            passed |= {concern for concern, _at in standing}
        return passed

    def _plan_so_far(self, cleaned: dict[str, Any]) -> SessionPlan | None:
        """The plan as far as it can be read; None while there is no time or no room in it."""
        if any(cleaned.get(name) is None for name in ("date", "start", "end")):
            return None
        starts_at, ends_at = self._times()
        name, room = cleaned.get("new_venue_name"), cleaned.get("new_venue_capacity")
        venue: Venue | NewVenue | None = cleaned.get("venue")
        if venue is None and name and room is not None and room > 0:
            venue = NewVenue(name=name, capacity=room, address=cleaned.get("new_venue_address", ""))
        kecamatan = cleaned.get("kecamatan")
        return SessionPlan(
            activity=cleaned.get("activity"),
            kecamatan_id=kecamatan.pk if kecamatan else "",
            venue=venue or NewVenue("", capacity=20_000),
            trainer=cleaned.get("trainer") or cleaned.get("new_trainer_name") or None,
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=cleaned.get("capacity"),
            later_days=tuple(self._times(name) for name in self.LATER if cleaned.get(name)),
            required_days=cleaned.get("required_days"),
            reason=" ".join((cleaned.get("reason") or "").split()),
        )

    def refuse(self, refused: Refused) -> None:
        """Put a refusal beside the field it speaks of."""
        field = getattr(refused, "field", "") or None
        self.add_error(FIELD_OF_PLAN.get(field or "", field), ValidationError(refused.sentence))

    def _times(self, name: str = "date") -> tuple[datetime, datetime]:
        day: date = self.cleaned_data[name]
        return (
            scheduling.at(day, self.cleaned_data["start"]),
            scheduling.at(day, self.cleaned_data["end"]),
        )

    @property
    def plan(self) -> SessionPlan:
        """What was typed, for the service. Only after ``is_valid``."""
        plan = self._plan_so_far(self.cleaned_data)
        assert plan is not None
        return plan
