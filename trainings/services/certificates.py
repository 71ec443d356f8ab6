"""Issuing certificates: only when the year is complete, numbered without gaps, and true to the attendance."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from okoce.audit.services import record
from okoce.db.encryption import encrypt, lookup
from okoce.organisations.models import Kind, Organisation
from participants import numbering
from participants.models import Participant
from trainings import after_messages, certifying
from trainings.models import Certificate, CertificateEdition, CertificateSeries, NameConfirmation
from trainings.refusals import CertificateRefused, NoCertificate

ATTENDANCE_CORRECTED = "attendance"  # reason of a certificate that its attendance no longer proves


@dataclass
class Issued:
    """What came of issuing for many: those who have one now, and who was left out."""

    certificates: list[Certificate] = field(default_factory=list)
    new_count: int = 0
    not_complete: list[int] = field(default_factory=list)
    not_confirmed: list[int] = field(default_factory=list)
    revoked: list[int] = field(default_factory=list)


# ---------------------------------------------------------------- the name


@transaction.atomic
def confirm_name(*, participant_id: int, name: str, by: Any, now: datetime | None = None) -> NameConfirmation:
    """The name is as on the identity card.

    ``name`` is what the person read: raises CertificateRefused when it was changed meanwhile.
    """
    participant = Participant.objects.select_for_update().get(pk=participant_id)
    if participant.full_name != name:
        raise CertificateRefused(NoCertificate.NAME_CHANGED)
    known: NameConfirmation | None = NameConfirmation.objects.filter(participant=participant).first()
    if known is not None and known.name == name:
        return known
    confirmation, _is_new = NameConfirmation.objects.update_or_create(
        participant=participant,
        defaults={"name": name, "confirmed_at": now or timezone.now(), "confirmed_by": by},
    )
    record(by, "trainings.name.confirmed", participant)
    return confirmation


def has_confirmed_name(participant: Participant) -> bool:
    return NameConfirmation.objects.filter(participant=participant, name=participant.full_name).exists()


# ---------------------------------------------------------------- issuing


@transaction.atomic
def issue(*, participant_id: int, year: int, by: Any, now: datetime | None = None) -> Certificate:
    """The certificate of a year; a second call gives the same one. Raises CertificateRefused."""
    issued = issue_for(participant_ids=[participant_id], year=year, by=by, now=now)
    if issued.not_complete:
        raise CertificateRefused(NoCertificate.NOT_COMPLETE, year=year)
    if issued.not_confirmed:
        raise CertificateRefused(NoCertificate.NAME_NOT_CONFIRMED)
    if issued.revoked:
        raise CertificateRefused(NoCertificate.REVOKED)
    return issued.certificates[0]


@transaction.atomic
def issue_for(*, participant_ids: Collection[int], year: int, by: Any, now: datetime | None = None) -> Issued:
    """Certificates of everybody who completed the year and confirmed the name; repeating it adds nothing.

    People are locked in the order of their ids, then the series of each city: numbers have no gaps, because
    a number is written in the transaction that takes it.
    """
    now, outcome = now or timezone.now(), Issued()
    people = {
        p.pk: p
        for p in Participant.objects.select_for_update(of=("self",))
        .filter(pk__in=participant_ids, kecamatan__isnull=False)
        .order_by("pk")
    }
    known = {c.participant_id: c for c in Certificate.objects.filter(participant__in=people, year=year)}
    facts = certifying.completed_in(list(people), year)
    confirmed = dict(
        NameConfirmation.objects.filter(participant__in=people).values_list("participant_id", "name")
    )
    fresh = []
    for pk in participant_ids:
        if (certificate := known.get(pk)) is not None:
            kept = outcome.revoked if certificate.revoked_at else outcome.certificates
            kept.append(pk if certificate.revoked_at else certificate)  # type: ignore[arg-type]
        elif pk not in facts:
            outcome.not_complete.append(pk)
        elif confirmed.get(pk) != people[pk].full_name:
            outcome.not_confirmed.append(pk)
        else:
            fresh.append(pk)
    for pk in sorted(fresh, key=lambda pk: (people[pk].city_id, pk)):
        outcome.certificates.append(_create(people[pk], year, facts[pk], by=by, now=now))
    outcome.new_count = len(fresh)
    return outcome


def _create(
    participant: Participant, year: int, facts: dict[str, Any], *, by: Any, now: datetime
) -> Certificate:
    city, kecamatan = str(participant.city_id), str(participant.kecamatan_id)
    CertificateSeries.objects.get_or_create(city_id=city, year=year)
    series = CertificateSeries.objects.select_for_update().get(city_id=city, year=year)
    series.last += 1
    series.save()
    letters = numbering.PREFIXES[kecamatan][:2]
    certificate = Certificate.objects.create(
        participant=participant,
        year=year,
        city_id=city,
        kecamatan_id=kecamatan,
        serial=series.last,
        number=f"OKOCE/{letters}/{year}/{series.last:05d}",
        issuer=_issuer_of(kecamatan),
    )
    _add_edition(certificate, participant.full_name, facts, reason="", by=by, now=now)
    record(by, "trainings.certificate.issued", certificate)
    if by is None or by.pk != participant.user_id:  # who made it has it
        after_messages.queue_certificate(certificate, now=now)
    return certificate


def _issuer_of(kecamatan: str) -> Organisation:
    """The Sudin above the office of the kecamatan."""
    office = Organisation.objects.select_related("parent").get(
        kind=Kind.KECAMATAN_OFFICE, area=kecamatan, valid_until=None
    )
    return office.parent or office


def _add_edition(
    certificate: Certificate, name: str, facts: dict[str, Any], *, reason: str, by: Any, now: datetime
) -> CertificateEdition:
    code = "".join(secrets.choice(certifying.CODE_SIGNS) for _ in range(certifying.CODE_LENGTH))
    certificate.editions.filter(superseded_at=None).update(superseded_at=now)
    return CertificateEdition.objects.create(
        certificate=certificate,
        edition=certificate.editions.count() + 1,
        name=name,
        facts=facts,
        reason=reason,
        code_lookup=lookup(code, column=certifying.CODE_COLUMN),
        code_ciphertext=encrypt(code, column=certifying.CODE_COLUMN, row=certificate.uid),
        issued_on=timezone.localtime(now).date(),
        issued_at=now,
        issued_by=by,
    )


@transaction.atomic
def reissue(*, certificate_id: int, reason: str, by: Any, now: datetime | None = None) -> Certificate:
    """A new edition with today's name and attendance: the number stays, earlier prints are no longer valid.

    Makes a withdrawn certificate valid again. Raises CertificateRefused.
    """
    now = now or timezone.now()
    person = Certificate.objects.values_list("participant", flat=True).get(pk=certificate_id)
    participant = Participant.objects.select_for_update().get(pk=person)  # people before certificates
    certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
    facts = certifying.completed_in([participant.pk], certificate.year).get(participant.pk)
    if facts is None:
        raise CertificateRefused(NoCertificate.NOT_COMPLETE, year=certificate.year)
    if not has_confirmed_name(participant):
        raise CertificateRefused(NoCertificate.NAME_NOT_CONFIRMED)
    _add_edition(certificate, participant.full_name, facts, reason=reason, by=by, now=now)
    certificate.revoked_at = certificate.revoked_by = None
    certificate.revoke_reason = ""
    certificate.save()
    record(by, "trainings.certificate.reissued", certificate)
    return certificate


@transaction.atomic
def revoke(*, certificate_id: int, reason: str, by: Any, now: datetime | None = None) -> Certificate:
    """The certificate is not valid any more; its page says so. Again changes nothing."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
    if certificate.revoked_at is None:
        certificate.revoked_at, certificate.revoked_by = now or timezone.now(), by
        certificate.revoke_reason = reason
        certificate.save()
        record(by, "trainings.certificate.revoked", certificate)
    return certificate


