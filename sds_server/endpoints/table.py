"""Every path of the API with its methods: the one table that URLs, refusals and docs come from.

The path words are those of the reference; all are taken in any case.
"""

from __future__ import annotations

from sds_server.endpoints import dataflows, documents, loads, queries, sources
from sds_server.openapi import parameters as p
from sds_server.openapi.model import Answer, Form, Key, Operation, Parameter, Route

_JOB_FORMS = (Form.JOB_JSON, Form.XML, Form.CALLBACK)
_SERVICE_JOB_FORMS = (Form.SERVICE_JOB_JSON, Form.XML, Form.CALLBACK)
_NO_KEY_OR_WRONG = Answer(401, "The key is missing, unknown, expired, or may not do this.")
_WRONG = Answer(400, "A parameter is missing or wrong; the details name it.")
_OVER_LIMIT = Answer(403, "A limit of the account's plan is reached; the details name it.")
_NOWHERE = Answer(404, "There is no such thing.")
_SEE_JOB = Answer(200, "The job as it stands.", _JOB_FORMS)
_CHANGE = (_WRONG, _NO_KEY_OR_WRONG, _OVER_LIMIT, _NOWHERE)
_READ = (_WRONG, _NO_KEY_OR_WRONG, _NOWHERE)


def _status(id: str, view: object, summary: str, key: Key = Key.NEEDED) -> Operation:
    return Operation(id, view, summary, (_SEE_JOB, *_READ), p.JOB_FORM, key=key)  # type: ignore[arg-type]


def _query(id: str, summary: str, options: tuple[Parameter, ...], found: Form) -> Operation:
    forms = (Form.ENTITIES_ATOM, found, Form.CALLBACK)
    answers = (Answer(200, "What was found.", forms), *_READ)
    return Operation(id, queries.query, summary, answers, options, tag="Query")


