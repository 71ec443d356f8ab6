"""What people write to the portal: understood where it is plain, asked back where two could be meant, put in
the in-tray otherwise; repeated, shuffled, late and strange messages harm nothing.
"""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.cloud_api import envelope, written
from okoce.notifications import inbound, outbox, receipts, replies
from okoce.notifications.models import DeadNumber, Inbound, Message, WebhookCall
from okoce.notifications.services import queue
from participants.enums import Purpose
from participants.models import Consent
from participants.services import consents
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, WaitingFactory, member
from tests.factories.trainings import day_at
from trainings import messages as training_messages
from trainings.models import Booking

pytestmark = pytest.mark.django_db

SITI, BUDI = "+6281234567890", "+6281398765432"


@pytest.fixture(autouse=True)
def _connected(domain, whatsapp):
    """The gateway; nothing else leaves the house."""


@pytest.fixture
def call(client, whatsapp):
    """`call(entry, …)` tells the webhook of messages and lets the worker look at them."""

    def post(*entries, phone_id=None, signature=None, worked=True):
        more = {"phone_id": phone_id} if phone_id else {}
        whatsapp.wrote |= {f"+{one['from']}": time.time() for one in entries if isinstance(one, dict)}
        content = json.dumps(envelope(messages=entries, **more)).encode()
        answer = client.post(
            reverse("notifications:whatsapp"),
            content,
            content_type="application/json",
            headers={"X-Hub-Signature-256": signature or whatsapp.sign(content)},
        )
        if worked:
            receipts.work_through()
            inbound.work_through()
        return answer

    return post


@pytest.fixture
def session():
    return SessionFactory(starts_at=day_at(5, 9), capacity=1)


def invite(session, *, phone=SITI, name="Siti Rahmawati", **fields):
    """Somebody with a seat who was asked by WhatsApp and has the message."""
    person = fields.pop("person", None) or ParticipantFactory(full_name=name, phone=phone, **fields)
    booking = BookingFactory(session=session, participant=person, state="invited", answered_at=None)
    training_messages.queue_invitations(session, [booking], now=timezone.now())
    Message.objects.filter(participant_id=person.pk).update(due_at=timezone.now())
    outbox.drain()
    return booking


def state(booking):
    booking.refresh_from_db()
    return booking.state


def said(whatsapp, phone=SITI):
    """The free texts that went to a phone, the newest last."""
    outbox.drain()
    return [one.text for one in whatsapp.accepted if one.text and one.to == phone]


def newest():
    return Inbound.objects.order_by("-pk").first()


# ---------------------------------------------------------------- yes, no, another day


def test_yes_keeps_the_seat_and_says_so(call, session, whatsapp):
    booking = invite(session)

    call(written(SITI, "Ya bu"))

    assert state(booking) == "confirmed"
    assert (newest().state, newest().outcome, newest().participant_id) == (
        "understood",
        "confirmed",
        booking.participant_id,
    )
    (words,) = said(whatsapp)
    assert words.startswith("Terima kasih. Kursi Anda sudah dikonfirmasi")
    assert session.venue.name in words


def test_no_passes_the_seat_on_at_once_and_the_next_may_take_it(call, session, whatsapp):
    booking = invite(session)
    other = ParticipantFactory(full_name="Budi Santoso", phone=BUDI)
    WaitingFactory(participant=other, activity=session.activity, area_id=session.kecamatan_id)

    call(written(SITI, "gak bisa"))

    assert state(booking) == "declined"
    offer = Booking.objects.get(participant=other)
    assert (offer.state, offer.answer_by is not None) == ("invited", True)
    Message.objects.filter(kind="seat_offered").update(due_at=timezone.now())
    outbox.drain()
    assert [one.template for one in whatsapp.accepted if one.to == BUDI] == ["seat_offered"]

    call(written(BUDI, "siap"))
    assert state(offer) == "confirmed"
    assert "diberikan kepada peserta berikutnya" in said(whatsapp)[0]
    assert "dikonfirmasi" in said(whatsapp, BUDI)[0]


