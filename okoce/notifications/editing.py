"""The province writes the texts of messages: a new version each time, checked before it is kept.

Nothing is overwritten. Going back is a version of its own, with the words of an older one or with none: then
the text that the portal brings is used again.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from okoce.accounts.models import User
from okoce.audit.services import record
from okoce.notifications import compose, gaps, kinds, registering, safety, texts, wording
from okoce.notifications.channels.cloud_api import LONGEST_BODY
from okoce.notifications.enums import Channel
from okoce.notifications.kinds import Kind
from okoce.notifications.models import Message, MessageText, RegisteredTemplate
from okoce.notifications.sms_length import SmsLength, sms_length
from okoce.notifications.texts import GROUP, LINE

LONGEST: Final[Mapping[str, int]] = {
    Channel.WHATSAPP: LONGEST_BODY, Channel.PUSH: 240, Channel.SMS: 765, LINE: 240,
}  # fmt: skip
LONGEST_TEXT: Final = 2000
LONGEST_SUBJECT: Final = 120


class ChangedMeanwhile(Exception):
    """Somebody else saved a version since the page was opened."""

    def __init__(self, newest: MessageText) -> None:
        super().__init__(str(newest))
        self.newest = newest


class SameWords(Exception):
    """The text is word for word the one in use."""


class NoSuchVersion(Exception):
    """There is no version of this number to go back to."""


def editable() -> list[Kind]:
    """The kinds whose texts can be written. What answers somebody who wrote to us has no text of its own."""
    return [kind for kind in kinds.registered() if not kind.is_free_text]


def places(kind: Kind) -> list[str]:
    """The channels for which a kind has texts of its own, then its line among others and the group's text."""
    return [*kind.channels, *(part for part in (LINE, GROUP) if _has(kind, part))]


def place_label(channel: str) -> Any:
    if channel == LINE:
        return _("One line, when several messages go in one")
    return _("Text for the group") if channel == GROUP else Channel(channel).label


def _has(kind: Kind, part: str) -> bool:
    try:
        compose.render(kind, part, {}, language=settings.LANGUAGE_CODE)
    except compose.Unsayable:
        return False
    return True


def longest(channel: str) -> int:
    return LONGEST.get(channel, LONGEST_TEXT)


# ---------------------------------------------------------------- the text that the portal brings

_DAY, _CLOCK = datetime.timedelta(days=1), datetime.timedelta(minutes=61)
_FIRST_MOMENT = datetime.datetime(2037, 3, 2, 1, 3, tzinfo=datetime.UTC)


def own_text(kind: Kind, channel: str, *, language: str) -> tuple[str, str]:
    """(subject, text) that the portal brings, written with gaps: what an editor begins with.

    The registered text says the same in fewer words and has gaps already; a subject, a group's text and kinds
    without a registered text are rendered with gaps for values.
    """
    subject = _with_gaps(kind, "subject", language) if channel == Channel.EMAIL else ""
    if channel == Channel.PUSH:
        return "", " ".join(_with_gaps(kind, "subject", language).split())
    if channel == LINE:
        return "", " ".join(_with_gaps(kind, LINE, language).split())
    if channel != GROUP and Channel.WHATSAPP in kind.channels:
        usable = language if compose.has_registered_text(kind, language) else settings.LANGUAGE_CODE
        return " ".join(subject.split()), compose.registered_text(kind, usable)
    part = GROUP if channel == GROUP else "email" if channel == Channel.EMAIL else "text"
    return " ".join(subject.split()), _with_gaps(kind, part, language)


