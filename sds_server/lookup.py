"""Who asks of which data source: all that a query has to know of the database, in one statement.

Queries are most of what a server is asked. The object-relational mapper would take longer to write
its three statements than the database to answer them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db import connection
from django.utils import timezone

from datasources.schema import EdmType, Schema
from sds_server.accounts import digest
from sds_server.models import Version
from sds_server.wire.entities import types_of

_ASKED = """
SELECT k.id, k.account_id, a.name, k.expires_at IS NOT NULL AND k.expires_at <= %s,
       s.id, s.account_id, s.access_id, s.name, s.master_key_id, s.query_key_id, s.is_public,
       published.job_id, staged.job_id
FROM sds_key k JOIN sds_account a ON a.id = k.account_id
LEFT JOIN sds_data_source s ON s.access_id = %s AND s.folded_name = %s
LEFT JOIN sds_version published ON published.id = s.published_id
LEFT JOIN sds_version staged ON staged.id = s.staged_id
WHERE k.digest = %s
"""


@dataclass(frozen=True, slots=True)
class AskingKey:
    """The key of a request."""

    pk: int
    account_id: int
    account_name: str
    expired: bool


@dataclass(frozen=True, slots=True)
class AskedSource:
    """The data source of a request: who may query it, and the job IDs of its versions."""

    account_id: int
    access_id: str
    name: str
    master_key_id: int
    query_key_id: int | None
    is_public: bool
    published: str | None
    staged: str | None


@dataclass(frozen=True)
class AskedVersion:
    """A version, as far as it never changes."""

    job_id: str
    schema: Schema

    @property
    def entity_type(self) -> str:
        return self.schema.entity_type

    @cached_property
    def types(self) -> dict[str, EdmType]:
        """See `types_of`."""
        return types_of(self.schema)


def asked(key: str, access_id: str, name: str) -> tuple[AskingKey | None, AskedSource | None]:
    """The key, None if it is unknown, and the data source, None if there is none."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [now, access_id.lower(), name.casefold(), digest(key)])
        row = cursor.fetchone()
    if row is None:
        return None, None
    asking = AskingKey(row[0], row[1], row[2], bool(row[3]))
    if row[4] is None:
        return asking, None
    account_id, found_id, found_name, master, query, is_public, published, staged = row[5:]
    return asking, AskedSource(
        account_id, found_id, found_name, master, query, bool(is_public), published, staged
    )


@lru_cache(maxsize=256)
def version_of(job_id: str) -> AskedVersion:
    """A version by the job that made it; raises Version.DoesNotExist."""
    version = Version.objects.only("job_id", "entity_type", "properties").get(job_id=job_id)
    return AskedVersion(job_id, version.schema)
