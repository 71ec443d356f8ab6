"""What arrives at a real mail server, and what is written down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from okoce.notifications import breaker, outbox
from okoce.notifications.enums import Channel
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.services import Draft, queue, queue_many
from participants.models import Consent
from tests.factories import ParticipantFactory, UserFactory
from tests.okoce.notifications.conftest import use
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


def greet(count: int, **fields):
    people = [ParticipantFactory(full_name=f"Siti {n}", email=f"p{n}@example.org") for n in range(count)]
    drafts = [Draft(key=f"greeting:{n}", participant_id=p.pk, **fields) for n, p in enumerate(people)]
    queue_many(kind="greeting", drafts=drafts)
    return people


def states():
    return list(Message.objects.order_by("key").values_list("key", "state", "reason"))


def due_now():
    Message.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))


def test_each_letter_arrives_in_words_with_its_key_over_one_connection(mail, domain):
    domain.fresh = {"words": "sesi Anda besok – pukul 09.00"}
    greet(3)

    report = outbox.drain()

    assert report.sent == 3
    assert sorted(mail.box.keys) == ["greeting:0", "greeting:1", "greeting:2"]
    assert mail.box.connections == 1
    letter = mail.box.letters[0]
    assert letter["Subject"] == "Halo Siti 0"
    assert letter["To"] == "Siti 0 <p0@example.org>"
    assert letter["From"] == "Portal OK OCE <portal@okoce.example>"
    *words, nothing, ending = letter.get_content().splitlines()
    assert words == ["Yth. Siti 0,", "", "sesi Anda besok – pukul 09.00"]
    assert (nothing, "/pesan/berhenti/" in ending) == ("", True)
    assert states() == [(f"greeting:{n}", "sent", "") for n in range(3)]
    assert DeliveryEvent.objects.filter(event="sent").count() == 3


def test_a_second_drain_sends_nothing(mail):
    greet(2)
    outbox.drain()

    assert outbox.drain().sent == 0
    assert len(mail.box.keys) == 2


def test_the_same_key_always_has_the_same_message_id():
    from okoce.notifications.channels.email import message_id

    assert message_id("a:1") == message_id("a:1")
    assert message_id("a:1") != message_id("a:2")


def test_a_name_cannot_become_a_header(mail):
    person = ParticipantFactory(full_name="Siti\r\nBcc: x@example.org", email="siti@example.org")
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)

    outbox.drain()

    assert mail.box.recipients == ["siti@example.org"]
    assert mail.box.letters[0]["Bcc"] is None
    assert mail.box.letters[0]["Subject"] == "Halo Siti Bcc: x@example.org"


def test_nothing_leaves_before_its_time(mail):
    greet(1, due_at=timezone.now() + timedelta(hours=1))

    assert outbox.drain().sent == 0
    assert states() == [("greeting:0", "pending", "")]


def test_nothing_leaves_after_its_time(mail):
    greet(1, expires_at=timezone.now())

    outbox.drain()

    assert mail.box.keys == []
    assert states() == [("greeting:0", "expired", "expired")]


def test_what_is_not_needed_any_more_is_cancelled_at_the_last_moment(mail, domain):
    greet(3)
    domain.unneeded = {"greeting:1": "over"}

    outbox.drain()

    assert mail.box.keys == ["greeting:0", "greeting:2"]
    assert states()[1] == ("greeting:1", "cancelled", "over")


def test_the_domain_is_asked_once_for_a_batch(mail, domain):
    greet(5)

    outbox.drain()

    assert domain.calls == [("recheck", 5), ("details", 5)]


def test_who_has_refused_messages_gets_none_but_the_code_they_ask_for(mail):
    person = ParticipantFactory(email="siti@example.org")
    Consent.objects.create(
        participant=person, purpose="messages", is_given=False, text_version="1", channel="counter",
        at=timezone.now(),
    )  # fmt: skip
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    queue(kind="code", key="code:1", participant_id=person.pk, secret="123456")

    outbox.drain()

    assert mail.box.keys == ["code:1"]
    assert states() == [("code:1", "sent", ""), ("greeting:1", "cancelled", "consent_refused")]


def test_nobody_writes_to_a_person_who_died(mail):
    (person,) = greet(1)
    person.status = "died"
    person.save()

    outbox.drain()

    assert mail.box.keys == []
    assert states() == [("greeting:0", "cancelled", "person_gone")]


def test_a_code_goes_before_reminders_and_is_wiped_afterwards(mail):
    greet(2, due_at=timezone.now() - timedelta(hours=1))
    queue(kind="code", key="code:1", user=UserFactory(), secret="123456")

    outbox.drain()

    assert mail.box.keys[0] == "code:1"
    assert mail.box.letters[0].get_content() == "Kode Anda 123456"
    assert Message.objects.get(key="code:1").secret_ciphertext is None


def test_a_refused_letter_waits_longer_each_time_and_is_dead_after_eight_while_others_pass(mail):
    greet(3)
    mail.box.answer_to = lambda address: "451 later" if address == "p1@example.org" else None
    pauses = []
    for _try in range(8):
        due_now()
        before = timezone.now()
        outbox.drain()
        message = Message.objects.get(key="greeting:1")
        pauses.append((message.due_at - before).total_seconds())

    assert mail.box.keys == ["greeting:0", "greeting:2"]
    assert (message.state, message.attempts, message.reason) == ("dead", 8, "address_refused:451")
    assert all(20 < pause / 2**n < 40 for n, pause in enumerate(pauses[:6]))
    due_now()
    assert outbox.drain().sent == 0
    assert list(message.events.values_list("event", flat=True)) == ["failed"] * 7 + ["dead"]


def test_a_server_that_is_down_costs_no_try_and_the_channel_rests(mail):
    greet(3)
    mail.stop()

    outbox.drain()

    assert states() == [(f"greeting:{n}", "pending", "") for n in range(3)]
    assert Message.objects.filter(attempts=0, lease_owner=None).count() == 3
    rest = breaker.rest_of("email")
    assert (rest.failures, rest.reason) == (1, "channel_down")
    assert 0 < rest.seconds <= 6.25


def test_after_its_rest_the_channel_sends_everything(mail):
    greet(3)
    mail.stop()
    outbox.drain()
    mail.start()
    assert outbox.drain().sent == 0  # it still rests

    breaker.reset("email")

    assert outbox.drain().sent == 3
    assert breaker.rest_of("email") == breaker.Rest()


def test_a_rest_grows_with_every_failure():
    rests = [breaker.trip("email", "channel_down") for _ in range(9)]

    assert all(5 * 2**n * 0.7 < rest < 5 * 2**n * 1.3 for n, rest in enumerate(rests[:6]))
    assert rests[8] <= 375


def test_a_line_that_breaks_counts_one_try_and_is_opened_anew(mail):
    greet(3)
    broken = []

    def closing(key: str) -> str | None:
        if key == "greeting:1" and not broken:
            broken.append(key)
            return "421 closing"
        return None

    mail.box.answer_data = closing
    outbox.drain()

    assert mail.box.keys == ["greeting:0", "greeting:2"]
    assert mail.box.connections == 2
    assert states()[1] == ("greeting:1", "pending", "connection_lost")
    due_now()
    outbox.drain()
    assert sorted(mail.box.keys) == ["greeting:0", "greeting:1", "greeting:2"]


def test_a_server_that_hangs_up_on_everything_is_left_alone_after_three(mail):
    greet(10)
    mail.box.answer_data = lambda key: "421 closing"

    outbox.drain()

    assert Message.objects.filter(attempts=1).count() == 3
    assert Message.objects.filter(attempts=0, lease_owner=None, state="pending").count() == 7
    assert breaker.is_open("email")


def test_a_mistake_in_one_kind_delays_only_that_kind(mail, domain):
    greet(2)
    queue(kind="code", key="code:1", user=UserFactory(), secret="123456")
    domain.fails = True

    outbox.drain()

    assert mail.box.keys == ["code:1"]
    assert [state for _key, state, _reason in states()] == ["sent", "pending", "pending"]
    assert (
        list(Message.objects.filter(kind="greeting").values_list("attempts", "reason"))
        == [(1, "kind_failed")] * 2
    )


def test_a_kind_nobody_knows_is_held_and_says_so(mail):
    greet(2)
    Message.objects.filter(key="greeting:0").update(kind="from_an_older_version")

    outbox.drain()

    assert states() == [("greeting:0", "held", "unknown_kind"), ("greeting:1", "sent", "")]


def test_a_kind_without_words_is_held_and_says_so(mail, domain):
    from okoce.notifications import kinds

    kinds.register(kinds.Kind(code="wordless", label="x", channels=(Channel.EMAIL,)))
    queue(kind="wordless", key="wordless:1", user=UserFactory())

    outbox.drain()
    kinds.unregister("wordless")

    assert states() == [("wordless:1", "held", "template_missing")]


def test_a_text_with_a_personal_number_is_never_sent(mail, domain):
    domain.fresh = {"words": "NIK Anda 3173075708909001"}
    greet(1)

    outbox.drain()

    assert mail.box.keys == []
    assert states() == [("greeting:0", "held", "unsafe_text")]


def test_a_person_without_the_address_any_more_is_held(mail):
    (person,) = greet(1)
    person.email = ""
    person.save()

    outbox.drain()

    assert states() == [("greeting:0", "held", "no_address")]


def test_what_waits_is_held_when_the_mail_server_is_taken_out_of_the_settings(mail, settings):
    greet(2)
    settings.EMAIL_URL = ""

    outbox.drain()

    assert states() == [(f"greeting:{n}", "held", "email_not_configured") for n in range(2)]
    assert DeliveryEvent.objects.filter(event="held").count() == 2


def test_a_message_that_killed_its_worker_eight_times_is_given_up(mail):
    greet(1)
    Message.objects.update(attempts=8)

    outbox.drain()

    assert mail.box.keys == []
    assert states() == [("greeting:0", "dead", "interrupted")]


def test_a_drain_stops_when_its_time_is_over_and_says_that_more_waits(mail):
    greet(3)

    report = outbox.drain(seconds=0, batch=1)

    assert report.is_more
    assert report.sent <= 1


def test_another_mail_server_in_the_settings_is_used(settings, mail):
    other = MailServer().start()
    try:
        use(settings, other)
        greet(1)
        outbox.drain()
        assert (mail.box.keys, other.box.keys) == ([], ["greeting:0"])
    finally:
        other.stop()
