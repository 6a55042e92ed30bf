"""All strings of the project that are marked for translation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from dashboard.translation.found import Found
from dashboard.translation.in_python import in_python
from dashboard.translation.in_scripts import in_script
from dashboard.translation.in_templates import in_template

Finder = Callable[[Path, str], Iterator[Found]]
#: Catalogue -> where its strings stand: patterns from the project's root, and what reads them.
SOURCES: dict[str, tuple[tuple[str, Finder], ...]] = {
    "django": (
        ("dashboard/**/*.py", in_python),
        ("datasources/**/*.py", in_python),
        ("sds_server/**/*.py", in_python),
        ("templates/**/*.html", in_template),
        ("templates/**/*.txt", in_template),
    ),
    "djangojs": (("static/js/**/*.js", in_script),),
}


#: Looks up what others have marked.
PASSED_OVER = "datasources/phrases/told.py"


def collected(root: Path, catalogue: str) -> list[Found]:
    """Every marked string of a catalogue, in the order of the files; one stands there more than
    once if the source has it so."""
    found: list[Found] = []
    for pattern, finder in SOURCES[catalogue]:
        for path in sorted(root.glob(pattern)):
            shown = path.relative_to(root).as_posix()
            if "migrations" not in path.parts and shown != PASSED_OVER:
                found += finder(path, shown)
    return found
