"""What the pages of a site show, gathered in a fixed number of queries: stage, plan, applicants, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars import after, ceremony, conditions, plan_words, reasons
from bazaars.after import allocations_of
from bazaars.choices import pengampu_choices, unit_name
from bazaars.draw import lot
from bazaars.eligibility import Obstacle
from bazaars.enums import AllocationState, StallKind
from bazaars.feasibility import Rules
from bazaars.models import Allocation, Application, Draw, GivenUpSecrets, Ground, SeedPart, Site, Stall
from bazaars.plan import DrawnPlan, PlacedStall, Zone, drawn_plan, even_plan, zone_letter
from bazaars.services import sealing
from bazaars.services.applying import applicants_for, call_of, obstacles_at_freezing
from bazaars.services.drawing import turns_of
from bazaars.services.events import rules_of
from bazaars.words import kind_of, outside_words, short_goods, short_kind, short_reason
from okoce.organisations.models import Organisation
from okoce.regions.models import Region
from participants.models import Sector

PAGE = 50
GOT, RESERVE, UNFIT, WAITING = "dapat", "cadangan", "belum", "menunggu"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the record says about one application: ``place`` in the order from 1, ``reason`` when reserve."""

    place: int
    chosen: bool
    reason: str = ""
    detail: tuple[str, ...] = ()
    reserve_place: int = 0


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    public_id: str
    name: str
    product: str
    category: str
    pengampu: str
    turns: int | None
    place: int | None
    lot: str
    group: str
    tone: str
    result: str
    icon: str
    is_picked: bool
    url: str


