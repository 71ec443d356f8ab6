"""The copy of the own data (UU 27/2022 art. 7): everything the portal knows of one person, for that person.

Each app registers its section in its AppConfig.ready; sections are lists of plain rows, in words.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.db import sealed_files
from okoce.notifications import pauses
from okoce.notifications.kinds import label_of
from okoce.notifications.models import Message, OptOut, PushSubscription
from participants import areas, consent_texts, trails
from participants.enums import Step
from participants.models import Document, Participant, Product
from participants.services import businesses, dossier

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Section:
    """``rows`` answers what is known of one person: names of columns in words, plain values."""

    position: int
    code: str
    label: Any
    rows: Callable[[Participant], Rows]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    _sections[section.code] = section


def sections_of(participant: Participant) -> list[dict[str, Any]]:
    """[{code, label, rows}] in order; empty sections are told as empty."""
    ordered = sorted(_sections.values(), key=lambda section: section.position)
    return [
        {"code": s.code, "label": str(s.label), "rows": [dict(row) for row in s.rows(participant)]}
        for s in ordered
    ]


def files_of(participant: Participant) -> Iterable[tuple[str, bytes]]:
    """Papers and product photos, opened one after the other; what is not there any more is left out."""
    for document in _kept_papers(participant):
        with suppress(FileNotFoundError):
            yield (
                _paper_name(document),
                sealed_files.load(document.file, column=dossier.COLUMN, row=document.uid),
            )
    products = Product.objects.filter(business__participant=participant).exclude(photo="").order_by("pk")
    for number, product in enumerate(products, 1):
        with suppress(FileNotFoundError):
            yield f"foto-produk/{number:02d}.jpg", businesses.photo_of(product)


def _kept_papers(participant: Participant) -> list[Document]:
    return list(participant.documents.filter(removed_at=None).order_by("pk"))


def _paper_name(document: Document) -> str:
    ending = dossier.EXTENSIONS[document.content_type]
    return f"berkas/{document.uploaded_at:%Y%m%d}-{document.pk}-{document.kind}.{ending}"


def archive(participant: Participant, *, now: datetime) -> bytes:
    """A zip: data.json for machines, data.html to read, and the papers and photos that are kept.

    Nobody is named outside, and no file is called after a person.
    """
    sections = sections_of(participant)
    told = {"made_at": now, "sections": sections}
    page = render_to_string("participants/rights/copy.html", {"sections": sections, "now": now})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        file.writestr("data.html", page)
        for name, content in files_of(participant):
            file.writestr(name, content)
    return buffer.getvalue()


# ---------------------------------------------------------------- our own sections
def declare() -> None:
    """Called when the app starts."""
    for position, (code, label, rows) in enumerate(
        (
            ("person", gettext_lazy("Personal data"), _person),
            ("businesses", gettext_lazy("Businesses"), _businesses),
            ("steps", gettext_lazy("Steps reached"), _steps),
            ("agencies", gettext_lazy("Agencies and mentors"), _agencies),
            ("consents", gettext_lazy("Consents"), _consents),
            ("requests", gettext_lazy("Requests about own data"), _requests),
            ("notes", gettext_lazy("Notes of the offices"), _notes),
            ("documents", gettext_lazy("Papers kept"), _documents),
        )
    ):
        register(Section(position, code, label, rows))
    register(Section(89, "wishes", gettext_lazy("Wishes about messages, and phones"), _wishes))
    register(Section(89, "pauses", gettext_lazy("Pauses of messages"), _pauses))
    register(Section(90, "messages", gettext_lazy("Messages sent"), _messages))
    register(Section(91, "trail", gettext_lazy("Who has used the data"), _trail))


def _wishes(p: Participant) -> Rows:
    for row in OptOut.objects.filter(participant_id=p.pk):
        label = row.get_topic_display() or row.get_channel_display()
        yield {_("Ended"): str(label), _("Since"): row.at}
    for phone in PushSubscription.objects.filter(participant_id=p.pk):
        yield {_("Phone"): phone.label, _("Since"): phone.created_at, _("Until"): phone.ended_at}


def _pauses(p: Participant) -> Rows:
    """The office's reason is left out: it may hold what others told it (art. 33)."""
    for pause in pauses.all_told_of(p.pk):
        yield {
            _("Since"): pause.since,
            _("Last day"): pause.until or _("until the office ends it"),
            _("Ended on"): pause.ended_at,
        }


