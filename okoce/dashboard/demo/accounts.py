"""One account for every role, all with one password that is made at the first start."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role
from okoce.organisations.management.commands.load_organisations import code_of

CITY, PALMERAH, KEMBANGAN, KEBON_JERUK = "31.73", "31.73.07", "31.73.08", "31.73.05"


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    shown_role: str
    memberships: tuple[tuple[Role, str | None, str | None], ...]  # role, area, organisation


ACCOUNTS = (
    Account(
        "sudin.jakbar",
        "Rina Puspita",
        "Sudin PPKUKM Jakarta Barat",
        ((Role.SUDIN, CITY, code_of("ppkukm", CITY)),),
    ),
    Account(
        "kasi.jakbar",
        "Teguh Prasetyo",
        "Sudin PPKUKM Jakarta Barat, orang kedua untuk impor",
        ((Role.SUDIN, CITY, code_of("ppkukm", CITY)),),
    ),
    Account(
        "camat.palmerah",
        "Wawan Setiawan",
        "Kantor Kecamatan Palmerah",
        ((Role.KECAMATAN, PALMERAH, code_of("kecamatan", PALMERAH)),),
    ),
    Account(
        "camat.kembangan",
        "Dian Anggraini",
        "Kantor Kecamatan Kembangan, juga pelatih (dua peran)",
        ((Role.KECAMATAN, KEMBANGAN, code_of("kecamatan", KEMBANGAN)), (Role.TRAINER, CITY, None)),
    ),
    Account("pelatih.palmerah", "Maya Anggraini", "Pelatih", ((Role.TRAINER, CITY, None),)),
    Account("pendamping.palmerah", "Hendra Wijaya", "Pendamping", ((Role.MENTOR, PALMERAH, None),)),
    Account(
        "pengampu.kpkp",
        "Yusuf Hidayat",
        "Sudin KPKP Jakarta Barat",
        ((Role.PENGAMPU, CITY, code_of("kpkp", CITY)),),
    ),
    Account(
        "pengampu.pkk", "Nurhasanah", "PKK Jakarta Barat", ((Role.PENGAMPU, CITY, code_of("pkk", CITY)),)
    ),
    Account(
        "sudin.jaktim",
        "Slamet Riyadi",
        "Sudin PPKUKM Jakarta Timur",
        ((Role.SUDIN, "31.75", code_of("ppkukm", "31.75")),),
    ),
    Account(
        "sudin.jakpus",
        "Endang Purwaningsih",
        "Sudin PPKUKM Jakarta Pusat",
        ((Role.SUDIN, "31.71", code_of("ppkukm", "31.71")),),
    ),
    Account("provinsi", "Ratna Handayani", "Dinas PPKUKM", ((Role.PROVINCE, "31", "dinas-ppkukm"),)),
    Account("auditor", "Bambang Nugroho", "Auditor", ((Role.AUDITOR, "31", None),)),
)


def new_password() -> str:
    """Four groups that a person can type from a screen."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def create_accounts(password: str) -> dict[str, User]:
    """The accounts by user name; those that exist keep everything but the password."""
    hashed, users = make_password(password), {}
    for account in ACCOUNTS:
        user, _created = User.objects.update_or_create(
            username=account.username,
            defaults={
                "full_name": account.full_name,
                "email": f"{account.username}@example.org",
                "password": hashed,
            },
        )
        for role, area, organisation in account.memberships:
            Membership.objects.get_or_create(user=user, role=role, area_id=area, organisation_id=organisation)
        users[account.username] = user.acting_as(user.memberships.order_by("pk").first())
    return users
