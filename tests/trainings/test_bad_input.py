"""What cannot be, typed on the pages: words beside the field, how to mend it, and nothing typed is lost."""

from datetime import datetime
from html import unescape

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, ScanFactory, SessionFactory, TrainerFactory, VenueFactory, member
from tests.factories.trainings import day_at
from trainings.models import Activity, TrainingSession
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def camat(client_as):
    return client_as(member(Role.KECAMATAN, "31.73.07"))


@pytest.fixture
def session():
    return SessionFactory(
        starts_at=day_at(9, 9), capacity=10, trainer=TrainerFactory(name="Maya Anggraini"),
        venue=VenueFactory(name="Aula Palmerah"),
    )  # fmt: skip


def typed(session, **changes):
    return {
        "activity": session.activity_id,
        "kecamatan": session.kecamatan_id,
        "date": "2026-08-19",
        "start": "09:00",
        "end": "12:00",
        "venue": session.venue_id,
        "trainer": session.trainer_id or "",
        "capacity": "10",
    } | changes


def edit(client, session, **changes):
    answer = client.post(reverse("trainings:session_edit", args=[session.pk]), typed(session, **changes))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def unchanged(session):
    now = TrainingSession.objects.get(pk=session.pk)
    return (now.capacity, now.starts_at, now.trainer_id, now.state) == (
        session.capacity, session.starts_at, session.trainer_id, session.state,
    )  # fmt: skip


def test_seats_below_the_booked_are_refused_with_how_many_have_one(camat, session):
    for number in range(3):
        BookingFactory(session=session, queue_number=number + 1)

    page = edit(camat, session, capacity="2", end="11:30")

    assert "3 orang sudah punya kursi" in page
    assert 'value="2"' in page
    assert 'value="11:30"' in page
    assert unchanged(session)


def test_a_session_across_midnight_is_refused_beside_its_end(camat, session):
    page = edit(camat, session, start="20:00", end="01:00", capacity="9")

    assert "Sesi harus selesai di hari yang sama. Buat dua sesi." in page
    assert ('value="20:00"' in page, 'value="01:00"' in page, 'value="9"' in page) == (True, True, True)
    assert unchanged(session)


def test_a_trainer_without_the_subject_is_refused_with_how_to_mend_it(camat, session):
    session.trainer.subjects.set(Activity.objects.filter(pk="izin-keuangan"))

    page = edit(camat, session, capacity="8")

    assert "Maya Anggraini tidak mengajar" in page
    assert 'value="8"' in page
    assert unchanged(session)


def test_a_session_in_a_room_that_closes_is_refused_with_the_days(camat, session):
    session.venue.closures.create(first_day="2026-08-18", last_day="2026-08-20", reason="Banjir")

    page = edit(camat, session, capacity="8")

    assert "Aula Palmerah tutup" in page
    assert "Banjir" in page
    assert 'value="8"' in page


def test_a_session_that_was_held_is_not_cancelled_and_the_words_lead_to_its_list(camat):
    held = SessionFactory(starts_at=day_at(-3, 9), state="held")

    page = camat.post(
        reverse("trainings:cancel", args=[held.pk]), {"reason": "Salah"}, follow=True
    ).content.decode()

    assert "Sesi ini sudah diadakan dan daftarnya ditutup" in page
    assert unchanged(held)


def test_a_session_with_people_present_is_not_cancelled_and_the_reason_stays_typed(camat):
    begun = SessionFactory(starts_at=day_at(0, 8))
    ScanFactory(session=begun, participant=BookingFactory(session=begun).participant)

    page = camat.post(reverse("trainings:cancel", args=[begun.pk]), {"reason": "Listrik padam"})

    assert "tidak dibatalkan" in page.content.decode()
    assert "Listrik padam" in page.content.decode()
    assert unchanged(begun)


def test_a_session_is_not_postponed_to_an_earlier_day_and_the_reason_stays_typed(camat, session):
    sent = typed(session, date="2026-08-17") | {"why": "Aula terkena banjir"}

    page = camat.post(reverse("trainings:postpone", args=[session.pk]), sent).content.decode()

    assert "Aula terkena banjir" in page
    assert unchanged(session)
