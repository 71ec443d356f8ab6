"""What the participants list asks for: read from the address, applied to a queryset, written back into an
address.

A NIK or phone number is never part of an address: ``participants.searching`` answers those by POST.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from okoce.accounts.scope import scope_of
from participants import panels, searching
from participants.areas import JAKARTA, KECAMATAN_LENGTH, kecamatan_within, kelurahan_within
from participants.enums import Category, Status, Step
from participants.panels import SavedView
from participants.querysets import ParticipantQuerySet

NEWEST, BY_NAME = "", "nama"
ORDERS = {NEWEST: ("-registered_on", "-pk"), BY_NAME: ("name_key", "pk")}
NO_PHONE, HAS_PHONE = "tanpa", "ada"

Choices = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class PeopleFilter:
    """The chosen filters; an unreadable one counts as none. Field names are the address's parameter names."""

    q: str = ""
    kecamatan: str = ""
    kelurahan: str = ""
    kategori: str = ""
    langkah: str = ""
    status: str = ""
    hp: str = ""
    kegiatan: str = ""
    urut: str = ""
    tampilan: str = ""

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> PeopleFilter:
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
            langkah=one_of("langkah", [*map(str, Step.values), *(f"-{s}" for s in Step.values)]),
            status=one_of("status", [*Status.values, "luar"]),
            hp=one_of("hp", (NO_PHONE, HAS_PHONE)),
            kegiatan=one_of("kegiatan", "0123"),
            urut=one_of("urut", ORDERS),
            tampilan=one_of("tampilan", [view.code for view in saved_views()]),
        )

    @property
    def order(self) -> tuple[str, ...]:
        return ORDERS[self.urut]

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return replace(self, urut="") != PeopleFilter()

    @property
    def has_more(self) -> bool:
        """Whether one of the less used filters is set, so that their box is shown open."""
        return any((self.kelurahan, self.kategori, self.status, self.hp, self.kegiatan))

    def address(self, **changes: str) -> str:
        """The query string of these filters with some changed; empty when none is set."""
        changed = replace(self, **changes)
        set_ones = {k: v for k, v in vars(changed).items() if v}
        return f"?{urlencode(set_ones)}" if set_ones else ""

    def apply(self, people: ParticipantQuerySet, *, today: date) -> ParticipantQuerySet:
        """The people these filters leave, without the search for a name."""
        exact = {"kecamatan_id": self.kecamatan, "kelurahan_id": self.kelurahan, "category": self.kategori}
        people = people.filter(**{k: v for k, v in exact.items() if v})
        if self.status:
            people = (
                people.filter(is_outside_dki=True)
                if self.status == "luar"
                else people.filter(status=self.status)
            )
        if self.hp:
            people = people.filter(phone_lookup__isnull=self.hp == NO_PHONE)
        if self.langkah:
            step = int(self.langkah)
            people = people.reached(step) if step > 0 else people.not_reached(-step)
        if self.kegiatan and (condition := panels.activities_done(int(self.kegiatan), today)) is not None:
            people = people.filter(condition)
        for view in saved_views():
            if view.code == self.tampilan:
                people = people.filter(view.condition(today))
        return people


def saved_views() -> list[SavedView]:
    """The fixed questions above the list: those of the apps above, then our own."""
    return [
        *panels.saved_views(),
        SavedView("tanpa-hp", gettext_lazy("No phone number"), without_phone),
        SavedView("luar-dki", gettext_lazy("Outside Jakarta"), outside_dki),
    ]


def without_phone(today: date) -> Q:
    return Q(phone_lookup__isnull=True, status=Status.ACTIVE)


def outside_dki(today: date) -> Q:
    return Q(is_outside_dki=True)


# ---------------------------------------------------------------- choices


def _is_code(value: str, length: int) -> bool:
    return len(value) == length and value.replace(".", "").isdigit()


def step_choices() -> list[tuple[str, str]]:
    reached = [(str(s.value), f"{s.value}. {s.label}") for s in Step]
    return reached + [
        (f"-{s.value}", _("Not yet: %(step)s") % {"step": s.label}) for s in Step if s.value > 1
    ]


def options(choices: Choices, chosen: str, *, empty: str) -> SafeString:
    """The <option>s of a select."""
    rows = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((v, SafeString(" selected") if str(v) == chosen else "", label) for v, label in choices),
    )
    return format_html('<option value="">{}</option>{}', empty, rows)


def fields_for(user: Any, chosen: PeopleFilter) -> Mapping[str, SafeString]:
    """What the filter bar shows: options of each select, ready to print; absent where there is no choice."""
    scope = scope_of(user)
    area = scope.kecamatan or scope.city or JAKARTA
    return _fields(
        area, replace(chosen, q="", tampilan=""), get_language() or "id", panels.counts_activities()
    )


@lru_cache(maxsize=256)
def _fields(
    area: str, chosen: PeopleFilter, language: str, counts_activities: bool
) -> Mapping[str, SafeString]:
    """``area``: a kecamatan office chooses among its kelurahan, everybody else among kecamatan first."""
    has_one_kecamatan = len(area) == KECAMATAN_LENGTH
    kelurahan_of = area if has_one_kecamatan else chosen.kecamatan or chosen.kelurahan[:KECAMATAN_LENGTH]
    shown = {
        "langkah": options(step_choices(), chosen.langkah, empty=_("All steps")),
        "urut": options([(BY_NAME, _("Name"))], chosen.urut, empty=_("Newest first")),
        "kategori": options(Category.choices, chosen.kategori, empty=_("All categories")),
        "status": options(
            [*Status.choices, ("luar", _("Outside Jakarta"))], chosen.status, empty=_("All states")
        ),
        "hp": options(
            [(HAS_PHONE, _("Has a phone number")), (NO_PHONE, _("No phone number"))],
            chosen.hp,
            empty=_("All"),
        ),
    }
    if not has_one_kecamatan:
        shown["kecamatan"] = options(kecamatan_within(area), chosen.kecamatan, empty=_("All kecamatan"))
    if kelurahan_of:
        inside = kelurahan_within(kelurahan_of)
        shown["kelurahan"] = options(inside, chosen.kelurahan, empty=_("All kelurahan"))
    if counts_activities:
        counts = [(str(n), _("%(n)d of 3 activities") % {"n": n}) for n in range(4)]
        shown["kegiatan"] = options(counts, chosen.kegiatan, empty=_("All"))
    return shown
