"""A session from the calendar: by day, copied, repeated, moved; each day is checked before it is saved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, SessionFactory, member
from tests.factories.trainings import HolidayFactory, class_of
from trainings.models import SessionReason, TrainingSession
from trainings.scheduling import JAKARTA

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 10, 8, 0, tzinfo=JAKARTA)


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def camat(client_as):
    client = client_as(member(Role.KECAMATAN, "31.73.07"))
    client.cookies["bahasa"] = "en"
    return client


def at(day, hour, month=8):
    return datetime(2026, month, day, hour, 0, tzinfo=JAKARTA)


def test_each_day_still_to_come_leads_to_a_form_with_that_day(camat):
    page = camat.get(reverse("trainings:sessions")).content.decode()

    assert f"{reverse('trainings:session_create')}?tanggal=2026-08-19" in page
    assert "?tanggal=2026-08-07" not in page
    form = camat.get(reverse("trainings:session_create"), {"tanggal": "2026-08-19"}).context["form"]
    assert str(form["date"].value()) == "2026-08-19"
    assert camat.get(reverse("trainings:session_create"), {"tanggal": "<x>"}).status_code == 200


def test_days_off_are_named_in_the_calendar(camat):
    HolidayFactory(day=NOW.date() + timedelta(days=7), name="Hari Kemerdekaan")

    assert "Day off: Hari Kemerdekaan" in camat.get(reverse("trainings:sessions")).content.decode()


def test_a_copy_is_the_same_a_week_later(camat):
    session = SessionFactory(starts_at=at(18, 13), capacity=40)

    form = camat.get(reverse("trainings:session_copy", args=[session.pk])).context["form"]

    values = {name: str(form[name].value()) for name in ("date", "start", "capacity", "venue")}
    assert values == {
        "date": "2026-08-25",
        "start": "13:00:00",
        "capacity": "40",
        "venue": str(session.venue_id),
    }


def test_a_class_is_copied_with_its_days(camat):
    days = class_of(3, required=2, starts_at=at(18, 9))

    form = camat.get(reverse("trainings:session_copy", args=[days[0].pk])).context["form"]

    assert [str(form[name].value()) for name in ("date", "day_2", "day_3", "required_days")] == [
        "2026-08-25",
        "2026-08-26",
        "2026-08-27",
        "2",
    ]


def test_a_class_of_several_days_is_planned_on_one_form(camat):
    template = SessionFactory(starts_at=at(4, 9, month=9))
    given = {
        "activity": "dasar", "kecamatan": "31.73.07", "date": "2026-08-18", "start": "09:00",
        "end": "12:00", "venue": template.venue_id, "trainer": template.trainer_id, "capacity": "40",
        "day_2": "2026-08-19", "day_3": "2026-08-20", "required_days": "2",
    }  # fmt: skip

    bad = camat.post(reverse("trainings:session_create"), given | {"day_3": "2026-08-19"})
    assert list(bad.context["form"].errors) == ["day_2"]
    gap = camat.post(reverse("trainings:session_create"), given | {"day_2": ""})
    assert list(gap.context["form"].errors) == ["day_2"]
    camat.post(reverse("trainings:session_create"), given)

    rows = TrainingSession.objects.exclude(pk=template.pk).order_by("day_number")
    assert list(rows.values_list("day_number", "day_count", "required_days", "starts_at__day")) == [
        (1, 3, 2, 18),
        (2, 3, 2, 19),
        (3, 3, 2, 20),
    ]
    page = camat.get(rows[1].get_absolute_url())
    assert [day["is_this"] for day in page.context["days"]] == [False, True, False]


def repeat(session, **query):
    return reverse("trainings:repeat", args=[session.pk]), {"times": "3", "every": "1"} | query


def test_rule_25_the_clashing_weeks_are_named_before_anything_is_saved(camat):
    session = SessionFactory(starts_at=at(18, 9))
    SessionFactory(venue=session.venue, starts_at=at(1, 10, month=9), kecamatan_id="31.73.08")
    address, query = repeat(session)

    page = camat.get(address, query)

    assert [(row.value, len(row.problems)) for row in page.context["rows"]] == [
        ("2026-08-25", 0),
        ("2026-09-01", 1),
        ("2026-09-08", 0),
    ]
    assert "kecamatan Kebon Jeruk" in page.context["rows"][1].problems[0] or page.context["rows"][1].problems
    assert TrainingSession.objects.count() == 2
    camat.post(address, query | {"hari": ["2026-08-25", "2026-09-08"]})
    camat.post(address, query | {"hari": ["2026-08-25", "2026-09-08"]})
    made = TrainingSession.objects.filter(state="draft")
    assert list(made.values_list("starts_at", flat=True)) == [at(25, 9), at(8, 9, month=9)]


def test_a_ticked_day_that_clashes_saves_nothing(camat):
    session = SessionFactory(starts_at=at(18, 9))
    SessionFactory(venue=session.venue, starts_at=at(1, 10, month=9))
    address, query = repeat(session)

    page = camat.post(address, query | {"hari": ["2026-08-25", "2026-09-01"]})

    assert page.context["form"].non_field_errors() == [
        "A day you ticked cannot be used any more. Nothing is saved. See below why."
    ]
    assert not TrainingSession.objects.filter(state="draft").exists()


def test_rule_26_a_repeat_on_a_day_off_needs_a_reason_that_is_kept_with_it_alone(camat):
    session = SessionFactory(starts_at=at(18, 9))
    HolidayFactory(day=at(25, 9).date(), name="Cuti bersama")
    address, query = repeat(session, times="2")
    days = {"hari": ["2026-08-25", "2026-09-01"]}

    assert list(camat.post(address, query | days).context["form"].errors) == ["reason"]
    camat.post(address, query | days | {"reason": "Diminta peserta"})

    assert list(SessionReason.objects.values_list("concerns", "session__starts_at__day")) == [
        (["holiday"], 25)
    ]


@pytest.mark.parametrize("bad", [{"times": "0"}, {"times": "13"}, {"every": "3"}, {"times": "x"}])
def test_a_repeat_that_cannot_be_read_shows_no_days(camat, bad):
    address, query = repeat(SessionFactory(starts_at=at(18, 9)))

    assert camat.get(address, query | bad).context["rows"] == []


def test_a_session_is_moved_by_its_form_and_by_its_links(camat):
    session = SessionFactory(starts_at=at(18, 9))
    seat = BookingFactory(session=session)
    address = reverse("trainings:session_move", args=[session.pk])

    page = camat.get(address, {"geser": "7"})
    assert str(page.context["form"]["date"].value()) == "2026-08-25"
    camat.post(
        address,
        {
            "date": "2026-08-25", "start": "09:00", "end": "12:00", "venue": session.venue_id,
            "trainer": session.trainer_id,
        },
    )  # fmt: skip

    session.refresh_from_db()
    seat.refresh_from_db()
    assert (session.starts_at, seat.during.lower, session.activity_id) == (at(25, 9), at(25, 9), "dasar")


@pytest.mark.parametrize("name", ["session_move", "postpone"])
def test_a_session_that_was_held_is_not_moved_and_the_page_says_so(camat, name):
    session = SessionFactory(state="held", starts_at=at(3, 9))

    page = camat.get(reverse(f"trainings:{name}", args=[session.pk]), follow=True)

    assert "was held or was cancelled is not changed any more" in page.content.decode()


def test_a_session_on_the_evening_of_31_december_is_of_that_year_and_never_across_midnight(camat):
    template = SessionFactory(starts_at=at(4, 9, month=9))
    given = {
        "activity": "dasar", "kecamatan": "31.73.07", "date": "2026-12-31", "start": "19:00",
        "end": "21:00", "venue": template.venue_id, "trainer": template.trainer_id, "capacity": "",
        "reason": "Permintaan warga",
    }  # fmt: skip

    late = camat.post(reverse("trainings:session_create"), given | {"end": "00:30"})
    assert late.context["form"].errors["end"] == [
        "A session ends on the day it starts. Make two sessions instead."
    ]
    camat.post(reverse("trainings:session_create"), given)

    session = TrainingSession.objects.exclude(pk=template.pk).get()
    assert TrainingSession.objects.of_year(2026).filter(pk=session.pk).exists()
    page = camat.get(reverse("trainings:sessions"), {"bulan": "2026-12"})
    days = [day for week in page.context["weeks"] for day in week if day.events]
    assert [day.on.isoformat() for day in days] == ["2026-12-31"]
