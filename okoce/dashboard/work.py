"""The work that waits for somebody: each line with its number, why it matters, and one button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bazaars.enums import SiteState
from bazaars.models import SeedPart, Site
from okoce.accounts.roles import Role, has_permission
from okoce.accounts.scope import scope_of
from okoce.notifications.models import Message
from okoce.ui.templatetags.okoce_ui import clock, day_month, number
from participants.models import (
    DataRequest,
    DuplicateCandidate,
    ImportApproval,
    ImportBatch,
    Participant,
    SelfRegistration,
    TransferRequest,
)
from participants.services import transfers
from trainings import radar, rules
from trainings.enums import ChangeKind, SessionState
from trainings.models import Activity, TrainingSession
from trainings.services import releases

URGENT, SOON, INFO = "bad", "warn", "info"
RANK = {URGENT: 0, SOON: 1, INFO: 2}
SHOWN = 7
PAIRS_COUNTED = 1_000
WAITS_TOO_LONG = 3  # days
DRAFTS_WITHIN = timedelta(days=14)
SOON_TO_BEGIN = timedelta(days=3)
TROUBLES_READ = 300  # sessions; more than that is one sentence all the same
SINGLE_TROUBLES = 5
WORTH_A_SESSION = 5  # people out of reach; for fewer one looks at the radar, but nobody plans a session
RADAR_KEPT = 300  # seconds
WEEKS_TO_HURRY = 10  # of the year that are left
EMPTY_SEATS_MATTER = 0.8  # a session tomorrow with fewer seats taken than this share is worth a call


@dataclass(frozen=True)
class Work:
    tone: str
    icon: str
    title: str
    text: str
    url: str
    label: str


def work_for(user: Any, *, now: datetime) -> list[Work]:
    """What waits for the user, most urgent first. A fixed number of queries, whatever waits."""
    found: list[Work] = []
    for source in (
        _sessions,
        _untold,
        _troubles,
        _attendance,
        _applicants,
        _duplicates,
        _imports,
        _bazaars,
        _seed_parts,
        _messages,
        _moves,
        _data_requests,
        _out_of_reach,
    ):
        found.extend(source(user, now))
    return sorted(found, key=lambda work: RANK[work.tone])


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _sessions(user: Any, now: datetime) -> Iterator[Work]:
    """Tomorrow's sessions that are too full or too empty, those without trainer, and drafts."""
    if not has_permission(user, "trainings.manage"):
        return
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    coming = (
        TrainingSession.objects.visible_to(user)
        .upcoming(now=now)
        .filter(starts_at__lt=now + DRAFTS_WITHIN, state__in=[SessionState.DRAFT, SessionState.PUBLISHED])
        .with_places()
        .with_seats()
        .order_by("starts_at", "pk")[:60]
    )
    for session in coming:
        place = {"place": session.kecamatan.name, "day": day_month(session.starts_at)}
        url, is_tomorrow = _url("trainings:session", session.pk), _day(session) == tomorrow
        over = session.seated_count - session.venue.capacity
        if session.state == SessionState.DRAFT:
            days = (_day(session) - timezone.localtime(now).date()).days
            yield Work(
                SOON if days <= 3 else INFO,
                "calendar-plus",
                _("The session of %(day)s in %(place)s is still a draft") % place,
                _("Nobody can be invited before it is published."),
                _url("trainings:publish", session.pk) or url,
                _("Publish the session"),
            )
        elif over > 0:
            yield Work(
                URGENT,
                "exclamation-triangle-fill",
                _("%(count)s people are booked for %(day)s in %(place)s, the room holds %(room)s")
                % {**place, "count": number(session.seated_count), "room": number(session.venue.capacity)},
                ngettext(
                    "Make another session or move %(count)d person.",
                    "Make another session or move %(count)d people.",
                    over,
                )
                % {"count": over},
                url,
                _("Arrange the session"),
            )
        elif session.trainer_id is None:
            yield Work(
                URGENT if is_tomorrow else SOON,
                "person-x",
                _("The session of %(day)s in %(place)s has no trainer") % place,
                _("Choose one who is free at that time."),
                _url("trainings:session_edit", session.pk) or url,
                _("Choose a trainer"),
            )
        elif is_tomorrow and session.seated_count < session.capacity * EMPTY_SEATS_MATTER:
            yield Work(
                SOON,
                "calendar3",
                _("Only %(count)s of %(capacity)s seats are taken tomorrow in %(place)s")
                % {**place, "count": number(session.seated_count), "capacity": number(session.capacity)},
                _("%(activity)s, %(time)s. Invite more people today.")
                % {"activity": session.activity.name, "time": clock(session.starts_at)},
                _url("trainings:invite", session.pk) or url,
                _("Invite people"),
            )
        elif session.waiting_count and session.seated_count >= session.capacity:
            yield Work(
                INFO,
                "people-fill",
                ngettext(
                    "%(count)d person waits for a seat on %(day)s in %(place)s",
                    "%(count)d people wait for a seat on %(day)s in %(place)s",
                    session.waiting_count,
                )
                % {**place, "count": session.waiting_count},
                _("The session is full. Another one for the same activity would serve them."),
                _url("trainings:session_create") or url,
                _("Make a session"),
            )


