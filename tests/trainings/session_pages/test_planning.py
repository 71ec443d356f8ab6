"""A session is planned and changed in one form."""

from datetime import datetime

import pytest
from django.urls import reverse

from okoce.notifications.models import Message
from tests.factories import (
    BookingFactory,
    SessionFactory,
    TrainerFactory,
    VenueFactory,
    WaitingFactory,
)
from tests.factories.trainings import tomorrow_at
from tests.trainings.session_pages.desk import errors, plan, url
from trainings.models import Trainer, TrainingSession, Venue
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db


def test_the_camat_office_plans_a_session_for_its_own_kecamatan(camat, office):
    given = plan()

    response = camat.post(reverse("trainings:session_create"), given)

    session = TrainingSession.objects.get()
    assert response.url == session.get_absolute_url()
    assert (session.state, session.kecamatan_id, session.capacity, session.created_by) == (
        "draft",
        "31.73.07",
        100,
        office,
    )
    assert session.starts_at == datetime(2026, 8, 19, 9, 0, tzinfo=JAKARTA)


def test_a_session_has_as_many_seats_as_a_small_room_holds_when_none_are_written(camat):
    camat.post(reverse("trainings:session_create"), plan(venue=VenueFactory(capacity=40)))

    assert TrainingSession.objects.get().capacity == 40


def test_the_form_proposes_nine_to_twelve_and_a_day_with_notice(camat):
    form = camat.get(reverse("trainings:session_create")).context["form"]

    assert [str(form[name].value()) for name in ("start", "end", "date")] == [
        "09:00:00",
        "12:00:00",
        "2026-08-13",
    ]


def test_only_rooms_and_trainers_of_the_own_city_can_be_chosen(camat):
    mine, near = VenueFactory(), VenueFactory(kecamatan_id="31.73.08")
    VenueFactory(kecamatan_id="31.71.01")
    trainer = TrainerFactory()
    TrainerFactory(city_id="31.71")

    form = camat.get(reverse("trainings:session_create")).context["form"]

    assert set(form.fields["venue"].queryset) == {mine, near}
    assert set(form.fields["trainer"].queryset) == {trainer}


def test_a_venue_and_a_trainer_that_are_not_listed_are_added_with_the_session(camat):
    camat.post(
        reverse("trainings:session_create"),
        plan()
        | {
            "venue": "",
            "trainer": "",
            "new_venue_name": "RPTRA Kota Bambu",
            "new_venue_capacity": "60",
            "new_trainer_name": "Maya Anggraini",
        },
    )

    session = TrainingSession.objects.get()
    assert (session.venue.name, session.venue.kecamatan_id, session.capacity) == (
        "RPTRA Kota Bambu",
        "31.73.07",
        60,
    )
    assert (session.trainer.name, session.trainer.city_id) == ("Maya Anggraini", "31.73")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        (
            {"date": "2026-08-09"},
            "date",
            "This time has passed. Choose a day and time that are still to come.",
        ),
        (
            {"date": "2026-08-10", "start": "07:00"},
            "start",
            "This time has passed. Choose a day and time that are still to come.",
        ),
        ({"end": "08:00"}, "end", "The session ends before it starts. Write an end after 09:00."),
        ({"end": "09:00"}, "end", "The session ends before it starts. Write an end after 09:00."),
        (
            {"start": "20:00", "end": "01:00"},
            "end",
            "A session ends on the day it starts. Make two sessions instead.",
        ),
        ({"capacity": "0"}, "capacity", "A session needs at least 1 seat."),
        ({"venue": ""}, "venue", "Choose a venue, or write a new one below."),
    ],
)
def test_a_bad_plan_is_refused_beside_its_field_and_nothing_is_lost(camat, changes, field, words):
    camat.cookies["bahasa"] = "en"

    response = camat.post(reverse("trainings:session_create"), plan() | changes)

    assert errors(response) == {field: [words]}
    assert TrainingSession.objects.count() == 0
    assert response.context["form"]["activity"].value() == "dasar"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_edge_of_the_calendar_is_answered_with_a_page(camat, day):
    response = camat.post(reverse("trainings:session_create"), plan(date=day, start="00:00", end="00:30"))

    assert response.status_code in (200, 302)


def test_a_venue_for_a_billion_people_is_refused(camat):
    given = plan() | {"venue": "", "new_venue_name": "Aula", "new_venue_capacity": "99999999999"}

    response = camat.post(reverse("trainings:session_create"), given)

    assert list(errors(response)) == ["new_venue_capacity"]


def test_more_seats_than_the_room_holds_are_refused_with_its_size(camat):
    camat.cookies["bahasa"] = "en"
    venue = VenueFactory(name="Aula Palmerah", capacity=80)

    response = camat.post(reverse("trainings:session_create"), plan(venue=venue, capacity="100"))

    assert errors(response) == {
        "capacity": ["Aula Palmerah holds 80 people. Write at most 80 seats, or choose a larger venue."]
    }


