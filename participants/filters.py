"""What the participants list asks for: read from the address, applied to a queryset, written back into an
address.

A NIK or phone number is never part of an address: ``participants.searching`` answers those by POST.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy

from okoce.accounts.scope import scope_of
from participants import list_columns, panels, searching
from participants.areas import JAKARTA
from participants.enums import Category, Sex, Source, Status, Step
from participants.panels import FixedView
from participants.querysets import ParticipantQuerySet

NEWEST, OLDEST, BY_NAME, BY_NAME_DOWN, BY_NUMBER, BY_NUMBER_DOWN = "", "lama", "nama", "-nama", "no", "-no"
ORDERS = {
    NEWEST: ("-registered_on", "-pk"),
    OLDEST: ("registered_on", "pk"),
    BY_NAME: ("name_key", "pk"),
    BY_NAME_DOWN: ("-name_key", "-pk"),
    BY_NUMBER: ("number", "pk"),
    BY_NUMBER_DOWN: ("-number", "-pk"),
}
WITHOUT, WITH, SHARED, UNREACHED = "tanpa", "ada", "bersama", "mati"
OUTSIDE, EVERYBODY = "luar", "semua"
SHARED_BY = 3  # people on one phone number; rule 10
AGES = {"24": (0, 24), "34": (25, 34), "44": (35, 44), "54": (45, 54), "55": (55, 150)}
STEPS = [step.value for step in Step]
# What shows the list in another way and narrows nothing.
MANNER = ("urut", "kolom", "simpanan")


@dataclass(frozen=True)
class PeopleFilter:
    """The chosen filters; an unreadable one counts as none. Field names are the address's parameter names.

    ``pas`` combines steps: "2,-4" is reached P2 and not yet P4. ``simpanan`` is the saved view that is shown.
    """

    q: str = ""
    kecamatan: str = ""
    kelurahan: str = ""
    kategori: str = ""
    langkah: str = ""
    pas: str = ""
    status: str = ""
    hp: str = ""
    surel: str = ""
    kegiatan: str = ""
    sektor: str = ""
    pengampu: str = ""
    pendamping: str = ""
    sumber: str = ""
    usia: str = ""
    jk: str = ""
    dari: str = ""
    sampai: str = ""
    urut: str = ""
    tampilan: str = ""
    simpanan: str = ""
    kolom: str = ""

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> PeopleFilter:
        if not params:
            return NOTHING_CHOSEN  # the list as it opens

        def one_of(name: str, allowed: Iterable[str]) -> str:
            value = params.get(name, "")
            return value if value in allowed else ""

        kecamatan = params.get("kecamatan", "")
        kelurahan = params.get("kelurahan", "")
        return cls(
            q=searching.tidy(params.get("q", "")),
            kecamatan=kecamatan if _is_code(kecamatan, 8) else "",
            kelurahan=kelurahan if _is_code(kelurahan, 13) else "",
            kategori=one_of("kategori", Category.values),
            langkah=one_of("langkah", [*map(str, STEPS), *(f"-{s}" for s in STEPS)]),
            pas=_steps(params),
            status=one_of("status", [*Status.values, OUTSIDE]),
            hp=one_of("hp", (WITHOUT, WITH, SHARED, UNREACHED)),
            surel=one_of("surel", (WITHOUT, WITH)),
            kegiatan=one_of("kegiatan", "0123"),
            sektor=_word(params.get("sektor", ""), 20),
            pengampu=_word(params.get("pengampu", ""), 60),
            pendamping=one_of("pendamping", (WITHOUT, WITH)),
            sumber=one_of("sumber", Source.values),
            usia=one_of("usia", AGES),
            jk=one_of("jk", Sex.values),
            dari=_day(params.get("dari", "")),
            sampai=_day(params.get("sampai", "")),
            urut=one_of("urut", ORDERS),
            tampilan=one_of("tampilan", [EVERYBODY, *(view.code for view in fixed_views())]),
            simpanan=_word(params.get("simpanan", ""), 36),
            kolom=",".join(list_columns.known(params.get("kolom", "").split(","))),
        )

    @property
    def order(self) -> tuple[str, ...]:
        return ORDERS[self.urut]

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.narrowing.chosen())

    @property
    def narrowing(self) -> PeopleFilter:
        """Only what narrows the list."""
        if self == NOTHING_CHOSEN:
            return NOTHING_CHOSEN
        plain = replace(self, **dict.fromkeys(MANNER, ""))
        return replace(plain, tampilan="") if self.tampilan == EVERYBODY else plain

    @property
    def has_more(self) -> bool:
        """Whether one of the less used filters is set, so that their box is shown open."""
        return any(getattr(self, name) for name in MORE)

    def address(self, **changes: str) -> str:
        """The query string of these filters with some changed; empty when none is set."""
        changed = {**self.chosen(), **changes}
        set_ones = {k: v for k, v in changed.items() if v}
        return f"?{urlencode(set_ones)}" if set_ones else ""

    def chosen(self) -> dict[str, str]:
        """What is set, by name: what a saved view and an export keep."""
        return {k: v for k, v in vars(self).items() if v}

    @property
    def step_wishes(self) -> list[int]:
        """Steps that must be reached (positive) or not (negative)."""
        return [int(text) for text in (*self.pas.split(","), self.langkah) if text]

    def apply(self, people: ParticipantQuerySet, *, today: date) -> ParticipantQuerySet:
        """The people these filters leave, without the search for a name."""
        if self == NOTHING_CHOSEN:
            return people
        exact = {
            "kecamatan_id": self.kecamatan,
            "kelurahan_id": self.kelurahan,
            "category": self.kategori,
            "source": self.sumber,
            "sex": self.jk,
            "registered_on__gte": self.dari,
            "registered_on__lte": self.sampai,
        }
        people = people.filter(**{k: v for k, v in exact.items() if v})
        if self.status == OUTSIDE:
            people = people.filter(is_outside_dki=True)
        elif self.status:
            people = people.filter(status=self.status)
        people = self._contacts(people)
        for step in self.step_wishes:
            people = people.reached(step) if step > 0 else people.not_reached(-step)
        if self.usia:
            people = people.aged(*AGES[self.usia], on=today)
        if self.sektor:
            people = people.in_sector(None if self.sektor == WITHOUT else self.sektor)
        if self.pengampu:
            people = people.fostered_by(None if self.pengampu == WITHOUT else self.pengampu, on=today)
        if self.pendamping:
            people = people.with_mentor(self.pendamping == WITH, on=today)
        if self.kegiatan and (condition := panels.activities_done(int(self.kegiatan), today)) is not None:
            people = people.filter(condition)
        for view in fixed_views():
            if view.code == self.tampilan:
                people = people.filter(view.condition(today))
        return people

    def _contacts(self, people: ParticipantQuerySet) -> ParticipantQuerySet:
        if self.hp == SHARED:
            people = people.sharing_a_phone(SHARED_BY)
        elif self.hp == UNREACHED:
            people = people.off_whatsapp()
        elif self.hp:
            people = people.filter(phone_lookup__isnull=self.hp == WITHOUT)
        if self.surel:
            people = people.filter(email="") if self.surel == WITHOUT else people.exclude(email="")
        return people

    def search(self, people: ParticipantQuerySet) -> ParticipantQuerySet:
        """Those the words of the search leave."""
        query = searching.read(self.q)
        if query.kind is searching.Kind.NAME:
            return people.named_like(query.value)
        if query.kind is searching.Kind.NUMBER:
            return people.with_numbers([query.value])
        if query.kind is searching.Kind.SERIAL:
            return people.with_numbers(searching.numbers_with_serial(query.value))
        return people


NOTHING_CHOSEN = PeopleFilter()
NAMES = tuple(field.name for field in fields(PeopleFilter))
ALWAYS_SHOWN = ("q", "kecamatan", "langkah", "urut", "tampilan", "simpanan", "kolom")
MORE = tuple(name for name in NAMES if name not in ALWAYS_SHOWN)


def fixed_views() -> list[FixedView]:
    """The fixed questions above the list: those of the apps above, then our own."""
    return [*panels.fixed_views(), *_OWN_VIEWS]


def without_phone(today: date) -> Q:
    return Q(phone_lookup__isnull=True, status=Status.ACTIVE)


def outside_dki(today: date) -> Q:
    return Q(is_outside_dki=True)


_OWN_VIEWS = (
    FixedView("tanpa-hp", gettext_lazy("No phone number"), without_phone),
    FixedView("luar-dki", gettext_lazy("Outside Jakarta"), outside_dki),
)


def area_of(user: Any) -> str:
    """The area whose parts the user chooses among."""
    scope = scope_of(user)
    return scope.kecamatan or scope.city or JAKARTA


# ---------------------------------------------------------------- reading


def _is_code(value: str, length: int) -> bool:
    return len(value) == length and value.replace(".", "").isdigit()


def _word(value: str, length: int) -> str:
    """A code as it may stand in an address."""
    is_code = len(value) <= length and value.isascii() and value.replace("-", "").replace("_", "").isalnum()
    return value if is_code else ""


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if len(value) == 10 else ""
    except ValueError:
        return ""


def _steps(params: Mapping[str, Any]) -> str:
    """From one parameter (an address) or from seven selects (the form)."""
    typed = params.get("pas", "").split(",")
    typed += [f"{sign}{step}" for step in STEPS if (sign := params.get(f"pas{step}", "")) in ("-", "+")]
    read = {int(text) for text in typed if text.lstrip("+-").isdigit() and abs(int(text)) in STEPS}
    return ",".join(str(step) for step in sorted(read, key=abs) if -step not in read)
