"""What people think of a session: said once each, by nobody in particular."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Avg, Count

from trainings.models import AttendanceScan, Feedback, FeedbackGiven, TrainingSession
from trainings.scheduling import day_of

QUESTIONS = ("clear", "useful", "trainer")
FROM_HOW_MANY = 5  # below that an answer might be somebody's
OPEN_DAYS = 14  # after the session


def may_say(*, session: TrainingSession, participant_id: int, now: datetime) -> bool:
    """Who was there, from the start until two weeks later, and has not said it yet."""
    is_open = session.starts_at <= now and (day_of(now) - day_of(session.starts_at)).days <= OPEN_DAYS
    return (
        is_open
        and AttendanceScan.objects.counted().filter(session=session, participant=participant_id).exists()
        and not FeedbackGiven.objects.filter(session=session, participant=participant_id).exists()
    )


def open_for(participant_id: int, *, now: datetime) -> list[TrainingSession]:
    """Sessions about which the person may still say something, the newest first."""
    said = FeedbackGiven.objects.filter(participant=participant_id).values("session")
    there = AttendanceScan.objects.counted().filter(participant=participant_id).values("session")
    sessions = TrainingSession.objects.filter(pk__in=there).exclude(pk__in=said).select_related("activity")
    return [
        s
        for s in sessions.filter(starts_at__lte=now).order_by("-starts_at")[:5]
        if (day_of(now) - day_of(s.starts_at)).days <= OPEN_DAYS
    ]


@transaction.atomic
def say(
    *, session_id: int, participant_id: int, answers: dict[str, int], words: str = "", now: datetime
) -> bool:
    """Keeps the answers. False when the person may not say anything, or has said it already."""
    session = TrainingSession.objects.get(pk=session_id)
    if not may_say(session=session, participant_id=participant_id, now=now):
        return False
    try:
        with transaction.atomic():
            FeedbackGiven.objects.create(session=session, participant_id=participant_id)
    except IntegrityError:
        return False
    Feedback.objects.create(session=session, words=words, **{q: answers[q] for q in QUESTIONS})
    return True


def trend(sessions: Any) -> list[Any]:
    """Those of ``sessions`` with enough answers, in order; each with its averages and how many answered."""
    averages = {f"{q}_average": Avg(f"feedback__{q}") for q in QUESTIONS}
    rows = sessions.annotate(answer_count=Count("feedback"), **averages)
    return list(rows.filter(answer_count__gte=FROM_HOW_MANY))


def words_about(session: TrainingSession) -> list[str]:
    """In no order: the ids are random. Nothing while there are too few answers."""
    if session.feedback.count() < FROM_HOW_MANY:
        return []
    return list(session.feedback.exclude(words="").order_by("pk").values_list("words", flat=True))
