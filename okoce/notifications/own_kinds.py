"""The kinds of message that are this app's own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from okoce.notifications import joining, kinds

SAMPLE = {
    "first": "Pengingat: Motivasi dan dasar kewirausahaan, Rabu 12 Agustus 2026, 09.00 WIB",
    "others": ["Bazar Kantor Wali Kota: laporan penjualan stan A07 masih ditunggu"],
    "lines": [
        "Pengingat: Motivasi dan dasar kewirausahaan, Rabu 12 Agustus 2026, 09.00 WIB",
        "Bazar Kantor Wali Kota: laporan penjualan stan A07 masih ditunggu",
    ],
}


def register() -> None:
    """Called when the app starts. Nothing is queued as ``joined``: it is how several others go as one."""
    kinds.register(
        kinds.Kind(
            code=joining.KIND,
            label=_("Several messages in one"),
            channels=joining.CHANNELS,
            sample=SAMPLE,
        )
    )
