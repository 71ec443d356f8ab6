"""Checks a registration list (xlsx or csv) and, with --save, makes participants of its accepted rows.

The report is JSON: {"totals": {...}, "rows": [{"sheet", "row", "status", "codes", "values",
"duplicate_of"}]}. It holds full NIKs, so only its owner may read it.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from okoce.accounts.models import User
from okoce.organisations.models import Organisation
from participants import imports
from participants.import_words import refusal
from participants.importing import areas, guard
from participants.services import importing

SYSTEM_USER = "sistem"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kota", required=True, help="Kemendagri code of the city, e.g. 31.73")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day ages are counted on (default: today)"
        )
        parser.add_argument("--json", type=Path, help="where to write the report")
        parser.add_argument(
            "--save", action="store_true", help="make participants of accepted and warned rows"
        )
        parser.add_argument("--by", help=f"user name of the officer (default: the account {SYSTEM_USER!r})")
        parser.add_argument(
            "--messages-consented", action="store_true", help="the people agreed on paper to receive messages"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, kota = options["file"], options["kota"]
        as_of = options["as_of"] or timezone.localdate()
        if kota not in areas.load().names or kota.count(".") != 1:
            raise CommandError(f"--kota {kota}: no city of Jakarta has this code, write for example 31.73")
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        try:
            report = imports.public_report(imports.check(path, kota=kota, as_of=as_of))
            if options["save"]:
                report["saved"] = self._save(path, kota, as_of, options)
        except imports.ImportRefused as refused:
            raise CommandError(str(refusal(refused.code, refused.params))) from refused
        if options["json"]:
            write_private(options["json"], json.dumps(report, ensure_ascii=False, indent=1))
        self._tell(report)

    def _save(self, path: Path, kota: str, as_of: date, options: dict[str, Any]) -> dict[str, int]:
        batch = importing.import_content(
            content=guard.read(path),
            file_name=path.name,
            city=kota,
            organisation=Organisation.objects.filter(pk=f"ppkukm-{kota.replace('.', '-')}").first(),
            by=actor(options["by"]),
            as_of=as_of,
            on=timezone.localdate(),
            messages_consented=options["messages_consented"],
        )
        return {"new": batch.new_count, "existing": batch.existing_count, "changed": 0}

    def _tell(self, report: dict[str, Any]) -> None:
        totals = report["totals"]
        names = ("rows", "accepted", "warning", "rejected", "duplicate")
        self.stdout.write(", ".join(f"{name} {totals[name]}" for name in names))
        if saved := report.get("saved"):
            self.stdout.write(", ".join(f"{name} {count}" for name, count in saved.items()))


def actor(username: str | None) -> User:
    """The officer who is named, else an account that nobody can sign in to."""
    if username:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise CommandError(f"--by {username}: there is no such account") from None
    user, is_new = User.objects.get_or_create(
        username=SYSTEM_USER, defaults={"full_name": "Sistem", "is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def write_private(path: Path, text: str) -> None:
    """A file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
