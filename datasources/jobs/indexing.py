"""Map indexes: every archived version gets what its map is drawn from, once."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from datasources import archive
from datasources.archive.tiles import write_map_index
from datasources.formats.geopackage import GeoPackageFault
from datasources.jobs.archiving import TRIES, can_archive, note_due
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.steps import in_seconds
from datasources.models import StoredFile, Version

log = logging.getLogger("cairn.jobs")


def unindexed() -> QuerySet[Version]:
    """Versions in the archive that have no map index."""
    return Version.objects.filter(archive__isnull=False, map_index=None)


def note_unindexed() -> None:
    """Makes due what has none yet, such as what an earlier release archived."""
    note_due(unindexed().filter(next_look_at=None, tries__lte=TRIES))


def is_map_coming(version: Version) -> bool:
    """Whether a version without a map index will have one without anybody's doing."""
    if version.archive_id is None:
        return can_archive(version)
    return version.map_index_id is None and version.tries <= TRIES


def index_version(version_id: int) -> None:
    """Makes a version's map index, unless somebody else is at it or it is done."""
    version = unindexed().select_related("archive", "data_source__account").filter(pk=version_id)
    found = version.first()
    if found is None:
        return
    with take(found) as lease:
        if lease is None or found.archive is None or found.map_index_id is not None:
            return
        try:
            _index(lease, found, found.archive)
        except LeaseLostError:
            log.warning("Version %s was taken over by another worker", found.pk)


def _index(lease: Lease, version: Version, stored: StoredFile) -> None:
    lease.update(tries=version.tries + 1, next_look_at=in_seconds(settings.LEASE_SECONDS))
    if version.tries > TRIES:  # whoever was at it was killed, more than once
        _give_up(lease, "it was interrupted several times")
        return
    made = _same_archive(stored)
    if made is None:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            to = Path(folder) / "version.map"
            try:
                with archive.local_file(stored.path) as there:
                    write_map_index(Path(there), to)
            except (GeoPackageFault, FileNotFoundError) as error:
                _give_up(lease, str(error))
                return
            with to.open("rb") as opened:
                made = keep_file(version.data_source.account, opened)
    lease.update(map_index=made, next_look_at=None, tries=1)


def _give_up(lease: Lease, why: str) -> None:
    log.warning("Version %s gets no map: %s", lease.row.pk, why)
    lease.update(tries=TRIES + 1, next_look_at=None)


def _same_archive(stored: StoredFile) -> StoredFile | None:
    """The map index of another version with the same entities."""
    others = Version.objects.filter(archive=stored, map_index__isnull=False)
    other = others.select_related("map_index").first()
    made = other.map_index if other else None
    return made if made is not None and archive.is_held(made.path, made.size) else None
