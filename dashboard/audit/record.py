"""Writing down who did what. Everything that changes something calls `record`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.audit.models import Event
from dashboard.people.models import Team, User

# What an action is called on the page. A name that is not listed is shown as it is.
ACTIONS: dict[str, Promise] = {
    "data_source.load": _("Loaded a data source"),
    "data_source.stage": _("Staged a version"),
    "data_source.publish": _("Published a staged version"),
    "data_source.discard": _("Discarded a staged version"),
    "data_source.rollback": _("Rolled back a data source"),
    "data_source.delete": _("Deleted a data source"),
    "data_source.public": _("Made a data source public"),
    "data_source.private": _("Made a data source private"),
    "data_source.download": _("Downloaded a data source"),
    "query.save": _("Saved a query"),
    "query.change": _("Changed a saved query"),
    "query.rename": _("Renamed a saved query"),
    "query.share": _("Shared a saved query"),
    "query.unshare": _("Stopped sharing a saved query"),
    "query.delete": _("Deleted a saved query"),
    "query.export": _("Exported what a query finds"),
    "upload.create": _("Uploaded a file"),
    "upload.repair": _("Chose repairs for an upload"),
    "upload.discard": _("Discarded an upload"),
    "draft.start": _("Started a draft"),
    "draft.hand_over": _("Handed a draft over"),
    "draft.discard": _("Discarded a draft"),
    "draft.take_back": _("Took a discarded draft back"),
    "draft.merge": _("Merged a draft with a newer version"),
    "draft.columns": _("Changed the properties of a draft"),
    "draft.look_up": _("Looked up the missing locations of a draft"),
    "draft.send": _("Sent a draft"),
    "job.run_again": _("Ran a job again"),
    "job.ended": _("A job ended"),
    "key.create": _("Stored an account key"),
    "key.rename": _("Renamed an account key"),
    "key.share": _("Shared an account key"),
    "key.unshare": _("Stopped sharing an account key"),
    "key.check": _("Checked an account key"),
    "key.remove": _("Removed an account key"),
    "account.create": _("Added an account"),
    "account.change": _("Changed an account"),
    "account.remove": _("Removed an account"),
    "service.create": _("Added a service"),
    "service.change": _("Changed a service"),
    "service.remove": _("Removed a service"),
    "base_map.change": _("Changed the base map"),
    "team.create": _("Created a team"),
    "team.rename": _("Renamed a team"),
    "member.join": _("Joined a team"),
    "member.role": _("Changed a role"),
    "member.remove": _("Removed a person from a team"),
    "invitation.create": _("Invited a person"),
    "invitation.revoke": _("Withdrew an invitation"),
    "person.sign_in": _("Signed in"),
    "person.sign_in_failed": _("Failed to sign in"),
    "person.locked_out": _("Was locked out"),
    "person.sign_out": _("Signed out"),
    "person.password": _("Changed a password"),
    "person.password_reset": _("Set a new password by mail"),
    "person.change": _("Changed a profile"),
    "person.deactivate": _("Deactivated a person"),
    "person.activate": _("Activated a person"),
    "audit.export": _("Exported the audit record"),
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
    target: str | Promise = "",
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
        target=_masked_text(str(_masked(target)))[:200],
        detail=_masked(detail or {}),
        address=address_of(request),
    )


def words_for(action: str) -> str:
    """The action in words for people, or its own name when it has none."""
    return str(ACTIONS.get(action, action))


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
    if isinstance(value, Promise):  # kept in English, whoever acts, and translated for who reads
        with translation.override("en"):
            return str(value)
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
