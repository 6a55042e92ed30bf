"""What the dashboard remembers: accounts, keys, data sources and versions as last seen, uploads, jobs, drafts."""

from datasources.models.accounts import Account, Duty, DutyName, Key, Plan, Service
from datasources.models.base_map import BaseMap, BaseMapKind
from datasources.models.comparisons import Comparison, ComparisonState
from datasources.models.drafts import (
    Draft,
    DraftBase,
    DraftEdit,
    DraftOrder,
    DraftRow,
    DraftState,
    RowKind,
)
from datasources.models.files import PartialUpload, StoredFile, Upload, UploadState
from datasources.models.lookups import (
    Lookup,
    LookupKind,
    LookupState,
    Suggestion,
    SuggestionState,
)
from datasources.models.notices import Notice
from datasources.models.queries import SavedQuery
from datasources.models.sources import DataSource, Version, VersionState
from datasources.models.work import Job, JobKind, JobState, JobStep

__all__ = [
    "Account",
    "BaseMap",
    "BaseMapKind",
    "Comparison",
    "ComparisonState",
    "DataSource",
    "Draft",
    "DraftBase",
    "DraftEdit",
    "DraftOrder",
    "DraftRow",
    "DraftState",
    "Duty",
    "DutyName",
    "Job",
    "JobKind",
    "JobState",
    "JobStep",
    "Key",
    "Lookup",
    "LookupKind",
    "LookupState",
    "Notice",
    "PartialUpload",
    "Plan",
    "RowKind",
    "SavedQuery",
    "Service",
    "StoredFile",
    "Suggestion",
    "SuggestionState",
    "Upload",
    "UploadState",
    "Version",
    "VersionState",
]
