"""What must never be false of drafts, self-registrations and photos, whoever writes the row."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import IdentityPhoto, SelfRegistration
from participants.services import self_registration as services
from tests.factories import ParticipantFactory, member
from tests.factories.applicants import begun, sent_in

pytestmark = pytest.mark.django_db


def refuse(rows, match, **changes):
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        rows.update(**changes)


def test_a_sent_one_has_a_day_and_a_kecamatan():
    sent_in()

    refuse(SelfRegistration.objects, "sent_whole", submitted_at=None)
    refuse(SelfRegistration.objects, "sent_whole", kecamatan=None)


def test_an_accepted_one_is_a_participant_and_no_other_is():
    sent_in()
    now, officer = timezone.now(), member(Role.KECAMATAN, "31.73.07")

    refuse(
        SelfRegistration.objects, "accepted_is_somebody", state="accepted", decided_at=now, decided_by=officer
    )
    refuse(SelfRegistration.objects, "accepted_is_somebody", participant=ParticipantFactory())


def test_a_decision_has_its_moment_and_its_officer():
    sent_in()

    refuse(SelfRegistration.objects, "decided_whole", state="rejected")
    refuse(SelfRegistration.objects, "decided_whole", state="rejected", decided_at=timezone.now())
    refuse(SelfRegistration.objects, "decided_whole", decided_at=timezone.now())


def test_an_emptied_one_is_empty_and_decided():
    sent_in()

    refuse(SelfRegistration.objects, "open_ones_are_full", blanked_at=timezone.now())


def test_a_code_belongs_to_one_registration():
    first, second = begun(), begun()

    refuse(SelfRegistration.objects.filter(pk=second.pk), "code_lookup", code_lookup=first.code_lookup)


def test_a_photo_belongs_to_a_participant_or_to_an_applicant():
    for owner in ({}, {"participant": ParticipantFactory(), "registration": sent_in()}):
        with pytest.raises(IntegrityError, match="of_one"), transaction.atomic():
            IdentityPhoto.objects.create(file="", taken_at=timezone.now(), **owner)


def test_every_code_is_random_and_readable():
    codes = {services.shown_code(begun()) for _ in range(20)}

    assert len(codes) == 20
    assert all(len(code) == 11 and not set(code) & set("01ILOU") for code in codes)