def test_rule_25_a_taken_venue_and_a_busy_trainer_are_both_named_with_their_session(camat):
    camat.cookies["bahasa"] = "en"
    other = SessionFactory(
        venue__name="Aula Palmerah",
        trainer__name="Maya",
        activity_code="izin-keuangan",
        kecamatan_id="31.73.08",
        starts_at=datetime(2026, 8, 19, 10, 0, tzinfo=JAKARTA),
    )

    response = camat.post(reverse("trainings:session_create"), plan(venue=other.venue, trainer=other.trainer))

    assert errors(response) == {
        "venue": [
            "Aula Palmerah is already used 10:00-13:00 for Activity 2, kecamatan Kembangan. "
            "Choose another venue or time."
        ],
        "trainer": [
            "Maya already teaches 10:00-13:00: Activity 2, kecamatan Kembangan. "
            "Choose another trainer or time."
        ],
    }


def test_rule_25_a_clash_that_only_the_database_saw_is_refused_in_the_same_words(camat, monkeypatch):
    from trainings.forms import sessions as forms

    camat.cookies["bahasa"] = "en"
    other = SessionFactory(venue__name="Aula Palmerah", starts_at=datetime(2026, 8, 19, 9, 0, tzinfo=JAKARTA))
    monkeypatch.setattr(forms.rules, "clashes", blind_once(forms.rules.clashes))

    response = camat.post(reverse("trainings:session_create"), plan(venue=other.venue))

    assert errors(response) == {
        "venue": [
            "Aula Palmerah is already used 09:00-12:00 for Activity 1, kecamatan Pal Merah. "
            "Choose another venue or time."
        ]
    }


def blind_once(clashes):
    """The other office saved between our look and our writing."""
    calls = []

    def look(**given):
        calls.append(given)
        return [] if len(calls) == 1 else clashes(**given)

    return look


def test_a_published_session_that_moves_tells_everybody_on_the_list_once_when_released(camat):
    session = SessionFactory()
    seat = BookingFactory(session=session)

    response = camat.post(
        url("session_edit", session),
        plan(venue=session.venue, trainer=session.trainer, date="2026-08-20", capacity="100"),
    )

    assert response.url == session.get_absolute_url()
    assert Message.objects.count() == 0
    camat.post(reverse("trainings:release_pending"))
    camat.post(reverse("trainings:release_pending"))
    assert list(Message.objects.values_list("kind", "participant_id")) == [
        ("session_changed", seat.participant_id)
    ]
    seat.refresh_from_db()
    assert seat.during.lower == datetime(2026, 8, 20, 9, 0, tzinfo=JAKARTA)


def test_a_change_of_seats_alone_tells_nobody_and_moves_up_who_waits(camat):
    session = SessionFactory(capacity=1)
    BookingFactory(session=session, queue_number=1)
    waiting = WaitingFactory(activity_id=session.activity_id)

    camat.post(
        url("session_edit", session),
        plan(venue=session.venue, trainer=session.trainer, date="2026-08-11", capacity="2"),
    )

    assert list(Message.objects.values_list("kind", "participant_id")) == [
        ("seat_offered", waiting.participant_id)
    ]


def test_seats_are_not_lowered_below_the_people_who_have_one(camat):
    camat.cookies["bahasa"] = "en"
    session = SessionFactory()
    for _ in range(3):
        BookingFactory(session=session)

    response = camat.post(
        url("session_edit", session),
        plan(venue=session.venue, trainer=session.trainer, date="2026-08-11", capacity="2"),
    )

    assert errors(response) == {
        "capacity": ["3 people already have a seat. Write at least 3, or release seats first."]
    }


def test_rule_24_a_session_is_not_moved_onto_another_of_its_people(camat):
    camat.cookies["bahasa"] = "en"
    session = SessionFactory()
    person = BookingFactory(session=session).participant
    BookingFactory(
        participant=person,
        session=SessionFactory(activity_code="izin-keuangan", starts_at=tomorrow_at(14)),
    )

    response = camat.post(
        url("session_edit", session),
        plan(venue=session.venue, trainer=session.trainer, date="2026-08-11", start="13:00", end="15:00")
        | {"reason": "Aula hanya kosong siang"},
    )

    assert errors(response) == {
        "start": [
            f"People of this session have a seat in another session at that time: {person.number}. "
            "Choose another time, or release those seats first."
        ]
    }


def test_venue_and_trainer_tables_hold_what_was_typed_once(camat):
    given = plan() | {"venue": "", "new_venue_name": "Aula Baru", "new_venue_capacity": "50"}
    camat.post(reverse("trainings:session_create"), given)

    again = camat.post(reverse("trainings:session_create"), given | {"date": "2026-08-20", "trainer": ""})

    assert list(errors(again)) == ["new_venue_name"]
    assert (Venue.objects.filter(name="Aula Baru").count(), Trainer.objects.count()) == (1, 1)
