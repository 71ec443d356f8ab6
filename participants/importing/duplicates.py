"""Who stands in the list twice: the same NIK, or very probably the same person mistyped."""

from datetime import date

from okoce.values import names
from participants.importing.checks import Checked
from participants.importing.codes import Code, Status


class Doubles:
    """What was seen so far. Only rows that are not rejected count; each double points at the first of them.

    Kept small: a list may have hundreds of thousands of people. A person is remembered as the hash of
    name and birth date; numbers that differ by a slip are asked for besides.
    """

    def __init__(self) -> None:
        self._sheets: list[str] = []
        self._by_nik: dict[str, int] = {}
        self._by_person: dict[int, tuple[str, int] | list[tuple[str, int]]] = {}

    def mark(self, checked: Checked) -> None:
        """Adds the D_ code of this row, if it has one."""
        nik = checked.nik
        if nik is None or checked.birth is None or checked.status is Status.REJECTED:
            return
        place = self._place(checked)
        person = _person(checked.values["nama"] or "", checked.birth)
        alike = self._by_person.get(person)
        known = self._by_nik.get(nik)
        if known is not None:
            checked.codes.append(Code.D_NIK_SAMA)
            checked.duplicate_of = self._reference(known)
        else:
            if alike is not None:
                same = [alike] if isinstance(alike, tuple) else alike
                similar = next((other for number, other in same if is_slip(number, nik)), None)
                if similar is not None:
                    checked.codes.append(Code.D_DUGAAN_NAMA_TGL)
                    checked.duplicate_of = self._reference(similar)
            self._by_nik[nik] = place
        if alike is None:
            self._by_person[person] = (nik, place)
        elif isinstance(alike, tuple):
            self._by_person[person] = [alike, (nik, place)]
        else:
            alike.append((nik, place))

    def _place(self, checked: Checked) -> int:
        sheet = checked.row.sheet
        if not self._sheets or self._sheets[-1] != sheet:
            self._sheets.append(sheet)
        return (len(self._sheets) - 1) << 32 | checked.row.row

    def _reference(self, place: int) -> str:
        return f"{self._sheets[place >> 32]}!{place & 0xFFFFFFFF}"


def _person(name: str, birth: date) -> int:
    return hash((names.letters(name), birth))


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
