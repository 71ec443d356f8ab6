"""How the filters look: the options of each select, and the words of those that are set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from okoce.organisations.models import Organisation
from okoce.ui.templatetags.okoce_ui import icon, short_date
from participants import areas, filters, panels
from participants.areas import JAKARTA, KECAMATAN_LENGTH, kecamatan_within, kelurahan_within
from participants.enums import Category, Sex, Source, Status, Step
from participants.filters import (
    EVERYBODY,
    NOTHING_CHOSEN,
    OUTSIDE,
    SHARED,
    UNREACHED,
    WITH,
    WITHOUT,
    PeopleFilter,
)
from participants.models import Sector

Choices = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Field:
    """A select of the filter form, its options ready to print."""

    name: str
    label: str
    options: SafeString


def options(choices: Choices, chosen: str, *, empty: str) -> SafeString:
    """The <option>s of a select."""
    rows = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((v, SafeString(" selected") if str(v) == chosen else "", label) for v, label in choices),
    )
    return format_html('<option value="">{}</option>{}', empty, rows)


# ---------------------------------------------------------------- choices


def choices_of(name: str, area: str, day: date) -> list[tuple[str, Any]]:
    """What may be chosen for a filter, each with its words."""
    language = get_language() or "id"
    if name == "langkah":
        return _step_choices()
    if name == "sektor":
        return [*_sectors(language, day), (WITHOUT, _("No sector named"))]
    if name == "pengampu":
        return [*_agencies(area, day), (WITHOUT, _("No agency"))]
    if name == "kelurahan":
        return [(code, text) for code, text in areas.area_names().items() if len(code) > KECAMATAN_LENGTH]
    if name == "kecamatan":
        return kecamatan_within(JAKARTA)
    return _fixed_choices(name)


def _fixed_choices(name: str) -> list[tuple[str, Any]]:
    either = [(WITH, _("Has one")), (WITHOUT, _("Has none"))]
    return {
        "kategori": Category.choices,
        "status": [*Status.choices, (OUTSIDE, _("Outside Jakarta"))],
        "hp": [
            (WITH, _("Has a phone number")),
            (WITHOUT, _("No phone number")),
            (SHARED, _("Shared by 3 or more people")),
            (UNREACHED, _("Not reached by WhatsApp")),
        ],
        "surel": either,
        "pendamping": either,
        "sumber": Source.choices,
        "jk": Sex.choices,
        "usia": [
            ("24", _("Up to 24")),
            ("34", "25-34"),
            ("44", "35-44"),
            ("54", "45-54"),
            ("55", _("55 and older")),
        ],
        "kegiatan": [(str(n), _("%(n)d of 3 activities") % {"n": n}) for n in range(4)],
        "urut": [
            (filters.OLDEST, _("Oldest first")),
            (filters.BY_NAME, _("Name, A to Z")),
            (filters.BY_NAME_DOWN, _("Name, Z to A")),
            (filters.BY_NUMBER, _("Number, upwards")),
            (filters.BY_NUMBER_DOWN, _("Number, downwards")),
        ],
    }[name]


def _step_choices() -> list[tuple[str, str]]:
    reached = [(str(s.value), f"{s.value}. {s.label}") for s in Step]
    return reached + [
        (f"-{s.value}", _("Not yet: %(step)s") % {"step": s.label}) for s in Step if s.value > 1
    ]


@lru_cache(maxsize=8)
def _sectors(language: str, day: date) -> tuple[tuple[str, str], ...]:
    return tuple(Sector.choices())


@lru_cache(maxsize=64)
def _agencies(area: str, day: date) -> tuple[tuple[str, str], ...]:
    """The agencies that foster people in an area; a kecamatan's are those of its city."""
    found = Organisation.objects.pengampu().valid_on(day)
    if area != JAKARTA:
        found = found.of_city(area[:5])
    return tuple(found.order_by("short_name").values_list("code", "short_name"))


# ---------------------------------------------------------------- the form


def labels() -> dict[str, str]:
    return {
        "kecamatan": _("Kecamatan"),
        "kelurahan": _("Kelurahan"),
        "langkah": _("7 PAS step"),
        "urut": _("Order"),
        "kegiatan": _("Activities this year"),
        "kategori": _("Category"),
        "sektor": _("Kind of business"),
        "pengampu": _("Pengampu agency"),
        "pendamping": _("Mentor"),
        "status": _("State"),
        "hp": _("Phone"),
        "surel": _("E-mail"),
        "sumber": _("Came by"),
        "usia": _("Age"),
        "jk": _("Sex"),
        "dari": _("Registered from"),
        "sampai": _("Registered until"),
    }


@dataclass(frozen=True)
class FilterForm:
    """``first`` always in sight, ``more`` behind a fold, ``steps`` the seven selects of ``pas``."""

    first: tuple[Field, ...]
    more: tuple[Field, ...]
    steps: tuple[Field, ...]
    chosen: PeopleFilter


# Put in for each request; no name and no token looks like these.
_Q_MARK, _CSRF_MARK = "filter7q7mark", "filter7csrf7mark"


def form_for(user: Any, chosen: PeopleFilter, today: date, *, csrf_token: str) -> SafeString:
    """The whole form, ready to print."""
    shown = replace(chosen, q="", simpanan="")
    text = _rendered(filters.area_of(user), shown, get_language() or "id", panels.counts_activities(), today)
    return SafeString(text.replace(_CSRF_MARK, csrf_token).replace(_Q_MARK, escape(chosen.q)))


