"""How a person reads: language, time zone, numbers and dates; chosen, or taken from the browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from dashboard.audit.models import Event
from dashboard.people import reading
from dashboard.people.models import Team, User
from datasources.templatetags import cairn
from tests.people_fixtures import PASSWORD, make_person, refusals

BERLIN = {"language": "de", "time_zone": "Europe/Berlin", "style": "de-CH"}
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


def sign_in(person: User, **said: str) -> User:
    browser = Client(headers={"accept-language": "de-AT,de;q=0.9"})
    said |= {"login": person.username, "password": PASSWORD}
    assert browser.post("/sign-in/", said).status_code == 302
    return User.objects.get(pk=person.pk)


def test_one_chooses_language_zone_and_style(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    answer = clients["viewer"].post("/profile/reading/", BERLIN, follow=True)
    page = answer.content.decode()
    assert '<html lang="de"' in page
    assert 'data-zone="Europe/Berlin"' in page
    assert 'data-style="de-CH"' in page
    assert answer.headers["Content-Language"] == "de"
    vera = User.objects.get(pk=people["viewer"].pk)
    assert {name: getattr(vera, name) for name in BERLIN} == BERLIN
    assert Event.objects.get(action="person.change").actor == vera


def test_the_choice_of_one_person_is_not_that_of_another(clients: dict[str, Client]) -> None:
    clients["viewer"].post("/profile/reading/", BERLIN)
    page = clients["editor"].get("/profile/").content.decode()
    assert '<html lang="en"' in page
    assert 'data-zone="UTC"' in page
    assert translation.get_language() == "en"
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_sign_in_page_keeps_to_the_language_chosen_last(clients: dict[str, Client]) -> None:
    browser = clients["viewer"]
    browser.post("/profile/reading/", BERLIN)
    browser.get("/profile/")
    browser.post("/sign-out/")
    assert '<html lang="de"' in browser.get("/sign-in/").content.decode()


def test_who_leaves_the_language_to_the_browser_gets_what_it_asks_for(
    clients: dict[str, Client],
) -> None:
    browser = clients["viewer"]
    browser.post("/profile/reading/", BERLIN)
    browser.get("/profile/")
    browser.post("/profile/reading/", BERLIN | {"language": ""})
    for asked, given in (("de-CH,de;q=0.8", "de"), ("fr,en;q=0.5", "en"), ("nl", "en")):
        page = browser.get("/profile/", headers={"accept-language": asked})
        assert page.headers["Content-Language"] == given


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"style": "x"}, {"time_zone": ""}]
)
def test_what_there_is_not_is_refused_under_its_field(
    clients: dict[str, Client], people: dict[str, User], wrong: dict[str, str]
) -> None:
    answer = clients["viewer"].post("/profile/reading/", BERLIN | wrong)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert User.objects.get(pk=people["viewer"].pk).time_zone == ""


def test_it_is_for_people_who_are_signed_in(clients: dict[str, Client]) -> None:
    refusals(clients, "/profile/reading/", strangers=(), post=BERLIN)
    assert clients["viewer"].get("/profile/reading/").status_code == 405


def test_the_first_browser_says_how_a_person_reads(db: None) -> None:
    ana = sign_in(make_person("ana"), time_zone="Europe/Vienna", style="de-AT")
    assert (ana.language, ana.time_zone, ana.style) == ("de", "Europe/Vienna", "de-AT")
    ana = sign_in(ana, time_zone="Asia/Tokyo", style="en-US")
    assert (ana.language, ana.time_zone, ana.style) == ("de", "Europe/Vienna", "de-AT")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "x" * 5000])
def test_a_browser_that_says_nothing_or_nonsense_changes_nothing(db: None, zone: str) -> None:
    ana = sign_in(make_person("ana"), time_zone=zone, style="de-AT")
    assert (ana.language, ana.time_zone, ana.style) == ("", "", "")


@pytest.mark.parametrize(
    ("style", "number", "day", "moment"),
    [
        ("en-GB", "−41,208.5", "2 July 2026", "2 July 2026, 00:30 CEST"),
        ("en-US", "−41,208.5", "July 2, 2026", "July 2, 2026, 12:30 AM CEST"),
        ("de-CH", "−41’208.5", "2. July 2026", "2. July 2026, 00:30 CEST"),
        ("en-001", "−41\u202f208.5", "2026-07-02", "2026-07-02, 00:30 CEST"),
    ],
)
def test_numbers_and_times_are_written_in_the_persons_zone_and_style(
    style: str, number: str, day: str, moment: str
) -> None:
    with reading.as_read_by(User(language="en", time_zone="Europe/Berlin", style=style)):
        assert reading.number(-41208.5, 1) == number
        assert reading.day(SUMMER) == day
        assert reading.exact(SUMMER) == moment
        assert f'datetime="2026-07-01T22:30:00+00:00" title="{moment[:4]}' in cairn.when(SUMMER)
    assert reading.number(41208) == "41,208"


def test_an_invitation_is_written_in_the_language_of_whoever_gets_it(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    User.objects.filter(pk=people["outsider"].pk).update(language="de")
    asked = {"role": "viewer", "email": people["outsider"].email}
    clients["owner"].post(f"/teams/{team.slug}/invitations/", asked)
    with translation.override("de"):
        said = translation.gettext("{person} invites you to {team} on Cairn")
    assert mail.outbox[0].subject == said.format(person="Olga Owner", team=team)
