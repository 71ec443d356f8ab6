"""Why somebody exports: kept as a code in the audit trail, which holds no free text."""

from django.utils.translation import gettext_lazy as _

REPORT, CALL, COMPARE, PARTNER = "report", "call", "compare", "partner"
CHOICES = (
    (REPORT, _("For a report or a meeting")),
    (CALL, _("To call or visit the participants")),
    (COMPARE, _("To compare with the data of another office")),
    (PARTNER, _("To hand over to a bank or partner: only people who agreed to that")),
)
WORDS = dict(CHOICES)
