"""What the copy of the own data says of bazaars: applications, stalls, sales.

Not the answer for the fairness report: an office may make the copy, and only the person reads that answer.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bazaars.models import SalesReport
from participants import copying
from participants.models import Participant


def declare() -> None:
    """Called when the app starts."""
    copying.register(copying.Section(30, "applications", gettext_lazy("Bazaars"), _applications))
    copying.register(copying.Section(31, "sales", gettext_lazy("Sales at bazaars"), _sales))


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


def _sales(participant: Participant) -> copying.Rows:
    rows = SalesReport.objects.filter(allocation__participant=participant).select_related("stall__site")
    for report in rows.order_by("day", "pk"):
        yield {
            _("Day"): report.day,
            _("Place"): report.stall.site.name,
            _("Stall"): report.stall.number,
            _("Sold (rupiah)"): report.amount,
            _("Estimated from a band"): report.get_band_display(),
            _("Buyers"): report.transactions,
            _("What sold best"): report.best_product,
        }
