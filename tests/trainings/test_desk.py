"""The desk of a session: who was reached how, who answered what, who must be called."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications.models import DeadNumber, Inbound, Message
from tests.factories import ParticipantFactory, member
from tests.factories.accounts import KEMBANGAN, PALMERAH
from tests.factories.trainings import BookingFactory, SessionFactory, day_at
from trainings.enums import BookingState
from trainings.messages import CAUSE, CHANGED, INVITATION
from trainings.models import Booking
from trainings.views.desk import answer_of, desk_of

pytestmark = pytest.mark.django_db

QUERIES = 11


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, PALMERAH)


@pytest.fixture
def near(monkeypatch):
    """Tomorrow is near, whatever the hour."""
    monkeypatch.setattr("okoce.notifications.desk.CALL_BEFORE", timedelta(hours=40))


def invited(session, *, state=BookingState.INVITED, **person):
    return BookingFactory(session=session, participant=ParticipantFactory(**person), state=state)


def tell(booking, *, channel="whatsapp", state="sent", receipt="", kind=INVITATION, **fields):
    return Message.objects.create(
        key=f"tes:{Message.objects.count()}", kind=kind, channel=channel, state=state, receipt=receipt,
        participant_id=booking.participant_id, cause_type=CAUSE, cause_id=booking.session_id,
        city="31.73", kecamatan=PALMERAH, due_at=timezone.now(),
        finished_at=timezone.now() if state in ("sent", "dead") else None, **fields,
    )  # fmt: skip


def judged(session, *, hours: int):
    """The people of the desk so many hours before the session begins."""
    now = session.starts_at - timedelta(hours=hours)
    return desk_of(session).judged(Booking.objects.filter(session=session), now=now)


def why(session, *, hours: int) -> dict[int, str]:
    """{person: why they must be called}, of those who must."""
    return {
        pk: code for pk, code in judged(session, hours=hours).values_list("participant_id", "why") if code
    }


def test_who_was_not_reached_a_day_before_is_called():
    session = SessionFactory()
    reached, on_its_way, nothing = invited(session), invited(session), invited(session)
    tell(reached, receipt="read")
    tell(on_its_way, receipt="sent")

    assert why(session, hours=20)[on_its_way.participant_id] == "not_delivered"
    assert why(session, hours=20)[nothing.participant_id] == "not_delivered"
    assert why(session, hours=20)[reached.participant_id] == "no_answer"


def test_nobody_is_called_while_there_is_time():
    session = SessionFactory()
    invited(session)

    assert why(session, hours=72) == {}


def test_who_has_said_yes_is_not_called():
    session = SessionFactory()
    invited(session, state=BookingState.CONFIRMED)
    invited(session, state=BookingState.DECLINED)

    assert why(session, hours=20) == {}


def test_who_has_said_yes_is_called_when_the_change_did_not_arrive():
    session = SessionFactory()
    told, untold = (invited(session, state=BookingState.CONFIRMED) for _n in range(2))
    tell(told, kind=CHANGED, receipt="delivered")
    tell(untold, kind=CHANGED, state="dead")

    assert why(session, hours=20) == {untold.participant_id: "untold"}


def test_no_channel_and_a_dead_number_are_called_early():
    session = SessionFactory()
    silent, dead, with_email = invited(session, phone="", email=""), invited(session), invited(session)
    for booking in (dead, with_email):
        DeadNumber.objects.create(
            phone_lookup=booking.participant.phone_lookup, since=timezone.now(), reason="whatsapp:131026"
        )
    type(with_email.participant).objects.filter(pk=with_email.participant_id).update(email="a@example.org")

    assert why(session, hours=72) == {silent.participant_id: "no_way", dead.participant_id: "dead_number"}


def test_a_deadline_that_is_near_is_a_reason_to_call():
    session = SessionFactory()
    soon, far = invited(session), invited(session)
    then = session.starts_at - timedelta(hours=72)
    Booking.objects.filter(pk=soon.pk).update(answer_by=then + timedelta(hours=3))
    Booking.objects.filter(pk=far.pk).update(answer_by=then + timedelta(hours=30))

    assert why(session, hours=72) == {soon.participant_id: "no_answer"}


def test_nobody_is_called_to_what_is_off_or_over():
    over, off = SessionFactory(), SessionFactory(state="cancelled")
    invited(over)
    invited(off)

    assert (why(over, hours=-5), why(off, hours=20)) == ({}, {})


def test_an_email_that_was_sent_counts_as_reached():
    session = SessionFactory()
    booking = invited(session)
    tell(booking, channel="email")

    figures = desk_of(session).figures(judged(session, hours=72))
    assert (figures["reached"], figures["total"], figures["silent"]) == (1, 1, 1)


def test_what_somebody_wrote_waits_for_a_reader():
    session = SessionFactory()
    booking = invited(session)
    Inbound.objects.create(
        provider_id="wamid.1",
        at=timezone.now(),
        form="text",
        state="tray",
        participant_id=booking.participant_id,
    )

    assert judged(session, hours=72).get().in_tray is True


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_equally_often(client_as, camat, count, django_assert_num_queries):
    session = SessionFactory()
    for n in range(count):
        tell(invited(session), receipt=["read", "delivered", "failed"][n])
    client = client_as(camat)
    client.get(reverse("trainings:desk", args=[session.pk]))

    with django_assert_num_queries(QUERIES):
        client.get(reverse("trainings:desk", args=[session.pk]))


def test_the_page_shows_channel_receipt_answer_and_whom_to_call(client_as, camat, near):
    session = SessionFactory()
    tell(invited(session, full_name="Siti Aminah", state=BookingState.CONFIRMED), receipt="read")
    tell(invited(session, full_name="Budi Santoso"), state="dead", reason="whatsapp:131026")
    client = client_as(camat)

    everybody = client.get(reverse("trainings:desk", args=[session.pk])).content.decode()
    to_call = client.get(reverse("trainings:desk", args=[session.pk]), {"tampil": "panggil"}).content.decode()

    assert "Siti Aminah" in everybody
    assert "Budi Santoso" in everybody
    assert "Siti Aminah" not in to_call
    assert "Budi Santoso" in to_call


def test_another_kecamatan_finds_nothing(client_as):
    session = SessionFactory()

    other = client_as(member(Role.KECAMATAN, KEMBANGAN))
    assert other.get(reverse("trainings:desk", args=[session.pk])).status_code == 404


def test_the_file_holds_everybody_without_a_phone_number_and_is_recorded(client_as, camat):
    session = SessionFactory()
    booking = invited(session, full_name="Siti Aminah")
    tell(booking, receipt="read")

    answer = client_as(camat).post(reverse("trainings:desk_file", args=[session.pk]))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)

    assert len(rows) == 2
    assert "Siti Aminah" in rows[1]
    assert booking.participant.phone not in str(rows)
    assert AuditEvent.objects.filter(action="notifications.desk.exported").count() == 1


def test_the_answer_says_until_when_it_is_asked():
    booking = invited(SessionFactory())
    booking.answer_by = timezone.now() + timedelta(hours=3)

    label, tone = answer_of(booking)

    assert "," in label
    assert tone


def test_the_desk_can_be_printed_and_the_paper_says_what_is_on_it(client_as, camat):
    session = SessionFactory(starts_at=day_at(5, 9))
    for _ in range(2):
        invited(session)

    page = client_as(camat).get(reverse("trainings:desk", args=[session.pk])).content.decode()

    assert "data-print" in page
    assert "Semua: 2 dari 2 orang. Dicetak" in " ".join(page.split())
