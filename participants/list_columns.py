"""The columns the list can show beside the name. Pure: what stands in them is participants.listing's work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST = 6  # beside the name and the box: more do not fit a screen


@dataclass(frozen=True)
class ListColumn:
    """``head`` over the column, ``label`` beside the value on a phone; ``is_less``: phones leave it out."""

    code: str
    head: Any
    label: Any
    is_less: bool = False


ALL = {
    column.code: column
    for column in (
        ListColumn("usaha", _("Business and kelurahan"), _("Business")),
        ListColumn("pelatihan", _("Training"), _("Training"), is_less=True),
        ListColumn("pas", "7 PAS", "7 PAS"),
        ListColumn("hadir", _("Last present"), _("Last present"), is_less=True),
        ListColumn("keadaan", _("State"), _("State")),
        ListColumn("kecamatan", _("Kecamatan"), _("Kecamatan")),
        ListColumn("kategori", _("Category"), _("Category")),
        ListColumn("sektor", pgettext_lazy("business", "Sector"), pgettext_lazy("business", "Sector")),
        ListColumn("pengampu", _("Pengampu agency"), _("Pengampu agency")),
        ListColumn("pendamping", _("Mentor"), _("Mentor")),
        ListColumn("terdaftar", _("Registered"), _("Registered")),
        ListColumn("usia", _("Age and sex"), _("Age and sex")),
        ListColumn("kontak", _("Can be reached by"), _("Can be reached by")),
        ListColumn("sumber", _("Came by"), _("Came by")),
    )
}
USUAL = ("usaha", "pelatihan", "pas", "hadir", "keadaan")


def known(codes: Iterable[str]) -> list[str]:
    """Those that exist, each once, in the order of ALL, at most MOST."""
    wanted = set(codes)
    return [code for code in ALL if code in wanted][:MOST]


def shown(*choices: Iterable[str]) -> tuple[str, ...]:
    """The first choice that names a column, else the usual ones."""
    for choice in choices:
        if found := known(choice):
            return tuple(found)
    return USUAL
