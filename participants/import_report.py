"""A report as a page shows it: counts that add up, causes as chips, rows with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants import areas
from participants.import_words import CAUSES, FIELD_LABELS
from participants.importing.codes import Status
from participants.models import ImportBatch, ImportRow
from participants.models.imports import IGNORED, BatchState, RowOutcome

NOT_SAVED = (Status.REJECTED.value, Status.DUPLICATE.value)
LEFT = (*NOT_SAVED, IGNORED)
REGISTERED = "terdaftar"  # the chip of those who are in the programme already
SHARED_PHONE = "hp-bersama"  # of rows whose phone three rows or more have
STATE_TONES = {
    BatchState.UPLOADED: "info",
    BatchState.CHECKING: "info",
    BatchState.CHECKED: "warn",
    BatchState.REFUSED: "bad",
    BatchState.WAITING: "warn",
    BatchState.SAVING: "info",
    BatchState.SAVED: "ok",
    BatchState.UNDOING: "info",
    BatchState.UNDONE: "",
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
    IGNORED: Look(
        gettext_lazy("Left out"), gettext_lazy("Not saved, as an officer decided."), "", "slash-circle"
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
            cause=cause if cause in CAUSES or cause in (REGISTERED, SHARED_PHONE) else "",
            status=status if status in LOOKS else "",
            kecamatan=kecamatan if kecamatan in areas.area_names() else "",
        )

    def apply(self, rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
        if self.kecamatan:
            rows = rows.filter(kecamatan=self.kecamatan)
        if self.cause == REGISTERED:
            return rows.filter(outcome=RowOutcome.EXISTING)
        if self.cause == SHARED_PHONE:
            return rows.filter(is_phone_shared=True).exclude(status=IGNORED)
        if self.cause:
            return rows.filter(codes__contains=[self.cause]).exclude(status=IGNORED)
        if self.status:
            return rows.filter(status=self.status)
        return rows if self.kecamatan else rows.filter(status__in=NOT_SAVED)


def tiles(batch: ImportBatch) -> list[dict[str, Any]]:
    """The counts by state; together they are all rows of the list."""
    totals = batch.totals
    whole = totals.get("rows", 0)
    shown = {status: look for status, look in LOOKS.items() if status != IGNORED or totals.get(IGNORED)}
    return [
        {
            "status": status,
            "look": look,
            "count": totals.get(status, 0),
            "percent": share(totals.get(status, 0), whole),
        }
        for status, look in shown.items()
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
    if shared := batch.notes.get("shared_phones"):
        phones = {
            "code": SHARED_PHONE,
            "label": _("Phone shared by three or more"),
            "count": shared,
            "is_warning": True,
            "is_current": chosen.cause == SHARED_PHONE,
        }
        chips.append(phones)
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


def warned(rows: QuerySet[ImportRow], cause: str) -> QuerySet[ImportRow]:
    """Rows that can be saved and are warned of by ``cause``: those an officer may accept."""
    able = rows.filter(status__in=(Status.ACCEPTED.value, Status.WARNING.value))
    return (
        able.filter(is_phone_shared=True) if cause == SHARED_PHONE else able.filter(codes__contains=[cause])
    )


def by_kecamatan(rows: QuerySet[ImportRow]) -> list[dict[str, Any]]:
    """Per kecamatan how many rows are saved and how many are not; those without a known one last."""
    counted = (
        rows.order_by()
        .values("kecamatan")
        .annotate(
            saved=Count("pk", filter=~Q(status__in=LEFT)),
            left=Count("pk", filter=Q(status__in=LEFT)),
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


def columns_read(batch: ImportBatch) -> list[dict[str, Any]]:
    """How the columns of each sheet were read: what stands above them, and what they were taken for."""
    found = []
    for sheet in batch.notes.get("columns") or []:
        columns = [
            {"label": column["label"], "field": FIELD_LABELS.get(column["field"], "")}
            for column in sheet["columns"]
            if column["label"] or column["field"]
        ]
        found.append(
            {
                "name": sheet["name"],
                "columns": columns,
                "read": [column for column in columns if column["field"]],
                "unread": [column["label"] for column in columns if not column["field"]],
            }
        )
    return found
