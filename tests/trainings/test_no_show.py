import pytest
from django.urls import reverse

from okoce.accounts.roles import Role
from tests.factories import BookingFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings import rules
from trainings.enums import BookingState, ScanResult
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(starts_at=day_at(-1, 9), state="held")


def booked(session, state, *results):
    person = BookingFactory(session=session, state=state).participant
    for result in results:
        ScanFactory(session=session, participant=person, result=result)


def test_rule_34_absent_are_those_who_said_yes_and_were_not_there(session, client_as):
    booked(session, BookingState.CONFIRMED, ScanResult.ACCEPTED)
    booked(session, BookingState.CONFIRMED)
    booked(session, BookingState.CONFIRMED, ScanResult.ACCEPTED, ScanResult.UNDONE)
    booked(session, BookingState.CONFIRMED, ScanResult.DUPLICATE)
    booked(session, BookingState.INVITED)
    booked(session, BookingState.DECLINED)
    booked(session, BookingState.WALKED_IN, ScanResult.ACCEPTED)

    found = TrainingSession.objects.with_attendance_counts().get(pk=session.pk)
    page = client_as(member(Role.KECAMATAN, "31.73.07")).get(
        reverse("trainings:attendance", args=[session.pk])
    )

    assert (found.no_show_count, found.confirmed_count) == (3, 4)
    assert "3 dari 4 yang menyatakan datang tidak hadir (75 %)." in page.content.decode()


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(0, 0, "-"), (0, 5, "0 %"), (1, 3, "33 %"), (5, 5, "100 %")]
)
def test_rule_34_a_rate_of_nobody_is_no_rate(part, whole, said):
    assert rules.share(part, whole) == said
