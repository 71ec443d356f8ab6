"""Who may do what: one table, each permission with one plain sentence.

Roles are code, because every one of them has pages written for it; who holds a role is data (Membership).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PROVINCE = "province", _("Province")
    SUDIN = "sudin", _("Sudin staff")
    KECAMATAN = "kecamatan", _("Kecamatan office")
    MENTOR = "mentor", _("Mentor")
    TRAINER = "trainer", _("Trainer")
    PENGAMPU = "pengampu", _("Pengampu agency")
    PARTICIPANT = "participant", _("Participant")
    AUDITOR = "auditor", _("Auditor")


@dataclass(frozen=True)
class Permission:
    sentence: Any
    roles: frozenset[Role]


def _may(sentence: Any, *roles: Role) -> Permission:
    return Permission(sentence, frozenset(roles))


R = Role
OFFICES = (R.SUDIN, R.KECAMATAN)
STAFF = (R.PROVINCE, R.SUDIN, R.KECAMATAN, R.MENTOR, R.TRAINER, R.PENGAMPU, R.AUDITOR)

PERMISSIONS: dict[str, Permission] = {
    "accounts.password": _may(_("change the own password"), *STAFF),
    "dashboard.view": _may(_("open the dashboard of the own unit"), *STAFF),
    "participants.view": _may(
        _("see participants of the own area"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.MENTOR,
        R.PENGAMPU,
        R.AUDITOR,
    ),
    "participants.register": _may(_("register participants at the counter"), *OFFICES),
    "participants.verify": _may(
        _("check what residents have sent in themselves, with their photo"), *OFFICES
    ),
    "participants.change": _may(_("correct a participant's data"), *OFFICES),
    "participants.merge": _may(_("join two entries of one person, and take it back"), R.PROVINCE, *OFFICES),
    "participants.unmask": _may(_("open a full NIK or phone number, which is recorded"), *OFFICES),
    "participants.card": _may(_("print and withdraw participant cards"), *OFFICES),
    "participants.status": _may(_("record that somebody moved away, withdrew or died"), *OFFICES),
    "participants.transfer": _may(_("move participants between areas and ask for them"), *OFFICES),
    "participants.agencies": _may(_("move participants between fostering agencies"), R.SUDIN),
    "participants.steps": _may(_("record a milestone by hand, with its reason"), *OFFICES),
    "participants.notes": _may(
        _("read and write notes about participants"), R.SUDIN, R.KECAMATAN, R.MENTOR, R.PENGAMPU
    ),
    "participants.notes_sensitive": _may(_("read and write sensitive notes"), *OFFICES),
    "participants.documents": _may(_("keep and open papers of participants, which is recorded"), *OFFICES),
    "participants.business": _may(_("keep the business profile of participants"), *OFFICES, R.MENTOR),
    "participants.money": _may(_("see and record capital and sales of businesses"), *OFFICES, R.MENTOR),
    "participants.rights": _may(
        _("answer what people ask about their own data: copy, correction, erasure"), *OFFICES
    ),
    "participants.rights_view": _may(
        _("see which requests about own data wait, and how long"), R.PROVINCE, *OFFICES, R.AUDITOR
    ),
    "participants.breach": _may(
        _("see how many people a breach of data concerns, from the trail"), R.PROVINCE, R.AUDITOR
    ),
    "participants.breach_list": _may(
        _("take the list of people whom a breach concerns, with how to reach them, which is recorded"),
        R.PROVINCE,
    ),
    "participants.assign": _may(_("assign agencies and mentors to many participants"), *OFFICES),
    "participants.export": _may(
        _("export the participants of the own area, which is recorded"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.PENGAMPU,
    ),
    "participants.export_personal": _may(_("export full NIK and phone numbers"), *OFFICES),
    "participants.import": _may(_("import lists of participants"), R.SUDIN),
    "participants.approve_import": _may(
        _("agree, as the second person, to a colleague's long list or another agency's"), R.SUDIN
    ),
    "trainings.view": _may(
        _("see sessions and their lists"), R.PROVINCE, R.SUDIN, R.KECAMATAN, R.TRAINER, R.AUDITOR
    ),
    "trainings.resources": _may(
        _("see rooms and trainers, and what is booked with them"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.AUDITOR,
    ),
    "trainings.curriculum": _may(_("keep the curriculum: activities and who may take them"), R.PROVINCE),
    "trainings.manage": _may(_("create, publish and fill sessions"), *OFFICES),
    "trainings.radar": _may(
        _("see who is near to failing the year, who waits, and how many will finish"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.AUDITOR,
    ),
    "trainings.plan": _may(_("plan the phases of a city: kecamatan, quotas, venues and trainers"), R.SUDIN),
    "trainings.calendar": _may(_("keep holidays and the office hours of Ramadan"), R.PROVINCE, R.SUDIN),
    "trainings.attendance": _may(_("take attendance"), R.SUDIN, R.KECAMATAN, R.TRAINER),
    "trainings.certificates": _may(_("issue, print and withdraw certificates"), *OFFICES),
    "bazaars.view": _may(
        _("see bazaars, applications and draws of the own area"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.PENGAMPU,
        R.AUDITOR,
    ),
    "bazaars.manage": _may(_("open bazaars, set quotas and run the draw"), R.SUDIN),
    "bazaars.check_papers": _may(
        _("see and note which papers of a vendor are in order"), R.SUDIN, R.KECAMATAN, R.MENTOR, R.PENGAMPU
    ),
    "bazaars.curate": _may(_("score applications without knowing whose they are"), R.SUDIN, R.PENGAMPU),
    "bazaars.nominate": _may(_("apply for stalls for the vendors whom the own agency fosters"), R.PENGAMPU),
    "bazaars.commit_seed": _may(_("give a secret part of the draw's seed"), R.SUDIN, R.PENGAMPU),
    "bazaars.sales": _may(
        _("see what was sold at the bazaars of the own area"),
        R.PROVINCE,
        R.SUDIN,
        R.KECAMATAN,
        R.PENGAMPU,
        R.AUDITOR,
    ),
    "bazaars.fairness": _may(
        _("see how evenly stalls are spread over the year, and take the report"),
        R.PROVINCE,
        R.SUDIN,
        R.AUDITOR,
    ),
    "bazaars.enter_sales": _may(
        _("write down what a vendor has sold, and see whose report is missing"), *OFFICES, R.MENTOR
    ),
    "bazaars.days": _may(
        _("note at a bazaar who is there, what happened, food checks and visitors"), *OFFICES
    ),
    "notifications.view": _may(_("see what was sent to whom, and why not"), R.PROVINCE, *OFFICES),
    "notifications.send_ready": _may(_("send ready texts by hand and tick them off"), *OFFICES),
    "notifications.pause": _may(_("pause messages to one person"), R.PROVINCE, *OFFICES),
    "notifications.hours": _may(_("set the hours at which messages go out"), R.PROVINCE),
    "notifications.own_phone": _may(
        _("keep the own number, to which tests of messages go"), R.PROVINCE, *OFFICES
    ),
    "notifications.chains": _may(
        _("set by which ways messages go, and how long each is waited for"), R.PROVINCE
    ),
    "notifications.answer": _may(_("read and answer what people write to the portal"), R.PROVINCE, *OFFICES),
    "notifications.retry": _may(_("put a message back into the queue"), R.PROVINCE, *OFFICES),
    "notifications.texts": _may(_("change the texts of messages, and when reminders go"), R.PROVINCE),
    "notifications.health": _may(_("see whether messages go out in time"), R.PROVINCE),
    "notifications.campaigns": _may(
        _("write a message to many people of the own area, and stop it"), R.PROVINCE, *OFFICES
    ),
    "notifications.approve": _may(
        _("agree, as the second person, to a message to many"), R.PROVINCE, R.SUDIN
    ),
    "notifications.prices": _may(_("write down what messages cost"), R.PROVINCE),
    "audit.view": _may(_("read the audit trail"), R.AUDITOR),
}


def roles_with(permission: str) -> frozenset[Role]:
    """Roles that hold ``permission``; KeyError for one that is not in the table."""
    return PERMISSIONS[permission].roles


def has_permission(user: Any, permission: str) -> bool:
    """Whether the user's active membership carries ``permission``."""
    membership = getattr(user, "active_membership", None)
    return membership is not None and Role(membership.role) in roles_with(permission)


def acts_as_participant(user: Any) -> bool:
    """Whether the user is here as a participant, who sees and changes what is the own."""
    membership = getattr(user, "active_membership", None)
    return membership is not None and membership.role == Role.PARTICIPANT
