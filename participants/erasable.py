"""What becomes of each model of this app and of those below when a person is erased (participants.erasing).

The apps above declare theirs themselves.
"""

from __future__ import annotations

from participants.erasing import Sql, blank, by_deed, delete, keep, nobody
from participants.services import forgetting

# The birthday goes, the age on the day of registration stays: figures by age are counted on that day
# (docs/decisions/0050). history_of the row gets the same day.
_SAME_BIRTH_DATE = Sql("SELECT birth_date FROM public.participants_participant WHERE id = arg_person")
NAMELESS = {
    "full_name": "",
    "name_key": "",
    "nik_ciphertext": None,
    "nik_lookup": None,
    "phone_ciphertext": None,
    "phone_lookup": None,
    "kk_ciphertext": None,
    "kk_lookup": None,
    "email": "",
    "birth_place": "",
    "address": "",
    "rt": "",
    "rw": "",
}


def declare() -> None:
    """Called when the app starts."""
    _below()
    _people()
    _registrations()
    _lists()


def _below() -> None:
    nobody(
        "auth.Permission",
        "auth.Group",
        "contenttypes.ContentType",
        "regions.Region",
        "organisations.Organisation",
        "organisations.OrganisationName",
        "participants.Sector",
        "participants.NumberSeries",
        why="catalogues and counters",
    )
    nobody("pghistory.Context", why="account id and address of the page; pages are addressed by number")
    nobody("accounts.TryCount", why="keyed digests that expire within the hour")
    by_deed(
        "sessions.Session",
        deed=forgetting.forget_sessions,
        why="the person's own end; drafts and notices about the person in others are taken out",
    )
    by_deed("accounts.User", deed=forgetting.close_account, why="closed and nameless; rows point to it")
    delete("accounts.Membership", person="user__participant", why="nobody signs in any more")
    delete("accounts.SignIn", person="user__participant", why="where and when the person was signed in")
    delete("account.EmailAddress", person="user__participant", why="an address")
    delete("account.EmailConfirmation", person="email_address__user__participant", why="a key for an address")
    keep(
        "audit.AuditEvent",
        person="actor__participant",
        stays=("unit", "action", "target_type", "target_id", "details", "request_id"),
        why="who did what and when: details hold no personal data, the target is an id",
    )
    by_deed(
        "notifications.Message",
        deed=forgetting.blank_messages,
        why="what was sent is counted; its content goes, what still waits is cancelled",
    )
    delete("notifications.OptOut", person="participant_id", why="nobody is written to any more")
    delete("notifications.PushSubscription", person="participant_id", why="the person's own phone")
    delete("notifications.OwnPhone", person="user__participant", why="an own number for tests")
    delete("notifications.MessagePause", person="participant_id", why="why nobody wrote to the person")
    nobody("notifications.DecentHours", why="the hours at which messages go out")
    nobody("notifications.MessageChain", why="by which ways messages go, and why the province set it so")
    nobody(
        "notifications.WebhookCall",
        why="sealed as it came, worked through and emptied within a minute",
    )
    by_deed(
        "notifications.Inbound",
        deed=forgetting.blank_answers,
        why="that somebody answered, and what, is counted; the words and the number go",
    )
    by_deed(
        "notifications.Reply", deed=forgetting.blank_replies, why="what was answered to the person, in words"
    )
    by_deed("notifications.DeadNumber", deed=forgetting.forget_dead_number, why="the digest of a number")
    nobody("notifications.Campaign", why="an office's words to many: its gaps are filled when it is sent")
    nobody("notifications.ChannelPrice", why="what a message costs")
    nobody("notifications.DeliveryReceipt", why="the channel's own ids of messages, and codes")
    nobody(
        "notifications.MessageText",
        "notifications.RegisteredTemplate",
        "notifications.TemplateNews",
        "notifications.SendingTimes",
        why="words and times for everybody; no text may hold anything of a person",
    )
    keep(
        "notifications.DeliveryEvent",
        person="message__user__participant",
        stays=("event", "reason"),
        why="codes of what happened to a message",
    )


