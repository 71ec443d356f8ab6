"""The queue of the kecamatan: side by side, then accept, ask or refuse; one decision, however often."""

import threading
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import showing
from okoce.notifications.models import Message
from participants import duplicate_words, self_check
from participants.enums import SelfState, Source
from participants.models import DuplicateCandidate, Participant, SelfRegistration
from participants.services import duplicates, identity_photos
from participants.services import self_registration as services
from participants.services.registration import AlreadyRegistered
from participants.services.self_registration import AlreadyDecided
from tests.factories import ParticipantFactory, member
from tests.factories.applicants import sent_in
from tests.okoce.db.test_images import picture

NIK = "3173074708909001"
QUEUE = reverse("participants:verifications")
SEARCH = reverse("participants:verification_search")


def page_of(row, name="verification"):
    return reverse(f"participants:{name}", args=[row.uid])


def accept(row, officer):
    return services.accept(uid=row.uid, by=officer, today=timezone.localdate(), now=timezone.now())


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def office(client_as, camat):
    return client_as(camat)


# ---------------------------------------------------------------- the queue


@pytest.mark.django_db
def test_the_oldest_stands_first(office):
    young, old = sent_in(full_name="Baru"), sent_in(full_name="Lama", days_ago=4)

    assert [line["row"] for line in office.get(QUEUE).context["rows"]] == [old, young]


@pytest.mark.django_db
def test_drafts_and_other_kecamatan_are_not_in_the_queue(office):
    from tests.factories.applicants import begun

    begun(full_name="Rahasia Draf")
    sent_in(full_name="Rahasia Kembangan", kelurahan="31.73.08.1001")

    page = office.get(QUEUE)
    assert (page.context["rows"], "Rahasia" in page.content.decode()) == ([], False)


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["Nurhayati", "nur", "Nurhayatti", "binti hasan"])
def test_the_queue_is_searched_by_name_however_it_is_spelt(office, words):
    mine = sent_in(full_name="Nurhayati Binti Hasan")
    sent_in(full_name="Rojali")

    answer = office.post(SEARCH, {"nama": words})

    assert [line["row"] for line in office.get(answer["Location"]).context["rows"]] == [mine]


@pytest.mark.django_db
def test_a_nik_leads_to_its_registration_and_is_in_no_address(office):
    row = sent_in(nik=NIK)
    sent_in(full_name="Orang Lain")

    answer = office.post(SEARCH, {"nama": "3173 0747 0890 9001"})

    assert answer["Location"] == page_of(row)
    assert AuditEvent.objects.get(action="participants.nik.looked_up").count == 1


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["3173074708909555", "081200004417", "31730747089"])
def test_a_number_nobody_has_is_in_no_address_either(office, typed):
    sent_in()

    answer = office.post(SEARCH, {"nama": typed, "keadaan": "tanya"})

    assert answer["Location"] == f"{QUEUE}?keadaan=tanya"


@pytest.mark.django_db
def test_a_nik_sent_to_another_kecamatan_is_not_found(client_as):
    sent_in(nik=NIK)
    stranger = client_as(member(Role.KECAMATAN, "31.73.08"))

    assert stranger.post(SEARCH, {"nama": NIK})["Location"] == f"{QUEUE}?"


@pytest.mark.django_db
def test_whoever_may_be_the_same_person_stands_beside_with_the_reasons(office):
    near = ParticipantFactory(full_name="Nur Hayati", birth_date=date(1990, 8, 7), nik="3173074708909777")
    ParticipantFactory(full_name="Rojali", birth_date=date(1990, 8, 7))
    row = sent_in(full_name="Nurhayatti", nik=NIK)

    page = office.get(page_of(row))

    (candidate,) = page.context["found"].candidates
    assert candidate.person == near
    assert "tanggal lahir sama" in candidate.reasons
    assert "Mungkin orang yang sama" in page.content.decode()
    assert office.post(page_of(row, "verification_accept"), {}).status_code == 200  # asks for the tick first
    assert SelfRegistration.objects.get().state == SelfState.WAITING


@pytest.mark.django_db
def test_of_a_candidate_elsewhere_the_office_learns_the_area_only(office):
    ParticipantFactory(
        full_name="Nurhayati", birth_date=date(1990, 8, 7), kelurahan_id="31.73.08.1001", number="JB-KB-00009"
    )
    row = sent_in(full_name="Nurhayati", nik=NIK)

    page = office.get(page_of(row))

    assert [candidate.person for candidate in page.context["found"].candidates] == [None]
    assert "JB-KB-00009" not in page.content.decode()


@pytest.mark.django_db
def test_the_candidates_are_those_of_the_queue_of_duplicates(camat):
    """The same two people before and after the second is registered."""
    other = ParticipantFactory(full_name="Nurhayati", birth_date=date(1990, 8, 7))
    row = sent_in(full_name="Nurhayaty", nik=NIK)
    found = self_check.check(row, by=camat, today=timezone.localdate()).candidates

    person = accept(row, camat)
    duplicates.look_for([person.pk], now=timezone.now())

    pair = DuplicateCandidate.objects.get()
    assert {pair.first, pair.second} == {other, person}
    assert found[0].reasons == duplicate_words.reasons(pair.reasons)


