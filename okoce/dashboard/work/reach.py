"""People who cannot finish the year as things are planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.dashboard.work.item import INFO, SOON, Work, url_of
from okoce.ui.templatetags.okoce_ui import number
from participants.models import Participant
from trainings import areas, radar
from trainings.models import Activity

WORTH_A_SESSION = 5  # people out of reach; for fewer one looks at the radar, but nobody plans a session
RADAR_KEPT = 300  # seconds
WEEKS_TO_HURRY = 10  # of the year that are left


def out_of_reach(user: Any, now: datetime) -> Iterator[Work]:
    """People who cannot finish the year with the sessions there are, and where four more would help most.

    Definitions: docs/indicators.md, "Completion radar". Counted at most every five minutes.
    """
    if not has_permission(user, "trainings.radar") or not has_permission(user, "trainings.manage"):
        return
    key = f"radar-work:{timezone.localtime(now):%Y%m%d}:{scope_of(user).key}"
    found = cache.get(key)
    if found is None:
        found = _radar_of(user, now)
        cache.set(key, found, RADAR_KEPT)
    stuck, rescued, place, more = found
    if stuck < WORTH_A_SESSION:
        return
    weeks_left = (366 - timezone.localtime(now).timetuple().tm_yday) // 7
    labels = {a.code: a.label for a in Activity.objects.visible_to(user).required()} if more else {}
    yield Work(
        SOON if weeks_left < WEEKS_TO_HURRY else INFO,
        "circle-half",
        ngettext(
            "%(count)s person cannot finish the three activities this year with the sessions there are",
            "%(count)s people cannot finish the three activities this year with the sessions there are",
            stuck,
        )
        % {"count": number(stuck)},
        ngettext(
            "Four more sessions in %(place)s would let %(count)s more person finish: %(sessions)s.",
            "Four more sessions in %(place)s would let %(count)s more people finish: %(sessions)s.",
            rescued,
        )
        % {"place": place, "count": number(rescued), "sessions": radar.words_of(more, labels)}
        if rescued
        else _("No session with a free seat is left for something they lack."),
        url_of("trainings:radar"),
        _("See where sessions are needed"),
    )


def _radar_of(user: Any, now: datetime) -> tuple[int, int, str, dict[str, int]]:
    """How many are out of reach; and of the kecamatan where four more sessions help most: how many people,
    its name, and which sessions."""
    names = dict(areas.kecamatan_of_radar(user, city=None).values_list("code", "name"))
    activities = Activity.objects.visible_to(user).required().taught_in(timezone.localtime(now).year)
    rows = radar.radar(
        Participant.objects.visible_to(user).in_programme(),
        areas=list(names),
        activities=list(activities.values_list("code", flat=True)),
        now=now,
    )
    best = max(rows, key=lambda row: row.rescued, default=None)
    if best is None:
        return 0, 0, "", {}
    return sum(row.out_of_reach for row in rows), best.rescued, names[best.code], best.more
