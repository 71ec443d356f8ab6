"""Drafts and changes are released together; only those they concern are told, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from okoce.accounts.roles import Role
from okoce.notifications import compose
from okoce.notifications.models import Message
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, VenueFactory, member
from tests.factories.trainings import class_of
from trainings import services
from trainings.enums import BookingState, ChangeKind
from trainings.models import Release, ReleaseEntry, TrainingSession, Waiting
from trainings.refusals import BookingRefused, SessionRefused
from trainings.scheduling import JAKARTA
from trainings.services import releases
from trainings.services.sessions import plan_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 10, 8, 0, tzinfo=JAKARTA)


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def camat(office, client_as):
    client = client_as(office)
    client.cookies["bahasa"] = "en"
    return client


def at(day, hour):
    return datetime(2026, 8, day, hour, 0, tzinfo=JAKARTA)


def move(session, office, **changes):
    return services.change_session(
        session_id=session.pk, plan=replace(plan_of(session), **changes), by=office
    )


def released(sessions, office):
    return releases.release(sessions=[s.pk for s in sessions], by=office)


def told():
    return list(Message.objects.order_by("pk").values_list("kind", "participant_id"))


def test_two_changes_of_one_person_are_one_message(office):
    person = ParticipantFactory()
    first, second = (
        SessionFactory(starts_at=at(18, 9)),
        SessionFactory(starts_at=at(20, 9), activity_code="izin-keuangan"),
    )
    for session in (first, second):
        BookingFactory(session=session, participant=person)
    move(first, office, starts_at=at(19, 9), ends_at=at(19, 12))
    move(second, office, starts_at=at(21, 8), ends_at=at(21, 11))
    assert told() == []

    made = released([first, second], office)

    assert told() == [("session_changed", person.pk)]
    assert (made.told_count, made.entries.count()) == (1, 2)
    (prepared,), refused = compose.prepare(list(Message.objects.all()))
    assert refused == []
    assert prepared.details["starts_at"] == at(19, 9)
    assert [text.split(",")[0] for text in prepared.details["others"]] == ["Jumat 21 Agustus 2026"]


def test_only_those_concerned_are_told(office):
    moved, other = SessionFactory(starts_at=at(18, 9)), SessionFactory(starts_at=at(18, 9))
    seat = BookingFactory(session=moved)
    BookingFactory(session=moved, state=BookingState.DECLINED)
    BookingFactory(session=other)
    move(moved, office, venue=VenueFactory(capacity=100))

    released([moved, other], office)

    assert told() == [("session_changed", seat.participant_id)]


def test_pressing_twice_releases_once(office):
    session = SessionFactory(starts_at=at(18, 9))
    BookingFactory(session=session)
    move(session, office, starts_at=at(19, 9), ends_at=at(19, 12))

    assert released([session], office) is not None
    assert released([session], office) is None
    assert (Message.objects.count(), Release.objects.count()) == (1, 1)


def test_a_session_moved_back_before_the_release_is_no_change(office):
    session = SessionFactory(starts_at=at(18, 9))
    BookingFactory(session=session)
    move(session, office, starts_at=at(19, 9), ends_at=at(19, 12))
    session.refresh_from_db()

    move(session, office, starts_at=at(18, 9), ends_at=at(18, 12))

    session.refresh_from_db()
    assert (session.changed_at, session.released) == (None, {})
    assert released([session], office) is None


def test_a_change_of_trainer_is_in_the_log_and_tells_no_participant(office):
    session = SessionFactory(starts_at=at(18, 9))
    BookingFactory(session=session)
    move(session, office, trainer=None)

    made = released([session], office)

    assert told() == []
    assert list(made.entries.values_list("kind", "told_count")) == [(ChangeKind.CHANGED, 0)]


def test_the_change_log_says_what_was_and_what_is(camat, office):
    session = SessionFactory(starts_at=at(18, 9), venue__name="Aula Satu")
    BookingFactory(session=session)
    move(session, office, starts_at=at(19, 9), ends_at=at(19, 12), venue=VenueFactory(name="Aula Dua"))

    page = camat.get(reverse("trainings:release_pending"))

    (row,) = page.context["changes"]
    assert row["lines"] == [
        "Time: Tuesday 18 August 2026, 09:00-12:00, now Wednesday 19 August 2026, 09:00-12:00",
        "Venue: Aula Satu, now Aula Dua",
    ]
    assert "Release and tell 1 person" in page.content.decode()
    done = camat.post(reverse("trainings:release_pending"), follow=True)
    assert [row["lines"] for row in done.context["rows"]] == [row["lines"]]


def test_ticked_drafts_are_published_with_the_changes_and_unexplained_ones_are_not(camat):
    fine = SessionFactory(state="draft", starts_at=at(18, 9))
    left = SessionFactory(state="draft", starts_at=at(19, 9))
    on_sunday = SessionFactory(state="draft", starts_at=at(23, 9))

    camat.post(reverse("trainings:release_pending"), {"draf": [fine.pk, on_sunday.pk]})

    states = dict(TrainingSession.objects.values_list("pk", "state"))
    assert states == {fine.pk: "published", left.pk: "draft", on_sunday.pk: "draft"}
    assert list(ReleaseEntry.objects.values_list("session", "kind")) == [(fine.pk, ChangeKind.NEW)]


def test_an_office_releases_nothing_of_another_kecamatan(camat):
    other = SessionFactory(kecamatan_id="31.73.08", state="draft", starts_at=at(18, 9))

    camat.post(reverse("trainings:release_pending"), {"draf": [other.pk]})

    assert TrainingSession.objects.get(pk=other.pk).state == "draft"


# ---------------------------------------------------------------- postponed, called off


def test_postponing_tells_everybody_at_once_with_the_reason_and_they_keep_their_seats(camat):
    session = SessionFactory(starts_at=at(18, 9))
    seat = BookingFactory(session=session)

    response = camat.post(
        reverse("trainings:postpone", args=[session.pk]),
        {
            "date": "2026-08-25", "start": "09:00", "end": "12:00", "venue": session.venue_id,
            "trainer": session.trainer_id, "why": "Aula terkena banjir",
        },
    )  # fmt: skip

    assert response.url == session.get_absolute_url()
    seat.refresh_from_db()
    assert (seat.state, seat.during.lower) == (BookingState.INVITED, at(25, 9))
    (message,) = Message.objects.all()
    assert (message.kind, message.context["reason"]) == ("session_changed", "Aula terkena banjir")
    assert ReleaseEntry.objects.get().kind == ChangeKind.POSTPONED
    assert releases.untold(TrainingSession.objects.all(), now=NOW) == []


def test_postponing_to_an_earlier_day_is_refused_in_words(camat):
    session = SessionFactory(starts_at=at(18, 9))

    response = camat.post(
        reverse("trainings:postpone", args=[session.pk]),
        {
            "date": "2026-08-17", "start": "09:00", "end": "12:00", "venue": session.venue_id,
            "trainer": session.trainer_id, "why": "Lebih awal", "reason": "diminta peserta",
        },
    )  # fmt: skip

    assert response.context["form"].errors["date"] == [
        "Postponing needs a later day or time. To hold it earlier, move it."
    ]


def test_who_loses_a_place_by_a_cancellation_is_first_in_line_for_the_activity(office):
    session = SessionFactory(starts_at=at(18, 9))
    person = BookingFactory(session=session).participant
    SessionFactory(starts_at=at(25, 9))

    services.cancel(session_id=session.pk, reason="Aula terkena banjir", by=office)
    services.cancel(session_id=session.pk, reason="Aula terkena banjir", by=office)

    assert list(Waiting.objects.values_list("participant", "activity")) == [(person.pk, "dasar")]
    (message,) = Message.objects.filter(kind="session_cancelled")
    (prepared,), _refused = compose.prepare([message])
    assert [text.split(",")[0] for text in prepared.details["instead"]] == ["Selasa 25 Agustus 2026"]
    assert ReleaseEntry.objects.get().told_count == 1


def test_a_held_session_is_not_cancelled_and_the_page_says_why(camat):
    session = SessionFactory(state="held", starts_at=at(3, 9))

    page = camat.get(reverse("trainings:cancel", args=[session.pk]), follow=True)

    assert "This session was held and its list is closed, so it is not cancelled." in page.content.decode()
    with pytest.raises(BookingRefused, match="held"):
        services.cancel(session_id=session.pk, reason="x", by=None)


def test_a_class_is_published_and_called_off_with_all_its_days(office):
    days = class_of(3, starts_at=at(18, 9), state="draft", published_at=None)

    services.publish(session_id=days[0].pk, by=office)
    assert set(TrainingSession.objects.values_list("state", flat=True)) == {"published"}
    with pytest.raises(BookingRefused, match="day_of_class"):
        services.cancel(session_id=days[1].pk, reason="x", by=office)
    services.cancel(session_id=days[0].pk, reason="x", by=office)

    assert set(TrainingSession.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_release_is_never_rewritten(office):
    session = SessionFactory(starts_at=at(18, 9))
    move(session, office, capacity=50)
    made = released([session], office)

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE trainings_release SET told_count = 9 WHERE id = %s", [made.pk])


def test_a_draft_whose_time_has_come_is_refused_in_words(office):
    session = SessionFactory(state="draft", starts_at=NOW - timedelta(hours=1))

    with pytest.raises(SessionRefused, match="past"):
        services.publish(session_id=session.pk, by=office)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_with_one_row_and_with_three(camat, office, rows, django_assert_num_queries):
    for n in range(rows):
        session = SessionFactory(starts_at=at(18 + n, 9))
        BookingFactory(session=session)
        move(session, office, starts_at=at(18 + n, 10), ends_at=at(18 + n, 12))
    camat.get(reverse("trainings:release_pending"))

    with django_assert_num_queries(7):
        camat.get(reverse("trainings:release_pending"))
    for session in TrainingSession.objects.all():
        released([session], office)
    with django_assert_num_queries(5):
        camat.get(reverse("trainings:releases"))
