"""People, who fosters them, and the steps they reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from okoce.accounts.roles import acts_as_participant, has_permission
from okoce.accounts.scope import scope_of
from okoce.db.encryption import lookup
from okoce.db.models import valid_on
from participants.querysets.base import people_in
from participants.querysets.imports import ImportRowQuerySet
from participants.querysets.names import HasWords, names_searched, words_query


class ParticipantQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> ParticipantQuerySet:
        """Participants of the person's area; a participant sees only the own row."""
        if not (acts_as_participant(user) or has_permission(user, "participants.view")):
            return self.none()
        return self.filter(people_in(scope_of(user)))

    def taking_part(self) -> ParticipantQuerySet:
        """Those whom messages, invitations and draws may reach: not moved away, withdrawn or dead, and not
        restricted or erased by their own wish.

        One person: ``rules.takes_part``.
        """
        return self.filter(status="active").usable()

    def in_programme(self) -> ParticipantQuerySet:
        """Those who count: active residents of Jakarta, each once; also those who asked to be erased.

        One person: ``rules.is_in_programme``. Whom to do something with: ``.taking_part()`` as well.
        """
        return self.filter(status="active", is_outside_dki=False, merged_into__isnull=True)

    def came_of(self, rows: ImportRowQuerySet) -> ParticipantQuerySet:
        """Whom the saving of these rows of a list registered: each has the uid of their row."""
        return self.filter(uid__in=rows.fine().values("uid"))

    def named(self) -> ParticipantQuerySet:
        """Those whose data is still there: not erased. Lists of people to act on; counts leave it out."""
        return self.filter(erased_at__isnull=True)

    def usable(self) -> ParticipantQuerySet:
        """Those whose data may be used now: neither erased nor restricted by their own wish (UU 27/2022).

        Everything that picks people for something starts here: invitations, messages, exports, lists for
        others.
        """
        return self.filter(erased_at__isnull=True, restricted_at__isnull=True)

    def open_to(self, user: Any) -> ParticipantQuerySet:
        """Without those whose use is restricted, for everybody but who answers or watches requests.

        After ``visible_to``, for lists and pages of people; counts do not ask it.
        """
        if acts_as_participant(user) or has_permission(user, "participants.rights_view"):
            return self
        return self.filter(restricted_at__isnull=True)

    def with_consent(self, purpose: str) -> ParticipantQuerySet:
        """Those who agreed to ``purpose`` (participants.enums.Purpose) and have not withdrawn it."""
        return self.usable().filter(_newest_answer(purpose))

    def of_kecamatan(self, code: str) -> ParticipantQuerySet:
        return self.filter(kecamatan_id=code)

    def with_nik(self, nik: str) -> ParticipantQuerySet:
        """The holder of a NIK of sixteen bare digits: one person or nobody.

        A NIK of somebody who was merged is answered with the one who carries everything now.
        """
        return self.filter(pk__in=self.carriers(nik_lookup=lookup(nik, column="participants.nik")))

    def with_number(self, number: str) -> ParticipantQuerySet:
        """The holder of a participant number, also of one from before a merge."""
        return self.with_numbers([number])

    def with_numbers(self, numbers: Sequence[str]) -> ParticipantQuerySet:
        return self.filter(pk__in=self.carriers(number__in=numbers))

    def carriers(self, **condition: Any) -> models.QuerySet:
        """Ids of those who carry now what rows with ``condition`` held, merged ones too; a subquery."""
        rows = self.model._base_manager.filter(**condition).annotate(now=Coalesce("merged_into_id", "pk"))
        return rows.values("now")

    def with_phone(self, phone: str) -> ParticipantQuerySet:
        """Everybody on one number (E.164): a handset is shared by families."""
        return self.filter(phone_lookup=lookup(phone, column="participants.phone"))

    def without_phone(self) -> ParticipantQuerySet:
        return self.filter(phone_lookup__isnull=True)

    def sharing_a_phone(self, people: int) -> ParticipantQuerySet:
        """Those whose phone number at least so many participants have, wherever these live."""
        everybody = apps.get_model("participants", "Participant")._default_manager
        shared = (
            everybody.filter(phone_lookup__isnull=False)
            .order_by()
            .values("phone_lookup")
            .annotate(n=models.Count("pk"))
            .filter(n__gte=people)
            .values("phone_lookup")
        )
        return self.filter(phone_lookup__in=shared)

    def off_whatsapp(self) -> ParticipantQuerySet:
        """Those whose phone number WhatsApp does not reach. A new number has no such mark."""
        numbers = apps.get_model("notifications", "DeadNumber")._default_manager
        return self.filter(phone_lookup__in=numbers.values("phone_lookup"))

    def aged(self, youngest: int, oldest: int, *, on: date) -> ParticipantQuerySet:
        """By completed years on that day, both included."""
        return self.filter(
            birth_date__gt=_years_before(on, oldest + 1), birth_date__lte=_years_before(on, youngest)
        )

    def in_sector(self, code: str | None) -> ParticipantQuerySet:
        """With a business in that sector; None: with no business in any."""
        rows = apps.get_model("participants", "Business")._default_manager.filter(participant=OuterRef("pk"))
        if code is None:
            return self.filter(~Exists(rows.filter(sector__isnull=False)))
        return self.filter(Exists(rows.filter(sector=code)))

    def fostered_by(self, organisation: str | None, *, on: date) -> ParticipantQuerySet:
        """By that agency on that day; None: by none."""
        links = apps.get_model("participants", "FosterLink")._default_manager.filter(
            valid_on(on), participant=OuterRef("pk")
        )
        if organisation is None:
            return self.filter(~Exists(links))
        return self.filter(Exists(links.filter(organisation=organisation)))

    def with_mentor(self, has_one: bool, *, on: date) -> ParticipantQuerySet:
        rows = apps.get_model("participants", "MentorAssignment")._default_manager.filter(
            valid_on(on), participant=OuterRef("pk")
        )
        return self.filter(Exists(rows) if has_one else ~Exists(rows))

    def reached(self, step: int) -> ParticipantQuerySet:
        """Those who have ever reached a step (1-7). Source: docs/indicators.md, I-2."""
        return self.filter(_has_step(step))

    def not_reached(self, step: int) -> ParticipantQuerySet:
        return self.filter(~_has_step(step))

    def named_like(self, query: str) -> ParticipantQuerySet:
        """Every word of ``query`` begins a word of the name; titles and short forms as in the name key."""
        words = names_searched(query)
        if not words:
            return self.none()
        return self.filter(HasWords(words_query([[word] for word in words], beginnings=True)))

    def by_kecamatan(self) -> dict[str, int]:
        """How many of these there are in each kecamatan; kecamatan without anybody are absent.

        Counts people. Source: docs/indicators.md, I-1.
        """
        rows = self.order_by().values_list("kecamatan_id").annotate(models.Count("pk"))
        return {code: count for code, count in rows if code}

    def by_kelurahan(self) -> dict[str, int]:
        """As ``by_kecamatan``, for each kelurahan."""
        rows = self.order_by().values_list("kelurahan_id").annotate(models.Count("pk"))
        return {code: count for code, count in rows if code}

    def by_city(self) -> dict[str, int]:
        """As ``by_kecamatan``, for each city."""
        rows = self.order_by().values_list("city_id").annotate(models.Count("pk"))
        return {code: count for code, count in rows if code}


