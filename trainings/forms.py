"""What staff type about sessions. Choices are limited to what the person may see."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from okoce.notifications import safety
from okoce.ui import forms
from participants.models import Participant, Sector
from trainings import rules, scheduling, sheet_rows
from trainings.concern_words import said
from trainings.enums import SessionState
from trainings.models import Activity, Trainer, TrainingSession, Venue
from trainings.models.feed import FeedKind
from trainings.quotas import Group, group_of
from trainings.refusals import Refused
from trainings.scheduling import Concern
from trainings.services import sessions
from trainings.services.sessions import NewVenue, SessionPlan

FIELD_OF_PLAN = {"new_venue": "new_venue_name", "later_days": "day_2"}
MOST_DAYS = 6  # of a class, in the form
YEARS_AHEAD = 2


class VenueChoice(forms.ModelChoiceField):
    def label_from_instance(self, venue: Venue) -> str:
        return str(_("%(name)s, %(kecamatan)s (%(capacity)s people)")) % {
            "name": venue.name,
            "kecamatan": venue.kecamatan.name,
            "capacity": venue.capacity,
        }


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
        self.fields["kecamatan"].queryset = kecamatan = rules.kecamatan_for(user)
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


def still_used(model: Any, user: Any, own: Any) -> Any:
    """Rooms or trainers that may be chosen: those in use, and the one that stands there already."""
    return model.objects.visible_to(user).filter(Q(retired_at__isnull=True) | Q(pk=own))


class RepeatForm(forms.Form):
    """The same session again, weekly. The first is one interval after the session that is repeated."""

    times = forms.IntegerField(label=_("How many times more"), min_value=1, max_value=12, initial=3)
    every = forms.TypedChoiceField(
        label=_("How often"),
        choices=[(1, _("Every week")), (2, _("Every 2 weeks")), (4, _("Every 4 weeks"))],
        coerce=int,
        initial=1,
    )
    reason = forms.CharField(
        label=_("Why they are held at these times all the same"),
        max_length=200,
        required=False,
        help_text=_("Kept with each session that something speaks against"),
    )
    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["times"].widget.attrs |= {"class": forms.SHORT, "inputmode": "numeric"}


class MoveForm(SessionForm):
    """Another day, time, room or trainer; the rest stays as it is."""

    MOVES = ("date", "start", "end", "venue", "trainer", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.MOVES):
            field = self.fields[name]
            field.disabled, field.widget = True, forms.HiddenInput()


class PostponeForm(MoveForm):
    why = forms.CharField(
        label=_("Reason for postponing"),
        max_length=200,
        help_text=_("Written in the message to the participants"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    MOVES = (*MoveForm.MOVES, "why")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and self.plan.starts_at <= self.session.starts_at:
            self.add_error("date", _("Postponing needs a later day or time. To hold it earlier, move it."))
        return cleaned

    def clean_why(self) -> str:
        return harmless(self.cleaned_data["why"])


def harmless(text: str) -> str:
    """A reason that goes out in messages. Raises ValidationError for numbers of people and the like."""
    reason = " ".join(text.split())
    if safety.problem_in(reason):
        raise ValidationError(
            _("The reason goes out in messages. Leave phone numbers, NIK, amounts and addresses out.")
        )
    return reason


class QuotaForm(forms.Form):
    """At most so many seats for each kelurahan of the kecamatan and for each trade."""

    marks_optional = False

    def __init__(self, *args: Any, kecamatan: str, known: Any, most: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.groups: dict[str, Group] = {}
        now = {group_of(row): row.seats for row in known}
        kelurahan = rules.kelurahan_of(kecamatan) if kecamatan else []
        wanted = [("kelurahan", *row) for row in kelurahan]
        wanted += [("sector", *row) for row in Sector.choices()]
        for number, (kind, code, label) in enumerate(wanted):
            name = f"batas_{number}"
            self.groups[name] = (kind, code)
            self.fields[name] = forms.IntegerField(
                label=_("Kelurahan %(name)s") % {"name": label}
                if kind == "kelurahan"
                else _("Trade: %(name)s") % {"name": label},
                required=False,
                min_value=0,
                max_value=most or 20_000,
                initial=now.get((kind, code)),
                widget=forms.TextInput(attrs={"class": forms.SHORT, "inputmode": "numeric"}),
            )

    @property
    def limits(self) -> dict[Group, int]:
        given = self.cleaned_data
        return {group: given[name] for name, group in self.groups.items() if given[name] is not None}


class EquipmentForm(forms.Form):
    item = forms.CharField(
        label=_("What was handed over"), max_length=80, help_text=_("For example: blender, sewing machine")
    )
    orang = forms.MultipleChoiceField(label=_("Handed over to"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: list[tuple[int, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["orang"].choices = [(str(pk), f"{name} ({number})") for pk, name, number in people]
        self.has_choices = bool(people)

    @property
    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["orang"]]


class PublishForm(forms.Form):
    """Asked only when something speaks against the time."""

    note = forms.CharField(
        label=_("Why it is held at this time all the same"),
        max_length=200,
        help_text=_("Kept with the session"),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for cancelling"),
        max_length=200,
        help_text=_("Written in the message to the participants"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        return harmless(self.cleaned_data["reason"])


class FeedForm(forms.Form):
    """What a calendar address shows: the own area, one venue or one trainer; exactly one of them."""

    kind = forms.ChoiceField(
        label=_("Show in the calendar"),
        choices=[c for c in FeedKind.choices if c[0] != FeedKind.PARTICIPANT],
        initial=FeedKind.OFFICE,
        widget=forms.RadioSelect,
    )
    venue = VenueChoice(queryset=None, label=_("Venue"), required=False, empty_label=_("Choose a venue"))
    trainer = forms.ModelChoiceField(
        queryset=None,
        label=pgettext_lazy("of a session", "Trainer"),
        required=False,
        empty_label=_("Choose a trainer"),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area_id = user.active_membership.area_id
        self.fields["venue"].queryset = Venue.objects.visible_to(user).select_related("kecamatan")
        self.fields["trainer"].queryset = Trainer.objects.visible_to(user)
        if not self.area_id:  # the province has too many sessions for one calendar
            kind = self.fields["kind"]
            kind.choices = [c for c in kind.choices if c[0] != FeedKind.OFFICE]
            kind.initial = FeedKind.VENUE

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind in (FeedKind.VENUE, FeedKind.TRAINER) and not data.get(kind):
            self.add_error(kind, _("Choose one from the list."))
        return data

    def subject(self) -> dict[str, Any]:
        """Keywords for services.feeds.subscribe."""
        kind = self.cleaned_data["kind"]
        if kind == FeedKind.OFFICE:
            return {"kind": kind, "area_id": self.area_id}
        return {"kind": kind, kind: self.cleaned_data[kind]}


class CertificateReasonForm(forms.Form):
    """Why a certificate is issued anew or withdrawn; kept, and shown to the offices only."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Kept with the certificate; only the offices see it")
    )

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())


