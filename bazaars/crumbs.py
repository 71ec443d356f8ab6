"""The path above a page of bazaars; the last part is the page itself."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from bazaars.models import Bazaar, Site

Crumbs = list[dict[str, str]]


def of_offices(here: str) -> Crumbs:
    return [{"label": _("Bazaars"), "url": reverse("bazaars:bazaars")}, {"label": here, "url": ""}]


def of_site(site: Site, here: str) -> Crumbs:
    start, place = of_offices(site.name)
    return [start, place | {"url": reverse("bazaars:site", args=[site.pk])}, {"label": here, "url": ""}]


def of_day(site: Site, here: str) -> Crumbs:
    *start, day = of_site(site, _("The day"))
    return [*start, day | {"url": reverse("bazaars:day", args=[site.pk])}, {"label": here, "url": ""}]


def of_public(bazaar: Bazaar, here: str = "") -> Crumbs:
    """What everybody sees: the bazaar itself, or a page of it."""
    found = [
        {"label": _("Bazaars"), "url": reverse("bazaars:public")},
        {"label": bazaar.name, "url": bazaar.get_absolute_url()},
    ]
    return [*found, {"label": here, "url": ""}] if here else found


def of_late_sales(here: str) -> Crumbs:
    return [
        {"label": _("Missing sales reports"), "url": reverse("bazaars:late_sales")},
        {"label": here, "url": ""},
    ]