def _years_before(day: date, years: int) -> date:
    """The same day so many years ago; from 29 February the last day of that month."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _newest_answer(purpose: str) -> Exists:
    """Whether the newest answer about a purpose is yes."""
    consents = apps.get_model("participants", "Consent")._default_manager.filter(purpose=purpose)
    newest = (
        consents.filter(participant_id=OuterRef("participant_id")).order_by("-at", "-pk").values("pk")[:1]
    )
    return Exists(consents.filter(participant_id=OuterRef("pk"), is_given=True, pk=models.Subquery(newest)))


def _has_step(step: int) -> Exists:
    steps = apps.get_model("participants", "StepReached")._default_manager
    return Exists(steps.filter(participant_id=OuterRef("pk"), step=step))


class ParticipantManager(models.Manager.from_queryset(ParticipantQuerySet)):  # type: ignore[misc]
    """People, each once: rows that were merged into another person's are left out of everything."""

    def get_queryset(self) -> ParticipantQuerySet:
        return super().get_queryset().filter(merged_into__isnull=True)


class FosterLinkQuerySet(models.QuerySet):
    def of_people(self) -> FosterLinkQuerySet:
        """Of everybody once: what stayed with a merged row is left out."""
        return self.filter(participant__merged_into__isnull=True)

    def valid_on(self, day: date) -> FosterLinkQuerySet:
        return self.filter(valid_on(day))


class StepReachedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> StepReachedQuerySet:
        if not has_permission(user, "participants.view"):
            return self.none()
        return self.filter(
            people_in(scope_of(user), prefix="participant__"), participant__merged_into__isnull=True
        )

    def of_programme(self) -> StepReachedQuerySet:
        """Steps of those who count (ParticipantQuerySet.in_programme)."""
        return self.filter(
            participant__status="active",
            participant__is_outside_dki=False,
            participant__merged_into__isnull=True,
        )

    def by_step(self) -> dict[int, int]:
        """People who have ever reached each of the seven steps; 0 where nobody has.

        Cumulative: somebody at P4 counts in P1 too, when they reached it. Source: docs/indicators.md, I-2.
        """
        counted = dict(self.order_by().values_list("step").annotate(models.Count("pk")))
        return {step: counted.get(step, 0) for step in range(1, 8)}
