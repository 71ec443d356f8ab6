"""Notices on phones, sent over real HTTP to a push service that opens them as a browser would."""

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test import Client
from django.utils import timezone

from okoce.embedded.push_service import PushServiceServer
from okoce.notifications import fallback, kinds, outbox, phones, push_protocol
from okoce.notifications.channels import answers, web_push
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message, OptOut, PushSubscription
from okoce.notifications.phones import NotAPhone
from okoce.notifications.push_protocol import Keys, unbase64
from okoce.notifications.services import queue
from tests.factories import ParticipantFactory
from tests.okoce.notifications.conftest import trickling

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def server(settings, domain):
    server = PushServiceServer().start()
    settings.PUSH_STAND_IN = server.place
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel.PUSH, Channel.EMAIL, Channel.READY_TEXT)))
    yield server
    kinds.register(known)
    server.stop()


@pytest.fixture
def service(server):
    return server.service


def phone_of(person, service):
    said = service.subscribe()
    return phones.take_in(
        participant_id=person.pk, endpoint=said["endpoint"], **said["keys"], user_agent=CHROME
    )


def greet(service, *, email="siti@example.org", on_phone=True, n=1):
    person = ParticipantFactory(full_name="Siti Rahmawati", email=email)
    if on_phone:
        phone_of(person, service)
    return queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk)


# ---------------------------------------------------------------- sealing