def test_another_day_is_a_link_that_moves_with_one_press(call, client, session, whatsapp):
    booking = invite(session)
    target = SessionFactory(starts_at=day_at(8, 9), capacity=5)

    call(written(SITI, "PINDAH"))

    assert state(booking) == "invited"
    (words,) = said(whatsapp)
    path = "/pelatihan/jawab/" + words.split("/pelatihan/jawab/")[1].split()[0]
    page = client.get(path)
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store, private")
    assert booking.participant.full_name not in page.content.decode()
    answer = client.post(path, {"ke": target.pk})
    again = client.post(path, {"ke": target.pk})
    assert (answer.status_code, again.status_code) == (302, 302)
    assert answer["Location"] == again["Location"]
    assert (state(booking), Booking.objects.get(session=target).state) == ("moved", "confirmed")


def test_another_day_without_a_free_seat_says_so_and_keeps_the_seat(call, session, whatsapp):
    booking = invite(session)
    call(written(SITI, "minta pindah jadwal"))

    assert state(booking) == "invited"
    assert "Kursi Anda tetap ada" in said(whatsapp)[0]


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "button", "button": {"text": "Ya", "payload": "ya"}},
        {"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "YA"}}},
        {"type": "text", "text": {"body": "👍🏽"}},
    ],
)  # fmt: skip
def test_buttons_and_a_thumb_are_answers_too(call, session, entry):
    booking = invite(session)
    call({**written(SITI, ""), **entry})

    assert state(booking) == "confirmed"


def test_a_quoted_question_is_answered_not_the_newest(call, session, whatsapp):
    person = ParticipantFactory(full_name="Siti Rahmawati", phone=SITI)
    first = invite(session, person=person)
    quoted = whatsapp.accepted[-1].wamid
    second = invite(SessionFactory(starts_at=day_at(6, 13), activity_code="izin-keuangan"), person=person)

    call(written(SITI, "tidak", answering=quoted))

    assert (state(first), state(second)) == ("declined", "invited")


# ---------------------------------------------------------------- rule 57 and bad input


def test_rule_57_a_repeated_message_answers_once(call, session, whatsapp):
    booking = invite(session)
    entry = written(SITI, "YA")
    call(entry)
    call(entry, entry)
    call(entry, written(SITI, "🙏"))

    assert (state(booking), Inbound.objects.count(), len(said(whatsapp))) == ("confirmed", 2, 1)


def test_rule_57_an_older_answer_that_comes_later_changes_nothing(call, session, whatsapp):
    booking = invite(session)
    now = time.time()
    call(written(SITI, "TIDAK", at=now))
    call(written(SITI, "YA", at=now - 60))

    assert (state(booking), newest().outcome, len(said(whatsapp))) == ("declined", "overtaken", 1)


def test_a_wrong_signature_leaves_nothing(call, session):
    booking = invite(session)
    answer = call(written(SITI, "TIDAK"), signature="sha256=" + "0" * 64)

    assert (answer.status_code, state(booking), Inbound.objects.count()) == (403, "invited", 0)


def test_an_answer_to_another_portfolio_is_noted_and_nothing_else(call, session):
    booking = invite(session)
    call(written(SITI, "TIDAK"), phone_id="999")

    assert (state(booking), Inbound.objects.count()) == ("invited", 0)
    assert WebhookCall.objects.get().problem == "not_ours"


def test_an_answer_from_the_future_counts_as_now(call, session):
    booking = invite(session)
    call(written(SITI, "YA", at=time.time() + 900_000))

    assert state(booking) == "confirmed"
    assert newest().at <= timezone.now()


def test_a_clock_set_back_makes_no_later_answer_an_earlier_one(call, session, time_machine):
    booking = invite(session)
    now = timezone.now()
    call(written(SITI, "YA", at=now.timestamp()))
    time_machine.move_to(now - timedelta(hours=1))

    call(written(SITI, "TIDAK", at=now.timestamp() + 60))

    assert (state(booking), newest().outcome) == ("declined", "passed_on")


