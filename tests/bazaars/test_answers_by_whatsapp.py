"""What vendors write to the portal's number about stalls, calls and sales: over the webhook, as it comes."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bazaars.enums import AllocationState, ReleaseKind
from bazaars.messages import STALL_GIVEN, STALL_OFFERED
from bazaars.models import Allocation, Application, SalesReport
from bazaars.sales_messages import SALES_ASKED, ask_for_sales
from bazaars.services import calling, cancelling, confirming, releasing
from okoce.embedded.cloud_api import CloudApiServer, envelope, written
from okoce.notifications import inbound, outbox, receipts, replies
from okoce.notifications.models import Inbound, Message, Reply
from participants.enums import Purpose
from participants.models import Participant
from participants.services import consents
from tests.bazaars.test_after_the_draw import held_by, reserve
from tests.bazaars.test_call_messages import answered
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import (
    KPKP,
    BazaarFactory,
    drawn_site,
    held_site,
    in_days,
    open_site,
    sold,
    vendor,
)
from tests.factories.trainings import day_at
from tests.okoce.notifications.conftest import connect
from trainings import messages as training_messages

pytestmark = pytest.mark.django_db

SITI, BUDI, TONO = "+6281234567890", "+6281398765432", "+6281511112222"


@pytest.fixture(autouse=True)
def whatsapp(settings, monkeypatch):
    """The gateway; nothing else leaves the house."""
    monkeypatch.setattr("okoce.notifications.wake._quiet_until", float("inf"))
    server = CloudApiServer().start()
    connect(settings, server)
    yield server.api
    server.stop()


@pytest.fixture
def call(client, whatsapp):
    """`call(entry, …)` tells the webhook of messages and lets the worker look at them."""

    def post(*entries, signature=None, worked=True):
        whatsapp.wrote |= {f"+{one['from']}": time.time() for one in entries}
        content = json.dumps(envelope(messages=entries)).encode()
        answer = client.post(
            reverse("notifications:whatsapp"),
            content,
            content_type="application/json",
            headers={"X-Hub-Signature-256": signature or whatsapp.sign(content)},
        )
        if worked:
            work()
        return answer

    return post


def work() -> None:
    receipts.work_through()
    inbound.work_through()


@pytest.fixture
def drawn():
    """Three stalls, five applicants: two reserves."""
    return drawn_site(5)


def owns(allocation_or_application, phone, name="") -> None:
    """The vendor has this phone."""
    person = allocation_or_application.participant
    person.phone = phone
    if name:
        person.full_name = name
    person.save()


def sends() -> None:
    """Whatever waits goes out."""
    Message.objects.filter(state="pending").update(due_at=timezone.now())
    outbox.drain()


def asked(site, number=0, *, phone=SITI, name="Siti Rahmawati") -> Allocation:
    """The n-th of those chosen was told of the stall by WhatsApp."""
    allocation = held_by(site, number)
    owns(allocation, phone, name)
    sends()
    assert Message.objects.get(kind=STALL_GIVEN, participant_id=allocation.participant_id).state == "sent"
    return allocation


def waiting(site, number=0, *, phone=BUDI, name="Budi Santoso") -> Application:
    """The n-th of the reserve list."""
    application = Application.objects.get(public_id=reserve(site, number))
    owns(application, phone, name)
    return application


def state(allocation) -> str:
    allocation.refresh_from_db()
    return allocation.state


def said(whatsapp, phone=SITI) -> list[str]:
    """The free texts that went to a phone, the newest last."""
    outbox.drain()
    return [one.text for one in whatsapp.accepted if one.text and one.to == phone]


def replied() -> str:
    """What we say last: with a clock that was moved nothing goes out, which happens by the database's."""
    return replies.words_of(Reply.objects.order_by("pk").last())


def templates(whatsapp, phone) -> list[str]:
    return [one.template for one in whatsapp.accepted if one.template and one.to == phone]


