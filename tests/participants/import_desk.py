"""What tests of the import desk share: an officer, a colleague, and lists through the real check."""

from datetime import date

from participants.models import ImportBatch
from participants.services import importing
from tests.participants.importing.lists import AS_OF, HEADER, save

ON = date(2026, 11, 21)


def listed(
    folder, officer, *rows, header=HEADER, name="a.xlsx", organisation=None, as_of=AS_OF
) -> ImportBatch:
    """A list that was uploaded and checked."""
    content = save(folder / name, [header, *rows]).read_bytes()
    batch, _new = importing.receive(
        content=content,
        file_name=name,
        city=officer.active_membership.area_id,
        organisation=organisation or officer.active_membership.organisation,
        by=officer,
        as_of=as_of,
    )
    return checked(batch)


def checked(batch: ImportBatch) -> ImportBatch:
    importing.check(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def saved(batch: ImportBatch, by, *, consented=False) -> ImportBatch:
    importing.request_save(batch=batch, by=by, messages_consented=consented)
    importing.save(batch.pk, on=ON)
    return ImportBatch.objects.get(pk=batch.pk)


def states(batch: ImportBatch) -> list[tuple[int, str, list[str]]]:
    return [(row.row, row.status, row.codes) for row in batch.rows.order_by("position")]
