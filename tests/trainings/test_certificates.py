"""Certificates: earned by attendance, numbered without gaps, and checked by anybody."""

from __future__ import annotations

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.accounts.sessions import PARTICIPANT
from participants.services.sign_in import account_of
from tests.factories import ParticipantFactory, ScanFactory, SessionFactory, UserFactory, member
from tests.factories.trainings import completed
from trainings import certifying, services
from trainings.models import Certificate, CertificateEdition, CertificateSeries, NameConfirmation
from trainings.refusals import CertificateRefused, NoCertificate
from trainings.services import certificates

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def officer():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def person():
    return ParticipantFactory(full_name="Siti Nur'aini", kelurahan_id="31.73.07.1001")


def confirmed(person, by=None):
    certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=by or UserFactory())
    return person


def certificate_for(person, officer, year=2018):
    completed(person, year=year)
    confirmed(person, officer)
    return certificates.issue(participant_id=person.pk, year=year, by=officer)


# ---------------------------------------------------------------- when


def test_rule_32_no_certificate_before_the_third_activity(person, officer):
    completed(person, codes=("dasar", "kemasan-pemasaran"))
    confirmed(person)

    with pytest.raises(CertificateRefused) as refused:
        certificates.issue(participant_id=person.pk, year=2018, by=officer)

    assert refused.value.code == NoCertificate.NOT_COMPLETE
    assert Certificate.objects.count() == 0


def test_the_same_activity_twice_earns_nothing(person, officer):
    completed(person, codes=("dasar", "kemasan-pemasaran", "dasar"))
    confirmed(person)

    with pytest.raises(CertificateRefused):
        certificates.issue(participant_id=person.pk, year=2018, by=officer)


def test_three_activities_over_new_year_earn_nothing(person, officer):
    completed(person, codes=("dasar", "kemasan-pemasaran"), month=11)
    last = SessionFactory(
        activity_code="izin-keuangan", starts_at=datetime(2019, 1, 1, 0, 30, tzinfo=WIB), state="held"
    )
    ScanFactory(session=last, participant=person)
    confirmed(person)

    for year in (2018, 2019):
        with pytest.raises(CertificateRefused):
            certificates.issue(participant_id=person.pk, year=year, by=officer)


def test_rule_32_days_and_hours_are_those_attended(person, officer):
    certificate = certificate_for(person, officer)

    facts = certificate.current.facts
    assert facts["completed_on"] == "2018-05-14"
    assert facts["minutes"] == 540
    assert [(a["day"], a["starts"], a["ends"]) for a in facts["activities"]] == [
        ("2018-03-14", "09.00", "12.00"),
        ("2018-04-14", "09.00", "12.00"),
        ("2018-05-14", "09.00", "12.00"),
    ]


def test_a_session_that_was_planned_but_not_attended_is_not_on_it(person, officer):
    completed(person)
    extra = SessionFactory(activity_code="dasar", starts_at=datetime(2018, 8, 1, 9, tzinfo=WIB), state="held")
    confirmed(person)

    facts = certificates.issue(participant_id=person.pk, year=2018, by=officer).current.facts

    assert extra.pk not in [a["session"] for a in facts["activities"]]


def test_the_name_must_be_confirmed_first(person, officer):
    completed(person)

    with pytest.raises(CertificateRefused) as refused:
        certificates.issue(participant_id=person.pk, year=2018, by=officer)

    assert refused.value.code == NoCertificate.NAME_NOT_CONFIRMED


def test_a_confirmation_ends_when_the_name_changes(person, officer):
    completed(person)
    confirmed(person)
    type(person).objects.filter(pk=person.pk).update(full_name="Siti Nuraini")

    with pytest.raises(CertificateRefused) as refused:
        certificates.issue(participant_id=person.pk, year=2018, by=officer)

    assert refused.value.code == NoCertificate.NAME_NOT_CONFIRMED


def test_confirming_a_name_that_changed_meanwhile_is_refused(person):
    with pytest.raises(CertificateRefused) as refused:
        certificates.confirm_name(participant_id=person.pk, name="Siti Lama", by=UserFactory())

    assert refused.value.code == NoCertificate.NAME_CHANGED


# ---------------------------------------------------------------- numbers


def test_numbers_of_a_city_and_year_have_no_gaps(officer):
    people = [confirmed(ParticipantFactory(kelurahan_id="31.73.07.1001")) for _ in range(3)]
    for person in people:
        completed(person)

    issued = certificates.issue_for(participant_ids=[p.pk for p in people], year=2018, by=officer)

    assert sorted(c.number for c in issued.certificates) == [
        "OKOCE/JB/2018/00001",
        "OKOCE/JB/2018/00002",
        "OKOCE/JB/2018/00003",
    ]


