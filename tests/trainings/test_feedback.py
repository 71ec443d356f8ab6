"""Three taps after a session; the trainer sees a trend and never who said what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.accounts.sessions import PARTICIPANT
from participants.services import cards
from participants.services.sign_in import account_of
from tests.factories import BookingFactory, ScanFactory, SessionFactory, TrainerFactory, UserFactory, member
from tests.factories.trainings import day_at
from trainings import links
from trainings.models import Feedback, FeedbackGiven
from trainings.scheduling import JAKARTA
from trainings.services import feedback

pytestmark = pytest.mark.django_db
GOOD = {"clear": 3, "useful": 3, "trainer": 3}


@pytest.fixture(autouse=True)
def _monday_afternoon(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 15, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def trainer():
    user = UserFactory()
    TrainerFactory(user=user)
    return user


@pytest.fixture
def session(trainer):
    return SessionFactory(starts_at=day_at(0, 9), trainer=trainer.trainer)


def there(session):
    person = BookingFactory(session=session).participant
    ScanFactory(session=session, participant=person)
    return person


def say(session, person, answers=GOOD, words="", now=None):
    return feedback.say(
        session_id=session.pk,
        participant_id=person.pk,
        answers=answers,
        words=words,
        now=now or timezone.now(),
    )


def test_three_taps_are_kept_without_a_name(session, client_as):
    person = there(session)
    me, address = (
        client_as(account_of(participant_id=person.pk), kind=PARTICIPANT),
        reverse("trainings:feedback", args=[session.pk]),
    )
    taps = {}
    for code in feedback.QUESTIONS:
        taps[code] = "3"
        page = me.post(address, taps)

    assert page.context["is_done"] is True
    kept = Feedback.objects.get()
    assert (kept.session, kept.clear, kept.useful, kept.trainer) == (session, 3, 3, 3)
    assert {f.name for f in Feedback._meta.get_fields()} == {
        "id",
        "session",
        "clear",
        "useful",
        "trainer",
        "words",
    }


def test_neither_a_time_nor_an_order_tells_who_said_it(session):
    for n in range(30):
        say(session, there(session), {"clear": 1 + n % 3, "useful": 2, "trainer": 3})

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'trainings_feedback'"
        )
        kinds = {row[0] for row in cursor.fetchall()}
    assert [kind for kind in kinds if "time" in kind or "date" in kind] == []
    assert [f.clear for f in Feedback.objects.order_by("pk")] != [1 + n % 3 for n in range(30)]


def test_each_says_it_once(session):
    person = there(session)

    assert [say(session, person), say(session, person)] == [True, False]
    assert (Feedback.objects.count(), FeedbackGiven.objects.count()) == (1, 1)


def test_who_was_not_there_says_nothing(session):
    absent = BookingFactory(session=session).participant

    assert say(session, absent) is False
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize(("days", "may"), [(14, True), (15, False)])
def test_it_can_be_said_for_two_weeks(session, days, may):
    assert say(session, there(session), now=timezone.now() + timedelta(days=days)) is may


def test_before_the_session_began_nothing_is_said(session):
    assert say(session, there(session), now=day_at(0, 8)) is False


@pytest.mark.parametrize(("answers", "rows"), [(4, 0), (5, 1)])
def test_the_trend_begins_with_five_answers(session, trainer, client_as, answers, rows):
    for _ in range(answers):
        say(session, there(session), words="Contohnya jelas")
    client = client_as(member(Role.SUDIN, "31.73"))

    trend = client.get(reverse("trainings:feedback_trend"))
    about = client.get(reverse("trainings:feedback_about", args=[session.pk]))

    assert len(trend.context["rows"]) == rows
    assert (len(about.context["bars"]), len(about.context["words"])) == (3 * rows, answers * rows)


def test_averages_run_from_all_no_to_all_yes(session, client_as):
    for _n in range(5):
        say(session, there(session), {"clear": 3, "useful": 1, "trainer": 2})

    trend = client_as(member(Role.SUDIN, "31.73")).get(reverse("trainings:feedback_trend"))

    assert [bar["percent"] for bar in trend.context["rows"][0].bars] == [100, 0, 50]


def test_an_office_of_another_city_sees_no_trend(session, client_as):
    for _ in range(5):
        say(session, there(session))

    client = client_as(member(Role.SUDIN, "31.71"))

    assert client.get(reverse("trainings:feedback_trend")).context["rows"] == []
    assert client.get(reverse("trainings:feedback_about", args=[session.pk])).status_code == 404


def test_the_status_asks_once_after_a_session(session, client_as):
    person = there(session)
    me = client_as(account_of(participant_id=person.pk), kind=PARTICIPANT)

    assert (
        reverse("trainings:feedback", args=[session.pk])
        in me.get(reverse("dashboard:status")).content.decode()
    )
    say(session, person)
    assert (
        reverse("trainings:feedback", args=[session.pk])
        not in me.get(reverse("dashboard:status")).content.decode()
    )


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_trend_costs_the_same_with_one_session_and_with_three(
    client_as, django_assert_num_queries, sessions
):
    for n in range(sessions):
        one = SessionFactory(starts_at=day_at(-n, 9))
        for _ in range(5):
            say(one, there(one))
    client = client_as(member(Role.SUDIN, "31.73"))
    client.get(reverse("trainings:feedback_trend"))

    with django_assert_num_queries(5):
        client.get(reverse("trainings:feedback_trend"))


# ---------------------------------------------------------------- without signing in


def link_of(session, person):
    return links.feedback_path_of(session.bookings.get(participant=person))


def taps(client, url, words=""):
    for n in range(1, 4):
        sent = dict(list({**GOOD}.items())[:n]) | ({"words": words} if n == 3 else {})
        page = client.post(url, sent)
    return page.content.decode()


def test_three_taps_by_the_link_need_no_account_and_name_nobody(session, client):
    person = there(session)
    url = link_of(session, person)

    first = client.get(url)
    done = taps(client, url, words="Bagus")

    assert "1 dari 3" in first.content.decode()
    assert (first["Cache-Control"], first["X-Robots-Tag"]) == ("no-store, private", "noindex, nofollow")
    assert person.full_name not in first.content.decode() + done
    assert "Terima kasih. Kesan Anda disimpan tanpa nama." in done
    assert Feedback.objects.values_list("clear", "words").get() == (3, "Bagus")


def test_the_link_answers_once_whatever_way_the_first_answer_took(session, client):
    person = there(session)
    say(session, person)

    assert "Kesan untuk sesi ini sudah selesai." in taps(client, link_of(session, person))
    assert Feedback.objects.count() == 1


def test_the_link_holds_no_digit_and_is_another_one_when_the_seat_is_given_anew(session, client):
    person = there(session)
    seat = session.bookings.get(participant=person)
    old = link_of(session, person)
    seat.queue_number += 1
    seat.save()

    assert not any(sign.isdigit() for sign in old)
    assert client.get(old).status_code == 404
    assert client.get(link_of(session, person)).status_code == 200


def test_the_link_of_an_answer_is_no_link_to_the_feedback_and_the_other_way_round(session, client):
    seat = session.bookings.get(participant=there(session))
    answer = links.token_of(seat.pk, seat.queue_number)

    assert client.get(reverse("trainings:feedback_link", args=[answer])).status_code == 404
    feedback_token = link_of(session, seat.participant).rstrip("/").rsplit("/", 1)[-1]
    assert client.get(reverse("trainings:answer_link", args=[feedback_token])).status_code == 404


def test_who_was_not_there_can_say_nothing_by_the_link(session, client):
    absent = BookingFactory(session=session)

    taps(client, links.feedback_path_of(absent))

    assert not Feedback.objects.exists()


def test_the_address_in_the_invitation_leads_to_the_three_taps_after_the_session(session, client):
    person = there(session)
    seat = session.bookings.get(participant=person)
    answer = links.path_of(seat.pk, seat.queue_number)

    assert link_of(session, person) in client.get(answer).content.decode()
    say(session, person)
    assert link_of(session, person) not in client.get(answer).content.decode()


def test_the_page_of_the_card_leads_to_the_three_taps(session, client):
    person = there(session)
    cards.issue(participant_id=person.pk, by=UserFactory())
    [token] = cards.tokens_of([person.pk])[person.pk]
    url = reverse("trainings:check_in_by_card", args=[token])

    assert link_of(session, person) in client.get(url).content.decode()


@pytest.mark.parametrize("role", [Role.TRAINER, Role.KECAMATAN, Role.SUDIN])
def test_the_menu_has_the_trend_for_whoever_may_read_it(client_as, role):
    area = {Role.KECAMATAN: "31.73.07"}.get(role, "31.73")
    page = client_as(member(role, area)).get(reverse("trainings:feedback_trend")).content.decode()

    assert 'href="/pelatihan/kesan/" aria-current="page"' in page.replace("  ", " ")
