"""What the shells show around a page. Other layers hand it over on the request:

``request.navigation``  groups: ``heading``, ``items`` (label, url, icon, is_current, badge, badge_label)
``request.unit_name``   the unit the person works for, under the mark
``request.unit_switch_url``  where a person with several memberships chooses, else absent
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

THEMES = {"auto": _("follows your device"), "light": _("light"), "dark": _("dark")}
THEME_COOKIE = "tampilan"
THEME_COLOUR = "#083f3b"  # the header's --oo-mast, for the browser's own bar; a test compares them
# The names of the languages in their own language: never translated.
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


# The menu of pages for everybody: (label, URL name, icon). Only names, so that no layer above is imported.
STATUS = (_("My status"), "dashboard:status", "person-circle")
PUBLIC = (
    (_("Home"), "home", "house-door"),
    (_("Training schedule"), "trainings:schedule", "calendar3"),
    (_("Bazaars"), "bazaars:public", "shop"),
    (_("Register yourself"), "participants:self_start", "person-plus"),
    STATUS,
)
SIGN_IN = (_("Staff sign-in"), "account_login", "lock-fill")
DASHBOARD = (_("Dashboard"), "dashboard:home", "lock-fill")


class Shell:
    """The parts of a shell, each worked out only when a layout asks: a public page asks nobody's name."""

    theme_colour = THEME_COLOUR

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @property
    def theme_label(self) -> Any:
        return THEMES[self.theme]

    @property
    def themes(self) -> list[dict[str, Any]]:
        return [{"code": c, "label": label, "is_current": c == self.theme} for c, label in THEMES.items()]

    @property
    def other_languages(self) -> list[dict[str, str]]:
        return [
            {"code": code, "name": LANGUAGE_NAMES.get(code, code)}
            for code, _name in settings.LANGUAGES
            if code != get_language()
        ]

    @property
    def here(self) -> str:
        """The address a footer form returns to."""
        return self.request.get_full_path()

    @property
    def navigation(self) -> list[Any]:
        return list(getattr(self.request, "navigation", None) or [])

    @property
    def public_navigation(self) -> list[dict[str, Any]]:
        """One group in the shape of ``navigation``; an address that does not exist (yet) is left out."""
        items = []
        for label, name, icon in self._public_entries():
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            is_current = self.request.path == url if name == "home" else self.request.path.startswith(url)
            items.append({"label": label, "url": url, "icon": icon, "is_current": is_current})
        return [{"heading": "", "items": items}]

    def _public_entries(self) -> list[tuple[Any, str, str]]:
        """Whoever has signed in sees the own door only: staff the dashboard, participants their status."""
        if self.navigation:
            return [entry for entry in PUBLIC if entry != STATUS] + [DASHBOARD]
        return [*PUBLIC] if self.person_name else [*PUBLIC, SIGN_IN]

    @property
    def unit_name(self) -> str:
        return getattr(self.request, "unit_name", None) or ""

    @property
    def unit_switch_url(self) -> str:
        return getattr(self.request, "unit_switch_url", None) or ""

    @cached_property
    def person_name(self) -> str:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return getattr(user, "display_name", "") or user.get_full_name() or user.get_username()

    @property
    def dpo_contact(self) -> str:
        return settings.DPO_CONTACT

    @property
    def is_demo(self) -> bool:
        return bool(getattr(settings, "DEMO", False))


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": Shell(request)}
