"""The forms of the JSON answers, as JSON Schema.

Sources: "Load Data Source Dataflow Response Description", "Get Data Source Information", "Get All
Public Data Sources", "Query Response Description".
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_REST = "http://schemas.microsoft.com/search/local/ws/rest/v1"
_RFC_DATE: Json = {
    "type": "string",
    "description": "In the form of RFC 1123, in GMT.",
    "examples": ["Fri, 12 Nov 2010 20:03:56 GMT"],
}


def _object(properties: Json, *optional: str, more: object = False) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": more,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


def _job(kind: str) -> Json:
    """A job; the type hint is the first member, as .NET's reader needs it."""
    return {
        "__type": {"const": f"{kind}:{_REST}"},
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "links": _list(_ref("Link")),
        "name": {**_TEXT, "description": "The data source's name, where the operation tells it."},
        "completedDate": _RFC_DATE,
        "createdDate": _RFC_DATE,
        "description": _TEXT,
        "errorMessage": {**_TEXT, "description": "Why the job was aborted."},
        "status": {"enum": ["Pending", "Created", "Accepted", "Completed", "Aborted"]},
    }


_JOB_OPTIONAL = ("name", "completedDate", "description", "errorMessage")
_COUNTS = {
    "failedEntityCount": _COUNT,
    "processedEntityCount": _COUNT,
    "totalEntityCount": _COUNT,
}


def _response(resources: Json, sets: Json | None = None) -> Json:
    one_set = _object({"estimatedTotal": _COUNT, "resources": _list(resources)})
    return _object(
        {
            "authenticationResultCode": {
                "enum": [
                    "ValidCredentials", "InvalidCredentials", "CredentialsExpired",
                    "NotAuthorized", "NoCredentials", "None",
                ]
            },
            "brandLogoUri": _TEXT,
            "copyright": _TEXT,
            "errorDetails": {
                "type": "array",
                "minItems": 1,
                "items": _TEXT,
                "description": "What is wrong, with the parameter's name; absent on success.",
            },
            "resourceSets": sets or _list(one_set),
            "statusCode": {"type": "integer"},
            "statusDescription": _TEXT,
            "traceId": {**_TEXT, "description": "Stands in the server's log, too."},
        },
        "errorDetails",
    )  # fmt: skip


_SOURCE = {
    "Name": _TEXT,
    "IsPublic": {"enum": ["true", "false"]},
    "Updated": {"anyOf": [_RFC_DATE, {"type": "null"}]},
    "EntitySets": _list(_TEXT),
}
_METADATA = _object({"uri": {**_TEXT, "description": "The entity's own URL."}})
_VALUES: Json = {
    "description": "Properties as selected: Edm.String as text, never null; Edm.Int64 and "
    "Edm.Double as numbers; Edm.Boolean; Edm.DateTime as `/Date(milliseconds since 1970)/`; "
    "Edm.Geography as WKT. `__Distance` in kilometres, `__IntersectedGeom` as WKT.",
    "type": ["string", "number", "boolean", "null"],
}

SCHEMAS: Json = {
    "Link": _object({"name": _TEXT, "role": _TEXT, "url": {"type": "string"}}, "name"),
    "DataflowJob": _object({**_job("DataflowJob"), **_COUNTS}, *_JOB_OPTIONAL),
    "DataServiceJob": _object(_job("DataServiceJob"), *_JOB_OPTIONAL),
    "DataflowResponse": _response(_ref("DataflowJob")),
    "DataServiceResponse": _response(_ref("DataServiceJob")),
    "JobListResponse": _response({"oneOf": [_ref("DataflowJob"), _ref("DataServiceJob")]}),
    "ErrorResponse": _response({}, {"type": "array", "maxItems": 0}),
    "DataSources": _object(
        {"d": _object({"Copyright": _TEXT, "DataSources": _list(_object(_SOURCE))})}
    ),
    "DataSource": _object({"d": _object({"Copyright": _TEXT, **_SOURCE})}),
    "PublicDataSources": _object(
        {
            "d": _object(
                {
                    "Copyright": _TEXT,
                    "DataSources": _list(
                        _object(
                            {
                                "Name": _TEXT,
                                "Disclaimer": _TEXT,
                                "IsPublic": {"type": "boolean"},
                                "Uploaded": _RFC_DATE,
                                "Updated": {"anyOf": [_RFC_DATE, {"type": "null"}]},
                                "EntitySets": _list(_TEXT),
                            }
                        )
                    ),
                }
            )
        }
    ),
    "Entities": _object(
        {
            "d": _object(
                {
                    "__copyright": _TEXT,
                    "__count": {"type": "string", "pattern": "^[0-9]+$"},
                    "results": _list(_object({"__metadata": _METADATA}, more=_VALUES)),
                },
                "__count",
            )
        }
    ),
    "Entity": _object(
        {"d": _object({"__copyright": _TEXT, "__metadata": _METADATA}, more=_VALUES)}
    ),
    "OpenApi": {"type": "object", "required": ["openapi", "info", "paths"]},
    "XmlText": {
        "type": "string",
        "description": "XML as the reference's examples have it: `Response` for jobs, an AtomPub "
        "service document, an Atom feed or entry, EDMX, or a .NET DataSet.",
    },
    "LogText": {"type": "string", "description": "Row, line, property, value, rule, advice."},
    "Callback": {"type": "string", "description": "A call of the function that `jsonp` names."},
}
