"""The staff menu, from the permissions of the active membership; what a person may not use is absent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from okoce.accounts.roles import has_permission


@dataclass(frozen=True)
class Entry:
    label: Any
    url_name: str
    icon: str
    permission: str
    prefix: str


MAIN = (
    Entry(_("Dashboard"), "dashboard:home", "house-door", "dashboard.view", "/dasbor/"),
    Entry(_("Participants"), "participants:list", "people-fill", "participants.view", "/peserta/"),
    Entry(_("Trainings"), "trainings:sessions", "calendar3", "trainings.view", "/pelatihan/"),
    Entry(_("Phases"), "trainings:phases", "list-check", "trainings.plan", "/pelatihan/tahap/"),
    Entry(_("Completion radar"), "trainings:radar", "circle-half", "trainings.radar", "/pelatihan/radar/"),
    Entry(
        _("What people think"),
        "trainings:feedback_trend",
        "clipboard",
        "trainings.attendance",
        "/pelatihan/kesan/",
    ),
    Entry(_("Bazaars"), "bazaars:bazaars", "shop", "bazaars.view", "/bazar/"),
    Entry(
        _("Missing sales reports"),
        "bazaars:late_sales",
        "clipboard",
        "bazaars.enter_sales",
        "/bazar/penjualan/",
    ),
    Entry(
        _("Papers to check"), "bazaars:papers_waiting", "clipboard", "bazaars.check_papers", "/bazar/surat/"
    ),
    Entry(_("Messages"), "notifications:messages", "chat-left-text", "notifications.view", "/pesan/"),
    Entry(_("In-tray"), "notifications:tray", "envelope", "notifications.answer", "/pesan/masuk/"),
    Entry(
        _("Messages to many"), "notifications:campaigns", "send", "notifications.campaigns", "/pesan/siaran/"
    ),
)
DATA = (
    Entry(
        _("Self-registrations"),
        "participants:verifications",
        "person-check",
        "participants.verify",
        "/peserta/verifikasi/",
    ),
    Entry(
        _("Possible duplicates"),
        "participants:duplicates",
        "people-fill",
        "participants.merge",
        "/peserta/ganda/",
    ),
    Entry(_("Import data"), "participants:imports", "upload", "participants.import", "/peserta/impor/"),
    Entry(_("Moves"), "participants:transfers", "send", "participants.transfer", "/peserta/pindah/"),
    Entry(_("Data requests"), "rights:requests", "lock-fill", "participants.rights_view", "/hak-data/"),
    Entry(
        _("Breach of data"),
        "rights:breach",
        "exclamation-triangle-fill",
        "participants.breach",
        "/hak-data/kebocoran/",
    ),
    Entry(_("Audit trail"), "audit:events", "clock", "audit.view", "/audit/"),
)
GROUPS = (("", MAIN), (_("Data"), DATA))


def navigation_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of menu entries the person may use; the longest matching prefix is the current one."""
    allowed = tuple(
        e for _heading, entries in GROUPS for e in entries if has_permission(request.user, e.permission)
    )
    matching = [e for e in allowed if request.path.startswith(e.prefix)]
    return _groups(allowed, max(matching, key=lambda e: len(e.prefix), default=None))


@lru_cache(maxsize=256)
def _groups(allowed: tuple[Entry, ...], current: Entry | None) -> list[dict[str, Any]]:
    """Addresses and marks of the entries; the labels are translated when they are shown."""
    groups = []
    for heading, entries in GROUPS:
        items = [
            {"label": e.label, "url": reverse(e.url_name), "icon": e.icon, "is_current": e is current}
            for e in entries
            if e in allowed
        ]
        if items:
            groups.append({"heading": heading, "items": items})
    return groups


class NavigationMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            membership = user.active_membership  # type: ignore[union-attr]
            request.navigation = SimpleLazyObject(lambda: navigation_for(request))  # type: ignore[attr-defined]
            request.unit_name = membership.unit_name if membership else ""  # type: ignore[attr-defined]
            if len(user.valid_memberships) > 1:  # type: ignore[union-attr]
                request.unit_switch_url = reverse("accounts:choose_unit")  # type: ignore[attr-defined]
        return self.get_response(request)
