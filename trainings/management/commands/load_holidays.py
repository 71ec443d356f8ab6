"""Seeds the table of holidays from the ``holidays`` package. What staff wrote wins. Safe to repeat.

Islamic dates of years without a decree are estimates; the package marks them "(perkiraan)", and so do we.
"""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from trainings.services import calendar

FIRST = 2018  # the programme's first year
AHEAD = 2


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", type=int, help="last year (default: two years ahead)")

    def handle(self, *args: Any, until: int | None = None, verbosity: int = 1, **options: Any) -> None:
        today: date = timezone.localdate()
        count = calendar.seed_holidays(range(FIRST, (until or today.year + AHEAD) + 1), today=today)
        if verbosity:
            self.stdout.write(f"{count} holidays")
