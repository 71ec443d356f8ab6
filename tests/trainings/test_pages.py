"""The pages as the people of the story use them, without JavaScript unless it says htmx."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from okoce.accounts import sessions as sign_in
from okoce.accounts.roles import Role
from okoce.notifications.models import Message
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    TrainerFactory,
    UserFactory,
    VenueFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import day_at, tomorrow_at
from trainings.enums import BookingState
from trainings.models import AttendanceScan, Booking, Trainer, TrainingSession, Venue, Waiting
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 8, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def camat(office, client_as):
    return client_as(office)


def url(name, session, *args):
    return reverse(f"trainings:{name}", args=[session.pk, *args])


def plan(**changes):
    venue = changes.pop("venue", None) or VenueFactory()
    trainer = changes.pop("trainer", None) or TrainerFactory()
    return {
        "activity": "dasar",
        "kecamatan": "31.73.07",
        "date": "2026-08-19",
        "start": "09:00",
        "end": "12:00",
        "venue": venue.pk,
        "trainer": trainer.pk,
        "capacity": "",
    } | changes


def errors(response) -> dict[str, list[str]]:
    return {field: [str(e) for e in found] for field, found in response.context["form"].errors.items()}


# ---------------------------------------------------------------- planning


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


# ---------------------------------------------------------------- publishing and cancelling


def test_a_draft_is_published_after_asking(camat):
    session = SessionFactory(state="draft", starts_at=day_at(5, 9))

    asked = camat.get(url("publish", session))
    camat.post(url("publish", session))

    session.refresh_from_db()
    assert asked.context["concerns"] == []
    assert session.state == "published"


def test_rule_26_a_sunday_is_published_only_with_a_reason_which_is_kept(camat):
    session = SessionFactory(state="draft", starts_at=day_at(6, 9))
    refused = camat.post(url("publish", session))
    assert "note" in refused.context["form"].errors

    camat.post(url("publish", session), {"note": "Peserta berdagang Senin sampai Sabtu"})

    session.refresh_from_db()
    assert (session.state, session.publish_note) == (
        "published",
        "Peserta berdagang Senin sampai Sabtu",
    )


def test_rule_27_a_notice_shorter_than_three_days_is_said_before_publishing(camat):
    camat.cookies["bahasa"] = "en"
    session = SessionFactory(state="draft", starts_at=day_at(2, 9))

    page = camat.get(url("publish", session))

    assert page.context["concerns"] == ["People hear of it fewer than 3 days before."]


def test_a_cancelled_session_tells_everybody_with_a_place_and_frees_them(camat):
    session = SessionFactory()
    seat = BookingFactory(session=session, state=BookingState.CONFIRMED)
    BookingFactory(session=session, state=BookingState.DECLINED)

    camat.post(url("cancel", session), {"reason": "Aula terkena banjir"})

    session.refresh_from_db()
    assert (session.state, session.cancel_reason) == ("cancelled", "Aula terkena banjir")
    assert set(Message.objects.values_list("kind", "participant_id")) == {
        ("session_cancelled", seat.participant_id),
    }
    assert session.bookings.seated().count() == 0


def test_a_reason_with_a_phone_number_does_not_go_out(camat):
    session = SessionFactory()

    response = camat.post(url("cancel", session), {"reason": "Hubungi 0812 3456 7890"})

    assert list(errors(response)) == ["reason"]
    assert TrainingSession.objects.get().state == "published"


def test_a_session_with_people_present_is_not_cancelled(camat):
    session = SessionFactory(starts_at=day_at(0, 7))
    ScanFactory(session=session)

    camat.post(url("cancel", session), {"reason": "Salah tekan"})

    assert TrainingSession.objects.get().state == "published"


# ---------------------------------------------------------------- inviting


def test_the_page_says_how_many_match_and_the_button_invites_exactly_them(camat):
    for _ in range(5):
        ParticipantFactory()
    session = SessionFactory(capacity=3)

    page = camat.get(url("invite", session), {"waiting": "1"})
    camat.post(url("invite", session), {"waiting": "1"})

    assert (page.context["matching"], page.context["left_over"]) == (5, 1)
    assert list(session.bookings.values_list("state", flat=True)) == ["invited"] * 3
    assert Waiting.objects.still().for_session(session).count() == 1


def test_the_batch_can_be_limited_to_a_kelurahan(camat):
    near = ParticipantFactory(kelurahan_id="31.73.07.1002")
    ParticipantFactory()
    session = SessionFactory()

    camat.post(url("invite", session), {"waiting": "0", "kelurahan": ["31.73.07.1002"]})

    assert list(session.bookings.values_list("participant", flat=True)) == [near.pk]


@pytest.mark.parametrize("typed", ["JB-PM-00417", "417", "rahmawati x"])
def test_one_participant_is_found_and_added(camat, typed):
    person = ParticipantFactory(number="JB-PM-00417", full_name="Siti Rahmawati X")
    ParticipantFactory(number="JB-PM-01417", full_name="Ahmad")
    session = SessionFactory()

    page = camat.get(url("add", session), {"q": typed})
    camat.post(url("add", session), {"number": page.context["found"][0].number})

    assert page.context["found"] == [person]
    assert list(session.bookings.values_list("participant", "state")) == [(person.pk, "invited")]


def test_a_participant_of_another_kecamatan_cannot_be_added(camat):
    stranger = ParticipantFactory(kelurahan_id="31.73.08.1001")
    session = SessionFactory()

    response = camat.post(url("add", session), {"number": stranger.number})

    assert (response.status_code, Booking.objects.count()) == (404, 0)


def test_a_nik_typed_into_the_search_leaves_the_address(camat):
    response = camat.get(url("add", SessionFactory()), {"q": "3173075708900001"})

    assert "3173" not in response.url


def test_who_is_taken_off_makes_room_for_the_next(camat):
    session = SessionFactory(capacity=1)
    seat = BookingFactory(session=session, queue_number=1)
    waiting = WaitingFactory(activity_id=session.activity_id)

    camat.post(url("release", session, seat.pk))

    assert dict(session.bookings.values_list("participant", "state")) == {
        seat.participant_id: "released",
        waiting.participant_id: "invited",
    }


# ---------------------------------------------------------------- at the door


@pytest.fixture
def today():
    return SessionFactory(starts_at=day_at(0, 9))


def test_a_press_marks_the_person_and_the_notice_offers_to_undo(camat, today):
    person = BookingFactory(session=today).participant

    page = camat.post(url("mark", today), {"participant": person.pk}, follow=True)

    assert page.context["news"].undo_participant == person.pk
    assert (page.context["present_count"], page.context["absent_count"]) == (1, 0)
    assert list(page.context["rows"]) == []


def test_a_press_by_htmx_swaps_the_row_and_the_figures(camat, today):
    person = BookingFactory(session=today).participant

    page = camat.post(url("mark", today), {"participant": person.pk}, headers=HTMX)

    text = page.content.decode()
    assert "<html" not in text
    assert [f'id="{name}"' in text for name in (f"p{person.pk}", "jumlah", "kabar", "saring", "bilah")] == [
        True
    ] * 5
    assert text.count('hx-swap-oob="true"') == 4


def test_undo_takes_the_person_back(camat, today):
    person = BookingFactory(session=today).participant
    camat.post(url("mark", today), {"participant": person.pk})

    page = camat.post(url("take_back", today), {"participant": person.pk}, follow=True)

    assert page.context["present_count"] == 0


@pytest.mark.parametrize("typed", ["417", "00417", "JB-PM-00417", "fitri"])
def test_a_person_is_found_by_the_last_digits_or_the_name(camat, today, typed):
    person = ParticipantFactory(number="JB-PM-00417", full_name="Fitri Handayani")
    BookingFactory(session=today, participant=person)
    BookingFactory(session=today, participant__number="JB-PM-01417")

    page = camat.get(url("attendance", today), {"q": typed})

    assert [b.participant for b in page.context["rows"]] == [person]


def test_somebody_without_invitation_is_found_by_number_and_admitted(camat, today):
    person = ParticipantFactory(number="JB-PM-00417")

    page = camat.get(url("attendance", today), {"q": "417"})
    camat.post(url("admit", today), {"number": "JB-PM-00417"})

    assert page.context["stranger"] == person
    assert list(today.scans.standing().values_list("participant", flat=True)) == [person.pk]


@pytest.mark.parametrize("name", ["add", "admit", "mark"])
@pytest.mark.parametrize("typed", ["JB-PM-00417\x00 ", "²", "9" * 30])
def test_a_number_that_nobody_can_type_finds_nobody(camat, today, name, typed):
    session = SessionFactory() if name == "add" else today

    assert camat.post(url(name, session), {"number": typed, "participant": typed}).status_code == 404


def test_before_the_day_a_number_tells_nobody_a_name(camat):
    coming = SessionFactory(starts_at=datetime(2026, 8, 12, 9, 0, tzinfo=JAKARTA))
    ParticipantFactory(number="JB-PM-00417", full_name="Fitri Handayani")

    page = camat.get(url("attendance", coming), {"q": "417"})

    assert "Fitri Handayani" not in page.content.decode()


def test_a_hundred_are_marked_in_one_press_but_those_ticked_or_written(camat, today):
    people = [BookingFactory(session=today).participant for _ in range(100)]
    ticked, written = people[0], people[1]

    camat.post(
        url("all_but", today),
        {"tidak": [ticked.pk], "numbers": written.number.rsplit("-", 1)[-1].lstrip("0") or "0"},
    )

    absent = set(range(100)) - {people.index(p) for p in people if today.scans.filter(participant=p).exists()}
    assert absent == {0, 1}


def test_numbers_from_paper_that_fit_nobody_are_named_and_nobody_is_marked(camat, today):
    BookingFactory(session=today, participant__number="JB-PM-00417")

    response = camat.post(url("all_but", today), {"numbers": "417, 9999"})

    assert "9999" in errors(response)["numbers"][0]
    assert AttendanceScan.objects.count() == 0


def test_the_sheet_has_twenty_five_rows_a_page(camat, today):
    for _ in range(51):
        BookingFactory(session=today)

    page = camat.get(url("attendance_sheet", today))

    assert [len(rows) for rows in page.context["pages"]] == [25, 25, 1]


def test_the_list_is_closed_after_asking_with_the_numbers(office, client_as, time_machine, today):
    here = BookingFactory(session=today).participant
    BookingFactory(session=today)
    ScanFactory(session=today, participant=here)
    time_machine.move_to(today.ends_at)
    camat = client_as(office)
    camat.cookies["bahasa"] = "en"

    asked = camat.get(url("close", today))
    camat.post(url("close", today))

    assert asked.context["consequences"][:2] == [
        "1 person was present.",
        "1 person was absent and can be invited again.",
    ]
    today.refresh_from_db()
    assert today.state == "held"


def test_before_the_day_the_list_is_shown_without_buttons(camat):
    session = SessionFactory()
    BookingFactory(session=session)

    page = camat.get(url("attendance", session))

    assert (page.context["may_take"], page.context["is_early"]) == (False, True)


# ---------------------------------------------------------------- the trainer


@pytest.fixture
def trainer():
    user = member(Role.TRAINER)
    return TrainerFactory(user=user, name=user.full_name)


def test_a_trainer_sees_the_own_sessions_only(trainer, client_as):
    mine = SessionFactory(trainer=trainer)
    SessionFactory()

    page = client_as(trainer.user).get(reverse("trainings:sessions"), {"tampilan": "daftar"})

    assert page.context["page"].rows == [mine]


def test_a_trainer_takes_attendance_in_the_own_session(trainer, client_as):
    session = SessionFactory(trainer=trainer, starts_at=day_at(0, 9))
    person = BookingFactory(session=session).participant

    client_as(trainer.user).post(url("mark", session), {"participant": person.pk})

    assert list(session.scans.standing().values_list("participant", flat=True)) == [person.pk]


def test_a_trainer_does_not_change_a_closed_list(trainer, client_as):
    session = SessionFactory(trainer=trainer, state="held", starts_at=day_at(-1, 9))
    person = BookingFactory(session=session).participant

    response = client_as(trainer.user).post(url("mark", session), {"participant": person.pk})

    assert (response.status_code, session.scans.count()) == (403, 0)


def test_the_office_corrects_a_closed_list(camat):
    session = SessionFactory(state="held", starts_at=day_at(-1, 9))
    person = BookingFactory(session=session).participant

    camat.post(url("mark", session), {"participant": person.pk})

    assert list(session.scans.standing().values_list("participant", flat=True)) == [person.pk]


# ---------------------------------------------------------------- scope

PAGES = (
    "session",
    "session_edit",
    "publish",
    "cancel",
    "ready_texts",
    "invite",
    "add",
    "attendance",
    "all_but",
    "close",
    "attendance_sheet",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_session_of_another_kecamatan_is_not_there(camat, name):
    session = SessionFactory(kecamatan_id="31.73.08")

    assert camat.get(url(name, session)).status_code == 404


@pytest.mark.parametrize(
    "name", ["mark", "take_back", "admit", "publish", "cancel", "invite", "add", "close"]
)
def test_nothing_is_pressed_in_a_session_of_another_kecamatan(camat, name):
    session = SessionFactory(kecamatan_id="31.73.08", starts_at=day_at(0, 9))
    person = BookingFactory(session=session).participant

    response = camat.post(
        url(name, session), {"participant": person.pk, "number": person.number, "reason": "x"}
    )

    assert (response.status_code, AttendanceScan.objects.count()) == (404, 0)


def test_a_pengampu_agency_has_no_sessions(client_as):
    agency = member(Role.PENGAMPU, organisation="ppkukm-31-73")

    assert client_as(agency).get(reverse("trainings:sessions")).status_code == 403


# ---------------------------------------------------------------- the participant


@pytest.fixture
def siti(client_as):
    user = UserFactory()
    from okoce.accounts.models import Membership

    Membership.objects.create(user=user, role=Role.PARTICIPANT)
    person = ParticipantFactory(user=user, full_name="Siti Rahmawati")
    return person, client_as(user, kind=sign_in.PARTICIPANT)


@pytest.mark.parametrize(("word", "state"), [("hadir", "confirmed"), ("tidak", "declined")])
def test_a_participant_answers_the_own_invitation(siti, word, state):
    person, phone = siti
    booking = BookingFactory(participant=person)

    page = phone.get(url("answer", booking.session))
    phone.post(url("answer", booking.session), {"jawaban": word})

    booking.refresh_from_db()
    assert (page.status_code, booking.state) == (200, state)


def test_a_participant_does_not_see_the_invitation_of_another(siti):
    _person, phone = siti
    other = BookingFactory()

    assert phone.post(url("answer", other.session), {"jawaban": "hadir"}).status_code == 404
    other.refresh_from_db()
    assert other.state == "invited"


# ---------------------------------------------------------------- the public


def test_everybody_sees_published_sessions_to_come_with_the_seats_left(client):
    session = SessionFactory(capacity=10)
    BookingFactory(session=session)
    for state in ("draft", "cancelled"):
        SessionFactory(state=state)
    SessionFactory(starts_at=day_at(-1, 9))

    page = client.get(reverse("trainings:schedule"))

    assert [(s.id, s.seats_left, s.tone) for s in page.context["sessions"]] == [(session.pk, 9, "warn")]


def test_the_public_schedule_can_be_narrowed_to_a_kecamatan(client):
    SessionFactory(kecamatan_id="31.73.08")
    mine = SessionFactory()

    page = client.get(reverse("trainings:schedule"), {"kecamatan": "31.73.07"})

    assert [s.id for s in page.context["sessions"]] == [mine.pk]


# ---------------------------------------------------------------- cost


def one_more_of_everything(n: int) -> TrainingSession:
    session = None
    for i in range(n):
        session = SessionFactory(starts_at=day_at(0, 9 + 3 * i), kecamatan_id="31.73.07")
        for _ in range(n):
            BookingFactory(session=session, participant__user=None)
            WaitingFactory(activity_id=session.activity_id)
        held = SessionFactory(state="held", starts_at=day_at(-1, 7 + 3 * i))
        ScanFactory(session=held, participant=BookingFactory(session=held).participant)
    return session


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [
        ("sessions", {}, 14),
        ("sessions", {"tampilan": "daftar"}, 6),
        ("session", {}, 9),
        ("attendance", {}, 8),
        ("attendance", {"tampilkan": "tunggu"}, 8),
        ("invite", {}, 11),
        ("add", {"q": "siti"}, 6),
        ("all_but", {}, 7),
        ("attendance_sheet", {}, 11),
        ("schedule", {}, 6),
    ],
)
def test_a_page_costs_the_same_with_one_row_and_with_three(
    camat, django_assert_num_queries, rows, name, query, queries
):
    session = one_more_of_everything(rows)
    args = [] if name in ("sessions", "schedule") else [session.pk]
    camat.get(reverse(f"trainings:{name}", args=args), query)

    with django_assert_num_queries(queries):
        camat.get(reverse(f"trainings:{name}", args=args), query)


def test_venue_and_trainer_tables_hold_what_was_typed_once(camat):
    given = plan() | {"venue": "", "new_venue_name": "Aula Baru", "new_venue_capacity": "50"}
    camat.post(reverse("trainings:session_create"), given)

    again = camat.post(reverse("trainings:session_create"), given | {"date": "2026-08-20", "trainer": ""})

    assert list(errors(again)) == ["new_venue_name"]
    assert (Venue.objects.filter(name="Aula Baru").count(), Trainer.objects.count()) == (1, 1)


def test_a_late_press_after_midnight_still_belongs_to_the_session(office, client_as, time_machine, today):
    person = BookingFactory(session=today).participant
    time_machine.move_to(day_at(1, 0) + timedelta(minutes=10))

    client_as(office).post(url("mark", today), {"participant": person.pk})

    assert today.scans.standing().count() == 1