def test_issuing_again_changes_nothing(person, officer):
    first = certificate_for(person, officer)
    again = certificates.issue(participant_id=person.pk, year=2018, by=officer)

    assert again.pk == first.pk
    assert CertificateEdition.objects.count() == 1
    assert CertificateSeries.objects.get().last == 1


def test_each_city_and_year_counts_its_own(person, officer):
    central = ParticipantFactory(kelurahan_id="31.71.06.1001")

    numbers = [certificate_for(p, officer, year).number for p, year in ((person, 2018), (central, 2018))]

    assert numbers == ["OKOCE/JB/2018/00001", "OKOCE/JP/2018/00001"]


def test_issued_by_the_sudin_of_the_city(person, officer):
    assert certificate_for(person, officer).issuer_id == "ppkukm-31-73"


@pytest.mark.django_db(transaction=True)
def test_two_offices_at_once_give_one_number_each_and_no_gap():
    officer = member(Role.SUDIN, "31.73")
    people = [confirmed(ParticipantFactory(kelurahan_id="31.73.07.1001")) for _ in range(8)]
    for person in people:
        completed(person)
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        certificates.issue_for(participant_ids=[p.pk for p in people], year=2018, by=officer)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert sorted(Certificate.objects.values_list("serial", flat=True)) == list(range(1, 9))


def test_the_database_refuses_a_second_certificate_of_a_year(person, officer):
    first = certificate_for(person, officer)

    with pytest.raises(IntegrityError, match="trainings_certificate_once_a_year"), transaction.atomic():
        Certificate.objects.create(
            participant=person, year=2018, city_id="31.73", kecamatan_id="31.73.07", serial=2,
            number="OKOCE/JB/2018/00002", issuer=first.issuer,
        )  # fmt: skip


# ---------------------------------------------------------------- anew, withdrawn


def test_rule_32_a_new_edition_keeps_the_number_and_ends_the_one_before(person, officer):
    certificate = certificate_for(person, officer)
    old = certifying.code_of(certificate.current)
    person.full_name = "Siti Nuraini Hasanah"
    person.save()
    confirmed(person)

    certificates.reissue(certificate_id=certificate.pk, reason="Nama dibetulkan", by=officer)

    new = certificate.current
    assert (new.edition, new.name, new.certificate.number) == (2, "Siti Nuraini Hasanah", certificate.number)
    assert certificates.check(old).is_valid is False
    assert certificates.check(certifying.code_of(new)).is_valid is True


def test_corrected_attendance_withdraws_the_certificate(person, officer):
    sessions = completed(person)
    confirmed(person)
    certificate = certificates.issue(participant_id=person.pk, year=2018, by=officer)

    services.take_back(session_id=sessions[1].pk, participant_id=person.pk, by=officer)

    certificate.refresh_from_db()
    assert certificate.revoke_reason == certificates.ATTENDANCE_CORRECTED
    assert certificates.check(certifying.code_of(certificate.current)).is_valid is False


def test_a_withdrawn_certificate_cannot_be_issued_anew_without_attendance(person, officer):
    sessions = completed(person)
    confirmed(person)
    certificate = certificates.issue(participant_id=person.pk, year=2018, by=officer)
    services.take_back(session_id=sessions[1].pk, participant_id=person.pk, by=officer)

    with pytest.raises(CertificateRefused) as refused:
        certificates.reissue(certificate_id=certificate.pk, reason="Tolong", by=officer)

    assert refused.value.code == NoCertificate.NOT_COMPLETE


def test_a_withdrawn_one_is_not_given_by_asking_again(person, officer):
    certificate = certificate_for(person, officer)
    certificates.revoke(certificate_id=certificate.pk, reason="Salah orang", by=officer)

    with pytest.raises(CertificateRefused) as refused:
        certificates.issue(participant_id=person.pk, year=2018, by=officer)

    assert refused.value.code == NoCertificate.REVOKED


