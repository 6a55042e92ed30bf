"""The keys that the server gives out."""

import re

import pytest

from sds_server.accounts import add_key, find_key
from sds_server.models import SdsAccount


@pytest.mark.django_db
def test_keys_are_long_and_hold_nothing_that_a_shell_or_a_url_would_change() -> None:
    account = SdsAccount.objects.create(name="keys", plan="basic")
    keys = {add_key(account) for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch("[A-Za-z0-9]{64}", key) for key in keys)
    assert all(find_key(key) for key in keys)
