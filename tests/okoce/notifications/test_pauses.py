"""Nobody writes to this person for a while, and the hours that the province sets."""

import threading
from datetime import time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import decency, decent_hours, outbox, pauses, services, tasks
from okoce.notifications.decency import Hours
from okoce.notifications.models import DecentHours, Message, MessagePause
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory, member
from tests.factories.accounts import KEMBANGAN, PALMERAH

pytestmark = pytest.mark.django_db

HOURS = "/pesan/jam/"


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti", email="siti@example.org", number="JB-PM-10001")


def rest(person, by, **fields):
    given = {"reason": "Sedang berduka", "until": None} | fields
    return pauses.pause(participant_id=person.pk, by=by, **given)


def state(key="greeting:1"):
    return Message.objects.values_list("state", "reason").get(key=key)


def test_what_would_go_to_somebody_who_rests_is_held_and_says_why(mail, siti, camat):
    rest(siti, camat)
    queue(kind="greeting", key="greeting:1", participant_id=siti.pk)
    queue(kind="code", key="code:1", participant_id=siti.pk, secret="123456")

    outbox.drain()

    assert mail.box.keys == ["code:1"]
    assert state() == ("held", "paused")


def test_when_the_pause_ends_it_goes_if_it_is_still_wanted(mail, siti, camat, domain):
    row = rest(siti, camat)
    for n in (1, 2):
        queue(kind="greeting", key=f"greeting:{n}", participant_id=siti.pk)
    outbox.drain()
    domain.unneeded = {"greeting:2": "over"}

    assert pauses.end(pause_id=row.pk, by=camat, now=timezone.now()) == 2
    outbox.drain()

    assert state("greeting:1") == ("sent", "")
    assert state("greeting:2") == ("cancelled", "over")


def test_a_pause_ends_by_itself_after_its_last_day(mail, siti, camat):
    today = timezone.localdate()
    rest(siti, camat, until=today)
    queue(kind="greeting", key="greeting:1", participant_id=siti.pk)
    outbox.drain()
    assert state() == ("held", "paused")
    MessagePause.objects.update(until=today - timedelta(days=1))

    tasks.expire_messages()
    outbox.drain()

    assert state() == ("sent", "")
    assert pauses.end_over(today=today, now=timezone.now()) == 0


def test_what_came_too_late_in_the_meantime_is_closed_and_not_sent(mail, siti, camat):
    row = rest(siti, camat)
    queue(kind="greeting", key="greeting:1", participant_id=siti.pk)
    outbox.drain()
    Message.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    pauses.end(pause_id=row.pk, by=camat, now=timezone.now())
    outbox.drain()

    assert mail.box.keys == []
    assert state() == ("expired", "expired")


def test_the_same_pause_twice_is_one_and_another_reason_takes_its_place(siti, camat):
    first = rest(siti, camat)
    assert rest(siti, camat) == first

    second = rest(siti, camat, reason="Nomor sudah dipakai orang lain")

    assert MessagePause.objects.filter(ended_at=None).get() == second
    assert AuditEvent.objects.filter(action="notifications.pause.made").count() == 2


def test_a_pause_that_is_over_cannot_be_ended_again(siti, camat):
    row = rest(siti, camat)
    pauses.end(pause_id=row.pk, by=camat, now=timezone.now())

    with pytest.raises(pauses.AlreadyEnded):
        pauses.end(pause_id=row.pk, by=camat, now=timezone.now())


def test_a_text_by_hand_is_not_opened_for_somebody_who_rests(siti, camat):
    siti.phone = "+6281234567890"
    siti.save()
    message = queue(kind="greeting", key="greeting:1", participant_id=siti.pk, channel="ready_text")
    rest(siti, camat)

    assert services.open_ready_text(message=message, by=camat) is None
    assert state() == ("held", "paused")


# ---------------------------------------------------------------- pages


