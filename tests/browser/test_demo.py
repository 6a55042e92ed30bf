"""What a newcomer finds: a demo team whose data sources and keys are as a person would have left them."""

from __future__ import annotations

import json

from tests.site import Site

_ASK = """
import json
from datasources.models import DataSource, Key
demo = {"account__team__slug": "demo", "account__name": "Embedded server"}
print("FOUND" + json.dumps({
    "keys": list(Key.objects.filter(**demo, removed_at=None).values_list("name", "check_words")),
    "sources": dict(DataSource.objects.filter(**demo, gone_at=None).values_list("name", "is_public")),
}))
"""


def test_the_demos_sample_is_public_after_its_updates_and_its_keys_have_found_the_data(
    site: Site,
) -> None:
    found = json.loads(site.manage("shell", "-c", _ASK).partition("FOUND")[2])
    words = "Works: 3 data sources found"
    assert ["Master", words] in found["keys"]
    assert ["Query", words] in found["keys"]
    assert found["sources"]["FourthCoffeeSample"] is True
    assert found["sources"]["WorldCities"] is False
