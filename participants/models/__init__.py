from participants.models.access import CardToken, SignInCode
from participants.models.business import Business, Sector
from participants.models.imports import ImportBatch, ImportRow
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
    "ImportBatch",
    "ImportRow",
    "MentorAssignment",
    "NumberSeries",
    "Participant",
    "Sector",
    "SignInCode",
    "StepReached",
]
