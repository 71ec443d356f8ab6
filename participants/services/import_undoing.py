"""Rolling a saved list back, whole, while nobody has built on it.

The people it made are removed with their history, as if the list had never been saved; what it took over
into others is put back. The trail keeps who did it, and how many. Their numbers are not given again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit import services as audit
from okoce.notifications.models import Message
from participants.enums import Source, Step
from participants.models import DuplicateCandidate, ImportBatch, ImportRow, PairState, Participant
from participants.models.imports import BatchState
from participants.services import import_saving, import_taking
from participants.services.import_work import advance, alone, queue_next_step
from participants.services.importing import NotReady

SHOWN = 5  # people named for each reason


class BuiltOn(Exception):
    """Somebody works with the people of the list already."""

    def __init__(self, loss: Loss) -> None:
        super().__init__("built on")
        self.loss = loss


@dataclass(frozen=True)
class Obstacle:
    """Why the list cannot be rolled back: what stands on it, for how many people, and some of them."""

    code: str
    count: int
    people: list[Participant]


@dataclass(frozen=True)
class Loss:
    """What a roll-back would take away, and what forbids it."""

    people: int
    put_back: int
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def is_possible(self) -> bool:
        return not self.obstacles and bool(self.people or self.put_back)


def loss_of(batch: ImportBatch) -> Loss:
    made = _made(batch)
    taken = list(import_taking.taken(batch))
    obstacles = list(_obstacles(batch))
    if changed := [person for _row, person, before in taken if not import_taking.is_still_so(person, before)]:
        obstacles.append(Obstacle("taken_changed", len(changed), changed[:SHOWN]))
    return Loss(made.count(), len(taken), obstacles)


def _made(batch: ImportBatch) -> models.QuerySet[Participant]:
    return Participant.everybody.came_of(ImportRow.objects.filter(batch=batch))


# What the saving of the list itself has written; anything else of these is somebody's work.
_OWN: dict[str, Callable[[ImportBatch], Q]] = {
    "participants.business": lambda batch: Q(created_at__lte=batch.saved_at, updated_at=F("created_at")),
    "participants.enrolment": lambda batch: Q(enrolled_on=F("participant__registered_on")),
    "participants.stepreached": lambda batch: Q(step=Step.P1_REGISTRATION, evidence=f"import:{batch.pk}"),
    "participants.fosterlink": lambda batch: Q(
        organisation_id=batch.organisation_id, valid_until=None, valid_from=F("participant__registered_on")
    ),
    "participants.consent": lambda batch: Q(channel=Source.IMPORT, at__lte=batch.saved_at),
    # The portal finds pairs by itself; what an officer said of one is somebody's work.
    "participants.duplicatecandidate": lambda batch: Q(state=PairState.OPEN, asked_at=None),
    "participants.importrow": lambda batch: Q(batch=batch) | ~Q(batch__state=BatchState.SAVED),
}


def _obstacles(batch: ImportBatch) -> Iterator[Obstacle]:
    made = _made(batch)
    for model, name in _pointing_at_people():
        label = model._meta.label_lower
        rows = model._base_manager.filter(**{f"{name}__in": made})
        if label in _OWN:
            rows = rows.exclude(_OWN[label](batch))
        yield from _of(label, made.filter(pk__in=rows.order_by().values(name)))
    yield from _of("signed_in", made.exclude(user=None))
    history = apps.get_model("participants", "ParticipantEvent")._base_manager
    changed = history.filter(pgh_obj__in=made, pgh_label="update")
    yield from _of("changed", made.filter(pk__in=changed.values("pgh_obj_id")))
    written_to = Message.objects.filter(participant_id__in=made.values("pk"))
    yield from _of("message", made.filter(pk__in=written_to.values("participant_id")))


def _of(code: str, people: models.QuerySet[Participant]) -> Iterator[Obstacle]:
    found = list(people.order_by("number")[:SHOWN])
    if found:
        yield Obstacle(code, people.count() if len(found) == SHOWN else len(found), found)


def _pointing_at_people() -> list[tuple[type[models.Model], str]]:
    """Every table of the portal with a row of a participant, whichever part made it; not their histories."""
    found = []
    for model in apps.get_models():
        if hasattr(model, "pgh_tracked_model"):
            continue
        for one in model._meta.concrete_fields:
            if one.remote_field is not None and one.remote_field.model is Participant:
                found.append((model, one.name))
    return found


# ---------------------------------------------------------------- asking and doing
@transaction.atomic
def ask_to_undo(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Asks for the list to be rolled back. Asking again is the same request.

    Raises BuiltOn with what forbids it, NotReady when the list is not saved.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state in (BatchState.UNDOING, BatchState.UNDONE):
        return batch
    if batch.state != BatchState.SAVED:
        raise NotReady(batch)
    loss = loss_of(batch)
    if not loss.is_possible:
        raise BuiltOn(loss)
    batch.state, batch.phase, batch.undo_requested_by = BatchState.UNDOING, "waiting", by
    batch.rows_done, batch.rows_total = 0, loss.people + loss.put_back
    batch.notes = {name: value for name, value in batch.notes.items() if name != "undo_refused"}
    batch.save()
    audit.record(by, "participants.import.undo_asked", batch, count=loss.people)
    queue_next_step(batch)
    return batch


def undo(batch_id: int) -> None:
    """Takes everything back in one transaction, or nothing. Does nothing when it is done or being done."""
    with alone(batch_id) as is_alone:
        if not is_alone:
            return
        batch = ImportBatch.objects.get(pk=batch_id)
        if batch.state != BatchState.UNDOING:
            return
        advance(batch_id, phase="undoing")
        try:
            _take_back(batch_id)
        except (BuiltOn, IntegrityError):
            # Somebody was faster: a seat was booked between the question and the deed.
            _leave_as_it_is(batch_id)


@transaction.atomic
def _take_back(batch_id: int) -> None:
    city = ImportBatch.objects.values_list("city_id", flat=True).get(pk=batch_id)
    with connection.cursor() as cursor:
        # Lists of one city are written and taken back one after the other. This lock comes first: whoever
        # saves a list holds it while the rows of other lists are looked at.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [import_saving.LOCK_SPACE, city])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("organisation")
    batch = locked.get(pk=batch_id)
    list(_made(batch).select_for_update().order_by("pk").values_list("pk"))
    loss = loss_of(batch)
    if not loss.is_possible:
        raise BuiltOn(loss)
    for _row, person, before in import_taking.taken(batch):
        import_taking.put_back(person, before)
    made = _made(batch).values("pk")
    DuplicateCandidate.objects.filter(Q(first__in=made) | Q(second__in=made)).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT participants_undo_import(%s)", [batch_id])
        (removed,) = cursor.fetchone()
    by = batch.undo_requested_by
    ImportRow.objects.filter(batch=batch).delete()
    batch.state, batch.phase, batch.undone_at = BatchState.UNDONE, "", timezone.now()
    batch.comparison, batch.compared_with = {}, None
    batch.save()
    audit.record(by, "participants.import.undone", batch, count=removed, put_back=loss.put_back)


@transaction.atomic
def _leave_as_it_is(batch_id: int) -> None:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    batch.state, batch.phase = BatchState.SAVED, ""
    batch.notes = {**batch.notes, "undo_refused": True}
    batch.save()
    audit.record(batch.undo_requested_by, "participants.import.undo_refused", batch)
