"""Registering one person at the counter: everything that then exists, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from okoce.audit import services as audit
from okoce.organisations.models import Organisation
from okoce.values import names
from okoce.values import nik as nik_values
from participants import areas, numbering
from participants.enums import Category, Source, Step
from participants.models import (
    CardSeen,
    Consent,
    Enrolment,
    FosterLink,
    Guardian,
    Participant,
    SelfRegistration,
    StepReached,
)
from participants.services import duplicates

NOTICE_VERSION = "2026-01"  # the text that is read out at the counter: templates/participants/notice.html
SHARED_PHONE = 3
_NIK_ONCE = "participants_participant_nik_once"

log = logging.getLogger(__name__)


class AlreadyRegistered(Exception):
    """Somebody with this NIK is in the programme. The NIK itself is never part of the message."""

    def __init__(self, participant: Participant) -> None:
        super().__init__(participant.number)
        self.participant = participant


class Doubt(StrEnum):
    """What should be compared with the identity card before saving; none of it forbids the registration."""

    NIK_DATE = "nik_date"
    NIK_SEX = "nik_sex"
    NIK_PROVINCE = "nik_province"
    SHARED_PHONE = "shared_phone"
    SAME_PERSON = "same_person"
    OUTSIDE_DKI = "outside_dki"


@dataclass(frozen=True)
class Whereabouts:
    """Where a NIK is registered. ``participant`` only when the asking person may see it."""

    is_registered: bool
    participant: Participant | None = None
    place: str = ""
    unit: str = ""
    elsewhere_id: int = 0  # who it is when the asking person may not see them: never shown, only asked for
    waiting: SelfRegistration | None = None  # sent in by the person, and visible to the asking officer


@dataclass(frozen=True)
class Guardianship:
    """Who agrees for somebody under eighteen."""

    full_name: str
    relation: str
    phone: str = ""


def whereabouts(*, nik: str, by: Any, is_new_question: bool = True) -> Whereabouts:
    """Whether a NIK is registered anywhere in Jakarta: for another area only that it is, and where.

    Recorded once for a question that is asked as the officer types and again with the button.
    """
    found = Participant.objects.with_nik(nik).select_related("registered_at_unit").first()
    if is_new_question:
        audit.record(by, "participants.nik.checked", count=1 if found else 0)
    if found is None:
        waiting = SelfRegistration.objects.visible_to(by).open().with_nik(nik).order_by("pk").first()
        return Whereabouts(is_registered=False, waiting=waiting)
    place = ", ".join(filter(None, (areas.name_of(found.kecamatan_id), areas.short_name(found.city_id))))
    unit = found.registered_at_unit.short_name if found.registered_at_unit else ""
    is_visible = Participant.objects.visible_to(by).filter(pk=found.pk).exists()
    if is_visible:
        return Whereabouts(True, found, place, unit)
    return Whereabouts(True, None, place, unit, elsewhere_id=found.pk)


def doubts_about(
    *,
    nik: str,
    full_name: str,
    birth_date: date,
    sex: str,
    phone: str,
    today: date,
    is_outside_dki: bool = False,
) -> list[Doubt]:
    """What does not fit together. A NIK keeps its date even where it is wrong.

    So these only ask to compare.
    """
    parsed, doubts = nik_values.parse(nik, is_card_seen=True), []
    # A date part that is no date says nothing: an officer has seen the card and written down why.
    if parsed.has_possible_date and parsed.birth_date(today) != birth_date:
        doubts.append(Doubt.NIK_DATE)
    if parsed.has_possible_date and parsed.sex != sex:
        doubts.append(Doubt.NIK_SEX)
    if not parsed.has_known_province:
        doubts.append(Doubt.NIK_PROVINCE)
    everybody_else = Participant.objects.exclude(pk__in=Participant.objects.with_nik(nik).values("pk"))
    others = everybody_else.with_phone(phone) if phone else everybody_else.none()
    if others[:SHARED_PHONE].count() >= SHARED_PHONE - 1:
        doubts.append(Doubt.SHARED_PHONE)
    key = names.key(full_name)
    same = Q(birth_date=birth_date)
    if phone:
        same |= Q(pk__in=others.values("pk"))
    if everybody_else.filter(same, name_key=key).exists():
        doubts.append(Doubt.SAME_PERSON)
    if is_outside_dki:
        doubts.append(Doubt.OUTSIDE_DKI)
    return doubts


@transaction.atomic
def register_participant(
    *,
    nik: str,
    full_name: str,
    birth_date: date,
    sex: str,
    phone: str = "",
    kelurahan: str,
    category: str,
    business_name: str = "",
    sector: str = "",
    kk: str = "",
    consents: Mapping[str, bool] | None = None,
    details: Mapping[str, str] | None = None,
    guardian: Guardianship | None = None,
    card_reason: str = "",
    source: str = Source.COUNTER,
    consented_at: datetime | None = None,
    text_versions: Mapping[str, str] | None = None,
    language: str = "id",
    kecamatan: str = "",
    evidence: str = "",
    by: Any,
    today: date,
    now: datetime,
) -> Participant:
    """A new participant with number, business, enrolment, foster agency, P1 and consents.

    ``kelurahan`` is empty for somebody whose identity card is from outside Jakarta: kept at the office that
    registered them (or in ``kecamatan``), counted in no target. ``consents``: what was answered for each
    purpose that was asked. ``details``: address and other columns that may stay empty. ``card_reason``: why a
    NIK with an impossible date part is right all the same. Raises AlreadyRegistered, also when another
    officer was faster by a moment, and NikError for an impossible NIK without a reason.
    """
    nik_values.parse(nik, is_card_seen=bool(card_reason))
    if existing := Participant.objects.with_nik(nik).first():
        raise AlreadyRegistered(existing)
    unit = by.active_membership.organisation
    try:
        with transaction.atomic():
            participant = _create(
                nik,
                phone,
                kelurahan,
                by,
                unit,
                today,
                {
                    "full_name": full_name,
                    "birth_date": birth_date,
                    "sex": sex,
                    "category": category,
                    "source": source,
                    **(details or {}),
                },
                kecamatan,
                kk,
            )
    except IntegrityError as error:
        if _NIK_ONCE not in str(error):
            raise
        raise AlreadyRegistered(Participant.objects.with_nik(nik).get()) from None
    if business_name or sector or category != Category.WOULD_BE:
        participant.businesses.create(
            name=business_name, sector_id=sector or None, is_running=category != Category.WOULD_BE
        )
    Enrolment.objects.create(participant=participant, year=today.year, enrolled_on=today)
    if (pengampu := _pengampu_of(unit)) is not None:
        FosterLink.objects.create(participant=participant, organisation=pengampu, valid_from=today)
    StepReached.objects.create(
        participant=participant,
        step=Step.P1_REGISTRATION,
        reached_on=today,
        evidence=evidence or f"counter:{unit.pk if unit else ''}",
        actor=by,
    )
    Consent.objects.bulk_create(
        Consent(
            participant=participant,
            purpose=purpose,
            is_given=is_given,
            text_version=(text_versions or {}).get(purpose, NOTICE_VERSION),
            language=language,
            channel=source,
            at=consented_at or now,
            recorded_by=None if source == Source.SELF else by,
        )
        for purpose, is_given in (consents or {}).items()
    )
    if guardian is not None:
        _note_guardian(participant, guardian, by, now)
    if card_reason:
        CardSeen.objects.create(participant=participant, reason=card_reason, seen_at=now, seen_by=by)
    audit.record(by, "participants.participant.registered", participant, notice=NOTICE_VERSION)
    duplicates.look_for([participant.pk], now=now)
    return participant


def _note_guardian(participant: Participant, guardian: Guardianship, by: Any, now: datetime) -> None:
    row = Guardian(
        participant=participant,
        full_name=guardian.full_name,
        relation=guardian.relation,
        agreed_at=now,
        text_version=NOTICE_VERSION,
        recorded_by=by,
    )
    row.phone = guardian.phone
    row.save()


def _create(
    nik: str,
    phone: str,
    kelurahan: str,
    by: Any,
    unit: Organisation | None,
    today: date,
    fields: dict[str, Any],
    outside_in: str = "",
    kk: str = "",
) -> Participant:
    office = outside_in or by.active_membership.area_id or ""
    kecamatan = kelurahan[:8] or (office if len(office) == areas.KECAMATAN_LENGTH else None)
    participant = Participant(
        number=numbering.next_number(kecamatan),
        name_key=names.key(fields["full_name"]),
        kelurahan_id=kelurahan or None,
        kecamatan_id=kecamatan,
        city_id=(kecamatan or office)[:5] or None,
        is_outside_dki=not kelurahan,
        registered_on=today,
        registered_by=by,
        registered_at_unit=unit,
        **fields,
    )
    participant.nik, participant.phone, participant.kk = nik, phone, kk
    participant.save(force_insert=True)
    return participant


def _pengampu_of(unit: Organisation | None) -> Organisation | None:
    """The agency that fosters whom a unit registers: itself, or the Sudin above a kecamatan office."""
    while unit is not None and not unit.is_pengampu:
        unit = unit.parent
    return unit
