"""A resident registers alone: begins, goes on with a code, sends; the kecamatan asks, accepts or refuses.

What happens when a NIK is registered already: nothing that a stranger could notice. Nobody is looked up
before an officer opens the check page, so that the answer and the time it takes are the same for every NIK;
the officer sees the clash. See docs/decisions/0070-self-registration-tells-strangers-nothing.md.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db import transaction

from okoce.accounts import limits
from okoce.audit import services as audit
from okoce.db.encryption import decrypt, encrypt, lookup
from okoce.notifications import services as outbox
from participants import self_steps
from participants.enums import Purpose, Refusal, SelfState, Source
from participants.models import Participant, SelfRegistration, SelfRegistrationEvent
from participants.services import identity_photos, registration
from participants.services.registration import NOTICE_VERSION, Guardianship

COLUMN, TEXT_COLUMN = "participants.self_registration", "participants.self_registration_text"
CODE_COLUMN = "participants.self_registration_code"
ALPHABET, CODE_LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 10  # 49 bits, without letters that look alike
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STARTS_AN_HOUR, WRONG_CODES_AN_HOUR, SENT_A_DAY = 60, 20, 3
DRAFT_KEPT = timedelta(days=30)
ANSWER_WITHIN = timedelta(days=14)
KEPT_AFTER_REFUSAL = timedelta(days=30)
CHECKED_BY_ONE = timedelta(minutes=15)
NOBODY = 0  # in the outbox: somebody who is no participant (yet)
QUESTION, REFUSED, ACCEPTED = "self_question", "self_refused", "self_accepted"
FLAGS = {purpose: purpose.value for purpose in Purpose}  # the answers' names among what was typed


class TooMany(Exception):
    """Not now: too many begun, tried or sent. Says nothing about any NIK or code."""


class AlreadyDecided(Exception):
    """Somebody was faster. ``registration`` says who, when and how."""

    def __init__(self, row: SelfRegistration) -> None:
        super().__init__(row.state)
        self.registration = row


class NotComplete(Exception):
    """A step is not answered yet. ``step`` is the first of them."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True)
class Told:
    """Something that happened, opened for reading."""

    kind: str
    at: datetime
    by: Any
    text: str


# ---------------------------------------------------------------- the applicant


def begin(*, address: str, language: str, now: datetime) -> SelfRegistration:
    """A new, empty one with its code. Raises TooMany; ``address`` is where the request comes from."""
    if limits.count("self_begin", address, window=HOUR, now=now) > STARTS_AN_HOUR:
        raise TooMany
    row = SelfRegistration(language=language, touched_at=now)
    row.code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    _seal(row, {"done": []})
    row.save()
    return row


def shown_code(row: SelfRegistration) -> str:
    """As people write it down: two groups of five."""
    return f"{row.code[:5]}-{row.code[5:]}" if row.code_ciphertext else ""


def find_by_code(*, typed: str, address: str, now: datetime) -> SelfRegistration | None:
    """Whose code this is; wrong ones are counted per address. Raises TooMany."""
    code = "".join(char for char in typed.upper() if char in ALPHABET)
    row = SelfRegistration.objects.filter(code_lookup=lookup(code, column=CODE_COLUMN)).first()
    if limits.count("self_code", address, window=HOUR, now=now) > WRONG_CODES_AN_HOUR:
        raise TooMany
    if row is not None:
        limits.uncount("self_code", address)
    return row


def find(uid: UUID) -> SelfRegistration | None:
    """For whoever has opened it with its code in this browser; nobody else asks for it."""
    return SelfRegistration.objects.select_related("kecamatan", "participant").filter(uid=uid).first()


def typed_in(row: SelfRegistration) -> dict[str, Any]:
    """What the applicant has written; empty when it was emptied."""
    if row.typed_ciphertext is None:
        return {}
    try:
        return json.loads(decrypt(row.typed_ciphertext, column=COLUMN, row=row.uid))
    except (InvalidTag, KeyError):
        return {}


