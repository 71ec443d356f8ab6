"""How many people there were somewhere on a day, as it was reported then. Source: docs/indicators.md, I-7.

A person counts on a day when registered by then, active and living in Jakarta on it. Where somebody was is
read backwards: the area that the first transfer after the day left, else the present one. Facts that are
recorded later count from the present quarter on (participants.periods): a closed quarter never changes.
"""

from __future__ import annotations

from datetime import date

from django.db.models import BooleanField, CharField, Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from okoce.db.models import valid_on
from participants.enums import Status
from participants.models import FosterLink, Merge, Participant, StatusChange, Transfer
from participants.querysets import ParticipantQuerySet


def people_on(day: date) -> ParticipantQuerySet:
    """Everybody who counted on ``day``."""
    changes = StatusChange.objects.filter(participant=OuterRef("pk"))
    until = changes.filter(counts_from__lte=day).order_by("-counts_from", "-starts_on", "-pk")
    after = changes.filter(counts_from__gt=day).order_by("counts_from", "starts_on", "pk")
    # A row that was joined to another counts on the days before figures knew of it.
    joined_later = Merge.objects.standing().filter(merged=OuterRef("pk"), counts_from__gt=day)
    return (
        Participant.everybody.filter(Q(merged_into__isnull=True) | Exists(joined_later))
        .filter(registered_on__lte=day)
        .annotate(
            status_then=Coalesce(
                Subquery(until.values("status")[:1]),
                Subquery(after.values("was_status")[:1]),
                F("status"),
                output_field=CharField(),
            ),
            outside_then=Coalesce(
                Subquery(until.values("is_outside_dki")[:1]),
                Subquery(after.values("was_outside_dki")[:1]),
                F("is_outside_dki"),
                output_field=BooleanField(),
            ),
        )
        .filter(status_then=Status.ACTIVE, outside_then=False)
    )


def _moves_after(day: date) -> Subquery:
    """For each person the first move after ``day``: what it left is where the person was."""
    moves = Transfer.objects.filter(to_kelurahan__isnull=False, counts_from__gt=day)
    return moves.order_by("participant_id", "counts_from", "pk").distinct("participant_id").values("pk")


def in_kecamatan(kecamatan: str, *, on: date) -> int:
    """People who counted and lived in ``kecamatan`` on a day."""
    return people_on(on).filter(_was_in(on, "kecamatan_id", kecamatan)).count()


def in_city(city: str, *, on: date) -> int:
    """As ``in_kecamatan``, for a city."""
    return people_on(on).filter(_was_in(on, "city_id", city)).count()


def _was_in(day: date, column: str, code: str) -> Q:
    moved = Transfer.objects.filter(pk__in=_moves_after(day))
    left_it = moved.filter(**{f"from_{column}": code})
    return (Q(**{column: code}) & ~Q(pk__in=moved.values("participant_id"))) | Q(
        pk__in=left_it.values("participant_id")
    )


def by_kecamatan(*, on: date) -> dict[str, int]:
    """People who counted on a day, by the kecamatan they lived in; kecamatan without anybody are absent."""
    moved = dict(
        Transfer.objects.filter(pk__in=_moves_after(on)).values_list("participant_id", "from_kecamatan_id")
    )
    people = people_on(on)
    stayed = people.exclude(pk__in=list(moved)).order_by().values_list("kecamatan_id")
    counts = {code: number for code, number in stayed.annotate(Count("pk")) if code}
    for pk in people.filter(pk__in=list(moved)).values_list("pk", flat=True):
        if code := moved[pk]:
            counts[code] = counts.get(code, 0) + 1
    return counts


def of_agency(organisation: str, *, on: date) -> int:
    """People who counted and were fostered by an agency on a day: each agency counts its own."""
    links = FosterLink.objects.filter(valid_on(on), organisation_id=organisation)
    return people_on(on).filter(pk__in=links.values("participant_id")).count()


def in_province(*, on: date) -> int:
    """People who counted on a day, each once, however many agencies foster them."""
    return people_on(on).count()
