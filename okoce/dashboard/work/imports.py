"""Lists that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.dashboard.work.item import INFO, SOON, URGENT, Work, url_of
from okoce.ui.templatetags.okoce_ui import number
from participants.models import (
    ImportApproval,
    ImportBatch,
)


def imports(user: Any, now: datetime) -> Iterator[Work]:
    """Lists that were checked and not saved, and rows of the last week that were refused."""
    if not has_permission(user, "participants.import"):
        return
    batches = ImportBatch.objects.visible_to(user).filter(
        Q(state__in=["checked", "waiting"]) | Q(state="saved", saved_at__gt=now - timedelta(days=7))
    )
    asked = ImportApproval.objects.filter(batch=OuterRef("pk"), decided_at=None, asked_by=user)
    batches = batches.annotate(is_own_request=Exists(asked))
    for batch in batches.order_by("-uploaded_at")[:5]:
        url = url_of("participants:import", batch.uid)
        totals = batch.totals or {}
        rejected, good = totals.get("rejected", 0), totals.get("accepted", 0) + totals.get("warning", 0)
        if batch.state == "waiting":
            if not batch.is_own_request:
                yield _agreement(batch, good)
        elif batch.state == "checked":
            yield Work(
                SOON,
                "upload",
                ngettext(
                    "%(count)s row is checked and not saved yet",
                    "%(count)s rows are checked and not saved yet",
                    good,
                )
                % {"count": number(good)},
                _("%(file)s. Nothing of it is a participant before that.") % {"file": batch.file_name},
                url,
                _("See the report"),
            )
        elif rejected:
            yield Work(
                INFO,
                "upload",
                ngettext(
                    "%(count)s row of an import was rejected",
                    "%(count)s rows of an import were rejected",
                    rejected,
                )
                % {"count": number(rejected)},
                _("%(file)s. The report says why, and how to mend them.") % {"file": batch.file_name},
                url,
                _("See the rows"),
            )


def _agreement(batch: ImportBatch, good: int) -> Work:
    return Work(
        URGENT,
        "upload",
        ngettext(
            "A list of %(count)s row waits for your agreement",
            "A list of %(count)s rows waits for your agreement",
            good,
        )
        % {"count": number(good)},
        _("%(file)s. A colleague asked; nothing is saved before a second person has agreed.")
        % {"file": batch.file_name},
        url_of("participants:import_approve", batch.uid),
        _("Look at it and decide"),
    )
