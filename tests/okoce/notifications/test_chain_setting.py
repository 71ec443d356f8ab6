"""The province sets by which channels a kind goes: from then on, for what waits, and who is told so."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.embedded.sms_gateway import TOKEN, SmsGatewayServer
from okoce.notifications import (
    chain_setting,
    chain_words,
    chains,
    fallback,
    kinds,
    outbox,
    receipts,
    rechoosing,
)
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.chain_setting import ChainChangedMeanwhile, Step
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel
from okoce.notifications.models import DeliveryEvent, Message, MessageChain, OptOut
from okoce.notifications.services import Draft, queue, queue_many
from participants.models import Participant
from tests.factories import ParticipantFactory, UserFactory, member
from tests.factories.accounts import PALMERAH

pytestmark = pytest.mark.django_db

PUSH, WHATSAPP, SMS, EMAIL, BY_HAND = (
    Channel.PUSH, Channel.WHATSAPP, Channel.SMS, Channel.EMAIL, Channel.READY_TEXT,
)  # fmt: skip
PHONE = "+6281234567890"


@pytest.fixture
def province():
    return member(Role.PROVINCE)


@pytest.fixture
def greeting(domain, settings):
    """A kind with four channels, all of them connected."""
    domain.fresh = {"words": "sesi Anda besok."}
    gateway = SmsGatewayServer().start()
    settings.WHATSAPP_TOKEN = settings.WHATSAPP_PHONE_ID = settings.WHATSAPP_APP_SECRET = "x"
    settings.SMS_GATEWAY, settings.SMS_TOKEN, settings.SMS_RECEIPT_SECRET = gateway.json_shape(), TOKEN, "y"
    settings.EMAIL_URL = "smtp://127.0.0.1:25"
    known = kinds.get("greeting")
    yield kinds.register(replace(known, channels=(WHATSAPP, SMS, EMAIL, BY_HAND)))
    kinds.register(known)
    gateway.stop()


def set_ways(by, *ways, kind="greeting", **waits):
    """`set_ways(province, SMS, EMAIL, sms=30)`: minutes by the channel's code."""
    newest = chain_setting.newest_of(kind)
    return chain_setting.set_chain(
        kind=kind, steps=[Step(way, waits.get(way.value)) for way in ways], reason="Paket SMS murah",
        based_on=newest.version if newest else 0, by=by, now=timezone.now(),
    )  # fmt: skip


def greet(n=1, **fields):
    person = ParticipantFactory(phone=fields.pop("phone", PHONE), email=fields.pop("email", "a@example.org"))
    return queue(kind="greeting", key=f"greeting:{n}", participant_id=person.pk, **fields)


def standing(message):
    message.refresh_from_db()
    return message.channel, message.state, message.reason


# ---------------------------------------------------------------- what may be set


@pytest.mark.parametrize("kind", chain_setting.settable(), ids=lambda kind: kind.code)
def test_the_usual_chain_of_every_kind_is_within_its_own_limits(kind):
    assert chain_setting.problems_of(kind, chain_setting.steps_of(kind)) == []


def test_codes_keep_all_their_ways_and_changes_two_that_need_no_hands():
    code, change = kinds.get("sign_in_code"), kinds.get("session_cancelled")

    assert "semua salurannya" in chain_setting.problems_of(code, [Step(SMS)])[0]
    assert not chain_setting.problems_of(code, [Step(EMAIL), Step(SMS, 2)])
    assert "dua saluran" in chain_setting.problems_of(change, [Step(SMS, 60), Step(BY_HAND)])[0]
    assert not chain_setting.problems_of(change, [Step(SMS, 60), Step(EMAIL), Step(BY_HAND)])