class InviteForm(forms.Form):
    """Whom the batch takes: all of the kecamatan, or of some kelurahan; and how many wait."""

    kelurahan = forms.MultipleChoiceField(
        label=_("Kelurahan"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of the kecamatan"),
    )
    waiting = forms.IntegerField(
        label=_("People on the waiting list"),
        min_value=0,
        max_value=500,
        help_text=_("They move up in order when somebody cannot come"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": forms.SHORT}),
    )

    marks_optional = False
    USUAL_WAITING = 10

    def __init__(self, *args: Any, session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kelurahan"].choices = rules.kelurahan_of(session.kecamatan_id)


class NeedForm(forms.Form):
    """Whom to invite: who lacks an activity in a kecamatan, and can come at a part of the week."""

    kegiatan = forms.ModelChoiceField(queryset=None, label=_("Lacks the activity"), empty_label=None)
    kecamatan = forms.ModelChoiceField(queryset=None, label=_("Lives in kecamatan"), empty_label=None)
    waktu = forms.ChoiceField(
        label=_("Can come"),
        required=False,
        choices=[
            ("", _("At any time")),
            (scheduling.WEEKDAYS, _("On weekdays, in the daytime")),
            (scheduling.EVENINGS, _("On weekdays, in the evening from 17.00")),
            (scheduling.WEEKENDS, _("On Saturday or Sunday")),
        ],
        help_text=_("Who has said nothing is taken to have time."),
    )

    marks_optional = False

    def __init__(self, *args: Any, user: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kecamatan = rules.kecamatan_for(user)
        self.fields["kecamatan"].queryset = kecamatan
        area = getattr(kecamatan.first(), "code", "")
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user).taught_in(year, area=area)


class ExtraSeatsForm(forms.Form):
    """How many are invited beyond the seats."""

    extra = forms.IntegerField(
        label=_("People invited beyond the seats"),
        min_value=0,
        max_value=500,
        help_text=_("0: nobody beyond the seats"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": forms.SHORT}),
    )

    marks_optional = False


class LineForm(forms.Form):
    """Which lines are shown."""

    kegiatan = forms.ModelChoiceField(
        queryset=None, label=_("Activity"), required=False, empty_label=_("All activities")
    )
    kecamatan = forms.ModelChoiceField(
        queryset=None, label=_("Lives in kecamatan"), required=False, empty_label=_("All kecamatan")
    )

    marks_optional = False

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kegiatan"].queryset = Activity.objects.visible_to(user)
        kecamatan = rules.kecamatan_to_filter(user)
        self.fields["kecamatan"].queryset = kecamatan
        if not kecamatan.exists():
            del self.fields["kecamatan"]


class AvailabilityForm(forms.Form):
    """When somebody can come; at least one time."""

    weekdays = forms.BooleanField(label=_("On weekdays, in the daytime"), required=False)
    evenings = forms.BooleanField(label=_("On weekdays, in the evening from 17.00"), required=False)
    weekends = forms.BooleanField(label=_("On Saturday or Sunday"), required=False)

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not any(found.get(slot) for slot in ("weekdays", "evenings", "weekends")):
            raise ValidationError(_("Tick at least one time at which you can come."))
        return found


class JoinForm(forms.Form):
    """Where somebody waits for an activity: the own kecamatan, or anywhere in the city."""

    area = forms.ChoiceField(label=_("Where can you go?"), widget=forms.RadioSelect)

    marks_optional = False

    def __init__(self, *args: Any, person: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, city = person.kecamatan, person.city
        if own is None or city is None:
            return
        self.fields["area"].choices = [
            (own.code, _("Only in kecamatan %(name)s") % {"name": own.name}),
            (city.code, _("Anywhere in %(name)s") % {"name": city.short_name}),
        ]
        self.fields["area"].initial = own.code


class PersonForm(forms.Form):
    """One more person, by number or name."""

    q = forms.CharField(label=_("Participant number or name"), max_length=100)


class NumbersForm(forms.Form):
    """Numbers read from the paper sheet: who was absent. The last digits are enough."""

    numbers = forms.CharField(
        label=_("Numbers of those who did not come"),
        required=False,
        help_text=_("One per line or with commas; the last digits are enough. Empty: everybody came."),
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric"}),
    )
    marks_optional = False

    def __init__(self, *args: Any, numbers_of: dict[str, int], **kwargs: Any) -> None:
        """``numbers_of``: participant number → id of everybody on the list."""
        self.numbers_of = numbers_of
        super().__init__(*args, **kwargs)

    def clean_numbers(self) -> list[int]:
        absent: list[int] = []
        unknown: list[str] = []
        for text in re.split(r"[\s,;]+", self.cleaned_data["numbers"].strip()):
            if not text:
                continue
            found = matching_numbers(text, self.numbers_of)
            if len(found) == 1:
                absent.append(found[0])
            else:
                unknown.append(text)
        if unknown:
            raise ValidationError(
                _("These fit nobody or several people on the list: %(numbers)s. Write the whole numbers.")
                % {"numbers": ", ".join(unknown[:10])}
            )
        return absent


class LeftForm(forms.Form):
    """A check-out that was forgotten; the reason is kept in the scan log."""

    left = forms.TimeField(label=_("Left at"))
    reason = forms.CharField(
        label=_("How this is known"),
        max_length=200,
        help_text=_("For example: the trainer saw the person leave. Kept in the scan log."),
    )


class SheetForm(forms.Form):
    """Row numbers read from a printed sheet. ``sheets``: those of the session, the newest first."""

    sheet = forms.ChoiceField(
        label=_("Which sheet"), help_text=_("Its number stands at the top of each page")
    )
    who = forms.ChoiceField(
        label=_("What you write"),
        choices=[
            ("absent", _("The rows of those who did not come")),
            ("present", _("The rows of those who came")),
        ],
        initial="absent",
        widget=forms.RadioSelect,
    )
    rows = forms.CharField(
        label=_("Row numbers"),
        required=False,
        max_length=2000,
        help_text=_("For example: 3, 17, 41-43. Empty: nobody."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "autofocus": True}),
    )
    marks_optional = False

    def __init__(self, *args: Any, sheets: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = {str(sheet.pk): sheet for sheet in sheets}
        moment = "j F H.i"
        self.fields["sheet"].choices = [
            (
                key,
                _("Sheet %(number)s, printed %(moment)s, %(count)s rows")
                % {
                    "number": sheet.number,
                    "moment": date_format(timezone.localtime(sheet.printed_at), moment),
                    "count": len(sheet.places),
                },
            )
            for key, sheet in self.sheets.items()
        ]
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
            self.fields["sheet"].initial = str(sheets[0].pk)

    def clean_sheet(self) -> Any:
        return self.sheets[self.cleaned_data["sheet"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["rows_are_absent"] = data.get("who") == "absent"
        if "sheet" in data and "rows" in data:
            try:
                data["rows"] = sheet_rows.read(data["rows"], count=len(data["sheet"].places))
            except sheet_rows.NotRows as wrong:
                self.add_error(
                    "rows",
                    _("These are no rows of the sheet, which has %(count)s: %(parts)s.")
                    % {"count": len(data["sheet"].places), "parts": ", ".join(wrong.parts[:8])},
                )
        return data


def matching_numbers(text: str, numbers_of: dict[str, int]) -> list[int]:
    """Ids whose participant number ends in what was typed: 417 and 00417 are JB-PM-00417, 1417 is not."""
    wanted = text.upper()
    if wanted in numbers_of:
        return [numbers_of[wanted]]
    if not wanted.isdecimal():
        return []
    return [pk for number, pk in numbers_of.items() if int(number.rsplit("-", 1)[-1]) == int(wanted)]


def next_working_day(today: date, notice_days: int = scheduling.NOTICE_DAYS) -> date:
    """The first weekday that leaves people the notice they need."""
    day = today + timedelta(days=notice_days)
    while day.weekday() > scheduling.FRIDAY:
        day += timedelta(days=1)
    return day
