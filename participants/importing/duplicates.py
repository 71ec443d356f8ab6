"""Who stands in the list twice: the same NIK, or very probably the same person mistyped."""

from collections.abc import Sequence
from datetime import date

from okoce.values import names
from participants.importing.checks import Checked
from participants.importing.codes import Code, Status


def mark(rows: Sequence[Checked]) -> None:
    """Adds the D_ codes. Only rows that are not rejected count, and each points at the first such row."""
    by_nik: dict[str, int] = {}
    by_person: dict[tuple[str, date], list[tuple[str, int]]] = {}
    for index, checked in enumerate(rows):
        nik = checked.nik
        if nik is None or checked.birth is None or checked.status is Status.REJECTED:
            continue
        person = (names.letters(checked.values["nama"] or ""), checked.birth)
        alike = by_person.setdefault(person, [])
        if nik in by_nik:
            checked.codes.append(Code.D_NIK_SAMA)
            checked.duplicate_of = by_nik[nik]
        else:
            similar = next((other for number, other in alike if is_slip(number, nik)), None)
            if similar is not None:
                checked.codes.append(Code.D_DUGAAN_NAMA_TGL)
                checked.duplicate_of = similar
            by_nik[nik] = index
        alike.append((nik, index))


def is_slip(left: str, right: str) -> bool:
    """Whether two numbers differ by one digit, or by one swap of neighbours."""
    if len(left) != len(right):
        return False
    differing = [index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return left[first] == right[second] and left[second] == right[first]
