"""Makes, on the installation that the environment names, a publisher and the team's account there:

    python -m tests.machines.people BASE_URL

Prints what is needed to sign in and to ask, as JSON.
"""

from __future__ import annotations

import json
import sys


def make(base_url: str) -> dict[str, object]:
    from dashboard.people.models import Role, Team
    from sds_server import accounts
    from sds_server.models import Plan
    from tests.jobs.fixtures import make_bench
    from tests.people_fixtures import PASSWORD, add_member

    team = Team.objects.create(name="Cartography", slug="cartography")
    person = add_member(team, "paula", Role.PUBLISHER)
    _, master_key, query_key = accounts.create_account("cartography", Plan.ENTERPRISE)
    bench = make_bench({"publisher": person}, base_url, master_key, query_key, "enterprise")
    return {
        "username": person.username,
        "password": PASSWORD,
        "account": bench.account.pk,
        "key": bench.key.pk,
        "master_key": master_key,
        "query_key": query_key,
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(make(sys.argv[1])))
