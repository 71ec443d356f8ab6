"""One cell of a spreadsheet: its text, whether it is blank, whether it is a formula."""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum

from okoce.values import text as text_values


class Formula(Enum):
    """Stands in a row where the file holds a formula. Formulas are never evaluated."""

    FORMULA = "formula"


FORMULA = Formula.FORMULA

Cell = str | int | float | bool | date | datetime | time | timedelta | Formula | None

_PLACEHOLDER = re.compile(
    r"[-‐‑‒–—―−_.\s]*|0|tidak ada|tdk ada|n/a|nihil|kosong"
    r"|#(?:n/a|ref!|value!|div/0!|name\?|null!|num!|spill!|calc!|field!|getting_data)",
    re.IGNORECASE,
)


_PLACEHOLDER_STARTS = frozenset(("", *"-‐‑‒–—―−_. 0tTnNkK#"))


def text_of(cell: Cell) -> str:
    """The cell as cleaned text; whole numbers without a decimal point, no formula's text."""
    if isinstance(cell, str):
        text = text_values.clean(cell)
        return text[1:].lstrip() if text[:1] == "'" else text
    if cell is None or cell is FORMULA:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def is_placeholder(text: str) -> bool:
    """Whether cleaned text only says that there is nothing: '-', 'tidak ada', 'n/a', '0', '#N/A'."""
    return text[:1] in _PLACEHOLDER_STARTS and _PLACEHOLDER.fullmatch(text) is not None


def is_formula(text: str) -> bool:
    return text[:1] == "="


def is_filled(cell: Cell) -> bool:
    """Whether the cell says anything; a formula does."""
    if cell is FORMULA:
        return True
    text = text_of(cell)
    return bool(text) and not is_placeholder(text)
