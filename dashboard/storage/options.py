"""The setting of a storage: a folder, or a part of a bucket."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the bucket is and how to get in; without keys boto3 looks for some by itself."""

    url: str  # s3://bucket/prefix
    endpoint: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    cache_folder: Path
    cache_bytes: int


def files_in(folder: Path, bucket: Bucket | None, part: str) -> dict[str, Any]:
    """An entry of STORAGES: files in a folder, or under `part` of the bucket if there is one."""
    if bucket is None:
        return {"BACKEND": "dashboard.storage.local.LocalFiles", "OPTIONS": {"location": folder}}
    split = urlsplit(bucket.url)
    if split.scheme != "s3" or not split.netloc or split.query:
        raise ImproperlyConfigured("STORAGE_URL is to be like s3://bucket or s3://bucket/prefix.")
    options = {
        "bucket_name": split.netloc,
        "location": "/".join(filter(None, (split.path.strip("/"), part))),
        "endpoint_url": bucket.endpoint or None,
        "region_name": bucket.region,
        "path_style": bool(bucket.endpoint),
        "cache_folder": bucket.cache_folder,
        "cache_bytes": bucket.cache_bytes,
    }
    if bucket.access_key:
        options |= {"access_key": bucket.access_key, "secret_key": bucket.secret_key}
    return {"BACKEND": "dashboard.storage.bucket.BucketFiles", "OPTIONS": options}
