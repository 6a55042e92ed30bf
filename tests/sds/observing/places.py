"""A server whose files lie somewhere else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.test import override_settings

from dashboard.storage.options import files_in


def files_lie_in(folder: Path) -> override_settings:
    """While this holds, the files of loads, logs and versions are in a folder."""
    return override_settings(
        SDS_DATA_DIR=folder, STORAGES={**settings.STORAGES, "sds": files_in(folder, None, "sds")}
    )
