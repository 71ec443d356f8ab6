"""Row numbers as somebody reads them from a paper sheet: "3, 17, 41-43"."""

from __future__ import annotations

import re

NUMBER = re.compile(r"\d{1,4}")
SPAN = re.compile(r"(\d{1,4})\s*(?:-|\u2013|sampai|s/d|sd|to)\s*(\d{1,4})", re.IGNORECASE)


class NotRows(ValueError):
    """``parts``: what could not be read as rows of the sheet."""

    def __init__(self, parts: list[str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = parts


def read(text: str, *, count: int) -> list[int]:
    """The rows in ascending order, each once. Raises NotRows for what is no row from 1 to ``count``."""
    found: set[int] = set()
    wrong: list[str] = []

    def take(first: int, last: int, as_written: str) -> str:
        if 1 <= first <= last <= count:
            found.update(range(first, last + 1))
        else:
            wrong.append(as_written)
        return " "

    rest = SPAN.sub(lambda m: take(int(m[1]), int(m[2]), m[0]), text)
    for part in re.split(r"[\s,;.]+", rest):
        if NUMBER.fullmatch(part):
            take(int(part), int(part), part)
        elif part:
            wrong.append(part)
    if wrong:
        raise NotRows(wrong)
    return sorted(found)
