"""The description of the API (`/openapi.json`), completed with what the framework cannot know.

How refusals look, which calls need whom, and the three shapes of `POST /messages`.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from msgspec.json import schema_components

from rempart.log.witnessing import SIZE_TYPE
from rempart.model import ItemRefusal, Message
from rempart.web.api.evidence.witness import PATH as COSIGNING
from rempart.web.api.intake.media import PhotoView
from rempart.web.failures import ProblemAnswer

Json = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_REFUSALS = {
    "400": "The input is wrong: reason and place",
    "401": "Who asks is not known",
    "403": "Known, and without right to this",
    "404": "Not there, or not in a channel with rights",
    "405": "Not this method",
    "408": "The body did not arrive in time",
    "409": "Somebody else changed it first, or its state does not allow this",
    "413": "Too large",
    "415": "A content type or encoding that is not understood",
    "422": "The item was refused",
    "429": "Too much at once: see Retry-After",
    "500": "An error inside; it was logged",
    "501": "A later version fills this; it says which part",
    "503": "The store cannot be written: see Retry-After",
    "507": "The store is full: see Retry-After",
}
_PUBLIC = (
    *("/api/v1/reports", "/api/v1/media/", "/api/v1/log/", "/api/v1/hooks/"),
    "/api/v1/witness/",
    *("/healthz", "/api/v1/healthz"),
)
_MESSAGES = "/api/v1/messages"
_PHOTO = "/api/v1/media/check"
_PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/avif")


def describe(app: Litestar) -> Json:
    document: Json = app.openapi_schema.to_schema()
    components: Json = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    _, ours = schema_components(
        [ProblemAnswer, Message, ItemRefusal, PhotoView], ref_template="#/components/schemas/{name}"
    )
    schemas.update(ours)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "rempart"},
    }
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                _complete(methods[method], public=path.startswith(_PUBLIC))
    _describe_messages(document["paths"][_MESSAGES]["post"])
    _describe_photo(document["paths"][_PHOTO]["post"])
    _describe_cosigning(document["paths"][COSIGNING]["post"])
    return document


def _complete(operation: Json, *, public: bool) -> None:
    operation["security"] = [] if public else [{"token": []}, {"session": []}]
    responses: Json = operation.setdefault("responses", {})
    for status, meaning in _REFUSALS.items():
        responses[status] = {
            "description": meaning,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}
            },
        }


def _describe_messages(operation: Json) -> None:
    message = {"$ref": "#/components/schemas/Message"}
    operation["security"] = [{"token": []}]
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [message, {"type": "array", "items": message}]}
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
    outcome: Json = operation["responses"]["200"]["content"]["application/json"]["schema"]
    refused = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"$ref": "#/components/schemas/ItemRefusal"}},
    }
    one = {"anyOf": [outcome, refused]}
    operation["responses"]["200"]["content"] = {
        "application/json": {"schema": {"anyOf": [outcome, {"type": "array", "items": one}]}},
        "application/x-ndjson": {"schema": {"type": "string"}},
    }
    operation["responses"]["422"]["content"]["application/json"]["schema"] = refused


def _describe_cosigning(operation: Json) -> None:
    """C2SP tlog-witness: text in, a signature line out; a conflict is answered with a size."""
    text: Json = {"schema": {"type": "string"}}
    operation["requestBody"] = {"required": True, "content": {"text/plain": text}}
    operation["responses"]["200"]["content"] = {"text/plain": text}
    operation["responses"]["409"] = {
        "description": "Another size was cosigned last: this one",
        "content": {SIZE_TYPE: text},
    }


def _describe_photo(operation: Json) -> None:
    """The photo as a form with a file or bare; the answer is the report, or the clean file."""
    file: Json = {"schema": {"type": "string", "format": "binary"}}
    form = {
        "type": "object",
        "required": ["photo"],
        "properties": {
            "photo": {"type": "string", "format": "binary"},
            "clean": {"type": "string", "enum": ["1"]},
        },
    }
    operation["requestBody"] = {
        "required": True,
        "content": {"multipart/form-data": {"schema": form}, **dict.fromkeys(_PHOTO_TYPES, file)},
    }
    operation["responses"]["200"] = {
        "description": "What it gives away, or with `clean=1` the file without it",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/PhotoView"}},
            **dict.fromkeys(_PHOTO_TYPES, file),
        },
    }
