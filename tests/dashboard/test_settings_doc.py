"""The documented settings are the settings, each with the default the code gives."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTED = set(
    re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.M)
)
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "dashboard/settings.py").read_text()))


def test_every_setting_is_documented() -> None:
    assert not READ - DOCUMENTED


def test_no_documented_setting_is_gone_from_the_code() -> None:
    assert not DOCUMENTED - READ
