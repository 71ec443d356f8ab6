"""People who may be registered twice: the queue, two rows side by side, joining them and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import WrongRole, requires
from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.audit import services as audit
from okoce.ui import errors
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from participants import areas, comparing, duplicate_words
from participants.duplicates import Reason
from participants.forms.merging import FIRST, SECOND, DifferentForm, DuplicateFilter, JoinWithForm, MergeForm
from participants.forms.person import Reason as OpeningReason
from participants.models import DuplicateCandidate, Merge, PairState, Participant
from participants.searching import Kind
from participants.services import asking, changes, duplicates, merging
from participants.services.changes import TooManyUnmasked, version_of
from participants.services.merging import CHOICES, CannotMerge


def _crumbs(here: str) -> list[dict[str, str]]:
    return [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": _("Possible duplicates"), "url": reverse("participants:duplicates") if here else ""},
        *([{"label": here, "url": ""}] if here else []),
    ]


def _visible(request: HttpRequest, pairs: list[DuplicateCandidate]) -> set[int]:
    """Which of the people of these pairs the officer may see. One query."""
    ids = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    people = Participant.objects.visible_to(request.user)
    return set(people.filter(pk__in=ids).values_list("pk", flat=True))


def _side(person: Participant, visible: set[int]) -> dict[str, Any]:
    """What may be shown of one of the two: of somebody else's area only that they exist, and where."""
    area = areas.name_of(person.kecamatan_id) or areas.short_name(person.city_id)
    if person.pk not in visible:
        return {"is_visible": False, "area": area, "city": areas.short_name(person.city_id)}
    return {
        "is_visible": True,
        "name": person.full_name,
        "number": person.number,
        "url": person.get_absolute_url(),
        "area": area,
        "born": person.birth_date,
    }


@requires("participants.merge")
@require_GET
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs to compare, the most likely first."""
    scope = scope_of(request.user)
    form = DuplicateFilter(request.GET or None, area=scope.kecamatan or scope.city or areas.JAKARTA)
    mine = DuplicateCandidate.objects.visible_to(request.user).waiting().with_people()
    page = keyset_page(form.narrow(mine), request, order=("-score", "-pk"))
    visible = _visible(request, page.rows)
    shared = duplicates.shared_phones(person for pair in page.rows for person in (pair.first, pair.second))
    rows = []
    for pair in page.rows:
        words, tone = duplicate_words.certainty(pair.score)
        rows.append(
            {
                "pair": pair,
                "sides": [_side(person, visible) for person in (pair.first, pair.second)],
                "reasons": duplicate_words.reasons(pair.reasons),
                "certainty": words,
                "tone": tone,
                "is_phone_shared": Reason.PHONE in pair.reasons
                and bytes(pair.first.phone_lookup or b"") in shared,
            }
        )
    context = {"page": page, "rows": rows, "filter_form": form, "crumbs": _crumbs("")}
    return render_page(request, "participants/duplicates.html", context, fragment="rows")


def _pair(request: HttpRequest, uid: UUID) -> DuplicateCandidate:
    pairs = DuplicateCandidate.objects.visible_to(request.user).with_people()
    pair: DuplicateCandidate = get_object_or_404(pairs, uid=uid)
    return pair


@requires("participants.merge")
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Two rows field by field, with what the officer chooses of each; a POST joins them."""
    pair = _pair(request, uid)
    people = (pair.first, pair.second)
    for person in people:
        if person.merged_into_id is not None:
            messages.info(request, _("These two entries have been joined already."))
            holder = Participant.objects.visible_to(request.user).with_number(person.number).first()
            return redirect(holder or "participants:duplicates")
        if person.erased_at is not None:
            messages.info(request, duplicate_words.refusal(merging.Why.ERASED, person.number))
            return redirect("participants:duplicates")
    visible = _visible(request, [pair])
    if len(visible) < 2:
        return _from_afar(request, pair, visible)
    is_opened = False
    if request.method == "POST" and "buka" in request.POST:
        if not has_permission(request.user, "participants.unmask"):
            raise WrongRole("participants.unmask")
        try:
            for person in people:
                changes.unmask(participant=person, reason=OpeningReason.IDENTITY, by=request.user)
        except TooManyUnmasked:
            return errors.too_many(request, minutes=60)
        is_opened = True
    data = None if is_opened else request.POST or None
    form = MergeForm(data, first=pair.first, second=pair.second, initial=_proposal(*people))
    if form.is_bound and form.is_valid():
        try:
            done = merging.merge(
                survivor_id=form.survivor_id,
                merged_id=form.merged_id,
                chosen=form.chosen(),
                reason=form.cleaned_data["reason"],
                versions=form.versions,
                by=request.user,
                now=timezone.now(),
            )
        except CannotMerge as refused:
            number = refused.participant.number if refused.participant else ""
            form.add_error(None, duplicate_words.refusal(refused.why, number))
        else:
            return _joined(request, done)
    context = {
        "pair": pair,
        "form": form,
        "sides": [_side(person, visible) for person in people],
        "survivor": form["survivor"].value(),
        "lines": [
            {"line": line, "chosen": form[line.name].value() if line.name else ""}
            for line in comparing.lines(*people, is_opened=is_opened)
        ],
        "facts": comparing.facts(*people),
        "versions": [version_of(person) for person in people],
        "reasons": duplicate_words.reasons(pair.reasons),
        "certainty": duplicate_words.certainty(pair.score),
        "shared": [n for n in map(duplicates.people_on_phone, people) if n >= duplicates.SHARED_PHONE],
        "is_opened": is_opened,
        "may_open": has_permission(request.user, "participants.unmask"),
        "is_decided": pair.state == PairState.DIFFERENT,
        "crumbs": _crumbs(_("Compare two entries")),
    }
    return render_page(request, "participants/compare.html", context)


