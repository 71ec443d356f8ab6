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
    "Business",
    "CardToken",
    "Consent",
    "Enrolment",
    "FosterLink",
    "ImportApproval",
    "ImportBatch",
    "ImportMending",
    "ImportRow",
    "ImportRowBefore",
    "MentorAssignment",
    "NumberSeries",
    "Participant",
    "RememberedColumns",
    "Sector",
    "SignInCode",
    "StepReached",
]
