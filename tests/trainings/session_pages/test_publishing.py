"""A session is published and cancelled, each after a question."""

import pytest

from okoce.notifications.models import Message
from tests.factories import (
    BookingFactory,
    ScanFactory,
    SessionFactory,
)
from tests.factories.trainings import day_at
from tests.trainings.session_pages.desk import errors, url
from trainings.enums import BookingState
from trainings.models import TrainingSession

pytestmark = pytest.mark.django_db


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
