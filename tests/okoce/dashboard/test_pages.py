"""The first page, the staff dashboard and a participant's own status."""

import gzip
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts import sessions
from okoce.accounts.models import Membership
from okoce.accounts.roles import Role
from okoce.dashboard import figures, work
from okoce.notifications import breaker
from okoce.notifications.models import Message
from participants.models import CardToken, StepReached
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    SessionFactory,
    UserFactory,
    VenueFactory,
    member,
)
from tests.factories.trainings import tomorrow_at
from trainings.models import Activity, AttendanceScan

pytestmark = pytest.mark.django_db

STATUS, DASHBOARD = reverse("dashboard:status"), reverse("dashboard:home")


@pytest.fixture(autouse=True)
def _in_summer(time_machine):
    """Activities are counted by the year: what was held ten days ago was held in this one."""
    time_machine.move_to(datetime(2026, 8, 10, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta")))


def present(person, session):
    return AttendanceScan.objects.create(
        session=session, participant=person, method="list", result="accepted", device_at=session.starts_at
    )


def held(position, days_ago=10, **fields):
    """A session of the required activity at ``position`` (1-3) that is over."""
    activity = Activity.objects.required().order_by("position")[position - 1]
    starts = timezone.localtime().replace(hour=9, minute=0) - timedelta(days=days_ago)
    return SessionFactory(activity=activity, starts_at=starts, state="held", **fields)


def own_queries(queries):
    return len([q for q in queries if "SAVEPOINT" not in q["sql"]])


# ---------------------------------------------------------------- first page


def test_the_first_page_shows_the_next_sessions_with_their_seats(client):
    SessionFactory(capacity=40)

    page = client.get("/")

    assert [row["label"] for row in page.context["sessions"]] == ["Sisa 40 kursi"]


def test_the_first_page_can_be_narrowed_to_a_kecamatan(client):
    SessionFactory()
    SessionFactory(kecamatan_id="31.73.08", venue=VenueFactory(name="Gedung", kecamatan_id="31.73.08"))

    page = client.get("/", {"kecamatan": "31.73.08"})

    assert [row["text"].endswith("Gedung") for row in page.context["sessions"]] == [True]


def test_an_unknown_kecamatan_shows_all(client):
    SessionFactory()

    assert len(client.get("/", {"kecamatan": "x' OR 1=1"}).context["sessions"]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_page_asks_three_queries(client, count):
    for day in range(count):
        SessionFactory(starts_at=tomorrow_at(9) + timedelta(days=day))

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert own_queries(queries) == 3


def test_the_first_visit_weighs_less_than_100_kb(client):
    page = client.get("/")
    html = page.content
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html.decode()))
    files |= {"fonts/plus-jakarta-sans-subset.woff2"}

    weights = {"html": len(gzip.compress(html))}
    for name in files:
        found = finders.find(re.sub(r"\.[0-9a-f]{12}\.", ".", name))
        assert found, name
        content = Path(found).read_bytes()
        weights[name] = len(content) if name.endswith("woff2") else len(gzip.compress(content))

    assert sum(weights.values()) < 100_000, weights


# ---------------------------------------------------------------- my status


@pytest.fixture
def me(client_as):
    person = ParticipantFactory(full_name="Siti Rahmawati")
    person.user = UserFactory(full_name=person.full_name)
    person.save()
    Membership.objects.create(user=person.user, role=Role.PARTICIPANT)
    person.client = client_as(person.user, kind=sessions.OWN_PHONE)
    return person


def test_a_participant_sees_one_of_three_activities_the_next_session_and_what_is_missing(me):
    present(me, held(1))
    second, third = Activity.objects.required().order_by("position")[1:]
    BookingFactory(participant=me, session=SessionFactory(activity=second))

    page = me.client.get(STATUS)

    assert page.context["progress"].done_count == 1
    assert page.context["next"].title == f"Hadiri kegiatan {second.position}: {second.name_id}"
    assert [item["title"] for item in page.context["missing"]] == [
        f"Kegiatan {third.position}: {third.name_id}",
        "Usaha Anda",
    ]
    assert [row["tone"] for row in page.context["activities"]] == ["ok", "warn", ""]


def test_the_seven_steps_show_training_under_way(me):
    StepReached.objects.create(participant=me, step=1, reached_on="2026-03-12", evidence="counter:x")
    present(me, held(1))

    states = [step["state"] for step in me.client.get(STATUS).context["steps"]]

    assert states == ["done", "now", "", "", "", "", ""]


def test_a_participant_makes_the_own_card_and_keeps_its_image(me):
    assert me.client.get(STATUS).context["card"] is None

    me.client.post(reverse("dashboard:make_card"))
    image = me.client.get(reverse("dashboard:card_image"))

    assert CardToken.objects.get().participant == me
    assert image["Content-Type"] == "image/svg+xml"
    assert me.number not in image["Content-Disposition"]
    assert me.client.get(STATUS).context["card"].size > 20


def test_staff_have_no_status_and_participants_no_dashboard(me, client_as):
    assert me.client.get(DASHBOARD).status_code == 403
    assert client_as(member(Role.SUDIN, "31.73")).get(STATUS).status_code == 403


def test_a_visitor_is_asked_for_the_phone_first(client):
    assert client.get(STATUS)["Location"].startswith(reverse("participants:sign_in"))


@pytest.mark.parametrize("count", [1, 3])
def test_my_status_asks_the_same_number_of_queries_for_one_and_three_activities(me, count):
    for position in range(1, count + 1):
        present(me, held(position, days_ago=position * 3))
    me.client.get(STATUS)

    with CaptureQueriesContext(connection) as queries:
        me.client.get(STATUS)

    assert own_queries(queries) == STATUS_QUERIES


STATUS_QUERIES = 21


# ---------------------------------------------------------------- dashboard


def test_tomorrows_half_empty_session_is_work_for_the_office():
    camat = member(Role.KECAMATAN, "31.73.07")
    session = SessionFactory(capacity=10)
    BookingFactory(session=session)

    found = work.work_for(camat, now=timezone.now())

    assert [(item.tone, item.label) for item in found] == [("warn", "Undang peserta")]
    assert "1 dari 10" in found[0].title


def test_a_room_that_is_too_small_comes_first():
    sudin = member(Role.SUDIN, "31.73")
    small = SessionFactory(capacity=3, venue=VenueFactory(capacity=1))
    for _ in range(2):
        BookingFactory(session=small)
    SessionFactory(trainer=None, starts_at=tomorrow_at(9) + timedelta(days=2))

    found = work.work_for(sudin, now=timezone.now())

    assert [item.tone for item in found] == ["bad", "warn"]
    assert "2 orang terdaftar" in found[0].title


def test_work_of_another_kecamatan_is_not_shown():
    SessionFactory(kecamatan_id="31.73.08", trainer=None)

    assert work.work_for(member(Role.KECAMATAN, "31.73.07"), now=timezone.now()) == []


@pytest.mark.parametrize("role", [Role.MENTOR, Role.AUDITOR, Role.PROVINCE])
def test_nobody_is_shown_work_they_may_not_do(role):
    SessionFactory(trainer=None)

    assert work.work_for(member(role, "31.73.07"), now=timezone.now()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_work_list_asks_the_same_number_of_queries_for_one_and_three_sessions(count):
    sudin = member(Role.SUDIN, "31.73")
    for day in range(count):
        SessionFactory(trainer=None, starts_at=tomorrow_at(9) + timedelta(days=day + 1))

    with CaptureQueriesContext(connection) as queries:
        found = work.work_for(sudin, now=timezone.now())

    assert (len(found), own_queries(queries)) == (count, 26)


def test_figures_count_people_of_the_area_who_count():
    sudin, today = member(Role.SUDIN, "31.73"), timezone.localdate()
    people = ParticipantFactory.create_batch(3)
    ParticipantFactory(status="moved")
    ParticipantFactory(is_outside_dki=True)
    ParticipantFactory(kelurahan_id="31.71.01.1001")
    for position in (1, 2, 3):
        present(people[0], held(position, days_ago=position * 3))
    again = held(1, days_ago=20)
    present(people[1], again)
    present(people[1], held(1, days_ago=25))
    StepReached.objects.create(participant=people[0], step=2, reached_on=today, evidence="x")

    found = figures.figures_for(sudin, now=timezone.now(), today=today)

    assert (found.registered, found.completed, found.attended, found.target) == (3, 1, 2, 8_000)
    assert (found.reached[2], found.reached[7]) == (1, 0)
    assert found.by_area == {"31.73.07": 3}


def test_figures_are_kept_for_five_minutes_for_one_area_only():
    sudin, other = member(Role.SUDIN, "31.73"), member(Role.SUDIN, "31.71")
    today = timezone.localdate()
    figures.figures_for(sudin, now=timezone.now(), today=today)
    ParticipantFactory()

    kept = figures.figures_for(sudin, now=timezone.now(), today=today)
    elsewhere = figures.figures_for(other, now=timezone.now(), today=today)
    cache.clear()
    fresh = figures.figures_for(sudin, now=timezone.now(), today=today)

    assert (kept.registered, elsewhere.registered, fresh.registered) == (0, 0, 1)


@pytest.mark.parametrize(
    ("role", "area", "has_map"),
    [
        (Role.SUDIN, "31.73", True),
        (Role.PROVINCE, "31", True),
        (Role.KECAMATAN, "31.73.07", False),
        (Role.MENTOR, "31.73.07", False),
        (Role.AUDITOR, "31", True),
    ],
)
def test_every_role_has_a_dashboard_of_its_own_area(client_as, role, area, has_map):
    ParticipantFactory()

    page = client_as(member(role, area)).get(DASHBOARD)

    assert (page.status_code, bool(page.context["area"]["map"])) == (200, has_map)


@pytest.mark.parametrize(("role", "sees"), [(Role.PROVINCE, True), (Role.SUDIN, False), (Role.MENTOR, False)])
def test_who_looks_after_the_portal_sees_how_sending_stands(client_as, role, sees):
    area = "31" if role == Role.PROVINCE else "31.73"
    breaker.trip("email", "channel_down")

    page = client_as(member(role, area)).get(DASHBOARD)

    assert bool(page.context["sending"]) is sees
    if sees:
        assert (page.context["sending"]["is_fine"], page.context["sending"]["resting"]) == (False, "E-mail")
    breaker.reset("email")


def test_a_trainer_sees_the_own_sessions_and_no_figures(client_as):
    page = client_as(member(Role.TRAINER, "31.73")).get(DASHBOARD)

    assert (page.status_code, page.context["tiles"], page.context["may_see_sessions"]) == (200, [], True)


def test_the_list_of_participants_finds_those_with_one_activity_to_go(client_as):
    sudin = client_as(member(Role.SUDIN, "31.73"))
    near, done, never = ParticipantFactory.create_batch(3)
    for position in (1, 2, 3):
        session = held(position, days_ago=position * 3)
        present(done, session)
        if position < 3:
            present(near, session)

    def numbers(**query):
        rows = sudin.get(reverse("participants:list"), query).context["rows"]
        return [row.number for row in rows]

    assert numbers(tampilan="satu-lagi") == [near.number]
    assert numbers(tampilan="belum-hadir") == [never.number]
    assert numbers(kegiatan="3") == [done.number]


def test_messages_that_could_not_be_sent_lead_to_the_list_of_just_those(client_as):
    sudin = member(Role.SUDIN, "31.73")
    Message.objects.create(
        key="x:1:1",
        kind="session_reminder",
        channel="email",
        state="dead",
        participant_id=1,
        city="31.73",
        due_at=timezone.now(),
        finished_at=timezone.now(),
    )

    found = work.work_for(sudin, now=timezone.now())

    assert [item.url for item in found] == [reverse("notifications:messages") + "?state=dead"]
    assert len(client_as(sudin).get(found[0].url).context["page"].rows) == 1
