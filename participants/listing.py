"""One page of the participants list as plain values, ready to print.

The page is the portal's most used one: no model objects, no query, address, date filter or include inside the
loop of the template. What repeats (steps, states, dates) is rendered once and kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import escape  # as Django's, but for lazy and marked texts, of which a row has none
from typing import Any

from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from okoce.accounts.scope import scope_of
from okoce.db import prepared
from okoce.db.models import valid_on
from participants import areas, list_columns
from participants.enums import Category, Sex, Source, Status
from participants.list_columns import USUAL
from participants.models import FosterLink, MentorAssignment, Participant, Sector
from participants.panels import RowFacts, row_facts

COLUMNS = (
    "pk",
    "number",
    "full_name",
    "name_key",
    "kelurahan_id",
    "status",
    "is_outside_dki",
    "registered_on",
    "phone_lookup",
)
# What some columns need beside COLUMNS.
NEEDED = {
    "kecamatan": ("kecamatan_id",),
    "kategori": ("category",),
    "usia": ("birth_date", "sex"),
    "kontak": ("email",),
    "sumber": ("source",),
}

_DETAILS = """
SELECT p.id, b.name, b.sector_id,
       (SELECT bit_or(1 << (s.step - 1)) FROM participants_stepreached s WHERE s.participant_id = p.id)
