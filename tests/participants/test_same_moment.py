"""Two officers at one moment: one person, one friendly message; one merge, whoever presses first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import Merge, Participant
from participants.services import merging
from participants.services.registration import AlreadyRegistered, register_participant
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db(transaction=True)

NIK = "3173075708909001"


def together(*deeds):
    """Run the deeds at the same moment, each on its own connection; what each answered or raised."""
    barrier = Barrier(len(deeds))

    def run(deed):
        try:
            barrier.wait(10)
            return deed()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_rule_04_one_nik_at_two_counters_becomes_one_person():
    officers = [member(Role.KECAMATAN, area) for area in ("31.73.07", "31.73.08")]

    def register(officer):
        return register_participant(
            nik=NIK, full_name="Siti Aminah", birth_date=date(1990, 8, 17), sex="P",
            kelurahan=f"{officer.active_membership.area_id}.1001", category="would_be", by=officer,
            today=date(2026, 3, 12), now=timezone.now(),
        )  # fmt: skip

    answers = together(*(lambda officer=officer: register(officer) for officer in officers))

    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["AlreadyRegistered", "Participant"]
    (refused,) = [answer for answer in answers if isinstance(answer, AlreadyRegistered)]
    assert refused.participant == Participant.objects.get()
    assert NIK not in str(refused)


def test_two_officers_join_the_same_two_once():
    officer = member(Role.SUDIN, "31.73")
    one, other = ParticipantFactory(), ParticipantFactory()

    def join(survivor, merged):
        return merging.merge(
            survivor_id=survivor.pk, merged_id=merged.pk, chosen={}, reason="x", by=officer,
            now=timezone.now(),
        )  # fmt: skip

    answers = together(lambda: join(one, other), lambda: join(other, one))

    assert sorted(type(answer).__name__ for answer in answers) == ["CannotMerge", "Merge"]
    assert (Merge.objects.count(), Participant.objects.count()) == (1, 1)
