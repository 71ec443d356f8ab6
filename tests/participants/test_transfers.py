"""Moving people between areas and agencies, asking for somebody, and what was reported before."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from okoce.accounts.roles import Role
from participants import figures
from participants.models import (
    FosterLink,
    MentorAssignment,
    Participant,
    StatusChange,
    Transfer,
    TransferRequest,
)
from participants.services import transfers
from participants.services.transfers import TransferProblem, TransferRefused
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
PALMERAH, KEMBANGAN, MENTENG = "31.73.07", "31.73.08", "31.71.06"
BARAT, PUSAT = "31.73", "31.71"
TODAY, LAST_QUARTER = date(2026, 11, 20), date(2026, 9, 30)


@pytest.fixture
def palmerah():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def kembangan():
    return member(Role.KECAMATAN, KEMBANGAN)


def move(person, to, by, **more):
    return transfers.transfer(
        **{
            "participant_id": person.pk,
            "to_kelurahan": f"{to}.1001",
            "moved_on": TODAY,
            "reason": "Pindah rumah",
            "by": by,
            "today": TODAY,
            **more,
        }
    )


def ask(person, to, by, **more):
    return transfers.request_transfer(
        **{
            "participant_id": person.pk,
            "to_kelurahan": f"{to}.1001",
            "moved_on": TODAY,
            "reason": "Warga pindah ke sini",
            "by": by,
            "today": TODAY,
            **more,
        }
    )


# ---------------------------------------------------------------- moving


def test_a_move_changes_the_area_and_keeps_the_number(palmerah):
    person = ParticipantFactory(number="JB-PM-00417")

    move(person, KEMBANGAN, palmerah)

    person.refresh_from_db()
    assert (person.number, person.kelurahan_id, person.kecamatan_id, person.city_id) == (
        "JB-PM-00417",
        "31.73.08.1001",
        KEMBANGAN,
        BARAT,
    )


def test_rule_21_a_transfer_leaves_closed_periods_unchanged(palmerah):
    person = ParticipantFactory()  # since 12 March 2026
    ParticipantFactory()

    def counted(day):
        return figures.in_kecamatan(PALMERAH, on=day), figures.in_kecamatan(KEMBANGAN, on=day)

    before = counted(LAST_QUARTER)
    move(person, KEMBANGAN, palmerah, moved_on=date(2026, 7, 15))  # told months later

    assert (before, counted(LAST_QUARTER)) == ((2, 0), (2, 0))
    assert counted(date(2026, 10, 1)) == (1, 1)
    assert counted(TODAY) == (1, 1)


def test_rule_21_between_agencies_too():
    sudin, person = member(Role.SUDIN, BARAT), ParticipantFactory()
    FosterLink.objects.create(participant=person, organisation_id="kpkp-31-73", valid_from=date(2026, 3, 12))

    transfers.change_agency(
        participant_id=person.pk,
        leaves="kpkp-31-73",
        joins="pkk-31-73",
        moved_on=date(2026, 8, 1),
        reason="Dibina PKK",
        by=sudin,
        today=TODAY,
    )

    def counted(day):
        return figures.of_agency("kpkp-31-73", on=day), figures.of_agency("pkk-31-73", on=day)

    assert (counted(LAST_QUARTER), counted(TODAY)) == ((1, 0), (0, 1))


def test_rule_19_the_province_is_the_sum_of_its_kecamatan_on_every_day(palmerah):
    people = [ParticipantFactory(), ParticipantFactory(kelurahan_id=f"{MENTENG}.1001"), ParticipantFactory()]
    move(people[0], KEMBANGAN, palmerah)
    move(people[0], PALMERAH, member(Role.SUDIN, BARAT))

    for day in (LAST_QUARTER, date(2026, 11, 19), TODAY):
        assert sum(figures.by_kecamatan(on=day).values()) == figures.in_province(on=day) == 3
        assert figures.by_kecamatan(on=day)[PALMERAH] == figures.in_kecamatan(PALMERAH, on=day) == 2


def test_moving_where_somebody_is_already_changes_nothing(palmerah):
    person = ParticipantFactory()

    assert move(person, PALMERAH, palmerah) is None
    assert Transfer.objects.count() == 0


def test_a_kecamatan_office_does_not_move_people_to_another_city(palmerah):
    person = ParticipantFactory()

    with pytest.raises(TransferRefused) as refused:
        move(person, MENTENG, palmerah)
    assert refused.value.problem == TransferProblem.NOT_YOURS


def test_in_another_city_the_same_agency_fosters_and_the_mentor_is_free():
    sudin, person = member(Role.SUDIN, BARAT), ParticipantFactory()
    FosterLink.objects.create(participant=person, organisation_id="kpkp-31-73")
    MentorAssignment.objects.create(participant=person, mentor=member(Role.MENTOR, PALMERAH))

    move(person, MENTENG, sudin)

    open_links = person.foster_links.filter(valid_until=None).values_list("organisation_id", flat=True)
    assert list(open_links) == ["kpkp-31-71"]
    assert person.mentor_assignments.filter(valid_until=None).count() == 0


def test_who_lived_outside_jakarta_is_a_resident_again_after_a_transfer():
    sudin, person = member(Role.SUDIN, BARAT), ParticipantFactory(is_outside_dki=True)

    move(person, PALMERAH, sudin)

    person.refresh_from_db()
    assert (person.is_outside_dki, StatusChange.objects.count()) == (False, 1)


def test_a_move_is_written_once_and_never_changed():
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            participant=ParticipantFactory(), moved_on=TODAY, counts_from=TODAY, reason="ke mana?"
        )


# ---------------------------------------------------------------- asking


def test_a_request_is_made_once_however_often_it_is_sent(kembangan):
    person = ParticipantFactory()

    assert ask(person, KEMBANGAN, kembangan) == ask(person, KEMBANGAN, kembangan)
    assert TransferRequest.objects.count() == 1


def test_the_asking_office_is_told_area_and_agency_and_cannot_see_the_person(kembangan):
    person = ParticipantFactory(registered_at_unit_id="pkk-31-73")

    request = ask(person, KEMBANGAN, kembangan)

    assert request.held_at == "Pal Merah, Jakarta Barat, PKK Jakarta Barat"
    assert Participant.objects.visible_to(kembangan).count() == 0


def test_who_is_in_the_own_area_need_not_be_asked_for(palmerah):
    with pytest.raises(TransferRefused) as refused:
        ask(ParticipantFactory(), PALMERAH, palmerah)
    assert refused.value.problem == TransferProblem.ALREADY_YOURS


def test_accepting_moves_the_person_and_repeating_it_changes_nothing(palmerah, kembangan):
    person = ParticipantFactory()
    request = ask(person, KEMBANGAN, kembangan)

    for _ in range(2):
        request = transfers.accept(request_id=request.pk, by=palmerah, today=TODAY)

    person.refresh_from_db()
    assert (person.kecamatan_id, request.state) == (KEMBANGAN, "accepted")
    assert Transfer.objects.count() == 1
    assert list(Participant.objects.visible_to(kembangan)) == [person]


def test_refusing_keeps_the_person_and_says_why(palmerah, kembangan):
    request = ask(ParticipantFactory(), KEMBANGAN, kembangan)

    request = transfers.refuse(request_id=request.pk, answer="Masih di sini", by=palmerah, today=TODAY)

    assert (request.state, request.answer, Transfer.objects.count()) == (
        "refused",
        "Masih di sini",
        0,
    )


def test_the_asking_office_cannot_answer_itself_nor_can_a_stranger(kembangan):
    request = ask(ParticipantFactory(), KEMBANGAN, kembangan)

    for by in (kembangan, member(Role.KECAMATAN, MENTENG), member(Role.SUDIN, PUSAT)):
        with pytest.raises(TransferRefused) as refused:
            transfers.accept(request_id=request.pk, by=by, today=TODAY)
        assert refused.value.problem == TransferProblem.NOT_YOURS


def test_a_move_to_another_city_is_the_sudins_to_decide(palmerah):
    request = ask(ParticipantFactory(), MENTENG, member(Role.KECAMATAN, MENTENG))

    with pytest.raises(TransferRefused):
        transfers.accept(request_id=request.pk, by=palmerah, today=TODAY)
    answered = transfers.accept(request_id=request.pk, by=member(Role.SUDIN, BARAT), today=TODAY)

    assert answered.state == "accepted"


def test_a_request_lapses_after_two_weeks_and_can_be_sent_anew(palmerah, kembangan):
    person, later = ParticipantFactory(), date(2026, 12, 5)
    old = ask(person, KEMBANGAN, kembangan)

    with pytest.raises(TransferRefused) as refused:
        transfers.accept(request_id=old.pk, by=palmerah, today=later)
    new = ask(person, KEMBANGAN, kembangan, today=later)

    old.refresh_from_db()
    assert (refused.value.problem, old.state, new.pk != old.pk) == (TransferProblem.LAPSED, "expired", True)


def test_a_move_meanwhile_closes_the_other_requests(palmerah, kembangan):
    person, other = ParticipantFactory(), member(Role.KECAMATAN, "31.73.05")
    mine, theirs = ask(person, KEMBANGAN, kembangan), ask(person, "31.73.05", other)

    transfers.accept(request_id=mine.pk, by=palmerah, today=TODAY)

    theirs.refresh_from_db()
    assert theirs.state == "refused"


def test_the_asking_office_takes_its_request_back(palmerah, kembangan):
    request = ask(ParticipantFactory(), KEMBANGAN, kembangan)

    transfers.withdraw(request_id=request.pk, by=kembangan)

    with pytest.raises(TransferRefused) as refused:
        transfers.accept(request_id=request.pk, by=palmerah, today=TODAY)
    assert refused.value.problem == TransferProblem.ANSWERED


@pytest.mark.django_db(transaction=True)
def test_accepted_by_two_at_the_same_moment_it_is_one_move():
    sudin, office = member(Role.SUDIN, BARAT), member(Role.KECAMATAN, PALMERAH)
    request = ask(ParticipantFactory(), KEMBANGAN, member(Role.KECAMATAN, KEMBANGAN))
    start, states = Barrier(2), []

    def answer(by):
        try:
            start.wait(10)
            states.append(transfers.accept(request_id=request.pk, by=by, today=TODAY).state)
        finally:
            connection.close()

    both = [Thread(target=answer, args=(by,)) for by in (sudin, office)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)

    assert (states, Transfer.objects.count()) == (["accepted", "accepted"], 1)


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_the_same_moment_it_is_one_request():
    person, office = ParticipantFactory(), member(Role.KECAMATAN, KEMBANGAN)
    start, found = Barrier(2), []

    def send():
        try:
            start.wait(10)
            found.append(ask(person, KEMBANGAN, office).pk)
        finally:
            connection.close()

    both = [Thread(target=send) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)

    assert (len(found), len(set(found)), TransferRequest.objects.count()) == (2, 1, 1)