def _person(p: Participant) -> Rows:
    yield {
        _("Participant number"): p.number,
        _("Full name"): p.full_name,
        _("NIK"): p.nik,
        _("Birth date"): p.birth_date,
        _("Birth place"): p.birth_place,
        _("Sex"): str(p.get_sex_display()),
        _("Phone number"): p.phone,
        _("E-mail"): p.email,
        _("Address"): p.address,
        _("RT"): p.rt,
        _("RW"): p.rw,
        _("Kelurahan"): areas.name_of(p.kelurahan_id),
        _("Kecamatan"): areas.name_of(p.kecamatan_id),
        _("Category"): str(p.get_category_display()),
        _("State"): str(p.get_status_display()),
        _("Registered on"): p.registered_on,
        _("Use restricted since"): p.restricted_at,
    }


def _businesses(p: Participant) -> Rows:
    for business in p.businesses.select_related("sector").prefetch_related("products", "outlets", "figures"):
        yield {
            _("Business"): business.name,
            _("Kind of goods"): business.sector.name if business.sector else "",
            _("Description"): business.description,
            _("Products"): ", ".join(product.name for product in business.products.all()),
            _("Sold at"): ", ".join(
                " ".join(filter(None, (o.name, o.address, o.url))) for o in business.outlets.all()
            ),
            _("Sales of a year (rupiah)"): [f.annual_sales for f in business.figures.all()],
            _("Capital (rupiah)"): [f.capital for f in business.figures.all()],
        }


def _steps(p: Participant) -> Rows:
    for step in p.steps.all():
        yield {_("Step"): f"P{step.step} {Step(step.step).label}", _("Reached on"): step.reached_on}


def _agencies(p: Participant) -> Rows:
    for link in p.foster_links.select_related("organisation"):
        yield {
            _("Fostered by"): link.organisation.name,
            _("From"): link.valid_from,
            _("Until"): link.valid_until,
        }
    for assignment in p.mentor_assignments.select_related("mentor"):
        yield {
            _("Mentor"): assignment.mentor.full_name,
            _("From"): assignment.valid_from,
            _("Until"): assignment.valid_until,
        }


def _consents(p: Participant) -> Rows:
    for answer in p.consents.all():
        text = consent_texts.find(answer.purpose, answer.text_version)
        yield {
            _("For"): str(answer.get_purpose_display()),
            _("Answer"): _("Yes") if answer.is_given else _("No"),
            _("When"): answer.at,
            _("Way"): str(answer.get_channel_display()),
            _("Text"): text.in_language(answer.language) if text else answer.text_version,
        }


def _requests(p: Participant) -> Rows:
    for request in p.data_requests.all():
        yield {
            _("Request"): str(request.get_kind_display()),
            _("Received"): request.received_at,
            _("State"): str(request.get_state_display()),
            _("Answer"): request.answer,
            _("What you wrote"): request.asked.get("note", ""),
        }


def _notes(p: Participant) -> Rows:
    """Sensitive notes are left out: they may hold what others told the office (art. 33)."""
    for note in p.notes.filter(is_sensitive=False, taken_back_at=None):
        yield {_("When"): note.written_at, _("Text"): note.text}


def _documents(p: Participant) -> Rows:
    for document in _kept_papers(p):
        yield {
            _("Paper"): str(document),
            _("File in this copy"): _paper_name(document),
            _("When"): document.uploaded_at,
            _("Where"): _("Kept sealed; the kecamatan office hands you a copy"),
        }


def _messages(p: Participant) -> Rows:
    for message in Message.objects.filter(participant_id=p.pk, state="sent").order_by("-created_at")[:500]:
        yield {
            _("When"): message.finished_at,
            _("Message"): str(label_of(message.kind)),
            _("Way"): str(message.get_channel_display()),
        }


def _trail(p: Participant) -> Rows:
    for line in trails.trail_of(p):
        yield {_("When"): timezone.localtime(line.at), _("What was done"): line.what, _("By"): line.unit}
