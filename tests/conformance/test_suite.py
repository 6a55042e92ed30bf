"""The suite keeps its own rules: each case names its section, and none leans on the server's code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_case_names_the_section_it_comes_from(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            words = ast.get_docstring(node) or ""
            assert ": " in words or path.name == Path(__file__).name, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_case_imports_what_it_tests(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        rooms = {name.partition(".")[0] for name in names}
        assert not rooms & {"sds_server", "datasources", "dashboard"}
