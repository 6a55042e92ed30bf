"""Writing down who did what. Everything that changes something calls `record`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from dashboard.audit.models import Event
from dashboard.people.models import Team, User

# What an action is called on the page. A name that is not listed is shown as it is.
ACTIONS: dict[str, str] = {
    "data_source.load": "Loaded a data source",
    "data_source.stage": "Staged a version",
    "data_source.publish": "Published a staged version",
    "data_source.discard": "Discarded a staged version",
    "data_source.rollback": "Rolled back a data source",
    "data_source.delete": "Deleted a data source",
    "data_source.public": "Made a data source public",
    "data_source.private": "Made a data source private",
    "data_source.download": "Downloaded a data source",
    "upload.create": "Uploaded a file",
    "upload.repair": "Chose repairs for an upload",
    "upload.discard": "Discarded an upload",
    "draft.start": "Started a draft",
    "draft.hand_over": "Handed a draft over",
    "draft.discard": "Discarded a draft",
    "draft.take_back": "Took a discarded draft back",
    "draft.merge": "Merged a draft with a newer version",
    "draft.send": "Sent a draft",
    "job.run_again": "Ran a job again",
    "job.ended": "A job ended",
    "key.create": "Stored an account key",
    "key.rename": "Renamed an account key",
    "key.share": "Shared an account key",
    "key.unshare": "Stopped sharing an account key",
    "key.check": "Checked an account key",
    "key.remove": "Removed an account key",
    "account.create": "Added an account",
    "account.change": "Changed an account",
    "account.remove": "Removed an account",
    "service.create": "Added a service",
    "service.change": "Changed a service",
    "service.remove": "Removed a service",
    "base_map.change": "Changed the base map",
    "team.create": "Created a team",
    "team.rename": "Renamed a team",
    "member.join": "Joined a team",
    "member.role": "Changed a role",
    "member.remove": "Removed a person from a team",
    "invitation.create": "Invited a person",
    "invitation.revoke": "Withdrew an invitation",
    "person.sign_in": "Signed in",
    "person.sign_in_failed": "Failed to sign in",
    "person.locked_out": "Was locked out",
    "person.sign_out": "Signed out",
    "person.password": "Changed a password",
    "person.password_reset": "Set a new password by mail",
    "person.change": "Changed a profile",
    "person.deactivate": "Deactivated a person",
    "person.activate": "Activated a person",
    "audit.export": "Exported the audit record",
}

SECRET_NAMES = re.compile(r"password|secret|token|credential", re.IGNORECASE)
KEY_IN_URL = re.compile(r"(?i)\b((?:query|master|account|api)?_?key=)[^&\s\"']+")
# Account keys are long, without spaces, and mix cases and digits; hashes and IDs are hexadecimal.
LONG_WORD = re.compile(r"[A-Za-z0-9_~-]{40,}")
KEY_LETTERS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"))


def record(
    action: str,
    *,
    actor: User | None,
    team: Team | None = None,
    data_source: str = "",
    target: str = "",
    detail: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> Event:
    """Appends one act to the audit record.

    Args:
        action: a dotted name, one of `ACTIONS` where it fits.
        actor: who did it; None for the system itself, or for a visitor.
        team: whose admins may read of it; None for what concerns no team.
        data_source: the name of the data source it was done to.
        target: what else it was done to, by a name people know: a person, a key's name, a file.
        detail: more of it, as JSON. Keys and passwords don't belong here, and what looks like one
            is masked.
        request: where the person's address is taken from.
    """
    return Event.objects.create(
        actor=actor,
        actor_name=actor.display_name[:160] if actor else "",
        team=team,
        team_name=team.name if team else "",
        action=action,
        data_source=data_source[:50],
        target=_masked_text(target)[:200],
        detail=_masked(detail or {}),
        address=address_of(request),
    )


def words_for(action: str) -> str:
    """The action in words for people, or its own name when it has none."""
    return ACTIONS.get(action, action)


def address_of(request: HttpRequest | None) -> str | None:
    """The person's IP address.

    X-Forwarded-For is believed only behind a proxy (setting BEHIND_PROXY), and only its last entry,
    which that proxy wrote itself.
    """
    if request is None:
        return None
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        address = forwarded.rpartition(",")[2].strip() or address
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def _masked(value: Any, name: str = "") -> Any:
    if SECRET_NAMES.search(name):
        return "(not kept)"
    if isinstance(value, dict):
        return {str(key): _masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return _masked_text(value) if isinstance(value, str) else value


def _masked_text(text: str) -> str:
    return LONG_WORD.sub(_without_key, KEY_IN_URL.sub(r"\1(not kept)", text))


def _without_key(word: re.Match[str]) -> str:
    looks_like_key = all(letters.search(word[0]) for letters in KEY_LETTERS)
    return "(not kept)" if looks_like_key else word[0]
