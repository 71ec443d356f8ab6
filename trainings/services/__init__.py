"""What changes several rows at once. Keyword-only, the actor as ``by``, repeatable."""

from trainings.services.attendance import (
    admit,
    close_list,
    mark_all_present,
    mark_present,
    take_back,
    take_back_batch,
)
from trainings.services.moving import exchange, move
from trainings.services.seats import (
    InviteOutcome,
    book_seat,
    confirm,
    decline,
    invite,
    invite_preview,
    release_seat,
)
from trainings.services.session_states import cancel, postpone, publish
from trainings.services.sessions import SessionPlan, change_session, create_session

__all__ = [
    "InviteOutcome",
    "SessionPlan",
    "admit",
    "book_seat",
    "cancel",
    "change_session",
    "close_list",
    "confirm",
    "create_session",
    "decline",
    "exchange",
    "invite",
    "invite_preview",
    "mark_all_present",
    "mark_present",
    "move",
    "postpone",
    "publish",
    "release_seat",
    "take_back",
    "take_back_batch",
]
