"""One message a day and person: what is joined, what waits, what does not go once the situation changed."""

import threading
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.notifications import (
    compose,
    decency,
    editing,
    fallback,
    joining,
    kinds,
    opting_out,
    outbox,
    outcomes,
    receipts,
    services,
)
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, Manner
from okoce.notifications.models import DeliveryEvent, Message
from okoce.notifications.services import Draft, queue, queue_many
from tests.factories import ParticipantFactory, member
from tests.factories.trainings import HolidayFactory, tomorrow_at
from trainings.services.calendar import quiet_days

pytestmark = pytest.mark.django_db

SAID_AS_LINES = {
    "absence_noted", "announcement", "bazaar_call", "certificate_ready", "place_cancelled", "sales_asked",
    "sales_late", "session_cancelled", "session_changed", "session_invitation", "session_missed",
    "session_reminder", "stall_given", "stall_lost", "stall_moved", "stall_nominated", "stall_reserve",
    "stall_setup", "training_completed",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _kinds(domain, settings, monkeypatch):
    """The rules of decency hold, and no day is a holiday. Texts of the kind "greeting" have one line."""
    settings.MESSAGES_AT_ANY_HOUR = False
    monkeypatch.setattr(decency, "_calendar", lambda first, last: decency.Calendar())
    domain.fresh = {"words": "sesi Anda besok."}
    return domain


@pytest.fixture
def noon() -> datetime:
    """Noon of today, whatever the hour is: what is due is due, and everything goes."""
    return datetime.combine(timezone.localdate(), time(12), decency.JAKARTA)


@pytest.fixture
def siti():
    return ParticipantFactory(full_name="Siti", email="siti@example.org", phone="+6281234567890")


def greet(person, *names, channel=Channel.EMAIL, **fields):
    """Messages that are due, and were at noon."""
    drafts = [Draft(key=f"greeting:{name}", participant_id=person.pk, **fields) for name in names]
    queue_many(kind="greeting", drafts=drafts, channel=channel)
    due_since_morning()


def due_since_morning():
    past = datetime.combine(timezone.localdate(), time(0, 1), decency.JAKARTA) - timedelta(days=1)
    Message.objects.filter(state="pending").update(due_at=past)


def states():
    return {m.key: (m.state, m.reason) for m in Message.objects.all()}


def test_several_that_are_due_go_as_one(mail, siti, noon):
    greet(siti, "a", "b", "c")

    report = outbox.drain(now=noon)

    assert report.sent == 3
    (letter,) = mail.box.letters
    assert letter["Subject"] == "Beberapa kabar untuk Anda dari program OK OCE"
    assert [line for line in letter.get_content().splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1. Satu: sesi Anda besok.", "2. Satu: sesi Anda besok.", "3. Satu: sesi Anda besok.",
    ]  # fmt: skip
    assert states() == {
        "greeting:a": ("sent", ""), "greeting:b": ("sent", "joined"), "greeting:c": ("sent", "joined"),
    }  # fmt: skip
    carrier = Message.objects.get(key="greeting:a")
    assert [m.key for m in joining.parts_of(carrier)] == ["greeting:b", "greeting:c"]


def test_the_line_says_what_the_province_wrote(mail, siti, noon):
    editing.save(
        kind="greeting", channel="line", language="id", body="Kabar kami: {words}", reason="lebih singkat",
        based_on=0, by=member(Role.PROVINCE),
    )  # fmt: skip
    greet(siti, "a", "b")

    outbox.drain(now=noon)

    (letter,) = mail.box.letters
    assert "2. Kabar kami: sesi Anda besok." in letter.get_content()


def test_two_people_get_a_message_each(mail, siti, noon):
    greet(siti, "a")
    greet(ParticipantFactory(email="budi@example.org"), "b")

    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:a", "greeting:b"]


def test_who_had_one_today_gets_the_next_tomorrow_morning(mail, siti, noon):
    greet(siti, "a")
    outbox.drain(now=noon)
    greet(siti, "b")

    outbox.drain(now=noon)

    message = Message.objects.get(key="greeting:b")
    assert mail.box.keys == ["greeting:a"]
    assert (message.state, message.reason) == ("pending", "one_a_day")
    assert message.due_at == datetime.combine(noon.date() + timedelta(days=1), time(8), decency.JAKARTA)
    assert message.events.get().event == "waits"
    assert outbox.drain(now=message.due_at - timedelta(minutes=1)).sent == 0
    assert outbox.drain(now=message.due_at).sent == 1


def test_what_would_be_too_late_tomorrow_goes_today_all_the_same(mail, siti, noon):
    greet(siti, "a")
    outbox.drain(now=noon)
    greet(siti, "b", expires_at=tomorrow_at(9))

    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:a", "greeting:b"]


def test_urgent_ones_wait_for_nobody_and_take_nobodys_day(mail, siti, noon, domain):
    known = kinds.get("greeting")
    kinds.register(replace(known, manner=Manner.PROMPT))
    greet(siti, "offer-1", "offer-2")
    outbox.drain(now=noon)
    kinds.register(known)
    greet(siti, "a")
    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:offer-1", "greeting:offer-2", "greeting:a"]


def test_a_part_whose_situation_changed_is_not_said(mail, siti, noon, domain):
    greet(siti, "a", "b", "c")
    domain.unneeded = {"greeting:b": "over"}

    outbox.drain(now=noon)

    (letter,) = mail.box.letters
    assert letter.get_content().count("Satu:") == 2
    assert states()["greeting:b"] == ("cancelled", "over")


def test_a_carrier_whose_situation_changed_leaves_the_day_to_another(mail, siti, noon, domain):
    greet(siti, "a", "b")
    domain.unneeded = {"greeting:a": "over"}

    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:b"]
    assert states()["greeting:b"] == ("sent", "")


def test_a_part_cancelled_between_the_claim_and_the_sending_is_not_said(mail, siti, noon, monkeypatch):
    """The session is cancelled while the letter is already made."""
    greet(siti, "a", "b", "c")
    made, whole = [], joining.Parcel.letter

    def letter(parcel):
        found = whole(parcel)
        if not made:
            services.cancel(keys=["greeting:b"], reason="session_cancelled")
        made.append(parcel.ids)
        return found

    monkeypatch.setattr(joining.Parcel, "letter", letter)
    outbox.drain(now=noon)

    (sent,) = mail.box.letters
    assert sent.get_content().count("Satu:") == 2
    assert states()["greeting:b"] == ("cancelled", "session_cancelled")
    assert [len(ids) for ids in made] == [3, 2]


def test_a_refused_letter_frees_its_parts_for_the_next_try(mail, siti, noon):
    greet(siti, "a", "b")
    mail.box.answer_to = lambda address: "451 later"
    outbox.drain(now=noon)
    assert states()["greeting:b"] == ("pending", "joined_again")
    assert Message.objects.get(key="greeting:b").attempts == 0

    mail.box.answer_to = lambda address: None
    due_since_morning()
    outbox.drain(now=noon)

    assert len(mail.box.letters) == 1
    assert {state for state, _reason in states().values()} == {"sent"}


def test_a_carrier_that_is_given_up_leaves_day_and_parts_free(mail, siti, noon):
    greet(siti, "a", "b")
    Message.objects.filter(key="greeting:a").update(attempts=7)
    mail.box.answer_to = lambda address: "451 later"
    outbox.drain(now=noon)
    assert states() == {
        "greeting:a": ("dead", "address_refused:451"),
        "greeting:b": ("pending", "address_refused:451"),  # free again, so it was tried on its own
    }  # fmt: skip

    mail.box.answer_to = lambda address: None
    due_since_morning()
    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:b"]


def test_the_same_parts_have_the_same_key_at_the_gateway(mail, siti, noon):
    greet(siti, "a", "b")
    broken = []

    def closing(key):
        broken.append(key)
        return "421 closing" if len(broken) == 1 else None

    mail.box.answer_data = closing
    outbox.drain(now=noon)
    due_since_morning()
    outbox.drain(now=noon)

    assert broken[0] == broken[1]
    assert broken[0].startswith("joined:")


def test_the_database_gives_a_persons_day_away_once(siti):
    greet(siti, "a", "b", "c")
    Message.objects.filter(key__in=["greeting:b", "greeting:c"]).update(kind="other")
    first, second, _third = Message.objects.order_by("key")
    Message.objects.filter(pk=first.pk).update(one_of_day=timezone.localdate())

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(one_of_day=timezone.localdate())


def test_a_clock_set_back_sends_nobody_a_second_one(mail, siti, noon):
    greet(siti, "a")
    outbox.drain(now=noon)
    greet(siti, "b")

    outbox.drain(now=noon - timedelta(hours=3))

    assert mail.box.keys == ["greeting:a"]
    assert states()["greeting:b"] == ("pending", "one_a_day")


def test_a_clock_that_was_years_ahead_blocks_nobody_afterwards(mail, siti, noon):
    greet(siti, "a")
    outbox.drain(now=noon + timedelta(days=800))
    greet(siti, "b")

    outbox.drain(now=noon)

    assert mail.box.keys == ["greeting:a", "greeting:b"]


def test_the_worker_that_is_wrong_about_the_time_asks_the_database(mail, siti, monkeypatch, settings):
    settings.MESSAGES_AT_ANY_HOUR = True
    queue(kind="greeting", key="greeting:a", participant_id=siti.pk, expires_at=tomorrow_at(9))
    real = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: real + timedelta(days=400))

    assert outbox.drain().sent == 1


