"""Groups of participants around trainings that an office can write to at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from okoce.notifications import audiences
from okoce.notifications.audiences import Audience, Options, Question
from participants.audiences import kecamatan_options, of_area
from trainings.enums import SEATED, SessionState
from trainings.models import Activity, Booking, Phase
from trainings.services import need

PHASES_SHOWN = 50


def register() -> None:
    kecamatan = Question(_("Kecamatan"), kecamatan_options, is_open=True)
    audiences.register(
        Audience(
            "phase",
            _("Everybody invited in a phase"),
            invited_in_phase,
            {"phase": Question(_("Phase"), _phases), "kecamatan": kecamatan},
        )
    )
    audiences.register(
        Audience(
            "lacking",
            _("Those who lack an activity this year"),
            lacking,
            {"activity": Question(_("Activity"), _activities), "kecamatan": kecamatan},
        )
    )
    audiences.register_page("trainings:schedule", _("The schedule of trainings"))


def _phases(user: Any) -> Options:
    mine = Phase.objects.visible_to(user).order_by("-starts_on", "-pk")[:PHASES_SHOWN]
    return [(str(phase.pk), f"{phase.name} ({phase.year})") for phase in mine]


def _activities(user: Any) -> Options:
    return [(activity.code, activity.label) for activity in Activity.objects.order_by("position")]


def invited_in_phase(user: Any, choices: Mapping[str, str]) -> Any:
    phase = choices.get("phase", "")
    people = of_area(user, choices)
    if not phase.isdigit():
        return people.none()
    seats = Booking.objects.visible_to(user).filter(
        participant=OuterRef("pk"),
        state__in=SEATED,
        session__phase__in=Phase.objects.visible_to(user).filter(pk=int(phase)),
        session__state__in=[SessionState.PUBLISHED, SessionState.HELD],
    )
    return people.filter(Exists(seats))


def lacking(user: Any, choices: Mapping[str, str]) -> Any:
    activity = Activity.objects.filter(code=choices.get("activity", "")).first()
    people = of_area(user, choices)
    return need.lacking(people, activity, now=timezone.now()) if activity is not None else people.none()