@transaction.atomic
def save_step(*, uid: UUID, step: str, answers: Mapping[str, Any], now: datetime) -> SelfRegistration:
    """Keeps one page of answers. Raises AlreadyDecided when it is not the applicant's turn any more."""
    row = _locked(uid)
    if row.state not in (SelfState.DRAFT, SelfState.ASKED):
        raise AlreadyDecided(row)
    typed = typed_in(row)
    typed |= answers
    typed["done"] = [*(done for done in typed.get("done", ()) if done != step), step]
    if step == self_steps.AREA and not str(typed.get("kelurahan", "")).startswith(typed["kecamatan"]):
        typed.pop("kelurahan", None)  # of the kecamatan before
        typed["done"] = [done for done in typed["done"] if done != self_steps.ADDRESS]
    _seal(row, typed)
    row.touched_at = now
    row.save()
    return row


@transaction.atomic
def send(*, uid: UUID, answer: str = "", today: date, now: datetime) -> SelfRegistration:
    """To the queue of the kecamatan. Sending again changes nothing. Raises NotComplete, TooMany."""
    row = _locked(uid)
    if row.state == SelfState.WAITING:
        return row
    if row.state not in (SelfState.DRAFT, SelfState.ASKED):
        raise AlreadyDecided(row)
    typed = typed_in(row)
    if step := self_steps.missing(typed, today=today):
        raise NotComplete(step)
    digest = lookup(typed["nik"], column="participants.nik")
    if row.state == SelfState.DRAFT and _sent_too_often(digest, now):
        raise TooMany
    kind = "answered" if row.state == SelfState.ASKED else "sent"
    typed["notice"] = NOTICE_VERSION
    _seal(row, typed)
    row.nik_lookup, row.state, row.touched_at = digest, SelfState.WAITING, now
    row.submitted_at = row.submitted_at or now
    row.is_outside_dki = bool(typed.get("is_outside_dki"))
    row.kelurahan_id = typed["kelurahan"]
    row.kecamatan_id, row.city_id = typed["kelurahan"][:8], typed["kelurahan"][:5]
    row.save()
    _tell(row, kind, now, text=answer)
    return row


def _sent_too_often(digest: bytes, now: datetime) -> bool:
    """The same NIK again and again: for a registered one and an unknown one alike."""
    return limits.count("self_sent", digest.hex(), window=DAY, now=now) > SENT_A_DAY


@transaction.atomic
def withdraw(*, uid: UUID, now: datetime) -> bool:
    """The applicant changes their mind: everything typed is deleted at once. Whether it was possible."""
    row = _locked(uid)
    if row.state == SelfState.DRAFT:
        identity_photos.delete_of(registration=row, by=None)
        row.delete()
        return True
    if not row.is_open:
        return row.state == SelfState.CANCELLED
    row.state, row.decided_at = SelfState.CANCELLED, now
    _blank(row, now)
    _tell(row, "withdrawn", now)
    return True


# ---------------------------------------------------------------- the office


def told(row: SelfRegistration) -> list[Told]:
    """Everything that happened, the oldest first, with the words that belong to it."""
    events = row.events.select_related("by")
    return [Told(event.kind, event.at, event.by, _words(event)) for event in events]


def question_of(row: SelfRegistration) -> Told | None:
    """The newest question, while it is open."""
    if row.state != SelfState.ASKED:
        return None
    return next((event for event in reversed(told(row)) if event.kind == "asked"), None)


@transaction.atomic
def open_numbers(*, uid: UUID, by: Any, now: datetime) -> tuple[SelfRegistration, bytes | None]:
    """NIK, phone and photo are looked at: recorded, and colleagues see who is checking. Photo or None."""
    row = _visible(uid, by)
    photo = getattr(row, "photo", None)
    row.opened_by, row.opened_at = by, now
    row.save(update_fields=["opened_by", "opened_at"])
    audit.record(by, "participants.self_registration.opened", row)
    try:
        return row, identity_photos.open_recorded(photo, by=by) if photo is not None else None
    except FileNotFoundError:
        return row, None


