"""The database has the last word on people: each constraint is tried by writing past it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.models import (
    CardToken,
    Consent,
    Enrolment,
    FosterLink,
    ImportBatch,
    ImportRow,
    MentorAssignment,
    Participant,
    SignInCode,
    StepReached,
)
from tests.factories import ParticipantFactory, UserFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti():
    return ParticipantFactory()


def refused_by(constraint):
    """The statement inside fails, and it is this constraint that says no."""
    return pytest.raises(IntegrityError, match=constraint)


def update(row, **fields):
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**fields)


def test_two_participants_never_share_a_nik(siti):
    other = ParticipantFactory()

    with refused_by("participants_participant_nik_once"):
        update(other, nik_lookup=siti.nik_lookup)


def test_a_nik_without_its_digest_is_refused(siti):
    with refused_by("participants_participant_nik_whole"):
        update(siti, nik_lookup=None)


def test_a_digest_without_its_phone_is_refused(siti):
    with refused_by("participants_participant_phone_whole"):
        update(siti, phone_ciphertext=None)


@pytest.mark.parametrize("field", ["kelurahan_id", "kecamatan_id", "city_id"])
def test_a_resident_of_jakarta_has_a_whole_area(siti, field):
    with refused_by("participants_participant_area_whole"):
        update(siti, **{field: None})


def test_the_kelurahan_lies_in_the_kecamatan(siti):
    with refused_by("participants_participant_kelurahan_in_kecamatan"):
        update(siti, kelurahan_id="31.73.08.1001")


def test_the_kecamatan_lies_in_the_city(siti):
    with refused_by("participants_participant_kecamatan_in_city"):
        update(siti, city_id="31.71")


def test_a_participant_number_is_given_once(siti):
    other = ParticipantFactory()

    with refused_by("number"):
        update(other, number=siti.number)


def test_a_participant_is_enrolled_once_a_year(siti):
    Enrolment.objects.create(participant=siti, year=2026, enrolled_on=date(2026, 1, 5))

    with refused_by("participants_enrolment_once_a_year"), transaction.atomic():
        Enrolment.objects.create(participant=siti, year=2026, enrolled_on=date(2026, 2, 5))


def test_an_agency_fosters_somebody_once_at_a_time(siti):
    FosterLink.objects.create(participant=siti, organisation_id="kpkp-31-73")

    with refused_by("participants_fosterlink_once_at_a_time"), transaction.atomic():
        FosterLink.objects.create(participant=siti, organisation_id="kpkp-31-73")


def test_somebody_has_one_mentor_at_a_time(siti):
    MentorAssignment.objects.create(participant=siti, mentor=UserFactory())

    with refused_by("participants_mentorassignment_one_at_a_time"), transaction.atomic():
        MentorAssignment.objects.create(participant=siti, mentor=UserFactory())


@pytest.mark.parametrize("step", [0, 8])
def test_there_are_seven_steps(siti, step):
    with refused_by("participants_stepreached_one_of_seven"), transaction.atomic():
        StepReached.objects.create(participant=siti, step=step, reached_on=date(2026, 1, 5), evidence="x")


def test_a_step_is_reached_once(siti):
    StepReached.objects.create(participant=siti, step=1, reached_on=date(2026, 1, 5), evidence="x")

    with refused_by("participants_stepreached_once"), transaction.atomic():
        StepReached.objects.create(participant=siti, step=1, reached_on=date(2026, 2, 5), evidence="y")


def code(**fields):
    now = timezone.now()
    given = {
        "phone_lookup": b"1",
        "code_lookup": b"2",
        "browser": "3",
        "expires_at": now + timedelta(minutes=5),
    }
    with transaction.atomic():
        return SignInCode.objects.create(**{**given, **fields})


def test_a_code_is_tried_three_times_at_most():
    row = code()

    with refused_by("participants_signincode_three_tries"):
        update(row, tries=4)


def test_a_code_lives_a_while():
    with refused_by("participants_signincode_lives_a_while"):
        code(expires_at=timezone.now() - timedelta(minutes=1))


def test_a_participant_has_one_valid_card(siti):
    CardToken.objects.create(participant=siti, token_lookup=b"a" * 32, token_ciphertext=b"x")

    with refused_by("participants_cardtoken_one_valid"), transaction.atomic():
        CardToken.objects.create(participant=siti, token_lookup=b"b" * 32, token_ciphertext=b"x")


def test_an_address_of_a_card_is_given_once(siti):
    CardToken.objects.create(participant=siti, token_lookup=b"a" * 32, token_ciphertext=b"x")

    with refused_by("token_lookup"), transaction.atomic():
        CardToken.objects.create(
            participant=ParticipantFactory(), token_lookup=b"a" * 32, token_ciphertext=b"x"
        )


@pytest.fixture
def batch():
    return ImportBatch.objects.create(
        city_id="31.73", uploaded_by=member(Role.SUDIN, "31.73"), file="imports/x.xlsx", file_name="x.xlsx",
        file_size=1, sha256="0" * 64, as_of=date(2026, 3, 1),
    )  # fmt: skip


def test_a_list_is_saved_by_somebody_at_some_time_or_not_at_all(batch):
    with refused_by("participants_importbatch_saved_whole"):
        update(batch, state="saved")
    with refused_by("participants_importbatch_saved_whole"):
        update(batch, saved_at=timezone.now())


def test_a_row_of_a_list_is_kept_once(batch):
    ImportRow.objects.create(batch=batch, position=1, sheet="S", row=2, status="accepted")

    with refused_by("participants_importrow_once"), transaction.atomic():
        ImportRow.objects.create(batch=batch, position=1, sheet="S", row=3, status="accepted")


def test_a_consent_is_written_once_and_never_again(siti):
    consent = Consent.objects.create(
        participant=siti,
        purpose="messages",
        is_given=True,
        text_version="1",
        channel="counter",
        at=timezone.now(),
    )

    with pytest.raises(TypeError):
        consent.save()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(is_given=False)


def test_the_history_cannot_be_rewritten_by_the_application(siti):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM participants_participantevent")


def test_a_participant_with_facts_is_not_deleted(siti):
    Enrolment.objects.create(participant=siti, year=2026, enrolled_on=date(2026, 1, 5))

    with pytest.raises(ProtectedError):
        siti.delete()


def test_every_uid_is_its_own(siti):
    other = ParticipantFactory()

    with refused_by("uid"):
        update(other, uid=siti.uid)
    update(other, uid=uuid4())
    assert Participant.objects.count() == 2
