"""docs/deploy.md names commands, settings and files that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.live import ROOT

TEXT = (ROOT / "docs" / "deploy.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.S | re.M)


def commands() -> list[list[str]]:
    """Every use of manage.py in the text, as words; `cairn` is the function that runs it."""
    code = "\n".join(block for _, block in BLOCKS) + "\n".join(re.findall(r"`([^`\n]+)`", TEXT))
    found = re.findall(
        r"(?:^|&& )(?:cairn|\S*ExecStart=\S+ manage\.py|manage\.py) (.+)$", code, re.M
    )
    return [line.split("#")[0].split("&&")[0].strip().split() for line in found]


def test_every_command_takes_what_it_is_given() -> None:
    names = get_commands()
    told = commands()
    assert {words[0] for words in told} >= {"up", "web", "worker", "sds_worker", "prepare", "fsck"}
    for name, *arguments in told:
        assert name in names, name
        app = names[name]
        command = load_command_class(app, name) if isinstance(app, str) else app
        command.create_parser("manage.py", name).parse_args(arguments)


def test_every_setting_is_one() -> None:
    known = set(re.findall(r"^\| `([A-Z0-9_]+)`", SETTINGS, re.M))
    named = {
        name.removesuffix("_FILE") if name != "ENV_FILE" else name
        for language, block in BLOCKS
        if language == "ini" and "[Service]" not in block
        for name in re.findall(r"^([A-Z0-9_]+)=", block, re.M)
    }
    assert len(named) > 15
    assert named <= known, named - known


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", TEXT))))
def test_every_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (ROOT / "docs" / path).resolve() if path else Path(ROOT / "docs" / "deploy.md")
    assert target.exists()
    if anchor:
        heads = re.findall(r"^#+ (.+)$", target.read_text(), re.M)
        assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_script_that_moves_is_python() -> None:
    (script,) = (block for language, block in BLOCKS if language == "python")
    compile(script, "move.py", "exec")
