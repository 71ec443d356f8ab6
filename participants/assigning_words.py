"""Assigning many people, in words: what will be true afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from okoce.ui.templatetags.okoce_ui import long_date, number
from participants.forms.lists import AgencyForm, MentorForm


def agency(data: Mapping[str, Any], count: int, form: AgencyForm) -> list[str]:
    words = _with_agency(data, count, form)
    return [
        ngettext(
            "%(count)s participant is with %(agency)s from %(day)s on.",
            "%(count)s participants are with %(agency)s from %(day)s on.",
            count,
        )
        % words,
        _("Other agencies keep them too: each counts its own, the province counts once."),
        _("%(agency)s sees their pages from then on.") % words,
    ]


def agency_ends(data: Mapping[str, Any], count: int, form: AgencyForm) -> list[str]:
    words = _with_agency(data, count, form)
    return [
        ngettext(
            "%(day)s is the last day of %(count)s participant with %(agency)s.",
            "%(day)s is the last day of %(count)s participants with %(agency)s.",
            count,
        )
        % words,
        _("What was counted until then stays as it is."),
    ]


def _with_agency(data: Mapping[str, Any], count: int, form: AgencyForm) -> dict[str, Any]:
    return {
        "count": number(count),
        "agency": dict(form.fields["organisation"].choices)[data["organisation"]],
        "day": long_date(data["day"]),
    }


def mentor(data: Mapping[str, Any], count: int, form: MentorForm) -> list[str]:
    words = {
        "count": number(count),
        "mentor": dict(form.fields["mentor"].choices)[str(data["mentor"])],
        "day": long_date(data["day"]),
    }
    return [
        ngettext(
            "%(count)s participant has %(mentor)s as mentor from %(day)s on.",
            "%(count)s participants have %(mentor)s as mentor from %(day)s on.",
            count,
        )
        % words,
        _("Who has another mentor changes: the other's care ends the day before."),
        _("%(mentor)s sees their pages from then on.") % words,
    ]