@pytest.mark.parametrize(
    ("kind", "minutes", "is_possible"),
    [
        ("session_reminder", 14, False),
        ("session_reminder", 15, True),
        ("session_reminder", 3 * 24 * 60, True),
        ("session_reminder", 3 * 24 * 60 + 1, False),
        ("session_cancelled", 240, True),
        ("session_cancelled", 241, False),
        ("sign_in_code", 1, False),
        ("sign_in_code", 2, True),
    ],
)
def test_a_receipt_is_waited_for_within_limits(kind, minutes, is_possible):
    assert (not chain_setting.problems_of(kinds.get(kind), [Step(SMS, minutes), Step(EMAIL)])) is is_possible


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        ((), "Pakai paling sedikit satu saluran"),
        ((SMS, SMS), "dua kali"),
        ((PUSH, SMS), "tidak punya kata-kata"),
        ((BY_HAND, SMS), "paling akhir"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(greeting, province, ways, words):
    assert words in chain_setting.problems_of(greeting, [Step(way) for way in ways])[0]
    if ways:
        with pytest.raises(ValueError, match="faults"):
            set_ways(province, *ways)


@pytest.mark.parametrize("kind", ["joined", "whatsapp_reply", "text_test"])
def test_what_goes_where_somebody_wrote_from_or_inside_another_cannot_be_set(kind):
    assert not chain_setting.is_settable(kinds.get(kind))


# ---------------------------------------------------------------- versions


def test_the_same_twice_is_one_version_and_it_is_written_down(greeting, province):
    for _twice in range(2):
        set_ways(province, SMS, EMAIL, sms=30)

    row = MessageChain.objects.get()
    assert (row.version, row.channels, row.minutes) == (1, ["sms", "email"], [30, None])
    event = AuditEvent.objects.get(action="notifications.chain.set")
    assert (event.actor, event.details["chain"]) == (province, ["sms:30", "email:-"])


def test_the_usual_chain_again_is_a_version_without_ways(greeting, province):
    set_ways(province, SMS, EMAIL, sms=30)
    usual = chain_setting.steps_of(greeting)
    chain_setting.set_chain(
        kind="greeting", steps=usual, reason="SMS mahal", based_on=1, by=province, now=timezone.now()
    )

    assert chain_setting.newest_of("greeting").channels == []
    assert chains.in_force(["greeting"]).get("greeting") is greeting


def test_who_looked_at_an_older_version_is_told(greeting, province):
    set_ways(province, SMS, EMAIL, sms=30)

    with pytest.raises(ChainChangedMeanwhile) as problem:
        chain_setting.set_chain(
            kind="greeting", steps=[Step(EMAIL)], reason="x", based_on=0, by=province, now=timezone.now()
        )

    assert problem.value.newest.set_by == province
    assert MessageChain.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_it_at_the_same_moment_one_is_kept(greeting):
    people, outcomes = [member(Role.PROVINCE), member(Role.PROVINCE)], []
    begin = threading.Barrier(2)

    def set_it(number):
        begin.wait()
        try:
            chain_setting.set_chain(
                kind="greeting", steps=[Step((SMS, EMAIL)[number])], reason="x", based_on=0,
                by=people[number], now=timezone.now(),
            )  # fmt: skip
            outcomes.append("saved")
        except ChainChangedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=set_it, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", "told"]
    assert MessageChain.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"version": 1}, "version_once"),
        ({"version": 0}, "version_positive"),
        ({"version": 2, "minutes": [1, 2]}, "times_of_all"),
    ],
)
def test_the_database_has_the_last_word(greeting, province, fields, constraint):
    set_ways(province, SMS, sms=30)
    row = {"kind": "greeting", "channels": ["sms"], "minutes": [60], "reason": "x", "set_by": province}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MessageChain.objects.create(**{**row, **fields})


def test_a_way_that_the_kind_has_lost_meanwhile_is_passed_over(greeting, province):
    set_ways(province, SMS, EMAIL, sms=30)
    kinds.register(replace(greeting, channels=(WHATSAPP, EMAIL)))

    assert chains.in_force().get("greeting").ways == (EMAIL,)


def test_a_way_that_the_settings_leave_to_others_is_said_before_it_is_saved(greeting, settings):
    settings.SMS_KINDS = frozenset({"session_reminder"})
    steps = [Step(SMS, 60), Step(EMAIL)]
    said = chain_words.consequences(
        chain_setting.as_set(greeting, steps), steps, rechoosing.Concerned(waiting=0, unheard=0)
    )

    assert "Diserahkan kepada pesan lain oleh pengaturan portal ini: SMS. Saluran itu dilewati." in said