ROUTES: tuple[Route, ...] = (
    Route(
        "/Dataflows/LoadDataSource",
        {
            "POST": Operation(
                "loadDataSource",
                loads.create,
                "Load data into a data source: create, overwrite, change, stage",
                (
                    Answer(201, "The job was made; `Location` is where its status is.",
                           _JOB_FORMS, location=True),
                    _WRONG, _NO_KEY_OR_WRONG, _OVER_LIMIT,
                ),
                p.LOAD,
                body="The data, in the form that `input` names, as they are, gzip'd or zipped.",
            )
        },
    ),
    Route(
        "/Dataflows/LoadDataSource/{jobId}",
        {"GET": _status("getLoadStatus", dataflows.load_status, "The status of a load")},
    ),
    Route(
        "/Dataflows/LoadDataSource/{jobId}/output/{output}",
        {
            "GET": Operation(
                "getLoadOutput",
                dataflows.load_output,
                "The log of the entities that failed",
                (Answer(200, "A table, tab-separated.", (Form.LOG_TEXT,)), *_READ),
            )
        },
    ),
    Route(
        "/Dataflows/ListJobs",
        {
            "GET": Operation(
                "listJobs",
                dataflows.list_jobs,
                "The account's jobs of the last 15 days, pending ones first",
                (
                    Answer(200, "The jobs.", (Form.JOB_LIST_JSON, Form.XML, Form.CALLBACK)),
                    _WRONG, _NO_KEY_OR_WRONG,
                ),
                p.JOB_FORM,
            )
        },
    ),
    Route(
        "/Dataflows/DataSourceRollback/{jobId}",
        {
            "GET": _status(
                "getRollbackStatus", dataflows.rollback_status, "The status of a rollback",
                Key.OPTIONAL,
            )
        },
    ),
    Route(
        "/Dataflows/DataSourceRollback/{previousVersionJobId}/{dataSourceName}",
        {
            "GET": Operation(
                "rollBack",
                dataflows.roll_back,
                "Publish an earlier version again",
                (Answer(201, "The job was made.", _JOB_FORMS, location=True), *_CHANGE),
                p.JOB_FORM,
                changes=True,
            )
        },
    ),
    Route(
        "/Dataflows/DataSourceDownload/{jobId}",
        {"GET": _status("getDownloadStatus", dataflows.download_status, "The status of a download")},
        other_paths=("dataflows/download/{jobId}",),
    ),
    Route(
        "/Dataflows/DataSourceDownload/{accessId}/{dataSourceName}",
        {
            "GET": Operation(
                "downloadDataSource",
                dataflows.download,
                "Have a version written as XML",
                (Answer(201, "The job was made.", _JOB_FORMS, location=True), *_READ),
                (p.VERSION_JOB_ID, *p.JOB_FORM),
                changes=True,
            )
        },
        # An example of "Create a Download Job" has it under data.
        other_paths=("data/datasourcedownload/{accessId}/{dataSourceName}",),
    ),
    Route(
        "/Dataflows/DataSourceDownload/{jobId}/output/{output}",
        {
            "GET": Operation(
                "getDownloadOutput",
                dataflows.download_output,
                "The file of a completed download, or the log of an aborted one",
                (Answer(200, "The data, or the log.", (Form.XML, Form.LOG_TEXT)), *_READ),
            )
        },
        other_paths=("dataflows/download/{jobId}/output/{output}",),  # "Get Downloaded Data"
    ),
    Route(
        "/data",
        {
            "GET": Operation(
                "listDataSources",
                sources.list_sources,
                "The data sources of the account",
                (
                    Answer(200, "They, with where to query them.",
                           (Form.SERVICE_ATOM, Form.SOURCES_JSON, Form.CALLBACK)),
                    _WRONG, _NO_KEY_OR_WRONG,
                ),
                p.ODATA_FORM,
            )
        },
        odata=True,
    ),
    Route(
        "/data/$metadata",
        {
            "GET": Operation(
                "getMetadata",
                sources.all_metadata,
                "The entity types of all data sources of the account",
                (Answer(200, "Their properties.", (Form.XML,)), _WRONG, _NO_KEY_OR_WRONG),
            )
        },
        odata=True,
    ),
    Route(
        "/data/$GetPublicDataSourceList",
        {
            "GET": Operation(
                "listPublicDataSources",
                sources.public_directory,
                "All public data sources of this service",
                (
                    Answer(200, "They, with where to query them.",
                           (Form.SERVICE_ATOM, Form.DIRECTORY_JSON, Form.CALLBACK)),
                    _WRONG, _NO_KEY_OR_WRONG,
                ),
                p.ODATA_FORM,
            )
        },
        odata=True,
    ),
    Route(
        "/data/jobs/{jobId}/$getstatus",
        {
            "GET": _status(
                "getJobStatus", dataflows.service_job_status,
                "The status of publishing, of making public or private, and of a deletion",
                Key.OPTIONAL,
            )
        },
    ),
    Route(
        "/data/{accessId}/{dataSourceName}",
        {
            "GET": Operation(
                "getDataSource",
                sources.one_source,
                "One data source, or all its versions",
                (
                    Answer(200, "It, with where to query it.",
                           (Form.SERVICE_ATOM, Form.SOURCE_JSON, Form.CALLBACK)),
                    *_READ,
                ),
                (p.ALL_VERSIONS, *p.ODATA_FORM),
            ),
            "DELETE": Operation(
                "deleteDataSource",
                sources.delete,
                "Delete a data source, or its staged version alone",
                (Answer(202, "A job will do it. No body."), *_CHANGE),
                (p.STAGING,),
            ),
        },
        odata=True,
    ),
    Route(
        "/data/{accessId}/{dataSourceName}/$metadata",
        {
            "GET": Operation(
                "getDataSourceMetadata",
                sources.one_metadata,
                "The entity type of a data source, or of each of its versions",
                (Answer(200, "Its properties.", (Form.XML,)), *_READ),
                (p.ALL_VERSIONS,),
            )
        },
        odata=True,
    ),
    Route(
        "/data/{accessId}/{dataSourceName}/$commit",
        {
            "GET": Operation(
                "publishStaged",
                sources.publish,
                "Publish the staged version",
                (Answer(202, "A job will do it.", _SERVICE_JOB_FORMS, location=True), *_CHANGE),
                p.JOB_FORM,
                changes=True,
            )
        },
    ),
    Route(
        "/data/{accessId}/{dataSourceName}/$updateDataSource",
        {
            "GET": Operation(
                "setPublic",
                sources.update,
                "Make a data source public or private",
                (Answer(201, "A job will do it.", _SERVICE_JOB_FORMS, location=True), *_CHANGE),
                (p.SET_PUBLIC_NEEDED, *p.JOB_FORM),
                changes=True,
            )
        },
    ),
    Route(
        "/data/{accessId}/{dataSourceName}/{entityTypeName}",
        {
            "GET": _query(
                "queryEntities", "Entities by area, by property, along a route", p.QUERY,
                Form.ENTITIES_JSON,
            )
        },
        odata=True,
    ),
    Route(
        "/data/{accessId}/{dataSourceName}/{entityTypeName}({entityId})",
        {"GET": _query("getEntity", "One entity by its ID", p.QUERY_ONE, Form.ENTITY_JSON)},
        odata=True,
    ),
    Route(
        "/openapi.json",
        {
            "GET": Operation(
                "getOpenApi",
                documents.openapi,
                "This description",
                (Answer(200, "OpenAPI 3.1.", (Form.DOCUMENT,)),),
                key=Key.NONE,
            )
        },
    ),
)  # fmt: skip
