from participants.models.access import CardToken, SignInCode
from participants.models.business import Business, Sector
from participants.models.imports import (
    ImportApproval,
    ImportBatch,
    ImportMending,
    ImportRow,
    ImportRowBefore,
    RememberedColumns,
)
from participants.models.lists import BulkDeed, ExportJob, ListSetting, SavedView
from participants.models.participant import (
    Consent,
    Enrolment,
    FosterLink,
    MentorAssignment,
    NumberSeries,
    Participant,
    StepReached,
)
from participants.models.registering import (
    CardSeen,
    Guardian,
    IdentityPhoto,
    RegistrationDraft,
    SelfRegistration,
    SelfRegistrationEvent,
)

__all__ = [
    "BulkDeed",
    "Business",
    "CardSeen",
    "CardToken",
    "Consent",
    "Enrolment",
    "ExportJob",
    "FosterLink",
    "Guardian",
    "IdentityPhoto",
    "ImportApproval",
    "ImportBatch",
    "ImportMending",
    "ImportRow",
    "ImportRowBefore",
    "ListSetting",
    "MentorAssignment",
    "NumberSeries",
    "Participant",
    "RegistrationDraft",
    "RememberedColumns",
    "SavedView",
    "Sector",
    "SelfRegistration",
    "SelfRegistrationEvent",
    "SignInCode",
    "StepReached",
]
