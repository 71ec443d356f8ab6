from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Least

from bazaars.enums import AWAY, PaperState, TurnKind
from bazaars.sales import COUNTS, last_late_day
from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import NOTHING, Scope, scope_of
from participants.querysets.base import people_in


def _sites_in(scope: Scope, prefix: str = "") -> Q:
    """Sites of the area; an agency sees those where it has a quota."""
    if scope.everything:
        return Q()
    if scope.city:
        return Q(**{f"{prefix}bazaar__city_id": scope.city})
    if scope.kecamatan:
        return Q(**{f"{prefix}kecamatan_id": scope.kecamatan})
    if scope.organisation:
        return Q(**{f"{prefix}quotas__pengampu_id": scope.organisation})
    return NOTHING


class OfSiteQuerySet(models.QuerySet):
    """Rows of a site: of the own area for those with ``PERMISSION``, the own ones for a participant.

    ``SITE`` is the path to the site, ``OWN`` the one to the participant, where a row has one.
    """

    PERMISSION = "bazaars.view"
    SITE = "site__"
    OWN = ""

    def visible_to(self, user: Any) -> Any:
        if self.OWN and acts_as_participant(user):
            return self.filter(**{f"{self.OWN}__user": user})
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.in_scope(scope_of(user))

    def in_scope(self, scope: Scope) -> Any:
        return self.filter(_sites_in(scope, self.SITE)).distinct()


class OnTheDaysQuerySet(OfSiteQuerySet):
    """What officers write down on the days of a site: incidents, food checks, visitors counted."""

    PERMISSION = "bazaars.days"


class OfPersonQuerySet(models.QuerySet):
    """Papers: those of the people in the own area, for a participant the own."""

    PERMISSION = "bazaars.check_papers"

    def visible_to(self, user: Any) -> Any:
        if acts_as_participant(user):
            return self.filter(participant__user=user)
        if not has_permission(user, self.PERMISSION):
            return self.none()
        return self.filter(participant__in=self.people(user))

    def people(self, user: Any) -> Any:
        return self.model._meta.get_field("participant").related_model.objects.visible_to(user)


class BazaarQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> BazaarQuerySet:
        if not has_permission(user, "bazaars.view"):
            return self.none()
        scope = scope_of(user)
        if scope.city:
            return self.filter(city_id=scope.city)
        return self.filter(_sites_in(scope, "sites__")).distinct()

    def public(self) -> BazaarQuerySet:
        """Events with at least one site that left the draft."""
        sites = self.model._meta.get_field("sites").related_model._default_manager
        return self.filter(pk__in=sites.public().values("bazaar_id"))

    def with_sites(self) -> BazaarQuerySet:
        """With city, and the sites with their kecamatan and number of stalls (two queries more)."""
        sites = self.model._meta.get_field("sites").related_model._default_manager
        counted = sites.select_related("kecamatan").annotate(stall_count=models.Count("stalls"))
        return self.select_related("city").prefetch_related(models.Prefetch("sites", queryset=counted))


class SiteQuerySet(OfSiteQuerySet):
    SITE = ""

    def public(self) -> SiteQuerySet:
        """Those that left the draft; a draft that was cancelled was never announced."""
        return self.exclude(state="draft").exclude(state="cancelled", applications_open_at__isnull=True)

    def with_event(self) -> SiteQuerySet:
        """With everything a page about one site names."""
        return self.select_related("bazaar__city", "kecamatan", "ground__photo").prefetch_related("quotas")

    def not_cancelled(self) -> SiteQuerySet:
        return self.exclude(state="cancelled")

    def with_plan_size(self) -> SiteQuerySet:
        """With how many stalls and quotas each has."""
        return self.annotate(
            stall_count=models.Count("stalls", distinct=True),
            quota_count=models.Count("quotas", distinct=True),
        ).order_by("pk")

    def without_plan(self, bazaar_id: int) -> SiteQuerySet:
        """Drafts of the bazaar that have no stall yet: another place's plan can be given to them."""
        return self.filter(bazaar=bazaar_id, state="draft", stalls__isnull=True)

    def that_lack_a_seal_of(self, organisation: str) -> SiteQuerySet:
        """Where the unit may still seal a secret for the draw (services.sealing)."""
        units = self.model._meta.get_field("seed_parts").related_model._default_manager
        rounds = self.model._meta.get_field("given_up_secrets").related_model._default_manager
        again = Q(state="frozen", pk__in=rounds.values("site")) & ~Q(
            pk__in=units.filter(revealed_at__isnull=False).values("site")
        )
        return (
            self.filter(Q(state="open") | again)
            .exclude(pk__in=units.filter(organisation=organisation).values("site"))
            .exclude(pk__in=rounds.filter(missing__contains=[organisation]).values("site"))
            .order_by("pk")
        )

    def open_at(self, now: datetime) -> SiteQuerySet:
        """Taking applications at ``now``."""
        return self.filter(state="open", applications_open_at__lte=now, applications_close_at__gt=now)


