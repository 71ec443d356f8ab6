"""Texts as WhatsApp has them registered: which were approved, which are switched off, who said so and when.

Meta checks every text before it may be used and can pause or switch one off at any time. What it tells by
webhook counts by its own time, not by when it came; what it tells about names we do not know is kept, in case
the name becomes ours. Staff may set a state by hand: the webhook is not set up everywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import compose, heard, kinds, texts
from okoce.notifications.channels.base import Letter
from okoce.notifications.enums import OFF, Channel, Event, State, TemplateState
from okoce.notifications.kinds import Kind
from okoce.notifications.models import DeliveryEvent, Message, RegisteredTemplate, TemplateNews

log = logging.getLogger("okoce.notifications")

OFF_REASON: Final = "template_off"
FIELD: Final = "message_template_status_update"
SET_BY_HAND: Final = (
    TemplateState.PENDING,
    TemplateState.APPROVED,
    TemplateState.REJECTED,
    TemplateState.PAUSED,
    TemplateState.DISABLED,
)

_STATES: Final[Mapping[str, TemplateState]] = {
    "APPROVED": TemplateState.APPROVED,
    "REINSTATED": TemplateState.APPROVED,
    "UNPAUSED": TemplateState.APPROVED,
    "PENDING": TemplateState.PENDING,
    "IN_APPEAL": TemplateState.PENDING,
    "REJECTED": TemplateState.REJECTED,
    "PAUSED": TemplateState.PAUSED,
    "FLAGGED": TemplateState.PAUSED,
    "DISABLED": TemplateState.DISABLED,
    "PENDING_DELETION": TemplateState.DISABLED,
    "DELETED": TemplateState.DISABLED,
    "ARCHIVED": TemplateState.DISABLED,
}
_REFUSALS: Final[Mapping[str, TemplateState]] = {"132015": TemplateState.PAUSED}


@dataclass(frozen=True, slots=True)
class News:
    """What WhatsApp said about one registered text."""

    name: str
    language: str
    event: str
    state: TemplateState
    reason: str
    at: datetime


def name_of(kind: str, version: int) -> str:
    """Under which name a version is handed in. Meta forbids a name that was used for another text."""
    return kind if version == 0 else f"{kind}_v{version}"


def to_paste(body: str) -> str:
    """A text as WhatsApp Manager wants it: its gaps numbered in their order, a repeated one anew."""
    numbers = iter(range(1, len(texts.gaps(body)) + 1))
    return texts.GAP.sub(lambda _found: f"{{{{{next(numbers)}}}}}", body)


def samples_of(kind: Kind, body: str, *, language: str) -> list[tuple[int, str, str]]:
    """(number, gap, example) of each gap, as WhatsApp Manager asks for them."""
    lines = compose.sample_lines(kind, language=language)
    return [(at, name, lines.get(name) or texts.NOTHING) for at, name in enumerate(texts.gaps(body), start=1)]


# ---------------------------------------------------------------- what is said about them


def news_in(said: Mapping[str, Any], *, until: datetime) -> Iterable[News]:
    """The news about registered texts in a webhook call; words that Meta may yet invent are passed over, and
    what is said to another account (settings.WHATSAPP_ACCOUNT_ID, where it is given).
    """
    for entry in heard.objects(said, "entry"):
        at = heard.moment(entry.get("time"), until=until, newest=_newest_news)
        account = heard.text(entry.get("id"), longest=60)
        if settings.WHATSAPP_ACCOUNT_ID not in ("", account):
            continue
        for change in heard.objects(entry, "changes"):
            if change.get("field") == FIELD and (one := _news(heard.part(change, "value"), at)) is not None:
                yield one


def _newest_news() -> datetime | None:
    newest: datetime | None = TemplateNews.objects.aggregate(at=Max("at"))["at"]
    return newest


def _news(value: Mapping[str, Any], at: datetime) -> News | None:
    event = heard.text(value.get("event"), longest=40)
    name = heard.text(value.get("message_template_name"), longest=120)
    if event not in _STATES or not name:
        log.warning("WhatsApp says something new about a registered text: %r", event)
        return None
    language = heard.text(value.get("message_template_language"), longest=12)
    return News(name=name, language=language, event=event, state=_STATES[event], reason=_reason(value), at=at)


def _reason(value: Mapping[str, Any]) -> str:
    other = heard.part(value, "other_info") or heard.part(value, "disable_info")
    words = [
        heard.text(w, longest=200)
        for w in (value.get("reason"), other.get("title"), other.get("description"))
    ]
    return ": ".join(word for word in words if word and word != "NONE")[:200]


@transaction.atomic
def note(news: Sequence[News]) -> int:
    """Keep what WhatsApp said and let our table follow; how many registered texts changed."""
    changed = 0
    for one in sorted(news, key=lambda one: one.at):
        TemplateNews.objects.bulk_create(
            [
                TemplateNews(
                    name=one.name, language=one.language, state=one.state, event=one.event, reason=one.reason,
                    at=one.at,
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        template = _known(one.name, one.language)
        if template is not None:
            changed += _follow(template, one.state, reason=one.reason, at=one.at)
    return changed


def _known(name: str, language: str) -> RegisteredTemplate | None:
    """Our row, locked; the portal's own text gets one when something is said about it for the first time."""
    row = RegisteredTemplate.objects.select_for_update().filter(name=name, language=language).first()
    kind = kinds.find(name)
    is_ours = kind is not None and Channel.WHATSAPP in kind.channels and language in dict(settings.LANGUAGES)
    return row_of(name, language, 0) if row is None and is_ours else row