# ---------------------------------------------------------------- outside of the hours


def test_rule_55_at_night_everything_waits_for_the_morning_in_one_statement(
    mail, noon, django_assert_max_num_queries
):
    for n in range(120):
        greet(ParticipantFactory(email=f"p{n}@example.org"), n)
    night = noon + timedelta(hours=10)

    with django_assert_max_num_queries(40):
        report = outbox.drain(now=night)

    morning = datetime.combine(noon.date() + timedelta(days=1), time(8), decency.JAKARTA)
    assert report.sent == 0
    assert mail.box.letters == []
    assert set(Message.objects.values_list("state", "reason", "due_at", "lease_owner")) == {
        ("pending", "quiet_hours", morning, None)
    }
    assert DeliveryEvent.objects.filter(event="waits").count() == 120


def test_rule_55_a_code_goes_at_night(mail, siti, noon):
    queue(kind="code", key="code:1", participant_id=siti.pk, secret="123456")
    due_since_morning()

    assert outbox.drain(now=noon + timedelta(hours=15)).sent == 1


def test_rule_55_what_no_decent_hour_is_left_for_is_held_for_the_office(mail, siti, noon):
    greet(siti, "a", expires_at=tomorrow_at(7))
    Message.objects.update(state="pending", reason="")

    outbox.drain(now=noon + timedelta(hours=10))

    assert states() == {"greeting:a": ("held", "no_decent_hour")}


