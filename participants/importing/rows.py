"""What is found in a sheet: people, and rows that are nobody."""

from dataclasses import dataclass

from participants.importing.cells import Cell


@dataclass(slots=True)
class Row:
    """One person as the sheet has them: raw cells by field."""

    sheet: str
    row: int
    cells: dict[str, Cell]


@dataclass(slots=True)
class Ignored:
    """A row that is no person, and what it was taken for."""

    sheet: str
    row: int
    kind: str
