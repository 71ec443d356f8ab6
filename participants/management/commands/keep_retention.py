"""What is past its retention period: counted with --dry-run, else blanked or anonymised now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from participants.services import retention


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        now = timezone.now()
        found = retention.counts(now=now) if dry_run else retention.keep(now=now)
        for code, days in retention.periods().items():
            self.stdout.write(f"{code}: {found[code]} past {days} days")
