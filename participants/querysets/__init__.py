"""The named conditions over the rows of this app: one module for the models of the same name."""

from participants.querysets.base import people_in
from participants.querysets.business import BusinessQuerySet, FiguresQuerySet, ProductQuerySet
from participants.querysets.dossier import DocumentQuerySet, NoteQuerySet
from participants.querysets.imports import ImportBatchQuerySet, ImportRowQuerySet
from participants.querysets.lists import BulkDeedQuerySet, ExportJobQuerySet, SavedViewQuerySet
from participants.querysets.merging import DuplicateCandidateQuerySet, MergeQuerySet
from participants.querysets.names import HasWords, NameWords, names_searched, words_query
from participants.querysets.participant import (
    FosterLinkQuerySet,
    ParticipantManager,
    ParticipantQuerySet,
    StepReachedQuerySet,
)
from participants.querysets.registering import (
    IdentityPhotoQuerySet,
    RegistrationDraftQuerySet,
    SelfRegistrationQuerySet,
)
from participants.querysets.rights import DataRequestQuerySet
from participants.querysets.standing import TransferRequestQuerySet

__all__ = [
    "BulkDeedQuerySet",
    "BusinessQuerySet",
    "DataRequestQuerySet",
    "DocumentQuerySet",
    "DuplicateCandidateQuerySet",
    "ExportJobQuerySet",
    "FiguresQuerySet",
    "FosterLinkQuerySet",
    "HasWords",
    "IdentityPhotoQuerySet",
    "ImportBatchQuerySet",
    "ImportRowQuerySet",
    "MergeQuerySet",
    "NameWords",
    "NoteQuerySet",
    "ParticipantManager",
    "ParticipantQuerySet",
    "ProductQuerySet",
    "RegistrationDraftQuerySet",
    "SavedViewQuerySet",
    "SelfRegistrationQuerySet",
    "StepReachedQuerySet",
    "TransferRequestQuerySet",
    "names_searched",
    "people_in",
    "words_query",
]
