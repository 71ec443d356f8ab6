"""Which column of a sender's lists holds what: as the header says, as last time, or as an officer chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from okoce.accounts.models import User
from participants.importing import runner
from participants.models import ImportBatch, RememberedColumns


def described(content: bytes) -> list[dict[str, Any]]:
    """The sheets of a file with their columns, masked samples and the proposal (``runner.describe``)."""
    sheets: list[dict[str, Any]] = runner.describe(content)["sheets"]
    return sheets


def header_of(sheet: dict[str, Any]) -> str:
    """Digest of the words above the columns; empty where nothing is written there."""
    return str(sheet.get("fingerprint") or "")


def remembered(batch: ImportBatch, content: bytes) -> dict[str, Any] | None:
    """The columns that the sender's lists had last time, where these sheets have the same header."""
    known = {
        one.header: one for one in RememberedColumns.objects.filter(organisation_id=batch.organisation_id)
    }
    if not known:
        return None
    mapping = {}
    for sheet in described(content):
        one = known.get(header_of(sheet))
        if one is not None:
            mapping[sheet["name"]] = {
                "is_read": bool(one.columns),
                "header_row": one.header_row if one.header_row is not None else sheet["header_row"],
                "columns": one.columns or None,
            }
    return mapping or None


def remember(batch: ImportBatch, mapping: dict[str, Any], sheets: Sequence[dict[str, Any]], by: User) -> None:
    """Keeps for the sender what was chosen by hand; a proposal that was left as it is needs no memory."""
    if batch.organisation_id is None:
        return
    for sheet in sheets:
        header, chosen = header_of(sheet), mapping.get(sheet["name"])
        if not header:
            continue
        if chosen is None:
            RememberedColumns.objects.filter(organisation=batch.organisation, header=header).delete()
            continue
        RememberedColumns.objects.update_or_create(
            organisation=batch.organisation,
            header=header,
            defaults={
                "columns": chosen["columns"] or {} if chosen["is_read"] else {},
                "header_row": None if chosen["header_row"] == sheet["header_row"] else chosen["header_row"],
                "by": by,
            },
        )


def is_as_proposed(sheet: dict[str, Any], chosen: dict[str, Any]) -> bool:
    if not chosen["is_read"]:
        return not sheet["is_read"]
    proposed = {str(column["index"]): column["field"] for column in sheet["columns"] if column["field"]}
    return bool(
        sheet["is_read"]
        and chosen["header_row"] == sheet["header_row"]
        and {index: name for index, name in (chosen["columns"] or {}).items() if name != "ignored"}
        == {index: name for index, name in proposed.items() if name != "ignored"}
    )
