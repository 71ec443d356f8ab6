"""What becomes of every row that points to a participant when two rows turn out to be one person.

The one who stays is the survivor; the other row is kept, with its number, NIK and card, and points to the
survivor. Whoever adds a ForeignKey to Participant declares it here (or, in an app above, in its
AppConfig.ready()): a test fails for one that is not declared. It is done and undone in
participants.services.merging.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db.models import Field

from participants.models import Participant


@dataclass(frozen=True)
class Move:
    """All rows go to the survivor."""


@dataclass(frozen=True)
class MoveUnlessSame:
    """Rows go to the survivor, except where the survivor has one that is equal in ``fields``.

    That one is kept aside: it stays with the merged row and counts for nobody. ``first`` names a field: of
    two equal rows the one with the smaller value goes to the survivor (the earlier day a step was reached).
    ``among``: only rows with these values can be the same (those that are still valid). ``blank_is_any``: an
    empty value in these fields equals every other.
    """

    fields: tuple[str, ...]
    first: str = ""
    among: Mapping[str, Any] = field(default_factory=dict)
    blank_is_any: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stay:
    """Rows stay with the merged row. ``why`` says how they still serve the person."""

    why: str


class Handler(Protocol):
    """An app's own way to merge its rows, where moving them has consequences.

    ``lock`` runs before the two people are locked, and takes the locks that this app takes before people.
    ``merge`` answers what ``undo`` needs to bring everything back: plain values for JSON. ``finish`` gets it
    when everything of the two is joined: what a merge sets free must not go to the row that is no more.
    """

    def lock(self, *, survivor_id: int, merged_id: int) -> None: ...

    def merge(self, *, survivor_id: int, merged_id: int, now: Any) -> dict[str, Any]: ...

    def finish(self, kept: Mapping[str, Any], *, now: Any) -> None: ...

    def undo(self, kept: Mapping[str, Any], *, survivor_id: int, merged_id: int, now: Any) -> None: ...


Rule = Move | MoveUnlessSame | Stay | Handler

_rules: dict[str, Rule] = {
    "participants.Participant.merged_into": Move(),
    "participants.Business.participant": MoveUnlessSame(("name", "sector"), blank_is_any=("sector",)),
    "participants.Enrolment.participant": MoveUnlessSame(("year",), first="enrolled_on"),
    "participants.FosterLink.participant": MoveUnlessSame(("organisation",), among={"valid_until": None}),
    "participants.MentorAssignment.participant": MoveUnlessSame((), among={"valid_until": None}),
    "participants.Consent.participant": Move(),
    "participants.StepReached.participant": MoveUnlessSame(("step",), first="reached_on"),
    "participants.Merge.survivor": Stay("what was joined, by whom and when"),
    "participants.Merge.merged": Stay("what was joined, by whom and when"),
    "participants.DuplicateCandidate.first": Stay("pairs are found anew for the survivor"),
    "participants.DuplicateCandidate.second": Stay("pairs are found anew for the survivor"),
    "participants.CardToken.participant": Stay("participants.services.cards.open_card follows the merge"),
    "participants.ImportRow.participant": Move(),
    "participants.SelfRegistration.participant": Move(),
    "participants.IdentityPhoto.participant": MoveUnlessSame(()),
    "participants.CardSeen.participant": MoveUnlessSame(()),
    "participants.Guardian.participant": Move(),
    "participants.Note.participant": Move(),
    "participants.DataRequest.participant": MoveUnlessSame(("kind",), among={"state": "open"}),
    "participants.Document.participant": Move(),
    "participants.StepTakenBack.participant": Move(),
    "participants.StatusChange.participant": Stay("they tell where the merged row stood"),
    "participants.Transfer.participant": Stay("they tell where the merged row stood"),
    "participants.TransferRequest.participant": MoveUnlessSame(("asked_area",), among={"state": "waiting"}),
}


def register(reference: str, rule: Rule) -> None:
    """``reference`` is ``app.Model.field`` as in ``trainings.Booking.participant``."""
    _rules[reference] = rule


def rules() -> dict[str, Rule]:
    return dict(_rules)


def references() -> Iterator[tuple[str, Field]]:
    """Every field of every model that points to a participant, tables of change history aside.

    History tells what a row was: it stays as it is. Numbers without a foreign key count too, when they are
    called after the participant.
    """
    for model in apps.get_models():
        if hasattr(model, "pgh_tracked_model"):
            continue
        for column in model._meta.get_fields():
            if not isinstance(column, Field) or column.auto_created:
                continue
            is_key = column.is_relation and column.related_model is Participant
            if is_key or column.name in ("participant_id", "participant_number"):
                yield f"{model._meta.app_label}.{model.__name__}.{column.name}", column
