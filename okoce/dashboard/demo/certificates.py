"""Certificates of those who completed the year, one of them in its second edition. Through the services."""

from __future__ import annotations

from datetime import date

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import PALMERAH
from participants.models import Participant
from trainings import certifying
from trainings.enums import SessionState
from trainings.models import TrainingSession
from trainings.services import certificates

COMPARED = 8  # whose name the office has compared with the identity card


def tell_certificates(users: dict[str, User], today: date) -> None:
    camat = users["camat.palmerah"]
    held = TrainingSession.objects.filter(kecamatan=PALMERAH, state=SessionState.HELD)
    session = held.filter(starts_at__year=today.year).order_by("-starts_at").first()
    if session is None:
        return
    there = session.scans.standing().values("participant")
    own = Participant.objects.in_programme().of_kecamatan(PALMERAH)
    people = list(own.filter(pk__in=there).order_by("number"))
    earned = certifying.completed_in([person.pk for person in people], today.year)
    compared = [person for person in people if person.pk in earned][:COMPARED]
    for person in compared:
        certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=camat)
    issued = certificates.issue_for(
        participant_ids=[person.pk for person in compared], year=today.year, by=camat
    )
    for certificate in issued.certificates[:1]:
        certificates.reissue(certificate_id=certificate.pk, reason="Cetakan pertama basah", by=camat)
