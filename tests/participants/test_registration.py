"""The counter: NIK, form, result; one person for one NIK, however often and by whomever it is sent."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants import drafts
from participants.enums import Purpose
from participants.forms.registration import RegistrationForm
from participants.models import (
    Business,
    Consent,
    Enrolment,
    FosterLink,
    Participant,
    RegistrationDraft,
    StepReached,
)
from participants.services.registration import AlreadyRegistered, Doubt, doubts_about, register_participant
from tests.factories import ParticipantFactory, member

NIK = "3173074708909001"  # a woman born on 7 August 1990
PALMERAH = "31.73.07.1001"
START = reverse("participants:register")
NOW = datetime(2026, 8, 11, 3, tzinfo=UTC)


def typed(**changes):
    return {
        "full_name": "Siti Rahmawati",
        "birth_date": "1990-08-07",
        "sex": "P",
        "phone": "0812 0000 4417",
        "kelurahan": PALMERAH,
        "category": "starter",
        "business_name": "Keripik Bu Siti",
        "sector": "kuliner",
        "is_informed": "on",
        **changes,
    }


def register(by, **changes):
    fields = {
        "nik": NIK,
        "full_name": "Siti Rahmawati",
        "birth_date": date(1990, 8, 7),
        "sex": "P",
        "phone": "+6281200004417",
        "kelurahan": PALMERAH,
        "category": "starter",
        "business_name": "Keripik Bu Siti",
        "consents": {Purpose.MESSAGES: True},
        **changes,
    }
    return register_participant(by=by, today=date(2026, 8, 11), now=NOW, **fields)


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.KECAMATAN, "31.73.07"))


def begin(client, nik=NIK):
    return client.post(START, {"nik": nik})["Location"]


# ---------------------------------------------------------------- the service


@pytest.mark.django_db
def test_a_registration_makes_everything_a_participant_needs():
    officer = member(Role.KECAMATAN, "31.73.07")

    person = register(officer)

    assert (person.number, person.nik, person.phone) == ("JB-PM-00001", NIK, "+6281200004417")
    assert (person.kecamatan_id, person.city_id, person.is_outside_dki) == ("31.73.07", "31.73", False)
    assert list(Business.objects.values_list("participant", "name", "is_running")) == [
        (person.pk, "Keripik Bu Siti", True)
    ]
    assert list(Enrolment.objects.values_list("participant", "year")) == [(person.pk, 2026)]
    assert list(FosterLink.objects.values_list("organisation", flat=True)) == ["ppkukm-31-73"]
    assert list(StepReached.objects.values_list("step", "reached_on", "evidence")) == [
        (1, date(2026, 8, 11), "counter:kecamatan-31-73-07")
    ]
    assert list(Consent.objects.values_list("purpose", "is_given")) == [("messages", True)]
    assert AuditEvent.objects.get(action="participants.participant.registered").target_id == str(person.pk)


@pytest.mark.django_db
def test_the_same_nik_is_refused_whoever_registered_it():
    first = register(member(Role.KECAMATAN, "31.73.07"))

    with pytest.raises(AlreadyRegistered) as refusal:
        register(member(Role.SUDIN, "31.71"), kelurahan="31.71.01.1001", phone="")

    assert refusal.value.participant == first
    assert NIK not in str(refusal.value)


@pytest.mark.django_db
def test_somebody_with_a_card_from_outside_jakarta_is_kept_and_in_no_target():
    person = register(member(Role.KECAMATAN, "31.73.07"), kelurahan="")

    assert (person.is_outside_dki, person.kelurahan_id, person.kecamatan_id) == (True, None, "31.73.07")
    assert list(Participant.objects.in_programme()) == []


@pytest.mark.django_db(transaction=True)
def test_two_officers_registering_one_nik_at_once_make_one_person():
    officers = [member(Role.KECAMATAN, "31.73.07"), member(Role.KECAMATAN, "31.73.08")]
    places, results = [PALMERAH, "31.73.08.1001"], []
    barrier = threading.Barrier(2)

    def attempt(officer, place):
        try:
            barrier.wait(10)
            results.append(register(officer, kelurahan=place).number)
        except AlreadyRegistered as known:
            results.append(known.participant.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=pair) for pair in zip(officers, places, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    person = Participant.objects.get()
    assert sorted(results, key=str) == sorted([person.pk, person.number], key=str)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({}, []),
        ({"birth_date": date(1990, 8, 8)}, [Doubt.NIK_DATE]),
        ({"sex": "L"}, [Doubt.NIK_SEX]),
        ({"nik": "5401014708909001"}, [Doubt.NIK_PROVINCE]),
    ],
)
def test_what_does_not_fit_the_nik_is_a_doubt_and_no_refusal(changes, doubts):
    fields = {"nik": NIK, "full_name": "Siti", "birth_date": date(1990, 8, 7), "sex": "P", "phone": ""}

    assert doubts_about(**{**fields, **changes}, today=date(2026, 8, 11)) == doubts


@pytest.mark.django_db
def test_the_region_of_a_nik_is_nothing_to_doubt():
    fields = {"full_name": "Siti", "birth_date": date(1990, 8, 7), "sex": "P", "phone": ""}

    assert doubts_about(nik="3374054708909001", **fields, today=date(2026, 8, 11)) == []


@pytest.mark.django_db
def test_a_phone_of_three_people_and_a_namesake_are_doubts():
    ParticipantFactory(full_name="Hj. Siti Rahmawati", birth_date=date(1990, 8, 7), phone="+6281200004417")
    ParticipantFactory(phone="+6281200004417")

    doubts = doubts_about(
        nik=NIK,
        full_name="SITI RAHMAWATI",
        birth_date=date(1990, 8, 7),
        sex="P",
        phone="+6281200004417",
        today=date(2026, 8, 11),
    )

    assert doubts == [Doubt.SHARED_PHONE, Doubt.SAME_PERSON]


# ---------------------------------------------------------------- the pages


@pytest.mark.django_db
def test_an_officer_registers_somebody_in_three_pages(officer):
    form = begin(officer)
    answer = officer.post(form, typed())
    result = officer.get(answer["Location"])

    person = Participant.objects.get()
    assert answer["Location"] == reverse("participants:registered", args=[person.number])
    assert result.context["participant"] == person
    assert person.number in result.content.decode()


@pytest.mark.django_db
def test_birth_date_and_sex_are_proposed_from_the_nik(officer):
    page = officer.get(begin(officer))

    initial = page.context["form"].initial
    assert (initial["birth_date"], initial["sex"]) == (date(1990, 8, 7), "P")


@pytest.mark.django_db
def test_no_address_and_no_stored_session_holds_the_nik(officer):
    form = begin(officer)
    officer.post(form, typed(phone="salah"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        stored = "".join(row[0] for row in cursor.fetchall())
    decoded = str(officer.session.items())
    assert (NIK in form, NIK in stored, NIK in decoded) == (False, False, False)


@pytest.mark.django_db
def test_the_kelurahan_offered_are_those_of_the_office(officer):
    page = officer.get(begin(officer))

    codes = {code for code, _name in page.context["form"].fields["kelurahan"].choices}
    assert codes - {"", "luar"} == {f"31.73.07.100{n}" for n in range(1, 7)}


@pytest.mark.django_db
def test_a_sudin_chooses_among_the_kelurahan_of_its_city_by_kecamatan(client_as):
    client = client_as(member(Role.SUDIN, "31.73"))
    choices = client.get(begin(client)).context["form"].fields["kelurahan"].choices

    groups = {label: len(inside) for label, inside in choices if isinstance(inside, list)}
    assert (len(groups), sum(groups.values())) == (8, 56)


@pytest.mark.django_db
def test_a_known_nik_of_the_own_area_leads_to_the_person(officer):
    person = ParticipantFactory(nik=NIK, full_name="Siti Rahmawati")

    page = officer.post(START, {"nik": NIK}).content.decode()

    assert person.get_absolute_url() in page
    assert Participant.objects.count() == 1


@pytest.mark.django_db
def test_of_a_known_nik_elsewhere_only_the_area_is_told(officer):
    person = ParticipantFactory(nik=NIK, full_name="Siti Rahmawati", kelurahan_id="31.71.01.1001")

    page = officer.post(START, {"nik": NIK}).content.decode()

    assert "Gambir, Jakarta Pusat" in page
    assert (person.full_name in page, person.number in page) == (False, False)


@pytest.mark.django_db
def test_a_wrong_nik_is_answered_with_what_is_wrong(officer):
    page = officer.post(START, {"nik": "317307470890900"})

    assert page.context["form"].errors["nik"] == ["NIK baru 15 angka. Isi 16 angka seperti di KTP"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"full_name": "S1ti"}, "full_name"),
        ({"full_name": ""}, "full_name"),
        ({"birth_date": "2100-01-01"}, "birth_date"),
        ({"birth_date": "1880-01-01"}, "birth_date"),
        ({"phone": "08I2 5550 0655"}, "phone"),
        ({"phone": "021-5550123"}, "phone"),
        ({"kelurahan": "31.71.01.1001"}, "kelurahan"),
        ({"kelurahan": ""}, "kelurahan"),
        ({"is_informed": ""}, "is_informed"),
    ],
)
def test_each_wrong_answer_is_told_at_its_field_and_nothing_is_saved(officer, changes, field):
    page = officer.post(begin(officer), typed(**changes))

    assert list(page.context["form"].errors) == [field]
    assert Participant.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("today", "errors"), [(date(2026, 8, 6), ["birth_date"]), (date(2026, 8, 7), [])])
def test_rule_12_somebody_under_seventeen_is_registered_from_the_birthday_on(today, errors):
    officer = member(Role.KECAMATAN, "31.73.07")
    answers = typed(birth_date="2009-08-07", guardian_name="Aminah", guardian_relation="parent")

    form = RegistrationForm(answers, user=officer, nik="3173074708099001", today=today)

    assert list(form.errors) == errors


@pytest.mark.django_db
def test_a_date_that_differs_from_the_nik_asks_to_compare_and_is_then_saved(officer):
    form = begin(officer)
    first = officer.post(form, typed(birth_date="1990-08-08"))
    assert (first.context["form"].doubts, Participant.objects.count()) == ([Doubt.NIK_DATE], 0)

    officer.post(form, typed(birth_date="1990-08-08", is_compared="on"))
    assert Participant.objects.get().birth_date == date(1990, 8, 8)


@pytest.mark.django_db
def test_the_same_form_sent_twice_registers_once_and_leads_to_the_same_result(officer):
    form = begin(officer)
    first = officer.post(form, typed())
    second = officer.post(form, typed(), follow=True)

    assert second.redirect_chain == [(first["Location"], 302)]
    assert "satu kali" in second.content.decode()
    assert Participant.objects.count() == 1


@pytest.mark.django_db
def test_another_officer_who_was_faster_is_named_by_the_person_not_by_an_error(officer):
    form = begin(officer)
    other = register(member(Role.KECAMATAN, "31.73.07"))

    page = officer.post(form, typed())

    assert (page.status_code, Participant.objects.get()) == (200, other)
    assert other.number in page.content.decode()


@pytest.mark.django_db
def test_two_tabs_never_mix_two_people(officer):
    first, second = begin(officer), begin(officer, "3173071708909002")

    officer.post(first, typed())
    officer.post(second, typed(full_name="Ahmad Fauzi", sex="L", birth_date="1990-08-17", phone=""))

    by_name = {p.full_name: p.nik for p in Participant.objects.all()}
    assert by_name == {"Siti Rahmawati": NIK, "Ahmad Fauzi": "3173071708909002"}


@pytest.mark.django_db
def test_what_was_typed_waits_for_the_officer_to_come_back(officer):
    form = begin(officer)
    officer.post(form, typed(phone="salah"))

    (draft,) = officer.get(START).context["drafts"]
    assert (draft.token in form, draft.name, draft.masked_nik) == (True, "Siti Rahmawati", "317307••••••9001")
    again = officer.get(form).context["form"].initial
    assert (again["full_name"], again["phone"]) == ("Siti Rahmawati", "salah")


@pytest.mark.django_db
def test_a_refused_reminder_is_kept_as_an_answer(officer):
    officer.post(begin(officer), typed())

    assert list(Consent.objects.values_list("purpose", "is_given")) == [("messages", False)]


@pytest.mark.django_db
def test_a_draft_opens_for_its_own_officer_only(officer, client_as):
    form = begin(officer)
    colleague = client_as(member(Role.KECAMATAN, "31.73.07"))

    assert colleague.get(form)["Location"] == START
    assert colleague.get(START).context["drafts"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVINCE, Role.MENTOR, Role.AUDITOR, Role.TRAINER])
def test_only_the_offices_register(client_as, role):
    assert client_as(member(role, "31.73.07")).get(START).status_code == 403


@pytest.mark.django_db
def test_a_draft_whose_seal_was_moved_to_another_row_does_not_open():
    user = member(Role.KECAMATAN, "31.73.07")
    mine, other = (drafts.begin(user=user, nik=nik, now=NOW) for nik in (NIK, "3173071708909002"))
    sealed = RegistrationDraft.objects.get(uid=mine).typed_ciphertext
    RegistrationDraft.objects.filter(uid=other).update(typed_ciphertext=sealed)

    assert drafts.read(user=user, token=other) is None