def test_the_office_pauses_and_ends_on_the_persons_page(client_as, camat, siti):
    client, own = client_as(camat), f"/peserta/{siti.number}/pesan/"

    wrong = client.post(f"{own}jeda/", {"reason": "Berduka", "until": "2020-01-01"})
    assert "Berduka" in wrong.content.decode()
    assert "Hari ini sudah lewat" in wrong.content.decode()
    for _twice in range(2):
        assert client.post(f"{own}jeda/", {"reason": "Berduka", "until": ""}).status_code == 302
    page = client.get(own).content.decode()
    assert "Berduka" in page
    assert MessagePause.objects.count() == 1

    for _twice in range(2):
        assert client.post(f"{own}jeda/akhiri/").status_code == 302
    assert "Jeda pesan" in client.get(own).content.decode()
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "notifications.pause.made",
        "notifications.pause.ended",
    ]


def test_another_kecamatan_sees_neither_messages_nor_pause(client_as, siti):
    client = client_as(member(Role.KECAMATAN, KEMBANGAN))

    for path in ("", "jeda/"):
        assert client.get(f"/peserta/{siti.number}/pesan/{path}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_persons_messages_ask_the_database_equally_often(
    client_as, camat, siti, count, django_assert_num_queries
):
    for n in range(count):
        queue(kind="greeting", key=f"greeting:{n}", participant_id=siti.pk)
    client = client_as(camat)
    client.get(f"/peserta/{siti.number}/pesan/")

    with django_assert_num_queries(8):
        page = client.get(f"/peserta/{siti.number}/pesan/")

    assert page.content.decode().count('<th scope="row"') == count


# ---------------------------------------------------------------- hours

GIVEN = {
    "begins": "09.00", "ends": "19.00", "urgent_begins": "06.00", "urgent_ends": "21.00",
    "iftar_begins": "17.30", "iftar_ends": "19.00", "rests_on_holidays": "on", "one_a_day": "on",
}  # fmt: skip


@pytest.fixture
def province():
    return member(Role.PROVINCE)


def test_the_province_sets_the_hours_and_the_versions_stay(client_as, province):
    client = client_as(province)

    for _twice in range(2):
        assert client.post(HOURS, GIVEN).status_code == 302

    assert decency.hours_set() == Hours(begins=time(9), ends=time(19))
    assert DecentHours.objects.count() == 1
    assert AuditEvent.objects.filter(action="notifications.hours.set").count() == 1
    assert "09.00-19.00" in client.get(HOURS).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends": "08.00"}, "lebih awal daripada jam mulainya"),
        ({"urgent_begins": "10.00"}, "tidak lebih siang daripada pesan lain"),
        ({"urgent_ends": "18.00"}, "tidak lebih awal daripada pesan lain"),
        ({"iftar_begins": "08.00", "iftar_ends": "20.00"}, "tidak akan ada pesan yang keluar"),
        ({"begins": "jam sembilan"}, "contoh 09.00"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_what_was_typed(client_as, province, wrong, words):
    page = client_as(province).post(HOURS, GIVEN | wrong).content.decode()

    assert words in page
    assert not DecentHours.objects.exists()


def test_what_waits_for_an_opening_is_decided_anew_when_the_hours_change(mail, siti, province):
    later = timezone.now() + timedelta(hours=9)
    queue(kind="greeting", key="greeting:1", participant_id=siti.pk)
    Message.objects.update(reason="quiet_hours", due_at=later)

    decent_hours.set_hours(hours=Hours(begins=time(7)), by=province, now=timezone.now())

    assert Message.objects.get().due_at < later


def test_only_the_province_sets_the_hours(client_as, camat):
    assert client_as(camat).get(HOURS).status_code == 403


def test_a_message_that_waits_says_until_when_and_why(mail, client_as, camat, siti):
    message = queue(kind="greeting", key="greeting:1", participant_id=siti.pk)
    Message.objects.update(reason="quiet_hours", due_at=timezone.now() + timedelta(hours=9))

    page = client_as(camat).get(f"/pesan/{message.uid}/").content.decode()

    assert "Menunggu sampai" in page
    assert "Pada jam ini tidak ada yang diganggu" in page


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_pause_at_once_make_one_pause(siti, camat):
    def once():
        try:
            rest(siti, camat)
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert MessagePause.objects.filter(ended_at=None).count() == 1
