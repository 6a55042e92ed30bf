"""Which key to use for what, and whether a key works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils import timezone

from dashboard.people.models import User
from datasources.api.client import Client
from datasources.api.errors import KeyRefused, ServiceError
from datasources.models import Account, DataSource, Job, Key
from datasources.phrases import Phrase

SHORT = (3.0, 8.0)  # seconds to connect and to answer, while a page waits


def client_for(key: Key, *, query_key: Key | None = None) -> Client:
    """A client of the key's service. The key's use is noted."""
    Key.objects.filter(pk=key.pk).update(used_at=timezone.now())
    return Client(
        key.account.service.base_url, key.secret, query_key=query_key.secret if query_key else None
    )


def usable_key(job: Job) -> Key | None:
    """The job's key, if it is still there and its submitter may still use it."""
    return _usable(job, job.key_id)


def lacks_query_key(job: Job) -> bool:
    """Whether the job was given a query key that may not be used any more."""
    return job.query_key_id is not None and _usable(job, job.query_key_id) is None


def _usable(job: Job, key_id: int | None) -> Key | None:
    if key_id is None or job.user is None:
        return None
    return (
        Key.objects.usable_by(job.user)
        .select_related("account__service")
        .filter(pk=key_id, account=job.account_id)
        .first()
    )


def keys_to_follow(account: Account, jobs: Iterable[Job]) -> list[Key]:
    """Keys that may ask for the account's job list: the shared ones, and those of its open jobs.

    A person's private key is used for nothing but the jobs they started with it.
    """
    found = {key.pk: key for key in _shared(account)}
    for job in jobs:
        if (key := usable_key(job)) is not None:
            found.setdefault(key.pk, key)
    return list(found.values())


def keys_for(user: User, source: DataSource) -> list[Key]:
    """Keys that a person may use on a data source's account: its master key first, then their own.

    Those that the service is known to refuse come last.
    """
    usable = source.account.keys.usable_by(user).select_related("account__service")

    def order(key: Key) -> tuple[bool, bool, bool, int]:
        is_master = key.pk == source.master_key_id
        return key.check_passed is False, not is_master, key.owner_id != user.pk, key.pk

    return sorted(usable, key=order)


def keys_to_refresh(account: Account) -> list[Key]:
    """Keys that may refresh the mirror: the shared ones alone."""
    return list(_shared(account))


def _shared(account: Account) -> Iterator[Key]:
    """Shared keys, those that are known to work first."""
    shared = list(account.keys.shared().select_related("account__service"))
    yield from sorted(shared, key=lambda key: (key.check_passed is False, key.pk))


def check_key(key: Key) -> None:
    """Tries the key on its service, briefly, and notes what came of it in words.

    `check_passed` is False only where the service refused the key itself, and None where it said
    nothing about it: it did not answer, or failed.
    """
    try:
        with Client(key.account.service.base_url, key.secret, timeout=SHORT) as client:
            found = client.check_key()
    except ServiceError as error:
        passed = False if isinstance(error, KeyRefused) else None
        words = error.message
    else:
        passed = True
        words = Phrase.counted(
            "Works: {count} data source found", "Works: {count} data sources found", count=found
        )
    key.checked_at = timezone.now()
    key.check_passed = passed
    key.check_words = words
    key.save(update_fields=["checked_at", "check_passed", "check_words"])


def remove_key(key: Key) -> None:
    """Takes a key out of use and wipes its secret; its name stays in the records of its jobs."""
    key.secret = ""
    key.removed_at = timezone.now()
    key.is_shared = False
    key.save(update_fields=["secret", "removed_at", "is_shared"])
