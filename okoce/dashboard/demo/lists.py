"""Two views that the officers of the Sudin share."""

from __future__ import annotations

from okoce.accounts.models import User
from participants.list_columns import USUAL
from participants.services.saved_views import save_view

VIEWS = (
    (
        "Palmerah tanpa pendamping",
        {"kecamatan": "31.73.07", "pendamping": "tanpa"},
        (*USUAL[:1], "pengampu", *USUAL[2:]),
    ),
    ("Sudah usaha, belum izin", {"kategori": "starter", "pas": "-4"}, (*USUAL[:3], "sektor", "keadaan")),
)


def share_views(users: dict[str, User]) -> None:
    for name, filters, columns in VIEWS:
        save_view(
            name=name,
            is_shared=True,
            opens_with=False,
            filters=filters,
            columns=columns,
            by=users["sudin.jakbar"],
        )