# ---------------------------------------------------------------- from then on


def test_what_is_queued_goes_by_the_first_of_the_set_ways_that_reaches_the_person(greeting, province):
    set_ways(province, EMAIL, SMS, sms=30)

    assert greet(1).channel == "email"
    assert greet(2, email="").channel == "sms"
    assert standing(greet(3, email="", phone="")) == ("email", "held", "no_address")


def test_a_set_way_that_is_not_connected_is_passed_over(greeting, province, settings):
    set_ways(province, SMS, EMAIL, sms=30)
    settings.SMS_GATEWAY = ""

    assert standing(greet(1)) == ("email", "pending", "")
    assert standing(greet(2, email="")) == ("sms", "held", "sms_not_connected")


def test_whatsapp_left_to_some_kinds_by_the_settings_stays_with_them(greeting, province, settings):
    set_ways(province, WHATSAPP, whatsapp=60)
    settings.WHATSAPP_KINDS = frozenset({"session_reminder"})

    assert greet(1).channel == "sms"  # rather a usual way than none


def test_a_whole_set_is_queued_along_the_chain_by_one_statement(
    greeting, province, django_assert_num_queries
):
    for email in ("a@example.org", "", ""):
        ParticipantFactory(email=email, phone=PHONE)
    set_ways(province, EMAIL, SMS, sms=30)

    with django_assert_num_queries(4):  # savepoint, the chain, insert, release
        queue_from(
            Participant.objects.all(), kind="greeting", key=key_of("g:", F("pk")), participant_id=F("pk")
        )

    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "sms", "sms"]


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_queued_along_the_chain_with_one_question_more(
    greeting, province, count, django_assert_num_queries
):
    set_ways(province, SMS, sms=30)
    drafts = [Draft(key=f"g:{n}", participant_id=ParticipantFactory(phone=PHONE).pk) for n in range(count)]

    with django_assert_num_queries(5):  # savepoint, the chain, people, insert, release
        queue_many(kind="greeting", drafts=drafts)

    assert set(Message.objects.values_list("channel", flat=True)) == {"sms"}


def test_what_went_is_waited_for_as_long_as_the_chain_says(domain, whatsapp, mail, province):
    domain.fresh = {"words": "sesi Anda besok."}
    set_ways(province, WHATSAPP, EMAIL, whatsapp=30)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.channel) == ("sent", "whatsapp")
    assert message.falls_back_at - message.finished_at == timedelta(minutes=30)


def test_a_way_without_a_time_is_left_only_when_it_refuses(domain, whatsapp, mail, province):
    domain.fresh = {"words": "sesi Anda besok."}
    set_ways(province, WHATSAPP, EMAIL)
    message = greet()
    outbox.drain()

    message.refresh_from_db()
    assert (message.state, message.falls_back_at) == ("sent", None)


@pytest.mark.parametrize("count", [1, 3])
def test_a_drain_asks_for_the_chains_once(mail, province, domain, count):
    for n in range(count):
        greet(n)
    with CaptureQueriesContext(connection) as asked:
        assert outbox.drain(batch=1).sent == count

    asks = [one for one in asked.captured_queries if "notifications_messagechain" in one["sql"]]
    drained = [way for way in WAYS.values() if way.starts_as == "pending" and not way.why_not()]
    assert len(asks) == len(drained)  # of each channel, however many batches it takes


# ---------------------------------------------------------------- passing on


def passed_on(message):
    """The channel of the message that follows this one now."""
    Message.objects.filter(pk=message.pk).update(
        state="sent", finished_at=timezone.now(), falls_back_at=timezone.now()
    )
    before = set(Message.objects.values_list("pk", flat=True))
    fallback.pass_on(now=timezone.now())
    new = Message.objects.exclude(pk__in=before).first()
    return new and new.channel


def test_the_next_way_of_the_set_chain_takes_over(greeting, province):
    set_ways(province, WHATSAPP, EMAIL, SMS, whatsapp=60, sms=60)

    assert passed_on(greet()) == "email"


