"""Who has used somebody's data (UU 27/2022 art. 32): from the audit trail, by office, never by officer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from okoce.audit import words
from okoce.audit.models import AuditEvent
from participants.models import Participant

SHOWN = 200
# What says nothing about a use of the data by others.
QUIET = ("participants.signed_in", "accounts.signed_in")


@dataclass(frozen=True)
class Line:
    at: datetime
    what: str
    unit: str


def trail_of(participant: Participant) -> list[Line]:
    """The newest uses of one person's data, newest first: openings, changes, exports that held the row.

    Two queries.
    """
    about = Q(target_type="participants.participant", target_id=str(participant.pk))
    requests = [str(pk) for pk in participant.data_requests.values_list("pk", flat=True)]
    about |= Q(target_type="participants.datarequest", target_id__in=requests)
    events = AuditEvent.objects.filter(about).exclude(action__in=QUIET).order_by("-at", "-pk")[:SHOWN]
    return list(_lines(events, own_account=participant.user_id))


def _lines(events: Iterable[Any], *, own_account: int | None) -> Iterable[Line]:
    for event in events:
        is_self = own_account is not None and event.actor_id == own_account
        unit = _("you yourself") if is_self else event.unit or _("the portal itself")
        yield Line(event.at, capfirst(str(words.action(event.action))), unit)
