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

__all__ = [
    "BulkDeed",
    "Business",
    "CardToken",
    "Consent",
    "Enrolment",
    "ExportJob",
    "FosterLink",
    "ImportApproval",
    "ImportBatch",
    "ImportMending",
    "ImportRow",
    "ImportRowBefore",
    "ListSetting",
    "MentorAssignment",
    "NumberSeries",
    "Participant",
    "RememberedColumns",
    "SavedView",
    "Sector",
    "SignInCode",
    "StepReached",
]
