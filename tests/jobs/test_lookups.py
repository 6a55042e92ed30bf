"""All missing locations of a draft, in the background: nothing found is lost, nothing asked twice,
and its end is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import jobs
from datasources.drafts.operations import read_operation
from datasources.drafts.state import columns_of_draft
from datasources.drafts.step import make
from datasources.drafts.suggestions import Choice, leave_out
from datasources.jobs import lookup_rows
from datasources.jobs.due import enqueue_due
from datasources.jobs.lookup_rows import MISSES, PAUSES, run_lookup
from datasources.models import (
    Draft,
    Lookup,
    LookupKind,
    LookupState,
    Notice,
    SuggestionState,
    VersionState,
)
from tests.drafts.fixtures import (
    Change,
    MakeArchived,
    MakeDraft,
    add,
    author,
    back,
    column,
    forth,
    put,
    step,
    texts,
)

pytestmark = pytest.mark.django_db
FIND, NAME = LookupKind.FIND, LookupKind.NAME
TEXT = """Bing Spatial Data Services, 1.0, Shop
ID(Edm.String,primaryKey)|City(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)
a|Aalborg|57.05|9.92
b|Odense|1|2
"""
RANKS = {"Odense": 30, "Skive": 26, "Viborg": 16}


class Answering:
    """A Nominatim server that knows some towns, and can be away, or choke on one of them."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[str] = []
        self.is_away = False
        self.chokes_on = ""
        server.expect_request("/search").respond_with_handler(self._search)
        server.expect_request("/reverse").respond_with_handler(self._reverse)

    def _search(self, request: Request) -> Response:
        town = request.args["q"]
        self.asked.append(town)
        if self.is_away or town == self.chokes_on:
            return Response("busy", status=503)
        if town not in RANKS:
            return Response("[]")
        found = {"lat": "55.4", "lon": "10.3876543", "display_name": town}
        return Response(json.dumps([found | {"place_rank": RANKS[town]}]))

    def _reverse(self, request: Request) -> Response:
        self.asked.append(f"{request.args['lat']}, {request.args['lon']}")
        return Response(json.dumps({"lat": "1", "lon": "2", "display_name": "Hjørring"}))


@pytest.fixture
def geocoder(settings: LazySettings, httpserver: HTTPServer) -> Answering:
    settings.SDS_GEOCODER, settings.SDS_GEOCODER_URL = "nominatim", httpserver.url_for("/")
    settings.SDS_GEOCODER_PER_SECOND = 0
    return Answering(httpserver)


@pytest.fixture
def a_row_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_rows, "SLICE", 0.0)


@pytest.fixture
def shops(make_draft: MakeDraft, geocoder: Answering) -> Draft:
    """b in the version, and c that was added, lack a location."""
    draft = make_draft(TEXT)
    put(draft, 2, Latitude=None, Longitude=None)
    add(draft, ID="c", City="Nowhere")
    return draft


def start(draft: Draft, kind: LookupKind = FIND, *names: str) -> Lookup:
    ids = [column(draft, name) for name in names or ("City",)]
    return jobs.start_lookup(draft.owner, draft, kind, ids)


def run(lookup: Lookup) -> Lookup:
    """Slices until it waits for nothing but the next one, or is over."""
    run_lookup(lookup.pk)
    lookup.refresh_from_db()
    return lookup


def run_to_its_end(lookup: Lookup) -> Lookup:
    for _slice in range(50):
        if run(lookup).state != LookupState.RUNNING:
            return lookup
    raise AssertionError("it has no end")


def waiting(lookup: Lookup) -> list[tuple[str, str]]:
    some = lookup.suggestions.filter(state=SuggestionState.WAITING)
    return [(one.key, one.confidence) for one in some]


def accept(draft: Draft, **chosen: object) -> tuple[int, int]:
    """How many cells were filled, and how many suggestions were overtaken."""
    operation = read_operation({"do": "accept", "kind": "find"} | chosen)
    done = make(
        draft.pk, author(draft), operation.kind, operation.changes, expected=operation.expected
    )
    draft.refresh_from_db()
    assert operation.accepted is not None
    return done.cells, operation.accepted.overtaken


