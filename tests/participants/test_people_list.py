"""The participants list: what it finds, what it costs, and what never stands in an address."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants import listing, nearby
from participants.models import Business, StepReached
from participants.views import people
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

LIST, SEARCH = reverse("participants:list"), reverse("participants:search")


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


def names(response):
    return [row.name for row in response.context["rows"]]


def test_the_list_shows_the_own_city_only(officer):
    ParticipantFactory(full_name="Siti Rahmawati")
    ParticipantFactory(full_name="Orang Lain", kelurahan_id="31.71.01.1001")

    assert names(officer.get(LIST)) == ["Siti Rahmawati"]


def test_a_row_shows_business_place_and_steps_and_no_personal_number(officer):
    person = ParticipantFactory(full_name="Nur'aini")
    Business.objects.create(participant=person, name="Keripik Bu Nur")
    StepReached.objects.create(participant=person, step=1, reached_on="2026-03-12", evidence="counter:x")

    response = officer.get(LIST)
    row = response.context["rows"][0]

    assert (row.business, row.place, row.number) == ("Keripik Bu Nur", "Palmerah", person.number)
    assert row.steps.count('class="d"') == 1
    page = response.content.decode()
    assert "Keripik Bu Nur" in page
    assert person.nik not in page
    assert person.phone not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_one_and_three_rows(officer, count):
    ParticipantFactory.create_batch(count)
    officer.get(LIST)  # the counters and area names are kept

    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = officer.get(LIST)

    assert len(names(response)) == count
    # savepoint is the request's transaction in a test: user, memberships, the rows, business and steps,
    # attendance and bookings; the count of a single page needs none
    own = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(own) == 5


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("siti", ["Siti Rahmawati"]),
        ("rahma siti", ["Siti Rahmawati"]),
        ("SITI  RAHMAWATI, S.E.", ["Siti Rahmawati"]),
        ("st rahmawati", ["Siti Rahmawati"]),
        ("aini", ["Nur'aini Lestari"]),
        ("nur’aini", ["Nur'aini Lestari"]),
        ("moh. iqbal", ["Muhammad Iqbal"]),
        ("ahmawati", []),
    ],
)
def test_a_name_is_found_by_the_beginning_of_its_words(officer, typed, found):
    for name in ("Siti Rahmawati", "Nur'aini Lestari", "Muhammad Iqbal"):
        ParticipantFactory(full_name=name)

    response = officer.get(LIST, {"q": typed})

    assert (names(response) if not response.context["is_near"] else []) == found


@pytest.mark.parametrize("typed", ["Siti Rahmwati", "Stii Rahmawati", "Siti Rahmawatti", "sitirahmawati"])
def test_a_slip_of_the_finger_finds_the_nearest_name(officer, typed):
    people = [ParticipantFactory(full_name=name) for name in ("Siti Rahmawati", "Bambang Purnomo")]
    nearby.learn(person.name_key for person in people)

    response = officer.get(LIST, {"q": typed})

    assert (names(response), response.context["is_near"]) == (["Siti Rahmawati"], True)


def test_the_serial_of_a_participant_number_is_enough(officer):
    ParticipantFactory(number="JB-PM-00417")
    ParticipantFactory(number="JB-PM-00418")

    assert [row.number for row in officer.get(LIST, {"q": "417"}).context["rows"]] == ["JB-PM-00417"]


def test_filters_narrow_the_list_and_stay_in_the_address(officer):
    mine = ParticipantFactory(category="starter")
    ParticipantFactory(category="starter", kelurahan_id="31.73.08.1001")
    ParticipantFactory(category="would_be")
    StepReached.objects.create(participant=mine, step=4, reached_on="2026-05-02", evidence="permit:1")

    answer = officer.post(SEARCH, {"q": "", "kecamatan": "31.73.07", "kategori": "starter", "langkah": "4"})

    assert answer["Location"] == f"{LIST}?kecamatan=31.73.07&kategori=starter&langkah=4"
    assert [row.number for row in officer.get(answer["Location"]).context["rows"]] == [mine.number]


def test_an_unreadable_filter_counts_as_none(officer):
    ParticipantFactory()

    response = officer.get(LIST, {"kategori": "x", "langkah": "9", "kecamatan": "'; --", "urut": "nik"})

    assert len(names(response)) == 1


def test_those_without_a_phone_have_their_own_view_with_a_count(officer):
    silent = ParticipantFactory(phone="")
    ParticipantFactory()

    response = officer.get(LIST, {"tampilan": "tanpa-hp"})

    assert [row.number for row in response.context["rows"]] == [silent.number]
    assert 'aria-current="page">Tanpa nomor HP <b>1</b>' in response.context["chips"]


def test_pages_of_fifty_go_on_by_keyset(officer):
    ParticipantFactory.create_batch(53)

    first = officer.get(LIST)
    second = officer.get(first.context["page"].next_url)

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 3)
    assert first.context["page"].count_label == "53"
    seen = {row.number for page in (first, second) for row in page.context["rows"]}
    assert len(seen) == 53


def test_the_list_can_be_ordered_by_name(officer):
    for name in ("Zubaedah", "Ahmad", "Maimunah"):
        ParticipantFactory(full_name=name)

    assert names(officer.get(LIST, {"urut": "nama"})) == ["Ahmad", "Maimunah", "Zubaedah"]


# ---------------------------------------------------------------- NIK and phone


def test_a_nik_leads_to_its_person_without_standing_in_an_address(officer):
    person = ParticipantFactory()

    answer = officer.post(SEARCH, {"q": person.nik})

    assert (answer.status_code, answer["Location"]) == (302, person.get_absolute_url())
    assert AuditEvent.objects.get(action="participants.nik.looked_up").details == {}


def test_a_shared_phone_shows_everybody_under_an_opaque_address(officer):
    people = ParticipantFactory.create_batch(2, phone="+6281200001111")

    answer = officer.post(SEARCH, {"q": "0812 0000 1111"})
    page = officer.get(answer["Location"])

    assert "1111" not in answer["Location"]
    assert {row.number for row in page.context["rows"]} == {p.number for p in people}
    assert "81200001111" not in page.content.decode()


def test_a_nik_of_another_city_is_not_found_by_the_search(officer):
    elsewhere = ParticipantFactory(kelurahan_id="31.71.01.1001")

    answer = officer.post(SEARCH, {"q": elsewhere.nik})
    page = officer.get(answer["Location"])

    assert page.context["rows"] == []
    assert elsewhere.full_name not in page.content.decode()


def test_the_answer_of_a_look_up_belongs_to_the_session_that_asked(officer, client_as, client):
    ParticipantFactory.create_batch(2, phone="+6281200001111")
    answer = officer.post(SEARCH, {"q": "081200001111"})
    client.logout()

    other = client_as(member(Role.SUDIN, "31.73")).get(answer["Location"])

    assert (other.status_code, other["Location"]) == (302, LIST)


@pytest.mark.parametrize("typed", ["317302410199", "0899111", "siti 089911123456"])
def test_half_a_personal_number_is_answered_in_words_and_kept_nowhere(officer, typed):
    answer = officer.post(SEARCH, {"q": typed})
    page = officer.get(answer["Location"]).content.decode()

    assert (typed in answer["Location"], typed in page) == (False, False)
    assert "081234567890" in page  # an example of how it is written


def test_a_nik_written_into_the_address_by_hand_is_taken_out_of_it(officer):
    answer = officer.get(LIST, {"q": "3173024101990001", "kecamatan": "31.73.07"})

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?kecamatan=31.73.07")


# ---------------------------------------------------------------- who may


def test_a_mentor_sees_the_caseload_and_no_button_to_register(client_as):
    ParticipantFactory()
    page = client_as(member(Role.MENTOR, "31.73.07")).get(LIST)

    assert (page.context["rows"], page.context["may_register"]) == ([], False)


def test_a_trainer_may_not_open_the_list(client_as):
    assert client_as(member(Role.TRAINER)).get(LIST).status_code == 403


def test_the_strip_says_in_words_what_its_boxes_show():
    cache.clear()

    strip = listing._strip(0b101, 1, "id")

    assert 'aria-label="2 selesai, 1 berjalan"' in strip


@pytest.mark.parametrize(
    "typed", ["((", "a.*b", "\\", "'; DROP TABLE", "%", "_", "[", "🍜", "\u202eitis", "x" * 200]
)
def test_odd_characters_in_the_search_break_nothing(officer, typed):
    ParticipantFactory(full_name="Siti Rahmawati")

    response = officer.get(officer.post(SEARCH, {"q": typed})["Location"])

    assert (response.status_code, names(response) in ([], ["Siti Rahmawati"])) == (200, True)


def test_a_common_name_is_counted_no_further_than_somebody_reads(officer, monkeypatch):
    monkeypatch.setattr(people, "COUNTED", 51)
    ParticipantFactory.create_batch(53, full_name="Siti Aminah")

    page = officer.get(LIST, {"q": "siti"}).context["page"]

    assert (len(page.rows), page.count_label) == (50, "51+")
