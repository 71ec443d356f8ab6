from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import BookingFactory, ParticipantFactory, SessionFactory
from trainings.progress import progress_of

pytestmark = pytest.mark.django_db


def test_an_invitation_for_january_is_the_next_session_in_december():
    person = ParticipantFactory()
    next_year = timezone.localdate().year + 1
    starts = timezone.localtime().replace(year=next_year, month=1, day=12, hour=9, minute=0)
    session = SessionFactory(starts_at=starts, ends_at=starts + timedelta(hours=3))
    BookingFactory(session=session, participant=person)

    progress = progress_of(person, timezone.localdate().year)

    assert progress.next_session.session_id == session.pk
    assert [a.booking for a in progress.activities] == [None, None, None]
