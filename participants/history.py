"""What happened to a participant, newest first: steps, consents, changes, and what the apps above add."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.db.encryption import decrypt
from okoce.values import nik, phone
from participants import areas, evidence
from participants.enums import Status, Step
from participants.models import Document, Note, Participant
from participants.panels import Event, panels

SHOWN = 8
PAGE = 30
STEPS, CHANGES, STANDING, PAPERS, CONSENTS, OTHER = "langkah", "data", "keadaan", "berkas", "izin", "lain"
KINDS = {
    STEPS: gettext_lazy("Steps"),
    STANDING: gettext_lazy("State and transfers"),
    CHANGES: gettext_lazy("Changed data"),
    PAPERS: gettext_lazy("Notes and papers"),
    CONSENTS: gettext_lazy("Consents"),
    OTHER: gettext_lazy("Training and bazaars"),
}
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
}


def events_of(participant: Participant, *, user: Any, today: date) -> list[Event]:
    """Everything dated about a person, newest first; a fixed number of queries."""
    found = [
        *_steps(participant, user),
        *_consents(participant),
        *_changes(participant),
        *_standing(participant),
        *_papers(participant, user),
        *_businesses(participant),
    ]
    for panel in panels():
        if panel.events is not None:
            found.extend(panel.events(participant, user=user, today=today) or ())
    return sorted(found, key=lambda event: _moment(event.at), reverse=True)


def shown(event: Event, today: date) -> dict[str, str]:
    """As components/timeline.html takes it."""
    meta = ", ".join(filter(None, (when(event.at, today), event.meta)))
    return {"text": event.text, "meta": meta, "tone": event.tone, "url": event.url}


def _moment(at: date | datetime) -> datetime:
    if isinstance(at, datetime):
        return at
    return timezone.make_aware(datetime.combine(at, time.min))


def when(at: date | datetime, today: date) -> str:
    """12 Aug, with the year when it is another one."""
    day = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return formats.date_format(day, "DAY_MONTH_FORMAT" if day.year == today.year else "SHORT_DATE_FORMAT")


def _steps(participant: Participant, user: Any) -> Iterable[Event]:
    rows = list(participant.steps.select_related("actor"))
    proofs = evidence.proofs_of([row.evidence for row in rows], user=user)
    for row in rows:
        proof = proofs[row.evidence]
        if row.step == Step.P1_REGISTRATION:
            text = _registered(row.evidence)
        else:
            text = _("Step reached: %(step)s") % {"step": Step(row.step).label}
        by = row.actor.full_name if row.actor else ""
        meta = ", ".join(filter(None, (proof.text if row.step != Step.P1_REGISTRATION else "", by)))
        yield Event(row.reached_on, text, meta, "ok", STEPS, proof.url)
    for gone in participant.steps_taken_back.select_related("taken_back_by"):
        text = _("Step taken back: %(step)s. %(reason)s") % {
            "step": Step(gone.step).label,
            "reason": gone.reason,
        }
        by = gone.taken_back_by.full_name if gone.taken_back_by else ""
        yield Event(gone.taken_back_at, text, by, "warn", STEPS)


def _registered(proof: str) -> str:
    kind = proof.partition(":")[0]
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
        yield Event(consent.at, words % {"purpose": consent.get_purpose_display()}, by, tone, CONSENTS)


@dataclass(frozen=True, slots=True)
class Changed:
    """One saving of the form: what was there before and what after, numbers masked."""

    at: datetime
    by: str
    fields: list[tuple[str, str, str]]


def changes_of(participant: Participant, *, limit: int = COMPARED) -> list[Changed]:
    """What was changed in somebody's data, newest first: (field, before, after). Three queries at most."""
    model = apps.get_model("participants", "ParticipantEvent")
    rows = list(model._default_manager.filter(pgh_obj_id=participant.pk).order_by("-pgh_id")[:limit])
    actors = actors_of([row.pgh_context_id for row in rows])
    found = []
    for newer, older in pairwise(rows):
        fields = [
            (str(label), _said(older, name), _said(newer, name))
            for name, label in FIELD_NAMES.items()
            if _plain(getattr(newer, name)) != _plain(getattr(older, name))
        ]
        if fields:
            found.append(Changed(newer.pgh_created_at, actors.get(newer.pgh_context_id, ""), fields))
    return found