@transaction.atomic
def ask(*, uid: UUID, question: str, by: Any, now: datetime) -> SelfRegistration:
    """A question to the applicant: on the status page, and by message when they want messages."""
    row = _visible(uid, by)
    if row.state == SelfState.ASKED and (open_one := question_of(row)) and open_one.text == question:
        return row
    if not row.is_open:
        raise AlreadyDecided(row)
    row.state, row.asked_at = SelfState.ASKED, now
    row.save(update_fields=["state", "asked_at"])
    event = _tell(row, "asked", now, text=question, by=by)
    audit.record(by, "participants.self_registration.asked", row)
    _message(row, QUESTION, f"self-question:{event.pk}", expires_at=now + ANSWER_WITHIN)
    return row


@transaction.atomic
def refuse(*, uid: UUID, reason: str, words: str, by: Any, now: datetime) -> SelfRegistration:
    """Not accepted, with the reason on the status page. The photo is deleted; the rest some days later."""
    row = _visible(uid, by)
    if row.state == SelfState.REJECTED and row.decided_by_id == by.pk:
        return row
    if not row.is_open:
        raise AlreadyDecided(row)
    row.state, row.reason = SelfState.REJECTED, Refusal(reason)
    row.decided_at, row.decided_by = now, by
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    identity_photos.delete_of(registration=row, by=by)
    event = _tell(row, "refused", now, text=words, by=by)
    audit.record(by, "participants.self_registration.refused", row, reason=reason)
    _message(row, REFUSED, f"self-refused:{event.pk}")
    return row


@transaction.atomic
def accept(*, uid: UUID, by: Any, today: date, now: datetime) -> Participant:
    """The applicant becomes a participant; the photo and what was typed are deleted.

    Accepting again gives the same participant. Raises AlreadyDecided, and AlreadyRegistered when the NIK
    belongs to a participant.
    """
    row = _visible(uid, by)
    if row.state == SelfState.ACCEPTED and row.participant is not None:
        return row.participant
    if not row.is_open:
        raise AlreadyDecided(row)
    participant = registration.register_participant(
        by=by, today=today, now=now, evidence=f"self:{row.pk}", **as_registered(row)
    )
    row.state, row.participant = SelfState.ACCEPTED, participant
    row.decided_at, row.decided_by = now, by
    _blank(row, now)
    _tell(row, "accepted", now, by=by)
    audit.record(by, "participants.self_registration.accepted", row)
    outbox.queue(
        kind=ACCEPTED,
        key=f"self-accepted:{row.pk}",
        participant_id=participant.pk,
        cause=row,
        language=row.language,
    )
    return participant


def as_registered(row: SelfRegistration) -> dict[str, Any]:
    """The answers as keyword arguments of ``register_participant``."""
    typed = typed_in(row)
    guardian = None
    if typed.get("guardian_name") and self_steps.GUARDIAN in typed.get("done", ()):
        guardian = Guardianship(
            typed["guardian_name"], typed["guardian_relation"], typed.get("guardian_phone", "")
        )
    return {
        "nik": typed["nik"],
        "full_name": typed["full_name"],
        "birth_date": date.fromisoformat(typed["birth_date"]),
        "sex": typed["sex"],
        "phone": typed.get("phone", ""),
        "kelurahan": "" if row.is_outside_dki else typed["kelurahan"],
        "kecamatan": row.kecamatan_id,
        "category": typed["category"],
        "business_name": typed.get("business_name", ""),
        "sector": typed.get("sector", ""),
        "consents": {purpose: bool(typed.get(flag)) for purpose, flag in FLAGS.items()},
        "text_versions": typed.get("texts", {}),
        "consented_at": row.submitted_at,
        "details": {name: typed.get(name, "") for name in ("address", "rt", "rw", "email")},
        "guardian": guardian,
        "source": Source.SELF,
        "language": row.language,
    }


