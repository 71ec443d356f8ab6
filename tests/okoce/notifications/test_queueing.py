from datetime import timedelta

import pytest
from django.utils import timezone

from okoce.notifications import services
from okoce.notifications.channels import WAYS
from okoce.notifications.enums import Channel
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.querysets import NOT_CONNECTED
from okoce.notifications.services import Draft, queue, queue_many
from tests.factories import ParticipantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


def test_a_message_carries_what_it_was_given_and_the_persons_area(mail):
    person = ParticipantFactory(email="siti@example.org")
    later = timezone.now() + timedelta(hours=1)

    message = queue(
        kind="greeting",
        key="greeting:1",
        participant_id=person.pk,
        context={"words": "apa kabar?"},
        cause=("trainings.trainingsession", 12),
        expires_at=later,
    )

    assert (message.channel, message.state, message.reason) == ("email", "pending", "")
    assert (message.city, message.kecamatan) == ("31.73", "31.73.07")
    assert (message.cause_type, message.cause_id) == ("trainings.trainingsession", 12)
    assert message.context == {"words": "apa kabar?"}
    assert (message.expires_at, message.attempts, message.language) == (later, 0, "id")


def test_the_same_key_twice_is_one_message(mail):
    person = ParticipantFactory(email="siti@example.org")

    first = queue(kind="greeting", key="greeting:1", participant_id=person.pk, context={"words": "a"})
    second = queue(kind="greeting", key="greeting:1", participant_id=person.pk, context={"words": "b"})

    assert second.pk == first.pk
    assert second.context == {"words": "a"}
    assert Message.objects.count() == 1


def test_many_are_queued_once_and_counted(mail, django_assert_num_queries):
    people = [ParticipantFactory(email=f"p{n}@example.org") for n in range(5)]
    queue(kind="greeting", key="greeting:0", participant_id=people[0].pk)

    drafts = [Draft(key=f"greeting:{n}", participant_id=p.pk) for n, p in enumerate(people)]
    with django_assert_num_queries(5):  # savepoint, the chain, people, insert, release
        new = queue_many(kind="greeting", drafts=[*drafts, drafts[1]], cause=("x.y", 1))

    assert new == 4
    assert Message.objects.count() == 5
    assert Message.objects.filter(cause_type="x.y", cause_id=1).count() == 4


@pytest.mark.parametrize(
    ("email", "phone", "expected"),
    [
        ("siti@example.org", "+6281200000001", ("email", "pending", "")),
        ("", "+6281200000001", ("ready_text", "ready", "")),
        ("", "", ("email", "held", "no_address")),
    ],
)
def test_the_channel_is_the_first_that_reaches_the_person(mail, email, phone, expected):
    person = ParticipantFactory(email=email, phone=phone)

    message = queue(kind="greeting", key="greeting:1", participant_id=person.pk)

    assert (message.channel, message.state, message.reason) == expected


def test_without_a_mail_server_a_person_with_both_gets_a_ready_text(settings):
    settings.EMAIL_URL = ""
    person = ParticipantFactory(email="siti@example.org")

    message = queue(kind="greeting", key="greeting:1", participant_id=person.pk)

    assert (message.channel, message.state) == ("ready_text", "ready")


def test_without_a_mail_server_an_email_that_was_asked_for_is_held_with_the_reason(settings):
    settings.EMAIL_URL = ""
    user = UserFactory()

    message = queue(kind="greeting", key="greeting:1", user=user, channel=Channel.EMAIL)

    assert (message.state, message.reason) == ("held", "email_not_configured")


def test_a_code_to_a_phone_is_held_because_no_sms_gateway_is_connected():
    person = ParticipantFactory()

    message = queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")

    assert (message.channel, message.state, message.reason) == ("sms", "held", "sms_not_connected")
    assert message.priority == 0


def test_a_secret_is_sealed_and_bound_to_its_row():
    person = ParticipantFactory()

    message = queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")

    assert b"123456" not in bytes(message.secret_ciphertext)
    assert services.compose.open_secret(message) == "123456"


@pytest.mark.parametrize(
    "context",
    [
        {"nik": "x"},
        {"words": "NIK 3173075708909001"},
        {"words": "hubungi 0812-3456-7890"},
        {"words": "modal Rp500.000"},
        {"place": {"alamat": "Jalan Mawar"}},
        {"words": "RT 003/RW 007"},
    ],
)
def test_personal_numbers_amounts_and_addresses_are_refused(context):
    person = ParticipantFactory()

    with pytest.raises(ValueError):
        queue(kind="greeting", key="greeting:1", participant_id=person.pk, context=context)


def test_a_time_is_no_phone_number():
    assert services.safety.problem_in("Rabu 12 Agustus 2026 pukul 08.00-12.00 WIB") == ""


def test_a_key_with_a_personal_number_is_refused():
    person = ParticipantFactory()

    with pytest.raises(ValueError):
        queue(kind="greeting", key="greeting:3173075708909001", participant_id=person.pk)


def test_a_kind_nobody_registered_cannot_be_queued():
    person = ParticipantFactory()

    with pytest.raises(KeyError):
        queue(kind="nobody", key="nobody:1", participant_id=person.pk)


