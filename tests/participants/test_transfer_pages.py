"""The pages of moving: what an asking office sees, who answers, and that nothing leaks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.dashboard.work import work_for
from participants.models import Participant, TransferRequest
from participants.services import transfers
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
PALMERAH, KEMBANGAN, BARAT = "31.73.07", "31.73.08", "31.73"
NIK = "3173074708909001"


@pytest.fixture
def palmerah():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def kembangan():
    return member(Role.KECAMATAN, KEMBANGAN)


def asked_at_the_counter(client):
    return client.post(reverse("participants:register"), {"nik": NIK})


def sent(client, page):
    typed = {"kelurahan": f"{KEMBANGAN}.1001", "day": timezone.localdate().isoformat(), "reason": "KTP baru"}
    return client.post(page.context["ask_url"], typed)


def a_request(kembangan, **fields):
    return transfers.request_transfer(
        participant_id=ParticipantFactory(**fields).pk,
        to_kelurahan=f"{KEMBANGAN}.1001",
        moved_on=timezone.localdate(),
        reason="KTP baru",
        by=kembangan,
        today=timezone.localdate(),
    )


def at(request, name="transfer_request"):
    return reverse(f"participants:{name}", args=[request.uid])


def test_from_the_counter_to_the_request_nothing_of_the_person_is_shown(kembangan, client_as):
    person = ParticipantFactory(nik=NIK, full_name="Kartolo Rahasia")
    client = client_as(kembangan)

    counter = asked_at_the_counter(client)
    form = client.get(counter.context["ask_url"])
    answer = sent(client, counter)
    request = TransferRequest.objects.get()
    pages = [counter, form, client.get(answer["Location"]), client.get(reverse("participants:transfers"))]

    assert answer["Location"] == at(request)
    for page in pages:
        text = page.content.decode()
        assert ("Pal Merah" in text, "Kartolo" in text, person.number in text) == (True, False, False)
    assert NIK not in answer["Location"] + counter.context["ask_url"]


def test_the_request_sent_twice_is_one(kembangan, client_as):
    ParticipantFactory(nik=NIK)
    client = client_as(kembangan)
    counter = asked_at_the_counter(client)

    places = [sent(client, counter)["Location"] for _ in range(2)]

    assert (places[0] == places[1], TransferRequest.objects.count()) == (True, 1)


def test_who_is_in_the_own_area_is_not_asked_for(palmerah, client_as):
    ParticipantFactory(nik=NIK)

    assert asked_at_the_counter(client_as(palmerah)).context["ask_url"] == ""


def test_the_holder_accepts_and_the_asking_office_sees_the_person(palmerah, kembangan, client_as):
    request = a_request(kembangan, full_name="Kartolo Rahasia")

    client_as(palmerah).post(at(request), {"answer": "accept"})
    page = client_as(kembangan).get(at(request)).content.decode()

    assert ("Kartolo Rahasia" in page, Participant.objects.visible_to(kembangan).count()) == (True, 1)


def test_a_refusal_needs_its_reason_and_is_told_without_the_name(palmerah, kembangan, client_as):
    request = a_request(kembangan, full_name="Kartolo Rahasia")
    holder = client_as(palmerah)

    without = holder.post(at(request), {"answer": "refuse"})
    holder.post(at(request), {"answer": "refuse", "reason": "Masih tinggal di sini"})
    page = client_as(kembangan).get(at(request)).content.decode()

    assert list(without.context["form"].errors) == ["reason"]
    assert ("Masih tinggal di sini" in page, "Kartolo" in page) == (True, False)


@pytest.mark.parametrize("role", [Role.KECAMATAN, Role.SUDIN])
def test_a_request_between_others_is_not_there(kembangan, client_as, role):
    request = a_request(kembangan)
    stranger = member(role, "31.71.06" if role == Role.KECAMATAN else "31.71")

    client = client_as(stranger)
    assert (
        client.get(at(request)).status_code,
        client.post(at(request), {"answer": "accept"}).status_code,
    ) == (
        404,
        404,
    )


def test_the_asking_office_cannot_answer_by_a_forged_form(kembangan, client_as):
    request = a_request(kembangan)

    page = client_as(kembangan).post(at(request), {"answer": "accept"})

    request.refresh_from_db()
    assert (page.status_code, request.state) == (200, "waiting")


def test_the_holder_cannot_take_back_what_others_asked(palmerah, kembangan, client_as):
    request = a_request(kembangan)

    assert client_as(palmerah).post(at(request, "transfer_withdraw")).status_code == 404


def test_the_work_of_the_holder_and_the_answer_of_the_asking_office(palmerah, kembangan):
    request = a_request(kembangan)
    now = timezone.now()

    def titles(user):
        return [work.title for work in work_for(user, now=now) if "pindah" in work.title]

    assert titles(palmerah) == ["1 permintaan pindah peserta menunggu jawaban Anda"]
    assert titles(kembangan) == []
    transfers.accept(request_id=request.pk, by=palmerah, today=timezone.localdate())
    assert titles(kembangan) == ["1 permintaan pindah Anda sudah dijawab", "1 peserta pindah ke wilayah Anda"]


def test_an_officer_moves_somebody_and_the_person_leaves_the_list(palmerah, client_as):
    person = ParticipantFactory()
    client = client_as(palmerah)
    url = reverse("participants:transfer", args=[person.number])

    answer = client.post(
        url,
        {"kelurahan": f"{KEMBANGAN}.1001", "day": timezone.localdate().isoformat(), "reason": "KTP baru"},
    )

    assert (answer["Location"], client.get(person.get_absolute_url()).status_code) == ("/peserta/", 404)


def test_a_kecamatan_office_is_not_offered_other_cities(palmerah, client_as):
    person = ParticipantFactory()

    form = client_as(palmerah).get(reverse("participants:transfer", args=[person.number])).context["form"]

    codes = [code for _group, choices in form.fields["kelurahan"].choices[1:] for code, _name in choices]
    assert {code[:5] for code in codes} == {BARAT}
    assert not any(code.startswith(PALMERAH) for code in codes)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_one_and_three_requests(
    palmerah, kembangan, client_as, count
):
    for _ in range(count):
        a_request(kembangan)
    client = client_as(kembangan)
    client.get(reverse("participants:transfers"))

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("participants:transfers"))

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 5
