"""Groups of participants that an office can write to at once (okoce.notifications.audiences)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.accounts.scope import scope_of
from okoce.notifications import audiences
from okoce.notifications.audiences import Audience, Options, Question
from participants import areas
from participants.areas import JAKARTA
from participants.models import Participant, Sector


def register() -> None:
    kecamatan = Question(_("Kecamatan"), kecamatan_options, is_open=True)
    audiences.register(
        Audience("everybody", _("Everybody who takes part"), everybody, {"kecamatan": kecamatan})
    )
    audiences.register(
        Audience(
            "vendors",
            _("Vendors of one kind of goods"),
            vendors,
            {"sector": Question(_("Kind of goods"), _sectors), "kecamatan": kecamatan},
        )
    )
    audiences.register_page("dashboard:status", _("The own page of each participant"))
    audiences.register_page("home", _("The front page of the portal"))


def kecamatan_options(user: Any) -> Options:
    """Those of the own area to choose among; none where there is only one."""
    scope = scope_of(user)
    if scope.everything:
        return areas.kecamatan_within(JAKARTA)
    return areas.kecamatan_within(scope.city) if scope.city else []


def _sectors(user: Any) -> Options:
    return list(Sector.choices())


def of_area(user: Any, choices: Mapping[str, str]) -> Any:
    """Whom the user sees and messages may reach, in the kecamatan that was chosen."""
    people = Participant.objects.visible_to(user).taking_part()
    kecamatan = choices.get("kecamatan")
    return people.filter(kecamatan=kecamatan) if kecamatan else people


def everybody(user: Any, choices: Mapping[str, str]) -> Any:
    return of_area(user, choices)


def vendors(user: Any, choices: Mapping[str, str]) -> Any:
    sector = choices.get("sector")
    people = of_area(user, choices)
    return people.in_sector(sector) if sector else people.none()
