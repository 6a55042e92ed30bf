"""What a step did, in words that are read out and shown for a moment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.people.reading import number
from datasources.drafts import log
from datasources.drafts.step import Done


def done_words(done: Done, kind: str) -> str:
    """ "10,000 cells pasted; 37 rows have problems." """
    said = _said(done, kind)
    if done.skipped:
        skipped = ngettext(
            "%(n)s deleted row was left alone", "%(n)s deleted rows were left alone", done.skipped
        ) % {"n": number(done.skipped)}
        said = f"{said}; {skipped}" if said else skipped
    return said


def overtaken_words(count: int) -> str:
    """What became of suggestions that could not be accepted."""
    return ngettext(
        "%(n)s row was left alone, as it was changed or filled in since",
        "%(n)s rows were left alone, as they were changed or filled in since",
        count,
    ) % {"n": number(count)}


def _said(done: Done, kind: str) -> str:
    cells, rows = done.cells, len(done.touched)
    if not rows and kind:
        return _("Nothing changed")
    words = {
        log.PASTE: ngettext("%(n)s cell pasted", "%(n)s cells pasted", cells),
        log.CLEAR: ngettext("%(n)s cell cleared", "%(n)s cells cleared", cells),
        log.PLACE: ngettext("%(n)s cell filled in", "%(n)s cells filled in", cells),
        log.REPLACE: ngettext("%(n)s cell replaced", "%(n)s cells replaced", cells),
    }.get(kind)
    if words is not None:
        return words % {"n": number(cells)}
    words = {
        log.ADD: ngettext("%(n)s row added", "%(n)s rows added", rows),
        log.DUPLICATE: ngettext("%(n)s row duplicated", "%(n)s rows duplicated", rows),
        log.DELETE: ngettext("%(n)s row deleted", "%(n)s rows deleted", rows),
        log.RESTORE: ngettext("%(n)s row restored", "%(n)s rows restored", rows),
    }.get(kind, "")
    return words % {"n": number(rows)} if words else ""
