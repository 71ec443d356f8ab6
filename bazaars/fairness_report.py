"""The fairness report of a year: rows of the database for the rules of ``fairness``, and the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bazaars import fairness as rules
from bazaars.models import Allocation, Application, Draw
from bazaars.takings import Head
from bazaars.words import short_reason
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from okoce.values.sheets import Kind
from participants.enums import Sex
from participants.models import Sector

WAYS: tuple[tuple[str, Any], ...] = (
    ("agency", gettext_lazy("By agency")),
    ("kecamatan", gettext_lazy("By kecamatan of the home")),
    ("sex", gettext_lazy("By sex")),
    ("goods", gettext_lazy("By kind of goods")),
    ("disability", gettext_lazy("By disability, as far as people agreed to be counted")),
)


TOLD: dict[bool | None, str] = {True: "D1", False: "D0", None: "D-"}


@dataclass
class Report:
    """Of the area of the user. A fixed number of queries."""

    user: Any
    year: int

    @cached_property
    def applicants(self) -> list[rules.Applicant]:
        """Everybody who asked for a stall in the year, once; the groups are those of the last application."""
        rows = Application.objects.visible_to(self.user).submitted()
        found = {
            person: rules.Applicant(
                person,
                {
                    "agency": agency,
                    "kecamatan": home or "",
                    "sex": sex,
                    "goods": goods,
                    "disability": TOLD[has_disability],
                },
            )
            for person, agency, home, sex, goods, has_disability in rows.filter(
                site__bazaar__starts_on__year=self.year
            )
            .exclude(site__state__in=["draft", "open", "frozen", "cancelled"])
            .order_by("site__bazaar__starts_on", "pk")
            .values_list(
                "participant_id",
                "pengampu_id",
                "participant__kecamatan_id",
                "participant__sex",
                "category_id",
                "participant__fairness_answer__has_disability",
            )
        }
        return list(found.values())

    @cached_property
    def held(self) -> list[rules.Held]:
        """Stalls of the year, and whether each was the vendor's first ever. Two queries."""
        stalls = Allocation.objects.visible_to(self.user).taken()
        first: dict[int, int] = {}
        for vendor, pk in stalls.order_by("application__site__bazaar__starts_on", "pk").values_list(
            "participant_id", "pk"
        ):
            first.setdefault(vendor, pk)
        rows = stalls.filter(application__site__bazaar__starts_on__year=self.year)
        return [
            rules.Held(vendor, (days.upper - days.lower).days, first[vendor] == pk)
            for pk, vendor, days in rows.order_by("pk").values_list("pk", "participant_id", "days")
        ]

    @cached_property
    def draws(self) -> list[Draw]:
        rows = Draw.objects.visible_to(self.user).filter(
            record__isnull=False, site__bazaar__starts_on__year=self.year
        )
        return list(rows.select_related("site__bazaar").order_by("site__bazaar__starts_on", "pk"))

    @cached_property
    def names(self) -> dict[str, str]:
        """Codes of agencies, kecamatan, kinds of goods and sexes → names."""
        return {
            **{agency.code: agency.short_name for agency in Organisation.objects.all()},
            **dict(Sector.choices()),
            **dict(Region.objects.kecamatan().values_list("code", "name")),
            **{sex.value: str(sex.label) for sex in Sex},
            "": _("Outside Jakarta"),
            TOLD[True]: _("With a disability"),
            TOLD[False]: _("Without a disability"),
            TOLD[None]: _("Did not say"),
        }

    @cached_property
    def turns(self) -> Any:
        """Turns → how many applicants had so many."""
        return rules.turns_of(self.applicants, self.held)

    @property
    def gini_turns(self) -> float | None:
        return rules.gini(n for n, count in self.turns.items() for _one in range(count))

    def passed_over(self) -> list[dict[str, Any]]:
        return [
            {"row": row, "site": draw.site, "why": short_reason(row.reason, list(row.detail), self.names)}
            for draw in self.draws
            for row in rules.passed_over(draw.record)
        ]

    @property
    def hides_disability(self) -> bool:
        """A few people could be guessed: then nothing is shown."""
        told = Counter(one.groups["disability"] for one in self.applicants)
        return min(told[TOLD[True]], told[TOLD[False]]) < rules.SMALLEST_GROUP

    def groups(self) -> list[dict[str, Any]]:
        return [
            {
                "code": by,
                "heading": heading,
                "rows": rules.shares(self.applicants, self.held, by),
                "is_too_small": by == "disability" and self.hides_disability,
            }
            for by, heading in WAYS
        ]


def columns() -> list[Head]:
    return [
        Head(_("What"), Kind.TEXT, 30),
        Head(_("Group"), Kind.TEXT, 36),
        Head(_("Applicants"), Kind.NUMBER, 12),
        Head(_("Vendors with a stall"), Kind.NUMBER, 12),
        Head(_("Stall days"), Kind.NUMBER, 12),
        Head(_("Percent of applicants"), Kind.NUMBER, 12),
        Head(_("Percent of stall days"), Kind.NUMBER, 12),
        Head(_("Note"), Kind.TEXT, 50),
    ]


def sheet_rows(report: Report) -> Iterable[list[Any]]:
    top, top_percent = rules.share_of_top_tenth(report.held)
    first, first_percent = rules.share_of_first_timers(report.held)
    gini = report.gini_turns
    year = str(report.year)
    yield [_("Gini coefficient of turns"), year, len(report.applicants), None, None, None, None,
           f"{gini:.3f}" if gini is not None else "-"]  # fmt: skip
    yield [_("The tenth with most stalls"), year, None, top, None, None, top_percent, ""]
    yield [_("First-timers"), year, None, first, None, None, first_percent, ""]
    for by, heading in WAYS:
        if by == "disability" and report.hides_disability:
            continue
        for share in rules.shares(report.applicants, report.held, by):
            yield [
                str(heading), report.names.get(share.code, share.code), share.applicants, share.vendors,
                share.stall_days, share.percent_of_applicants, share.percent_of_days, "",
            ]  # fmt: skip
    for passed in report.passed_over():
        row = passed["row"]
        yield [
            _("Passed over"), f"{passed['site'].name}: {row.public_id}", None, None, None, None, None,
            _("%(turns)s turns, a chosen one had %(most)s: %(why)s")
            % {"turns": row.turns, "most": row.most, "why": passed["why"]},
        ]  # fmt: skip
