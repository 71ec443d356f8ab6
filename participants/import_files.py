"""Workbooks that go back to the office; the work is done in ``participants.importing``."""

from __future__ import annotations

from collections.abc import Iterable

from participants.importing import handback, template
from participants.importing.handback import COLUMNS, neutral
from participants.models import ImportRow

__all__ = ["COLUMNS", "empty_list", "neutral", "rows_to_mend"]


def rows_to_mend(rows: Iterable[ImportRow]) -> bytes:
    return handback.workbook(rows)


def empty_list(city: str = "31.73") -> bytes:
    return template.workbook(city)
