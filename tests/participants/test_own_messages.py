"""My messages: phones, topics and channels of a participant, on their own page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.push_service import PushServiceServer
from okoce.notifications import pauses, phones
from okoce.notifications.models import Message, OptOut, PushSubscription
from okoce.notifications.services import queue
from okoce.ui.templatetags.okoce_ui import long_date
from participants import copying
from participants.services import consents
from tests.factories import ParticipantFactory, member
from tests.participants.test_rights import as_participant

pytestmark = pytest.mark.django_db

PAGE = "/data-saya/pesan/"


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti Rahmawati")


@pytest.fixture
def client(client_as, siti):
    return as_participant(client_as, siti)


@pytest.fixture
def service(settings):
    server = PushServiceServer().start()
    settings.PUSH_STAND_IN = server.place
    yield server.service
    server.stop()


def add(client, service, **changes):
    said = service.subscribe()
    return client.post(f"{PAGE}hp/", {"endpoint": said["endpoint"], **said["keys"], **changes}, follow=True)


def test_a_phone_is_added_shown_and_removed(client, service, siti):
    assert "Mulai sekarang Anda diberi tahu" in add(client, service).content.decode()
    row = PushSubscription.objects.get()
    assert row.participant_id == siti.pk

    for _time, status in ((1, 302), (2, 404)):
        assert client.post(f"{PAGE}hp/{row.uid}/").status_code == status
    row.refresh_from_db()
    assert (row.ended_why, row.secret_ciphertext) == ("removed", None)


@pytest.mark.parametrize(
    "changes",
    [{"endpoint": "https://127.0.0.1/x"}, {"endpoint": ""}, {"p256dh": "x"}, {"auth": "ü"}, {"auth": ""}],
)
def test_what_is_no_subscription_is_not_kept(client, service, changes):
    answer = add(client, service, **changes)
    assert "Peramban ini belum dapat diberi tahu" in answer.content.decode()
    assert not PushSubscription.objects.exists()


def test_nobody_removes_the_phone_of_another(client, service):
    other, said = ParticipantFactory(), service.subscribe()
    row = phones.take_in(
        participant_id=other.pk, endpoint=said["endpoint"], **said["keys"], user_agent="Firefox"
    )
    assert client.post(f"{PAGE}hp/{row.uid}/").status_code == 404
    assert phones.of(other.pk) == [row]


def test_rule_54_a_topic_and_a_channel_are_ended_at_once_and_wanted_again(client, siti):
    waiting = queue(kind="stall_given", key="stall", participant_id=siti.pk)
    for code in ("bazaars", "sms"):
        for _time in range(2):
            client.post(f"{PAGE}{code}/", {"answer": "no"})
    assert sorted(f"{row.topic}{row.channel}" for row in OptOut.objects.all()) == ["bazaars", "sms"]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("cancelled", "topic_ended")

    client.post(f"{PAGE}bazaars/", {"answer": "yes"})
    assert OptOut.objects.get().channel == "sms"


def test_a_wish_about_something_else_is_not_there(client):
    assert client.post(f"{PAGE}ready_text/", {"answer": "no"}).status_code == 404
    assert client.post(f"{PAGE}apa-saja/", {"answer": "no"}).status_code == 404


def test_the_page_says_that_everything_is_off_when_consent_is_missing(client, siti):
    assert "Pesan tidak aktif" in client.get(PAGE).content.decode()
    consents.give(participant_id=siti.pk, purpose="messages", channel="self", by=None)
    assert "Pesan tidak aktif" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_whether_there_is_one_phone_or_three(
    client, service, siti, django_assert_num_queries, count
):
    for _n in range(count):
        add(client, service)
    client.get(PAGE)
    with django_assert_num_queries(9):
        client.get(PAGE)


def test_ending_a_topic_leaves_messages_of_others_alone(client):
    other = queue(kind="stall_given", key="stall", participant_id=ParticipantFactory().pk)
    client.post(f"{PAGE}bazaars/", {"answer": "no"})
    assert Message.objects.get(pk=other.pk).state == other.state


def test_the_service_worker_and_the_description_of_the_app_are_there_for_everybody():
    worker = Client().get("/status/hp.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in worker.content
    said = Client().get("/status/aplikasi.webmanifest").json()
    assert (said["start_url"], len(said["icons"])) == ("/status/", 2)


def test_the_copy_of_the_own_data_tells_of_wishes_and_phones(client, service, siti):
    add(client, service)
    client.post(f"{PAGE}sms/", {"answer": "no"})
    said = {section["code"]: section["rows"] for section in copying.sections_of(siti)}["wishes"]
    assert len(said) == 2
    assert "endpoint" not in str(said)


# ---------------------------------------------------------------- a pause that the office has made

SECRET_REASON = "Keluarga sedang berduka"


def paused(siti, *, until):
    office = member(Role.KECAMATAN, "31.73.07")
    return pauses.pause(participant_id=siti.pk, reason=SECRET_REASON, until=until, by=office)


@pytest.mark.parametrize("page", [PAGE, "/data-saya/", "/status/"])
def test_a_pause_is_shown_with_its_last_day_and_without_the_offices_reason(client, siti, page):
    assert "dijeda" not in client.get(page).content.decode()
    until = timezone.localdate() + timedelta(days=9)
    paused(siti, until=until)

    said = client.get(page).content.decode()

    assert "Pesan untuk Anda sedang dijeda." in said
    assert f"sampai {long_date(until)}" in said
    assert SECRET_REASON not in said


def test_a_pause_without_an_end_says_so_and_one_that_is_over_is_not_shown(client, siti):
    row = paused(siti, until=None)
    assert "sampai jeda itu diakhiri" in client.get(PAGE).content.decode()

    pauses.end(pause_id=row.pk, by=row.made_by, now=timezone.now())

    assert "dijeda" not in client.get(PAGE).content.decode()


def test_nobody_sees_the_pause_of_another(client):
    paused(ParticipantFactory(), until=None)

    assert "dijeda" not in client.get(PAGE).content.decode()


def test_the_copy_of_the_own_data_tells_of_pauses_without_the_offices_reason(siti):
    until = timezone.localdate() + timedelta(days=9)
    first = paused(siti, until=None)
    pauses.end(pause_id=first.pk, by=first.made_by, now=timezone.now())
    paused(siti, until=until)

    sections = {section["code"]: section["rows"] for section in copying.sections_of(siti)}

    assert [row["Hari terakhir"] for row in sections["pauses"]] == [until, "sampai kantor mengakhirinya"]
    assert sections["pauses"][1]["Diakhiri pada"] is not None
    assert SECRET_REASON not in str(sections)