def test_rule_55_on_a_holiday_nothing_goes(mail, siti, noon, monkeypatch):
    calendar = decency.Calendar({noon.date(): "Hari besar"})
    monkeypatch.setattr(decency, "_calendar", lambda first, last: calendar)
    greet(siti, "a")

    outbox.drain(now=noon)

    assert states() == {"greeting:a": ("pending", "holiday")}


# ---------------------------------------------------------------- WhatsApp


def test_joined_messages_are_a_registered_text_and_share_receipts(whatsapp, siti, noon):
    greet(siti, "a", "b", channel=Channel.WHATSAPP)

    outbox.drain(now=noon)

    (taken,) = whatsapp.accepted
    assert (taken.template, taken.values) == (
        "joined", ("Siti", "Satu: sesi Anda besok.", "Satu: sesi Anda besok."),
    )  # fmt: skip
    first, second = Message.objects.order_by("key")
    assert first.provider_id == second.provider_id != ""
    receipts.note([_told(first, "delivered")])
    assert set(Message.objects.values_list("receipt", "falls_back_at")) == {("delivered", None)}


def test_joined_messages_that_do_not_arrive_go_by_the_next_channel_as_one(whatsapp, mail, siti, noon):
    greet(siti, "a", "b", channel=Channel.WHATSAPP)
    outbox.drain(now=noon)
    first = Message.objects.order_by("key").first()
    receipts.note([_told(first, "failed", code=131026)])

    fallback.pass_on(now=timezone.now() + timedelta(seconds=1))
    due_since_morning()
    outbox.drain(now=noon)

    assert len(mail.box.letters) == 1
    assert mail.box.letters[0].get_content().count("Satu:") == 2


