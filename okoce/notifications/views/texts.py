"""The texts of messages: which there are, what they say, and writing new versions of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.notifications import directory, editing, kinds, registering, timing, trying, wording
from okoce.notifications.enums import OFF, Channel, TemplateState
from okoce.notifications.forms import ReasonForm, TemplateStateForm, TextForm, TimesForm
from okoce.notifications.kinds import Kind
from okoce.notifications.models import MessageText, RegisteredTemplate, TemplateNews
from okoce.ui.responses import render_page

LANGUAGES = dict(settings.LANGUAGES)
SHOWN_VERSIONS = 50


def _kind(code: str) -> Kind:
    kind = kinds.find(code)
    if kind is None or kind.is_free_text:
        raise Http404
    return kind


def _place(code: str, channel: str, language: str) -> Kind:
    """The kind, when it has a text for this channel and language."""
    kind = _kind(code)
    if channel not in editing.places(kind) or language not in LANGUAGES:
        raise Http404
    return kind


def _crumbs(*further: tuple[Any, str]) -> list[dict[str, Any]]:
    return [
        {"label": _("Messages"), "url": reverse("notifications:messages")},
        {"label": _("Texts"), "url": reverse("notifications:texts")},
        *({"label": label, "url": url} for label, url in further),
    ]


@require_GET
@requires("notifications.texts")
def text_list(request: HttpRequest) -> HttpResponse:
    asked, only = request.GET.get("q", "").strip().lower(), request.GET.get("hanya", "")
    all_kinds = editing.editable()
    standings = editing.standings([kind.code for kind in all_kinds])
    rows = [_row(kind, standings[kind.code]) for kind in all_kinds]
    shown = [
        row
        for row in rows
        if (not asked or asked in row["label"].lower() or asked in row["kind"].code)
        and (only != "diubah" or row["changed"])
        and (only != "perhatian" or row["trouble"])
    ]
    context = {
        "rows": sorted(shown, key=lambda row: row["label"]),
        "q": request.GET.get("q", "").strip(),
        "only": only,
        "changed": sum(bool(row["changed"]) for row in rows),
        "trouble": sum(bool(row["trouble"]) for row in rows),
        "all": len(rows),
        "crumbs": _crumbs(),
    }
    return render_page(request, "notifications/texts.html", context)


def _row(kind: Kind, standings: list[editing.Standing]) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": str(kind.label),
        "channels": [editing.place_label(channel) for channel in editing.places(kind)],
        "changed": [_called(one) for one in standings if one.is_changed],
        "waiting": [_called(one) for one in standings if one.is_waiting],
        "off": [_called(one) for one in standings if one.template and one.template.state in OFF],
        "unfit": [_called(one) for one in standings if one.is_unfit],
        "missing": [_called(one) for one in standings if one.is_missing],
        "trouble": any(
            one.is_unfit or one.is_missing or one.is_waiting or (one.template and one.template.state in OFF)
            for one in standings
        ),
    }


def _called(one: editing.Standing) -> str:
    return f"{editing.place_label(one.channel)} ({one.language})"


@require_GET
@requires("notifications.texts")
def text_kind(request: HttpRequest, kind: str) -> HttpResponse:
    known = _kind(kind)
    standings = editing.standings([kind])[kind]
    newest = timing.newest_of(known) if known.times else None
    context = {
        "kind": known,
        "places": [
            {
                "label": editing.place_label(channel),
                "channel": channel,
                "standings": [
                    {"one": one, "language": LANGUAGES[one.language], **_tag(one)}
                    for one in standings
                    if one.channel == channel
                ],
            }
            for channel in editing.places(known)
        ],
        "times": [timing.words(one) for one in timing.of(known)],
        "times_changed": newest,
        "crumbs": _crumbs((known.label, "")),
    }
    return render_page(request, "notifications/text_kind.html", context)


def _tag(one: editing.Standing) -> dict[str, Any]:
    if one.template is not None and one.template.state in OFF:
        return {"tone": "bad", "tag": one.template.get_state_display(), "why": one.template.reason}
    if one.is_unfit:
        words = _("The text names a gap that this message does not have any more. The portal's own is used.")
        return {"tone": "bad", "tag": _("Does not fit any more"), "why": words}
    if one.is_missing:
        words = _("There is no text in this language: the Indonesian one is used.")
        return {"tone": "warn", "tag": _("Missing"), "why": words}
    if one.is_waiting and one.channel == Channel.WHATSAPP:
        words = _("A newer text waits for WhatsApp; until it is approved the one before is used.")
        return {"tone": "warn", "tag": _("Waits for approval"), "why": words}
    if one.used is not None:
        words = _("Version %(version)d of the province") % {"version": one.used.version}
        return {"tone": "ok", "tag": _("Changed"), "why": words}
    return {"tone": "", "tag": _("As the portal brings it"), "why": ""}


# ---------------------------------------------------------------- writing one text


@require_http_methods(["GET", "POST"])
@requires("notifications.texts")
def text_edit(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """The editor. A POST looks (``aksi`` lihat, cari) or saves (simpan); what was typed is kept each time."""
    known = _place(kind, channel, language)
    deed = _deed(request)
    form = _form(request, known, channel, language, saves=deed == "simpan")
    if deed == "simpan" and form.is_valid() and (answer := _save(request, form)) is not None:
        return answer
    if deed == "coba" and form.is_valid():
        _try(request, form)
    return render_page(request, "notifications/text_edit.html", _editor(request, form, deed))


def _try(request: HttpRequest, form: TextForm) -> None:
    """Send what is typed to the one who types it; the page stays as it is."""
    given = form.cleaned_data
    try:
        message = trying.send(
            kind=form.kind, channel=form.channel, language=form.language,
            subject=given.get("subject", ""), body=given["body"], by=request.user, now=timezone.now(),
        )  # fmt: skip
    except trying.NoWay:
        notices.error(request, _("You have no address or confirmed number of your own for this channel."))
    except trying.TooMany:
        notices.error(request, _("You have tried many texts this hour. Go on in an hour."))
    else:
        address = trying.way_to(request.user, form.channel)
        if message.state == "held":
            notices.warning(request, kinds.words_for(message.reason, message.kind))
        else:
            notices.success(request, _("The message is on its way to %(address)s.") % {"address": address})


def _deed(request: HttpRequest) -> str:
    """The button that was pressed. Enter presses the preview; with a name typed and nobody chosen it looks
    for the person.
    """
    said = request.POST
    wants_person = bool(said.get("cari", "").strip()) and not said.get("orang")
    deed = said.get("aksi", "")
    return "cari" if deed == "lihat" and wants_person else deed


def _form(request: HttpRequest, kind: Kind, channel: str, language: str, *, saves: bool) -> TextForm:
    if request.method == "POST":
        return TextForm(request.POST, kind=kind, channel=channel, language=language, saves=saves)
    newest = MessageText.objects.visible_to(request.user).of(kind.code, channel, language)
    last = newest.order_by("-version").first()
    subject, body = editing.words_of_version(kind, channel, language, last)
    initial = {"subject": subject, "body": body, "based_on": last.version if last else 0}
    return TextForm(initial=initial, kind=kind, channel=channel, language=language, saves=True)


def _save(request: HttpRequest, form: TextForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        text = editing.save(
            kind=form.kind.code, channel=form.channel, language=form.language,
            subject=given.get("subject", ""), body=given["body"], reason=given["reason"],
            based_on=given["based_on"], by=request.user,
        )  # fmt: skip
    except editing.SameWords:
        form.add_error("body", _("The text is word for word the one before. Change something, or leave it."))
        return None
    except editing.ChangedMeanwhile as problem:
        form.add_error(None, _somebody_was_faster(problem.newest))
        form.data = form.data.copy()
        form.data["based_on"] = problem.newest.version
        return None
    notices.success(request, _("Version %(version)d is saved.") % {"version": text.version})
    if form.channel == Channel.WHATSAPP:
        return redirect("notifications:text_template", form.kind.code, form.language, text.version)
    return redirect("notifications:text_kind", form.kind.code)


def _somebody_was_faster(newest: MessageText) -> str:
    return _(
        "%(name)s saved version %(version)d in the meantime: %(reason)s. Your text is still here; compare it"
        " below, then save again."
    ) % {"name": newest.created_by.full_name, "version": newest.version, "reason": newest.reason}


def _editor(request: HttpRequest, form: TextForm, deed: str) -> dict[str, Any]:
    kind, channel, language = form.kind, form.channel, form.language
    visible = MessageText.objects.visible_to(request.user).of(kind.code, channel, language)
    versions = list(visible.select_related("created_by").order_by("-version")[:SHOWN_VERSIONS])
    words = wording.in_force([kind.code])
    used = words.text(kind.code, channel, language)
    people, chosen = _people(request, deed)
    looked, is_real = _looked(request, form, chosen)
    return {
        "kind": kind, "channel": channel, "language": language, "language_name": LANGUAGES[language],
        "place_label": editing.place_label(channel),
        "form": form,
        "gaps": editing.gaps_of(kind, channel, language=language),
        "looked": looked, "person": chosen, "is_real": is_real,
        "people": people, "searched": request.POST.get("cari", ""), "was_searched": deed == "cari",
        "pieces": _pieces(form, used),
        "used": used,
        "unfit": words.unfit.get((kind.code, channel, language)),
        "versions": versions,
        "templates": _templates(request, kind, language) if channel == Channel.WHATSAPP else {},
        "can_be_tried": channel in trying.CHANNELS,
        "own_way": trying.way_to(request.user, channel),
        "crumbs": _crumbs(
            (kind.label, reverse("notifications:text_kind", args=[kind.code])),
            (f"{editing.place_label(channel)}, {LANGUAGES[language]}", ""),
        ),
    }  # fmt: skip


def _templates(request: HttpRequest, kind: Kind, language: str) -> dict[int, RegisteredTemplate]:
    rows = RegisteredTemplate.objects.visible_to(request.user).filter(kind=kind.code, language=language)
    return {row.version: row for row in rows}


def _typed(form: TextForm) -> tuple[str, str]:
    """(subject, text) as they stand in the form, whether faulty or not."""
    return str(form["subject"].value() or "") if "subject" in form.fields else "", str(
        form["body"].value() or ""
    ).replace("\r\n", "\n")


def _pieces(form: TextForm, used: MessageText | None) -> list[tuple[str, str]]:
    """The difference to the words in use, when there is one."""
    _subject, old = editing.words_of_version(form.kind, form.channel, form.language, used)
    _subject, new = _typed(form)
    return editing.difference(old, new.strip()) if old.strip() != new.strip() else []


def _people(request: HttpRequest, deed: str) -> tuple[list[directory.Found], directory.Found | None]:
    """People found for a preview, and the one chosen."""
    found = directory.find(request.user, request.POST.get("cari", "")) if deed == "cari" else []
    try:
        uid = UUID(request.POST.get("orang", ""))
    except ValueError:
        return found, None
    return found, directory.find_one(request.user, uid) if deed == "lihat" else None


def _looked(
    request: HttpRequest, form: TextForm, chosen: directory.Found | None
) -> tuple[editing.Looked, bool]:
    subject, body = _typed(form)
    example = None
    if chosen is not None:
        example = editing.for_person(
            form.kind, form.channel, participant_id=chosen.pk, language=form.language, by=request.user
        )
    looked = editing.look_at(
        form.kind, form.channel, language=form.language, subject=subject, body=body.strip(),
        values=example.values if example else None,
    )  # fmt: skip
    return looked, bool(example and example.is_real)


@require_POST
@requires("notifications.texts")
def text_look(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """The preview alone, while somebody types."""
    form = _form(request, _place(kind, channel, language), channel, language, saves=False)
    looked, _is_real = _looked(request, form, None)
    context = {"looked": looked, "channel": channel, "person": None, "is_real": False, "language": language}
    return render_page(request, "notifications/text_look.html", context)


@require_http_methods(["GET", "POST"])
@requires("notifications.texts")
def text_version(request: HttpRequest, kind: str, channel: str, language: str, version: int) -> HttpResponse:
    """An older version (0: the portal's own text) beside the one in use, and going back to it."""
    known = _place(kind, channel, language)
    visible = MessageText.objects.visible_to(request.user).of(kind, channel, language)
    text = get_object_or_404(visible.select_related("created_by"), version=version) if version else None
    based_on = editing.newest_version(kind, channel, language)
    form = ReasonForm(request.POST or None, initial={"based_on": based_on})
    place = (kind, channel, language)
    is_given = request.method == "POST" and form.is_valid()
    if is_given and (answer := _go_back(request, form, place, version)) is not None:
        return answer
    used = wording.in_force([kind]).text(kind, channel, language)
    subject, body = editing.words_of_version(known, channel, language, text)
    _subject, old = editing.words_of_version(known, channel, language, used)
    context = {
        "kind": known, "channel": channel, "language": language, "language_name": LANGUAGES[language],
        "place_label": editing.place_label(channel), "text": text, "version": version, "subject": subject,
        "body": body, "form": form, "pieces": editing.difference(old, body) if old != body else [],
        "is_used": (used.words_of if used else 0) == (text.words_of if text else 0),
        "can_go_back": based_on > 0,
        "crumbs": _crumbs(
            (known.label, reverse("notifications:text_kind", args=[kind])),
            (
                f"{editing.place_label(channel)}, {LANGUAGES[language]}",
                reverse("notifications:text_edit", args=[kind, channel, language]),
            ),
            (_("Version %(version)d") % {"version": version} if version else _("The portal's own text"), ""),
        ),
    }  # fmt: skip
    return render_page(request, "notifications/text_version.html", context)


def _go_back(
    request: HttpRequest, form: ReasonForm, place: tuple[str, str, str], version: int
) -> HttpResponse | None:
    kind, channel, language = place
    try:
        editing.go_back(
            kind=kind, channel=channel, language=language, version=version,
            reason=form.cleaned_data["reason"], based_on=form.cleaned_data["based_on"], by=request.user,
        )  # fmt: skip
    except editing.ChangedMeanwhile as problem:
        form.add_error(None, _somebody_was_faster(problem.newest))
    except (editing.SameWords, editing.NoSuchVersion):
        form.add_error(None, _("These words are in use already."))
    except ValueError:
        form.add_error(None, _("This text does not fit the message any more. Write a new one from it."))
    else:
        notices.success(request, _("The older words are used again."))
        return redirect("notifications:text_kind", kind)
    return None


# ---------------------------------------------------------------- registered texts and times


@require_http_methods(["GET", "POST"])
@requires("notifications.texts")
def text_template(request: HttpRequest, kind: str, language: str, version: int) -> HttpResponse:
    """What to paste into WhatsApp Manager, how the text stands there, and setting that by hand."""
    known = _place(kind, Channel.WHATSAPP, language)
    visible = MessageText.objects.visible_to(request.user).of(kind, Channel.WHATSAPP, language)
    text = get_object_or_404(visible, version=version, restores__isnull=True) if version else None
    form = TemplateStateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        registering.set_by_hand(
            kind=kind, language=language, version=version, by=request.user, **form.cleaned_data
        )
        notices.success(request, _("The state is noted."))
        return redirect("notifications:text_template", kind, language, version)
    _subject, body = editing.words_of_version(known, Channel.WHATSAPP, language, text)
    name = registering.name_of(kind, version)
    template = _templates(request, known, language).get(version)
    context = {
        "kind": known, "language": language, "language_name": LANGUAGES[language], "version": version,
        "name": name, "to_paste": registering.to_paste(body), "template": template,
        "state": template.get_state_display() if template else _("Nothing heard yet: it counts as approved"),
        "is_off": template is not None and template.state in OFF,
        "is_approved": template is not None and template.state == TemplateState.APPROVED,
        "samples": registering.samples_of(known, body, language=language),
        "news": TemplateNews.objects.visible_to(request.user)
        .filter(name=name, language=language)
        .select_related("told_by")[:SHOWN_VERSIONS],
        "form": form,
        "crumbs": _crumbs(
            (known.label, reverse("notifications:text_kind", args=[kind])),
            (
                f"{Channel.WHATSAPP.label}, {LANGUAGES[language]}",
                reverse("notifications:text_edit", args=[kind, Channel.WHATSAPP, language]),
            ),
            (name, ""),
        ),
    }  # fmt: skip
    return render_page(request, "notifications/text_template.html", context)


@require_http_methods(["GET", "POST"])
@requires("notifications.texts")
def text_times(request: HttpRequest, kind: str) -> HttpResponse:
    known = _kind(kind)
    if not known.times:
        raise Http404
    newest = timing.newest_of(known)
    initial = {
        "times": ", ".join(timing.typed(one) for one in timing.of(known)),
        "based_on": newest.version if newest else 0,
    }
    form = TimesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            timing.set_times(kind=kind, by=request.user, **given)
        except timing.TimesChangedMeanwhile:
            form.add_error(None, _("Somebody else has set the times in the meantime. Open the page anew."))
        else:
            notices.success(request, _("The times are saved."))
            return redirect("notifications:text_kind", kind)
    context = {
        "kind": known,
        "form": form,
        "own": [timing.words(one) for one in known.times],
        "crumbs": _crumbs(
            (known.label, reverse("notifications:text_kind", args=[kind])), (_("When it is sent"), "")
        ),
    }
    return render_page(request, "notifications/text_times.html", context)
