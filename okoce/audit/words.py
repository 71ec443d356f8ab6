"""What the codes of the trail mean, in one sentence each. A test finds a recorded action without words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "accounts.password.changed": _("changed the own password"),
    "accounts.password.reset": _("set a new password by e-mail"),
    "accounts.sign_in.failed": _("sign-in failed"),
    "accounts.signed_in": _("signed in"),
    "bazaars.application.changed": _("changed an application for a stall"),
    "bazaars.application.sent": _("sent an application for a stall"),
    "bazaars.application.withdrawn": _("withdrew an application for a stall"),
    "bazaars.applications.opened": _("opened a site for applications"),
    "bazaars.bazaar.created": _("created a bazaar"),
    "bazaars.draw.run": _("ran a draw"),
    "bazaars.list.frozen": _("froze the list of a draw"),
    "bazaars.quotas.set": _("set the quotas of a site"),
    "bazaars.seed.committed": _("committed a part of a draw's seed"),
    "bazaars.seed.revealed": _("revealed a part of a draw's seed"),
    "bazaars.site.created": _("created a site of a bazaar"),
    "bazaars.stalls.added": _("added stalls"),
    "bazaars.stalls.removed": _("removed stalls"),
    "notifications.message.retried": _("put a message back into the queue"),
    "notifications.ready_text.opened": _("opened a ready text in WhatsApp"),
    "notifications.ready_text.ticked": _("ticked a ready text off"),
    "notifications.ready_text.unticked": _("took the tick of a ready text back"),
    "participants.card.issued": _("made a participant card"),
    "participants.card.withdrawn": _("withdrew a participant card"),
    "participants.import.discarded": _("discarded an imported list"),
    "participants.import.row_mended": _("mended a row of an imported list"),
    "participants.import.rows_handed_back": _("downloaded rejected rows of a list"),
    "participants.import.save_requested": _("asked for a list to be saved"),
    "participants.import.saved": _("saved an imported list"),
    "participants.import.uploaded": _("uploaded a list"),
    "participants.nik.checked": _("checked a NIK before registering"),
    "participants.nik.looked_up": _("searched by NIK"),
    "participants.nik.unmasked": _("opened the full NIK and phone number"),
    "participants.participant.changed": _("corrected a participant"),
    "participants.participant.registered": _("registered a participant"),
    "participants.phone.looked_up": _("searched by phone number"),
    "participants.signed_in": _("signed in with a code"),
    "trainings.attendance.recorded": _("recorded attendance"),
    "trainings.attendance.taken_back": _("took attendance back"),
    "trainings.seat.booked": _("gave a seat"),
    "trainings.seat.confirmed": _("confirmed a seat"),
    "trainings.seat.declined": _("declined a seat"),
    "trainings.seat.released": _("released a seat"),
    "trainings.seat.walked_in": _("let somebody in without a booking"),
    "trainings.session.cancelled": _("cancelled a session"),
    "trainings.session.changed": _("changed a session"),
    "trainings.session.created": _("created a session"),
    "trainings.session.held": _("closed the list of a session"),
    "trainings.session.invited": _("invited participants to a session"),
    "trainings.session.published": _("published a session"),
}

TARGETS: dict[str, Any] = {
    "accounts.user": _("Account"),
    "bazaars.application": _("Application"),
    "bazaars.bazaar": _("Bazaar"),
    "bazaars.draw": _("Draw"),
    "bazaars.seedpart": _("Part of a seed"),
    "bazaars.site": _("Site of a bazaar"),
    "bazaars.stall": _("Stall"),
    "notifications.message": _("Message"),
    "participants.importbatch": _("Imported list"),
    "participants.importrow": _("Row of a list"),
    "participants.participant": _("Participant"),
    "trainings.booking": _("Seat"),
    "trainings.trainingsession": _("Session"),
}

FIELDS: dict[str, Any] = {
    "activity": _("activity"),
    "address": _("address"),
    "against_warnings": _("in spite of warnings"),
    "bazaar": _("bazaar"),
    "birth_date": _("birth date"),
    "birth_place": _("birth place"),
    "capacity": _("capacity"),
    "category": _("category"),
    "city": _("city"),
    "closes_at": _("closes"),
    "commitment": _("commitment"),
    "email": _("e-mail"),
    "ends_at": _("end"),
    "ends_on": _("last day"),
    "existing": _("already registered"),
    "fields": _("fields"),
    "full_name": _("full name"),
    "is_outside_dki": _("outside Jakarta"),
    "is_running": _("business is running"),
    "kecamatan": _("kecamatan"),
    "kelurahan": _("kelurahan"),
    "message": _("message"),
    "moved": _("moved"),
    "name": _("name"),
    "nik_lookup": _("NIK"),
    "notice": _("notice"),
    "number": _("number"),
    "participant": _("participant"),
    "phone_lookup": _("phone number"),
    "present": _("present"),
    "queue_number": _("place in the queue"),
    "reached_on": _("reached on"),
    "reason": _("reason"),
    "registered_on": _("registered on"),
    "replaced": _("replaces an earlier one"),
    "row": _("row"),
    "rt": _("RT"),
    "rw": _("RW"),
    "seated": _("seated"),
    "sector": _("kind of goods"),
    "sex": _("sex"),
    "share_limit": _("vendors per stall"),
    "size": _("size"),
    "source": _("source"),
    "starts_at": _("start"),
    "starts_on": _("first day"),
    "state": _("state"),
    "status": _("state"),
    "step": _("step"),
    "trainer": _("trainer"),
    "user": _("account"),
    "venue": _("venue"),
    "waiting": _("waiting"),
}

# Values that name, find or describe nobody: only these are shown, before and after.
HARMLESS = frozenset(
    {
        "applications_close_at",
        "applications_open_at",
        "cancelled_at",
        "capacity",
        "category",
        "closes_at",
        "ends_at",
        "ends_on",
        "held_at",
        "is_outside_dki",
        "is_running",
        "needs_power",
        "opens_at",
        "published_at",
        "queue_number",
        "reached_on",
        "registered_on",
        "share",
        "share_limit",
        "source",
        "starts_at",
        "starts_on",
        "state",
        "status",
        "step",
        "withdrawn_at",
    }
)
# Repetitions of other columns: a change is told once.
SILENT = frozenset(
    {"name_key", "nik_ciphertext", "phone_ciphertext", "during", "days", "updated_at", "created_at"}
)


def action(code: str) -> Any:
    return ACTIONS.get(code, code)


def target(label: str) -> Any:
    return TARGETS.get(label, label)


def field(name: str) -> Any:
    return FIELDS.get(name, name.replace("_", " "))
