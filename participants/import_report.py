"""A report as a page shows it: counts that add up, causes as chips, rows with what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import areas
from participants.import_words import CAUSES, mend
from participants.importing.codes import Status
from participants.models import ImportBatch, ImportRow
from participants.models.imports import BatchState, RowOutcome
from participants.services.importing import values_of

NOT_SAVED = (Status.REJECTED.value, Status.DUPLICATE.value)
REGISTERED = "terdaftar"  # the chip of those who are in the programme already
STATE_TONES = {
    BatchState.UPLOADED: "info",
    BatchState.CHECKING: "info",
    BatchState.CHECKED: "warn",
    BatchState.REFUSED: "bad",
    BatchState.SAVING: "info",
    BatchState.SAVED: "ok",
    BatchState.DISCARDED: "",
}


@dataclass(frozen=True)
class Look:
    label: Any
    text: Any
    tone: str
    icon: str


LOOKS = {
    Status.ACCEPTED.value: Look(
        gettext_lazy("Accepted"), gettext_lazy("Complete and right."), "ok", "check-circle-fill"
    ),
    Status.WARNING.value: Look(
        gettext_lazy("With warning"),
        gettext_lazy("Saved all the same; to be looked at later."),
        "warn",
        "exclamation-triangle-fill",
    ),
    Status.REJECTED.value: Look(
        gettext_lazy("Rejected"), gettext_lazy("Not saved until mended."), "bad", "x-circle-fill"
    ),
    Status.DUPLICATE.value: Look(
        gettext_lazy("Twice in the list"), gettext_lazy("Not saved a second time."), "bad", "people-fill"
    ),
}


@dataclass(frozen=True)
class Choice:
    """What part of the rows is shown. An unknown value counts as none."""

    cause: str = ""
    status: str = ""
    kecamatan: str = ""

    @classmethod
    def read(cls, query: Any) -> Choice:
        cause, status = query.get("sebab", ""), query.get("keadaan", "")
        kecamatan = query.get("kecamatan", "")
        return cls(
            cause=cause if cause in CAUSES or cause == REGISTERED else "",
            status=status if status in LOOKS else "",
            kecamatan=kecamatan if kecamatan in areas.area_names() else "",
        )

    def apply(self, rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
        if self.kecamatan:
            rows = rows.filter(kecamatan=self.kecamatan)
        if self.cause == REGISTERED:
            return rows.filter(outcome=RowOutcome.EXISTING)
        if self.cause:
            return rows.filter(codes__contains=[self.cause])
        if self.status:
            return rows.filter(status=self.status)
        return rows if self.kecamatan else rows.filter(status__in=NOT_SAVED)


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    position: int
    sheet: str
    row: int
    name: str
    kecamatan: str
    words: list[str]
    look: Look
    is_registered: bool
    can_mend: bool


def tiles(batch: ImportBatch) -> list[dict[str, Any]]:
    """The four counts; together they are all rows of the list."""
    totals = batch.totals
    whole = totals.get("rows", 0)
    return [
        {
            "status": status,
            "look": look,
            "count": totals.get(status, 0),
            "percent": share(totals.get(status, 0), whole),
        }
        for status, look in LOOKS.items()
    ]


def share(part: int, whole: int) -> int:
    """Percent for a bar: never 0 for somebody, never 100 without everybody."""
    if not whole or not part:
        return 0
    return 100 if part == whole else min(99, max(1, round(part * 100 / whole)))


def causes(batch: ImportBatch, chosen: Choice) -> list[dict[str, Any]]:
    """Chips: what rejects first, then what stands twice, then warnings; the most frequent first."""
    counted = batch.totals.get("by_code", {})
    order = sorted(counted, key=lambda code: ("EDW".index(code[0]), -counted[code], code))
    chips = [
        {
            "code": code,
            "label": CAUSES[code].label,
            "count": counted[code],
            "is_warning": code.startswith("W_"),
            "is_current": chosen.cause == code,
        }
        for code in order
        if code in CAUSES
    ]
    if batch.existing_count:
        registered = {
            "code": REGISTERED,
            "label": _("Already registered"),
            "count": batch.existing_count,
            "is_warning": False,
            "is_current": chosen.cause == REGISTERED,
        }
        chips.insert(0, registered)
    return chips


def by_kecamatan(rows: QuerySet[ImportRow]) -> list[dict[str, Any]]:
    """Per kecamatan how many rows are saved and how many are not; those without a known one last."""
    counted = (
        rows.order_by()
        .values("kecamatan")
        .annotate(
            saved=Count("pk", filter=~Q(status__in=NOT_SAVED)),
            left=Count("pk", filter=Q(status__in=NOT_SAVED)),
        )
    )
    found = [
        {
            "code": row["kecamatan"],
            "name": areas.name_of(row["kecamatan"]),
            "saved": row["saved"],
            "left": row["left"],
        }
        for row in counted
    ]
    return sorted(found, key=lambda row: (not row["name"], row["name"]))


def lines(rows: Iterable[ImportRow], batch: ImportBatch) -> list[Line]:
    return [_line(row, batch) for row in rows]


def _line(row: ImportRow, batch: ImportBatch) -> Line:
    values = values_of(row)
    saved = row.status not in NOT_SAVED
    codes = [code for code in row.codes if row.status != Status.REJECTED.value or code.startswith("E_")]
    return Line(
        position=row.position,
        sheet=row.sheet,
        row=row.row,
        name=_name(values),
        kecamatan=areas.name_of(row.kecamatan) or ("" if saved else str(values.get("kecamatan", ""))),
        words=[mend(code, duplicate_of=row.duplicate_of, cells=values) for code in codes],
        look=LOOKS[row.status],
        is_registered=row.outcome == RowOutcome.EXISTING,
        can_mend=not saved and batch.state == BatchState.CHECKED,
    )


def _name(values: dict[str, Any]) -> str:
    """The name as written; what is no name (digits, a formula) is not repeated."""
    name = str(values.get("nama") or "")
    return name[:60] if name and not any(char.isdigit() for char in name) and name[0] != "=" else ""


def sheets_left_out(batch: ImportBatch) -> str:
    """A sentence about sheets that were not read, or nothing."""
    hidden, ignored = batch.notes.get("hidden_sheets", []), batch.notes.get("ignored_sheets", [])
    parts = []
    if hidden:
        parts.append(_("Hidden sheets are not read: %(names)s.") % {"names": ", ".join(hidden)})
    if ignored:
        parts.append(
            _("Sheets without a name and a NIK column are not read: %(names)s.")
            % {"names": ", ".join(ignored)}
        )
    return " ".join(parts)