def test_behind_a_way_that_is_used_no_more_come_all_that_are_used(greeting, province):
    message = greet()
    Message.objects.update(state="sent", finished_at=timezone.now())
    set_ways(province, EMAIL, SMS, sms=60)

    assert passed_on(message) == "email"


def test_no_way_is_tried_twice_also_when_the_order_was_turned_round(greeting, province):
    message = greet()
    assert passed_on(message) == "sms"
    set_ways(province, SMS, WHATSAPP, EMAIL, sms=60, whatsapp=60)

    follower = Message.objects.get(key="greeting:1|sms")
    assert passed_on(follower) == "email"  # not whatsapp again


def test_passing_on_asks_for_the_chains_once(greeting, province):
    for n in range(3):
        greet(n)
    Message.objects.update(state="sent", finished_at=timezone.now(), falls_back_at=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        assert fallback.pass_on(now=timezone.now()) == 3

    asks = [one for one in asked.captured_queries if "notifications_messagechain" in one["sql"]]
    assert len(asks) == 2  # to pass on, and to queue what follows


def test_what_arrives_late_takes_back_all_that_followed_also_after_the_chain_has_changed(
    greeting, province, settings
):
    message = greet()
    passed_on(message)
    passed_on(Message.objects.get(key="greeting:1|sms"))
    last = Message.objects.get(key="greeting:1|sms|email")
    set_ways(province, EMAIL)
    Message.objects.filter(pk=message.pk).update(provider_id="wamid.1", receipt="accepted")

    told = receipts.Told("wamid.1", None, receipts.Receipt.DELIVERED, None, timezone.now())
    receipts.note([told])

    assert standing(last) == ("email", "cancelled", "arrived_otherwise")


def test_a_refusal_told_later_is_passed_on_along_the_chain_that_holds_then(greeting, province):
    message = greet()
    Message.objects.filter(pk=message.pk).update(
        state="sent", finished_at=timezone.now(), provider_id="wamid.1", receipt="accepted"
    )
    set_ways(province, WHATSAPP, whatsapp=60)
    told = receipts.Told("wamid.1", None, receipts.Receipt.FAILED, 131026, timezone.now())
    receipts.note([told])

    message.refresh_from_db()
    assert message.falls_back_at is None  # whatsapp is the last way now


# ---------------------------------------------------------------- what already waits


def test_what_waits_is_given_its_way_anew_and_its_page_says_why(greeting, province, client_as):
    both, by_phone, nobody = greet(1), greet(2, email=""), greet(3, email="")
    OptOut.objects.create(participant_id=nobody.participant_id, channel=SMS)

    assert set_ways(province, EMAIL, SMS, sms=30).moved == 3

    assert standing(both) == ("email", "pending", "")
    assert standing(by_phone) == ("sms", "pending", "")
    assert standing(nobody) == ("email", "held", "no_way")
    said = client_as(province).get(f"/pesan/{both.uid}/").content.decode()
    assert "provinsi mengubah saluran" in said
    assert "E-mail" in said


def test_what_waits_by_hand_goes_by_itself_where_it_can_but_not_what_was_opened(greeting, province, settings):
    settings.WHATSAPP_TOKEN = settings.SMS_GATEWAY = settings.EMAIL_URL = ""
    untouched, opened = greet(1), greet(2)
    DeliveryEvent.objects.create(message=opened, event="opened")
    settings.EMAIL_URL = "smtp://127.0.0.1:25"

    set_ways(province, EMAIL, BY_HAND)

    assert standing(untouched) == ("email", "pending", "")
    assert standing(opened) == ("ready_text", "ready", "")


def test_what_is_in_hand_accepted_or_a_test_to_oneself_stays(greeting, province):
    in_hand, accepted = greet(1), greet(2)
    test = queue(kind="greeting", key="test", user=UserFactory(email="b@example.org"))
    Message.objects.filter(pk=in_hand.pk).update(
        lease_owner=test.uid, lease_until=timezone.now() + timedelta(minutes=1)
    )
    Message.objects.filter(pk=accepted.pk).update(receipt="accepted")

    assert set_ways(province, SMS, sms=30).moved == 0
    assert standing(test)[0] == "email"


def test_what_is_held_for_another_reason_changes_its_way_and_stays_held(greeting, province):
    paused, lost = greet(1), greet(2)
    Message.objects.filter(pk=paused.pk).update(state="held", reason="paused")
    Message.objects.filter(pk=lost.pk).update(state="held", reason="template_off")

    set_ways(province, SMS, sms=30)

    assert standing(paused) == ("sms", "held", "paused")
    assert standing(lost) == ("sms", "pending", "")


def test_a_failed_try_on_the_old_way_does_not_count_on_the_new_one(greeting, province):
    message, later = greet(1), timezone.now() + timedelta(hours=1)
    Message.objects.filter(pk=message.pk).update(attempts=5, due_at=later, reason="whatsapp_down")

    set_ways(province, SMS, sms=30)

    assert standing(message) == ("sms", "pending", "")
    assert (message.attempts, message.due_at < later) == (0, True)


def test_what_waits_for_an_hour_still_waits_for_it(greeting, province):
    message, later = greet(1), timezone.now() + timedelta(hours=9)
    Message.objects.filter(pk=message.pk).update(due_at=later, reason="quiet_hours")

    set_ways(province, SMS, sms=30)

    assert standing(message) == ("sms", "pending", "quiet_hours")
    assert message.due_at == later


def test_what_has_followed_another_is_not_sent_back_where_it_came_from(greeting, province):
    message = greet(1)
    assert passed_on(message) == "sms"
    follower = Message.objects.get(key="greeting:1|sms")

    set_ways(province, WHATSAPP, EMAIL, whatsapp=60)

    assert standing(follower) == ("email", "pending", "")


def test_a_code_on_its_way_stays_on_its_way(province, mail):
    person = ParticipantFactory(phone=PHONE, email="a@example.org")
    code = queue(kind="sign_in_code", key="code:1", participant_id=person.pk, channel=SMS)

    set_ways(province, EMAIL, SMS, kind="sign_in_code", sms=10)

    assert standing(code)[0] == "sms"


def test_what_has_gone_out_is_waited_for_from_when_it_went(greeting, province):
    message, went = greet(1), timezone.now() - timedelta(hours=2)
    Message.objects.filter(pk=message.pk).update(
        state="sent", finished_at=went, falls_back_at=went + timedelta(hours=4)
    )
    assert rechoosing.concerned(greeting) == rechoosing.Concerned(waiting=0, unheard=1)

    assert set_ways(province, WHATSAPP, EMAIL, whatsapp=60).retimed == 1
    message.refresh_from_db()
    assert message.falls_back_at == went + timedelta(hours=1)  # over: passed on at once

    set_ways(province, EMAIL, WHATSAPP, whatsapp=60)
    message.refresh_from_db()
    assert message.falls_back_at is None  # the last way: nobody waits


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_that_waits_is_moved_by_as_many_statements(
    greeting, province, count, django_assert_num_queries
):
    for n in range(count):
        greet(n)
    set_ways(province, SMS, sms=30)

    with django_assert_num_queries(4):  # savepoint, all at once, those that follow others, release
        rechoosing.rechoose(chain_setting.as_set(greeting, [Step(EMAIL)]), now=timezone.now())


# ---------------------------------------------------------------- the pages

EDIT = reverse("notifications:chain_edit", args=["session_reminder"])
READ = reverse("notifications:chain", args=["session_reminder"])
GIVEN = {
    "place_sms": "1", "wait_sms": "120", "place_email": "2", "place_ready_text": "3", "place_push": "",
    "wait_push": "60", "place_whatsapp": "", "wait_whatsapp": "240", "reason": "Paket SMS murah",
    "based_on": "0",
}  # fmt: skip


def page_of(answer):
    return answer.content.decode()


def test_the_province_reads_what_it_means_before_anything_is_kept(client_as, province, settings):
    client = client_as(province)
    queue(kind="session_reminder", key="r", participant_id=ParticipantFactory(phone=PHONE).pk)

    asked = page_of(client.post(EDIT, GIVEN | {"aksi": "lihat"}))

    assert not MessageChain.objects.exists()
    assert "Tidak dipakai untuk pesan ini: Pemberitahuan di HP, WhatsApp." in asked
    assert "Belum tersambung di portal ini sekarang: SMS" in asked
    assert "1 pesan sedang menunggu" in asked

    saved = client.post(EDIT, GIVEN | {"aksi": "simpan"}, follow=True)

    assert "Saluran tersimpan" in page_of(saved)
    assert MessageChain.objects.get().channels == ["sms", "email", "ready_text"]
    assert "Paket SMS murah" in page_of(client.get(READ))
    assert "Ditetapkan provinsi" in page_of(client.get(reverse("notifications:chains")))


def test_choosing_differently_keeps_what_was_chosen(client_as, province):
    page = page_of(client_as(province).post(EDIT, GIVEN | {"aksi": "ubah"}))

    assert "Paket SMS murah" in page
    assert not MessageChain.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"place_email": "1"}, "urutan yang sama"),
        ({"place_sms": "4"}, "paling akhir"),
        ({"reason": ""}, "Isi"),
        ({"wait_sms": "1"}, "1 bukan"),
        ({"place_sms": "9"}, "9 bukan"),
    ],
)
@pytest.mark.parametrize("deed", ["lihat", "simpan"])
def test_a_wrong_choice_is_refused_with_what_was_typed(client_as, province, wrong, words, deed):
    page = page_of(client_as(province).post(EDIT, GIVEN | wrong | {"aksi": deed}))

    assert words in page
    assert 'value="60" selected' in page
    assert not MessageChain.objects.exists()