def test_three_megabytes_are_taken_and_kept_short_and_more_is_refused(call, session):
    invite(session)
    assert call(written(SITI, "x" * (3 * 1024 * 1024 - 2000))).status_code == 200
    assert len(inbound.text_of(newest())) == inbound.LONGEST
    assert newest().state == "tray"
    assert call(written(SITI, "x" * (3 * 1024 * 1024 + 1))).status_code == 413
    assert Inbound.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"from": None},
        {"from": {"a": 1}},
        {"from": 62812},
        {"from": "٦٢"},
        {"id": None, "type": "text"},
        {"id": ["x"]},
        {"id": "\x00"},
        {"id": "\ud800"},
        {"type": 7},
        {"type": None},
        {"type": {"text": 1}},
        {"type": "reaction", "reaction": None},
        {"type": "interactive", "interactive": {"button_reply": "ya"}},
        {"text": "ya"},
        {"text": {"body": ["ya"]}},
        {"text": {"body": "halo \x00 \ud83d"}},
        {"context": "wamid.1"},
        {"context": {"id": "wamid.\x00"}},
        {"timestamp": "gestern"},
        {"timestamp": None},
        {"timestamp": "-62135596800"},
        {"timestamp": 10**30},
    ],
)
def test_strange_messages_do_not_stop_the_others(call, session, broken):
    booking = invite(session)
    call({**written(BUDI, "halo"), **broken}, None, "ya", written(SITI, "YA"))

    assert state(booking) == "confirmed"
    assert not WebhookCall.objects.exclude(problem="").exists()


