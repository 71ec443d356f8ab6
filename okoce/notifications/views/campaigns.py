"""A message to many: written, tried on oneself, sent, stopped; what it costs and whom it reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.notifications import (
    audiences,
    campaigning,
    campaigns,
    chains,
    compose,
    kinds,
    own_phones,
    prices,
    texts,
)
from okoce.notifications.audiences import Audience
from okoce.notifications.campaign_forms import CampaignForm, PriceForm, label_of
from okoce.notifications.campaign_words import (
    cost_in_words,
    dead_numbers_in_words,
    refusals_in_words,
    schedule_in_words,
    state_of,
    stop_in_words,
)
from okoce.notifications.campaigning import NotPossible
from okoce.notifications.enums import Channel
from okoce.notifications.models import Campaign, ChannelPrice, Message
from okoce.notifications.views.rows import rows_of
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import number

FILTERS = {
    "": Q(),
    "menunggu": Q(state__in=["pending", "ready"]) | campaigning.LAID_ASIDE,
    "sampai": Q(state="sent", receipt__in=["delivered", "read"]),
    "gagal": Q(state="dead") | Q(state="held") & ~campaigning.LAID_ASIDE,
}


def _crumbs(*more: str) -> list[dict[str, Any]]:
    home = {"label": _("Messages"), "url": reverse("notifications:messages")}
    own = {"label": _("Messages to many")}
    if more:
        own["url"] = reverse("notifications:campaigns")
    return [home, own, *({"label": label} for label in more)]


def _find(request: HttpRequest, uid: UUID) -> Campaign:
    mine = Campaign.objects.visible_to(request.user).select_related("made_by", "approved_by", "stopped_by")
    return get_object_or_404(mine, uid=uid)


# ---------------------------------------------------------------- the list


@require_GET
@requires("notifications.campaigns")
def campaign_list(request: HttpRequest) -> HttpResponse:
    mine = Campaign.objects.visible_to(request.user).select_related("made_by")
    page = keyset_page(mine, request, order=("-made_at", "-pk"))
    rows = [{"campaign": one, "state": state_of(one)} for one in page.rows]
    context = {
        "page": page,
        "rows": rows,
        "may_price": has_permission(request.user, "notifications.prices"),
        "crumbs": _crumbs(),
    }
    return render_page(request, "notifications/campaigns.html", context)


# ---------------------------------------------------------------- writing


@require_http_methods(["GET", "POST"])
@requires("notifications.campaigns")
def campaign_write(request: HttpRequest) -> HttpResponse:
    audience = _audience(_asked(request))
    form = _form(request, audience, initial={})
    if form.is_bound and form.is_valid():
        campaign = campaigning.save_draft(campaign=form.fill(Campaign()), by=request.user)
        return redirect(campaign)
    return _form_page(
        request, form, audience, title=_("Write to many"), back=reverse("notifications:campaigns")
    )


@require_http_methods(["GET", "POST"])
@requires("notifications.campaigns")
def campaign_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign = _find(request, uid)
    if not campaign.is_draft:
        notices.info(request, _("Sending was asked for already. Take it back before changing it."))
        return redirect(campaign)
    audience = _audience(_asked(request) or campaign.audience)
    initial = {
        "title": campaign.title, "announcement": campaign.announcement, "page": campaign.page,
        **campaign.choices,
    }  # fmt: skip
    form = _form(request, audience, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            campaigning.save_draft(campaign=form.fill(campaign), by=request.user)
        except NotPossible:
            notices.info(request, _("Sending was asked for already. Take it back before changing it."))
        return redirect(campaign)
    return _form_page(
        request, form, audience, title=_("Change the message"), back=campaign.get_absolute_url()
    )


def _asked(request: HttpRequest) -> str:
    return request.POST.get("ganti") or request.POST.get("untuk") or request.GET.get("untuk", "")


def _form(request: HttpRequest, audience: Audience, *, initial: dict[str, Any]) -> CampaignForm:
    """Whoever only chooses other people (``ganti``) keeps what was typed and is told of no faults yet."""
    if request.method == "POST" and "ganti" in request.POST:
        typed = initial | request.POST.dict()
        return CampaignForm(initial=typed, audience=audience, user=request.user)
    given = request.POST if request.method == "POST" else None
    return CampaignForm(given, initial=initial, audience=audience, user=request.user)


def _audience(code: str) -> Audience:
    known = audiences.registered()
    return audiences.find(code) or known[0]


def _form_page(
    request: HttpRequest, form: CampaignForm, audience: Audience, *, title: str, back: str
) -> HttpResponse:
    context = {
        "form": form,
        "audience": audience,
        "audiences": audiences.registered(),
        "title": title,
        "back": back,
        "crumbs": _crumbs(title),
    }
    return render_page(request, "notifications/campaign_form.html", context)


# ---------------------------------------------------------------- one


@require_GET
@requires("notifications.campaigns")
def campaign_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign, now = _find(request, uid), timezone.now()
    context = {
        "campaign": campaign,
        "state": state_of(campaign),
        "texts": _texts(campaign),
        "audience": _in_words(campaign, request.user),
        "is_own": campaign.made_by_id == request.user.pk,
        "may_approve": has_permission(request.user, "notifications.approve"),
        "crumbs": _crumbs(campaign.title),
    }
    if campaign.started_at is None:
        context |= _before(request, campaign, now)
        return render_page(request, "notifications/campaign.html", context)
    context |= _after(request, campaign)
    return render_page(request, "notifications/campaign.html", context, fragment="progress")


def _before(request: HttpRequest, campaign: Campaign, now: Any) -> dict[str, Any]:
    """Whom it would reach, what it would cost, how long it would take."""
    found = campaigning.reach_of(campaign, request.user, now=now)
    return {
        "reach": found,
        "lines": [{"line": line, "cost": cost_in_words(line)} for line in found.lines],
        "refused": refusals_in_words(found),
        "dead_numbers": dead_numbers_in_words(found),
        "schedule": schedule_in_words(found, now=now),
        "is_many": found.total > campaigning.approval_above(),
        "approval_above": number(campaigning.approval_above()),
        "own_tests": rows_of(campaigning.tests_of(campaign, request.user)),
        "own_ways": _own_ways(request.user, campaign),
    }


def _own_ways(user: Any, campaign: Campaign) -> list[dict[str, Any]]:
    """By which channels it can be tried on oneself."""
    return [
        {"code": channel.value, "label": channel.label, "address": address}
        for channel, address in own_phones.ways_to(user, kinds.get(campaign.kind))
    ]


def _after(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    figures = campaigning.figures_of(campaign)
    chosen = request.GET.get("tampil", "")
    narrowed = FILTERS.get(chosen, Q())
    mine = Message.objects.visible_to(request.user).filter(
        narrowed, campaign=campaign, participant_id__isnull=False
    )
    page = keyset_page(mine, request, order=("-pk",))
    is_busy = not campaign.is_stopped and (campaign.is_queueing or figures.waiting > figures.no_room)
    return {
        "figures": figures,
        "chosen": chosen,
        "page": page,
        "rows": rows_of(page.rows),
        "is_busy": is_busy,
        "poll_url": request.path if is_busy else "",
        "progress": _progress(campaign, figures),
        "stop_words": stop_in_words(campaign) if campaign.stop_reason else "",
    }


def _progress(campaign: Campaign, figures: campaigning.Figures) -> str:
    said = _("%(sent)s of %(all)s sent") % {"sent": number(figures.sent), "all": number(figures.total)}
    more = []
    if figures.no_room:
        waits = ngettext(
            "%(count)s person waits for a place in WhatsApp's day; nearer messages go first.",
            "%(count)s people wait for a place in WhatsApp's day; nearer messages go first.",
            figures.no_room,
        )
        more.append(waits % {"count": number(figures.no_room)})
    if campaign.is_queueing:
        more.append(_("People are still being put into the queue."))
    return f"{said}. {' '.join(more)}" if more else said


def _texts(campaign: Campaign) -> list[dict[str, Any]]:
    """How it reads for an invented person, by channel."""
    reader = {"name": "Siti Rahmawati", "number": "JB-PM-00417"}
    sample = {
        "announcement": texts.fill(campaign.announcement, reader),
        "office": campaign.office,
        "read_path": audiences.path_of(campaign.page),
    }
    kind = replace(chains.in_force([campaign.kind]).get(campaign.kind), sample=sample)
    long = (Channel.WHATSAPP, "whatsapp") if Channel.WHATSAPP in kind.ways else (Channel.EMAIL, "email")
    notice = (Channel.PUSH, "subject")
    return [
        {"label": long[0].label, "text": _text(kind, *long)},
        *([{"label": Channel.PUSH.label, "text": _text(kind, *notice)}] if Channel.PUSH in kind.ways else []),
        {"label": _("SMS and WhatsApp by hand"), "text": _text(kind, Channel.READY_TEXT, "text")},
    ]


def _text(kind: kinds.Kind, channel: Channel, part: str) -> str:
    return compose.sample_letter(kind, channel, language="id")[part]


def _in_words(campaign: Campaign, user: Any) -> dict[str, Any]:
    audience = audiences.find(campaign.audience)
    if audience is None:
        return {"label": campaign.audience, "choices": []}
    return {"label": audience.label, "choices": audiences.words_for(audience, campaign.choices, user)}


# ---------------------------------------------------------------- deeds


@require_POST
@requires("notifications.campaigns")
def campaign_test(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign = _find(request, uid)
    ways = dict(own_phones.ways_to(request.user, kinds.get(campaign.kind)))
    asked = request.POST.get("lewat", Channel.EMAIL)
    if asked not in ways:
        notices.error(request, _("You have no address or confirmed number of your own for this channel."))
        return redirect(campaign)
    channel = Channel(asked)
    message = campaigning.test(campaign=campaign, by=request.user, now=timezone.now(), channel=channel)
    if message.state == "held":
        notices.warning(request, kinds.words_for(message.reason, message.kind))
    else:
        notices.success(request, _("The message is on its way to %(address)s.") % {"address": ways[channel]})
    return redirect(campaign)


@require_http_methods(["GET", "POST"])
@requires("notifications.campaigns")
def campaign_send(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign, now = _find(request, uid), timezone.now()
    if request.method == "POST":
        try:
            campaign = campaigning.ask(campaign=campaign, by=request.user, now=now)
        except NotPossible:
            notices.error(request, _("Nobody would get this message. Choose other people."))
            return redirect(campaign)
        if campaign.is_waiting:
            notices.success(request, _("A second person must agree now; then it is sent."))
        else:
            notices.success(request, _("The sending has begun."))
        return redirect(campaign)
    if not campaign.is_draft:
        return redirect(campaign)
    found = campaigning.reach_of(campaign, request.user, now=now)
    if not found.total:
        notices.error(request, _("Nobody would get this message. Choose other people."))
        return redirect(campaign)
    is_many = found.total > campaigning.approval_above()
    people = ngettext("%(count)s person", "%(count)s people", found.total) % {"count": number(found.total)}
    context = {
        "question": _("Send “%(title)s” to %(people)s?") % {"title": campaign.title, "people": people},
        "consequences": [
            *schedule_in_words(found, now=now),
            _("You can stop it at any moment; what has gone by then stays sent."),
            *([_("A second person must agree first.")] if is_many else []),
        ],
        "action": _("Ask the second person") if is_many else _("Send the message"),
        "leave": _("Do not send it"),
        "dangerous": "no",
    }
    return _confirm_page(request, campaign, context)


@require_http_methods(["GET", "POST"])
@requires("notifications.approve")
def campaign_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign, now = _find(request, uid), timezone.now()
    if request.method == "POST":
        try:
            campaigning.approve(campaign=campaign, by=request.user, now=now)
        except NotPossible as problem:
            notices.error(request, _WHY_NOT[problem.code]())
        else:
            notices.success(request, _("The sending has begun."))
        return redirect(campaign)
    if not campaign.is_waiting:
        return redirect(campaign)
    if campaign.made_by_id == request.user.pk:
        notices.error(request, _WHY_NOT["own"]())
        return redirect(campaign)
    found = campaigning.reach_of(campaign, request.user, now=now)
    context = {
        "question": _("Agree that “%(title)s” is sent?") % {"title": campaign.title},
        "consequences": [
            _("%(name)s wrote it.") % {"name": campaign.made_by.full_name},
            *schedule_in_words(found, now=now),
            _("It can be stopped at any moment; what has gone by then stays sent."),
        ],
        "action": _("Agree and send"),
        "leave": _("Do not agree yet"),
        "dangerous": "no",
    }
    return _confirm_page(request, campaign, context)


_WHY_NOT = {
    "own": lambda: _("You wrote it yourself. A colleague has to agree."),
    "sent_back": lambda: _("It was taken back meanwhile and is a draft again."),
    "started": lambda: _("The sending has begun. Stop it instead."),
    "asked": lambda: _("It has gone out already, so it stays in the list."),
}


@require_POST
@requires("notifications.campaigns")
def campaign_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The writer takes it back, or the second person does not agree."""
    campaign = _find(request, uid)
    try:
        campaigning.send_back(campaign=campaign, by=request.user)
    except NotPossible as problem:
        notices.error(request, _WHY_NOT[problem.code]())
    else:
        notices.success(request, _("It is a draft again."))
    return redirect(campaign)