def test_a_payload_is_sealed_as_the_example_of_rfc_8291_says():
    keys = Keys(
        unbase64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        unbase64("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    own = ec.derive_private_key(
        int.from_bytes(unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    sealed = push_protocol.seal(
        b"When I grow up, I want to be a watermelon", keys, own=own, salt=unbase64("DGv6ra1nlYgDCS1FRnbzlw")
    )
    assert push_protocol.base64url(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("spoilt", [b"\x04" + b"\x01" * 64, b"\x04" * 64, b""])
def test_keys_that_are_no_point_of_the_curve_are_refused(spoilt):
    with pytest.raises(ValueError, match=r".+"):
        Keys(spoilt, b"a" * 16)


# ---------------------------------------------------------------- sending


def test_a_notice_arrives_sealed_and_signed_and_names_nobody(service):
    message = greet(service)

    assert outbox.drain().sent == 1

    [notice] = service.notices
    assert service.faults == []
    assert (notice["title"], notice["tag"]) == ("OK OCE", str(message.uid))
    assert notice["url"].endswith("/status/")
    [headers] = next(iter(service.browsers.values())).headers
    assert (headers["topic"], headers["urgency"]) == (message.uid.hex, "normal")
    message.refresh_from_db()
    assert (message.channel, message.state, message.provider_id) == ("push", "sent", f"push:{message.uid}")
    assert PushSubscription.objects.get().last_ok_at is not None


def test_all_phones_of_a_person_get_it_and_one_that_works_is_enough(service):
    message = greet(service)
    gone = phone_of_message(message, service)
    browser_of(service, gone).is_gone = True

    assert outbox.drain().sent == 1

    gone.refresh_from_db()
    assert (len(service.notices), gone.ended_why, gone.secret_ciphertext) == (1, "gone", None)


def phone_of_message(message, service):
    said = service.subscribe()
    return phones.take_in(
        participant_id=message.participant_id, endpoint=said["endpoint"], **said["keys"], user_agent=CHROME
    )


def browser_of(service, phone):
    endpoint, _keys = phones.open_secret(phone)
    return service.browsers[endpoint.rpartition("/")[2]]


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_ended_and_the_next_channel_takes_over(service, mail, status):
    service.misbehave = lambda: (status, {})
    message = greet(service)

    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("dead", "push_gone")
    assert PushSubscription.objects.filter(ended_at=None).count() == 0
    assert mail.box.keys == ["greeting:1|email"]


def test_a_phone_removed_while_a_notice_waits_lets_the_next_channel_take_over(service, mail):
    message = greet(service)
    phones.end(PushSubscription.objects.get(), why="removed")

    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, service.requests) == ("cancelled", "push_gone", 0)
    assert mail.box.keys == ["greeting:1|email"]


def test_who_has_no_phone_gets_it_by_the_next_channel_from_the_beginning(service, mail):
    assert greet(service, on_phone=False).channel == "email"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_asked_again_later(service, status):
    service.misbehave = lambda: (status, {})
    message = greet(service)
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("pending", 1, f"push:{status}")
    assert PushSubscription.objects.get().ended_at is None


def test_a_redirect_is_not_followed(service):
    service.misbehave = lambda: (307, {"Location": f"{service.origin}/push/x"})
    message = greet(service)
    outbox.drain()

    message.refresh_from_db()
    assert (service.requests, message.state, message.reason) == (1, "pending", "push_strange_answer:307")


def test_a_service_that_is_silent_does_not_hold_the_worker(service, monkeypatch):
    monkeypatch.setattr(web_push, "TIMEOUT", web_push.urllib3.Timeout(connect=1.0, read=0.2))
    service.hang = 60
    message = greet(service)
    began = time.monotonic()
    outbox.drain()

    message.refresh_from_db()
    assert time.monotonic() - began < 8
    assert (message.state, message.reason) == ("pending", "connection_lost")


def test_an_answer_that_trickles_in_is_given_up(service, settings, monkeypatch):
    monkeypatch.setattr(answers, "LONGEST_SECONDS", 0.3)
    with trickling() as place:
        settings.PUSH_STAND_IN, service.origin = place, f"http://{place}"
        message = greet(service)
        began = time.monotonic()
        outbox.drain()

    message.refresh_from_db()
    assert time.monotonic() - began < 8
    assert (message.state, message.reason) == ("pending", "connection_lost")


def test_without_a_key_the_channel_is_not_connected(service, mail, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert greet(service).channel == "email"


# ---------------------------------------------------------------- what the phone tells


def told(service, *, tapped=False):
    path = service.notices[0]["told"]
    return Client().post(path + ("?dibuka=1" if tapped else ""))


def test_a_phone_that_showed_it_ends_the_waiting_and_a_tap_is_reading(service):
    message = greet(service)
    outbox.drain()
    message.refresh_from_db()
    assert timedelta(minutes=59) < message.falls_back_at - timezone.now() <= timedelta(hours=1)

    assert told(service).status_code == 204
    message.refresh_from_db()
    assert (message.receipt, message.falls_back_at) == ("delivered", None)
    assert fallback.pass_on(now=timezone.now() + timedelta(days=1)) == 0

    told(service, tapped=True)
    told(service)
    message.refresh_from_db()
    assert message.receipt == "read"


def test_a_phone_that_stays_off_lets_the_next_channel_take_over_once(service, mail):
    greet(service)
    outbox.drain()
    later = timezone.now() + timedelta(hours=2)
    assert (fallback.pass_on(now=later), fallback.pass_on(now=later)) == (1, 0)
    outbox.drain()
    assert mail.box.keys == ["greeting:1|email"]


def test_a_phone_that_wakes_up_late_takes_back_what_still_waits_and_is_shown(service, mail):
    message = greet(service)
    outbox.drain()
    fallback.pass_on(now=timezone.now() + timedelta(hours=2))

    told(service)
    outbox.drain()

    follower = Message.objects.get(key="greeting:1|email")
    assert (follower.state, follower.reason, mail.box.keys) == ("cancelled", "arrived_otherwise", [])
    message.refresh_from_db()
    assert message.receipt == "delivered"


@pytest.mark.parametrize("token", ["x", "a:b", "3f0f2b0e-0000-4000-8000-000000000000:falsch"])
def test_a_receipt_nobody_signed_is_refused(service, token):
    assert Client().post(f"/pesan/hp/{token}/").status_code == 403


# ---------------------------------------------------------------- which addresses


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://fcm.googleapis.com:8443/fcm/send/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.5/x",
        "https://localhost/x",
        "https://push.apple.com.evil.example/x",
        "https://notify.windows.com/x",
        "http://127.0.0.1:5432/",
        "file:///etc/passwd",
        "https://fcm.googleapis.com\\@evil.example/",
        "https://fcm․googleapis․com/x",
        # One program sees the name of a push service here, another one evil.example and a path.
        "https://evil.example\\.notify.windows.com/w/",
        "https://127.0.0.1\\.push.apple.com/",
        "https://169.254.169.254%2f.notify.windows.com/",
        "https://evil.example\t.notify.windows.com/",
        "https://evil.example\n.notify.windows.com/",
        " https://fcm.googleapis.com/x",
        "",
    ],
)
def test_the_portal_cannot_be_made_to_call_other_addresses(service, endpoint):
    said = service.subscribe()
    with pytest.raises(NotAPhone):
        phones.take_in(participant_id=1, endpoint=endpoint, **said["keys"], user_agent="")
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://sg2p.notify.windows.com/w/?token=x",
        "https://web.push.apple.com/Q",
    ],
)
def test_the_services_of_the_browsers_are_known(endpoint):
    assert push_protocol.is_push_service(endpoint)


