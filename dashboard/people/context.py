"""What templates know of how the page is read: `reading.language`, `.style`, `.zone`, `.words_url`."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from dashboard.people.reading import style
from dashboard.translation.compiled import stamp_for


@dataclass(frozen=True, slots=True)
class Reading:
    """How the page at hand is read; for attributes of <html>, which the scripts read."""

    @property
    def language(self) -> str:
        return translation.get_language() or "en"

    @property
    def style(self) -> str:
        """A BCP 47 tag for Intl."""
        return style().code

    @property
    def zone(self) -> str:
        return timezone.get_current_timezone_name()

    @property
    def words_url(self) -> str:
        """Where the scripts' words are; "" for English, which stands in the scripts."""
        stamp = stamp_for(self.language)
        return reverse("words", args=[self.language, stamp]) if stamp else ""


def reading(request: HttpRequest) -> dict[str, Reading]:
    return {"reading": Reading()}
