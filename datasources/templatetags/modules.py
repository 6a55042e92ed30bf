"""Scripts made of modules: a browser that is told of all of them at once asks for all of them at once,
and not for each after reading the one that imports it."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORT = re.compile(r"""^(?:import|export)\b[^;"']*?["'](\.[^"']+)["']""", re.MULTILINE)


@register.simple_tag
def module_script(path: str, *extra: str) -> SafeString:
    """The script of a page, and the modules that it is made of, to be loaded beside it.

    `extra` are modules that it imports by an address of its own, such as the map library.
    """
    # Modules are imported by their own names, without the hash that templates put in.
    plain = (settings.STATIC_URL + one for one in imported_by(path))
    modules = [*(static(one) for one in extra), *plain]
    links = format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((one,) for one in modules)
    )
    return format_html('{}\n<script type="module" src="{}"></script>', links, static(path))


@lru_cache(maxsize=64)
def imported_by(path: str) -> tuple[str, ...]:
    """The modules that a script imports from the start, and those that these import."""
    found: dict[str, None] = {}
    waiting = [path]
    while waiting:
        importer = waiting.pop()
        file = finders.find(importer)
        if not isinstance(file, str):
            continue
        for name in _IMPORT.findall(Path(file).read_text(encoding="utf-8")):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return tuple(found)
