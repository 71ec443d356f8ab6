"""The completion radar: small worlds that can be counted by hand, and brute force for the share-out."""

import random
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from okoce.accounts.roles import Role
from participants.enums import Category
from participants.models import Participant
from tests.factories import (
    BookingFactory,
    ParticipantFactory,
    ScanFactory,
    SessionFactory,
    VenueFactory,
    WaitingFactory,
    member,
)
from tests.factories.trainings import completed, day_at
from tests.table_statistics import learn
from trainings.models import AttendanceScan, Booking
from trainings.progress import progress_of
from trainings.radar import ShowUp, extra_seats, radar, served, show_up_rates
from trainings.reach import reach_of
from trainings.scheduling import JAKARTA

NOW = datetime(2026, 8, 10, 9, 0, tzinfo=JAKARTA)
CODES = ["dasar", "izin-keuangan", "kemasan-pemasaran"]


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(NOW, tick=False)


def of(*codes) -> frozenset[str]:
    return frozenset(codes)


# ---------------------------------------------------------------- the share-out


def test_who_misses_least_is_served_first():
    needs = {of("a"): 30, of("a", "b"): 30, of("a", "b", "c"): 40}

    assert served(needs, {"a": 50, "b": 100, "c": 100}) == 50
    assert served(needs, {"a": 100, "b": 100, "c": 10}) == 70
    assert served(needs, {}) == 0


def by_trying_every_way(needs, places) -> int:
    kinds = list(needs)
    best = 0
    for counts in product(*(range(needs[kind] + 1) for kind in kinds)):
        use = dict.fromkeys("abc", 0)
        for kind, count in zip(kinds, counts, strict=True):
            for activity in kind:
                use[activity] += count
        if all(use[a] <= places.get(a, 0) for a in use):
            best = max(best, sum(counts))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_no_way_of_giving_the_seats_lets_more_people_finish(seed):
    chance = random.Random(seed)
    kinds = [of("a"), of("b"), of("c"), of("a", "b"), of("a", "c"), of("b", "c"), of("a", "b", "c")]
    needs = {kind: chance.randint(0, 2) for kind in kinds}
    places = {a: chance.randint(0, 7) for a in "abc"}

    assert served(needs, places) == by_trying_every_way(needs, places)


# ---------------------------------------------------------------- beyond the seats


def rate(value, **more) -> ShowUp:
    return ShowUp(value, value, value, 12, 1200, **more)


@pytest.mark.parametrize(
    ("capacity", "room", "show_up", "extra"),
    [
        (100, 200, rate(0.80), 25),
        (100, 200, rate(0.81), 17),  # taken up to 0.85
        (100, 110, rate(0.80), 10),  # the room
        (100, 100, rate(0.50), 0),
        (100, 200, rate(1.0), 0),
        (100, 200, rate(0.75, is_assumed=True), 0),
    ],
)
def test_no_more_are_invited_than_the_room_holds_and_the_past_allows(capacity, room, show_up, extra):
    assert extra_seats(capacity=capacity, room=room, show_up=show_up) == extra


def held_sessions(count, *, seated, present, **fields):
    """Held sessions of the past weeks, written in bulk."""
    people = [ParticipantFactory() for _ in range(seated)]
    for n in range(count):
        session = SessionFactory(state="held", starts_at=day_at(-7 * (n + 1), 9), **fields)
        Booking.objects.bulk_create(
            Booking(
                session=session,
                participant=person,
                state="confirmed",
                queue_number=i,
                during=(session.starts_at, session.ends_at),
                booked_at=NOW,
            )
            for i, person in enumerate(people)
        )
        AttendanceScan.objects.bulk_create(
            AttendanceScan(
                session=session,
                participant=person,
                method="list",
                result="accepted",
                device_at=session.starts_at,
            )
            for person in people[:present]
        )
    return people


@pytest.mark.django_db
def test_rule_34_the_rate_is_of_people_with_a_seat_who_came():
    held_sessions(5, seated=20, present=16)

    found = show_up_rates(["31.73.07", "31.73.08"], now=NOW)

    assert (found["31.73.07"].rate, found["31.73.07"].sessions, found["31.73.07"].people) == (0.8, 5, 100)
    assert (found["31.73.08"].rate, found["31.73.08"].is_of_city) == (0.8, True)


@pytest.mark.django_db
def test_a_short_history_is_no_history():
    held_sessions(4, seated=30, present=10)

    found = show_up_rates(["31.73.07"], now=NOW)["31.73.07"]

    assert (found.rate, found.is_assumed) == (0.75, True)


# ---------------------------------------------------------------- a kecamatan


def looked_at(**more):
    areas = more.pop("areas", ["31.73.07"])
    people = Participant.objects.in_programme()
    return {row.code: row for row in radar(people, areas=areas, activities=CODES, now=NOW)}


