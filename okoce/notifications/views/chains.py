"""By which ways each kind of message goes, and how long each is waited for. The province sets them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.notifications import chain_setting, chain_words, chains, kinds, rechoosing
from okoce.notifications.chains_form import ChainForm, initial_of
from okoce.notifications.enums import Topic
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessageChain
from okoce.ui.responses import render_page

MAY_SET = "notifications.chains"


def _crumbs(*further: tuple[Any, str]) -> list[dict[str, Any]]:
    return [
        {"label": _("Messages"), "url": reverse("notifications:messages")},
        {"label": _("Ways and times"), "url": reverse("notifications:chains")},
        *({"label": label, "url": url} for label, url in further),
    ]


@require_safe
@requires("notifications.view")
def chain_list(request: HttpRequest) -> HttpResponse:
    known = chains.in_force()
    context = {
        "channels": [chain_words.channel_in_words(code) for code in kinds.USUAL_CHAIN],
        "topics": [
            {
                "label": topic.label,
                "kinds": [_row(kind, known) for kind in kinds.registered() if kind.topic == topic],
            }
            for topic in Topic
        ],
        "crumbs": [*_crumbs()[:1], {"label": _("Ways and times")}],
    }
    return render_page(request, "notifications/chains.html", context)


def _row(kind: Kind, known: chains.Chains) -> dict[str, Any]:
    return {
        "kind": kind,
        "steps": chain_words.steps_in_words(known.of(kind)),
        "is_changed": kind.code in known.changed,
    }


def _kind(code: str) -> Kind:
    kind = kinds.find(code)
    if kind is None:
        raise Http404
    return kind


@require_safe
@requires("notifications.view")
def chain(request: HttpRequest, kind: str) -> HttpResponse:
    """The ways of one kind with what was set before."""
    usual = _kind(kind)
    versions = list(
        MessageChain.objects.visible_to(request.user)
        .filter(kind=kind)
        .select_related("set_by")
        .order_by("-version")[: chain_setting.SHOWN]
    )
    goes = chains.along(usual, versions[0] if versions else None)
    is_settable = chain_setting.is_settable(usual)
    context = {
        "kind": usual,
        "steps": chain_words.steps_in_words(goes),
        "is_changed": goes is not usual,
        "usual": chain_words.steps_in_words(usual),
        "may_set": is_settable and has_permission(request.user, MAY_SET),
        "why_not": "" if is_settable else chain_words.not_settable_because(usual),
        "versions": [
            {"one": one, "words": chain_words.version_in_words(one.channels, one.minutes)} for one in versions
        ],
        "crumbs": _crumbs((usual.label, "")),
    }
    return render_page(request, "notifications/chain.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAY_SET)
def chain_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """A POST says what it would mean (``aksi`` lihat), goes back to the form (ubah), or saves (simpan)."""
    usual = _kind(kind)
    if not chain_setting.is_settable(usual):
        raise Http404
    newest = chain_setting.newest_of(kind)
    deed = request.POST.get("aksi", "")
    form = _form(request, usual, newest)
    if deed == "simpan" and form.is_valid() and (answer := _save(request, form)) is not None:
        return answer
    if deed == "lihat" and form.is_valid():
        return _ask(request, form)
    context = {
        "kind": usual,
        "form": form,
        "rows": list(form.rows()),
        "limits": chain_words.limits_in_words(usual),
        "is_usual": "biasa" in request.GET,
        "is_changed": newest is not None and bool(newest.channels),
        "crumbs": _crumbs(
            (usual.label, reverse("notifications:chain", args=[kind])), (_("Change the ways"), "")
        ),
    }
    return render_page(request, "notifications/chain_edit.html", context)


def _form(request: HttpRequest, usual: Kind, newest: MessageChain | None) -> ChainForm:
    goes = chains.along(usual, newest)
    if request.method == "POST":
        return ChainForm(request.POST, kind=goes)
    shown = usual if "biasa" in request.GET else goes
    initial = initial_of(goes, chain_setting.steps_of(shown))
    return ChainForm(initial=initial | {"based_on": newest.version if newest else 0}, kind=goes)


def _ask(request: HttpRequest, form: ChainForm) -> HttpResponse:
    """What the chosen ways mean, before they are kept."""
    code = form.kind.code
    wanted = chain_setting.as_set(kinds.get(code), form.steps)
    context = {
        "kind": wanted,
        "form": form,
        "steps": chain_words.steps_in_words(wanted),
        "consequences": chain_words.consequences(wanted, form.steps, rechoosing.concerned(wanted)),
        "typed": [(bound.html_name, bound.value()) for bound in form],
        "crumbs": _crumbs(
            (wanted.label, reverse("notifications:chain", args=[code])), (_("What it means"), "")
        ),
    }
    return render_page(request, "notifications/chain_confirm.html", context)


def _save(request: HttpRequest, form: ChainForm) -> HttpResponse | None:
    code = form.kind.code
    try:
        rechosen = chain_setting.set_chain(
            kind=code, steps=form.steps, reason=form.cleaned_data["reason"],
            based_on=form.cleaned_data["based_on"], by=request.user, now=timezone.now(),
        )  # fmt: skip
    except chain_setting.ChainChangedMeanwhile as problem:
        words = _("%(name)s has set the ways in the meantime: %(ways)s. Look at them, then save again.")
        newest = problem.newest
        ways = chain_words.version_in_words(newest.channels, newest.minutes)
        form.add_error(None, words % {"name": newest.set_by.full_name, "ways": ways})
        form.data = form.data.copy()
        form.data["based_on"] = newest.version
        return None
    if rechosen is None:
        notices.info(request, _("These are the ways that hold already."))
    else:
        notices.success(request, chain_words.saved(rechosen))
    return redirect("notifications:chain", code)