def _proposal(first: Participant, second: Participant) -> dict[str, str]:
    """The earlier registration stays; an empty field takes what the other row has."""
    keeps_first = (first.registered_on, first.pk) <= (second.registered_on, second.pk)
    own, other = (first, second) if keeps_first else (second, first)
    side, opposite = (FIRST, SECOND) if keeps_first else (SECOND, FIRST)
    proposal = {"survivor": side}
    for name in CHOICES:
        proposal[name] = opposite if not getattr(own, name) and getattr(other, name) else side
    return proposal


def _joined(request: HttpRequest, done: Merge) -> HttpResponse:
    now = timezone.now()
    duplicates.look_for([done.survivor_id], now=now)
    messages.success(
        request,
        _("%(merged)s is now part of %(survivor)s. You can take it back within 30 days.")
        % {"merged": done.merged.number, "survivor": done.survivor.number},
    )
    if "next" in request.POST:
        waiting = DuplicateCandidate.objects.visible_to(request.user).waiting()
        if (following := waiting.order_by("-score", "-pk").first()) is not None:
            return redirect("participants:duplicate", following.uid)
        return redirect("participants:duplicates")
    return redirect(done.survivor)


def _from_afar(request: HttpRequest, pair: DuplicateCandidate, visible: set[int]) -> HttpResponse:
    """One of the two belongs to another area: what the officer may know, and whom to ask."""
    context = {
        "pair": pair,
        "sides": [_side(person, visible) for person in (pair.first, pair.second)],
        "is_one_city": pair.first.city_id == pair.second.city_id,
        "reasons": duplicate_words.reasons(pair.reasons),
        "crumbs": _crumbs(_("Compare two entries")),
    }
    return render_page(request, "participants/compare_from_afar.html", context)


@requires("participants.merge")
@require_POST
def ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    pair = duplicates.ask_above(candidate_id=_pair(request, uid).pk, by=request.user, now=timezone.now())
    if pair.first.city_id == pair.second.city_id:
        text = _("The Sudin is asked to compare the two. You see the result in the list of participants.")
    else:
        text = _("The province is asked to compare the two. You see the result in the list of participants.")
    messages.success(request, text)
    return redirect("participants:duplicates")


