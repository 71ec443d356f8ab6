"""Seats and attendance in the copy of the own data (participants.copying)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import copying
from participants.models import Participant


def declare() -> None:
    """Called when the app starts."""
    copying.register(copying.Section(20, "seats", gettext_lazy("Training sessions"), _seats))
    copying.register(copying.Section(21, "attendance", gettext_lazy("Attendance"), _attendance))


def _seats(participant: Participant) -> copying.Rows:
    for booking in participant.bookings.select_related("session__activity", "session__venue"):
        yield {
            _("Session"): booking.session.activity.title,
            _("When"): booking.session.starts_at,
            _("Where"): booking.session.venue.name,
            _("State"): str(booking.get_state_display()),
        }


def _attendance(participant: Participant) -> copying.Rows:
    for scan in participant.scans.select_related("session__activity"):
        yield {
            _("Session"): scan.session.activity.title,
            _("Recorded"): scan.received_at,
            _("State"): str(scan.get_result_display()),
        }