def revoke_unproven(people: Iterable[int], year: int, *, by: Any, now: datetime | None = None) -> list[int]:
    """After attendance was corrected: certificates that it no longer proves are withdrawn. Their ids.

    The people are locked first: a certificate that is issued at this moment is either seen, or not issued.
    """
    people = list(people)
    list(
        Participant.objects.select_for_update(of=("self",)).filter(pk__in=people).order_by("pk").values("pk")
    )
    valid = dict(
        Certificate.objects.filter(participant__in=people, year=year, revoked_at=None).values_list(
            "participant_id", "pk"
        )
    )
    if not valid:
        return []
    still = certifying.completed_in(list(valid), year)
    lost = [pk for person, pk in valid.items() if person not in still]
    for pk in lost:
        revoke(certificate_id=pk, reason=ATTENDANCE_CORRECTED, by=by, now=now)
    return lost


# ---------------------------------------------------------------- checking


@dataclass(frozen=True)
class Checked:
    """What the code on a sheet leads to. ``is_valid``: neither withdrawn nor replaced by a newer edition."""

    certificate: Certificate
    edition: CertificateEdition

    @property
    def is_valid(self) -> bool:
        return self.certificate.revoked_at is None and self.edition.superseded_at is None


def check(code: str) -> Checked | None:
    """The certificate of a code; None for a code that nobody gave."""
    edition = (
        CertificateEdition.objects.filter(code_lookup=certifying.code_lookup(code))
        .select_related("certificate__participant", "certificate__issuer")
        .first()
    )
    return Checked(edition.certificate, edition) if edition else None
