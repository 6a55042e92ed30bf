"""What the running site reads: .mo files for Django, JSON for the scripts, made from the .po files.

They lie in DATA_DIR/locale and are made when a process starts and finds them older than the
catalogues, by content: none can be stale, and none is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polib
from django.conf import settings

from dashboard.translation.catalogues import catalogue_path, languages
from dashboard.translation.collect import SOURCES

_PLURALS = 200  # of whole numbers, the forms of 0 to 199 tell those of all others
STAMP = "stamp"


def compile_all(root: Path, target: Path) -> list[str]:
    """Compiles the catalogues of every language that have changed; gives their languages."""
    return [language for language in languages(root) if _compile(root, target, language)]


def _compile(root: Path, target: Path, language: str) -> bool:
    sources = {name: catalogue_path(root, language, name) for name in SOURCES}
    stamp = stamp_of(*(path.read_bytes() for path in sources.values()))
    folder = target / language / "LC_MESSAGES"
    kept = folder / STAMP
    if kept.is_file() and kept.read_text() == stamp:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in sources.items():
        file = polib.pofile(str(path))
        _replace(folder / f"{name}.mo", file.to_binary())
        if name == "djangojs":
            words = json.dumps(_for_scripts(file), ensure_ascii=False, separators=(",", ":"))
            _replace(folder / "words.json", words.encode())
    _replace(kept, stamp.encode())
    return True


@cache
def stamp_for(language: str) -> str:
    """Which compilation of a language this process reads; "" where there is none."""
    kept = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / STAMP
    return kept.read_text() if kept.is_file() else ""


def words_for(language: str) -> bytes:
    """The scripts' words of a language as JSON.

    Raises:
        FileNotFoundError: there are none.
    """
    if language not in languages(settings.BASE_DIR):
        raise FileNotFoundError(language)
    path: Path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "words.json"
    return path.read_bytes()


def stamp_of(*contents: bytes) -> str:
    """A short name for contents, other as soon as they are."""
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def _for_scripts(file: polib.POFile) -> dict[str, Any]:
    """The words by their English, and which plural form each number takes, from 0 to 199."""
    plural_of = _plural_of(file)
    words: dict[str, Any] = {}
    for entry in file.translated_entries():
        forms = entry.msgstr_plural
        words[entry.msgid] = [forms[form] for form in sorted(forms)] if forms else entry.msgstr
    return {"forms": "".join(str(plural_of(n)) for n in range(_PLURALS)), "words": words}


def _plural_of(file: polib.POFile) -> Callable[[int], int]:
    from gettext import c2py  # what the standard library itself uses

    rule = file.metadata.get("Plural-Forms", "nplurals=2; plural=n != 1;")
    made: Callable[[int], int] = c2py(rule.partition("plural=")[2].strip().rstrip(";"))
    return made


def _replace(path: Path, content: bytes) -> None:
    """Writes aside and renames: another process may read it, or be at the same."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    aside.write_bytes(content)
    os.replace(aside, path)
