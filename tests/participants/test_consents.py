"""Consents per purpose: given, withdrawn, counted by the newest answer; the purpose stops at once."""

from __future__ import annotations

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import services as outbox
from okoce.notifications.compose import prepare
from okoce.notifications.models import Message
from participants import consent_texts
from participants.enums import Channel, Purpose
from participants.models import Consent, Participant
from participants.services import consents
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
# A text that was shown once is never changed: add a version instead, and its fingerprint here.
FINGERPRINTS = {
    "pesan-1": "7d9b721f83b92359",
    "foto-1": "601320676d97116b",
    "mitra-1": "5f5c3da30a7c3b7e",
    "katalog-1": "32826ac9a4a8fe1a",
}


def officer():
    return member(Role.SUDIN, "31.73")


def answer(siti, purpose=Purpose.MESSAGES, *, is_given, by=None, channel=Channel.COUNTER):
    deed = consents.give if is_given else consents.withdraw
    return deed(participant_id=siti.pk, purpose=purpose, channel=channel, by=by or officer())


def test_texts_that_were_shown_are_never_changed():
    shown = {text.version: text.fingerprint for texts in consent_texts.TEXTS.values() for text in texts}

    assert shown == FINGERPRINTS


@pytest.mark.parametrize("purpose", Purpose.values)
def test_every_purpose_has_a_text_in_both_languages(purpose):
    text = consent_texts.current(purpose)

    assert (len(text.id) > 100, len(text.en) > 100, len(text.version) <= 20) == (True, True, True)


def test_rule_65_an_answer_keeps_text_version_language_channel_and_who_recorded_it():
    siti, staff = ParticipantFactory(), officer()

    row = answer(siti, Purpose.PHOTOS, is_given=True, by=staff, channel=Channel.LETTER)

    row.refresh_from_db()
    assert (row.purpose, row.is_given, row.text_version, row.language, row.channel, row.recorded_by) == (
        "photos",
        True,
        consent_texts.current("photos").version,
        "id",
        "letter",
        staff,
    )


def test_rule_65_consent_rows_are_append_only():
    row = answer(ParticipantFactory(), is_given=True)

    with pytest.raises(TypeError, match="append-only"):
        row.save()
    for sql in (
        "UPDATE participants_consent SET is_given = false",
        "DELETE FROM participants_consent",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(sql)


def test_nobody_has_agreed_who_was_not_asked():
    assert consents.may(ParticipantFactory(), Purpose.MESSAGES) is False


def test_the_newest_answer_of_a_purpose_counts():
    siti, other = ParticipantFactory(), ParticipantFactory()
    answer(siti, is_given=True)
    answer(other, is_given=True)
    answer(siti, is_given=False)

    agreed = set(Participant.objects.with_consent(Purpose.MESSAGES))
    assert (agreed, consents.may(siti, "messages"), consents.may(other, "messages")) == ({other}, False, True)


def test_a_purpose_says_nothing_of_another():
    siti = ParticipantFactory()
    answer(siti, Purpose.PHOTOS, is_given=True)

    assert [p.value for p in Purpose if consents.may(siti, p)] == ["photos"]


def test_the_same_answer_twice_is_one_row():
    siti = ParticipantFactory()

    first, again = answer(siti, is_given=True), answer(siti, is_given=True)

    assert (first, Consent.objects.count()) == (again, 1)


def test_two_people_who_note_the_same_answer_at_once_make_one_row(transactional_db):
    siti, staff = ParticipantFactory(), officer()
    ready = threading.Barrier(2)

    def note():
        ready.wait()
        try:
            answer(siti, is_given=True, by=staff)
        finally:
            connection.close()

    both = [threading.Thread(target=note) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert Consent.objects.count() == 1


def test_a_newer_text_is_a_new_answer(monkeypatch):
    siti = ParticipantFactory()
    answer(siti, is_given=True)
    newer = consent_texts.ConsentText("pesan-2", "a", "b")
    monkeypatch.setitem(
        consent_texts.TEXTS, Purpose.MESSAGES, (*consent_texts.TEXTS[Purpose.MESSAGES], newer)
    )

    assert answer(siti, is_given=True).text_version == "pesan-2"


def test_who_is_restricted_counts_as_not_agreeing():
    siti = ParticipantFactory()
    row = answer(siti, is_given=True)
    Participant.objects.filter(pk=siti.pk).update(restricted_at=row.at)

    assert consents.may(siti, Purpose.MESSAGES) is False


def test_the_deed_is_in_the_trail_without_a_name():
    siti, staff = ParticipantFactory(full_name="Siti Rahmawati"), officer()
    answer(siti, is_given=False, by=staff, channel=Channel.PHONE)

    event = AuditEvent.objects.get(action="participants.consent.withdrawn")
    assert (event.actor, event.target_id, event.details) == (
        staff,
        str(siti.pk),
        {"purpose": "messages", "channel": "phone"},
    )


# ---------------------------------------------------------------- messages stop at once
def queued(siti, kind="session_reminder", **fields):
    return outbox.queue(kind=kind, key=f"{kind}:{siti.pk}", participant_id=siti.pk, **fields)


def test_rule_63_a_withdrawn_consent_cancels_what_waits():
    siti, other = ParticipantFactory(email="a@contoh.test"), ParticipantFactory(email="b@contoh.test")
    mine, theirs = queued(siti), queued(other)
    state = theirs.state

    answer(siti, is_given=False)

    mine.refresh_from_db(), theirs.refresh_from_db()
    assert (mine.state, mine.reason, theirs.state) == ("cancelled", "consent_refused", state)


def test_rule_63_the_programme_records_stay():
    siti = ParticipantFactory()
    siti.enrolments.create(year=2026, enrolled_on=siti.registered_on)
    answer(siti, is_given=True)

    answer(siti, is_given=False)

    siti.refresh_from_db()
    assert (siti.status, siti.enrolments.count(), siti.consents.count()) == ("active", 1, 2)


def test_rule_54_what_is_queued_after_the_withdrawal_is_not_sent_either():
    """The re-check at the moment of sending, for messages that slipped in between."""
    siti = ParticipantFactory(email="a@contoh.test")
    message = queued(siti, cause=("trainings.trainingsession", 1))
    Consent.objects.create(
        participant=siti,
        purpose="messages",
        is_given=False,
        text_version="pesan-1",
        channel="self",
        at=message.created_at,
    )

    may_go, verdicts = prepare([message])

    assert (may_go, len(verdicts)) == ([], 1)


def test_a_sign_in_code_still_comes_after_the_withdrawal():
    siti = ParticipantFactory(email="a@contoh.test")
    code = queued(siti, "sign_in_code", secret="123456")

    answer(siti, is_given=False)

    code.refresh_from_db()
    assert code.state in ("pending", "held")
    assert Message.objects.filter(state="cancelled").count() == 0
