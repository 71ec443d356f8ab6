"""What came of a file: rows, totals, and the JSON that the command writes and the child sends home."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from participants.importing.cells import Cell, text_of
from participants.importing.checks import NIK_LENGTH, Checked
from participants.importing.codes import Status
from participants.importing.layout import Ignored

OTHER_CITY_SHARE = 0.5  # when more of the readable rows lie elsewhere, it is another city's list


@dataclass(slots=True)
class Report:
    """The outcome for every person in the file, in the order of the file."""

    kota: str
    rows: list[Checked]
    ignored: list[Ignored] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)

    def totals(self) -> dict[str, Any]:
        """Rows by status, codes, and the accepted and warned rows by kecamatan."""
        statuses = Counter(checked.status for checked in self.rows)
        codes = Counter(code for checked in self.rows for code in checked.codes)
        kecamatan = Counter(
            checked.values["kecamatan"]
            for checked in self.rows
            if checked.status in (Status.ACCEPTED, Status.WARNING) and checked.values["kecamatan"]
        )
        return {
            "rows": len(self.rows),
            **{status.value: statuses[status] for status in Status},
            "by_code": dict(sorted((code.value, count) for code, count in codes.items())),
            "per_kecamatan": dict(sorted(kecamatan.items())),
        }

    def other_kota(self) -> str | None:
        """The kota most rows lie in, when that is not the one the list is imported for."""
        kotas = Counter(
            checked.values["kecamatan"][:5]
            for checked in self.rows
            if checked.values["kecamatan"] is not None
        )
        if not kotas:
            return None
        kota, count = kotas.most_common(1)[0]
        return kota if kota != self.kota and count > OTHER_CITY_SHARE * sum(kotas.values()) else None

    def as_json(self, *, with_cells: bool = False) -> dict[str, Any]:
        """``{"totals": …, "rows": [{sheet, row, status, codes, values, duplicate_of}]}``.

        ``with_cells`` adds what stood in the file for rows that are not saved, so that they can be
        shown and handed back for mending.
        """
        return {
            "totals": self.totals(),
            "ignored": [{"ref": f"{row.sheet}!{row.row}", "kind": row.kind} for row in self.ignored],
            "ignored_sheets": self.ignored_sheets,
            "hidden_sheets": self.hidden_sheets,
            "other_kota": self.other_kota(),
            "rows": [self._row_as_json(checked, with_cells=with_cells) for checked in self.rows],
        }

    def _row_as_json(self, checked: Checked, *, with_cells: bool) -> dict[str, Any]:
        status = checked.status
        saved = status in (Status.ACCEPTED, Status.WARNING)
        row = {
            "sheet": checked.row.sheet,
            "row": checked.row.row,
            "status": status.value,
            "codes": sorted({code.value for code in checked.codes}),
            "values": checked.values if saved else None,
            "duplicate_of": self._duplicate_of(checked, status),
        }
        if with_cells and not saved:
            row["cells"] = {
                name: text for name, cell in checked.row.cells.items() if (text := written(name, cell))
            }
            row["kecamatan"] = checked.values["kecamatan"]
        return row

    def _duplicate_of(self, checked: Checked, status: Status) -> str | None:
        if status is not Status.DUPLICATE or checked.duplicate_of is None:
            return None
        first = self.rows[checked.duplicate_of].row
        return f"{first.sheet}!{first.row}"


def written(name: str, cell: Cell) -> str:
    """A cell as text. A NIK damaged by Excel stays visibly so: as sixteen digits it would pass for whole."""
    text = text_of(cell)
    if name == "nik" and isinstance(cell, int | float) and len(text) == NIK_LENGTH and text.endswith("0"):
        return f"{cell:.5E}"
    return text
