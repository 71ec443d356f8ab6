"""Whom a breach of data concerns (UU 27/2022 art. 46): whose data were opened or taken between two moments.

From the audit trail: what was done to one person names that person, an exported file keeps who was in it.
What concerns nobody by name (openings of rows of lists, of registrations that are not accepted) is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from okoce.accounts.models import User
from okoce.audit import words
from okoce.audit.models import AuditEvent
from okoce.values import phone, sheets
from participants import areas
from participants.models import DataRequest, ExportJob, Participant
from participants.querysets import ParticipantQuerySet
from participants.services.exporting import people_in

# What shows or takes data. Everything else an officer does to a person is work on the person's behalf.
OPENED = (
    "participants.nik.unmasked",
    "participants.document.opened",
    "participants.identity_photo.opened",
    "participants.copy.made",
)
TAKEN = ("participants.export.downloaded",)
NAMELESS = (
    "participants.import.row_opened",
    "participants.import.rows_handed_back",
    "participants.self_registration.opened",
    "participants.nik.looked_up",
    "participants.phone.looked_up",
)
BATCH = 2_000


@dataclass
class Affected:
    """``people``: id of a person: what was done, by action. ``nameless``: events that name nobody."""

    people: dict[int, set[str]] = field(default_factory=dict)
    nameless: Counter[str] = field(default_factory=Counter)
    unknown_files: int = 0

    def note(self, ids: Iterable[int], action: str) -> None:
        for pk in ids:
            self.people.setdefault(pk, set()).add(action)

    @property
    def by_action(self) -> list[dict[str, Any]]:
        counted = Counter(action for actions in self.people.values() for action in actions)
        return [
            {"what": capfirst(str(words.action(action))), "count": count}
            for action, count in counted.most_common()
        ]

    @property
    def beside(self) -> list[dict[str, Any]]:
        return [
            {"what": capfirst(str(words.action(action))), "count": count}
            for action, count in self.nameless.most_common()
        ]


def account_named(username: str) -> User | None:
    """The account of an officer, as it stands in the trail."""
    return User.objects.filter(username__iexact=username).first()


def between(since: datetime, until: datetime, *, actor_id: int | None = None) -> Affected:
    """``until`` is not included any more. A fixed number of queries, and one more for files."""
    events = AuditEvent.objects.filter(at__gte=since, at__lt=until)
    if actor_id is not None:
        events = events.filter(actor_id=actor_id)
    found = Affected()
    opened = events.filter(action__in=OPENED)
    files: Counter[str] = Counter()
    requests: dict[str, set[str]] = {}
    rows = events.filter(Q(pk__in=opened.values("pk")) | Q(action__in=(*TAKEN, *NAMELESS))).order_by()
    for action, kind, target in rows.values_list("action", "target_type", "target_id"):
        if action in TAKEN:
            files[target] += 1
        elif action in NAMELESS or not target.isdigit():
            found.nameless[action] += 1
        elif kind == "participants.datarequest":
            requests.setdefault(target, set()).add(action)
        elif kind == "participants.participant":
            found.note([int(target)], action)
        else:
            found.nameless[action] += 1
    for pk, person in DataRequest.objects.filter(pk__in=requests).values_list("pk", "participant_id"):
        for action in requests[str(pk)]:
            found.note([person], action)
    for job in ExportJob.objects.filter(pk__in=[pk for pk in files if pk.isdigit()]).only("pk", "people"):
        if job.people is None:
            found.unknown_files += 1
        found.note(people_in(job), TAKEN[0])
    found.people = _carried(found.people)
    return found


def _carried(people: Mapping[int, set[str]]) -> dict[int, set[str]]:
    """Under the one who carries everything now, each once; those who were erased cannot be told."""
    rows = Participant.everybody.filter(pk__in=list(people), erased_at=None)
    found: dict[int, set[str]] = {}
    for pk, now in rows.annotate(now=Coalesce("merged_into_id", "pk")).values_list("pk", "now"):
        found.setdefault(now, set()).update(people[pk])
    return found


# ---------------------------------------------------------------- the list
@dataclass(frozen=True)
class Head:
    head: str
    kind: sheets.Kind
    width: int


def columns() -> list[Head]:
    text = sheets.Kind.TEXT
    return [
        Head(_("Participant number"), text, 16),
        Head(_("Full name"), text, 30),
        Head(_("Phone number"), text, 18),
        Head(_("E-mail"), text, 26),
        Head(_("Street and number"), text, 34),
        Head(_("Kelurahan"), text, 20),
        Head(_("Kecamatan"), text, 20),
        Head(_("How to reach"), text, 14),
        Head(_("What was done"), text, 50),
    ]


def rows_of(people: ParticipantQuerySet, found: Affected) -> Iterator[list[Any]]:
    """One row a person, with how to reach them; by kecamatan and name, as letters are handed out."""
    reading = people.order_by("kecamatan_id", "name_key", "pk").iterator(chunk_size=BATCH)
    while batch := list(islice(reading, BATCH)):
        for person in batch:
            done = sorted(capfirst(str(words.action(action))) for action in found.people[person.pk])
            rt_rw = f"RT/RW {person.rt}/{person.rw}" if person.rt and person.rw else ""
            yield [
                person.number,
                person.full_name,
                phone.display(person.phone) if person.phone else "",
                person.email,
                ", ".join(filter(None, (person.address, rt_rw))),
                areas.name_of(person.kelurahan_id),
                areas.name_of(person.kecamatan_id),
                way_to(person),
                "; ".join(done),
            ]


def way_to(person: Participant) -> str:
    """By phone, by e-mail, else by letter to the address."""
    if person.phone:
        return _("Phone")
    return _("E-mail") if person.email else _("Letter")