def newest() -> Inbound:
    return Inbound.objects.order_by("-pk").first()


# ---------------------------------------------------------------- yes, no, another day


@pytest.mark.parametrize("word", ["YA", "iya bu, siap", "👍🏽"])
def test_yes_keeps_the_stall_and_says_so(call, drawn, whatsapp, word):
    allocation = asked(drawn)

    call(written(SITI, word))

    assert (state(allocation), newest().outcome) == (AllocationState.CONFIRMED, "confirmed")
    (words,) = said(whatsapp)
    assert allocation.stall.number in words
    assert drawn.bazaar.name in words


def test_no_releases_the_stall_and_offers_it_to_the_next_reserve_who_takes_it_by_yes(call, drawn, whatsapp):
    allocation, budi = asked(drawn), waiting(drawn)

    call(written(SITI, "maaf tidak bisa"))

    assert (state(allocation), allocation.release_kind) == (AllocationState.RELEASED, ReleaseKind.DECLINED)
    offer = Allocation.objects.get(application=budi)
    assert (offer.state, offer.replaces_id) == (AllocationState.OFFERED, allocation.pk)
    sends()
    assert templates(whatsapp, BUDI) == [STALL_OFFERED]

    call(written(BUDI, "siap"))

    assert state(offer) == AllocationState.CONFIRMED
    assert "tidak mengurangi giliran" in said(whatsapp)[0] or "giliran" in said(whatsapp)[0]
    assert offer.stall.number in said(whatsapp, BUDI)[0]


def test_another_day_is_not_possible_and_the_answer_says_where_to_keep_or_give_back(
    call, client, drawn, whatsapp
):
    allocation = asked(drawn)

    call(written(SITI, "minta pindah hari"))

    (words,) = said(whatsapp)
    path = "/bazar/jawab/" + words.split("/bazar/jawab/")[1].split()[0]
    assert (state(allocation), newest().outcome) == (AllocationState.ALLOCATED, "link_to_answer")
    assert client.get(path).status_code == 200


def test_free_text_goes_to_the_office_and_the_stall_stays(call, drawn, whatsapp):
    allocation = asked(drawn)

    call(written(SITI, "Bu, kalau anak saya yang jaga stan boleh?"))

    assert (state(allocation), newest().state) == (AllocationState.ALLOCATED, "tray")
    assert said(whatsapp) == [inbound.somebody_reads()]
    assert [q.kind for q in inbound.open_questions([allocation.participant_id], now=timezone.now())] == [
        STALL_GIVEN
    ]


def test_rule_54_stop_ends_the_messages_and_leaves_the_stall(call, drawn, whatsapp):
    allocation = asked(drawn)

    call(written(SITI, "STOP"))

    assert consents.may(allocation.participant, Purpose.MESSAGES) is False
    assert state(allocation) == AllocationState.ALLOCATED
    assert "tidak menerima pesan dari kami lagi" in said(whatsapp)[0]


def test_a_no_after_a_yes_gives_the_stall_back(call, drawn):
    allocation, budi = asked(drawn), waiting(drawn)
    call(written(SITI, "YA", at=time.time() - 30))
    call(written(SITI, "maaf tidak jadi"))

    assert (state(allocation), allocation.release_kind) == (
        AllocationState.RELEASED,
        ReleaseKind.GIVEN_BACK,
    )
    assert Allocation.objects.get(application=budi).state == AllocationState.OFFERED


def test_a_yes_after_a_no_is_told_that_the_stall_is_gone(call, drawn, whatsapp):
    allocation = asked(drawn)
    call(written(SITI, "TIDAK", at=time.time() - 30))
    call(written(SITI, "eh YA"))
    call(written(SITI, "ya"))

    assert state(allocation) == AllocationState.RELEASED
    assert Allocation.objects.of_site(drawn).filter(state=AllocationState.OFFERED).count() == 1
    assert said(whatsapp)[-1].endswith("Tidak ada yang berubah.")


