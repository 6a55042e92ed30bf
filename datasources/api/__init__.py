"""The service module: the client of the Spatial Data Services API."""

from __future__ import annotations

from datasources.api.client import Client
from datasources.api.errors import (
    AnswerLost,
    BadAnswer,
    BadRequest,
    KeyRefused,
    LimitReached,
    NotFound,
    ServiceDown,
    ServiceError,
)
from datasources.api.types import (
    JobStatus,
    Link,
    QueryAnswer,
    RemoteJob,
    RemoteSchema,
    RemoteVersion,
    Told,
)

__all__ = [
    "AnswerLost",
    "BadAnswer",
    "BadRequest",
    "Client",
    "JobStatus",
    "KeyRefused",
    "LimitReached",
    "Link",
    "NotFound",
    "QueryAnswer",
    "RemoteJob",
    "RemoteSchema",
    "RemoteVersion",
    "ServiceDown",
    "ServiceError",
    "Told",
]
