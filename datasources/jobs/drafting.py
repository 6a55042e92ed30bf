"""Starting drafts, handing them over and letting them go; getting their version ready.

state     | what is done                                              | next
----------|-----------------------------------------------------------|----------------------
PREPARING | the version is archived, or downloaded first              | OPEN, DISCARDED
OPEN      | its owner edits it                                        | SENDING, DISCARDED
SENDING   | see `datasources.jobs.draft_sending`                      | SENT, OPEN
DISCARDED | kept for some days, in which its owner may take it back   | OPEN, gone
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.audit.record import record
from dashboard.people.models import Role, User
from datasources import archive
from datasources.formats.geopackage import GeoPackageFault
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.queue import enqueue
from datasources.jobs.reach import Reach, begin, bring
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import SWEEP_AFTER
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_draft, untell
from datasources.models import Account, Draft, DraftBase, DraftState, Version
from datasources.phrases import Phrase
from datasources.schema.columns import columns_of

log = logging.getLogger("cairn.jobs")
LOOK_AGAIN = 1.0  # seconds, while a version is on its way
KEEP_DISCARDED = timedelta(days=14)
KEEP_SENT = timedelta(days=30)
_AGAIN = Phrase("start the draft again")


def start_draft(user: User, version: Version, name: str = "") -> Draft:
    """A new draft of a version; what is not kept here is fetched first, with a key of the person's.

    Raises PermissionDenied, or JobRefused where the version cannot be had.
    """
    source = version.data_source
    account = source.account
    _need_editor(user, account)
    reached, words = begin(user, version, _AGAIN)
    if reached is Reach.OUT:
        raise JobRefused(words)
    with transaction.atomic():
        draft = Draft.objects.create(
            account=account,
            data_source=source,
            owner=user,
            name=name.strip()[:100],
            base=version,
            entity_type=source.entity_type,
            words=words,
            next_look_at=in_seconds(SWEEP_AFTER),
        )
        if reached is Reach.HERE:
            open_on(draft, version)
        _note("draft.start", user, draft)
    if reached is not Reach.HERE:
        _enqueue(draft)
    return draft


def open_on(draft: Draft, version: Version) -> None:
    """Opens a draft on a version that is in the archive."""
    stored = version.archive
    if stored is None:
        raise ValueError("the version is not archived")
    with archive.open_geopackage(stored.path) as opened:
        schema = opened.schema
    draft.base, draft.base_file = version, stored
    draft.entity_type = schema.entity_type
    draft.columns = [column.as_json() for column in columns_of(schema)]
    draft.state, draft.words, draft.next_look_at = DraftState.OPEN, "", None
    draft.save()
    DraftBase.objects.get_or_create(draft=draft, file=stored, defaults={"version": version})


def prepare(draft_id: str) -> None:
    """Opens a draft once its version is here, unless somebody else is at it."""
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None:
        return
    with take(draft) as lease:
        if lease is None or draft.state != DraftState.PREPARING:
            return
        try:
            _prepare(lease, draft)
        except LeaseLostError:
            log.warning("Draft %s was taken over by another worker", draft.pk)


def _prepare(lease: Lease, draft: Draft) -> None:
    if draft.base is None:
        gone = Phrase("The version is no longer known here. Start the draft anew.")
        _give_up(lease, draft, gone)
        return
    reached, words = bring(draft.base, _AGAIN)
    if reached is Reach.OUT:
        _give_up(lease, draft, words)
    elif reached is not Reach.HERE:
        lease.update(next_look_at=in_seconds(LOOK_AGAIN))
    else:
        _open(lease, draft, draft.base)


def _open(lease: Lease, draft: Draft, version: Version) -> None:
    """Opens a draft whose version has come, unless it was discarded meanwhile."""
    draft.refresh_from_db()  # it may have been handed over too
    if draft.state != DraftState.PREPARING:
        return
    try:
        with transaction.atomic():
            open_on(draft, version)
            tell_of_draft(draft)
    except (FileNotFoundError, GeoPackageFault):
        words = Phrase("The copy of the version is no longer kept here. Start the draft anew.")
        _give_up(lease, draft, words)


def _give_up(lease: Lease, draft: Draft, words: str) -> None:
    draft.refresh_from_db(fields=["state", "owner"])
    if draft.state != DraftState.PREPARING:
        return
    with transaction.atomic():
        lease.update(
            state=DraftState.DISCARDED, words=words, closed_at=timezone.now(), next_look_at=None
        )
        tell_of_draft(draft, words)


def hand_over(user: User, draft: Draft, to: User) -> None:
    """Gives a draft to a teammate who may edit; its owner does it, or a team admin.

    Raises PermissionDenied or JobRefused.
    """
    _need_owner(user, draft)
    role = draft.account.role_of(to)
    if role is None or not role.covers(Role.EDITOR):
        raise JobRefused(
            _("%(name)s may not edit here: that needs the role %(role)s in %(team)s.")
            % {"name": to.display_name, "role": Role.EDITOR.label, "team": draft.account.team}
        )
    if draft.state not in (DraftState.OPEN, DraftState.PREPARING):
        raise JobRefused(_("Only an open draft can be handed over."))
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(owner=to, touched_at=timezone.now())
        untell(draft=draft)
        _note("draft.hand_over", user, draft, to=to.display_name)


def discard(user: User, draft: Draft) -> None:
    """Lets a draft go; for some days its owner may take it back. Raises JobRefused."""
    _need_owner(user, draft)
    if draft.state not in (DraftState.OPEN, DraftState.PREPARING):
        raise JobRefused(_("Only an open draft can be discarded."))
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(
            state=DraftState.DISCARDED, closed_at=timezone.now(), next_look_at=None
        )
        untell(draft=draft)
        _note("draft.discard", user, draft, **counts_of(draft))


def take_back(user: User, draft: Draft) -> None:
    """Opens a discarded draft again. Raises JobRefused."""
    _need_owner(user, draft)
    if draft.state != DraftState.DISCARDED or draft.base_file is None:
        raise JobRefused(_("This draft cannot be taken back: start a new one."))
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(
            state=DraftState.OPEN, closed_at=None, words="", touched_at=timezone.now()
        )
        _note("draft.take_back", user, draft)


def sweep_drafts(limit: int = 50) -> int:
    """Deletes drafts whose time after their end is over; gives how many went."""
    now = timezone.now()
    over = Draft.objects.filter(
        state=DraftState.DISCARDED, closed_at__lt=now - KEEP_DISCARDED
    ) | Draft.objects.filter(state=DraftState.SENT, closed_at__lt=now - KEEP_SENT)
    gone = 0
    for draft in over.order_by("closed_at")[:limit]:
        draft.delete()
        gone += 1
    return gone


def counts_of(draft: Draft) -> dict[str, int]:
    """What a draft holds, for the audit."""
    return {"added": draft.added, "changed": draft.changed, "deleted": draft.deleted}


def _need_editor(user: User, account: Account) -> None:
    role = account.role_of(user)
    if role is None or not role.covers(Role.EDITOR):
        raise PermissionDenied(
            Phrase(
                "This needs the role {role} in {team}.", role=Role.EDITOR.label, team=account.team
            )
        )


def _need_owner(user: User, draft: Draft) -> None:
    """The draft's owner, or a team admin, for drafts of people who have left."""
    _need_editor(user, draft.account)
    if draft.owner_id != user.pk and draft.account.role_of(user) is not Role.ADMIN:
        raise PermissionDenied(
            Phrase("This draft belongs to {owner}.", owner=draft.owner.display_name)
        )


def _note(action: str, user: User, draft: Draft, **detail: object) -> None:
    record(
        action,
        actor=user,
        team=draft.account.team,
        data_source=draft.data_source.name,
        target=draft.name,
        detail={"account": draft.account.name, **detail},
    )


def _enqueue(draft: Draft) -> None:
    from datasources.jobs.tasks import prepare_draft

    transaction.on_commit(lambda: enqueue(prepare_draft, str(draft.pk)))
