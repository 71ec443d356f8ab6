"""What the desks of sessions and of bazaars have in common: figures, filters, rows, the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.accounts.roles import has_permission
from okoce.db.sealed_files import private_response
from okoce.notifications import budget, desk
from okoce.notifications.desk import Desk
from okoce.notifications.desk_words import forecast_in_words, hours_in_words, spread_in_words
from okoce.notifications.enums import State
from okoce.notifications.models import Message
from okoce.notifications.views.rows import row
from okoce.ui.pagination import keyset_page
from okoce.values import sheets
from okoce.values.sheets import Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = Callable[[Any], tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One person of the desk."""

    name: str
    number: str
    url: str
    answer: str
    tone: str
    why: str
    in_tray: bool
    sent: Any = None  # rows.Row of the newest message
    at: datetime | None = None
    again_url: str = ""
    ready_url: str = ""


def context_of(
    request: HttpRequest, which: Desk, rows: Any, *, order: Sequence[str], answer: Answer, now: datetime
) -> dict[str, Any]:
    """Figures, the chosen part of the rows as lines, and what is said of WhatsApp's budget."""
    judged = which.judged(rows, now=now)
    asked = request.GET.get("tampil", desk.ALL)
    view = asked if asked in desk.VIEWS else desk.ALL
    figures = which.figures(judged)
    page = keyset_page(which.narrowed(judged, view), request, order=order)
    return {
        "figures": figures,
        "view": view,
        "page": page,
        "lines": lines_of(request.user, which, page.rows, answer=answer),
        "spread": _spread_in_words(which.cause, now=now),
        "ready_url": _ready_url(request.user, which),
    }


def _spread_in_words(cause: tuple[str, int], *, now: datetime) -> str:
    spread = desk.spread_of(cause, now=now)
    of_budget = spread_in_words(spread) or forecast_in_words(budget.forecast(cause, now=now))
    return " ".join(filter(None, (of_budget, hours_in_words(spread))))


def lines_of(user: Any, which: Desk, rows: Sequence[Any], *, answer: Answer) -> list[Line]:
    newest, words = which.newest(rows), desk.why_words()
    may_retry = has_permission(user, "notifications.retry")
    ready_url = _ready_url(user, which)
    return [_line(one, newest.get(one.participant_id), words, answer, may_retry, ready_url) for one in rows]


def _line(
    one: Any, message: Message | None, words: dict[str, str], answer: Answer, may_retry: bool, ready_url: str
) -> Line:
    label, tone = answer(one)
    person = one.participant
    return Line(
        name=person.full_name,
        number=person.number,
        url=person.get_absolute_url(),
        answer=label,
        tone=tone,
        why=words.get(one.why, ""),
        in_tray=one.in_tray,
        sent=row(message, None) if message is not None else None,
        at=(message.receipt_at or message.finished_at or message.created_at) if message is not None else None,
        again_url=reverse("notifications:retry", args=[message.uid])
        if message is not None and may_retry and message.state in (State.DEAD, State.HELD)
        else "",
        ready_url=f"{ready_url}?jenis={message.kind}"
        if message is not None and ready_url and message.state == State.READY
        else "",
    )


def _ready_url(user: Any, which: Desk) -> str:
    if not has_permission(user, "notifications.send_ready"):
        return ""
    return reverse("notifications:ready_texts", args=which.cause)


# ---------------------------------------------------------------- the file


@dataclass(frozen=True)
class Head:
    head: str
    kind: Kind
    width: int


def file_of(user: Any, which: Desk, rows: Any, *, order: Sequence[str], answer: Answer, now: datetime,
            name: str) -> tuple[HttpResponse, int]:  # fmt: skip
    """Every row as a workbook, without phone numbers; and how many there are."""
    lines = lines_of(user, which, list(which.judged(rows, now=now).order_by(*order)), answer=answer)
    heads = [
        Head(_("Participant"), Kind.TEXT, 30), Head(_("No."), Kind.TEXT, 14),
        Head(_("Channel"), Kind.TEXT, 16),
        Head(_("Message"), Kind.TEXT, 22),
        Head(_("State"), Kind.TEXT, 18), Head(_("When"), Kind.TEXT, 20),
        Head(_("Answer"), Kind.TEXT, 26), Head(_("Must be called"), Kind.TEXT, 40),
    ]  # fmt: skip
    content = io.BytesIO()
    sheets.write_xlsx(content, [_cells(line) for line in lines], heads, title=_("Messages"))
    return private_response(content.getvalue(), content_type=XLSX, file_name=name), len(lines)


def _cells(line: Line) -> tuple[str, ...]:
    sent = line.sent
    told = (
        (str(sent.message.get_channel_display()), str(sent.label), str(sent.state))
        if sent is not None
        else ("", "", "")
    )
    at = date_format(line.at, "SHORT_DATETIME_FORMAT") if line.at else ""
    return (line.name, line.number, *told, at, line.answer, line.why)