def _untold(user: Any, now: datetime) -> Iterator[Work]:
    """Changes of published sessions that nobody has been told of yet."""
    if not has_permission(user, "trainings.manage"):
        return
    changes = releases.untold(TrainingSession.objects.visible_to(user), now=now)
    if not changes:
        return
    people = {person for change in changes for person in change.people}
    near = [c for c in changes if c.kind == ChangeKind.MOVED and c.session.starts_at < now + SOON_TO_BEGIN]
    first = {"day": day_month(changes[0].session.starts_at), "place": changes[0].session.kecamatan.name}
    yield Work(
        URGENT if near else SOON if people else INFO,
        "megaphone",
        ngettext(
            "The change of %(count)s session is not released yet",
            "The changes of %(count)s sessions are not released yet",
            len(changes),
        )
        % {"count": number(len(changes))},
        ngettext(
            "%(count)s person does not know of it. The first session is on %(day)s in %(place)s.",
            "%(count)s people do not know of it. The first session is on %(day)s in %(place)s.",
            len(people),
        )
        % {**first, "count": number(len(people))}
        if people
        else _("Nobody has to be told. It stands in the change log from then on."),
        _url("trainings:release_pending"),
        _("Release changes"),
    )


def _troubles(user: Any, now: datetime) -> Iterator[Work]:
    """Coming sessions whose room is closed or whose trainer is away: of a phase together, others each."""
    if not has_permission(user, "trainings.manage"):
        return
    found = (
        TrainingSession.objects.visible_to(user)
        .active()
        .upcoming(now=now)
        .in_trouble()
        .filter(Q(is_room_closed=True) | Q(is_trainer_away=True))
        .select_related("phase", "venue", "trainer", "kecamatan", "activity")
        .order_by("starts_at", "pk")
    )
    of_phase: dict[Any, list[Any]] = {}
    single = []
    for session in found[:TROUBLES_READ]:
        (of_phase.setdefault(session.phase, []) if session.phase else single).append(session)
    for phase, sessions in of_phase.items():
        yield _trouble_of_phase(user, phase, sessions, now=now)
    for session in single[:SINGLE_TROUBLES]:
        yield _trouble_of_one(session, now=now)


