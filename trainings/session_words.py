"""What changing and cancelling a session bring about, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainings import rules
from trainings.models import TrainingSession


def changed_words(session: TrainingSession) -> str:
    if session.changed_at is not None and rules.told_count(session):
        return _("The session is changed. People hear of it when you release the changes.")
    return _("The session is changed.")


def cancellation(session: TrainingSession, told: int) -> list[str]:
    lines = (
        [
            ngettext(
                "%(count)s person on the list is sent a message of the cancellation.",
                "%(count)s people on the list are sent a message of the cancellation.",
                told,
            )
            % {"count": told},
            _("They come first when people are invited to %(activity)s again.")
            % {"activity": session.activity.label},
        ]
        if told
        else [_("Nobody is on the list, so nobody is told.")]
    )
    return [
        *lines,
        _("%(venue)s is free again. A cancellation cannot be taken back.") % {"venue": session.venue.name},
    ]


def offered_instead(session: TrainingSession, told: int, instead: list[TrainingSession]) -> list[str]:
    """Which sessions come next for those who lose their place."""
    if not told:
        return []
    if not instead:
        return [
            _("No other session of %(activity)s with free seats is coming in this kecamatan. Plan one soon.")
            % {"activity": session.activity.label}
        ]
    free = sum(one.places - one.seated_count for one in instead)
    return [
        ngettext(
            "The free seats of the next sessions are offered to them: %(count)s seat, the first on %(day)s.",
            "The free seats of the next sessions are offered to them: %(count)s seats, the first on %(day)s.",
            free,
        )
        % {"count": free, "day": rules.long_day(instead[0].starts_at)}
    ]
