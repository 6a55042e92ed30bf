"""The version that a draft is based on, read through the draft's columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from datasources import archive
from datasources.archive.sheet import Sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.state import columns_of_draft
from datasources.formats.geopackage import GeoPackageFault
from datasources.models import Draft
from datasources.schema import Schema
from datasources.schema.columns import schema_of


@contextmanager
def open_sheet(draft: Draft) -> Iterator[Sheet]:
    """The sheet of a draft. Raises DraftFault where the copy of its version is gone."""
    if draft.base_file is None:
        raise DraftFault(gone())
    try:
        with archive.open_geopackage(draft.base_file.path) as opened:
            yield Sheet(opened, columns_of_draft(draft))
    except (FileNotFoundError, GeoPackageFault):
        raise DraftFault(gone()) from None


def gone() -> str:
    return _(
        "The copy of the version that this draft is based on is no longer kept here. The rows you "
        "added or changed are: export them, and start a new draft."
    )


def schema_of_draft(draft: Draft) -> Schema:
    """The properties as the draft has them now."""
    return schema_of(draft.entity_type, columns_of_draft(draft))