@pytest.mark.django_db
def test_a_kecamatan_is_counted_by_what_its_people_lack():
    done, nearly, nothing = (ParticipantFactory() for _ in range(3))
    ParticipantFactory(category=Category.SCALING_UP)
    ParticipantFactory(kelurahan_id="31.73.08.1001")
    completed(done, year=2026)
    ScanFactory(participant=nearly, session=SessionFactory(state="held", starts_at=day_at(-90, 9)))

    row = looked_at()["31.73.07"]

    assert (row.people, row.finished, row.not_open) == (4, 1, 1)
    assert row.needs == {frozenset(CODES[1:]): 1, frozenset(CODES): 1}
    assert nothing.bookings.count() == 0


@pytest.mark.django_db
def test_published_sessions_let_people_finish_and_four_more_rescue_others():
    for _ in range(8):
        person = ParticipantFactory()
        for code in CODES[1:]:
            held = SessionFactory(activity_code=code, state="held", starts_at=day_at(-100, 7))
            ScanFactory(participant=person, session=held)
    SessionFactory(starts_at=day_at(9, 9), capacity=4)

    row = looked_at()["31.73.07"]

    # four seats, of four people three come; four more sessions of four seats serve the other five
    assert (row.finish, row.rescued, row.more) == (3, 5, {"dasar": 4})


@pytest.mark.django_db
def test_at_this_pace_means_as_many_seats_a_week_as_in_the_last_eight_weeks():
    SessionFactory(state="held", starts_at=day_at(-14, 9), capacity=80)

    row = looked_at()["31.73.07"]

    weeks = (datetime(2027, 1, 1, tzinfo=JAKARTA) - NOW) / timedelta(weeks=1)
    assert row.seats["dasar"] == pytest.approx(80 * weeks / 8)