@require_POST
@requires("notifications.campaigns")
def campaign_stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One press, without a question: every second counts, and it can go on again."""
    campaign = _find(request, uid)
    if campaigns.stop(campaign=campaign, by=request.user):
        notices.success(request, _("Stopped. What has gone by now stays sent; nobody else gets it."))
    return redirect(campaign)


@require_POST
@requires("notifications.campaigns")
def campaign_go_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign = _find(request, uid)
    if campaigns.go_on(campaign=campaign, by=request.user):
        notices.success(request, _("The sending goes on with those who have not got it yet."))
    return redirect(campaign)


@require_http_methods(["GET", "POST"])
@requires("notifications.campaigns")
def campaign_discard(request: HttpRequest, uid: UUID) -> HttpResponse:
    campaign = _find(request, uid)
    if request.method == "POST":
        try:
            campaigning.discard(campaign=campaign, by=request.user)
        except NotPossible as problem:
            notices.error(request, _WHY_NOT[problem.code]())
            return redirect(campaign)
        notices.success(request, _("The draft is thrown away."))
        return redirect("notifications:campaigns")
    context = {
        "question": _("Throw the draft “%(title)s” away?") % {"title": campaign.title},
        "consequences": [_("Nobody has got it. It cannot be brought back.")],
        "action": _("Throw the draft away"),
        "leave": _("Keep the draft"),
        "dangerous": "yes",
    }
    return _confirm_page(request, campaign, context)


def _confirm_page(request: HttpRequest, campaign: Campaign, context: dict[str, Any]) -> HttpResponse:
    return render_page(
        request, "notifications/campaign_confirm.html",
        context | {"back": campaign.get_absolute_url(), "crumbs": _crumbs(campaign.title)},
    )  # fmt: skip


# ---------------------------------------------------------------- prices


@require_http_methods(["GET", "POST"])
@requires("notifications.prices")
def channel_prices(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = PriceForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        channel, category = form.priced
        is_new = prices.set_price(
            channel=channel, category=category, valid_from=form.cleaned_data["valid_from"],
            rupiah=form.cleaned_data["rupiah"], by=request.user,
        )  # fmt: skip
        notices.success(request, _("The price is kept.") if is_new else _("This price stood there already."))
        return redirect("notifications:prices")
    known = prices.on(today)
    written = ChannelPrice.objects.visible_to(request.user).select_related("made_by")
    context = {
        "form": form,
        "now": [
            {"label": label_of(channel, category), "rupiah": known.of(channel, category)}
            for channel, category in prices.PRICED
        ],
        "history": [
            {"price": price, "label": label_of(price.channel, price.category)}
            for price in written.order_by("-made_at", "-pk")[:50]
        ],
        "crumbs": _crumbs(_("Prices of messages")),
    }
    return render_page(request, "notifications/prices.html", context)
