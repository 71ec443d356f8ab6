"""What happened to a participant, newest first: steps, consents, changes, and what the apps above add."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.enums import Step
from participants.models import Participant
from participants.panels import Event, panels

SHOWN = 12
COMPARED = 30  # history rows read to find the changes

FIELD_NAMES = {
    "full_name": gettext_lazy("full name"),
    "birth_date": gettext_lazy("birth date"),
    "birth_place": gettext_lazy("birth place"),
    "sex": gettext_lazy("sex"),
    "nik_lookup": gettext_lazy("NIK"),
    "phone_lookup": gettext_lazy("phone number"),
    "email": gettext_lazy("e-mail"),
    "address": gettext_lazy("address"),
    "rt": gettext_lazy("RT"),
    "rw": gettext_lazy("RW"),
    "kelurahan_id": gettext_lazy("kelurahan"),
    "category": gettext_lazy("category"),
    "status": gettext_lazy("state"),
}


def events_of(participant: Participant, *, user: Any, today: date) -> list[Event]:
    """Everything dated about a person, newest first. Four queries of our own."""
    found = [*_steps(participant), *_consents(participant), *_changes(participant)]
    for panel in panels():
        if panel.events is not None:
            found.extend(panel.events(participant, user=user, today=today) or ())
    return sorted(found, key=lambda event: _moment(event.at), reverse=True)


def _moment(at: date | datetime) -> datetime:
    if isinstance(at, datetime):
        return at
    return timezone.make_aware(datetime.combine(at, time.min))


def when(at: date | datetime, today: date) -> str:
    """12 Aug, with the year when it is another one."""
    day = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return formats.date_format(day, "DAY_MONTH_FORMAT" if day.year == today.year else "SHORT_DATE_FORMAT")


def _steps(participant: Participant) -> Iterable[Event]:
    for step in participant.steps.select_related("actor"):
        label = Step(step.step).label
        if step.step == Step.P1_REGISTRATION:
            text = _registered(step.evidence)
        else:
            text = _("Step reached: %(step)s") % {"step": label}
        yield Event(step.reached_on, text, step.actor.full_name if step.actor else "", "ok")


def _registered(evidence: str) -> str:
    kind = evidence.partition(":")[0]
    return {
        "import": _("Registered from an imported list"),
        "counter": _("Registered at the counter"),
    }.get(kind, _("Registered"))


def _consents(participant: Participant) -> Iterable[Event]:
    ever_given: set[str] = set()
    for consent in reversed(participant.consents.select_related("recorded_by")):
        if consent.is_given:
            words = _("Consent given: %(purpose)s")
            ever_given.add(consent.purpose)
        elif consent.purpose in ever_given:
            words = _("Consent withdrawn: %(purpose)s")
        else:
            words = _("No consent: %(purpose)s")
        by = consent.recorded_by.full_name if consent.recorded_by else _("participant")
        tone = "ok" if consent.is_given else "warn"
        yield Event(consent.at, words % {"purpose": consent.get_purpose_display()}, by, tone)


def _changes(participant: Participant) -> Iterable[Event]:
    """Which fields were changed, by whom: never the values, some of which are personal numbers."""
    model = apps.get_model("participants", "ParticipantEvent")
    rows = list(
        model._default_manager.filter(pgh_obj_id=participant.pk)
        .order_by("-pgh_id")
        .values("pgh_created_at", "pgh_context_id", *FIELD_NAMES)[:COMPARED]
    )
    actors = _actors([row["pgh_context_id"] for row in rows])
    for newer, older in pairwise(rows):
        changed = [
            str(label) for name, label in FIELD_NAMES.items() if _plain(newer[name]) != _plain(older[name])
        ]
        if changed:
            text = _("Data changed: %(fields)s") % {"fields": ", ".join(changed)}
            yield Event(newer["pgh_created_at"], text, actors.get(newer["pgh_context_id"], ""), "info")


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _actors(contexts: list[Any]) -> dict[Any, str]:
    """Names of those who made the changes, by the history's context."""
    if not (wanted := [context for context in contexts if context]):
        return {}
    contexts_ = apps.get_model("pghistory", "Context")._default_manager.filter(pk__in=wanted)
    users = {pk: data.get("user") for pk, data in contexts_.values_list("pk", "metadata")}
    names = dict(
        apps.get_model("accounts", "User")
        ._default_manager.filter(pk__in=[u for u in users.values() if u])
        .values_list("pk", "full_name")
    )
    return {pk: names.get(user, "") for pk, user in users.items()}