def test_a_second_no_says_that_there_is_no_stall_and_asks_nobody_more(call, drawn, whatsapp):
    allocation = asked(drawn)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    call(written(SITI, "TIDAK", at=time.time() - 30))
    call(written(SITI, "tidak", answering=quoted))

    assert newest().outcome == "stall_gone"
    assert Message.objects.filter(kind=STALL_OFFERED).count() == 1


# ---------------------------------------------------------------- late and repeated


def test_a_reply_to_yesterdays_question_is_told_so_and_changes_nothing(call, drawn, time_machine):
    allocation = asked(drawn)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    confirming.confirm(allocation_id=allocation.pk, by=None, now=timezone.now())
    time_machine.move_to(drawn.bazaar.begins_at + timedelta(hours=25))

    call(written(SITI, "TIDAK", answering=quoted))

    assert (state(allocation), newest().outcome) == (AllocationState.CONFIRMED, "refused")
    assert replied().endswith("Tidak ada yang berubah.")


def test_a_late_yes_after_the_stall_went_to_the_reserve_keeps_it_with_the_reserve(call, drawn, time_machine):
    allocation = asked(drawn)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    time_machine.move_to(drawn.confirm_by + timedelta(minutes=5))
    releasing.settle(drawn.pk, now=timezone.now())
    assert state(allocation) == AllocationState.RELEASED

    call(written(SITI, "YA", answering=quoted))

    assert state(allocation) == AllocationState.RELEASED
    assert newest().outcome in ("stall_gone", "refused")
    assert "Tidak ada yang berubah." in replied()


def test_a_yes_that_comes_late_before_the_clock_passed_the_stall_on_passes_it_on(call, drawn, time_machine):
    allocation = asked(drawn)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    time_machine.move_to(drawn.confirm_by + timedelta(minutes=5))

    call(written(SITI, "YA", answering=quoted))

    assert (state(allocation), allocation.release_kind) == (AllocationState.RELEASED, ReleaseKind.LAPSED)
    assert "Tidak ada yang berubah." in replied()


def test_a_late_yes_still_holds_where_nobody_waits(call, time_machine):
    site = drawn_site(3)
    allocation = asked(site)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    time_machine.move_to(site.confirm_by + timedelta(minutes=5))

    call(written(SITI, "YA", answering=quoted))

    assert (state(allocation), newest().outcome) == (AllocationState.CONFIRMED, "confirmed")


def test_rule_57_a_repeated_webhook_answers_once(call, drawn, whatsapp):
    allocation = asked(drawn)
    entry = written(SITI, "TIDAK")
    call(entry)
    call(entry, entry)
    call(entry)

    assert (state(allocation), Inbound.objects.count(), len(said(whatsapp))) == (
        AllocationState.RELEASED,
        1,
        1,
    )
    assert Message.objects.filter(kind=STALL_OFFERED).count() == 1


def test_rule_57_an_older_answer_that_comes_later_changes_nothing(call, drawn, whatsapp):
    allocation = asked(drawn)
    call(written(SITI, "YA", at=time.time()))
    call(written(SITI, "TIDAK", at=time.time() - 60))

    assert (state(allocation), newest().outcome) == (AllocationState.CONFIRMED, "overtaken")


def test_rule_57_a_wrong_signature_leaves_the_stall(call, drawn):
    allocation = asked(drawn)
    answer = call(written(SITI, "TIDAK"), signature="sha256=" + "0" * 64)

    assert (answer.status_code, state(allocation), Inbound.objects.count()) == (
        403,
        AllocationState.ALLOCATED,
        0,
    )


def test_an_answer_about_a_cancelled_bazaar_changes_nothing_and_says_so(call, drawn, whatsapp, sudin):
    allocation = asked(drawn)
    quoted = Message.objects.get(participant_id=allocation.participant_id, kind=STALL_GIVEN).provider_id
    cancelling.cancel_site(site_id=drawn.pk, reason="Banjir", by=sudin, now=timezone.now())

    call(written(SITI, "YA", answering=quoted))

    assert (state(allocation), newest().outcome) == (AllocationState.RELEASED, "bazaar_cancelled")
    assert "dibatalkan" in said(whatsapp)[-1]