@requires("participants.merge")
@require_http_methods(["GET", "POST"])
def different(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Not the same person: asks how the officer knows, and never shows the pair again."""
    pair = _pair(request, uid)
    visible = _visible(request, [pair])
    if len(visible) < 2:
        return redirect("participants:duplicate", uid)
    form = DifferentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        duplicates.say_different(
            candidate_id=pair.pk, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
        )
        messages.success(request, _("Noted: they are two people. This pair is not shown again."))
        return redirect("participants:duplicates")
    context = {
        "pair": pair,
        "form": form,
        "sides": [_side(person, visible) for person in (pair.first, pair.second)],
        "crumbs": _crumbs(_("Not the same person")),
    }
    return render_page(request, "participants/different.html", context)


@requires("participants.merge")
@require_http_methods(["GET", "POST"])
def join_with(request: HttpRequest, number: str) -> HttpResponse:
    """From a person's page: compare with somebody found by number or NIK."""
    visible = Participant.objects.visible_to(request.user)
    participant = get_object_or_404(visible, number=number)
    form = JoinWithForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        query = form.cleaned_data["other"]
        if query.kind is Kind.NIK:
            if asking.is_too_many(by=request.user, now=timezone.now()):
                return errors.too_many(request, minutes=60)
            other_id = duplicates.holder_of_nik(query.value)
            audit.record(request.user, "participants.nik.looked_up", count=1 if other_id else 0)
        else:
            other_id = visible.with_number(query.value).values_list("pk", flat=True).first()
        if other_id is None:
            form.add_error("other", _("Nobody is registered with this number. Compare it with the card"))
        elif other_id == participant.pk:
            form.add_error("other", duplicate_words.refusal(merging.Why.SAME_ROW))
        else:
            pair = duplicates.propose(one_id=participant.pk, other_id=other_id, now=timezone.now())
            return redirect("participants:duplicate", pair.uid)
    context = {
        "participant": participant,
        "form": form,
        "crumbs": [
            {"label": _("Participants"), "url": reverse("participants:list")},
            {"label": participant.full_name, "url": participant.get_absolute_url()},
            {"label": _("Join with another entry"), "url": ""},
        ],
    }
    return render_page(request, "participants/join_with.html", context)


@requires("participants.merge")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a merge back, after saying what returns and what stays."""
    done = get_object_or_404(
        Merge.objects.visible_to(request.user).select_related("survivor", "merged", "by"), uid=uid
    )
    why = merging.why_not_undone(done, survivor=done.survivor, merged=done.merged, now=timezone.now())
    if request.method == "POST" and why is None:
        try:
            merging.undo(merge_id=done.pk, by=request.user, now=timezone.now())
        except CannotMerge as refused:
            why = refused.why
        else:
            words = {"number": done.merged.number}
            messages.success(request, _("%(number)s is an entry of its own again.") % words)
            return redirect(done.survivor)
    context = {
        "done": done,
        "why_not": duplicate_words.refusal(why, done.survivor.number) if why else "",
        "consequences": _consequences(done),
        "crumbs": [
            {"label": _("Participants"), "url": reverse("participants:list")},
            {"label": done.survivor.full_name, "url": done.survivor.get_absolute_url()},
            {"label": _("Take the joining back"), "url": ""},
        ],
    }
    return render_page(request, "participants/merge_undo.html", context)


def _consequences(done: Merge) -> list[str]:
    count = merging.moved_count(done)
    return [
        ngettext(
            "%(count)d record returns to %(number)s: what it brought along when it was joined.",
            "%(count)d records return to %(number)s: what it brought along when it was joined.",
            count,
        )
        % {"count": count, "number": done.merged.number},
        _("Values taken from the other entry change back, except where they were corrected since."),
        _("What happened after the joining stays with %(number)s.") % {"number": done.survivor.number},
        _("A seat or a stall that somebody else has got meanwhile is not taken from them."),
    ]