def _trouble_of_phase(user: Any, phase: Any, sessions: list[Any], *, now: datetime) -> Work:
    """Who plans phases plans it anew; a kecamatan office moves its sessions by hand or calls the Sudin."""
    may_plan = has_permission(user, "trainings.plan")
    reasons = [
        _("%(venue)s is closed.") % {"venue": name}
        for name in dict.fromkeys(s.venue.name for s in sessions if s.is_room_closed)
    ]
    reasons += [
        _("%(trainer)s is away.") % {"trainer": name}
        for name in dict.fromkeys(s.trainer.name for s in sessions if s.is_trainer_away)
    ]
    first = _("The first is on %(day)s.") % {"day": day_month(sessions[0].starts_at)}
    return Work(
        URGENT if sessions[0].starts_at < now + DRAFTS_WITHIN else SOON,
        "exclamation-triangle-fill",
        ngettext(
            "%(count)s session of %(phase)s cannot be held as planned",
            "%(count)s sessions of %(phase)s cannot be held as planned",
            len(sessions),
        )
        % {"count": number(len(sessions)), "phase": phase.name},
        " ".join([*reasons[:2], first]),
        _url("trainings:replan" if may_plan else "trainings:phase", phase.pk),
        _("Plan anew") if may_plan else _("See the sessions"),
    )


def _trouble_of_one(session: Any, *, now: datetime) -> Work:
    place = {"place": session.kecamatan.name, "day": day_month(session.starts_at)}
    text = (
        _("%(venue)s is closed that day. Move the session to another room or day.")
        % {"venue": session.venue.name}
        if session.is_room_closed
        else _("%(trainer)s is away that day. Choose another trainer, or move the session.")
        % {"trainer": session.trainer.name}
    )
    return Work(
        URGENT if session.starts_at < now + DRAFTS_WITHIN else SOON,
        "exclamation-triangle-fill",
        _("The session of %(day)s in %(place)s cannot be held as planned") % place,
        text,
        _url("trainings:session_edit", session.pk),
        _("Arrange the session"),
    )


def _out_of_reach(user: Any, now: datetime) -> Iterator[Work]:
    """People who cannot finish the year with the sessions there are, and where four more would help most.

    Definitions: docs/indicators.md, "Completion radar". Counted at most every five minutes.
    """
    scope = scope_of(user)
    if not has_permission(user, "trainings.radar") or not has_permission(user, "trainings.manage"):
        return
    key = f"radar-work:{timezone.localtime(now):%Y%m%d}:{scope.city or scope.kecamatan}"
    found = cache.get(key)
    if found is None:
        found = _radar_of(user, now)
        cache.set(key, found, RADAR_KEPT)
    stuck, rescued, place, more = found
    if stuck < WORTH_A_SESSION:
        return
    weeks_left = (366 - timezone.localtime(now).timetuple().tm_yday) // 7
    labels = {a.code: a.label for a in Activity.objects.visible_to(user).required()} if more else {}
    yield Work(
        SOON if weeks_left < WEEKS_TO_HURRY else INFO,
        "circle-half",
        ngettext(
            "%(count)s person cannot finish the three activities this year with the sessions there are",
            "%(count)s people cannot finish the three activities this year with the sessions there are",
            stuck,
        )
        % {"count": number(stuck)},
        ngettext(
            "Four more sessions in %(place)s would let %(count)s more person finish: %(sessions)s.",
            "Four more sessions in %(place)s would let %(count)s more people finish: %(sessions)s.",
            rescued,
        )
        % {"place": place, "count": number(rescued), "sessions": radar.words_of(more, labels)}
        if rescued
        else _("No session with a free seat is left for something they lack."),
        _url("trainings:radar"),
        _("See where sessions are needed"),
    )


def _radar_of(user: Any, now: datetime) -> tuple[int, int, str, dict[str, int]]:
    """How many are out of reach; and of the kecamatan where four more sessions help most: how many people,
    its name, and which sessions."""
    names = dict(rules.kecamatan_of_radar(user, city=None).values_list("code", "name"))
    activities = Activity.objects.visible_to(user).required().taught_in(timezone.localtime(now).year)
    rows = radar.radar(
        Participant.objects.visible_to(user).in_programme(),
        areas=list(names),
        activities=list(activities.values_list("code", flat=True)),
        now=now,
    )
    best = max(rows, key=lambda row: row.rescued, default=None)
    if best is None:
        return 0, 0, "", {}
    return sum(row.out_of_reach for row in rows), best.rescued, names[best.code], best.more