# ---------------------------------------------------------------- two vendors, two phones


def test_a_phone_of_two_vendors_is_asked_which_one_and_never_guessed(call, drawn, whatsapp):
    first, second = asked(drawn), asked(drawn, 1, name="Budi Santoso")

    call(written(SITI, "TIDAK", at=time.time() - 30))

    assert (state(first), state(second)) == (AllocationState.ALLOCATED, AllocationState.ALLOCATED)
    (words,) = said(whatsapp)
    assert "1. Budi: " in words
    assert "2. Siti: " in words
    assert "Rahmawati" not in words

    call(written(SITI, "1"))

    assert (state(first), state(second)) == (AllocationState.ALLOCATED, AllocationState.RELEASED)


def test_a_phone_of_two_vendors_may_answer_for_both(call, drawn):
    first, second = asked(drawn), asked(drawn, 1, name="Budi Santoso")
    call(written(SITI, "YA", at=time.time() - 30))
    call(written(SITI, "keduanya"))

    assert (state(first), state(second)) == (AllocationState.CONFIRMED, AllocationState.CONFIRMED)


def test_a_phone_of_a_vendor_and_a_participant_of_a_training_is_asked_which_one(call, drawn, whatsapp):
    allocation = asked(drawn)
    booking = BookingFactory(
        session=SessionFactory(starts_at=day_at(5, 9)),
        participant=ParticipantFactory(full_name="Budi Santoso", phone=SITI),
        state="invited",
        answered_at=None,
    )
    training_messages.queue_invitations(booking.session, [booking], now=timezone.now())
    sends()

    call(written(SITI, "TIDAK", at=time.time() - 30))
    call(written(SITI, "Siti"))

    booking.refresh_from_db()
    assert (state(allocation), booking.state) == (AllocationState.RELEASED, "invited")


