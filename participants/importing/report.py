"""What came of a file: rows, totals, and the JSON that the command writes and the child sends home."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from participants.importing import kept
from participants.importing.cells import Cell, text_of
from participants.importing.checks import NIK_LENGTH, Checked
from participants.importing.codes import Status
from participants.importing.rows import Ignored

OTHER_CITY_SHARE = 0.5  # when more of the readable rows lie elsewhere, it is another city's list
MOST_IGNORED = 2_000  # rows left out that are told one by one
SAVED = (Status.ACCEPTED, Status.WARNING)


@dataclass(slots=True)
class Report:
    """The outcome for every person in the file. ``rows`` stays empty where they were handed on one by one."""

    kota: str
    rows: list[Checked] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)  # of each sheet that was read
    count: int = 0
    _statuses: Counter[Status] = field(default_factory=Counter)
    _codes: Counter[str] = field(default_factory=Counter)
    _kecamatan: Counter[str] = field(default_factory=Counter)  # of rows that are saved
    _kotas: Counter[str] = field(default_factory=Counter)  # of all rows

    def add(self, checked: Checked) -> None:
        """Counts one row, whose codes do not change any more."""
        status = checked.status
        self.count += 1
        self._statuses[status] += 1
        if checked.codes:
            self._codes.update(checked.codes)
        kecamatan = checked.values["kecamatan"]
        if kecamatan:
            self._kotas[kecamatan[:5]] += 1
            if status in SAVED:
                self._kecamatan[kecamatan] += 1

    def totals(self) -> dict[str, Any]:
        """Rows by status, codes, and the accepted and warned rows by kecamatan."""
        return {
            "rows": self.count,
            **{status.value: self._statuses[status] for status in Status},
            "by_code": {str(code): count for code, count in sorted(self._codes.items())},
            "per_kecamatan": dict(sorted(self._kecamatan.items())),
        }

    def other_kota(self) -> str | None:
        """The kota most rows lie in, when that is not the one the list is imported for."""
        if not self._kotas:
            return None
        kota, count = self._kotas.most_common(1)[0]
        return kota if kota != self.kota and count > OTHER_CITY_SHARE * self._kotas.total() else None

    def summary(self) -> dict[str, Any]:
        """Everything but the rows."""
        return {
            "totals": self.totals(),
            "ignored": [{"ref": f"{row.sheet}!{row.row}", "kind": row.kind} for row in self.ignored],
            "ignored_sheets": self.ignored_sheets,
            "hidden_sheets": self.hidden_sheets,
            "other_kota": self.other_kota(),
            "columns": self.columns,
        }

    def as_json(self, *, with_cells: bool = False) -> dict[str, Any]:
        """``{"totals": …, "rows": [{sheet, row, status, codes, values, duplicate_of}]}``.

        ``with_cells`` adds what stood in the file for rows that are not saved, so that they can be
        shown and handed back for mending.
        """
        rows = [unpacked(packed(checked)) for checked in self.rows]
        if not with_cells:
            for row in rows:
                row.pop("cells", None)
                row.pop("kecamatan", None)
        return {**self.summary(), "rows": rows}


# One row on its way home: sheet, row, status, codes, kecamatan, duplicate_of, NIK of a row that is saved,
# and what is kept of it as participants.importing.kept writes it: it is sealed as it is.
Packed = list[Any]


def packed(checked: Checked) -> Packed:
    status = checked.status
    values = checked.values
    is_saved = status in SAVED
    codes = checked.codes
    return [
        checked.row.sheet,
        checked.row.row,
        status.value,
        sorted(set(codes)) if codes else codes,
        values["kecamatan"],
        checked.duplicate_of if status is Status.DUPLICATE else None,
        checked.nik if is_saved else None,
        kept.of_values(values) if is_saved else kept.of_cells(_cells(checked)),
    ]


def _cells(checked: Checked) -> dict[str, str]:
    return {name: text for name, cell in checked.row.cells.items() if (text := written(name, cell))}


def unpacked(row: Packed) -> dict[str, Any]:
    """The row as the report's JSON has it."""
    sheet, number, status, codes, kecamatan, duplicate_of, nik, text = row
    found = {
        "sheet": sheet,
        "row": number,
        "status": status,
        "codes": [str(code) for code in codes],
        "values": kept.read(text) if nik is not None else None,
        "duplicate_of": duplicate_of,
    }
    if nik is None:
        found["cells"] = kept.read(text)
        found["kecamatan"] = kecamatan
    return found


def written(name: str, cell: Cell) -> str:
    """A cell as text. A NIK damaged by Excel stays visibly so: as sixteen digits it would pass for whole."""
    text = text_of(cell)
    if name == "nik" and isinstance(cell, int | float) and len(text) == NIK_LENGTH and text.endswith("0"):
        return f"{cell:.5E}"
    return text