@pytest.mark.django_db
def test_out_of_reach_counts_those_for_whom_no_session_is_left():
    here, far = ParticipantFactory(), ParticipantFactory()
    WaitingFactory(participant=far, area_id="31.73")
    for n, code in enumerate(CODES):
        kecamatan = "31.73.08" if code == "dasar" else "31.73.07"
        SessionFactory(activity_code=code, starts_at=day_at(5 + n, 9), kecamatan_id=kecamatan)

    assert looked_at()["31.73.07"].out_of_reach == 1
    assert reach_of(Participant.objects.all(), now=NOW)[here.pk].sessions["dasar"] == 0
    assert reach_of(Participant.objects.all(), now=NOW)[far.pk].sessions["dasar"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("people", [1, 3])
def test_the_radar_asks_three_questions_whatever_the_number_of_people(people, django_assert_num_queries):
    for _ in range(people):
        ParticipantFactory()

    with django_assert_num_queries(3):
        looked_at(areas=["31.73.07", "31.73.08"])


@pytest.mark.django_db
def test_eight_thousand_people_are_counted(eight_thousand):
    areas = [f"31.73.0{n}" for n in range(1, 9)]

    rows = looked_at(areas=areas)

    assert sum(row.people for row in rows.values()) == 8000


@pytest.fixture
def eight_thousand():
    """Eight kecamatan of a thousand, each with thirty coming sessions, written by the database."""
    first = ParticipantFactory()
    columns = [f.column for f in Participant._meta.concrete_fields if f.column not in ("id",)]
    given = {
        "uid": "gen_random_uuid()",
        "number": "'T-' || n",
        "nik_lookup": "decode(lpad(to_hex(n), 64, '0'), 'hex')",
        "kelurahan_id": "'31.73.0' || (1 + n %% 8) || '.1001'",
        "kecamatan_id": "'31.73.0' || (1 + n %% 8)",
    }
    names = ", ".join(f'"{c}"' for c in columns)
    values = ", ".join(given.get(c, f'p."{c}"') for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO participants_participant ({names}) SELECT {values} "
            "FROM participants_participant p, generate_series(1, 7999) n WHERE p.id = %s",
            [first.pk],
        )
    learn(Participant)
    for area in range(1, 9):
        code = f"31.73.0{area}"
        venue = VenueFactory(kecamatan_id=code)
        for n in range(9):
            SessionFactory(
                kecamatan_id=code, venue=venue, activity_code=CODES[n % 3], starts_at=day_at(3 + n, 9)
            )


# ---------------------------------------------------------------- years and borders


@pytest.mark.django_db
def test_rule_30_a_session_on_the_evening_of_31_december_can_still_be_reached_and_counts_for_its_year(
    time_machine,
):
    person = ParticipantFactory()
    evening = datetime(2026, 12, 31, 18, 0, tzinfo=JAKARTA)  # 11.00 UTC
    session = SessionFactory(starts_at=evening, ends_at=evening + timedelta(hours=5))
    SessionFactory(starts_at=datetime(2027, 1, 1, 8, 0, tzinfo=JAKARTA))  # still 2026 in UTC
    ScanFactory(participant=person, session=session)
    before = datetime(2026, 12, 31, 12, 0, tzinfo=JAKARTA)
    other = ParticipantFactory()

    assert reach_of(Participant.objects.filter(pk=other.pk), now=before)[other.pk].sessions["dasar"] == 1
    assert progress_of(person, 2026, now=evening).activities[0].done_on == date(2026, 12, 31)
    assert progress_of(person, 2027, now=evening).activities[0].is_done is False


@pytest.mark.django_db
def test_rule_30_three_activities_in_two_years_leave_somebody_short_in_both():
    person = ParticipantFactory()
    for code, day in zip(CODES, ((2026, 12, 30), (2026, 12, 31), (2027, 1, 1)), strict=True):
        held = SessionFactory(
            activity_code=code, state="held", starts_at=datetime(*day, 0, 30, tzinfo=JAKARTA)
        )
        ScanFactory(participant=person, session=held)

    assert [progress_of(person, year).done_count for year in (2026, 2027)] == [2, 1]
    assert [progress_of(person, year).is_complete for year in (2026, 2027)] == [False, False]


# ---------------------------------------------------------------- pages


@pytest.fixture
def sudin(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


@pytest.mark.django_db
def test_a_sudin_sees_its_kecamatan_and_a_camat_the_own_one(client_as, sudin):
    url = reverse("trainings:radar")

    assert len(sudin.get(url).context["rows"]) == 8
    camat = client_as(member(Role.KECAMATAN, "31.73.07"))
    assert [one["row"].code for one in camat.get(url).context["rows"]] == ["31.73.07"]


@pytest.mark.django_db
def test_people_of_another_city_or_kecamatan_are_not_listed(client_as, sudin):
    url = reverse("trainings:at_risk")

    assert sudin.get(url, {"kecamatan": "31.71.06"}).status_code == 404
    camat = client_as(member(Role.KECAMATAN, "31.73.07"))
    assert camat.get(url, {"kecamatan": "31.73.08"}).status_code == 404


@pytest.mark.django_db
def test_people_near_to_failing_come_first_and_pages_follow_each_other(sudin, monkeypatch):
    monkeypatch.setattr("trainings.views.radar.AT_ONCE", 2)
    people = [ParticipantFactory() for _ in range(3)]
    for code in CODES:
        SessionFactory(activity_code=code, starts_at=day_at(9, 9), kecamatan_id="31.73.07")
    last = people[0]
    WaitingFactory(participant=last, area_id="31.73")
    for n, code in enumerate(CODES):
        SessionFactory(activity_code=code, starts_at=day_at(20 + n, 9), kecamatan_id="31.73.08")
    url = reverse("trainings:at_risk")

    first = sudin.get(url, {"kecamatan": "31.73.07"})
    second = sudin.get(url + first.context["next_url"])

    assert [row["person"].pk for row in first.context["rows"]] == [people[1].pk, people[2].pk]
    assert [row["person"].pk for row in second.context["rows"]] == [last.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [("radar", {}, 9), ("at_risk", {"kecamatan": "31.73.07"}, 8), ("line", {}, 9)],
)
def test_a_page_costs_the_same_with_one_row_and_with_three(sudin, rows, name, query, queries):
    for _ in range(rows):
        WaitingFactory()
    SessionFactory(starts_at=day_at(9, 9))
    url = reverse(f"trainings:{name}")
    sudin.get(url, query)

    with CaptureQueriesContext(connection) as found:
        page = sudin.get(url, query)

    assert (page.status_code, len(found)) == (200, queries)


@pytest.mark.django_db
def test_the_line_shows_who_waits_for_what_and_takes_somebody_off_once(client_as):
    camat = client_as(member(Role.KECAMATAN, "31.73.07"))
    wait = WaitingFactory()
    WaitingFactory(participant__kelurahan_id="31.73.08.1001", area_id="31.73")
    seated = WaitingFactory()
    BookingFactory(participant=seated.participant, session=SessionFactory(starts_at=day_at(5, 9)))

    page = camat.get(reverse("trainings:line"))
    for _ in range(2):
        camat.post(reverse("trainings:take_off", args=[wait.pk]))

    assert [row.pk for row in page.context["page"].rows] == [wait.pk]
    wait.refresh_from_db()
    assert wait.left_reason == "office"


# ---------------------------------------------------------------- the list without a kecamatan


@pytest.mark.django_db
def test_the_list_of_people_without_a_kecamatan_is_that_of_the_own_office(client_as):
    page = client_as(member(Role.KECAMATAN, "31.73.07")).get(reverse("trainings:at_risk"))

    assert page.status_code == 200
    assert "Pal Merah" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.SUDIN, Role.PROVINCE])
def test_who_sees_several_kecamatan_is_led_to_the_radar_to_choose(client_as, role):
    user = member(role, "31.73") if role == Role.SUDIN else member(role)

    page = client_as(user).get(reverse("trainings:at_risk"), follow=True)

    assert page.redirect_chain == [(reverse("trainings:radar"), 302)]
    assert "Pilih kecamatan" in page.content.decode()
