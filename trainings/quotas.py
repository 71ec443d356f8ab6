"""Seats of a session limited to a kelurahan or a trade: at most so many, whoever else is in the session.

Asked under the session's lock, like the seats themselves. Who belongs to no limited group is not limited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import OuterRef, Q, Subquery

from participants.models import Business, Participant
from trainings.models import SeatQuota, TrainingSession
from trainings.refusals import BookingRefused, Refusal

Group = tuple[str, str]  # ("kelurahan", code) or ("sector", code)


def quotas_of(session: TrainingSession) -> list[SeatQuota]:
    """Those of the session, and those of its phase for groups that the session says nothing of."""
    if not session.has_quotas:
        return []
    mine = Q(session=session.class_id)
    if session.phase_id is not None:
        mine |= Q(phase=session.phase_id)
    rows = SeatQuota.objects.filter(mine).select_related("kelurahan", "sector").order_by("pk")
    found = {group_of(row): row for row in sorted(rows, key=lambda row: row.session_id is not None)}
    return list(found.values())


def group_of(quota: SeatQuota) -> Group:
    return ("kelurahan", quota.kelurahan_id) if quota.kelurahan_id else ("sector", str(quota.sector_id))


def groups_of(people: Collection[int]) -> dict[int, set[Group]]:
    """The kelurahan of each person, and the trade of the first business. One query."""
    first = Business.objects.filter(participant=OuterRef("pk")).order_by("pk")
    rows = Participant.objects.filter(pk__in=people).annotate(trade=Subquery(first.values("sector")[:1]))
    return {
        pk: {("kelurahan", kelurahan or ""), ("sector", trade or "")}
        for pk, kelurahan, trade in rows.values_list("pk", "kelurahan_id", "trade")
    }


def taken(session: TrainingSession) -> Counter[Group]:
    """How many seats each group has already."""
    seated = session.bookings.seated().values_list("participant_id", flat=True)
    return Counter(group for groups in groups_of(list(seated)).values() for group in groups)


def within(session: TrainingSession, people: Iterable[int]) -> list[int]:
    """Of ``people``, in their order, those who still find a seat of their groups free. Three queries."""
    people = list(people)
    limits = {group_of(quota): quota.seats for quota in quotas_of(session)}
    if not limits:
        return people
    used, groups, found = taken(session), groups_of(people), []
    for person in people:
        limited = [group for group in groups.get(person, ()) if group in limits]
        if all(used[group] < limits[group] for group in limited):
            used.update(limited)
            found.append(person)
    return found


def why_not(session: TrainingSession, participant: Participant) -> BookingRefused | None:
    """The first quota of the person's groups that is used up."""
    rows = quotas_of(session)
    if not rows:
        return None
    used, groups = taken(session), groups_of([participant.pk])[participant.pk]
    for quota in rows:
        group = group_of(quota)
        if group in groups and used[group] >= quota.seats:
            name = quota.kelurahan.name if quota.kelurahan else quota.sector.name if quota.sector else ""
            return BookingRefused(Refusal.QUOTA, seats=quota.seats, group=name, name=participant.full_name)
    return None
