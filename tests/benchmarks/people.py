"""Invented participants, written by COPY. Nobody is real: NIK serials are 9001-9999, phones hold 0000."""

# ruff: noqa: SIM905 (word lists read better as text)

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from okoce.db.encryption import encrypt, lookup
from okoce.values import names

FIRST = (
    "Siti Sri Dewi Nur Ahmad Muhammad Budi Agus Eko Dwi Tri Hendra Rudi Yanti Maimunah Rohayati Kartini "
    "Teguh Imam Bambang Slamet Sugeng Joko Wahyu Heru Hendro Edi Sigit Purwanto Mulyono Endang Sulastri "
    "Suparti Wahyuni Retno Ratna Puji Yuli Eni Tutik Lilik Rini Nanik Wiwik Murni Ambar Kevin Stefanus "
    "Vincent Jimmy Lanny Siska Zulkifli Desi Fitriani Asep Dadang Ujang Cecep Euis Neneng Lilis Rojali "
    "Zaenudin Marzuki Munaroh Zubaedah"
).split()
LAST = (
    "Rahmawati Fauzi Sihombing Kurniawan Oktaviani Prayitno Subekti Santoso Lestari Wijaya Kusuma Hidayat "
    "Prasetyo Wibowo Nugroho Widodo Setiawan Hartono Raharjo Purnomo Saputro Susilo Haryanto Utomo "
    "Handayani Wulandari Astuti Ningsih Kusumawati Utami Hastuti Maryati Pratiwi Gunawan Halim Susanto "
    "Tanjung Chaniago Jambak Permana Mulyana Kurniasih Suryani Kartika Hasanah Rohani Muhtar Abdullah "
    "Ma'ruf Mansyur"
).split()
GOODS = ("Keripik", "Kopi", "Batik", "Warung", "Katering", "Laundry", "Kriya", "Jamu", "Kue Basah", "Sambal")
FIRST_DAY = date(2023, 1, 2)
DAYS = 1_300

PARTICIPANTS = (
    "id, uid, number, full_name, name_key, nik_ciphertext, nik_lookup, phone_ciphertext, phone_lookup, "
    "email, birth_date, birth_place, sex, address, rt, rw, kelurahan_id, kecamatan_id, city_id, "
    "is_outside_dki, category, status, source, registered_on, created_at, updated_at"
)


def rows(
    kelurahan: list[str],
    count: int,
    prefixes: dict[str, str],
    *,
    named: Iterable[str] = (),
    all_have_phones: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """Participants in the order of their registration, the same for the same arguments.

    ``named``: their names, as many as there are people; else names are drawn from FIRST and LAST.
    ``all_have_phones``, each one's own; else every twelfth has none.
    """
    given = iter(named)
    dice, serials = random.Random(2018), dict.fromkeys(prefixes, 0)
    for n in range(1, count + 1):
        place = dice.choice(kelurahan)
        kecamatan = place[:8]
        serials[kecamatan] += 1
        words = [dice.choice(FIRST), dice.choice(LAST)]
        if dice.random() < 0.5:
            words.insert(1, dice.choice(FIRST))
        name, uid = next(given, " ".join(words)), UUID(int=dice.getrandbits(128), version=4)
        born = date(1960, 1, 1) + timedelta(days=dice.randrange(16_000))
        sex = dice.choice("LP")
        day = born.day + (40 if sex == "P" else 0)
        nik = f"{place[:2]}{n % 100_000_000 // 10_000:04d}{day:02d}{born:%m%y}{9001 + n % 999:04d}"
        phone = "" if n % 12 == 0 and not all_have_phones else f"+6281{n:06d}0000"[:15]
        day_registered = FIRST_DAY + timedelta(days=n * DAYS // count)
        yield (
            n,
            uid,
            f"{prefixes[kecamatan]}-{serials[kecamatan]:05d}",
            name,
            names.key(name),
            encrypt(nik, column="participants.nik", row=uid),
            lookup(f"{nik}{n}" if n > 1 else nik, column="participants.nik"),
            encrypt(phone, column="participants.phone", row=uid) if phone else None,
            lookup(phone, column="participants.phone") if phone else None,
            "",
            born,
            "Jakarta",
            sex,
            "",
            "",
            "",
            place,
            kecamatan,
            place[:5],
            False,
            dice.choice(("would_be", "starter", "scaling_up")),
            "active",
            "import",
            day_registered,
            "2026-01-01 00:00:00+07",
            "2026-01-01 00:00:00+07",
        )


def businesses(count: int) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(7)
    for n in range(1, count + 1):
        if n % 5 < 3:
            yield (
                n,
                f"{dice.choice(GOODS)} {dice.choice(FIRST)}",
                "2026-01-01 00:00:00+07",
                "2026-01-01 00:00:00+07",
            )


def steps(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, count + 1):
        day = FIRST_DAY + timedelta(days=n * DAYS // count)
        yield n, 1, day, "import:1", "2026-01-01 00:00:00+07"
        for step, every in ((2, 3), (3, 5), (4, 7), (5, 20)):
            if n % every == 0:
                yield n, step, day, "import:1", "2026-01-01 00:00:00+07"


def scans(count: int, sessions: int) -> Iterator[tuple[Any, ...]]:
    """Every third person came once, every sixth twice, to invented sessions numbered from 1."""
    dice = random.Random(11)
    for n in range(3, count + 1, 3):
        for k in range(2 if n % 6 == 0 else 1):
            session = (n // 3 + k * (sessions // 3)) % sessions + 1
            yield (
                session,
                n,
                UUID(int=dice.getrandbits(128), version=4),
                "list",
                "accepted",
                "",
                NOW,
                NOW,
                "0",
                "",
            )


NOW = "2026-06-01 09:00:00+07"
