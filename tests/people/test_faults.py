"""Error pages speak to people, to htmx and to programs, each in its own form."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from dashboard import handlers, urls

handler400 = handlers.bad_request
handler403 = handlers.forbidden
handler404 = handlers.not_found
handler500 = handlers.failed


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a detail for the log alone")


urlpatterns = [path("breaks/", breaks), *urls.urlpatterns]


@pytest.mark.parametrize("who", ["owner", "visitor"])
def test_a_page_that_is_not_there_says_what_may_have_happened(
    clients: dict[str, Client], who: str
) -> None:
    answer = clients[who].get("/no/such/page/")
    content = answer.content.decode()
    assert answer.status_code == 404
    assert "There is nothing at this address" in content
    assert "<html" in content


def test_htmx_gets_a_fragment(clients: dict[str, Client]) -> None:
    answer = clients["owner"].get("/no/such/page/", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert 'class="note note-failed"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_program_gets_json(clients: dict[str, Client]) -> None:
    refused = clients["viewer"].post(
        "/teams/cartography/invitations/", headers={"Accept": "application/json"}
    )
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "role_too_low"
    assert "the role Team admin in Cartography" in refused.json()["error"]["message"]


def test_htmx_of_somebody_signed_out_meanwhile_leads_to_sign_in(clients: dict[str, Client]) -> None:
    answer = clients["visitor"].get(
        "/people/?q=x",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=y"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fpeople%2F%3Fq%3Dy"


def test_an_address_that_is_none_leads_to_the_front_page_after_sign_in(
    clients: dict[str, Client],
) -> None:
    answer = clients["visitor"].get(
        "/people/", headers={"HX-Request": "true", "HX-Current-URL": "http://["}
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=%2F"


@pytest.mark.parametrize(
    "path",
    [
        f"/teams/cartography/people/{10**25}/remove/",
        f"/accounts/{10**25}/",
        f"/settings/accounts/{10**25}/",
        f"/settings/services/{10**25}/",
    ],
)
def test_a_number_beyond_the_databases_leads_nowhere(clients: dict[str, Client], path: str) -> None:
    assert clients["site_admin"].get(path).status_code == 404


@override_settings(ROOT_URLCONF="tests.people.test_faults")
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_failure_shows_nothing_of_its_cause(db: None, accept: str) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/breaks/", headers={"Accept": accept})
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.content.decode()
    assert "a detail" not in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


def test_the_page_of_a_failure_needs_no_database() -> None:
    assert handlers.failed(RequestFactory().get("/")).status_code == 500


def test_a_page_open_too_long_says_that_nothing_was_changed(clients: dict[str, Client]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = clients["owner"].cookies
    answer = strict.post("/profile/", {"email": "x@example.org"})
    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