def _with_gaps(kind: Kind, part: str, language: str) -> str:
    values: dict[str, Any] = {"portal_url": "{portal_url}", "secret": "{secret}"}
    written: dict[str, str] = {}
    with override(language):
        for at, (name, sample) in enumerate({"name": "", "number": "", **kind.sample}.items(), start=1):
            value = texts.moment(name, sample)
            if isinstance(value, datetime.datetime):
                moment = _FIRST_MOMENT + at * (_DAY + _CLOCK)
                values[name] = moment
                written |= _written(name, moment)
            elif isinstance(value, datetime.date):
                day = (_FIRST_MOMENT + at * _DAY).date()
                values[name] = day
                written[date_format(day, "LONG_DATE_FORMAT")] = f"{{{name}}}"
            elif isinstance(value, datetime.time):
                values[name] = datetime.time(3, at)
                written[time_format(values[name], "TIME_FORMAT")] = f"{{{name}}}"
            elif isinstance(value, list):
                values[name] = [f"{{{name}}}"] if value else []
            elif isinstance(value, bool) or (not value and name not in ("name", "number")):
                values[name] = value
            else:
                values[name] = f"{{{name}}}"
    text = compose.render(kind, part, values, language=language)
    for said, gap in sorted(written.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(said, gap)
    return re.sub(r"\{portal_url\}\{([a-z_]+)_path\}", r"{\1_link}", text)


def _written(name: str, moment: datetime.datetime) -> dict[str, str]:
    local = timezone.localtime(moment)
    return {
        date_format(local, "LONG_DATE_FORMAT"): f"{{{name}_day}}",
        time_format(local.time(), "TIME_FORMAT"): f"{{{name}_clock}}",
        date_format(local, "SHORT_DATETIME_FORMAT"): f"{{{name}}}",
    }


# ---------------------------------------------------------------- what an editor sees


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap: how it is typed, what it means, what stands there in the example."""

    name: str
    meaning: str
    sample: str
    is_required: bool

    @property
    def typed(self) -> str:
        return f"{{{self.name}}}"


def gaps_of(kind: Kind, channel: str, *, language: str) -> list[Gap]:
    """The gaps of a kind's texts for ``channel``, in the order in which the kind describes them."""
    known, samples = gaps.names(kind, channel), compose.sample_lines(kind, language=language)
    needed = {one for name in gaps.required(kind, channel) for one in gaps.ways_to_say(name)}
    return [
        Gap(name, str(words), samples.get(name, ""), name in needed)
        for name, words in gaps.meanings(kind)
        if name in known
    ]


@dataclass(frozen=True, slots=True)
class Looked:
    """A text as it would read, how long that is, and what is wrong with it."""

    subject: str
    text: str
    length: int
    longest: int
    sms: SmsLength | None
    problems: dict[str, list[str]]


def look_at(
    kind: Kind,
    channel: str,
    *,
    language: str,
    subject: str,
    body: str,
    values: Mapping[str, str] | None = None,
) -> Looked:
    """``body`` with the kind's example in its gaps, or with the ``values`` of a person."""
    lines = compose.sample_lines(kind, language=language) if values is None else values
    text = texts.fill(body, lines)
    return Looked(
        subject=texts.fill(subject, lines),
        text=text,
        length=len(text),
        longest=longest(channel),
        sms=sms_length(text) if channel == Channel.SMS else None,
        problems=problems_of(kind, channel, language=language, subject=subject, body=body),
    )


def problems_of(kind: Kind, channel: str, *, language: str, subject: str, body: str) -> dict[str, list[str]]:
    """What is wrong with a text that somebody typed, by field, in sentences; empty when it can be used."""
    found = {"body": _body_problems(kind, channel, body, language=language)}
    if channel == Channel.EMAIL:
        found["subject"] = _subject_problems(kind, subject)
    return {name: words for name, words in found.items() if words}


def _body_problems(kind: Kind, channel: str, body: str, *, language: str) -> list[str]:
    most = longest(channel)
    found = texts.problems_of(
        body, known=gaps.names(kind, channel), longest=most, is_registered=channel == Channel.WHATSAPP
    )
    if not body.strip():
        return found
    if lacking := gaps.missing(kind, channel, body):
        found.append(
            _("Without %(gaps)s nobody can do anything with this message. Put it in.")
            % {"gaps": ", ".join(f"{{{name}}}" for name in lacking)}
        )
    if channel == LINE and "\n" in body.strip():
        found.append(_("It is one line among others: take the line breaks out."))
    found += gaps.private_in(body)
    whole = texts.fill(body, compose.sample_lines(kind, language=language))
    if not found and len(whole) > most:
        found.append(
            _("With its values the text has %(length)s characters; %(longest)s are possible. Shorten it.")
            % {"length": len(whole), "longest": most}
        )
    if not found and safety.problem_in(whole):
        found.append(_("With its values the text looks as if it held a personal number. Change the words."))
    return found


def _subject_problems(kind: Kind, subject: str) -> list[str]:
    known = gaps.names(kind, Channel.EMAIL)
    return texts.problems_of(subject, known=known, longest=LONGEST_SUBJECT) + gaps.private_in(subject)


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """(mark, words) pieces of the way from ``old`` to ``new``: marks are "", "ins" and "del"."""
    before, after = (re.findall(r"\s+|[^\s]+", text) for text in (old, new))
    pieces: list[tuple[str, str]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("", "".join(before[a:b])))
            continue
        if a < b:
            pieces.append(("del", "".join(before[a:b])))
        if c < d:
            pieces.append(("ins", "".join(after[c:d])))
    return pieces


# ---------------------------------------------------------------- versions


def newest_version(kind: str, channel: str, language: str) -> int:
    """The highest version there is, 0 when nobody has written one."""
    rows = MessageText.objects.of(kind, channel, language).order_by("-version")
    return rows.values_list("version", flat=True).first() or 0


@transaction.atomic
def save(
    *,
    kind: str,
    channel: str,
    language: str,
    subject: str = "",
    body: str,
    reason: str,
    based_on: int,
    by: User,
) -> MessageText:
    """Keep a new version; saving the same words again, from the same page, returns the one that was kept.

    ``based_on`` is the highest version when the page was opened. Raises ChangedMeanwhile, SameWords and
    ValueError for a text with faults.
    """
    known = kinds.get(kind)
    if channel not in places(known) or problems_of(
        known, channel, language=language, subject=subject, body=body
    ):
        raise ValueError(f"the text {kind}/{channel}.{language} has faults")
    newest = _newest_locked(kind, channel, language)
    if newest is not None and newest.version != based_on:
        is_repeated = newest.version == based_on + 1 and newest.created_by_id == by.pk
        if is_repeated and (newest.subject, newest.body) == (subject, body):
            return newest
        raise ChangedMeanwhile(newest)
    if (subject, body) == words_of_version(known, channel, language, newest):
        raise SameWords
    text = MessageText.objects.create(
        kind=kind, channel=channel, language=language, version=based_on + 1, subject=subject, body=body,
        reason=reason, created_by=by,
    )  # fmt: skip
    if channel == Channel.WHATSAPP:
        registering.row_of(kind, language, text.version)
    _record(text, "notifications.text.changed", by)
    return text


@transaction.atomic
def go_back(
    *, kind: str, channel: str, language: str, version: int, reason: str, based_on: int, by: User
) -> MessageText:
    """Use the words of an older version again, or with ``version`` 0 the portal's own.

    Raises NoSuchVersion, ChangedMeanwhile, SameWords, and ValueError for words that do not fit any more.
    """
    newest = _newest_locked(kind, channel, language)
    if newest is None or newest.version != based_on:
        if newest is not None and newest.version == based_on + 1 and newest.restores == version:
            return newest
        if newest is None:
            raise NoSuchVersion
        raise ChangedMeanwhile(newest)
    old = MessageText.objects.of(kind, channel, language).filter(version=version).first()
    if version and old is None:
        raise NoSuchVersion
    if newest.words_of == (old.words_of if old else 0):
        raise SameWords
    if old is not None and old.words_of and wording.is_unfit(kinds.get(kind), old):
        raise ValueError("the old text does not fit its kind any more")
    text = MessageText.objects.create(
        kind=kind, channel=channel, language=language, version=newest.version + 1,
        subject=old.subject if old else "", body=old.body if old else "",
        restores=old.words_of if old else 0, reason=reason, created_by=by,
    )  # fmt: skip
    _record(text, "notifications.text.restored", by)
    return text


def words_of_version(kind: Kind, channel: str, language: str, text: MessageText | None) -> tuple[str, str]:
    """(subject, text) of a version; the portal's own for None and for one that went back to it."""
    if text is None or text.words_of == 0:
        return own_text(kind, channel, language=language)
    return text.subject, text.body


def _newest_locked(kind: str, channel: str, language: str) -> MessageText | None:
    """The highest version; whoever else writes this text waits until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('okoce.texts'), hashtext(%s))",
            [f"{kind}/{channel}.{language}"],
        )
    return MessageText.objects.of(kind, channel, language).order_by("-version").first()


def _record(text: MessageText, action: str, by: User) -> None:
    record(
        by, action, text, kind=text.kind, channel=text.channel, language=text.language, version=text.version
    )


# ---------------------------------------------------------------- on a real person


@dataclass(frozen=True, slots=True)
class Example:
    """The values of one person for a preview. ``is_real``: of an occasion of theirs, not only the name."""

    values: Mapping[str, str]
    is_real: bool


def for_person(kind: Kind, channel: str, *, participant_id: int, language: str, by: User) -> Example | None:
    """What a text would say to somebody now: nothing is sent, and it is recorded who was looked at.

    The occasion is that of the newest message about the same thing. Codes and the ends of own links are
    dotted out. None when the person is not in the list.
    """
    message = _last_occasion(kind, participant_id) or Message(
        cause_type="", context={}, participant_id=participant_id
    )
    stand_in = Message(
        key=f"{kind.code}:pratinjau", kind=kind.code,
        channel=channel if channel in kind.channels else kind.channels[0],
        language=language, participant_id=participant_id, context=message.context,
        cause_type=message.cause_type, cause_id=message.cause_id,
    )  # fmt: skip
    person = compose.directory.of_messages([stand_in]).get(stand_in.key)
    if person is None:
        return None
    details = compose.details_of(kind, [stand_in]).get(stand_in.key, {}) if message.pk else {}
    lines = compose.sample_lines(kind, language=language)
    if details:
        values = compose.variables(
            stand_in, details, secret=compose.HIDDEN_SECRET, name=person.name, number=person.number
        )
        lines = texts.lines_of(values, language=language)
    lines |= {"name": person.name, "number": person.number, "secret": compose.HIDDEN_SECRET}
    masked = {
        name: _masked(value) if name.endswith("_link") else value
        for name, value in lines.items()
        if not name.endswith("_path")
    }
    record(by, "notifications.text.previewed", None, kind=kind.code, participant=participant_id)
    return Example(masked, is_real=bool(details))


def _last_occasion(kind: Kind, participant_id: int) -> Message | None:
    """The person's newest message of this kind, or of another kind of the same family of causes."""
    own = Message.objects.filter(participant_id=participant_id, cause_id__isnull=False)
    same = own.filter(kind=kind.code).order_by("-created_at", "-pk").first()
    if same is not None or kind.details is None:
        return same
    relatives = [one.code for one in kinds.registered() if one.details == kind.details]
    return own.filter(kind__in=relatives).order_by("-created_at", "-pk").first()


def _masked(link: str) -> str:
    """An own link without what makes it the person's: whoever has it can answer."""
    head, _slash, end = link.rstrip("/").rpartition("/")
    return f"{head}/•••••/" if "-" in end and len(end) > 12 else link


# ---------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class Standing:
    """How one text stands: which version is used, what waits for approval, what is switched off."""

    channel: str
    language: str
    used: MessageText | None
    newest: MessageText | None
    template: RegisteredTemplate | None
    is_unfit: bool
    is_missing: bool  # the portal has no text in this language: Indonesian is used

    @property
    def is_waiting(self) -> bool:
        """A newer text waits for WhatsApp."""
        return self.newest is not None and self.newest != self.used and not self.is_unfit

    @property
    def is_changed(self) -> bool:
        return self.used is not None


def standings(codes: Collection[str]) -> dict[str, list[Standing]]:
    """{kind: how its texts stand}. Three queries."""
    words = wording.in_force(codes)
    newest = {
        (text.kind, text.channel, text.language): text
        for text in MessageText.objects.filter(kind__in=codes)
        .order_by("kind", "channel", "language", "-version")
        .distinct("kind", "channel", "language")
        if text.words_of
    }
    found: dict[str, list[Standing]] = {}
    for code in codes:
        kind = kinds.get(code)
        found[code] = [
            Standing(
                channel=channel,
                language=language,
                used=words.text(code, channel, language),
                newest=newest.get((code, channel, language)),
                template=words.template(code, language) if channel == Channel.WHATSAPP else None,
                is_unfit=(code, channel, language) in words.unfit,
                is_missing=channel == Channel.WHATSAPP and not compose.has_registered_text(kind, language),
            )
            for channel in places(kind)
            for language, _name in settings.LANGUAGES
        ]
    return found