def test_words_and_numbers_lie_sealed(call, session):
    invite(session)
    call(written(SITI, "Anak saya sakit, titip salam untuk Bu Lurah"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM notifications_inbound t")
        (row,) = cursor.fetchone()
    assert b"sakit".hex() not in row
    assert SITI.lstrip("+").encode().hex() not in row
    assert inbound.text_of(newest()).startswith("Anak saya sakit")


# ---------------------------------------------------------------- too late


def test_a_reply_to_yesterdays_question_is_told_so_and_changes_nothing(call, session, whatsapp, time_machine):
    booking = invite(session)
    quoted = whatsapp.accepted[-1].wamid
    time_machine.move_to(session.starts_at + timedelta(hours=5))
    whatsapp.wrote[SITI] = time.time()

    call(written(SITI, "TIDAK", answering=quoted))
    call(written(SITI, "ya"))

    assert state(booking) == "invited"
    assert [row.outcome for row in Inbound.objects.order_by("pk")] == ["session_over", "session_over"]


def test_after_the_deadline_of_an_offer_the_seat_is_gone_and_the_person_reads_it(call, session, whatsapp):
    booking = invite(session)
    other = ParticipantFactory(phone=BUDI)
    WaitingFactory(participant=other, activity=session.activity, area_id=session.kecamatan_id)
    Booking.objects.filter(pk=booking.pk).update(answer_by=timezone.now() - timedelta(minutes=1))

    call(written(SITI, "YA"))

    assert (state(booking), newest().outcome) == ("lapsed", "refused")
    assert Booking.objects.get(participant=other).state == "invited"
    assert said(whatsapp)[0].endswith("Tidak ada yang berubah.")


def test_an_answer_for_a_cancelled_session_changes_nothing(call, session, whatsapp):
    booking = invite(session)
    type(session).objects.filter(pk=session.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancel_reason="Banjir"
    )
    call(written(SITI, "YA"))

    assert (state(booking), newest().outcome) == ("invited", "session_cancelled")


def test_a_no_after_a_yes_gives_the_seat_back(call, session):
    booking = invite(session)
    call(written(SITI, "YA", at=time.time() - 30))
    call(written(SITI, "maaf tidak jadi"))

    assert state(booking) == "declined"


# ---------------------------------------------------------------- two people, two phones


def test_a_phone_of_two_people_is_asked_which_one_and_never_guessed(call, whatsapp):
    first = invite(SessionFactory(starts_at=day_at(5, 9)), name="Siti Rahmawati")
    second = invite(SessionFactory(starts_at=day_at(6, 9)), name="Budi Santoso")

    call(written(SITI, "YA", at=time.time() - 30))

    assert (state(first), state(second), newest().state) == ("invited", "invited", "asked")
    (words,) = said(whatsapp)
    assert "1. Budi: " in words
    assert "2. Siti: " in words
    assert "Rahmawati" not in words

    call(written(SITI, "2"))
    assert (state(first), state(second)) == ("confirmed", "invited")


@pytest.mark.parametrize("choice", ["keduanya", "1 dan 2", "Siti, Budi"])
def test_a_phone_of_two_people_may_answer_for_both(call, whatsapp, choice):
    first = invite(SessionFactory(starts_at=day_at(5, 9)), name="Siti Rahmawati")
    second = invite(SessionFactory(starts_at=day_at(6, 9)), name="Budi Santoso")
    call(written(SITI, "TIDAK", at=time.time() - 30))
    call(written(SITI, choice))

    assert (state(first), state(second)) == ("declined", "declined")
    assert "Budi: Terima kasih" in said(whatsapp)[-1]


def test_where_only_one_of_two_was_asked_the_answer_is_theirs(call, session):
    booking = invite(session)
    ParticipantFactory(full_name="Budi Santoso", phone=SITI)
    call(written(SITI, "YA"))

    assert state(booking) == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_answer_at_once_each_keep_their_own_seat(call, whatsapp):
    session = SessionFactory(starts_at=day_at(5, 9), capacity=2)
    first, second = invite(session), invite(session, phone=BUDI, name="Budi Santoso")
    for phone in (SITI, BUDI, SITI, BUDI):
        call(written(phone, "YA"), worked=False)

    def work():
        receipts.work_through()
        inbound.work_through()
        connection.close()

    workers = [threading.Thread(target=work) for _n in range(3)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    work()

    assert (state(first), state(second)) == ("confirmed", "confirmed")
    assert set(Inbound.objects.values_list("state", flat=True)) == {"understood"}
    assert Inbound.objects.count() == 4


# ---------------------------------------------------------------- the in-tray


def test_what_cannot_be_understood_goes_to_the_office_and_the_person_hears_so_once(call, session, whatsapp):
    booking = invite(session)
    call(written(SITI, "Bu, kalau telat sejam boleh?"))
    call(written(SITI, "soalnya antar anak dulu"))

    assert state(booking) == "invited"
    rows = Inbound.objects.values_list("state", "outcome", "kecamatan")
    assert set(rows) == {("tray", "unclear", booking.participant.kecamatan_id)}
    assert said(whatsapp) == [inbound.somebody_reads()]


@pytest.mark.parametrize("form", ["audio", "image", "location", "document", "sticker", "contacts"])
def test_voice_pictures_and_places_go_to_the_office_and_the_person_is_asked_to_write(
    call, session, whatsapp, form
):
    booking = invite(session)
    call({**written(SITI, ""), "type": form, form: {"id": "1"}})

    assert (state(booking), newest().state) == ("invited", "tray")
    assert said(whatsapp) == [inbound.please_write()]


def test_an_unknown_phone_is_kept_for_the_province_and_gets_no_answer(call, whatsapp):
    call(written("+628999000111", "YA"))

    row = newest()
    assert (row.state, row.outcome, row.city, row.kecamatan) == ("tray", "unknown_sender", "", "")
    assert said(whatsapp, "+628999000111") == []
    assert inbound.text_of(row) == "YA"


def test_a_yes_to_nothing_goes_to_the_office(call, whatsapp):
    ParticipantFactory(phone=SITI)
    call(written(SITI, "ok"))

    assert (newest().state, newest().outcome) == ("tray", "no_question")


def test_thanks_need_no_reading(call, whatsapp):
    ParticipantFactory(phone=SITI)
    call(written(SITI, "Terima kasih bu 🙏"))

    assert (newest().state, said(whatsapp)) == ("understood", [])


def test_a_fault_in_the_domain_loses_nothing(call, session, monkeypatch):
    booking = invite(session)
    monkeypatch.setattr("trainings.services.seats.confirm", lambda **_: 1 / 0)
    call(written(SITI, "YA"))

    assert (state(booking), newest().state, newest().outcome) == ("invited", "tray", "failed")


# ---------------------------------------------------------------- no more


@pytest.mark.parametrize("word", ["STOP", "berhenti", "Batal"])
def test_rule_54_stop_ends_messages_at_once_also_what_waits(call, session, whatsapp, word):
    booking = invite(session)
    person = booking.participant
    queue(kind="greeting", key=f"greeting:{person.pk}", participant_id=person.pk)

    call(written(SITI, word))

    assert Message.objects.get(kind="greeting").state == "cancelled"
    assert consents.may(person, Purpose.MESSAGES) is False
    assert state(booking) == "invited"
    assert "tidak menerima pesan dari kami lagi" in said(whatsapp)[0]
    queue(kind="greeting", key="greeting:again", participant_id=person.pk)
    outbox.drain()
    assert Message.objects.get(key="greeting:again").state == "cancelled"


def test_rule_54_stop_is_confirmed_once_and_kept_with_its_way(call, whatsapp):
    person = ParticipantFactory(phone=SITI)
    call(written(SITI, "STOP", at=time.time() - 5))
    call(written(SITI, "stop"))

    assert len(said(whatsapp)) == 1
    assert Consent.objects.get(participant=person).channel == "message"


def test_messages_come_back_only_after_the_text_was_read_and_agreed_to(call, whatsapp):
    person = ParticipantFactory(phone=SITI)
    for n, word in enumerate(("STOP", "MULAI", "ya", "SETUJU")):
        call(written(SITI, word, at=time.time() - 40 + n))
        if word == "ya":
            assert consents.may(person, Purpose.MESSAGES) is False

    assert consents.may(person, Purpose.MESSAGES) is True
    assert any("SETUJU" in words for words in said(whatsapp))


def test_stop_from_a_shared_phone_ends_it_for_all_who_have_it(call, whatsapp):
    people = [ParticipantFactory(phone=SITI) for _n in range(2)]
    call(written(SITI, "STOP"))

    assert [consents.may(person, Purpose.MESSAGES) for person in people] == [False, False]
    assert len(said(whatsapp)) == 1


# ---------------------------------------------------------------- our replies


def test_a_reply_goes_only_within_24_hours(call, whatsapp):
    person = ParticipantFactory(phone=SITI)
    call(written(SITI, "halo, mau tanya", at=time.time() - 25 * 3600))

    assert (newest().state, newest().participant_id) == ("tray", person.pk)
    assert replies.say(newest(), "Silakan.") is None
    assert Message.objects.filter(kind="whatsapp_reply").count() == 0


def test_a_reply_costs_nothing_of_the_days_new_people(call, session, whatsapp, settings):
    invite(session)
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    ParticipantFactory(full_name="Budi", phone=BUDI)
    call(written(BUDI, "jam berapa ya?"))

    assert said(whatsapp, BUDI) == [inbound.somebody_reads()]


# ---------------------------------------------------------------- numbers that do not work


def test_a_number_that_whatsapp_does_not_know_is_marked_and_later_messages_go_another_way(call, whatsapp):
    person = ParticipantFactory(full_name="Siti", phone=SITI, email="siti@example.org")
    whatsapp.misbehave = lambda body: (400, {"error": {"code": 131026}})
    queue(kind="greeting", key="greeting:1", participant_id=person.pk)
    outbox.drain()
    assert DeadNumber.objects.get().reason == "whatsapp:131026"

    assert queue(kind="greeting", key="greeting:2", participant_id=person.pk).channel != "whatsapp"
    person.set_phone(BUDI) if hasattr(person, "set_phone") else setattr(person, "phone", BUDI)
    person.save()
    assert queue(kind="greeting", key="greeting:3", participant_id=person.pk).channel == "whatsapp"


def test_the_mark_is_gone_when_somebody_writes_from_the_number(call, whatsapp):
    from okoce.notifications import numbers

    ParticipantFactory(phone=SITI)
    numbers.is_dead([SITI])
    call(written(SITI, "halo"))

    assert DeadNumber.objects.count() == 0


def test_dead_numbers_are_a_task_of_the_office_until_the_number_is_mended(client_as):
    from okoce.dashboard.work.messages import dead_numbers
    from okoce.notifications import numbers

    person = ParticipantFactory(full_name="Siti Rahmawati", phone=SITI)
    ParticipantFactory(full_name="Budi Santoso", phone=BUDI)
    numbers.is_dead([SITI])
    camat = member(Role.KECAMATAN, "31.73.07")
    (work,) = dead_numbers(camat, timezone.now())
    page = client_as(camat).get(work.url).content.decode()
    assert "Siti Rahmawati" in page
    assert "Budi Santoso" not in page
    assert list(dead_numbers(member(Role.KECAMATAN, "31.73.08"), timezone.now())) == []

    type(person).objects.filter(pk=person.pk).update(
        phone_lookup=numbers.directory.index_of("+6281200000009")
    )
    assert list(dead_numbers(camat, timezone.now())) == []


def test_a_failed_receipt_for_a_dead_number_marks_it_and_an_arrival_unmarks_it(client, whatsapp):
    def tell(status, **more):
        told = {"id": "wamid.1", "status": status, "timestamp": "1", "recipient_id": SITI[1:], **more}
        content = json.dumps(envelope(statuses=[told])).encode()
        client.post(
            reverse("notifications:whatsapp"),
            content,
            content_type="application/json",
            headers={"X-Hub-Signature-256": whatsapp.sign(content)},
        )
        receipts.work_through()

    tell("failed", errors=[{"code": 131026}])
    assert DeadNumber.objects.count() == 1
    tell("delivered")
    assert DeadNumber.objects.count() == 0