def _at_once(count: int) -> None:
    """Several workers look at what has arrived."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _n in range(count)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    work()


@pytest.mark.django_db(transaction=True)
def test_two_noes_at_once_offer_each_stall_to_another_reserve_and_once(call, whatsapp):
    site = drawn_site(5)
    first, second = asked(site), asked(site, 1, phone=BUDI, name="Budi Santoso")
    for phone in (SITI, BUDI, SITI, BUDI):
        call(written(phone, "TIDAK"), worked=False)

    _at_once(3)

    assert (state(first), state(second)) == (AllocationState.RELEASED, AllocationState.RELEASED)
    offers = Allocation.objects.of_site(site).filter(state=AllocationState.OFFERED)
    assert set(offers.values_list("application__public_id", flat=True)) == {
        reserve(site, 0),
        reserve(site, 1),
    }
    assert set(offers.values_list("replaces", flat=True)) == {first.pk, second.pk}
    assert Message.objects.filter(kind=STALL_OFFERED).count() == 2
    assert set(Inbound.objects.values_list("state", flat=True)) == {"understood"}


@pytest.mark.django_db(transaction=True)
def test_two_noes_at_once_with_one_reserve_left_make_one_offer(call, whatsapp):
    site = drawn_site(4)
    first, second = asked(site), asked(site, 1, phone=BUDI, name="Budi Santoso")
    for phone in (SITI, BUDI):
        call(written(phone, "TIDAK"), worked=False)

    _at_once(2)

    assert (state(first), state(second)) == (AllocationState.RELEASED, AllocationState.RELEASED)
    assert Message.objects.filter(kind=STALL_OFFERED).count() == 1


# ---------------------------------------------------------------- calls and sales


def told_of_a_call(phone=SITI, name="Siti Rahmawati") -> tuple[Participant, Message]:
    site = open_site()
    person = answered(vendor(KPKP, phone=phone, full_name=name), is_given=True)
    calling.tell(site, by=member("sudin", JAKARTA_BARAT), now=timezone.now())
    sends()
    return person, Message.objects.get(kind=calling.BAZAAR_CALL)


def test_a_yes_to_a_call_is_answered_with_the_page_to_apply(call, whatsapp):
    _person, message = told_of_a_call()
    assert message.state == "sent"

    call(written(SITI, "ya mau ikut"))

    assert (newest().state, newest().outcome) == ("understood", "link_to_apply")
    assert "/bazar/daftar/" in said(whatsapp)[0]
    assert Application.objects.count() == 0


def test_a_no_to_a_call_needs_nobody_to_read_it(call, whatsapp):
    told_of_a_call()
    call(written(SITI, "tidak"))

    assert (newest().state, newest().outcome) == ("understood", "not_interested")
    assert len(said(whatsapp)) == 1


def test_rule_54_stop_after_a_call_ends_all_messages(call, whatsapp):
    person, _message = told_of_a_call()
    call(written(SITI, "berhenti"))

    assert consents.may(person, Purpose.MESSAGES) is False


def test_an_answer_goes_to_the_stall_that_was_asked_about_not_to_a_newer_call(call, drawn, whatsapp):
    """A call needs no answer: TIDAK would otherwise be taken for it and the stall would stay empty."""
    allocation = asked(drawn)
    answered(allocation.participant, is_given=True)
    site = open_site(bazaar=BazaarFactory(starts_on=in_days(60)))
    calling.tell(site, by=member("sudin", JAKARTA_BARAT), now=timezone.now())
    sends()
    assert Message.objects.get(kind=calling.BAZAAR_CALL).state == "sent"

    call(written(SITI, "TIDAK"))

    assert state(allocation) == AllocationState.RELEASED


@pytest.fixture
def asked_for_sales():
    """A vendor whose bazaar closed for its first day and who was asked what was sold."""
    site = held_site(1, begins_in=-1)
    allocation = Allocation.objects.of_site(site).get()
    owns(allocation, SITI, "Siti Rahmawati")
    ask_for_sales(now=timezone.now())
    sends()
    assert Message.objects.get(kind=SALES_ASKED).state == "sent"
    return allocation


@pytest.mark.parametrize("word", ["ya", "tidak", "pindah jadwal"])
def test_one_word_to_the_question_about_sales_is_answered_with_the_link(
    call, client, asked_for_sales, whatsapp, word
):
    call(written(SITI, word))

    (words,) = said(whatsapp)
    path = "/bazar/jual/" + words.split("/bazar/jual/")[1].split()[0]
    assert (newest().state, newest().outcome) == ("understood", "link_to_report")
    assert client.get(path).status_code == 200
    assert SalesReport.objects.count() == 0


def test_an_amount_written_to_the_question_about_sales_is_read_by_the_office(call, asked_for_sales, whatsapp):
    call(written(SITI, "dapat 450 ribu bu"))

    assert (newest().state, SalesReport.objects.count()) == ("tray", 0)
    assert said(whatsapp) == [inbound.somebody_reads()]


def test_a_word_after_the_sales_were_reported_says_so(call, asked_for_sales, whatsapp):
    quoted = Message.objects.get(kind=SALES_ASKED).provider_id
    for day in (0, 1):
        sold(asked_for_sales, asked_for_sales.days.lower + timedelta(days=day))

    call(written(SITI, "ya sudah", answering=quoted))
    call(written(SITI, "ya", answering=quoted))

    assert newest().outcome == "sales_reported"
    assert "sudah dilaporkan" in said(whatsapp)[-1]


def test_rule_54_stop_after_the_question_about_sales_leaves_the_report_open(call, asked_for_sales):
    call(written(SITI, "STOP"))

    assert consents.may(asked_for_sales.participant, Purpose.MESSAGES) is False
    assert state(asked_for_sales) == AllocationState.ALLOCATED