@lru_cache(maxsize=256)
def _rendered(area: str, chosen: PeopleFilter, language: str, counts_activities: bool, day: date) -> str:
    form = _form(area, chosen, language, counts_activities, day)
    context = {"form": form, "q": _Q_MARK, "csrf_token": _CSRF_MARK}
    return render_to_string("participants/filter_form.html", context)


def _form(area: str, chosen: PeopleFilter, language: str, counts_activities: bool, day: date) -> FilterForm:
    """``area``: a kecamatan office chooses among its kelurahan, everybody else among kecamatan first."""
    words = labels()

    def field(name: str, choices: Choices, empty: str) -> Field:
        return Field(name, words[name], options(choices, getattr(chosen, name), empty=empty))

    has_one_kecamatan = len(area) == KECAMATAN_LENGTH
    kelurahan_of = area if has_one_kecamatan else chosen.kecamatan or chosen.kelurahan[:KECAMATAN_LENGTH]
    first, more = [], []
    if not has_one_kecamatan:
        first.append(field("kecamatan", kecamatan_within(area), _("All kecamatan")))
    if kelurahan_of:
        target = first if has_one_kecamatan else more
        target.append(field("kelurahan", kelurahan_within(kelurahan_of), _("All kelurahan")))
    first.append(field("langkah", _step_choices(), _("All steps")))
    first.append(field("urut", choices_of("urut", area, day), _("Newest first")))
    names = ["kategori", "sektor", "pengampu", "pendamping", "status", "hp", "surel", "usia", "jk", "sumber"]
    empties = {"kategori": _("All categories"), "status": _("All states")}
    if counts_activities:
        names.insert(0, "kegiatan")
    more += [field(name, choices_of(name, area, day), empties.get(name, _("All"))) for name in names]
    return FilterForm(tuple(first), tuple(more), _step_fields(chosen), chosen)


def _step_fields(chosen: PeopleFilter) -> tuple[Field, ...]:
    wishes = {abs(int(text)): "-" if text.startswith("-") else "+" for text in chosen.pas.split(",") if text}
    choices = [("+", _("Reached")), ("-", _("Not yet"))]
    return tuple(
        Field(
            f"pas{step.value}",
            f"P{step.value} {step.label}",
            options(choices, wishes.get(step.value, ""), empty=_("All")),
        )
        for step in Step
    )


# ---------------------------------------------------------------- what is set, in words


def set_ones(chosen: PeopleFilter, user: Any, today: date) -> list[dict[str, str]]:
    """Each filter that is set: what it says, and the address of the list without it."""
    if not chosen.is_set:
        return []
    area, words, found = filters.area_of(user), labels(), []
    for name, value in chosen.narrowing.chosen().items():
        if name == "q":
            text = _("Search: %(words)s") % {"words": value}
        elif name == "pas":
            found += _set_steps(chosen)
            continue
        elif name == "tampilan":
            text = str(next(view.label for view in filters.fixed_views() if view.code == value))
        elif name in ("dari", "sampai"):
            text = f"{words[name]} {short_date(date.fromisoformat(value))}"
        else:
            said = {str(code): str(label) for code, label in choices_of(name, area, today)}
            text = f"{words[name]}: {said.get(value, value)}"
        found.append({"text": text, "url": chosen.address(**{name: "", "simpanan": ""})})
    return found


def _set_steps(chosen: PeopleFilter) -> list[dict[str, str]]:
    wishes = chosen.pas.split(",")
    found = []
    for wish in wishes:
        step = abs(int(wish))
        words = {"step": f"P{step} {Step(step).label}"}
        text = _("Not yet %(step)s") % words if wish.startswith("-") else _("Reached %(step)s") % words
        rest = ",".join(other for other in wishes if other != wish)
        found.append({"text": text, "url": chosen.address(pas=rest, simpanan="")})
    return found


def described(kept: Mapping[str, str], user: Any, today: date) -> str:
    """The filters of a view or an export in one line."""
    chosen = PeopleFilter.read(kept)
    return ", ".join(one["text"] for one in set_ones(chosen, user, today)) or _("Everybody")


_SET_ONE = (
    '<a class="oo-set__one" href="{base}{url}"><span class="visually-hidden">{remove} </span>'
    "{text}{cross}</a>"
)


def set_ones_markup(chosen: PeopleFilter, user: Any, today: date, base: str) -> SafeString:
    """The chips that take a filter away again, and one for all."""
    found = set_ones(chosen, user, today)
    if not found:
        return SafeString("")
    cross, remove = icon("x-circle-fill"), _("Take away:")
    chips = [
        _SET_ONE.format(
            base=base, url=escape(one["url"]), text=escape(one["text"]), cross=cross, remove=remove
        )
        for one in found
    ]
    if len(found) > 1:
        everybody = replace(NOTHING_CHOSEN, kolom=chosen.kolom, urut=chosen.urut, tampilan=EVERYBODY)
        chips.append(
            f'<a class="oo-set__all" href="{base}{escape(everybody.address())}">{_("Take all away")}</a>'
        )
    return SafeString("".join(chips))
