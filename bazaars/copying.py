"""Applications and stalls in the copy of the own data (participants.copying)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import copying
from participants.models import Participant


def declare() -> None:
    """Called when the app starts."""
    copying.register(copying.Section(30, "applications", gettext_lazy("Bazaars"), _applications))


def _applications(participant: Participant) -> copying.Rows:
    rows = participant.applications.select_related("site__bazaar", "category")
    for application in rows.prefetch_related("allocation__stall"):
        allocation = getattr(application, "allocation", None)
        yield {
            _("Bazaar"): f"{application.site.bazaar.name}, {application.site.name}",
            _("Goods"): application.product,
            _("Applied on"): application.submitted_at,
            _("State"): str(application.get_state_display()),
            _("Pseudonym in the draw"): application.public_id,
            _("Stall"): allocation.stall.number if allocation else "",
        }