def _people() -> None:
    blank(
        "participants.Participant",
        person="pk",
        columns=NAMELESS,
        history={**NAMELESS, "birth_date": _SAME_BIRTH_DATE},
        stays=("number",),
        why="kecamatan, kelurahan, sex, age at registration, category and state are counted; "
        "the number is a serial that names nobody without the row",
    )
    blank(
        "participants.Business",
        person="participant",
        columns={"name": "", "description": "", "closed_why": ""},
        stays=("kbli",),
        why="kind of goods and whether it runs are counted",
    )
    delete(
        "participants.Product",
        person="business__participant",
        history={"name": "", "description": "", "unit": ""},
        deed=forgetting.delete_product_photos,
        why="the person's own words and photos",
    )
    delete(
        "participants.Outlet",
        person="business__participant",
        history={"name": "", "address": "", "url": ""},
        why="addresses, often the home",
    )
    keep("participants.PackagingSeen", person="business__participant", why="states are counted")
    keep(
        "participants.BusinessFigures",
        person="business__participant",
        stays=("measured_by",),
        why="sums of sales and size classes must stay; an amount names nobody without the person",
    )
    nobody("participants.SizeRules", "participants.SizeBound", why="bounds by law")
    by_deed(
        "participants.DuplicateCandidate",
        deed=forgetting.forget_pairs,
        why="whom the person was taken for, with an officer's words",
    )
    by_deed(
        "participants.Merge",
        deed=forgetting.blank_merges,
        why="that two rows were joined is kept; the values they had go, so it cannot be taken back",
    )
    by_deed(
        "participants.NameWord",
        deed=forgetting.forget_words,
        why="a word of a name that nobody else is called by names the person",
    )
    delete("participants.CardToken", person="participant", why="the card opens nothing any more")
    by_deed("participants.SignInCode", deed=forgetting.forget_codes, why="digests of the phone number")
    keep("participants.Enrolment", person="participant", why="counted by year")
    keep("participants.FosterLink", person="participant", why="counted by agency")
    keep("participants.MentorAssignment", person="participant", why="the caseload of a mentor is counted")
    blank(
        "participants.StepReached",
        person="participant",
        columns={"reason": ""},
        stays=("evidence",),
        why="counted by step; the evidence is a code with an id",
    )
    blank(
        "participants.StepTakenBack",
        person="participant",
        columns={"reason": ""},
        stays=("evidence",),
        why="that a step was taken back explains earlier figures",
    )
    blank(
        "participants.StatusChange",
        person="participant",
        columns={"reason": ""},
        why="dated states are counted; the reason is an officer's own words",
    )
    blank(
        "participants.Transfer",
        person="participant",
        columns={"reason": ""},
        why="areas and days decide closed periods",
    )
    blank(
        "participants.TransferRequest",
        person="participant",
        columns={"reason": "", "answer": ""},
        stays=("held_at",),
        deed=forgetting.close_transfer_requests,
        why="that an office asked is kept; nobody can hand over an erased person",
    )
    delete("participants.Note", person="participant", why="what staff wrote about the person")
    delete(
        "participants.Document",
        person="participant",
        deed=forgetting.delete_documents,
        why="papers and their files",
    )
    keep(
        "participants.Consent",
        person="participant",
        stays=("text_version", "language"),
        why="proof that messages were allowed when they were sent (art. 24)",
    )
    blank(
        "participants.DataRequest",
        person="participant",
        columns={"asked_ciphertext": None, "answer": ""},
        why="proof that the request was answered in time",
    )


def _registrations() -> None:
    by_deed(
        "participants.RegistrationDraft",
        deed=forgetting.forget_drafts,
        why="unfinished forms about the person, whoever typed them",
    )
    by_deed(
        "participants.SelfRegistration",
        deed=forgetting.forget_self_registrations,
        why="the accepted one is counted and blank, others of the same NIK go",
    )
    blank(
        "participants.SelfRegistrationEvent",
        person="registration__participant",
        columns={"text_ciphertext": None},
        stays=("kind",),
        why="what was asked and answered goes, that it happened is counted",
    )
    delete(
        "participants.IdentityPhoto",
        person="participant",
        deed=forgetting.delete_photos,
        why="the photo of the card and its file",
    )
    delete("participants.CardSeen", person="participant", why="an officer's words about the card")
    delete("participants.Guardian", person="participant", why="name and phone of somebody who agreed")


def _lists() -> None:
    nobody(
        "participants.ListSetting",
        "participants.SavedView",
        "participants.BulkDeed",
        why="columns, filters and ids: the words of a search are not kept",
    )
    by_deed(
        "participants.ExportJob",
        deed=forgetting.drop_exports,
        why="every file that may still hold the person is deleted and can be asked for again",
    )
    nobody(
        "participants.ImportApproval",
        "participants.ImportMending",
        "participants.RememberedColumns",
        why="deeds of officers on a list: areas, sex and counts, never anything personal",
    )
    by_deed(
        "participants.ImportRowBefore",
        deed=forgetting.forget_rows_before,
        why="what a row of the person was before a mending",
    )
    keep(
        "participants.ImportBatch",
        person="rows__participant",
        stays=(
            "file",
            "file_name",
            "sha256",
            "phase",
            "totals",
            "refusal",
            "refusal_params",
            "notes",
            "mapping",
            "comparison",
        ),
        why="a list of an office: counts and codes; a file that still waits goes with the row",
    )
    by_deed(
        "participants.ImportRow",
        deed=forgetting.blank_import_rows,
        why="the row's cells go, in every list that held the person; what came of the row is counted",
    )
