"""Phrases in the database."""

from __future__ import annotations

from typing import Any

from django.db import models

from datasources.phrases.stored import Decoder, Encoder, from_text, to_text


class PhraseField(models.TextField):  # type: ignore[type-arg]
    """Text for people: a phrase comes back as one, and can be told in the reader's language."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return to_text(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return from_text(value) if value else value


class PhraseJSONField(models.JSONField):
    """JSON in which texts may be phrases."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"encoder": Encoder, "decoder": Decoder})
