"""Every path of the API, in any case, and the methods each answers to."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern
from django.urls.resolvers import RegexPattern
from django.utils.functional import cached_property

from sds_server.endpoints import dataflows, loads, queries, sources
from sds_server.endpoints.dispatch import no_such_path, resource

_SOURCE = r"data/(?P<access_id>[0-9a-f]+)/(?P<name>[^/]+)"
_JOB = r"(?P<job_id>[^/]+)"
_ENTITY_TYPE = r"(?P<entity_type>[\w-]+)"
_DOWNLOAD = "dataflows/(?:datasource)?download"  # "Get Downloaded Data" has the short word too


class AnyCase(RegexPattern):
    """A path in any case; "(?i)" in the pattern itself would end all reversing of the site's URLs."""

    @cached_property
    def regex(self) -> re.Pattern[str]:  # type: ignore[override]
        return re.compile(str(self), re.IGNORECASE)


def _at(pattern: str, view: Callable[..., HttpResponseBase]) -> URLPattern:
    return URLPattern(AnyCase(rf"^REST/v1/{pattern}/?$", is_endpoint=True), view)


urlpatterns: list[URLPattern] = [
    _at("dataflows/loaddatasource", resource(POST=loads.create)),
    _at(f"dataflows/loaddatasource/{_JOB}", resource(GET=dataflows.load_status)),
    _at(
        f"dataflows/loaddatasource/{_JOB}/output/(?P<output>succeeded|failed)",
        resource(GET=dataflows.load_output),
    ),
    _at("dataflows/listjobs", resource(GET=dataflows.list_jobs)),
    _at(f"dataflows/datasourcerollback/{_JOB}", resource(GET=dataflows.rollback_status)),
    _at(
        "dataflows/datasourcerollback/(?P<version_job_id>[0-9a-f]+)/(?P<name>[^/]+)",
        resource(safe=False, GET=dataflows.roll_back),
    ),
    _at(f"{_DOWNLOAD}/{_JOB}", resource(GET=dataflows.download_status)),
    _at(  # an example of the reference has it under data
        "(?:dataflows|data)/datasourcedownload/(?P<access_id>[0-9a-f]+)/(?P<name>[^/]+)",
        resource(safe=False, GET=dataflows.download),
    ),
    _at(
        f"{_DOWNLOAD}/{_JOB}/output/(?P<output>succeeded|failed)",
        resource(GET=dataflows.download_output),
    ),
    _at("data", resource(odata=True, GET=sources.list_sources)),
    _at(r"data/\$metadata", resource(odata=True, GET=sources.all_metadata)),
    _at(r"data/\$GetPublicDataSourceList", resource(odata=True, GET=sources.public_directory)),
    _at(rf"data/jobs/{_JOB}/\$getstatus", resource(GET=dataflows.service_job_status)),
    _at(_SOURCE, resource(odata=True, GET=sources.one_source, DELETE=sources.delete)),
    _at(rf"{_SOURCE}/\$metadata", resource(odata=True, GET=sources.one_metadata)),
    _at(rf"{_SOURCE}/\$commit", resource(safe=False, GET=sources.publish)),
    _at(rf"{_SOURCE}/\$updatedatasource", resource(safe=False, GET=sources.update)),
    _at(rf"{_SOURCE}/{_ENTITY_TYPE}", resource(odata=True, GET=queries.query)),
    _at(rf"{_SOURCE}/{_ENTITY_TYPE}\((?P<entity_id>.*)\)", resource(odata=True, GET=queries.query)),
    URLPattern(
        AnyCase(r"^REST/v1(?:/.*)?$", is_endpoint=True),
        resource(GET=no_such_path, POST=no_such_path, PUT=no_such_path, DELETE=no_such_path),
    ),
]

# Used where this is the root URL conf: the server without the dashboard.
handler400 = "sds_server.endpoints.outside.bad_request"
handler404 = "sds_server.endpoints.outside.not_found"
handler500 = "sds_server.endpoints.outside.failed"
