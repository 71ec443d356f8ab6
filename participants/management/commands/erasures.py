"""Numbers of erased participants, one a line; with --repeat FILE they are erased again after a restore."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from participants.models import Participant
from participants.services.erasure import erase


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repeat", metavar="FILE", help="erase the numbers in this file again")

    def handle(self, *args: Any, repeat: str | None = None, **options: Any) -> None:
        if repeat is None:
            erased = Participant.everybody.filter(erased_at__isnull=False).order_by("erased_at", "pk")
            for number in erased.values_list("number", flat=True):
                self.stdout.write(number)
            return
        numbers = Path(repeat).read_text(encoding="utf-8").split()
        found = Participant.everybody.filter(number__in=numbers, erased_at__isnull=True)
        ids = list(found.order_by("pk").values_list("pk", flat=True))
        for pk in ids:
            erase(participant_id=pk, by=None, now=timezone.now(), why="restore")
        self.stdout.write(f"{len(ids)} erased again")
