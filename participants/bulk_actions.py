"""What the list itself offers for many people; apps above add theirs (participants.bulk)."""

from django.utils.translation import gettext_lazy as _

from participants.bulk import BulkAction
from participants.bulk import register as add


def register() -> None:
    for action in (
        BulkAction(
            "pengampu",
            _("Assign an agency"),
            "participants.assign",
            "participants:bulk_agency",
            "building",
            20,
        ),
        BulkAction(
            "ekspor",
            _("Export"),
            "participants.export",
            "participants:export",
            "download",
            30,
            takes_all=True,
        ),
        BulkAction(
            "pendamping",
            _("Assign a mentor"),
            "participants.assign",
            "participants:bulk_mentor",
            "person-check",
            40,
        ),
        BulkAction("kartu", _("Print cards"), "participants.card", "participants:bulk_cards", "printer", 50),
        BulkAction(
            "pengampu-selesai",
            _("End the care of an agency"),
            "participants.assign",
            "participants:bulk_agency_ends",
            "slash-circle",
            60,
        ),
    ):
        add(action)
