"""What `GET /$discovery/rest` says: the two methods in the form of Google's API discovery service.

Clients that build themselves from such a document (`discovery.build(…, discoveryServiceUrl=…)`)
need nothing else. The descriptions are our own.
"""

from __future__ import annotations

from typing import Any

VERSION = "v1alpha1"
_STRING = {"type": "string"}
_BOOLEAN = {"type": "boolean"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": name}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _map(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": item}


def _schema(name: str, description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "type": "object",
        "description": description,
        "properties": properties,
    }


_COMMON: dict[str, dict[str, Any]] = {
    "comment": _ref("TextEntry"),
    "context": _ref("Context"),
    "languages": _list(_STRING),
    "clientToken": _STRING,
    "sessionId": _STRING,
    "communityId": _STRING,
}
_FLOAT = {"type": "number", "format": "float"}
_INT = {"type": "integer", "format": "int32"}
_SCORE_TYPE = {
    "type": "string",
    "enum": ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"],
    "enumDescriptions": ["Probability.", "From 0 to 1.", "No.", "No.", "No."],
}
_SCHEMAS = [
    _schema(
        "TextEntry",
        "A text. Only PLAIN_TEXT is taken.",
        text=_STRING,
        type={
            "type": "string",
            "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"],
            "enumDescriptions": ["Plain text.", "Plain text.", "Refused."],
        },
    ),
    _schema(
        "ArticleAndParentComment",
        "What a comment answers. Taken and not used.",
        article=_ref("TextEntry"),
        parentComment=_ref("TextEntry"),
    ),
    _schema(
        "Context",
        "What a comment is about. Taken and not used; one of the two.",
        entries=_list(_ref("TextEntry")),
        articleAndParentComment=_ref("ArticleAndParentComment"),
    ),
    _schema(
        "AttributeParameters",
        "How an attribute is wanted. Below the threshold no score is returned.",
        scoreType=_SCORE_TYPE,
        scoreThreshold=_FLOAT,
    ),
    _schema(
        "Score",
        "From 0 to 1, in steps of 0.05; 0.5 is the threshold of the language.",
        value=_FLOAT,
        type=_SCORE_TYPE,
    ),
    _schema(
        "SpanScore",
        "The score of a part of the comment, in UTF-16 code units; the end is not part of it.",
        begin=_INT,
        end=_INT,
        score=_ref("Score"),
    ),
    _schema(
        "AttributeScores",
        "The scores of one attribute.",
        summaryScore=_ref("Score"),
        spanScores=_list(_ref("SpanScore")),
    ),
    _schema(
        "AnalyzeCommentRequest",
        "A comment to be scored. Nothing of it is stored.",
        **_COMMON,
        requestedAttributes=_map(_ref("AttributeParameters")),
        spanAnnotations=_BOOLEAN,
        doNotStore=_BOOLEAN,
        dropUnsupportedAttributes=_BOOLEAN,
    ),
    _schema(
        "AnalyzeCommentResponse",
        "The scores of the attributes that were asked for.",
        attributeScores=_map(_ref("AttributeScores")),
        languages=_list(_STRING),
        detectedLanguages=_list(_STRING),
        clientToken=_STRING,
    ),
    _schema(
        "SuggestCommentScoreRequest",
        "What somebody would have scored. Taken and forgotten.",
        **_COMMON,
        attributeScores=_map(_ref("AttributeScores")),
    ),
    _schema(
        "SuggestCommentScoreResponse",
        "An acknowledgement.",
        clientToken=_STRING,
        requestedLanguages=_list(_STRING),
        detectedLanguages=_list(_STRING),
    ),
]


def _method(verb: str, message: str, description: str) -> dict[str, Any]:
    path = f"{VERSION}/comments:{verb}"
    return {
        "id": f"commentanalyzer.comments.{verb}",
        "path": path,
        "flatPath": path,
        "httpMethod": "POST",
        "description": description,
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{message}Request"),
        "response": _ref(f"{message}Response"),
    }


def document(root: str) -> dict[str, Any]:
    """`root`: the address of this service, with a slash at its end."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "protocol": "rest",
        "id": f"commentanalyzer:{VERSION}",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": VERSION,
        "revision": "20261121",
        "title": "Rempart, in the form of the Perspective Comment Analyzer API",
        "description": "Scores of abuse in comments, on this server.",
        "documentationLink": f"{root}about",
        "rootUrl": root,
        "baseUrl": root,
        "servicePath": "",
        "basePath": "",
        "batchPath": "batch",
        "parameters": {
            "key": {"type": "string", "location": "query", "description": "The key."},
            "alt": {
                "type": "string",
                "location": "query",
                "default": "json",
                "enum": ["json"],
                "enumDescriptions": ["JSON"],
            },
            "prettyPrint": {"type": "boolean", "location": "query", "default": "true"},
            "quotaUser": {"type": "string", "location": "query"},
            "$.xgafv": {
                "type": "string",
                "location": "query",
                "enum": ["1", "2"],
                "enumDescriptions": ["v1", "v2"],
            },
        },
        "schemas": {schema["id"]: schema for schema in _SCHEMAS},
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a comment."),
                    "suggestscore": _method(
                        "suggestscore",
                        "SuggestCommentScore",
                        "Takes a suggestion, and forgets it.",
                    ),
                }
            }
        },
    }
