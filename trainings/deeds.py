"""How an invitation of chosen people is told: its heading, its reasons, and the way to the session."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.ui.templatetags.okoce_ui import number
from participants.models import BulkDeed
from trainings.services import chosen


def reason(code: str, count: int) -> str:
    said = {
        chosen.NOT_IN_PROGRAMME: ngettext(
            "%(count)s person is not active or does not live in Jakarta.",
            "%(count)s people are not active or do not live in Jakarta.",
            count,
        ),
        chosen.CATEGORY: ngettext(
            "%(count)s person is scaling up and has the basics already.",
            "%(count)s people are scaling up and have the basics already.",
            count,
        ),
        chosen.DONE: ngettext(
            "%(count)s person has done this activity this year.",
            "%(count)s people have done this activity this year.",
            count,
        ),
        chosen.PLACED: ngettext(
            "%(count)s person has a place in this session already.",
            "%(count)s people have a place in this session already.",
            count,
        ),
        chosen.BUSY: ngettext(
            "%(count)s person has a seat elsewhere, for this activity or at that time.",
            "%(count)s people have a seat elsewhere, for this activity or at that time.",
            count,
        ),
    }
    return said.get(code, "%(count)s") % {"count": number(count)}


def told(deed: BulkDeed) -> dict[str, Any]:
    """How the page of the deed speaks (participants.bulk.describe_with)."""
    seated, waiting = deed.params.get("seated", 0), deed.params.get("waiting", 0)
    heading = ngettext("%(count)s person is invited", "%(count)s people are invited", seated) % {
        "count": number(seated)
    }
    if waiting:
        heading += ", " + ngettext("%(count)s waits", "%(count)s wait", waiting) % {"count": number(waiting)}
    return {
        "heading": heading,
        "reasons": {code: reason(code, entry["count"]) for code, entry in deed.left_out.items()},
        "link": {
            "url": reverse("trainings:session", args=[deed.params["session"]]),
            "label": _("To the session"),
        },
    }