def _day(session: TrainingSession) -> Any:
    return timezone.localtime(session.starts_at).date()


def _attendance(user: Any, now: datetime) -> Iterator[Work]:
    """Lists to take today, and lists of past sessions that nobody closed."""
    if not has_permission(user, "trainings.attendance"):
        return
    today = timezone.localtime(now).date()
    mine = TrainingSession.objects.visible_to(user).with_places()
    for session in mine.on_day(today).filter(state=SessionState.PUBLISHED, ends_at__gt=now)[:5]:
        yield Work(
            URGENT,
            "list-check",
            _("Today %(time)s in %(place)s: take attendance")
            % {"time": clock(session.starts_at), "place": session.venue.name},
            session.activity.name,
            _url("trainings:attendance", session.pk),
            _("Take attendance"),
        )
    for session in mine.unclosed(now=now).order_by("-starts_at")[:5]:
        yield Work(
            SOON,
            "list-check",
            _("The list of %(day)s in %(place)s is not closed")
            % {"day": day_month(session.starts_at), "place": session.venue.name},
            _("%(activity)s. Nobody's progress is final before that.") % {"activity": session.activity.name},
            _url("trainings:attendance", session.pk),
            _("Close the list"),
        )


def _applicants(user: Any, now: datetime) -> Iterator[Work]:
    """Residents who have registered themselves and wait for the office."""
    if not has_permission(user, "participants.verify"):
        return
    waiting = SelfRegistration.objects.visible_to(user).waiting().order_by("submitted_at", "pk")
    found = list(waiting.values_list("submitted_at", flat=True)[:1000])
    if not found:
        return
    days = (now - found[0]).days
    yield Work(
        URGENT if days >= WAITS_TOO_LONG else SOON,
        "person-check",
        ngettext(
            "%(count)s self-registration waits to be checked",
            "%(count)s self-registrations wait to be checked",
            len(found),
        )
        % {"count": number(len(found))},
        ngettext("The oldest has waited for %(days)s day.", "The oldest has waited for %(days)s days.", days)
        % {"days": days}
        if days
        else _("The oldest was sent today."),
        _url("participants:verifications"),
        _("Check them"),
    )


def _duplicates(user: Any, now: datetime) -> Iterator[Work]:
    """Pairs that may be one person and that nobody has compared."""
    if not has_permission(user, "participants.merge"):
        return
    waiting = DuplicateCandidate.objects.visible_to(user).waiting()
    if count := waiting.order_by()[:PAIRS_COUNTED].count():
        yield Work(
            INFO,
            "people-fill",
            ngettext(
                "%(count)s person may be registered twice",
                "%(count)s people may be registered twice",
                count,
            )
            % {"count": number(count)},
            _("They count twice until somebody compares the two entries."),
            _url("participants:duplicates"),
            _("Compare the entries"),
        )


def _imports(user: Any, now: datetime) -> Iterator[Work]:
    """Lists that were checked and not saved, and rows of the last week that were refused."""
    if not has_permission(user, "participants.import"):
        return
    batches = ImportBatch.objects.visible_to(user).filter(
        Q(state__in=["checked", "waiting"]) | Q(state="saved", saved_at__gt=now - timedelta(days=7))
    )
    asked = ImportApproval.objects.filter(batch=OuterRef("pk"), decided_at=None, asked_by=user)
    batches = batches.annotate(is_own_request=Exists(asked))
    for batch in batches.order_by("-uploaded_at")[:5]:
        url = _url("participants:import", batch.uid)
        totals = batch.totals or {}
        rejected, good = totals.get("rejected", 0), totals.get("accepted", 0) + totals.get("warning", 0)
        if batch.state == "waiting":
            if not batch.is_own_request:
                yield _agreement(batch, good)
        elif batch.state == "checked":
            yield Work(
                SOON,
                "upload",
                ngettext(
                    "%(count)s row is checked and not saved yet",
                    "%(count)s rows are checked and not saved yet",
                    good,
                )
                % {"count": number(good)},
                _("%(file)s. Nothing of it is a participant before that.") % {"file": batch.file_name},
                url,
                _("See the report"),
            )
        elif rejected:
            yield Work(
                INFO,
                "upload",
                ngettext(
                    "%(count)s row of an import was rejected",
                    "%(count)s rows of an import were rejected",
                    rejected,
                )
                % {"count": number(rejected)},
                _("%(file)s. The report says why, and how to mend them.") % {"file": batch.file_name},
                url,
                _("See the rows"),
            )