@pytest.mark.django_db
def test_the_birthday_is_masked_until_the_numbers_are_opened(office):
    row = sent_in(nik=NIK)

    closed = office.get(page_of(row)).content.decode()
    opened = office.post(page_of(row)).content.decode()

    assert ["7 Agustus 1990" in text for text in (closed, opened)] == [False, True]


@pytest.mark.django_db
def test_tabs_count_whose_turn_it_is(office, camat):
    row, other = sent_in(), sent_in()
    services.ask(uid=row.uid, question="Fotonya buram?", by=camat, now=timezone.now())
    services.refuse(uid=other.uid, reason="card", words="", by=camat, now=timezone.now())
    sent_in()

    tabs = office.get(QUEUE).context["tabs"]
    asked = office.get(QUEUE, {"keadaan": "tanya"}).context["rows"]
    decided = office.get(QUEUE, {"keadaan": "selesai"}).context["rows"]
    assert [tab["count"] for tab in tabs] == [1, 1, None]
    assert ([line["row"] for line in asked], [line["row"] for line in decided]) == ([row], [other])


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_the_same_number_of_questions(office, count, django_assert_num_queries):
    for _ in range(count):
        sent_in()
    office.get(QUEUE)

    with django_assert_num_queries(7):
        office.get(QUEUE)


@pytest.mark.django_db
def test_the_dashboard_says_what_waits(office):
    sent_in(days_ago=5)

    page = office.get(reverse("dashboard:home")).content.decode()

    assert "1 pendaftaran mandiri menunggu diperiksa" in page


# ---------------------------------------------------------------- side by side


@pytest.mark.django_db
def test_numbers_are_masked_until_they_are_opened_and_the_opening_is_recorded(office, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    row = sent_in(nik=NIK)
    identity_photos.attach(content=picture(), registration=row, now=timezone.now())

    before = office.get(page_of(row)).content.decode()
    opened = office.post(page_of(row)).content.decode()

    assert (NIK in before, "data:image" in before) == (False, False)
    assert (NIK in opened, "data:image/jpeg;base64," in opened) == (True, True)
    assert sorted(AuditEvent.objects.filter(target_id=str(row.pk)).values_list("action", flat=True)) == [
        "participants.identity_photo.opened",
        "participants.self_registration.opened",
    ]


@pytest.mark.django_db
def test_a_colleague_sees_who_is_checking(office, client_as, camat):
    row = sent_in()
    office.post(page_of(row))

    page = client_as(member(Role.KECAMATAN, "31.73.07")).get(page_of(row))

    assert page.context["checked_by"] == camat


@pytest.mark.django_db
def test_a_registered_nik_is_seen_by_the_office_and_cannot_be_accepted(office, camat):
    person = ParticipantFactory(nik=NIK, full_name="Siti Lama")
    row = sent_in(nik=NIK)

    page = office.get(page_of(row)).content.decode()

    assert (person.number in page, "Terima dan beri nomor" in page) == (True, False)
    with pytest.raises(AlreadyRegistered):
        accept(row, camat)
    assert SelfRegistration.objects.get().state == SelfState.WAITING


@pytest.mark.django_db
def test_of_a_clash_elsewhere_the_office_learns_the_area_only(office):
    person = ParticipantFactory(nik=NIK, full_name="Siti Pusat", kelurahan_id="31.71.01.1001")
    page = office.get(page_of(sent_in(nik=NIK))).content.decode()

    assert ("Gambir, Jakarta Pusat" in page, person.number in page, "Siti Pusat" in page) == (
        True,
        False,
        False,
    )


@pytest.mark.django_db
def test_rule_02_a_date_that_differs_from_the_nik_asks_to_compare_first(office):
    row = sent_in(birth_date="1990-08-08")

    first = office.post(page_of(row, "verification_accept"))
    assert (list(first.context["form"].errors), Participant.objects.count()) == (["is_compared"], 0)

    office.post(page_of(row, "verification_accept"), {"is_compared": "on"})
    assert Participant.objects.count() == 1


# ---------------------------------------------------------------- decisions


@pytest.mark.django_db
def test_accepting_makes_a_participant_and_empties_the_registration(office, camat):
    row = sent_in(nik=NIK)

    office.post(page_of(row, "verification_accept"))

    person, row = Participant.objects.get(), SelfRegistration.objects.get()
    assert (person.nik, person.full_name, person.address) == (NIK, "Nurhayati", "Jalan Kemanggisan 4")
    assert (person.source, person.registered_by, person.kecamatan_id) == (Source.SELF, camat, "31.73.07")
    assert (row.state, row.participant, row.typed_ciphertext, row.nik_lookup) == (
        SelfState.ACCEPTED, person, None, None,
    )  # fmt: skip


@pytest.mark.django_db
def test_accepting_twice_is_accepting_once(office, camat):
    row = sent_in()
    first = accept(row, camat)

    assert accept(row, camat) == first
    assert office.post(page_of(row, "verification_accept")).status_code == 302
    assert Participant.objects.count() == 1


@pytest.mark.django_db
def test_after_a_decision_the_next_one_opens(office):
    row, following = sent_in(days_ago=2), sent_in(days_ago=1)

    assert office.post(page_of(row, "verification_accept"))["Location"] == page_of(following)


@pytest.mark.django_db
def test_a_question_stands_on_the_status_page_and_its_answer_leads_back_to_the_queue(office, client):
    row = sent_in(messages=True)
    office.post(page_of(row, "verification_ask"), {"question": "Nomor rumahnya berapa?"})

    row.refresh_from_db()
    assert services.question_of(row).text == "Nomor rumahnya berapa?"
    message = Message.objects.get(kind="self_question")
    (shown,) = showing.shown([message])
    assert ("Nomor rumahnya berapa?" in shown.text, "Nomor rumahnya" in str(message.context)) == (True, False)

    services.send(uid=row.uid, answer="Nomor empat.", today=timezone.localdate(), now=timezone.now())
    row.refresh_from_db()
    assert row.state == SelfState.WAITING
    assert [told.text for told in services.told(row)] == ["", "Nomor rumahnya berapa?", "Nomor empat."]


@pytest.mark.django_db
def test_rule_54_whoever_wants_no_messages_gets_none(camat):
    row = sent_in(messages=False)

    services.ask(uid=row.uid, question="Nomor rumahnya berapa?", by=camat, now=timezone.now())
    services.refuse(uid=row.uid, reason="visit", words="", by=camat, now=timezone.now())

    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_asking_the_same_twice_asks_once(camat):
    row = sent_in()
    for _ in range(2):
        services.ask(uid=row.uid, question="Nomor rumahnya berapa?", by=camat, now=timezone.now())

    assert [event.kind for event in row.events.all()] == ["sent", "asked"]
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["NIK Anda 3173074708909001 salah", "Hubungi 0812 0000 4417", "Bayar Rp 50.000"]
)
def test_rule_59_words_with_personal_numbers_are_not_sent(office, words):
    row = sent_in()

    page = office.post(page_of(row, "verification_ask"), {"question": words})

    assert list(page.context["form"].errors) == ["question"]
    assert SelfRegistration.objects.get().state == SelfState.WAITING