@dataclass
class SiteOverview:
    """``user`` decides which applications carry names; None is the public, which sees no name at all."""

    site: Site
    user: Any
    now: datetime
    picked: str = ""
    link: str = "?pilih={id}#alasan"
    """Where a stall of the plan leads, for those whose names the user may see."""

    @cached_property
    def city(self) -> Region:
        return self.site.bazaar.city

    @cached_property
    def stalls(self) -> list[Stall]:
        return list(self.site.stalls.select_related("zone"))

    @cached_property
    def names(self) -> dict[str, str]:
        """Codes in rules and record → names, for all quotas, zones and kinds of goods."""
        agencies = Organisation.objects.filter(
            pk__in={
                *self.frozen_rules.get("pengampu", {}),
                *(quota.pengampu_id for quota in self.site.quotas.all() if quota.pengampu_id),
                *(stall.zone_id for stall in self.stalls if stall.zone_id),
                *(application.pengampu_id for application in self.applications),
            }
        )
        return {
            **{agency.code: unit_name(agency, self.city) for agency in agencies},
            **dict(Sector.choices()),
        }

    @cached_property
    def choice_names(self) -> dict[str, str]:
        """Codes → names of every agency and kind of goods that a quota may be given to."""
        return dict(pengampu_choices(self.city)) | dict(Sector.choices())

    @cached_property
    def draw(self) -> Draw | None:
        return Draw.objects.filter(site=self.site).first()

    @cached_property
    def record(self) -> dict[str, Any] | None:
        return self.draw.record if self.draw else None

    @cached_property
    def frozen_rules(self) -> dict[str, Any]:
        return self.draw.frozen if self.draw else {}

    @cached_property
    def parts(self) -> list[SeedPart]:
        return list(self.site.seed_parts.select_related("organisation"))

    @cached_property
    def given_up(self) -> list[GivenUpSecrets]:
        """Rounds of secrets of which one never came. Nothing is asked before there is a frozen list."""
        return list(self.site.given_up_secrets.all()) if self.draw else []

    @property
    def seals_again(self) -> bool:
        """Whether new secrets are taken after some were given up."""
        if self.record or any(part.secret for part in self.parts):
            return False
        return bool(self.given_up)

    @property
    def secrets_wait_until(self) -> datetime | None:
        return sealing.waits_until(self.site, self.given_up, self.draw.frozen_at) if self.draw else None

    @cached_property
    def rules(self) -> Rules:
        return rules_of(self.site)

    @cached_property
    def applications(self) -> list[Application]:
        """Those sent in and not withdrawn that the user may see."""
        visible = Application.objects.visible_to(self.user) if self.user else Application.objects.none()
        return list(visible.filter(site=self.site).submitted().select_related("participant"))

    @cached_property
    def application_count(self) -> int:
        return self.site.applications.submitted().count()

    @cached_property
    def given(self) -> list[Allocation]:
        """All that were ever given here, released ones too."""
        return allocations_of(Allocation.objects.all(), self.site)

    @cached_property
    def allocations(self) -> dict[str, list[Allocation]]:
        """By stall number, shares in order; released ones left out."""
        found: dict[str, list[Allocation]] = {}
        for allocation in self.given:
            if allocation.is_held:
                found.setdefault(allocation.stall.number, []).append(allocation)
        return found

    @cached_property
    def allocation_of(self) -> dict[str, Allocation]:
        """Public id → what was given, released ones too."""
        return {allocation.application.public_id: allocation for allocation in self.given}

    @property
    def confirmed_count(self) -> int:
        return sum(allocation.state == AllocationState.CONFIRMED for allocation in self.given)

    @cached_property
    def events(self) -> list[after.Event]:
        """What happened to stalls after the draw, without names: everybody may read it."""
        return after.events_of(self.given, after.moves_at(self.site.pk), with_names=False)

    @cached_property
    def stall_of(self) -> dict[str, str]:
        """Public id → stall number."""
        return {a.application.public_id: number for number, some in self.allocations.items() for a in some}

    @cached_property
    def eligible(self) -> set[str]:
        """Public ids on the frozen list; before freezing those that would be on it now."""
        if self.draw:
            return {entry["id"] for entry in self.draw.frozen["applications"]}
        return {a.public_id for a in self.applications if a.pk not in self.obstacles}

    @cached_property
    def obstacles(self) -> dict[int, list[Obstacle]]:
        """By application, what would keep it off the list if it were frozen now."""
        return obstacles_at_freezing(self.site, self.applications)

    def obstacle_words(self, application: Application, obstacles: list[Obstacle]) -> list[dict[str, str]]:
        """What kept one applicant off the list, as the person reads it."""
        applicant = applicants_for(self.site, [application.participant])[application.participant_id]
        return conditions.in_words(
            obstacles, self.site, applicant, call_of(self.site), category=application.category_id
        )

    @cached_property
    def turns(self) -> dict[str, int]:
        if self.draw:
            return {entry["id"]: entry["turns"] for entry in self.draw.frozen["applications"]}
        ids = [a.participant_id for a in self.applications]
        counted = turns_of(ids, before=self.site.bazaar.starts_on)
        return {a.public_id: counted[a.participant_id] for a in self.applications}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        if not self.record:
            return {}
        place = {public_id: number for number, public_id in enumerate(self.record["order"], 1)}
        found = {public_id: Outcome(place[public_id], True) for public_id in self.record["chosen"]}
        for number, row in enumerate(self.record["reserve"], 1):
            found[row["id"]] = Outcome(place[row["id"]], False, row["reason"], tuple(row["detail"]), number)
        return found

    # --- tiles ---

    @property
    def places(self) -> int:
        return sum(stall.is_in_draw for stall in self.stalls) * self.site.share_limit

    @property
    def quota_count(self) -> int:
        return sum(quota.pengampu_id is not None for quota in self.site.quotas.all())

    @property
    def taken_count(self) -> int:
        return len(self.stall_of)

    @property
    def first_timers(self) -> int:
        return sum(self.turns.get(public_id) == 0 for public_id in self.stall_of)

    # --- plan ---

    @cached_property
    def ground(self) -> Ground:
        """What lies below the stalls; sites come with it (``with_event``)."""
        try:
            return self.site.ground
        except Ground.DoesNotExist:
            return Ground(site=self.site)

    @cached_property
    def placed(self) -> list[PlacedStall]:
        """Every stall as it is drawn; names only of people the user may see."""
        people = {a.public_id: a for a in self.applications}
        return [self._placed(stall, people) for stall in self.stalls]

    @cached_property
    def plan(self) -> DrawnPlan:
        """Zones by the letter of their stalls; over a picture cell by cell."""
        if self.ground.photo is not None:
            return even_plan(self.placed, rows=self.ground.rows, columns=self.ground.columns)
        zones: dict[str, list[PlacedStall]] = {}
        owners: dict[str, set[str]] = {}
        for stall, placed in zip(self.stalls, self.placed, strict=True):
            letter = zone_letter(stall.number)
            zones.setdefault(letter, []).append(placed)
            owners.setdefault(letter, set()).add(self.owner_of(stall))
        return drawn_plan(
            [
                Zone(
                    "" if owners[letter] == {"!"} else f"{letter}  {self.zone_words(owners[letter])}",
                    ngettext("%(count)s stall", "%(count)s stalls", len(some)) % {"count": len(some)},
                    tuple(some),
                    short=letter,
                )
                for letter, some in sorted(zones.items())
            ]
        )

    @staticmethod
    def owner_of(stall: Stall) -> str:
        """Whom it is kept for as ``zone_words`` reads it; "-" outside the draw, "!" kept free."""
        if stall.is_in_draw:
            return stall.zone_id or ""
        return "!" if stall.kind == StallKind.RESERVED else "-"

    def stall_rows(self) -> list[dict[str, Any]]:
        """What the plan shows, as a list: in the order of the numbers."""
        mates = plan_words.tent_mates(self.stalls)
        rows = [
            {
                "pk": stall.pk,
                "number": stall.number,
                "letter": zone_letter(stall.number),
                "row": stall.row,
                "column": stall.column,
                "kind": "" if stall.is_in_draw else short_kind(stall.kind),
                "is_free": placed.kind == "free",
                "who": self._who(stall, placed),
                "owner": self.zone_words({self.owner_of(stall)}) if stall.is_in_draw else "",
                "facts": ", ".join(plan_words.facts(stall, mates.get(stall.pk, ""))),
            }
            for stall, placed in zip(self.stalls, self.placed, strict=True)
        ]
        return sorted(rows, key=lambda row: str(row["number"]))

    def _who(self, stall: Stall, placed: PlacedStall) -> str:
        if not stall.is_in_draw:
            return stall.label or self.names.get(stall.zone_id or "", "")
        return placed.title.partition(": ")[2]

    def zone_words(self, owners: set[str]) -> str:
        if len(owners) > 1:
            return _("Mixed")
        code = next(iter(owners))
        if code == "-":
            return _("Partners and services")
        if code == "!":
            return _("Kept free")
        return self.names.get(code, _("Open to all"))

    def _placed(self, stall: Stall, people: dict[str, Application]) -> PlacedStall:
        holders = self.allocations.get(stall.number, [])
        if not stall.is_in_draw:
            kind, (words, title) = "o", outside_words(stall.kind, stall.label)
        elif not holders:
            kind, words, title = "free", _("Empty"), _("Empty")
        else:
            category = holders[0].application.category_id
            kind, words = kind_of(category), short_goods(category)
            named = [
                f"{people[a.application.public_id].participant.full_name}, {a.application.product}"
                for a in holders
                if a.application.public_id in people
            ]
            title = "; ".join(named) or self.names.get(category, category)
        picked = any(a.application.public_id == self.picked for a in holders)
        url = ""
        if holders and holders[0].application.public_id in people:
            url = self.link.format(id=holders[0].application.public_id)
        return PlacedStall(
            stall.number,
            stall.row,
            stall.column,
            kind,
            words,
            f"{stall.number}: {title}",
            url,
            picked,
            width=stall.width,
            depth=stall.depth,
            marks=plan_words.marks(stall),
            tent=stall.tent,
            pk=stall.pk,
        )

    def outside_draw(self) -> list[dict[str, str]]:
        """Stalls of partners and services and places kept free, as everybody reads them."""
        return [
            {
                "number": stall.number,
                "kind": short_kind(stall.kind),
                "label": stall.label or self.names.get(stall.zone_id or "", ""),
            }
            for stall in sorted(self.stalls, key=lambda stall: stall.number)
            if not stall.is_in_draw
        ]

    # --- applicants ---

    @cached_property
    def rows(self) -> list[ApplicantRow]:
        """In the order of the draw; before it as they came in."""
        rows = [self._row(application) for application in self.applications]
        return sorted(rows, key=lambda row: row.place if row.place is not None else len(rows) + 1)

    def _row(self, application: Application) -> ApplicantRow:
        public_id = application.public_id
        outcome = self.outcomes.get(public_id)
        group, tone, result, icon = self._result(public_id, outcome)
        return ApplicantRow(
            public_id=public_id,
            name=application.participant.full_name,
            product=application.product,
            category=self.names.get(application.category_id, application.category_id),
            pengampu=self.names.get(application.pengampu_id, application.pengampu_id),
            turns=self.turns.get(public_id),
            place=outcome.place if outcome else None,
            lot=lot(self.record["seed"], public_id)[:8] if self.record and outcome else "",
            group=group,
            tone=tone,
            result=result,
            icon=icon,
            is_picked=public_id == self.picked,
            url=f"?pilih={public_id}#alasan",
        )

    def _result(self, public_id: str, outcome: Outcome | None) -> tuple[str, str, str, str]:
        """(group, tone, words, icon)"""
        if public_id not in self.eligible:
            return UNFIT, "", _("Not eligible"), "x-circle-fill"
        if outcome is None:
            return WAITING, "info", _("Waiting for the draw"), "hourglass-split"
        given = self.allocation_of.get(public_id)
        if given is None and not outcome.chosen:
            return RESERVE, "warn", _("Reserve %(place)s") % {"place": outcome.reserve_place}, "clock"
        if given is None or not given.is_held:
            return GOT, "", _("Stall released"), "slash-circle"
        number = {"number": given.stall.number}
        if given.state == AllocationState.OFFERED:
            return RESERVE, "info", _("Stall %(number)s offered") % number, "clock"
        return GOT, "ok", _("Stall %(number)s") % number, "check-circle-fill"

    def counts(self) -> dict[str, int]:
        groups = [row.group for row in self.rows]
        return {group: groups.count(group) for group in (GOT, RESERVE, UNFIT, WAITING)}

    def why(self, application: Application, *, to_self: bool) -> reasons.Why:
        """``to_self`` speaks to the applicant, else about them."""
        return reasons.why(self, application, to_self=to_self)

    # --- what everybody may see ---

    def published_rules(self) -> dict[str, Any]:
        """Places, and (name, at least, at most) of every group with a bound of its own."""
        if self.frozen_rules:
            places = self.frozen_rules["places"]
            groups = [
                (code, bounds["min"], bounds["max"])
                for kind in ("pengampu", "categories")
                for code, bounds in self.frozen_rules[kind].items()
            ]
        else:
            places = self.rules.places
            both = [*self.rules.pengampu.items(), *self.rules.categories.items()]
            groups = [(code, bounds.min, bounds.max) for code, bounds in both]
        told = [group for group in groups if group[1] or group[2] < places or group[0] in self._taking_part]
        return {
            "places": places,
            "rows": [(self.names.get(code, code), low, high) for code, low, high in told],
        }

    @property
    def _taking_part(self) -> set[str]:
        return {quota.pengampu_id for quota in self.site.quotas.all() if quota.pengampu_id}

    def public_order(self) -> list[dict[str, Any]]:
        """Every line of the draw without names: place, id, pengampu, goods, turns, lot, result."""
        if not self.record:
            return []
        entries = {entry["id"]: entry for entry in self.record["frozen"]["applications"]}
        lines = []
        for public_id in self.record["order"]:
            entry, outcome = entries[public_id], self.outcomes[public_id]
            lines.append(
                {
                    "place": outcome.place,
                    "id": public_id,
                    "pengampu": self.names.get(entry["pengampu"], entry["pengampu"]),
                    "category": self.names.get(entry["category"], entry["category"]),
                    "turns": entry["turns"],
                    "lot": lot(self.record["seed"], public_id)[:8],
                    "is_chosen": outcome.chosen,
                    "words": ""
                    if outcome.chosen
                    else short_reason(outcome.reason, list(outcome.detail), self.names),
                }
            )
        return lines

    # --- the ceremony, step by step ---

    @cached_property
    def steps(self) -> list[ceremony.Step]:
        return list(ceremony.steps(self))

    @property
    def next_step(self) -> ceremony.Step | None:
        """What the user does next; an open call only runs, its deadline is moved in the list of steps."""
        runs = ceremony.OPEN_CALL if self.site.applications_open_at else -1
        steps = [step for number, step in enumerate(self.steps) if number != runs]
        return next((step for step in steps if step.state == "now" and step.url), None)
