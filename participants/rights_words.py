"""Requests about own data in words: what is proposed, what granting brings about, and the usual answer."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from participants.enums import RequestKind, Sex
from participants.history import FIELD_NAMES
from participants.models import DataRequest
from participants.services import rights


def compared(row: DataRequest) -> list[dict[str, str]]:
    """Field by field what is kept and what is proposed; numbers masked."""
    if not row.is_open or row.participant.erased_at is not None:
        return []
    found = []
    for name, value in rights.proposed_values(row).items():
        label = FIELD_NAMES.get({"phone": "phone_lookup"}.get(name, name), name)
        if value == getattr(row.participant, name):
            continue  # it is so by now
        now = row.participant.masked_phone if name == "phone" else getattr(row.participant, name)
        found.append(
            {"name": name, "label": str(label), "now": _said(name, now), "proposed": _said(name, value)}
        )
    return found


def _said(name: str, value: Any) -> str:
    if name == "sex":
        return str(Sex(value).label) if value in Sex.values else ""
    if name == "phone":
        return value.replace("*", "•")
    return formats.date_format(value, "SHORT_DATE_FORMAT") if name == "birth_date" else str(value)


def usual_answer(row: DataRequest) -> str:
    return {
        RequestKind.COPY: _("The copy of your data is ready. You find it in the portal under My data."),
        RequestKind.TRAIL: _("You find who has used your data in the portal under My data."),
        RequestKind.CORRECTION: _("Your data is corrected. Thank you for telling us."),
        RequestKind.RESTRICTION: _("Your data is kept, but not used any more until you say otherwise."),
        RequestKind.WITHDRAWAL: _(
            "Your consents are withdrawn. Your place in the programme does not change."
        ),
    }.get(RequestKind(row.kind), "")


def granted(row: DataRequest) -> str:
    if row.kind == RequestKind.ERASURE:
        return _("The data is erased. Every count stays as it was.")
    return _("The request is granted, and the person is told.")


def consequences(row: DataRequest) -> list[str]:
    if row.kind == RequestKind.ERASURE:
        return [
            _("Name, NIK, phone, e-mail, address, birthday, business name, papers, notes and photos go."),
            _("They go from history, messages, lists that were imported and files for download too."),
            _("The card and the sign-in end at once. Waiting messages are cancelled."),
            _("What is counted stays without a name: kecamatan, sex, age at registration, steps, attendance, "
              "stalls. Draws can still be verified."),
            _("If the person registers again with the same NIK, it is a new participant."),
            _("Backups keep the data until they are deleted, at most 35 days."),
        ]  # fmt: skip
    if row.kind == RequestKind.RESTRICTION:
        return [
            _("The data stays, but messages, invitations, draws, exports and lists for others leave the "
              "person out."),
            _("You can lift it on the person's page when the person wants it."),
        ]  # fmt: skip
    if row.kind == RequestKind.WITHDRAWAL:
        return [_("All four consents are withdrawn at once, and waiting messages are cancelled.")]
    return []