def row_of(kind: str, language: str, version: int) -> RegisteredTemplate:
    """The registered text of a version, locked; a new one takes over what was already said about its name."""
    name = name_of(kind, version)
    # A portal's own text is as old as the portal: whatever is said about it is newer.
    made_at = timezone.now() if version else datetime(2000, 1, 1, tzinfo=timezone.get_current_timezone())
    row, is_new = RegisteredTemplate.objects.select_for_update().get_or_create(
        kind=kind,
        language=language,
        version=version,
        defaults={
            "name": name,
            "state_at": made_at,
            "state": TemplateState.NOT_SUBMITTED,
        },
    )
    last = TemplateNews.objects.filter(name=name, language=language).order_by("-at", "-pk").first()
    if is_new and last is not None:
        _follow(row, TemplateState(last.state), reason=last.reason, at=max(last.at, made_at))
    return row


def _follow(template: RegisteredTemplate, state: TemplateState, *, reason: str, at: datetime) -> bool:
    """Let ``template`` follow what was said at ``at``; False when something newer is known already."""
    if at < template.state_at or state == template.state:
        return False
    template.state, template.state_at, template.reason = state, at, reason
    if state == TemplateState.APPROVED and template.approved_at is None:
        template.approved_at = at
    template.save(update_fields=["state", "state_at", "reason", "approved_at"])
    if state not in OFF:
        release(template)
    return True


def release(template: RegisteredTemplate) -> int:
    """Put back what was held because this text was switched off; whether it still goes is decided then."""
    now = timezone.now()
    held = Message.objects.select_for_update(skip_locked=True).filter(
        state=State.HELD, kind=template.kind, channel=Channel.WHATSAPP
    )
    wrong = [OFF_REASON, *(f"whatsapp:{code}" for code in (132000, 132001, 132007, 132012, 132015, 132016))]
    ids = list(held.filter(reason__in=wrong).exclude(expires_at__lte=now).values_list("pk", flat=True)[:5000])
    Message.objects.filter(pk__in=ids).update(state=State.PENDING, reason="", due_at=now)
    DeliveryEvent.objects.bulk_create([DeliveryEvent(message_id=pk, event=Event.RELEASED) for pk in ids])
    return len(ids)


@transaction.atomic
def note_refusal(letter: Letter, reason: str) -> None:
    """WhatsApp refused a letter because of its registered text: no other goes until that is mended."""
    if letter.template is None:
        return
    code = reason.partition(":")[2]
    state = _REFUSALS.get(code, TemplateState.DISABLED)
    note(
        [
            News(
                name=letter.template.name,
                language=letter.template.language,
                event=f"answer {code}"[:40],
                state=state,
                reason=str(kinds.words_for(reason))[:200],
                at=timezone.now(),
            )
        ]
    )


@transaction.atomic
def set_by_hand(
    *, kind: str, language: str, version: int, state: TemplateState, reason: str, by: User
) -> RegisteredTemplate:
    """What somebody of ours read in WhatsApp Manager. Setting the state it has changes nothing."""
    template = row_of(kind, language, version)
    now = timezone.now()
    if _follow(template, state, reason=reason, at=max(now, template.state_at)):
        TemplateNews.objects.create(
            name=template.name, language=language, state=state, reason=reason, at=now, told_by=by
        )
        record(
            by, "notifications.template.set", template, name=template.name, language=language,
            state=state.value,
        )  # fmt: skip
    return template
