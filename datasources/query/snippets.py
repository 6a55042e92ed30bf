"""A query as code that people can run: curl, Python, JavaScript, C# and QGIS.

Every snippet takes the key from the environment variable `SDS_KEY` (QGIS asks for it), so that no
key can stand in one. Values are escaped so that nothing in them ends a literal, starts a comment or
a tag, or turns the direction of the text around.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

KEY = "SDS_KEY"  # the environment variable


@dataclass(frozen=True, slots=True)
class Request:
    """What a query asks: its address, and its parameters without the key."""

    url: str
    params: Mapping[str, str]

    @property
    def is_json(self) -> bool:
        return self.params.get("$format", "").lower() == "json"

    @property
    def is_single(self) -> bool:
        """Whether it asks for one entity by its ID."""
        return self.url.endswith("')")


@dataclass(frozen=True, slots=True)
class Snippet:
    """`language` names it for people, `name` for the page."""

    name: str
    language: str
    code: str


def snippets(url: str, params: Mapping[str, str]) -> list[Snippet]:
    """The query in every language, the most common first."""
    request = Request(url, params)
    return [Snippet(name, language, write(request)) for name, language, write in _WRITERS]


def curl(request: Request) -> str:
    """For a shell as of Linux and macOS. The answer is written out, an error too, and the exit code
    tells."""
    lines = ["curl --get --globoff --silent --show-error --fail-with-body \\"]
    lines += [
        f"  --data-urlencode {_shell_text(f'{name}={value}')} \\"
        for name, value in request.params.items()
    ]
    lines += [f'  --data-urlencode "key=${KEY}" \\', f"  {_shell_text(request.url)}"]
    return "\n".join(lines) + "\n"


def python(request: Request) -> str:
    """With requests. Prints the entities of a JSON answer, or else the answer."""
    lines = ["import os", "", "import requests", "", "answer = requests.get("]
    lines += [f"    {_python_text(request.url)},", "    params={"]
    lines += [
        f"        {_python_text(name)}: {_python_text(value)},"
        for name, value in request.params.items()
    ]
    lines += [f'        "key": os.environ["{KEY}"],', "    },", "    timeout=60,", ")"]
    lines += ["answer.raise_for_status()"]
    if request.is_json:
        lines += ['found = answer.json()["d"]']
        lines += ["print(found)"] if request.is_single else [
            'for entity in found["results"]:', "    print(entity)",
        ]  # fmt: skip
    else:
        lines += ["print(answer.text)"]
    return "\n".join(lines) + "\n"


def javascript(request: Request) -> str:
    """With fetch, as a module: of a page, or of Node, which has the key in its environment."""
    lines = [f"const url = new URL({_script_text(request.url)});", "const parameters = {"]
    lines += [
        f"  {_script_text(name)}: {_script_text(value)}," for name, value in request.params.items()
    ]
    lines += [f"  key: process.env.{KEY}, // in a page: your key", "};"]
    lines += [
        # Not URLSearchParams alone: it writes a space as +, which not every service reads as one.
        "url.search = Object.entries(parameters)",
        "  .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)",
        '  .join("&");',
        "const answer = await fetch(url);",
        "if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);",
    ]
    if request.is_json:
        lines += ["const { d: found } = await answer.json();"]
        lines += [f"console.log({'found' if request.is_single else 'found.results'});"]
    else:
        lines += ["console.log(await answer.text());"]
    return "\n".join(lines) + "\n"


def csharp(request: Request) -> str:
    """For .NET, as a whole program in any C# since 6."""
    lines = [
        "using System;",
        "using System.Collections.Generic;",
        "using System.Linq;",
        "using System.Net.Http;",
        "using System.Threading.Tasks;",
        "",
        "public static class Program",
        "{",
        "    public static void Main()",
        "    {",
        "        Query().GetAwaiter().GetResult();",
        "    }",
        "",
        "    private static async Task Query()",
        "    {",
        "        var parameters = new Dictionary<string, string>",
        "        {",
    ]
    lines += [
        f"            [{_sharp_text(name)}] = {_sharp_text(value)},"
        for name, value in request.params.items()
    ]
    lines += [
        f'            ["key"] = Environment.GetEnvironmentVariable("{KEY}"),',
        "        };",
        '        var query = string.Join("&", parameters.Select(',
        '            one => one.Key + "=" + Uri.EscapeDataString(one.Value)));',
        "        using (var client = new HttpClient())",
        "        {",
        f"            var url = {_sharp_text(request.url)};",
        '            var answer = await client.GetAsync(url + "?" + query);',
        "            var body = await answer.Content.ReadAsStringAsync();",
        "            if (!answer.IsSuccessStatusCode) throw new HttpRequestException(body);",
        "            Console.WriteLine(body);",
        "        }",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def qgis(request: Request) -> str:
    """For QGIS's Python console: asks for the key, and adds the answer as a layer."""
    params = {**request.params, "$format": "json"}
    lines = [
        "import json, urllib.parse, urllib.request",
        "from qgis.PyQt.QtWidgets import QInputDialog, QLineEdit",
        "from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer",
        "",
        f"url = {_python_text(request.url)}",
        "parameters = {",
    ]
    lines += [f"    {_python_text(name)}: {_python_text(value)}," for name, value in params.items()]
    lines += [
        "}",
        'parameters["key"] = QInputDialog.getText(',
        '    None, "Spatial Data Services", "Key", QLineEdit.Password)[0]',
        'query = urllib.parse.urlencode(parameters, safe="$", quote_via=urllib.parse.quote)',
        'with urllib.request.urlopen(url + "?" + query, timeout=60) as answer:',
        '    found = json.load(answer)["d"]',
        'entities = found.get("results", [found])',
        "",
        "",
        "def shape_of(entity):",
        "    for value in entity.values():",
        '        shape = QgsGeometry.fromWkt(value) if isinstance(value, str) and "(" in value else None',
        "        if shape is not None and not shape.isNull():",
        "            return shape",
        '    if entity.get("Longitude") is not None and entity.get("Latitude") is not None:',
        '        return QgsGeometry.fromPointXY(QgsPointXY(entity["Longitude"], entity["Latitude"]))',
        "",
        "",
        'names = [name for name in dict.fromkeys(n for e in entities for n in e) if name[:2] != "__"]',
        'fields = "".join(f"&field={name}:string(0)" for name in names)',
        "layers = {}",
        "for entity in entities:",
        "    shape = shape_of(entity)",
        "    if shape is None:",
        "        continue",
        '    kind = ("Point", "LineString", "Polygon")[shape.type()]',
        "    if kind not in layers:",
        "        layers[kind] = QgsVectorLayer(",
        '            f"{kind}?crs=EPSG:4326{fields}", "Query " + kind, "memory")',
        "    feature = QgsFeature(layers[kind].fields())",
        "    feature.setGeometry(shape)",
        "    for place, name in enumerate(names):",
        "        value = entity.get(name)",
        "        feature.setAttribute(place, None if value is None else str(value))",
        "    layers[kind].dataProvider().addFeature(feature)",
        "QgsProject.instance().addMapLayers(list(layers.values()))",
    ]
    return "\n".join(lines) + "\n"


_WRITERS: tuple[tuple[str, str, Callable[[Request], str]], ...] = (
    ("curl", "curl", curl),
    ("python", "Python", python),
    ("javascript", "JavaScript", javascript),
    ("csharp", "C#", csharp),
    ("qgis", "QGIS", qgis),
)

#: Name and language of each, for people to choose from.
LANGUAGES = tuple((name, language) for name, language, _ in _WRITERS)

# --- literals ---

_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str, code: Callable[[int], str]) -> str:
    return "".join(
        _SHORT.get(char) or (char if char.isprintable() else code(ord(char))) for char in text
    )


def _shell_text(text: str) -> str:
    """In single quotes; in those of bash and zsh where a character would not be seen as it is."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = _escaped(text, _long_code).replace('\\"', '"').replace("'", "\\'")
    return f"$'{escaped}'"


def _python_text(text: str) -> str:
    return f'"{_escaped(text, _long_code)}"'


def _sharp_text(text: str) -> str:
    return f'"{_escaped(text, _long_code)}"'


def _script_text(text: str) -> str:
    # `<` as well: what is pasted into a page may not end its script element.
    escaped = _escaped(text, lambda point: f"\\u{{{point:x}}}")
    return '"' + re.sub(r"<(?=[/!s])", r"\\u003c", escaped, flags=re.IGNORECASE) + '"'


def _long_code(point: int) -> str:
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