class StallQuerySet(models.QuerySet):
    def in_draw(self) -> StallQuerySet:
        """Vendors' stalls: those of partners and services, and places kept free, are not drawn."""
        return self.filter(kind="vendor")

    def of_partners(self) -> StallQuerySet:
        return self.filter(kind="partner")


class PlanVersionQuerySet(OfSiteQuerySet):
    def newest_first(self) -> PlanVersionQuerySet:
        """Of one site, with who saved each."""
        return self.select_related("saved_by").order_by("-number")


class ApplicationQuerySet(OfSiteQuerySet):
    """Applications to sites of the area; an agency sees its own binaan's; a participant the own."""

    OWN = "participant"

    def in_scope(self, scope: Scope) -> ApplicationQuerySet:
        if scope.organisation:
            return self.filter(pengampu_id=scope.organisation)
        return self.filter(_sites_in(scope, self.SITE))

    def to_curate(self, user: Any) -> ApplicationQuerySet:
        """Whose goods the user may judge, without knowing whose they are: of sites of the own area.

        Curators judge the applications of all agencies; which of them not, ``rules.may_score`` says.
        """
        if not has_permission(user, "bazaars.curate"):
            return self.none()
        sites = self.model._meta.get_field("site").related_model
        return self.filter(
            site__in=sites.objects.visible_to(user), site__bazaar__is_curated=True, state="submitted"
        )

    def submitted(self) -> ApplicationQuerySet:
        return self.filter(state="submitted")

    def on_days_of(self, bazaar: Any) -> ApplicationQuerySet:
        """What keeps somebody from another place on a day of this bazaar: waits for its draw, or has a
        stall.
        """
        waiting = Q(state="submitted", site__state__in=["open", "frozen"])
        holding = Q(allocation__isnull=False) & ~Q(allocation__state="released")
        return self.filter(
            waiting | holding,
            site__bazaar__starts_on__lte=bazaar.ends_on,
            site__bazaar__ends_on__gte=bazaar.starts_on,
        )


class AllocationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> AllocationQuerySet:
        if acts_as_participant(user):
            return self.filter(participant__user=user)
        scope = scope_of(user)
        if scope.mentor_id and has_permission(user, "bazaars.enter_sales"):
            return self.filter(people_in(scope, "participant__"))
        if not has_permission(user, "bazaars.view"):
            return self.none()
        if scope.organisation:
            return self.filter(application__pengampu_id=scope.organisation)
        return self.filter(_sites_in(scope, "application__site__"))

    def held(self) -> AllocationQuerySet:
        """Stalls that were not given back, of places that took place."""
        return self.exclude(state="released").exclude(application__site__state="cancelled")

    def taken(self) -> AllocationQuerySet:
        """Stalls that were really somebody's: held, no offer nobody answered, and the vendor was there."""
        return self.held().exclude(state="offered").exclude(absence__excuse__in=AWAY)

    def with_sales_place(self) -> AllocationQuerySet:
        """With all that a page about the sales of a stall names, and its reports (one query more)."""
        return self.select_related(
            "stall", "participant", "application__site__bazaar__city", "application__category"
        ).prefetch_related("sales__reported_by")

    def late_with_sales(self, *, today: date) -> AllocationQuerySet:
        """Vendors of whom more than seven days after a stall day no report is there (rule 51)."""
        day_after = Value(last_late_day(today) + timedelta(days=1), output_field=models.DateField())
        due = Least(F("days__endswith"), day_after) - F("days__startswith")
        reported = Count("sales", filter=Q(sales__day__lte=last_late_day(today)))
        one_day = Value(timedelta(days=1), output_field=models.DurationField())
        return (
            self.taken()
            .filter(days__startswith__lte=last_late_day(today))
            .annotate(
                late_days=ExpressionWrapper(due - reported * one_day, output_field=models.DurationField())
            )
            .filter(late_days__gt=timedelta(0))
        )

    def of_site(self, site: Any) -> AllocationQuerySet:
        return self.filter(application__site=site)

    def unanswered(self) -> AllocationQuerySet:
        return self.filter(state__in=["allocated", "offered"])

    def late(self, *, now: datetime) -> AllocationQuerySet:
        """Not confirmed by their deadline."""
        return self.unanswered().filter(answer_by__lte=now)

    def to_fill(self) -> AllocationQuerySet:
        """Given back, and nobody has been asked in their place; the one first given back first."""
        return self.filter(state="released", replaced_by__isnull=True).order_by("released_at", "pk")


