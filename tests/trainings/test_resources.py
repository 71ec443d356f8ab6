"""Rooms and trainers: kept by the offices; what cannot be is refused in words, what stands there is moved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, SessionFactory, TrainerFactory, VenueFactory, member
from trainings import plan_rules
from trainings.models import (
    Activity,
    SessionReason,
    Trainer,
    TrainerAbsence,
    TrainingSession,
    Venue,
    VenueClosure,
    VenueHours,
)
from trainings.refusals import Clash, SessionRefused
from trainings.scheduling import JAKARTA
from trainings.services import resources

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


def plan(**changes):
    return {
        "activity": "dasar", "kecamatan": "31.73.07", "date": "2026-08-19", "start": "09:00",
        "end": "12:00", "venue": VenueFactory().pk, "trainer": TrainerFactory().pk, "capacity": "",
    } | changes  # fmt: skip


def errors(response):
    return {field: [str(e) for e in found] for field, found in response.context["form"].errors.items()}


# ---------------------------------------------------------------- hard rules in words


def refused(camat, **changes):
    response = camat.post(reverse("trainings:session_create"), plan(**changes))
    assert TrainingSession.objects.count() == 0
    return errors(response)


def test_a_session_in_a_venue_that_is_closed_is_refused_with_the_reason(camat):
    room = VenueFactory(name="Aula Palmerah")
    VenueClosure.objects.create(
        venue=room, first_day=date(2026, 8, 18), last_day=date(2026, 8, 20), reason="banjir"
    )

    assert refused(camat, venue=room.pk) == {
        "venue": [
            "Aula Palmerah is closed from Tuesday 18 August 2026 to Thursday 20 August 2026: banjir. "
            "Choose another venue or day."
        ]
    }


@pytest.mark.parametrize(
    ("weekday", "words"),
    [
        (
            2,
            "Aula is open from 13:00 to 16:00 on Wednesday. Choose a time between them, or another venue.",
        ),
        (1, "Aula is not open on Wednesday. Choose another venue or day."),
    ],
)
def test_a_session_outside_the_opening_hours_is_refused(camat, weekday, words):
    room = VenueFactory(name="Aula")
    VenueHours.objects.create(venue=room, weekday=weekday, opens=time(13), closes=time(16))

    assert refused(camat, venue=room.pk) == {"venue": [words]}


def test_a_trainer_without_the_subject_is_refused(camat):
    trainer = TrainerFactory(name="Maya")
    trainer.subjects.add(Activity.objects.get(code="izin-keuangan"))

    assert refused(camat, trainer=trainer.pk) == {
        "trainer": [
            "Maya does not teach Activity 1. Choose another trainer, or add the subject to the trainer."
        ]
    }


def test_a_trainer_who_is_away_or_does_not_come_that_day_is_refused(camat):
    away, shy = TrainerFactory(name="Maya"), TrainerFactory(name="Rudi", weekdays=[0, 1])
    TrainerAbsence.objects.create(trainer=away, first_day=date(2026, 8, 19), last_day=date(2026, 8, 19))

    assert refused(camat, trainer=away.pk)["trainer"][0].startswith("Maya is away from Wednesday 19 August")
    assert refused(camat, trainer=shy.pk) == {
        "trainer": ["Rudi does not teach on Wednesday. Choose another trainer or day."]
    }


def test_what_is_out_of_use_is_not_offered_and_is_refused(camat):
    room = VenueFactory(retired_at=NOW)

    assert list(refused(camat, venue=room.pk)) == ["venue"]


def test_an_activity_that_is_not_taught_that_year_is_refused(camat):
    Activity.objects.filter(code="dasar").update(first_year=2027)

    assert refused(camat) == {
        "activity": ["Activity 1 is not taught in 2026 for this kecamatan. Choose another activity."]
    }


# ---------------------------------------------------------------- soft rules with a reason


def test_rule_26_a_soft_rule_is_passed_with_a_reason_that_is_kept(camat, office):
    given = plan(date="2026-08-21", start="10:00", end="13:00")  # a Friday, over the prayer

    response = camat.post(reverse("trainings:session_create"), given)

    assert list(errors(response)) == ["reason"]
    assert response.context["form"].warnings == ["It falls into the Friday prayer, 11.30 to 13.00."]
    camat.post(reverse("trainings:session_create"), given | {"reason": "Hanya ibu-ibu"})
    session = TrainingSession.objects.get()
    row = SessionReason.objects.get()
    assert (row.session, row.concerns, row.reason, row.given_by) == (
        session,
        ["friday_prayer"],
        "Hanya ibu-ibu",
        office,
    )
    page = camat.get(session.get_absolute_url()).content.decode()
    assert "Hanya ibu-ibu" in page
    assert "Friday prayer" in page
    asked = camat.get(reverse("trainings:publish", args=[session.pk]))
    assert asked.context["concerns"] == []  # the reason was given already


def test_rule_27_short_notice_is_passed_with_a_reason(camat):
    response = camat.post(reverse("trainings:session_create"), plan(date="2026-08-12"))

    assert response.context["form"].warnings == ["People hear of it fewer than 3 days before."]


@pytest.mark.parametrize(("home", "warns"), [("31.73.07", 0), ("31.73.05", 0), ("31.75.03", 1)])
def test_a_trainer_far_from_home_is_warned_of(camat, home, warns):
    trainer = TrainerFactory(name="Maya", home_id=home)

    response = camat.post(reverse("trainings:session_create"), plan(trainer=trainer.pk))

    assert TrainingSession.objects.count() == 1 - warns
    if warns:
        assert response.context["form"].warnings == [
            "Maya lives in Jatinegara, which does not border on Pal Merah."
        ]


def test_more_sessions_than_a_trainer_takes_are_warned_of():
    trainer = TrainerFactory(per_day=1)
    SessionFactory(trainer=trainer, starts_at=at(19, 9))

    assert plan_rules.is_overloaded(trainer, date(2026, 8, 19), besides=None)
    assert not plan_rules.is_overloaded(trainer, date(2026, 8, 20), besides=None)


def test_a_plan_that_stays_at_its_time_is_not_asked_for_a_reason_again(camat):
    session = SessionFactory(starts_at=at(11, 9))

    response = camat.post(
        reverse("trainings:session_edit", args=[session.pk]),
        plan(date="2026-08-11", venue=session.venue_id, trainer=session.trainer_id, capacity="60"),
    )

    assert response.status_code == 302


# ---------------------------------------------------------------- keeping rooms


def room_form(**changes):
    return {
        "name": "RPTRA Kota Bambu", "kind": "rptra", "kecamatan": "31.73.07", "address": "Jalan Anggrek",
        "capacity": "60", "equipment": "Proyektor\nKompor", "opens_0": "08:00", "closes_0": "16:00",
    } | changes  # fmt: skip


def test_an_office_enters_a_room_with_its_hours_and_equipment(camat):
    response = camat.post(reverse("trainings:venue_create"), room_form())

    venue = Venue.objects.get()
    assert response.url == venue.get_absolute_url()
    assert (venue.name, venue.kind, venue.city_id, venue.equipment) == (
        "RPTRA Kota Bambu",
        "rptra",
        "31.73",
        ["Proyektor", "Kompor"],
    )
    assert list(venue.hours.values_list("weekday", "opens", "closes")) == [(0, time(8), time(16))]
    camat.post(reverse("trainings:venue_edit", args=[venue.pk]), room_form(opens_0="", closes_0=""))
    assert venue.hours.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_0": ""}, "closes_0"),
        ({"opens_0": "16:00", "closes_0": "08:00"}, "closes_0"),
        ({"capacity": "0"}, "capacity"),
        ({"kecamatan": "31.73.08"}, "kecamatan"),
        ({"equipment": "x" * 41}, "equipment"),
        ({"name": "Aula lama"}, "name"),
    ],
)
def test_a_bad_room_is_refused_beside_its_field_and_nothing_is_lost(camat, changes, field):
    VenueFactory(name="Aula lama")

    response = camat.post(reverse("trainings:venue_create"), room_form(**changes))

    assert list(errors(response)) == [field]
    assert response.context["form"]["address"].value() == "Jalan Anggrek"


def test_a_room_is_not_made_smaller_than_a_session_that_stands_there(camat):
    session = SessionFactory(starts_at=at(19, 9))

    response = camat.post(
        reverse("trainings:venue_edit", args=[session.venue_id]),
        room_form(name=session.venue.name, capacity="80"),
    )

    assert errors(response) == {
        "capacity": [
            "A coming session here has 100 seats, on Wednesday 19 August 2026. Lower or move it first."
        ]
    }


def test_a_room_is_taken_out_of_use_and_back_and_never_deleted(camat):
    room = VenueFactory()
    address = reverse("trainings:venue_retire", args=[room.pk])

    camat.post(address)
    room.refresh_from_db()
    assert room.retired_at is not None
    camat.post(address)
    room.refresh_from_db()
    assert room.retired_at is None


# ---------------------------------------------------------------- falling away


def test_closing_a_room_names_its_sessions_and_moves_them_to_a_free_one(camat):
    room, free = VenueFactory(name="Aula Satu"), VenueFactory(name="Aula Dua")
    too_small, busy = VenueFactory(capacity=40), VenueFactory(name="Aula Tiga")
    session = SessionFactory(venue=room, starts_at=at(19, 9))
    SessionFactory(venue=busy, starts_at=at(19, 10))
    BookingFactory(session=session)

    done = camat.post(
        reverse("trainings:venue_close", args=[room.pk]),
        {"first": "2026-08-18", "last": "2026-08-20", "reason": "banjir"},
        follow=True,
    )

    choices = dict(done.context["form"].fields[f"sesi_{session.pk}"].choices)
    assert set(choices) == {"", str(free.pk)}
    assert str(too_small.pk) not in choices
    camat.post(done.redirect_chain[-1][0], {f"sesi_{session.pk}": str(free.pk)})
    session.refresh_from_db()
    assert (session.venue, session.changed_at is not None) == (free, True)


def test_closing_the_same_days_twice_is_one_closure(office):
    room = VenueFactory()
    for reason in ("banjir", "banjir besar"):
        resources.close_venue(
            venue_id=room.pk, first=date(2026, 8, 18), last=date(2026, 8, 20), reason=reason, by=office
        )

    assert list(VenueClosure.objects.values_list("reason", flat=True)) == ["banjir besar"]


def test_the_calendar_names_sessions_in_a_closed_room_and_without_their_trainer(camat):
    in_flood, alone = SessionFactory(starts_at=at(19, 9)), SessionFactory(starts_at=at(20, 9))
    SessionFactory(starts_at=at(21, 8))
    VenueClosure.objects.create(
        venue=in_flood.venue, first_day=date(2026, 8, 19), last_day=date(2026, 8, 19), reason="banjir"
    )
    TrainerAbsence.objects.create(
        trainer=alone.trainer, first_day=date(2026, 8, 20), last_day=date(2026, 8, 20)
    )

    page = camat.get(reverse("trainings:sessions"))

    assert [clash["url"] for clash in page.context["clashes"]] == [
        reverse("trainings:session_move", args=[in_flood.pk]),
        reverse("trainings:session_move", args=[alone.pk]),
    ]


def test_rule_26_the_evening_of_31_december_belongs_to_its_day():
    room = VenueFactory()
    VenueClosure.objects.create(
        venue=room, first_day=date(2026, 12, 31), last_day=date(2026, 12, 31), reason="tahun baru"
    )
    evening = datetime(2026, 12, 31, 19, 0, tzinfo=JAKARTA)

    assert plan_rules.problems_of_venue(room, evening, evening + timedelta(hours=2))
    next_day = evening + timedelta(hours=12)
    assert not plan_rules.problems_of_venue(room, next_day, next_day + timedelta(hours=2))


# ---------------------------------------------------------------- trainers


def test_an_office_keeps_a_trainer_with_subjects_days_and_limits(camat):
    response = camat.post(
        reverse("trainings:trainer_create"),
        {
            "name": "Maya Anggraini", "subjects": ["dasar"], "home": "31.73.05", "weekdays": ["0", "2"],
            "per_day": "1", "per_week": "3",
        },
    )  # fmt: skip

    trainer = Trainer.objects.get()
    assert response.url == trainer.get_absolute_url()
    assert (trainer.city_id, trainer.home_id, trainer.weekdays, trainer.per_day, trainer.per_week) == (
        "31.73",
        "31.73.05",
        [0, 2],
        1,
        3,
    )
    assert list(trainer.subjects.values_list("pk", flat=True)) == ["dasar"]


def test_an_absence_names_the_sessions_and_who_else_can_teach_them(camat):
    session = SessionFactory(starts_at=at(19, 9))
    able, other_subject = TrainerFactory(name="Rudi"), TrainerFactory(name="Sri")
    other_subject.subjects.add(Activity.objects.get(code="izin-keuangan"))

    done = camat.post(
        reverse("trainings:trainer_absent", args=[session.trainer_id]),
        {"first": "2026-08-19", "last": ""},
        follow=True,
    )

    assert set(dict(done.context["form"].fields[f"sesi_{session.pk}"].choices)) == {"", str(able.pk)}


def test_a_trainer_enters_the_own_absence_and_nobody_elses(client_as):
    person = member(Role.TRAINER, "31.73")
    mine, other = TrainerFactory(user=person), TrainerFactory()
    client = client_as(person)
    session = SessionFactory(trainer=mine, starts_at=at(19, 9))

    page = client.post(
        reverse("trainings:trainer_absent", args=[mine.pk]), {"first": "2026-08-19"}, follow=True
    )
    assert [row["url"] for row in page.context["seen"]] == [session.get_absolute_url()]
    assert client.get(reverse("trainings:trainer_absent", args=[other.pk])).status_code == 404
    assert client.get(reverse("trainings:trainers")).status_code == 403
    assert client.get(reverse("trainings:own_trainer")).url == mine.get_absolute_url()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("venues", 8), ("trainers", 8), ("venue", 10), ("trainer", 9), ("activities", 6)]
)
def test_a_page_costs_the_same_with_one_row_and_with_three(
    camat, name, queries, rows, django_assert_num_queries
):
    room, trainer = VenueFactory(), TrainerFactory()
    for n in range(rows):
        SessionFactory(venue=room, trainer=trainer, starts_at=at(18 + n, 9))
        VenueHours.objects.create(venue=VenueFactory(), weekday=n, opens=time(8), closes=time(16))
        TrainerFactory().subjects.add("dasar")
        if n:
            Activity.objects.create(
                code=f"lain-{n}", position=9 + n, name_id="L", name_en="O"
            ).conditions.create(code="not_similar", similar=["dasar"])
    args = {"venue": [room.pk], "trainer": [trainer.pk]}.get(name, [])
    camat.get(reverse(f"trainings:{name}", args=args))

    with django_assert_num_queries(queries):
        camat.get(reverse(f"trainings:{name}", args=args))


# ---------------------------------------------------------------- the trainer's account


def test_a_trainer_with_an_account_sees_the_own_sessions(client_as):
    office, account = member(Role.KECAMATAN, "31.73.07"), member(Role.TRAINER, "31.73")
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer)
    url = reverse("trainings:trainer_edit", args=[trainer.pk])
    typed = {"name": trainer.name, "weekdays": ["0"], "per_day": "2", "per_week": "6", "account": account.pk}

    before = client_as(account).get(session.get_absolute_url()).status_code
    done = client_as(office).post(url, typed, follow=True).content.decode()
    after = client_as(account).get(session.get_absolute_url()).status_code

    assert (before, after) == (404, 200)
    assert f"Masuk sebagai {account.full_name}." in done


def test_an_account_of_another_city_or_of_another_trainer_is_not_offered(client_as):
    office, taken = member(Role.KECAMATAN, "31.73.07"), member(Role.TRAINER, "31.73")
    foreign, trainer = member(Role.TRAINER, "31.74"), TrainerFactory()
    TrainerFactory(user=taken)
    url = reverse("trainings:trainer_edit", args=[trainer.pk])
    typed = {"name": trainer.name, "weekdays": ["0"], "per_day": "2", "per_week": "6"}

    for account in (taken, foreign, office):
        client_as(office).post(url, typed | {"account": account.pk})

    trainer.refresh_from_db()
    assert trainer.user_id is None


def test_an_account_that_another_trainer_got_meanwhile_is_refused_in_words():
    account = member(Role.TRAINER, "31.73")
    TrainerFactory(user=account)
    entry = resources.TrainerEntry("Maya", "31.73", None, (), (0,), 2, 6, user_id=account.pk)

    with pytest.raises(SessionRefused) as refused:
        resources.keep_trainer(entry=entry, by=None)

    assert (refused.value.field, refused.value.code) == ("account", Clash.ACCOUNT_TAKEN)
