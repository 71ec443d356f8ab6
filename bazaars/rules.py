"""May this person do this to that, in bazaars."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from bazaars.choices import unit_of
from bazaars.models import Application, Conflict, Site
from participants.models import FosterLink


def conflicts_of(user: Any, applications: Collection[Application], *, on: date) -> dict[int, str]:
    """Which of these applications the user may not score: "rule" or "declared", by application.

    By rule: the applicant applies in the quota of the unit that the user acts for, or is fostered by it. The
    host of a bazaar registers everybody of the city: there only the quota counts.
    """
    unit = unit_of(user).pk
    sites = {application.site_id for application in applications}
    hosted = set(Site.objects.filter(pk__in=sites, bazaar__host=unit).values_list("pk", flat=True))
    people = {application.participant_id for application in applications}
    links = FosterLink.objects.filter(organisation_id=unit, participant_id__in=people).valid_on(on)
    fostered = set(links.values_list("participant_id", flat=True))
    declared = set(
        Conflict.objects.filter(curator=user, application__in=applications).values_list(
            "application_id", flat=True
        )
    )
    found = {}
    for application in applications:
        is_fostered = application.participant_id in fostered and application.site_id not in hosted
        if application.pengampu_id == unit or is_fostered:
            found[application.pk] = "rule"
        elif application.pk in declared:
            found[application.pk] = "declared"
    return found