# ---------------------------------------------------------------- on the clock


def expire_unanswered(*, now: datetime) -> int:
    """Questions that nobody answered in time; how many. The applicant is told and may begin anew."""
    late = (
        SelfRegistration.objects.asked()
        .filter(asked_at__lt=now - ANSWER_WITHIN)
        .values_list("uid", flat=True)
    )
    return sum(_expire(uid, now) for uid in list(late[:500]))


@transaction.atomic
def _expire(uid: UUID, now: datetime) -> bool:
    row = _locked(uid)
    if row.state != SelfState.ASKED or row.asked_at is None or row.asked_at > now - ANSWER_WITHIN:
        return False
    row.state, row.decided_at = SelfState.EXPIRED, now
    row.save(update_fields=["state", "decided_at"])
    identity_photos.delete_of(registration=row, by=None)
    event = _tell(row, "expired", now)
    _message(row, REFUSED, f"self-refused:{event.pk}")
    return True


def forget_old(*, now: datetime) -> int:
    """Drafts that nobody sent are deleted; refused ones lose everything that names somebody; how many."""
    count = 0
    old = SelfRegistration.objects.filter(state=SelfState.DRAFT, touched_at__lt=now - DRAFT_KEPT)
    for uid in list(old.values_list("uid", flat=True)[:500]):
        count += withdraw(uid=uid, now=now)
    refused = SelfRegistration.objects.filter(
        state__in=[SelfState.REJECTED, SelfState.EXPIRED],
        decided_at__lt=now - KEPT_AFTER_REFUSAL,
        blanked_at__isnull=True,
    )
    for uid in list(refused.values_list("uid", flat=True)[:500]):
        with transaction.atomic():
            row = _locked(uid)
            _blank(row, now)
            row.events.update(text_ciphertext=None)
        count += 1
    return count


# ---------------------------------------------------------------- inside


def _locked(uid: UUID) -> SelfRegistration:
    return SelfRegistration.objects.select_for_update(of=("self",)).get(uid=uid)


def _visible(uid: UUID, by: Any) -> SelfRegistration:
    """Locked, and of the officer's own area; DoesNotExist otherwise."""
    rows = SelfRegistration.objects.visible_to(by).select_for_update(of=("self",))
    return rows.get(uid=uid)


def _seal(row: SelfRegistration, typed: Mapping[str, Any]) -> None:
    row.typed_ciphertext = encrypt(json.dumps(typed), column=COLUMN, row=row.uid)


def _blank(row: SelfRegistration, now: datetime) -> None:
    """Nothing is left that names the person; state, dates and area stay, so that counts stay."""
    identity_photos.delete_of(registration=row, by=None)
    row.typed_ciphertext = row.nik_lookup = None
    row.blanked_at = now
    row.save()


def _tell(
    row: SelfRegistration, kind: str, now: datetime, *, text: str = "", by: Any = None
) -> SelfRegistrationEvent:
    event = SelfRegistrationEvent(registration=row, kind=kind, at=now, by=by)
    if text:
        event.text_ciphertext = encrypt(text, column=TEXT_COLUMN, row=event.uid)
    event.save()
    return event


def _words(event: SelfRegistrationEvent) -> str:
    if event.text_ciphertext is None:
        return ""
    try:
        return decrypt(event.text_ciphertext, column=TEXT_COLUMN, row=event.uid)
    except (InvalidTag, KeyError):
        return ""


def _message(row: SelfRegistration, kind: str, key: str, expires_at: datetime | None = None) -> None:
    """Only to those who said yes to messages; everybody finds it on the status page."""
    if typed_in(row).get(FLAGS[Purpose.MESSAGES]):
        outbox.queue(
            kind=kind,
            key=key,
            participant_id=NOBODY,
            cause=row,
            city=row.city_id or "",
            kecamatan=row.kecamatan_id or "",
            expires_at=expires_at,
            language=row.language,
        )