def _changes(participant: Participant) -> Iterable[Event]:
    """Which fields were changed, by whom; before and after stand on a page of their own."""
    url = reverse("participants:changes", args=[participant.number])
    for change in changes_of(participant):
        names = ", ".join(label for label, _before, _after in change.fields)
        text = _("Data changed: %(fields)s") % {"fields": names}
        yield Event(change.at, text, change.by, "info", CHANGES, url)


def _said(row: Any, name: str) -> str:
    """A value as people read it; of personal numbers only the mask."""
    if name == "nik_lookup":
        return _masked(row, "nik", nik.mask)
    if name == "phone_lookup":
        return _masked(row, "phone", phone.mask)
    value = getattr(row, name)
    if value is None or value == "":
        return ""
    if name == "kelurahan_id":
        return areas.name_of(value)
    if name in ("sex", "category"):
        return str(dict(row._meta.get_field(name).flatchoices).get(value, value))
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(value)


def _masked(row: Any, name: str, mask: Any) -> str:
    sealed = getattr(row, f"{name}_ciphertext")
    if not sealed:
        return ""
    plain = decrypt(sealed, column=f"participants.{name}", row=row.uid)
    return str(mask(plain)).replace("*", "•")


def _standing(participant: Participant) -> Iterable[Event]:
    for row in participant.status_changes.select_related("recorded_by"):
        by = row.recorded_by.full_name if row.recorded_by else ""
        words = {"state": standing_words(row.status, row.is_outside_dki), "reason": row.reason}
        if row.takes_back_id:
            text = _("State corrected: %(state)s. %(reason)s") % words
            yield Event(row.recorded_at, text, by, "warn", STANDING)
        else:
            text = _("State: %(state)s. %(reason)s") % words
            yield Event(row.starts_on, text, by, "info", STANDING)
    rows = participant.transfers.select_related("recorded_by", "from_organisation", "to_organisation")
    for row in rows:
        by = row.recorded_by.full_name if row.recorded_by else ""
        yield Event(row.moved_on, f"{_moved(row)} {row.reason}", by, "info", STANDING)


def standing_words(status: str, is_outside_dki: bool) -> str:
    if status == Status.ACTIVE and is_outside_dki:
        return _("Outside Jakarta")
    return str(Status(status).label)


def _moved(row: Any) -> str:
    if row.is_of_area:
        return _("Moved from %(old)s to %(new)s.") % {
            "old": areas.name_of(row.from_kelurahan_id) or _("Outside Jakarta"),
            "new": f"{areas.name_of(row.to_kelurahan_id)}, {areas.name_of(row.to_kecamatan_id)}",
        }
    if row.from_organisation is None:
        return _("Fostered from now on by %(new)s.") % {"new": row.to_organisation.short_name}
    if row.to_organisation is None:
        return _("No longer fostered by %(old)s.") % {"old": row.from_organisation.short_name}
    return _("Handed over from %(old)s to %(new)s.") % {
        "old": row.from_organisation.short_name,
        "new": row.to_organisation.short_name,
    }


def _papers(participant: Participant, user: Any) -> Iterable[Event]:
    """That there is a note or a paper, for those who may read it; never what it says."""
    notes = Note.objects.visible_to(user).filter(participant=participant).select_related("author")
    url = reverse("participants:notes", args=[participant.number])
    for note in notes:
        text = _("Note taken back") if note.taken_back_at else _("Note written")
        yield Event(note.written_at, text, note.author.full_name, "", PAPERS, url)
    papers = Document.objects.visible_to(user).filter(participant=participant)
    for paper in papers.select_related("uploaded_by", "removed_by"):
        words = {"kind": paper.get_kind_display()}
        yield Event(
            paper.uploaded_at, _("Paper kept: %(kind)s") % words, paper.uploaded_by.full_name, "", PAPERS
        )
        if paper.removed_at:
            by = paper.removed_by.full_name if paper.removed_by else ""
            yield Event(paper.removed_at, _("Paper removed: %(kind)s") % words, by, "warn", PAPERS)


def _businesses(participant: Participant) -> Iterable[Event]:
    for business in participant.businesses.all():
        url = reverse("participants:business", args=[participant.number, business.pk])
        words = {"name": business.name or _("without a name")}
        if business.closed_on:
            text = _("Business ended: %(name)s") % words
            yield Event(business.closed_on, text, business.closed_why, "warn", STANDING, url)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def actors_of(contexts: list[Any]) -> dict[Any, str]:
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