def test_a_receipt_whose_sender_died_counts_for_the_parts_too(whatsapp, siti, noon, monkeypatch):
    greet(siti, "a", "b", channel=Channel.WHATSAPP)
    monkeypatch.setattr(outcomes, "accepted_by", lambda *given: [])  # it dies before writing it down
    outbox.drain(now=noon)
    carrier = Message.objects.get(key="greeting:a")

    receipts.note([receipts.Told("wamid.x", carrier.uid, receipts.Receipt.DELIVERED, None, timezone.now())])

    assert set(Message.objects.values_list("receipt", flat=True)) == {"delivered"}


def test_a_text_that_whatsapp_refuses_lets_them_go_one_by_one(whatsapp, siti, noon):
    whatsapp.templates = {("greeting", "id"): 2}
    greet(siti, "a", "b", channel=Channel.WHATSAPP)

    outbox.drain(now=noon)

    assert states() == {"greeting:a": ("sent", ""), "greeting:b": ("pending", "one_a_day")}


def _told(message, status, code=None):
    return receipts.Told(message.provider_id, None, receipts.Receipt(status), code, timezone.now())


# ---------------------------------------------------------------- opting out


def test_rule_54_what_is_queued_or_in_a_workers_hands_does_not_go_after_stop(mail, siti, noon, monkeypatch):
    greet(siti, "a", "b")
    whole = joining.Parcel.letter

    def letter(parcel):
        found = whole(parcel)
        opting_out.stop(participant_id=siti.pk, way=opting_out.BY_MESSAGE)
        return found

    monkeypatch.setattr(joining.Parcel, "letter", letter)
    outbox.drain(now=noon)

    assert mail.box.letters == []
    assert states() == {
        "greeting:a": ("cancelled", "consent_refused"), "greeting:b": ("cancelled", "consent_refused"),
    }  # fmt: skip
    assert siti.consents.get(purpose="messages").channel == "message"


def test_rule_54_saying_stop_twice_is_one_answer_and_codes_still_come(mail, siti, noon):
    opting_out.stop(participant_id=siti.pk, way=opting_out.BY_LINK)
    opting_out.stop(participant_id=siti.pk, way=opting_out.BY_LINK)
    queue(kind="code", key="code:1", participant_id=siti.pk, secret="123456")
    greet(siti, "a")
    outbox.drain(now=noon)

    assert siti.consents.filter(purpose="messages").count() == 1
    assert mail.box.keys == ["code:1"]


def test_rule_56_the_same_key_twice_is_one_send_also_inside_another(mail, siti, noon):
    greet(siti, "a", "b")
    greet(siti, "a", "b")
    outbox.drain(now=noon)
    greet(siti, "a", "b")
    outbox.drain(now=noon)

    assert len(mail.box.letters) == 1
    assert Message.objects.count() == 2


# ---------------------------------------------------------------- what the office sees