def test_what_waits_for_one_person_of_a_cause_can_be_cancelled_alone(mail):
    first, second = (ParticipantFactory(email=f"p{n}@example.org") for n in range(2))
    drafts = [Draft(key=f"greeting:{p.pk}", participant_id=p.pk) for p in (first, second)]
    queue_many(kind="greeting", drafts=drafts, cause=("x.y", 1))

    cancelled = services.cancel(cause=("x.y", 1), participant_id=first.pk, reason="answered")

    states = dict(Message.objects.values_list("participant_id", "state"))
    assert (cancelled, states) == (1, {first.pk: "cancelled", second.pk: "pending"})


def test_what_waits_of_a_cause_can_be_of_use_for_longer_and_what_was_sent_stays(mail):
    people = [ParticipantFactory(email=f"p{n}@example.org") for n in range(3)]
    soon, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=4)
    drafts = [Draft(key=f"greeting:{n}", participant_id=p.pk) for n, p in enumerate(people)]
    queue_many(kind="greeting", drafts=drafts[:2], cause=("x.y", 1), expires_at=soon)
    queue_many(kind="greeting", drafts=drafts[2:], cause=("x.y", 2), expires_at=soon)
    Message.objects.filter(key="greeting:0").update(state="sent", finished_at=timezone.now())

    assert services.keep_until(later, cause=("x.y", 1), kinds=["greeting"]) == 1
    ends = list(Message.objects.order_by("key").values_list("expires_at", flat=True))
    assert ends == [soon, later, soon]


def test_cancelling_a_cause_stops_what_waits_and_leaves_what_was_sent(mail):
    people = [ParticipantFactory(email=f"p{n}@example.org") for n in range(3)]
    drafts = [Draft(key=f"greeting:{n}", participant_id=p.pk) for n, p in enumerate(people)]
    queue_many(kind="greeting", drafts=drafts[:2], cause=("x.y", 1))
    queue_many(kind="greeting", drafts=drafts[2:], cause=("x.y", 2))
    Message.objects.filter(key="greeting:0").update(state="sent", finished_at=timezone.now())

    cancelled = services.cancel(cause=("x.y", 1), reason="over")

    assert cancelled == 1
    assert list(Message.objects.order_by("key").values_list("key", "state", "reason")) == [
        ("greeting:0", "sent", ""),
        ("greeting:1", "cancelled", "over"),
        ("greeting:2", "pending", ""),
    ]
    assert list(DeliveryEvent.objects.values_list("message__key", "event", "reason")) == [
        ("greeting:1", "cancelled", "over")
    ]


def test_what_can_no_longer_arrive_in_time_is_closed_and_its_secret_wiped():
    person = ParticipantFactory()
    now = timezone.now()
    queue(kind="code", key="code:1", participant_id=person.pk, secret="1", expires_at=now)
    queue(
        kind="code", key="code:2", participant_id=person.pk, secret="2", expires_at=now + timedelta(hours=1)
    )

    assert services.expire(now=now) == 1
    assert services.expire(now=now) == 0
    first = Message.objects.get(key="code:1")
    assert (first.state, first.secret_ciphertext) == ("expired", None)
    assert Message.objects.get(key="code:2").state == "held"


def test_every_way_that_can_be_unconnected_gives_back_what_was_held_for_it(settings):
    settings.EMAIL_URL = settings.WHATSAPP_TOKEN = settings.SMS_GATEWAY = settings.VAPID_PRIVATE_KEY = ""

    reasons = {reason for way in WAYS.values() if (reason := way.why_not())}

    assert reasons <= set(NOT_CONNECTED)
    assert len(reasons) == 4


def test_what_was_held_goes_back_when_the_mail_server_is_connected(settings, mail):
    person = ParticipantFactory(email="siti@example.org")
    settings.EMAIL_URL = ""
    queue(kind="greeting", key="greeting:1", participant_id=person.pk, channel=Channel.EMAIL)
    queue(kind="code", key="code:1", participant_id=ParticipantFactory().pk, secret="1")
    settings.EMAIL_URL = mail.url

    assert services.release_held(now=timezone.now()) == 1
    assert Message.objects.get(key="greeting:1").state == "pending"


def test_a_message_given_up_gets_eight_new_tries_and_one_that_was_sent_does_not(mail):
    user = UserFactory()
    message = queue(kind="greeting", key="greeting:1", user=user)
    Message.objects.filter(pk=message.pk).update(state="dead", attempts=8, finished_at=timezone.now())

    again = services.retry(message_id=message.pk, by=user)

    assert (again.state, again.attempts, again.finished_at) == ("pending", 0, None)
    Message.objects.filter(pk=message.pk).update(state="sent", finished_at=timezone.now())
    with pytest.raises(services.CannotRetry):
        services.retry(message_id=message.pk, by=user)


def test_the_digits_of_a_rows_name_are_no_personal_number():
    assert services.safety.problem_in("data-request:8959a5d2-a5db-45e1-9647-39875183605b:answered") == ""
    assert services.safety.problem_in("8959a5d2-a5db-45e1-9647-39875183605b 3171010101010001") == "nik"