def test_the_local_stand_in_is_for_demonstration_and_tests_only(settings, service):
    endpoint = service.subscribe()["endpoint"]
    assert push_protocol.is_push_service(endpoint)
    settings.TESTING = settings.DEMO = False
    assert not push_protocol.is_push_service(endpoint)


def test_a_service_that_is_known_no_more_is_not_called(service, settings):
    message = greet(service)
    settings.PUSH_STAND_IN = ""
    outbox.drain()

    message.refresh_from_db()
    assert (service.requests, message.state) == (0, "dead")
    assert PushSubscription.objects.get().ended_why == "refused"


# ---------------------------------------------------------------- phones


def test_the_same_phone_again_is_the_same_row_and_its_secrets_are_sealed(service):
    person, said = ParticipantFactory(), service.subscribe()
    for _time in range(2):
        row = phones.take_in(
            participant_id=person.pk, endpoint=said["endpoint"], **said["keys"], user_agent=CHROME
        )
    assert PushSubscription.objects.get() == row
    assert row.label == "Chrome, Android"
    assert said["endpoint"].encode() not in bytes(row.secret_ciphertext)


def test_a_phone_that_goes_to_another_person_leaves_the_first(service):
    first, second, said = ParticipantFactory(), ParticipantFactory(), service.subscribe()
    for person in (first, second):
        phones.take_in(participant_id=person.pk, endpoint=said["endpoint"], **said["keys"], user_agent=CHROME)
    assert phones.of(first.pk) == []
    assert len(phones.of(second.pk)) == 1


def test_a_sixth_phone_ends_the_oldest(service):
    person = ParticipantFactory()
    rows = [phone_of(person, service) for _n in range(6)]
    assert [one.pk for one in phones.of(person.pk)] == [row.pk for row in reversed(rows[1:])]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_phone(service):
    person, said, faults = ParticipantFactory(), service.subscribe(), []

    def press():
        try:
            phones.take_in(
                participant_id=person.pk, endpoint=said["endpoint"], **said["keys"], user_agent=CHROME
            )
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, PushSubscription.objects.count()) == ([], 1)


def test_rule_54_a_person_who_ended_the_channel_gets_the_next_one_and_one_who_waits_too(service, mail):
    message = greet(service)
    OptOut.objects.create(participant_id=message.participant_id, channel="push")

    outbox.drain()
    fallback.pass_on(now=timezone.now())
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.reason, service.requests) == ("cancelled", "channel_ended", 0)
    assert mail.box.keys == ["greeting:1|email"]
    assert queue(kind="greeting", key="later", participant_id=message.participant_id).channel == "email"


def test_what_is_shown_holds_no_number(service, domain):
    greet(service)
    outbox.drain()
    assert set(json.loads(json.dumps(service.notices[0]))) == {"title", "body", "tag", "url", "told"}
