"""Participant numbers: JB-PM-00417 is city, kecamatan and a serial of that kecamatan.

A number says where somebody was first registered, and is kept when they move. The letters are fixed here,
so that a
number printed on a card reads the same in ten years.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from participants.models import NumberSeries

# Those who live outside Jakarta are numbered in the province's own series.
OUTSIDE_DKI = "31"

PREFIXES = {
    "31": "DK-LR",
    # Kepulauan Seribu
    "31.01.01": "KS-SU",
    "31.01.02": "KS-SS",
    # Jakarta Pusat
    "31.71.01": "JP-GB",
    "31.71.02": "JP-SB",
    "31.71.03": "JP-KM",
    "31.71.04": "JP-SN",
    "31.71.05": "JP-CP",
    "31.71.06": "JP-MT",
    "31.71.07": "JP-TA",
    "31.71.08": "JP-JB",
    # Jakarta Utara
    "31.72.01": "JU-PJ",
    "31.72.02": "JU-TP",
    "31.72.03": "JU-KJ",
    "31.72.04": "JU-CL",
    "31.72.05": "JU-PD",
    "31.72.06": "JU-KG",
    # Jakarta Barat
    "31.73.01": "JB-CK",
    "31.73.02": "JB-GP",
    "31.73.03": "JB-TS",
    "31.73.04": "JB-TB",
    "31.73.05": "JB-KJ",
    "31.73.06": "JB-KD",
    "31.73.07": "JB-PM",
    "31.73.08": "JB-KB",
    # Jakarta Selatan
    "31.74.01": "JS-TB",
    "31.74.02": "JS-SB",
    "31.74.03": "JS-MP",
    "31.74.04": "JS-PM",
    "31.74.05": "JS-KL",
    "31.74.06": "JS-CL",
    "31.74.07": "JS-KB",
    "31.74.08": "JS-PC",
    "31.74.09": "JS-JK",
    "31.74.10": "JS-PS",
    # Jakarta Timur
    "31.75.01": "JT-MT",
    "31.75.02": "JT-PG",
    "31.75.03": "JT-JN",
    "31.75.04": "JT-KJ",
    "31.75.05": "JT-PR",
    "31.75.06": "JT-CK",
    "31.75.07": "JT-DS",
    "31.75.08": "JT-MK",
    "31.75.09": "JT-CR",
    "31.75.10": "JT-CY",
}


def format_number(prefix: str, serial: int) -> str:
    return f"{prefix}-{serial:05d}"


def looks_like_number(text: str) -> bool:
    """Whether ``text`` is written like a participant number, whole: city, kecamatan, digits."""
    parts = text.strip().upper().split("-")
    return len(parts) == 3 and "-".join(parts[:2]) in _KNOWN and parts[2].isdigit()


_KNOWN = frozenset(PREFIXES.values())


@transaction.atomic
def reserve_numbers(counts: Mapping[str | None, int]) -> dict[str | None, list[str]]:
    """New numbers by kecamatan code (None: outside Jakarta), as many as asked, in order.

    Locks the series for the rest of the transaction, always in the order of the codes, so that two imports
    wait for
    each other and never lock each other out. A roll-back gives the numbers back.
    """
    wanted = {OUTSIDE_DKI if code is None else code: n for code, n in counts.items() if n > 0}
    NumberSeries.objects.bulk_create(
        [NumberSeries(kecamatan_id=code, prefix=PREFIXES[code]) for code in sorted(wanted)],
        ignore_conflicts=True,
    )
    locked = NumberSeries.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    given: dict[str | None, list[str]] = {code: [] for code in counts}
    series = list(locked)
    for one in series:
        first, one.last = one.last + 1, one.last + wanted[one.pk]
        code = None if one.pk == OUTSIDE_DKI else one.pk
        given[code] = [format_number(one.prefix, serial) for serial in range(first, one.last + 1)]
    NumberSeries.objects.bulk_update(series, ["last"])
    return given


def next_number(kecamatan: str | None) -> str:
    """One new number; see ``reserve_numbers``."""
    return reserve_numbers({kecamatan: 1})[kecamatan][0]
