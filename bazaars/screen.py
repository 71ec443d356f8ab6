"""The projector at the meeting: where the ceremony stands, and after the draw who has which stall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.enums import SiteState
from participants import qr

if TYPE_CHECKING:
    from bazaars.overview import SiteOverview

SECONDS = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """One pengampu's envelope: ``state`` is "sealed" or "open"."""

    name: str
    commitment: str
    secret: str

    @property
    def is_open(self) -> bool:
        return bool(self.secret)


@dataclass(frozen=True, slots=True)
class Given:
    number: str
    name: str
    product: str
    place: int


@dataclass(frozen=True, slots=True)
class Screen:
    title: str
    text: str
    secrets: tuple[Secret, ...]
    given: tuple[Given, ...]
    frozen_hash: str
    seed: str
    address: str
    code: qr.Code
    refresh_in: int


def screen(view: SiteOverview) -> Screen:
    """Before the draw nobody is named, and afterwards only whom the user may see."""
    secrets = tuple(Secret(p.organisation.short_name, p.commitment, p.secret) for p in view.parts)
    title, text = _stage(view, sum(one.is_open for one in secrets), len(secrets))
    path = reverse("bazaars:public_draw", args=[view.site.pk])
    address = f"{settings.PORTAL_URL.rstrip('/')}{path}"
    return Screen(
        title=title,
        text=text,
        secrets=secrets,
        given=_given(view),
        frozen_hash=view.draw.frozen_hash if view.draw else "",
        seed=view.record["seed"] if view.record else "",
        address=address.split("//")[-1],
        code=qr.draw(address, border=2),
        refresh_in=SECONDS,
    )


def _stage(view: SiteOverview, opened: int, sealed: int) -> tuple[str, str]:
    values = {"opened": opened, "sealed": sealed, "places": view.places}
    if view.record:
        values |= {"chosen": len(view.record["chosen"]), "reserve": len(view.record["reserve"])}
        return _("Drawn"), _("%(chosen)s have a stall, %(reserve)s are on the reserve list.") % values
    if view.draw:
        values["count"] = len(view.draw.frozen["applications"])
        if opened < sealed:
            return (
                _("%(opened)s of %(sealed)s secrets are open") % values,
                _("%(count)s applicants, %(places)s places. The draw waits for every secret.") % values,
            )
        return (
            _("All secrets are open"),
            _("%(count)s applicants, %(places)s places. The draw can be run now.") % values,
        )
    if view.site.state == SiteState.OPEN:
        return (
            _("Secrets are sealed"),
            _("%(sealed)s pengampu have committed. The list is not frozen yet.") % values,
        )
    return _("The draw has not begun"), _("Applications are not open yet.")


def _given(view: SiteOverview) -> tuple[Given, ...]:
    people = {a.public_id: a for a in view.applications} if view.record else {}
    return tuple(
        Given(
            view.stall_of[public_id],
            people[public_id].participant.full_name,
            people[public_id].product,
            view.outcomes[public_id].place,
        )
        for public_id in sorted(view.stall_of, key=lambda i: view.stall_of[i])
        if public_id in people and public_id in view.outcomes
    )
