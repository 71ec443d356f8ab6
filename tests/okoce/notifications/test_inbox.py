"""The in-tray of the office: read, answered, handed over, done; each office sees its own people only."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import written
from okoce.notifications import inbound, inbox
from okoce.notifications.models import Inbound, Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings import messages as training_messages

pytestmark = pytest.mark.django_db

SITI = "+6281234567890"
TRAY = reverse("notifications:tray")


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def wrote(domain):
    """`wrote("words")`: somebody with a phone writes, and the portal looks at it."""

    def write(text, *, phone=SITI, at=None):
        entry = written(phone, text, at=at.timestamp() if at else None)
        inbound.keep({"messages": [entry]}, until=timezone.now())
        inbound.work_through()
        return Inbound.objects.get(provider_id=entry["id"])

    return write


def siti(**fields):
    return ParticipantFactory(full_name="Siti Rahmawati", phone=SITI, **fields)


def asked(person):
    session = SessionFactory(starts_at=day_at(5, 9))
    booking = BookingFactory(session=session, participant=person, state="invited", answered_at=None)
    training_messages.queue_invitations(session, [booking], now=timezone.now())
    Message.objects.update(state="sent", finished_at=timezone.now())
    return booking


def page(name, row):
    return reverse(f"notifications:{name}", args=[row.uid])


@pytest.mark.parametrize("count", [1, 3])
def test_the_tray_lists_what_is_to_be_read_and_asks_equally_often(
    client_as, camat, wrote, count, django_assert_num_queries
):
    for n in range(count):
        ParticipantFactory(full_name=f"Siti {n}", phone=f"+62812345678{n}0")
        wrote("Bu, boleh membawa anak?", phone=f"+62812345678{n}0")
    client = client_as(camat)
    client.get(TRAY)

    with django_assert_num_queries(7):
        text = client.get(TRAY).content.decode()
    assert text.count("boleh membawa anak?") == count
    assert "Siti 0" in text


def test_next_and_before_pass_nobody_who_wrote_in_the_same_second(client_as, camat, wrote):
    siti()
    moment = timezone.now() - timedelta(hours=1)
    rows = [wrote(f"Bu, boleh {n}?", at=moment) for n in range(3)]
    client = client_as(camat)

    looked = client.get(page("inbound", rows[1])).context

    assert (looked["next"], looked["before"]) == (rows[0], rows[2])
    assert client.get(page("inbound", rows[0])).context["next"] is None
    assert client.get(page("inbound", rows[2])).context["before"] is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_tray_names_all_who_share_a_number_and_asks_equally_often(
    client_as, camat, wrote, count, django_assert_num_queries
):
    for n in range(count):
        ParticipantFactory(full_name=f"Siti {n}", phone=f"+62812345678{n}0")
        ParticipantFactory(full_name=f"Budi {n}", phone=f"+62812345678{n}0")
        wrote("Bu, boleh membawa anak?", phone=f"+62812345678{n}0")
    client = client_as(camat)
    client.get(TRAY)

    with django_assert_num_queries(8):
        text = client.get(TRAY).content.decode()
    assert ("Siti 0" in text, "Budi 0" in text) == (True, True)


def test_an_empty_tray_says_so(client_as, camat):
    assert "Tidak ada yang perlu dibaca" in client_as(camat).get(TRAY).content.decode()


def test_the_words_stand_beside_the_person_without_the_number(client_as, camat, wrote):
    person = siti()
    booking = asked(person)
    text = client_as(camat).get(page("inbound", wrote("kalau telat sejam boleh?"))).content.decode()

    assert "kalau telat sejam boleh?" in text
    assert person.number in text
    assert person.get_absolute_url() in text
    assert SITI.lstrip("+") not in text
    assert booking.session.activity.label in text


def test_an_office_sees_nothing_of_other_kecamatan_and_an_unknown_sender_only_the_province(
    client_as, camat, wrote
):
    ParticipantFactory(phone=SITI, kelurahan_id="31.73.08.1001", kecamatan_id="31.73.08")
    other, unknown = wrote("halo bu"), wrote("halo", phone="+628111222333")
    client = client_as(camat)
    assert [client.get(page("inbound", row)).status_code for row in (other, unknown)] == [404, 404]

    province = client_as(member(Role.PROVINCE))
    assert "Pengirim tidak dikenal" in province.get(TRAY).content.decode()
    assert "8111222333" not in province.get(page("inbound", unknown)).content.decode()


def test_an_answer_goes_back_once_and_the_message_is_done(client_as, camat, wrote):
    siti()
    row = wrote("boleh membawa anak?")
    data = {"teks": "Boleh, Bu. Ruangannya luas.", "sekali": "6c0e8d5a-3a0e-4d55-9f0a-0d8a2a4d1c11"}
    client = client_as(camat)
    for _press in range(2):
        assert client.post(page("inbound_reply", row), data).status_code == 302

    row.refresh_from_db()
    assert (row.state, row.handled_by) == ("done", camat)
    assert row.replies.filter(by=camat).count() == 1
    assert "Ruangannya luas." in client.get(page("inbound", row)).content.decode()


def test_after_24_hours_the_page_says_why_not_and_keeps_what_was_typed(client_as, camat, wrote):
    siti()
    row = wrote("halo bu", at=timezone.now() - timedelta(hours=25))
    client = client_as(camat)

    assert "dalam 24 jam" in client.get(page("inbound", row)).content.decode()
    answer = client.post(page("inbound_reply", row), {"teks": "Silakan datang."})
    assert (answer.status_code, "Silakan datang." in answer.content.decode()) == (422, True)
    assert Message.objects.filter(kind=inbox.replies.KIND).count() == 0


@pytest.mark.parametrize(
    "text", ["Hubungi 0812 3456 7890", "NIK 3173071506900001", "Rp 50.000 saja", "", "x" * 1001]
)
def test_rule_59_no_number_or_amount_goes_back_and_what_was_typed_stays(client_as, camat, wrote, text):
    siti()
    row = wrote("halo bu")
    answer = client_as(camat).post(page("inbound_reply", row), {"teks": text})

    assert answer.status_code == 422
    assert 'aria-describedby="teks-bantu teks-salah"' in answer.content.decode()
    assert row.replies.filter(by=camat).count() == 0


@pytest.mark.parametrize(("choice", "state"), [("yes", "confirmed"), ("no", "declined"), ("move", "invited")])
def test_an_answer_set_by_hand_does_what_the_persons_own_would(client_as, camat, wrote, choice, state):
    booking = asked(siti())
    row = wrote("insya Allah bu, nanti saya kabari")
    message = Message.objects.get(kind="session_invitation")
    client = client_as(camat)
    for _press in range(2):
        client.post(page("inbound_answer", row), {"pesan": message.uid, "jawaban": choice})

    booking.refresh_from_db()
    row.refresh_from_db()
    assert (booking.state, row.state, row.meaning) == (state, "done", choice)
    assert row.replies.filter(message__key__endswith=f":{message.pk}-{choice}").count() == 1


def test_a_message_of_somebody_else_cannot_be_answered_through_it(client_as, camat, wrote):
    siti()
    other = asked(ParticipantFactory(phone="+6281300000001"))
    row = wrote("halo bu")
    message = Message.objects.get(kind="session_invitation")
    client_as(camat).post(page("inbound_answer", row), {"pesan": message.uid, "jawaban": "no"})

    other.refresh_from_db()
    assert other.state == "invited"


def test_it_is_handed_over_to_the_kecamatan_where_the_person_lives_now(client_as, camat, wrote):
    siti()
    row = wrote("saya sudah pindah ke Kembangan")
    client = client_as(camat)
    for nowhere in ("99", "", "\x00", "31.73.08\x00"):
        assert client.post(page("inbound_hand_over", row), {"kecamatan": nowhere}).status_code == 302
    client.post(page("inbound_hand_over", row), {"kecamatan": "31.73.08"})

    row.refresh_from_db()
    assert (row.kecamatan, row.state) == ("31.73.08", "tray")
    assert client.get(page("inbound", row)).status_code == 404
    assert client_as(member(Role.KECAMATAN, "31.73.08")).get(page("inbound", row)).status_code == 200


def test_done_is_done_once_and_can_be_put_back(client_as, camat, wrote):
    siti()
    row = wrote("halo bu")
    client = client_as(camat)
    client.post(page("inbound_done", row))
    client.post(page("inbound_done", row))
    row.refresh_from_db()
    assert (row.state, row.handled_by) == ("done", camat)
    assert "halo bu" in client.get(f"{TRAY}?tampil=selesai").content.decode()

    client.post(page("inbound_done", row), {"kembali": "1"})
    row.refresh_from_db()
    assert row.state == "tray"