def test_the_database_wants_a_reason_for_withdrawing(person, officer):
    certificate = certificate_for(person, officer)

    with pytest.raises(IntegrityError, match="revoked_whole"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(revoked_at=datetime(2018, 6, 1, tzinfo=WIB))


# ---------------------------------------------------------------- checking


def test_rule_32_the_check_page_shows_name_course_and_date_and_no_nik(client, person, officer):
    certificate = certificate_for(person, officer)
    code = certifying.code_of(certificate.current)

    page = client.get(reverse("trainings:certificate", args=[code])).content.decode()

    assert "Siti Nur&#x27;aini" in page
    assert "14 Mei 2018" in page
    assert person.nik not in page
    assert person.number not in page


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}"])
def test_a_code_is_read_as_people_type_it(client, person, officer, typed):
    code = certifying.code_of(certificate_for(person, officer).current)
    written = typed.format(code, certifying.grouped(code).lower(), code.replace("0", "O").replace("1", "l"))

    response = client.get(reverse("trainings:certificate_check"), {"kode": written})

    assert response.url == reverse("trainings:certificate", args=[code])


def test_a_changed_code_is_not_found(client, person, officer):
    code = certifying.code_of(certificate_for(person, officer).current)
    other = ("A" if code[0] != "A" else "B") + code[1:]

    assert client.get(reverse("trainings:certificate", args=[other])).status_code == 404


def test_half_a_code_is_answered_in_words_and_kept(client):
    response = client.get(reverse("trainings:certificate_check"), {"kode": "7K3M"})

    assert response.status_code == 400
    assert 'value="7K3M"' in response.content.decode()


def test_a_withdrawn_certificate_says_so_and_shows_no_name(client, person, officer):
    certificate = certificate_for(person, officer)
    certificates.revoke(certificate_id=certificate.pk, reason="Salah orang", by=officer)
    page = client.get(reverse("trainings:certificate", args=[certifying.code_of(certificate.current)]))

    text = page.content.decode()
    assert "Sertifikat ini tidak berlaku." in text
    assert "Siti Nur" not in text
    assert "Salah orang" not in text


# ---------------------------------------------------------------- pages


def test_the_participant_makes_and_opens_the_own_certificate(client_as, person, time_machine):
    time_machine.move_to(datetime(2018, 6, 1, 10, tzinfo=WIB))
    completed(person)
    client = client_as(account_of(person.pk), kind=PARTICIPANT)

    client.post(reverse("trainings:make_own_certificate"), {"nama": "Siti Nur'aini"})
    response = client.get(reverse("trainings:own_certificate_file", args=[2018]))

    assert Certificate.objects.get().participant_id == person.pk
    assert response.content.startswith(b"%PDF")


def test_another_participants_certificate_is_absent(client_as, person, officer):
    certificate_for(person, officer)
    other = ParticipantFactory(kelurahan_id="31.73.07.1001")

    response = client_as(account_of(other.pk), kind=PARTICIPANT).get(
        reverse("trainings:own_certificate_file", args=[2018])
    )

    assert response.status_code == 404


def test_the_office_issues_for_a_session_those_it_compared(client_as, officer):
    people = [ParticipantFactory(kelurahan_id="31.73.07.1001") for _ in range(3)]
    sessions = completed(people[0])
    for person in people[1:]:
        for session in sessions:
            ScanFactory(session=session, participant=person)
    client = client_as(officer)
    url = reverse("trainings:session_certificates", args=[sessions[2].pk])

    client.post(url, {"nama": [people[0].pk, people[1].pk]})

    assert set(Certificate.objects.values_list("participant", flat=True)) == {people[0].pk, people[1].pk}
    assert (
        client.get(reverse("trainings:session_certificates_file", args=[sessions[2].pk])).content[:4]
        == b"%PDF"
    )


def test_the_list_of_a_session_says_whose_name_was_confirmed(client_as, officer, person):
    (session, *_others) = completed(confirmed(person, officer))

    page = client_as(officer).get(reverse("trainings:session_certificates", args=[session.pk]))

    assert "Sudah dipastikan" in page.content.decode()
    assert "Akan hadir" not in page.content.decode()  # what the same English word means of a seat


def test_ticking_somebody_of_another_kecamatan_does_nothing(client_as, officer, person):
    sessions = completed(person)
    foreign = ParticipantFactory(kelurahan_id="31.71.06.1001")
    completed(foreign)

    client_as(officer).post(
        reverse("trainings:session_certificates", args=[sessions[2].pk]), {"nama": [foreign.pk, "x"]}
    )

    assert NameConfirmation.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_a_session_asks_as_often_for_many_as_for_one(
    client_as, officer, count, django_assert_num_queries
):
    people = [ParticipantFactory(kelurahan_id="31.73.07.1001") for _ in range(count)]
    sessions = completed(people[0])
    for person in people[1:]:
        for session in sessions:
            ScanFactory(session=session, participant=person)
    client = client_as(officer)
    url = reverse("trainings:session_certificates", args=[sessions[2].pk])
    client.get(url)

    with django_assert_num_queries(11):
        client.get(url)