def test_the_page_of_an_older_version_names_who_was_faster(client_as, province):
    set_ways(province, SMS, EMAIL, kind="session_reminder", sms=30)
    client = client_as(member(Role.PROVINCE))

    page = page_of(client.post(EDIT, GIVEN | {"aksi": "simpan"}))

    assert f"{province.full_name} telah menetapkan saluran" in page
    assert "SMS (30 menit) → E-mail" in page
    assert MessageChain.objects.count() == 1
    assert client.post(EDIT, GIVEN | {"aksi": "simpan", "based_on": "1"}).status_code == 302


def test_saving_what_holds_already_says_so(client_as, province):
    client = client_as(province)
    for _twice in range(2):
        answer = client.post(EDIT, GIVEN | {"aksi": "simpan"}, follow=True)

    assert "memang sudah berlaku" in page_of(answer)
    assert MessageChain.objects.count() == 1


def test_the_way_back_fills_the_usual_ways_in(client_as, province):
    set_ways(province, SMS, kind="session_reminder", sms=30)
    client = client_as(province)

    page = page_of(client.get(EDIT, {"biasa": ""}))

    assert "saluran dan waktu yang biasa" in page
    usual = kinds.get("session_reminder")
    given = {f"place_{way}": str(n) for n, way in enumerate(usual.channels, start=1)}
    given |= {"wait_push": "60", "wait_whatsapp": "240", "wait_sms": "240"}
    client.post(EDIT, given | {"aksi": "simpan", "reason": "kembali", "based_on": "1"})
    assert chain_setting.newest_of("session_reminder").channels == []


def test_others_read_and_only_the_province_sets(client_as):
    camat = client_as(member(Role.KECAMATAN, PALMERAH))

    assert "Ubah saluran" not in page_of(camat.get(READ))
    assert camat.get(EDIT).status_code == 403
    assert camat.post(EDIT, GIVEN | {"aksi": "simpan"}).status_code == 403


@pytest.mark.parametrize("kind", ["joined", "whatsapp_reply", "tidak-ada"])
def test_what_cannot_be_set_has_no_page_to_set_it(client_as, province, kind):
    client = client_as(province)

    assert client.get(reverse("notifications:chain_edit", args=[kind])).status_code == 404
    expected = 404 if kind == "tidak-ada" else 200
    assert client.get(reverse("notifications:chain", args=[kind])).status_code == expected


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_kind_asks_equally_often(client_as, province, count, django_assert_num_queries):
    for n in range(count):
        set_ways(province, SMS, EMAIL, kind="session_reminder", sms=30 + n)
    client = client_as(province)
    client.get(READ)

    with django_assert_num_queries(5):  # who is there, and the versions
        client.get(READ)
