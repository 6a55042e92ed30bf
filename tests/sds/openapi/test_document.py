"""The OpenAPI document: valid, what docs/openapi.json says, and true of the URLs and the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from openapi_spec_validator import OpenAPIV31SpecValidator

from sds_server.endpoints.request import ApiRequest
from sds_server.endpoints.table import ROUTES
from sds_server.openapi.document import openapi_document, openapi_text
from sds_server.openapi.model import Operation, Route
from sds_server.openapi.parameters import TOP
from tests.live import ROOT

DOCUMENT = openapi_document(ROUTES, "/REST/v1")
EXAMPLES = {
    "accessId": "0123456789abcdef", "dataSourceName": "Coffee", "entityTypeName": "Shops",
    "entityId": "'1'", "jobId": "0123456789abcdef", "previousVersionJobId": "0123456789abcdef",
    "output": "failed",
}  # fmt: skip


def test_the_file_in_docs_is_what_the_code_says() -> None:
    told = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert told == openapi_text(ROUTES, "/REST/v1"), "manage.py sds_openapi > docs/openapi.json"


def test_it_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_operation_ids_are_unique_and_every_operation_answers_something() -> None:
    operations = list(_operations(DOCUMENT))
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids) > 40
    for operation in operations:
        assert any(status.startswith("2") for status in operation["responses"])


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.template)
def test_each_path_has_the_methods_that_are_described(route: Route) -> None:
    path = re.sub(r"\{(\w+)\}", lambda match: EXAMPLES[match[1]], route.template)
    described = {method.upper() for method in DOCUMENT["paths"][route.template]} - {"PARAMETERS"}
    for tried in (path, path.upper(), path.lower() + "/"):
        answer = Client().options(f"/REST/v1{tried}")
        assert answer.status_code == 204, tried
        assert set(answer["Allow"].split(", ")) == described


@pytest.mark.django_db
def test_it_is_served_without_a_key_and_names_the_server_as_the_caller_did() -> None:
    answer = Client().get("/REST/v1/OpenAPI.json", headers={"host": "localhost:8888"})
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json() == {
        **DOCUMENT, "servers": [{"url": "http://localhost:8888/REST/v1"}],
    }  # fmt: skip
    called = Client().get("/REST/v1/openapi.json", {"jsonp": "take"})
    assert called.content.startswith(b"take({")


def test_an_operation_sees_no_parameter_that_it_does_not_describe() -> None:
    """So that whatever an endpoint reads is in the document."""
    request = ApiRequest(RequestFactory().get("/?$TOP=1&accessId=2&nonsense=3&OUTPUT=xml&key=4"))
    request.keep(Operation("id", lambda: None, "", (), (TOP,)).names)
    assert request.params == {"$top": "1", "output": "xml"}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (operation for name, operation in item.items() if name != "parameters")


def test_the_text_is_readable_json() -> None:
    text = openapi_text(ROUTES, "/REST/v1")
    assert json.loads(text) == DOCUMENT
    assert text.count("\n") > 1000
