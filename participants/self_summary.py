"""A self-registration in words: for the applicant's pages, and beside the card for the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui.templatetags.okoce_ui import full_date, moment
from okoce.values import nik as nik_values
from okoce.values import phone as phone_values
from participants import areas, self_steps
from participants.enums import Purpose, Refusal, Relation, SelfState, Sex
from participants.forms.registration import BUSINESS_STATES
from participants.models import Sector, SelfRegistration
from participants.services.self_registration import FLAGS, Told

# What an applicant reads. One answer for all that could tell a stranger whether somebody is registered.
VISIT_WORDS = gettext_lazy(
    "We have to compare your data with your identity card. Come to the kecamatan office with the card; "
    "an officer settles it at once."
)
REFUSAL_WORDS: dict[str, Any] = {
    Refusal.VISIT: VISIT_WORDS,
    Refusal.KNOWN: VISIT_WORDS,
    Refusal.DOUBLE: VISIT_WORDS,
    Refusal.CARD: gettext_lazy(
        "What you wrote differs from your identity card. Register again, as on the card."
    ),
    Refusal.AREA: gettext_lazy("You live in another kecamatan. Register again and choose that kecamatan."),
    Refusal.OTHER: gettext_lazy("The office has written the reason below."),
}
EVENT_WORDS: dict[str, Any] = {
    "sent": gettext_lazy("Registration sent"),
    "asked": gettext_lazy("The office has a question"),
    "answered": gettext_lazy("Answer sent"),
    "accepted": gettext_lazy("Accepted"),
    "refused": gettext_lazy("Not accepted"),
    "expired": gettext_lazy("Not answered in time"),
    "withdrawn": gettext_lazy("Withdrawn by the applicant"),
}
TONES = {"asked": "warn", "accepted": "ok", "refused": "bad", "expired": "bad"}


def mask(number: str, *, is_nik: bool) -> str:
    return (nik_values.mask if is_nik else phone_values.mask)(number).replace("*", "•") if number else ""


def birth(day: date, *, is_opened: bool) -> str:
    """The year alone while the NIK is masked: the day would complete it."""
    return full_date(day) if is_opened else f"•• •• {day.year}"


def groups(
    typed: Mapping[str, Any], *, today: date, has_photo: bool, shows_numbers: bool
) -> list[dict[str, Any]]:
    """One group for each step: ``step``, ``label`` and ``lines`` (label, text) without empty ones."""
    found = []
    for step in self_steps.steps_for(typed, today=today):
        lines = _LINES[step](typed, has_photo, shows_numbers)
        found.append(
            {
                "step": step,
                "label": self_steps.LABELS[step],
                "lines": [(label, text) for label, text in lines if text],
            }
        )
    return found


def _number(typed: Mapping[str, Any], name: str, shows_numbers: bool) -> str:
    number = typed.get(name, "")
    if not number or not shows_numbers:
        return mask(number, is_nik=name == "nik")
    return number if name == "nik" else phone_values.display(number)


def _identity(typed: Mapping[str, Any], _photo: bool, shows: bool) -> list[tuple[str, str]]:
    born = self_steps.born_on(typed)
    return [
        (_("NIK"), _number(typed, "nik", shows)),
        (_("Full name"), typed.get("full_name", "")),
        (_("Birth date"), birth(born, is_opened=shows) if born else ""),
        (_("Sex"), str(Sex(typed["sex"]).label) if typed.get("sex") else ""),
    ]


def _guardian(typed: Mapping[str, Any], _photo: bool, shows: bool) -> list[tuple[str, str]]:
    relation = typed.get("guardian_relation")
    return [
        (_("Name"), typed.get("guardian_name", "")),
        (_("Relation"), str(Relation(relation).label) if relation else ""),
        (_("Phone number"), _number(typed, "guardian_phone", shows)),
    ]


def _area(typed: Mapping[str, Any], _photo: bool, _shows: bool) -> list[tuple[str, str]]:
    code = typed.get("kecamatan", "")
    return [
        (_("Kecamatan"), ", ".join(filter(None, (areas.name_of(code), areas.short_name(code[:5]))))),
        (_("Identity card"), _("From outside Jakarta") if typed.get("is_outside_dki") else ""),
    ]


def _address(typed: Mapping[str, Any], _photo: bool, _shows: bool) -> list[tuple[str, str]]:
    block = "/".join(typed[name] for name in ("rt", "rw") if typed.get(name))
    return [
        (_("Kelurahan"), areas.name_of(typed.get("kelurahan"))),
        (_("Street and number"), typed.get("address", "")),
        (_("RT/RW"), block),
    ]


def _contact(typed: Mapping[str, Any], _photo: bool, shows: bool) -> list[tuple[str, str]]:
    return [
        (_("Phone number"), _number(typed, "phone", shows)),
        (_("E-mail"), typed.get("email", "")),
    ]


def _business(typed: Mapping[str, Any], _photo: bool, _shows: bool) -> list[tuple[str, str]]:
    state = dict(BUSINESS_STATES).get(typed.get("category", ""), "")
    return [
        (_("Business"), str(state)),
        (_("Name of the business, goods or services"), typed.get("business_name", "")),
        (_("Kind of business"), dict(Sector.choices()).get(typed.get("sector", ""), "")),
    ]


def _photo(_typed: Mapping[str, Any], has_photo: bool, _shows: bool) -> list[tuple[str, str]]:
    return [(_("Photo of the identity card"), _("Added, sealed") if has_photo else _("None"))]


def _consent(typed: Mapping[str, Any], _photo: bool, _shows: bool) -> list[tuple[str, str]]:
    return [
        (str(Purpose(purpose).label), _("Yes") if typed.get(flag) else _("No"))
        for purpose, flag in FLAGS.items()
    ]


_LINES: dict[str, Any] = {
    self_steps.IDENTITY: _identity,
    self_steps.GUARDIAN: _guardian,
    self_steps.AREA: _area,
    self_steps.ADDRESS: _address,
    self_steps.CONTACT: _contact,
    self_steps.BUSINESS: _business,
    self_steps.PHOTO: _photo,
    self_steps.CONSENT: _consent,
}


def places(typed: Mapping[str, Any]) -> str:
    """Who sees the data, by name, for the notice."""
    return areas.name_of(typed.get("kecamatan"))


def refusal_words(row: SelfRegistration, told: Sequence[Told]) -> dict[str, str] | None:
    """Why it was not accepted and what to do now, as the applicant may read it."""
    if row.state == SelfState.EXPIRED:
        return {"why": _("Our question was not answered in time. You may register again."), "words": ""}
    if row.state != SelfState.REJECTED:
        return None
    words = next((event.text for event in reversed(told) if event.kind == "refused"), "")
    return {"why": str(REFUSAL_WORDS.get(row.reason, VISIT_WORDS)), "words": words}


def timeline(told: Sequence[Told], *, with_names: bool = False) -> list[dict[str, Any]]:
    """For components/timeline.html; names of officers are for the office only."""
    return [
        {
            "text": str(EVENT_WORDS.get(event.kind, event.kind)),
            "meta": ". ".join(
                filter(
                    None,
                    (moment(event.at), event.by.full_name if with_names and event.by else "", event.text),
                )
            ),
            "tone": TONES.get(event.kind, ""),
        }
        for event in reversed(told)
    ]