class ExchangeQuerySet(OfSiteQuerySet):
    SITE = "asker__application__site__"

    def visible_to(self, user: Any) -> Any:
        """A participant sees what they asked or were asked; staff those of their area."""
        if acts_as_participant(user):
            return self.filter(Q(asker__participant__user=user) | Q(asked__participant__user=user))
        return super().visible_to(user)


class TurnLedgerQuerySet(OfSiteQuerySet):
    OWN = "participant"

    def note(self, kind: TurnKind, participant_id: int, *, site: Any) -> None:
        """Of its first day; once for a person, a site and a kind."""
        self.get_or_create(
            participant_id=participant_id, site=site, kind=kind, defaults={"on": site.bazaar.starts_on}
        )


class JudgedQuerySet(models.QuerySet):
    """Scores, conflicts, decisions and answers of applications."""

    def visible_to(self, user: Any) -> JudgedQuerySet:
        applications = self.model._meta.get_field("application").related_model
        return self.filter(application__in=applications.objects.visible_to(user))


class PaperSeenQuerySet(OfPersonQuerySet):
    def newest(self) -> PaperSeenQuerySet:
        """The last word about each paper of each person."""
        return self.order_by("participant_id", "paper_id", "-seen_on", "-pk").distinct(
            "participant_id", "paper_id"
        )


class PaperSentQuerySet(OfPersonQuerySet):
    def people(self, user: Any) -> Any:
        """Without those whose data is restricted by their own wish."""
        return super().people(user).open_to(user)

    def waiting(self) -> PaperSentQuerySet:
        return self.filter(state=PaperState.WAITING)

    def newest(self) -> PaperSentQuerySet:
        """The last one of each paper of each person."""
        return self.order_by("participant_id", "paper_id", "-sent_at", "-pk").distinct(
            "participant_id", "paper_id"
        )


class DrawQuerySet(OfSiteQuerySet):
    def last_of_city(self, city: str, *, but: Any) -> Any:
        """The draw whose list was frozen last in a city, or None: lists are public."""
        of_city = self.filter(site__bazaar__city_id=city).exclude(site=but)
        return of_city.select_related("site__bazaar").order_by("-frozen_at").first()

    def published(self) -> DrawQuerySet:
        """Frozen lists are public from the moment of freezing: the hash comes out before the seed."""
        return self.all()


class SalesReportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SalesReportQuerySet:
        """Reports of the area; an agency sees those of its own binaan, a mentor those of the caseload."""
        if acts_as_participant(user):
            return self.filter(allocation__participant__user=user)
        scope = scope_of(user)
        if scope.mentor_id and has_permission(user, "bazaars.enter_sales"):
            return self.filter(people_in(scope, "allocation__participant__"))
        if not has_permission(user, "bazaars.sales"):
            return self.none()
        if scope.organisation:
            return self.filter(allocation__application__pengampu_id=scope.organisation)
        return self.filter(_sites_in(scope, "stall__site__"))

    def of_vendors(self) -> SalesReportQuerySet:
        """Without the partners' stalls, which are in no total of participants (rule 52)."""
        return self.filter(allocation__isnull=False)

    def of_partners(self) -> SalesReportQuerySet:
        return self.filter(allocation__isnull=True)

    def counted(self) -> SalesReportQuerySet:
        """With ``sold`` in rupiah: the amount, or what its band counts."""
        bands = [When(band=band, then=Value(rupiah)) for band, rupiah in COUNTS.items()]
        return self.annotate(
            sold=Case(
                When(amount__isnull=False, then=F("amount")), *bands, output_field=models.BigIntegerField()
            )
        )


class ArrivalQuerySet(OnTheDaysQuerySet):
    SITE = "application__site__"

    def on(self, day: date) -> ArrivalQuerySet:
        return self.filter(day=day)


class FairnessAnswerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> FairnessAnswerQuerySet:
        """The own one. Nobody else reads an answer: reports count them."""
        return self.filter(participant__user=user) if acts_as_participant(user) else self.none()