FROM unnest(%s::bigint[]) AS p(id)
LEFT JOIN LATERAL (
    SELECT name, sector_id FROM participants_business WHERE participant_id = p.id ORDER BY id LIMIT 1
) b ON true
"""

# Here and not in the template: fifty rows are most of the page, and a template renders them six times slower.
_START = '<tr role="row"{edge}>'
_BOX = (
    '<td role="cell" class="pick"><input type="checkbox" name="id" value="{pk}" aria-label="{l_pick} {name}">'
    "</td>"
)
_NAME = (
    '<th scope="row" role="rowheader"><a class="text-nowrap" href="{base}{number}/">{name}</a>'
    '<span class="sub oo-num text-nowrap">{number}</span></th>'
)
_CELL = '<td role="cell" class="c-%s%s" data-l="%s"><span>{%s}</span></td>'


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    number: str
    name: str
    business: str
    place: str
    activities: str
    steps: SafeString
    present: str
    state: SafeString
    edge: str
    more: dict[str, str] = field(default_factory=dict)  # column → text, of those that are not usual


def columns_for(codes: Iterable[str]) -> tuple[str, ...]:
    """The columns of the table that a queryset of these must give (``values(*columns)``)."""
    return COLUMNS + tuple(name for code in codes for name in NEEDED.get(code, ()))


def first_rows(user: Any, codes: Sequence[str], today: date) -> Callable[[int], list[dict[str, Any]]]:
    """The first rows of everybody the user sees, newest first: the question that is asked most.

    It is written once for each scope and day, and is ``visible_to`` like every other.
    """
    columns = columns_for(codes)

    def rows(count: int) -> list[dict[str, Any]]:
        key = (scope_of(user), user.active_membership.role, today, columns, count)
        sql, values = _kept_question(key, lambda: _newest(user, columns, count))
        return [dict(zip(columns, row, strict=True)) for row in prepared.ask(sql, values)]

    return rows


def _newest(user: Any, columns: tuple[str, ...], count: int) -> prepared.Compiled:
    newest = Participant.objects.visible_to(user).open_to(user).order_by("-registered_on", "-pk")
    return prepared.compiled(newest.values_list(*columns)[:count])


MOST_QUESTIONS = 256
_questions: OrderedDict[tuple[Any, ...], prepared.Compiled] = OrderedDict()


def _kept_question(key: tuple[Any, ...], write: Callable[[], prepared.Compiled]) -> prepared.Compiled:
    """Compiled questions by all that decides them; the oldest are forgotten."""
    if (found := _questions.get(key)) is None:
        found = _questions[key] = write()
        if len(_questions) > MOST_QUESTIONS:
            _questions.popitem(last=False)
    return found


@lru_cache(maxsize=128)
def _row_format(codes: tuple[str, ...], has_boxes: bool, language: str) -> Callable[..., str]:
    """The markup of one row, as it stands in templates/participants/table.html."""
    cells = []
    for code in codes:
        column = list_columns.ALL[code]
        label = escape(str(column.label)).replace("{", "{{").replace("}", "}}")
        cells.append(_CELL % (code, " less" if column.is_less else "", label, code))
    return (_START + (_BOX if has_boxes else "") + _NAME + "".join(cells) + "</tr>\n").format


@lru_cache(maxsize=256)
def _heads_format(
    codes: tuple[str, ...], has_boxes: bool, order: str, is_sortable: bool, language: str
) -> Callable[..., str]:
    """The head of the table; what can be sorted by is a link with an arrow."""
    heads = [
        f'<th scope="col" class="pick"><span class="visually-hidden">{_("Choose")}</span></th>'
    ] * has_boxes
    heads.append(_head(_("Participant"), "by_name", order in _SORTS["by_name"] and order, is_sortable))
    for code in codes:
        column = list_columns.ALL[code]
        name = "by_day" if code == "terdaftar" else ""
        heads.append(
            _head(str(column.head), name, order in _SORTS.get(name, ()) and (order or "-"), is_sortable)
        )
    return "".join(heads).format


_SORTS = {"by_name": ("nama", "-nama"), "by_day": ("", "lama")}
_DOWNWARD = ("-", "-nama")


def _head(label: str, name: str, order: str | bool, is_sortable: bool) -> str:
    label = escape(label).replace("{", "{{").replace("}", "}}")
    if not name or not is_sortable:
        return f'<th scope="col">{label}</th>'
    if not order:
        return f'<th scope="col"><a href="{{{name}}}">{label}</a></th>'
    way, arrow = ("descending", "↓") if order in _DOWNWARD else ("ascending", "↑")
    return f'<th scope="col" aria-sort="{way}"><a href="{{{name}}}">{label} {arrow}</a></th>'


def heads(
    codes: Sequence[str] = USUAL,
    *,
    has_boxes: bool = False,
    order: str = "",
    by_name: str = "",
    by_day: str = "",
) -> SafeString:
    """``by_name`` and ``by_day`` are the addresses that sort; without them nothing is a link."""
    shape = _heads_format(tuple(codes), has_boxes, order, bool(by_name), get_language() or "id")
    return SafeString(shape(by_name=escape(by_name), by_day=escape(by_day)))


def markup(
    rows: Iterable[Row], base: str, *, codes: Sequence[str] = USUAL, has_boxes: bool = False
) -> SafeString:
    """The rows of templates/participants/table.html; ``base`` is the address of the list."""
    shape = _row_format(tuple(codes), has_boxes, get_language() or "id")
    said = {"base": base, "l_pick": escape(_("Choose"))}
    return SafeString("".join([shape(**_cells(row), **said) for row in rows]))


def _cells(row: Row) -> dict[str, Any]:
    cells = {
        "edge": f' class="{row.edge}"' if row.edge else "",
        "pk": row.pk,
        "number": row.number,
        "name": escape(row.name),
        "usaha": _business(row),
        "pelatihan": row.activities,
        "pas": row.steps,
        "hadir": row.present,
        "keadaan": row.state,
    }
    for code, text in row.more.items():
        cells[code] = escape(text) or "-"
    return cells


def _business(row: Row) -> str:
    place = f'<span class="sub">{escape(row.place)}</span>'
    return f"<span>{escape(row.business)}</span>{place}" if row.business else place


def rows_of(found: Sequence[dict[str, Any]], *, today: date, codes: Sequence[str] = USUAL) -> list[Row]:
    """The rows of one page; ``found`` are dictionaries with ``columns_for(codes)``.

    Two queries, whatever the number of rows, and one more for each of the columns of agencies and mentors.
    """
    ids = [row["pk"] for row in found]
    details, facts = _details(ids), row_facts(ids, today)
    language, names, nothing = get_language() or "id", areas.area_names(), RowFacts()
    unusual = [code for code in codes if code not in USUAL]
    beside = _Beside(ids, unusual, today) if unusual else None
    rows = []
    for row in found:
        business, sector, mask = details.get(row["pk"], ("", None, 0))
        fact = facts.get(row["pk"], nothing)
        kind, edge = _state_of(row, fact)
        rows.append(
            Row(
                pk=row["pk"],
                number=row["number"],
                name=row["full_name"] or _("Data erased"),
                business=business or "",
                place=names.get(row["kelurahan_id"], ""),
                activities=_activities(fact.activities_done, language),
                steps=_strip(mask or 0, fact.activities_done or 0, language),
                present=_day(fact.last_present_on, today.year, language),
                state=_state(kind, fact.label, fact.tone, fact.icon, language),
                edge=edge,
                more=beside.of(row, sector) if beside else {},
            )
        )
    return rows


def _details(ids: Sequence[int]) -> dict[int, tuple[str, str | None, int]]:
    """First business, its sector, and reached steps (bit 0 is P1) of a page of people."""
    if not ids:
        return {}
    return {pk: (name, sector, mask) for pk, name, sector, mask in prepared.ask(_DETAILS, [list(ids)])}


class _Beside:
    """The columns that are not usual."""

    def __init__(self, ids: list[int], codes: Sequence[str], today: date) -> None:
        self.codes, self.today, self.names = codes, today, areas.area_names()
        self.sectors = dict(Sector.choices()) if "sektor" in codes else {}
        self.agencies = _joined(_agencies_of(ids, today)) if "pengampu" in codes else {}
        self.mentors = dict(_mentors_of(ids, today)) if "pendamping" in codes else {}

    def of(self, row: dict[str, Any], sector: str | None) -> dict[str, str]:
        return {code: str(getattr(self, code)(row, sector)) for code in self.codes}

    def kecamatan(self, row: dict[str, Any], sector: str | None) -> str:
        return self.names.get(row["kecamatan_id"], "")

    def kategori(self, row: dict[str, Any], sector: str | None) -> Any:
        return Category(row["category"]).label

    def sektor(self, row: dict[str, Any], sector: str | None) -> str:
        return self.sectors.get(sector or "", "")

    def pengampu(self, row: dict[str, Any], sector: str | None) -> str:
        return self.agencies.get(row["pk"], "")

    def pendamping(self, row: dict[str, Any], sector: str | None) -> str:
        return self.mentors.get(row["pk"], "")

    def terdaftar(self, row: dict[str, Any], sector: str | None) -> str:
        return formats.date_format(row["registered_on"], "SHORT_DATE_FORMAT")

    def usia(self, row: dict[str, Any], sector: str | None) -> str:
        words = {"age": age_on(row["birth_date"], self.today), "sex": Sex(row["sex"]).label}
        return _("%(age)s years, %(sex)s") % words

    def kontak(self, row: dict[str, Any], sector: str | None) -> str:
        """Which ways there are; never the number itself."""
        ways = [_("phone")] if row["phone_lookup"] is not None else []
        return ", ".join(ways + ([_("e-mail")] if row["email"] else []))

    def sumber(self, row: dict[str, Any], sector: str | None) -> Any:
        return Source(row["source"]).label


def age_on(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _agencies_of(ids: Sequence[int], day: date) -> Any:
    links = FosterLink.objects.valid_on(day).filter(participant__in=ids)
    return links.order_by("valid_from", "pk").values_list("participant_id", "organisation__short_name")


def _mentors_of(ids: Sequence[int], day: date) -> Any:
    rows = MentorAssignment.objects.filter(valid_on(day), participant__in=ids)
    return rows.order_by("pk").values_list("participant_id", "mentor__full_name")


def _joined(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for pk, name in pairs:
        found.setdefault(pk, []).append(name)
    return {pk: ", ".join(names) for pk, names in found.items()}


def _state_of(row: dict[str, Any], fact: RowFacts) -> tuple[str, str]:
    """What stands in the way with this person first, else where they are; and the edge of the row."""
    if row["status"] != Status.ACTIVE:
        return row["status"], ""
    if row["is_outside_dki"]:
        return "outside", "is-warn"
    if row["phone_lookup"] is None:
        return "no_phone", "is-warn"
    return ("fact", "") if fact.label else ("active", "")


@lru_cache(maxsize=1024)
def _strip(mask: int, activities: int, language: str) -> SafeString:
    """The seven boxes. P2 is under way from the first activity until the step is reached."""
    states = ["done" if mask >> bit & 1 else "" for bit in range(7)]
    if activities and not states[1]:
        states[1] = "now"
    done, now = states.count("done"), states.count("now")
    summary = (
        _("%(done)d done, %(now)d under way") % {"done": done, "now": now} if now else _("%d done") % done
    )
    return render_to_string("components/pas.html", {"states": states, "summary": summary})


@lru_cache(maxsize=256)
def _state(kind: str, label: str, tone: str, icon: str, language: str) -> SafeString:
    if kind in Status.values and kind != Status.ACTIVE:
        label, tone, icon = str(Status(kind).label), "", ""
    elif kind != "fact":
        label, tone, icon = {
            "outside": (_("Outside Jakarta"), "warn", ""),
            "no_phone": (_("No phone number"), "warn", "telephone"),
            "active": (_("Active"), "ok", ""),
        }[kind]
    return render_to_string("components/tag.html", {"label": label, "tone": tone, "icon_name": icon})


@lru_cache(maxsize=8)
def _activities_words(done: int, language: str) -> str:
    return _("%(done)d of 3") % {"done": done}


def _activities(done: int | None, language: str) -> str:
    return "-" if done is None else _activities_words(done, language)


@lru_cache(maxsize=1024)
def _day(day: date | None, year: int, language: str) -> str:
    if day is None:
        return "-"
    return formats.date_format(day, "DAY_MONTH_FORMAT" if day.year == year else "SHORT_DATE_FORMAT")