def test_the_pages_of_joined_messages_lead_to_each_other(client_as, mail, siti, noon):
    greet(siti, "a", "b")
    outbox.drain(now=noon)
    carrier, part = Message.objects.order_by("key")
    client = client_as(member(Role.PROVINCE))

    assert f"/pesan/{part.uid}/" in client.get(f"/pesan/{carrier.uid}/").content.decode()
    inside = client.get(f"/pesan/{part.uid}/").content.decode()
    assert f"/pesan/{carrier.uid}/" in inside
    assert "Ikut di dalam pesan lain" in inside


def test_the_office_finds_who_could_not_be_told_in_its_work_list(client_as, mail, siti, noon):
    greet(siti, "a", expires_at=tomorrow_at(7))
    Message.objects.update(state="pending", reason="", city=siti.city_id, kecamatan=siti.kecamatan_id)
    outbox.drain(now=noon + timedelta(hours=10))

    page = client_as(member(Role.KECAMATAN, siti.kecamatan_id)).get("/dasbor/").content.decode()

    assert "1 pesan perlu Anda sampaikan lewat telepon" in page


def test_as_many_go_into_an_sms_as_three_parts_hold(siti, domain):
    domain.fresh = {"words": "x" * 150}
    known = kinds.get("greeting")
    kinds.register(replace(known, channels=(Channel.SMS,)))
    greet(siti, "a", "b", "c", channel=Channel.SMS)
    prepared, _refused = compose.prepare(list(Message.objects.order_by("key")))
    kinds.register(known)

    parcel = joining._parcel(prepared, Channel.SMS)

    assert [len(parcel.parts), len(parcel.lines)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_two_channels_that_drain_at_once_give_a_person_one_message_that_day(mail, whatsapp, siti, noon):
    known = kinds.get("greeting")
    kinds.register(replace(known, code="letter", channels=(Channel.EMAIL,)))
    kinds.register(replace(known, channels=(Channel.WHATSAPP,)))
    for n in range(5):
        person = ParticipantFactory(email=f"p{n}@example.org", phone=f"+62812345678{n}0")
        greet(person, f"w{n}", channel=Channel.WHATSAPP)
        queue(kind="letter", key=f"letter:{n}", participant_id=person.pk, channel=Channel.EMAIL)
    due_since_morning()

    def drain():
        try:
            outbox.drain(now=noon)
        finally:
            connection.close()

    threads = [threading.Thread(target=drain) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds.unregister("letter")

    sent = Message.objects.filter(state="sent").values_list("participant_id", flat=True)
    assert len(sent) == len(set(sent)) == 5
    assert Message.objects.filter(state="pending", reason="one_a_day").count() == 5


# ---------------------------------------------------------------- the real kinds


@pytest.mark.parametrize(
    "kind", [k for k in kinds.registered() if k.code in SAID_AS_LINES], ids=lambda k: k.code
)
def test_a_message_that_can_go_inside_another_has_one_short_line_in_both_languages(kind):
    details = {**kind.sample, **compose._dated(kind.sample)}
    lines = [
        compose.line_of(
            compose.Prepared(
                Message(key="x:1", kind=kind.code, language=code), kind, Person(name="Siti"), details
            )
        )
        for code in ("id", "en")
    ]

    assert lines[0] != lines[1]
    assert all(0 < len(line) <= 260 for line in lines)


def test_who_tells_a_line_is_known():
    folder = Path(settings.BASE_DIR) / "templates" / "messages"

    assert {path.parent.name for path in folder.glob("*/line.txt")} == SAID_AS_LINES


def test_the_calendar_of_the_trainings_says_which_days_are_holidays():
    HolidayFactory(day=date(2027, 3, 10), name="Idul Fitri")
    HolidayFactory(day=date(2027, 3, 12), name="Pilkada", area_id="31.73")

    found = quiet_days(date(2027, 3, 1), date(2027, 3, 31))

    assert found.holidays == {date(2027, 3, 10): "Idul Fitri"}