# --- going through ---


def test_what_is_found_waits_to_be_accepted_and_its_end_is_told(
    shops: Draft, geocoder: Answering
) -> None:
    lookup = start(shops)
    assert Event.objects.get(action="draft.look_up").detail["what"] == "find"
    run(lookup)
    assert geocoder.asked == ["Odense", "Nowhere"]
    assert (lookup.state, lookup.done, lookup.total) == (LookupState.DONE, 2, 2)
    assert (lookup.found, lookup.unknown) == (1, 1)
    assert waiting(lookup) == [("b", "high")]
    assert texts(shops, 2)["Latitude"] is None, "nothing is put in"
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.lookup) == (shops.owner, lookup)
    assert accept(shops, rows=[2]) == (2, 0)
    assert texts(shops, 2)["Longitude"] == "10.387654"
    assert waiting(lookup) == []
    back(shops)
    assert texts(shops, 2)["Longitude"] is None, "accepting is an edit like any other"


def test_names_of_positions_are_looked_up_too(shops: Draft, geocoder: Answering) -> None:
    number = add(shops, ID="d", Latitude="57.46", Longitude="9.98")
    lookup = run(start(shops, NAME))
    assert (geocoder.asked, waiting(lookup)) == (["57.46, 9.98"], [("d", "low")])
    assert accept(shops, kind="name", sure="low") == (1, 0)
    assert texts(shops, number)["City"] == "Hjørring (Nominatim)"


def test_all_above_a_confidence_are_accepted_and_the_rest_left_out(shops: Draft) -> None:
    numbers = [add(shops, ID=town, City=town) for town in RANKS]
    lookup = run(start(shops))
    assert accept(shops, sure="medium") == (6, 0)
    assert [texts(shops, one)["Latitude"] for one in numbers] == ["55.4", "55.4", None]
    assert waiting(lookup) == [("Viborg", "low")]
    assert leave_out(shops, Choice(FIND)) == 1
    assert waiting(lookup) == []


def test_rows_that_changed_or_got_a_location_meanwhile_are_left_alone(shops: Draft) -> None:
    numbers = [add(shops, ID=f"n{one}", City="Odense") for one in range(4)]
    lookup = run(start(shops))
    put(shops, numbers[0], Latitude="1", Longitude="2")
    put(shops, numbers[1], City="Viborg")
    put(shops, numbers[2], Longitude="5")
    step(shops, [Change(2, gone=True)], "delete")
    assert accept(shops, sure="low") == (2, 4)
    assert [texts(shops, one)["Latitude"] for one in numbers] == ["1.0", None, None, "55.4"]
    assert texts(shops, numbers[2])["Longitude"] == "5.0"
    assert waiting(lookup) == []