def _agreement(batch: ImportBatch, good: int) -> Work:
    return Work(
        URGENT,
        "upload",
        ngettext(
            "A list of %(count)s row waits for your agreement",
            "A list of %(count)s rows waits for your agreement",
            good,
        )
        % {"count": number(good)},
        _("%(file)s. A colleague asked; nothing is saved before a second person has agreed.")
        % {"file": batch.file_name},
        _url("participants:import_approve", batch.uid),
        _("Look at it and decide"),
    )


def _bazaars(user: Any, now: datetime) -> Iterator[Work]:
    """Sites whose next step is due: open, freeze, draw."""
    if not has_permission(user, "bazaars.manage"):
        return
    sites = (
        Site.objects.visible_to(user)
        .filter(
            state__in=[SiteState.DRAFT, SiteState.OPEN, SiteState.FROZEN],
            bazaar__ends_on__gte=timezone.localtime(now).date(),
        )
        .select_related("bazaar")
        .annotate(applied=Count("applications", filter=Q(applications__state="submitted"), distinct=True))
        .order_by("bazaar__starts_on", "pk")[:10]
    )
    for site in sites:
        name = {"site": site.name, "day": day_month(site.bazaar.starts_on), "count": number(site.applied)}
        url = _url("bazaars:site", site.pk)
        if site.state == SiteState.FROZEN:
            yield Work(
                URGENT,
                "shuffle",
                _("The list of %(site)s is frozen and not drawn yet") % name,
                _("%(count)s applicants wait for the result. The bazaar is on %(day)s.") % name,
                url,
                _("Go to the draw"),
            )
        elif (
            site.state == SiteState.OPEN and site.applications_close_at and site.applications_close_at <= now
        ):
            yield Work(
                SOON,
                "shop",
                _("Applications for %(site)s have closed with %(count)s applicants") % name,
                _("Freeze the list, then the draw can be made. The bazaar is on %(day)s.") % name,
                url,
                _("Freeze the list"),
            )
        elif site.state == SiteState.OPEN:
            close = {"close": day_month(site.applications_close_at) if site.applications_close_at else "-"}
            yield Work(
                INFO,
                "shop",
                _("%(count)s people have applied for %(site)s so far") % name,
                _("Applications close on %(close)s.") % close,
                url,
                _("See the applications"),
            )
        else:
            yield Work(
                SOON,
                "shop",
                _("%(site)s is not open for applications yet") % name,
                _("The bazaar is on %(day)s. Set stalls and quotas, then open it.") % name,
                url,
                _("Prepare the site"),
            )


def _seed_parts(user: Any, now: datetime) -> Iterator[Work]:
    """An agency that gave a part of the seed must open it once the list is frozen."""
    if not has_permission(user, "bazaars.commit_seed") or user.active_membership.role != Role.PENGAMPU:
        return
    own = user.active_membership.organisation_id
    sites = Site.objects.visible_to(user).filter(
        pk__in=SeedPart.objects.filter(organisation_id=own, revealed_at__isnull=True).values("site"),
        state=SiteState.FROZEN,
    )
    for site in sites[:5]:
        yield Work(
            URGENT,
            "key",
            _("Open your part of the seed for %(site)s") % {"site": site.name},
            _("The list is frozen. The draw can only be made with the parts of all."),
            _url("bazaars:reveal", site.pk),
            _("Open the part"),
        )


