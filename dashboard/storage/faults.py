"""boto3's errors as those of files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

_GONE = {"404", "NoSuchKey", "NotFound"}


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raises FileNotFoundError for what is not there, ConnectionError for all other trouble."""
    what = name or "a list of files"
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _GONE:
            raise FileNotFoundError(name) from error
        raise ConnectionError(f"The bucket refused {what}: {code}.") from error
    except BotoCoreError as error:
        words = f"The bucket does not answer for {what}: {type(error).__name__}."
        raise ConnectionError(words) from error