def test_a_row_that_is_filled_in_while_others_are_looked_up_is_not_asked_for(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    number = add(shops, ID="d", City="Skive")
    lookup = run(start(shops))
    put(shops, number, Latitude="1", Longitude="2")
    run_to_its_end(lookup)
    assert geocoder.asked == ["Odense", "Nowhere"]


# --- ends, and going on ---


def test_every_slice_goes_on_where_the_last_one_was(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    for town in RANKS:
        add(shops, ID=town, City=town)
    lookup = start(shops)
    asked = []
    for _slice in range(5):
        run(lookup)
        asked.append(len(geocoder.asked))
    assert asked == [1, 2, 3, 4, 5]
    assert (lookup.state, lookup.done, lookup.total) == (LookupState.RUNNING, 5, 5)
    assert not Notice.objects.exists()
    run(lookup)
    assert (lookup.state, len(geocoder.asked)) == (LookupState.DONE, 5)


def test_what_a_dead_worker_had_in_hand_is_taken_up_by_another(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    lookup = run(start(shops))
    lookup.lease_owner, lookup.leased_until = "dead", timezone.now() + timedelta(seconds=20)
    lookup.next_look_at = timezone.now()
    lookup.save()
    run(lookup)
    assert geocoder.asked == ["Odense"], "its lease lasts a while"
    Lookup.objects.update(leased_until=timezone.now())
    enqueue_due()
    lookup.refresh_from_db()
    assert lookup.next_look_at > timezone.now(), "it was put on the queue"
    run_to_its_end(lookup)
    assert geocoder.asked == ["Odense", "Nowhere"]
    assert waiting(lookup) == [("b", "high")]


def test_its_owner_stops_it_and_goes_on(
    shops: Draft, geocoder: Answering, people: dict[str, User], a_row_a_slice: None
) -> None:
    lookup = run(start(shops))
    with pytest.raises(PermissionDenied):
        jobs.stop_lookup(people["publisher"], shops, FIND)
    jobs.stop_lookup(shops.owner, shops, FIND)
    assert run(lookup).state == LookupState.STOPPED
    assert waiting(lookup) == [("b", "high")], "what it found stays"
    assert not Notice.objects.exists(), "they know"
    jobs.go_on_with_lookup(shops.owner, shops, FIND)
    run_to_its_end(lookup)
    assert geocoder.asked == ["Odense", "Nowhere"]
    with pytest.raises(jobs.JobRefused, match="nothing to go on with"):
        jobs.go_on_with_lookup(shops.owner, shops, FIND)


def test_started_again_it_asks_only_for_what_has_no_answer_that_waits(
    shops: Draft, geocoder: Answering
) -> None:
    lookup = run(start(shops))
    geocoder.asked.clear()
    run(start(shops))
    assert geocoder.asked == ["Nowhere"]
    assert (lookup.found, waiting(lookup)) == (1, [("b", "high")])
    leave_out(shops, Choice(FIND))
    geocoder.asked.clear()
    run(start(shops))
    assert geocoder.asked == ["Odense", "Nowhere"]
    geocoder.asked.clear()
    lookup = run(start(shops, FIND, "ID", "City"))
    assert geocoder.asked == ["b, Odense", "c, Nowhere"]
    assert waiting(lookup) == [], "an answer to another question is none"


def test_a_geocoder_that_is_away_breaks_it_off_and_it_goes_on_later(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    for number in range(MISSES):
        add(shops, ID=f"n{number}", City="Odense")
    lookup = run(start(shops))
    geocoder.is_away = True
    run(lookup)
    assert "It is asked again in a moment." in lookup.words
    assert lookup.next_look_at is not None
    assert lookup.next_look_at > timezone.now() + timedelta(seconds=PAUSES[0] - 1)
    for _try in range(MISSES * (len(PAUSES) + 1) - 1):
        assert run(lookup).state == LookupState.RUNNING or _try == MISSES * (len(PAUSES) + 1) - 2
    assert lookup.state == LookupState.FAILED
    assert "could not be reached" in lookup.words
    (notice,) = Notice.objects.all()
    assert notice.lookup == lookup
    assert (lookup.done, lookup.failed, lookup.total) == (1, 0, 5)
    assert waiting(lookup) == [("b", "high")]
    geocoder.is_away = False
    geocoder.asked.clear()
    jobs.go_on_with_lookup(shops.owner, shops, FIND)
    run_to_its_end(lookup)
    assert geocoder.asked == ["Nowhere", "Odense", "Odense", "Odense"]
    assert (lookup.done, lookup.found, lookup.unknown) == (5, 4, 1)
    assert Notice.objects.count() == 1, "of what came before, no more"


def test_a_row_that_the_geocoder_chokes_on_is_left_aside(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    geocoder.chokes_on = "Nowhere"
    add(shops, ID="d", City="Skive")
    lookup = run_to_its_end(start(shops))
    assert geocoder.asked == ["Odense", *["Nowhere"] * (len(PAUSES) + 1), "Skive"]
    assert (lookup.state, lookup.found, lookup.failed) == (LookupState.DONE, 2, 1)
    (failed,) = lookup.suggestions.filter(state=SuggestionState.FAILED)
    assert (failed.key, failed.asked) == ("c", "Nowhere")
    assert "could not be reached" in failed.words
    assert lookup.words == ""


def test_no_geocoder_and_no_properties_are_told(
    shops: Draft, settings: LazySettings, people: dict[str, User]
) -> None:
    with pytest.raises(jobs.JobRefused, match="at least one property"):
        jobs.start_lookup(shops.owner, shops, FIND, ["nonsense"])
    with pytest.raises(PermissionDenied):
        jobs.start_lookup(people["publisher"], shops, FIND, [column(shops, "City")])
    lookup = start(shops)
    settings.SDS_GEOCODER = "none"
    assert run(lookup).state == LookupState.FAILED
    assert "turned the geocoder off" in lookup.words
    with pytest.raises(jobs.JobRefused, match="turned the geocoder off"):
        start(shops)


def test_dropped_properties_break_it_off(shops: Draft) -> None:
    lookup = start(shops)
    kept = [one for one in columns_of_draft(shops) if one.name != "City"]
    jobs.change_draft_columns(author(shops), shops, kept)
    assert run(lookup).state == LookupState.FAILED
    assert "were dropped" in lookup.words


# --- what becomes of the draft ---


def test_a_draft_handed_over_takes_its_lookup_along(
    shops: Draft, people: dict[str, User], a_row_a_slice: None
) -> None:
    lookup = run(start(shops))
    jobs.hand_over_draft(shops.owner, shops, people["publisher"])
    run_to_its_end(lookup)
    assert lookup.state == LookupState.DONE
    assert [one.user for one in Notice.objects.all()] == [people["publisher"]]
    shops.refresh_from_db()
    assert accept(shops, sure="low") == (2, 0)


def test_a_discarded_draft_stops_its_lookup_and_taken_back_has_what_was_found(
    shops: Draft, geocoder: Answering, a_row_a_slice: None
) -> None:
    lookup = run(start(shops))
    jobs.discard_draft(shops.owner, shops)
    assert run(lookup).state == LookupState.STOPPED
    assert geocoder.asked == ["Odense"]
    assert not Notice.objects.exists()
    shops.refresh_from_db()
    with pytest.raises(jobs.JobRefused, match="open draft"):
        jobs.go_on_with_lookup(shops.owner, shops, FIND)
    jobs.take_back_draft(shops.owner, shops)
    shops.refresh_from_db()
    assert accept(shops, sure="low") == (2, 0)
    jobs.go_on_with_lookup(shops.owner, shops, FIND)
    assert run_to_its_end(lookup).state == LookupState.DONE


def test_a_merge_keeps_suggestions_with_their_entities(
    shops: Draft, make_archived: MakeArchived, a_row_a_slice: None, geocoder: Answering
) -> None:
    number = add(shops, ID="d", City="Skive")
    lookup = run(run(run(start(shops))))
    assert waiting(lookup) == [("b", "high"), ("d", "medium")]
    head, rows = TEXT.split("a|", 1)
    newer = make_archived(f"{head}0|Skagen|1|2\na|{rows}", VersionState.STAGED, days=0)
    jobs.merge_draft(author(shops, revision=shops.revision), shops, newer, {})
    shops.refresh_from_db()
    numbers = {one.key: one.number for one in lookup.suggestions.all()}
    assert texts(shops, numbers["b"])["City"] == "Odense"
    assert numbers == {"b": 3, "d": number}
    back(shops)
    assert {one.key: one.number for one in lookup.suggestions.all()} == {"b": 2, "d": number}
    forth(shops)
    geocoder.asked.clear()
    run_to_its_end(lookup)
    assert geocoder.asked == ["Nowhere"], "the others have their answers"
    assert (lookup.done, lookup.found) == (3, 2)
    assert accept(shops, sure="low") == (4, 0)
    assert texts(shops, 3)["Latitude"] == "55.4"
