"""Ending messages by the link in an e-mail, without signing in: reading it changes nothing, a press does."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from okoce.accounts.access import public
from okoce.notifications import directory, opting_out, wishes
from okoce.notifications.models import Message
from okoce.ui.responses import render_page

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058: what the mail program posts by itself


@public
@csrf_exempt  # a mail program has no cookie of ours; the signed address is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    message = wishes.message_of(token)
    if message is None:
        raise Http404
    if request.method == "POST":
        _end(message, is_everything=request.POST.get("semua") == "1")
        if request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]:
            return HttpResponse(status=200)
        return redirect(f"{request.path}?selesai=1")
    topic = wishes.topic_of(message)
    assert message.participant_id is not None
    topics, _channels = wishes.of(message.participant_id)
    context = {
        "topic": topic.label,
        "is_ended": any(wish.code == topic and not wish.is_wanted for wish in topics),
        "is_everything_ended": _wants_nothing(message.participant_id),
        "is_done": request.GET.get("selesai") == "1",
    }
    response = render_page(request, "notifications/end.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _wants_nothing(participant_id: int) -> bool:
    person = directory.look_up([("participant", participant_id)]).get(("participant", participant_id))
    return person is not None and person.consent is False


def _end(message: Message, *, is_everything: bool) -> None:
    assert message.participant_id is not None
    if is_everything:
        opting_out.stop(participant_id=message.participant_id, way=opting_out.BY_LINK)
        return
    topic = wishes.topic_of(message)
    wishes.end(participant_id=message.participant_id, topic=topic, by=None, way=opting_out.BY_LINK)