def _messages(user: Any, now: datetime) -> Iterator[Work]:
    """Ready texts to be sent by hand, and messages the portal gave up."""
    if not has_permission(user, "notifications.view"):
        return
    waiting = (
        Message.objects.visible_to(user)
        .filter(state__in=["ready", "dead"])
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    counts = dict(waiting)
    url = _url("notifications:messages")
    if (ready := counts.get("ready")) and has_permission(user, "notifications.send_ready"):
        yield Work(
            SOON,
            "whatsapp",
            ngettext(
                "%(count)s message is ready to be sent by hand",
                "%(count)s messages are ready to be sent by hand",
                ready,
            )
            % {"count": number(ready)},
            _("Each opens in WhatsApp with its text; tick it off afterwards."),
            f"{url}?state=ready",
            _("Send the messages"),
        )
    if dead := counts.get("dead"):
        yield Work(
            INFO,
            "envelope",
            ngettext("%(count)s message could not be sent", "%(count)s messages could not be sent", dead)
            % {"count": number(dead)},
            _("The page says why. Call the people, or correct the address."),
            f"{url}?state=dead",
            _("See the messages"),
        )


def _moves(user: Any, now: datetime) -> Iterator[Work]:
    """Requests of other offices, answers to own ones, and people who came lately."""
    if not has_permission(user, "participants.transfer"):
        return
    today, week = timezone.localtime(now).date(), timedelta(days=7)
    url = _url("participants:transfers")
    requests = TransferRequest.objects.visible_to(user)
    if waiting := requests.to_be_decided_by(user).waiting(today).count():
        yield Work(
            SOON,
            "send",
            ngettext(
                "%(count)d office asks you to hand over a participant",
                "%(count)d requests to hand over a participant wait for you",
                waiting,
            )
            % {"count": waiting},
            _("The person lives in another area now. Hand over, or say why not."),
            url,
            _("Answer the requests"),
        )
    answered = requests.asked_by_office_of(user).filter(decided_at__gt=now - week)
    if answers := answered.exclude(state="withdrawn").count():
        yield Work(
            INFO,
            "send",
            ngettext(
                "%(count)d of your requests to move a participant was answered",
                "%(count)d of your requests to move a participant were answered",
                answers,
            )
            % {"count": answers},
            _("Who was handed over is in your list now."),
            url,
            _("See the answers"),
        )
    if arrived := transfers.arrived_in(user, since=today - week).count():
        yield Work(
            INFO,
            "person-plus",
            ngettext(
                "%(count)d participant has moved to your area",
                "%(count)d participants have moved to your area",
                arrived,
            )
            % {"count": arrived},
            _("Complete the new address, and invite the person to a session."),
            url,
            _("See who came"),
        )


def _data_requests(user: Any, now: datetime) -> Iterator[Work]:
    """Requests about own data: 72 hours each, by law."""
    if not has_permission(user, "participants.rights"):
        return
    waiting = DataRequest.objects.visible_to(user).waiting()
    found = waiting.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        soon=Count("pk", filter=Q(due_at__lt=now + timedelta(hours=24))),
    )
    if not found["all"]:
        return
    late = found["late"]
    yield Work(
        URGENT if late else SOON if found["soon"] else INFO,
        "lock-fill",
        ngettext(
            "%(count)s request about own data waits",
            "%(count)s requests about own data wait",
            found["all"],
        )
        % {"count": number(found["all"])},
        ngettext(
            "%(count)s is overdue: the law gives 3 × 24 hours.",
            "%(count)s are overdue: the law gives 3 × 24 hours.",
            late,
        )
        % {"count": number(late)}
        if late
        else _("The law gives 3 × 24 hours from the moment a request arrives."),
        _url("rights:requests"),
        _("Answer the requests"),
    )