@pytest.mark.django_db
def test_a_refusal_needs_a_reason_and_for_another_one_words(office):
    row = sent_in()
    url = page_of(row, "verification_refuse")

    assert list(office.post(url, {}).context["form"].errors) == ["reason"]
    assert list(office.post(url, {"reason": "other"}).context["form"].errors) == ["words"]
    office.post(url, {"reason": "other", "words": "Berkas bukan milik Anda."})

    row.refresh_from_db()
    assert (row.state, row.reason) == (SelfState.REJECTED, "other")


@pytest.mark.django_db
def test_a_decided_one_is_not_decided_again(camat):
    row = sent_in()
    services.refuse(uid=row.uid, reason="card", words="", by=camat, now=timezone.now())

    with pytest.raises(AlreadyDecided):
        accept(row, camat)
    with pytest.raises(AlreadyDecided):
        services.ask(uid=row.uid, question="Apa kabar?", by=camat, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_officers_deciding_at_once_make_one_decision():
    officers = [member(Role.KECAMATAN, "31.73.07"), member(Role.SUDIN, "31.73")]
    row, results, barrier = sent_in(), [], threading.Barrier(2)

    def attempt(deed):
        try:
            barrier.wait(10)
            results.append(deed())
        except AlreadyDecided:
            results.append("late")
        finally:
            connection.close()

    def refuse():
        services.refuse(uid=row.uid, reason="card", words="", by=officers[1], now=timezone.now())
        return "refused"

    deeds = [lambda: accept(row, officers[0]) and "accepted", refuse]
    threads = [threading.Thread(target=attempt, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    row.refresh_from_db()
    assert sorted(results) in (["accepted", "late"], ["late", "refused"])
    assert row.state == (SelfState.ACCEPTED if "accepted" in results else SelfState.REJECTED)
    assert Participant.objects.count() == (1 if "accepted" in results else 0)


@pytest.mark.django_db(transaction=True)
def test_rule_04_counter_and_queue_at_once_make_one_person():
    from tests.participants.test_registration import register

    officer, row, results, barrier = (
        member(Role.KECAMATAN, "31.73.07"),
        sent_in(nik=NIK),
        [],
        threading.Barrier(2),
    )

    def attempt(deed):
        try:
            barrier.wait(10)
            deed()
            results.append("made")
        except AlreadyRegistered:
            results.append("known")
        finally:
            connection.close()

    deeds = [lambda: accept(row, officer), lambda: register(officer, nik=NIK)]
    threads = [threading.Thread(target=attempt, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (sorted(results), Participant.objects.count()) == (["known", "made"], 1)


@pytest.mark.django_db
def test_the_counter_leads_to_what_the_person_has_sent_in(office):
    row = sent_in(nik=NIK)

    page = office.post(reverse("participants:register"), {"nik": NIK}, headers={"HX-Request": "true"})

    assert page_of(row) in page.content.decode()
