"""A reminder that the province has written twice, and a text that waits for WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping

from okoce.accounts.models import User
from okoce.notifications import editing
from okoce.notifications.enums import Channel
from okoce.notifications.texts import LINE

REMINDER = "session_reminder"
SUBJECT = "Pengingat pelatihan {starts_at_day}"
FIRST = """Halo {name}, jangan lupa pelatihan {activity}.

{starts_at}
{venue}, Kecamatan {kecamatan}

Tidak bisa datang? Katakan di sini: {answer_link}"""
SECOND = """Halo {name}, sampai jumpa di pelatihan {activity}!

{starts_at}
{venue}, Kecamatan {kecamatan}

Datang 15 menit lebih awal, bawa kartu peserta atau KTP. Gratis.
Tidak bisa datang? Katakan di sini, kursi Anda untuk orang lain: {answer_link}"""
LINE_OF_SEVERAL = (
    "Sampai jumpa di {activity}, {starts_at_day}, {starts_at_clock} WIB, {venue}. Berhalangan? {answer_link}"
)
NEW_FOR_WHATSAPP = """Halo {name}, sampai jumpa di pelatihan {activity}.

Waktu: {starts_at}
Tempat: {venue}, Kecamatan {kecamatan}

Datang 15 menit lebih awal, bawa kartu peserta atau KTP. Tidak bisa datang? Katakan di sini: {answer_link} . Terima kasih."""  # noqa: E501


def write_texts(users: Mapping[str, User]) -> None:
    """Made through the services."""
    province = users["provinsi"]
    for based_on, (body, reason) in enumerate(
        ((FIRST, "Lebih singkat"), (SECOND, "Banyak yang datang terlambat"))
    ):
        editing.save(
            kind=REMINDER, channel=Channel.EMAIL, language="id", subject=SUBJECT, body=body, reason=reason,
            based_on=based_on, by=province,
        )  # fmt: skip
    editing.save(
        kind=REMINDER, channel=LINE, language="id", body=LINE_OF_SEVERAL, reason="Sama dengan surel",
        based_on=0, by=province,
    )  # fmt: skip
    editing.save(
        kind=REMINDER, channel=Channel.WHATSAPP, language="id", body=NEW_FOR_WHATSAPP,
        reason="Sama dengan surel", based_on=0, by=province,
    )  # fmt: skip
