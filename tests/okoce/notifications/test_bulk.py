"""A whole set by one statement: the same rows as ``queue_many`` makes."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from okoce.notifications import kinds
from okoce.notifications.bulk import key_of, queue_from
from okoce.notifications.enums import Channel
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message
from okoce.notifications.services import Draft, queue, queue_many
from participants.enums import Status
from participants.models import Participant
from tests.factories import ParticipantFactory

pytestmark = pytest.mark.django_db

DONE_BY_THE_DATABASE = ("id", "uid", "created_at")
KEY = key_of("campaign:7:participant:", F("pk"))
CAMPAIGN = {"kind": "greeting", "key": KEY, "participant_id": F("pk")}


@pytest.fixture(autouse=True)
def _kinds(domain):
    return domain


def rows() -> list[dict]:
    found = Message.objects.order_by("key").values()
    return [{k: v for k, v in row.items() if k not in DONE_BY_THE_DATABASE} for row in found]


def random_people(dice: random.Random, count: int) -> None:
    for _ in range(count):
        person = ParticipantFactory(
            email=dice.choice(["", f"p{dice.random()}@example.org"]),
            phone=dice.choice(["", f"+62812{dice.randrange(10**4):04d}0000"]),
            kelurahan_id=dice.choice(["31.73.07.1001", "31.74.09.1001", "31.71.01.1001"]),
            status=dice.choice([Status.ACTIVE, Status.ACTIVE, Status.MOVED, Status.DIED]),
        )
        if dice.random() < 0.1:
            Participant.objects.filter(pk=person.pk).update(merged_into=ParticipantFactory())


@pytest.mark.parametrize("seed", range(4))
def test_it_writes_what_queue_many_writes_for_the_same_people(seed, settings):
    dice = random.Random(seed)
    random_people(dice, 25)
    settings.EMAIL_URL = dice.choice(["", "smtp://127.0.0.1:25"])
    settings.WHATSAPP_TOKEN = settings.WHATSAPP_PHONE_ID = dice.choice(["", "x"])
    ways = list(Channel)
    dice.shuffle(ways)
    kinds.register(Kind(code="drawn", label="Drawn", channels=tuple(ways[: dice.randint(1, len(ways))])))
    channel = dice.choice([None, None, dice.choice(ways)])
    due_at, expires_at = timezone.now(), timezone.now() + timedelta(days=1)
    city = dice.choice(["", "31.75"])
    shared = {"channel": channel, "cause": ("x.y", 7), "due_at": due_at, "expires_at": expires_at}

    everybody = Participant.everybody.all()
    before = transaction.savepoint()
    new = queue_from(
        everybody, kind="drawn", key=KEY, participant_id=F("pk"), context={"words": "apa kabar?"}, city=city,
        **shared,
    )  # fmt: skip
    by_statement = rows()
    transaction.savepoint_rollback(before)
    drafts = [
        Draft(
            key=f"campaign:7:participant:{p.pk}",
            participant_id=p.pk,
            context={"words": "apa kabar?"},
            city=city,
        )
        for p in everybody
    ]
    assert queue_many(kind="drawn", drafts=drafts, **shared) == new == len(drafts)
    kinds.unregister("drawn")

    assert by_statement == rows()


def test_it_is_one_statement_for_any_number_of_people(mail, django_assert_num_queries):
    for _ in range(3):
        ParticipantFactory(email="siti@example.org")

    with django_assert_num_queries(4):  # savepoint, the chain, insert, release
        assert queue_from(Participant.objects.all(), **CAMPAIGN) == 3


def test_a_key_that_is_there_changes_nothing_and_is_not_counted(mail):
    first, second = ParticipantFactory(email="a@example.org"), ParticipantFactory(email="b@example.org")
    queue(kind="greeting", key=f"campaign:7:participant:{first.pk}", participant_id=first.pk,
          context={"words": "a"})  # fmt: skip

    assert queue_from(Participant.objects.all(), context={"words": "b"}, **CAMPAIGN) == 1
    assert queue_from(Participant.objects.all(), context={"words": "b"}, **CAMPAIGN) == 0

    said = dict(Message.objects.values_list("participant_id", "context"))
    assert said == {first.pk: {"words": "a"}, second.pk: {"words": "b"}}


def test_a_column_may_differ_from_row_to_row(mail):
    people = [ParticipantFactory(email="a@example.org") for _ in range(2)]

    queue_from(
        Participant.objects.order_by("-pk")[:1], cause=("participants.participant", F("pk")),
        kecamatan=F("kecamatan_id"), due_at=F("created_at"), **CAMPAIGN,
    )  # fmt: skip

    message = Message.objects.get()
    assert (message.participant_id, message.cause_id) == (people[1].pk, people[1].pk)
    assert message.due_at == people[1].created_at
    assert message.kecamatan == "31.73.07"


def test_nobody_is_no_statement(mail, django_assert_num_queries):
    with django_assert_num_queries(3):  # savepoint, the chain, release
        assert queue_from(Participant.objects.none(), **CAMPAIGN) == 0


def test_a_wrong_key_queues_nothing_at_all(mail):
    ParticipantFactory(full_name="Siti", email="a@example.org")
    ParticipantFactory(full_name="Ma’ruf", email="b@example.org")

    with pytest.raises(ValueError, match="printable"):
        queue_from(Participant.objects.all(), kind="greeting", key=F("full_name"), participant_id=F("pk"))

    assert Message.objects.count() == 0


def test_a_personal_number_in_the_context_is_refused():
    with pytest.raises(ValueError, match="personal number"):
        queue_from(Participant.objects.all(), context={"words": "hubungi 0812-3456-7890"}, **CAMPAIGN)


def test_an_unknown_kind_is_a_mistake():
    with pytest.raises(KeyError):
        queue_from(Participant.objects.all(), **{**CAMPAIGN, "kind": "nobody_knows"})


def test_the_worker_is_woken_once_after_the_commit(mail, monkeypatch, django_capture_on_commit_callbacks):
    calls = []
    monkeypatch.setattr("okoce.notifications.wake.background.nudge", lambda *a, **k: calls.append(a) or True)
    monkeypatch.setattr("okoce.notifications.wake._quiet_until", 0.0)
    ParticipantFactory(email="a@example.org")

    with django_capture_on_commit_callbacks(execute=True):
        queue_from(Participant.objects.all(), **CAMPAIGN)
        queue_from(Participant.objects.all(), **{**CAMPAIGN, "key": key_of("campaign:8:", F("pk"))})

    assert len(calls) == 1
