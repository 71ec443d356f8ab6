"""What people are told after a training: that they were missed and where the next session is, that they have
completed the year, and that their certificate is ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from okoce.notifications import causes, kinds, services
from okoce.notifications.enums import Topic
from okoce.notifications.services import Draft
from participants.enums import Step
from participants.models import StepReached
from trainings import links, messages
from trainings.models import AttendanceScan, Booking, Certificate, TrainingSession

MISSED = "session_missed"
COMPLETED = "training_completed"
CERTIFICATE = "certificate_ready"
CERTIFICATE_CAUSE = "trainings.certificate"
AFTER = timedelta(hours=1)  # so that a slip at the door can be mended
MISSED_FOR, TOLD_FOR = timedelta(days=7), timedelta(days=30)
COMMON = {"channels": kinds.USUAL_CHAIN, "topic": Topic.TRAININGS}


def register() -> None:
    """Called when the app starts; the outbox knows these kinds from then on."""
    causes.register(CERTIFICATE_CAUSE, describe_certificate)
    kinds.register(
        kinds.Kind(
            code=MISSED,
            label=_("Missed session, with the next one"),
            details=missed_details,
            recheck=missed_void,
            reasons={
                "was_there": _("The person was there after all"),
                "has_seat": _("The person has a seat in another session already"),
            },
            sample=messages.SAMPLE | {"again_path": "/pelatihan/lagi/abc-contohtautanlagi/"},
            gaps={
                **{name: messages.GAPS[name] for name in ("activity", "starts_at", "venue", "instead")},
                "again_link": _("The person's own link to take a seat in the next session"),
            },
            required=("activity", "again_link"),
            **COMMON,
        )
    )
    certificates = reverse("trainings:own_certificates")
    kinds.register(
        kinds.Kind(
            code=COMPLETED,
            label=_("Trainings of the year completed"),
            details=completed_details,
            recheck=completed_void,
            reasons={"not_complete": _("The attendance was corrected: the year is not complete")},
            sample={"year": "2026", "certificate_path": certificates},
            gaps=CERTIFICATE_GAPS,
            required=("certificate_link",),
            **COMMON,
        )
    )
    kinds.register(
        kinds.Kind(
            code=CERTIFICATE,
            label=_("Certificate ready"),
            details=certificate_details,
            recheck=certificate_void,
            reasons={"certificate_revoked": _("The certificate was withdrawn")},
            sample={"year": "2026", "certificate_path": certificates},
            gaps=CERTIFICATE_GAPS,
            required=("certificate_link",),
            **COMMON,
        )
    )


CERTIFICATE_GAPS = {
    "year": _("Year of the trainings"),
    "certificate_link": _("Link to the own certificates"),
}


# ---------------------------------------------------------------- missed


def queue_missed(session: TrainingSession, *, now: datetime) -> int:
    """To everybody who had a seat and was not there, once a class, an hour after the list was closed."""
    if now - session.starts_at > MISSED_FOR:
        return 0  # a list that is closed months later is of no use to anybody
    there = session.scans.standing().values("participant")
    absent = session.bookings.seated().exclude(participant__in=there)
    return services.queue_many(
        kind=MISSED,
        drafts=[
            Draft(
                key=messages.key(session.class_id, person, "missed"),
                participant_id=person,
                city=session.city_id,
                kecamatan=session.kecamatan_id,
            )
            for person in absent.values_list("participant_id", flat=True)
        ],
        cause=(messages.CAUSE, session.pk),
        due_at=messages.decent(now + AFTER),
        expires_at=now + MISSED_FOR,
    )


def missed_details(rows: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """The session as it was, the nearest next ones, and the own link to a seat there. Three queries."""
    sessions = TrainingSession.objects.with_places().in_bulk({m.cause_id for m in rows if m.cause_id})
    instead = messages.next_of(list(sessions.values()), now=timezone.now()) if sessions else {}
    seats = Booking.objects.filter(session__in=sessions, participant__in={m.participant_id for m in rows})
    paths = {
        (session, person): links.again_path_of(pk, number)
        for session, person, pk, number in seats.values_list(
            "session_id", "participant_id", "pk", "queue_number"
        )
    }
    return {
        m.key: messages.describe(sessions[m.cause_id])
        | {
            "instead": [messages.when_and_where(one) for one in instead.get(m.cause_id, [])],
            "again_path": paths.get((m.cause_id, m.participant_id), ""),
        }
        for m in rows
        if m.cause_id in sessions
    }


def missed_void(rows: Sequence[Any]) -> Mapping[str, str]:
    """Who was there after all, or has a seat in a coming session of the activity. Three queries."""
    people, causes_ = {m.participant_id for m in rows}, {m.cause_id for m in rows}
    there = set(
        AttendanceScan.objects.standing()
        .filter(session__in=causes_, participant__in=people)
        .values_list("session_id", "participant_id")
    )
    activities = dict(TrainingSession.objects.filter(pk__in=causes_).values_list("pk", "activity_id"))
    seats = set(
        Booking.objects.seated()
        .filter(
            participant__in=people,
            session__activity__in=activities.values(),
            session__state="published",
            session__starts_at__gt=timezone.now(),
        )
        .values_list("session__activity_id", "participant_id")
    )
    found = {}
    for message in rows:
        if (message.cause_id, message.participant_id) in there:
            found[message.key] = "was_there"
        elif (activities.get(message.cause_id), message.participant_id) in seats:
            found[message.key] = "has_seat"
    return found


# ---------------------------------------------------------------- completed, certificate


def queue_completed(people: Iterable[int], session: TrainingSession, *, year: int, now: datetime) -> int:
    """To those for whom this session completed the year, once a year; not when old lists are entered."""
    if now - session.starts_at > TOLD_FOR:
        return 0
    return services.queue_many(
        kind=COMPLETED,
        drafts=[
            Draft(key=f"completed:{year}:participant:{person}", participant_id=person, context={"year": year})
            for person in people
        ],
        cause=(messages.CAUSE, session.pk),
        due_at=messages.decent(now + AFTER),
        expires_at=now + TOLD_FOR,
    )


def completed_details(rows: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    path = reverse("trainings:own_certificates")
    return {m.key: {"year": str(m.context.get("year", "")), "certificate_path": path} for m in rows}


def completed_void(rows: Sequence[Any]) -> Mapping[str, str]:
    """Whose third activity was taken back since. One query."""
    reached = set(
        StepReached.objects.filter(
            participant__in={m.participant_id for m in rows}, step=Step.P2_TRAINING
        ).values_list("participant_id", "reached_on__year")
    )
    return {m.key: "not_complete" for m in rows if (m.participant_id, m.context.get("year")) not in reached}


def queue_certificate(certificate: Certificate, *, now: datetime) -> int:
    """To the person whose certificate an office has made."""
    draft = Draft(
        key=f"certificate:{certificate.pk}:ready",
        participant_id=certificate.participant_id,
        context={"year": certificate.year},
        city=certificate.city_id,
        kecamatan=certificate.kecamatan_id,
    )
    return services.queue_many(
        kind=CERTIFICATE,
        drafts=[draft],
        cause=(CERTIFICATE_CAUSE, certificate.pk),
        due_at=messages.decent(now),
        expires_at=now + TOLD_FOR,
    )


certificate_details = completed_details


def certificate_void(rows: Sequence[Any]) -> Mapping[str, str]:
    """Whose certificate is gone. One query."""
    valid = set(
        Certificate.objects.filter(pk__in={m.cause_id for m in rows}, revoked_at=None).values_list(
            "pk", flat=True
        )
    )
    return {m.key: "certificate_revoked" for m in rows if m.cause_id not in valid}


def describe_certificate(user: Any, certificate_id: int) -> causes.Described | None:
    """What the pages of messages call the certificate; None for who may not see it."""
    certificate = Certificate.objects.visible_to(user).filter(pk=certificate_id).first()
    if certificate is None:
        return None
    return causes.Described(
        certificate.number, reverse("trainings:certificate_detail", args=[certificate.uid])
    )
