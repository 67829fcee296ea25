"""Reading the body of a request: JSON as Google APIs read it (the JSON mapping of proto3).

Rules kept here:

1. Names in lowerCamelCase or as in the original (`requested_attributes`); null is *not set*.
2. What is not understood is refused with its field: an unknown name, a wrong type, NaN, a second
   key of the same name, nesting too deep. Nothing is guessed.
3. Half a surrogate pair is taken, and read as U+FFFD (FAULTS row 1).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple

from rempart.web.perspective.errors import bad_comment, bad_payload

MAX_BODY = 256 * 1024
MAX_COMMENT = 20_480
"""Bytes of UTF-8, the limit of the original service."""
_MAX_ATTRIBUTES = 100
_MAX_TOKEN = 1_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_TEXT_TYPES = {"TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"}
_SCORE_TYPES = {"SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"}


class Asked(NamedTuple):
    """One attribute that was asked for; below `threshold` no score is wanted."""

    name: str
    threshold: float = 0.0


class AnalyzeRequest(NamedTuple):
    """`token`: the client's, echoed. `languages` as they came; empty: to be detected."""

    text: str
    attributes: tuple[Asked, ...]
    languages: tuple[str, ...]
    token: str | None
    spans: bool
    drop_unsupported: bool


class SuggestRequest(NamedTuple):
    languages: tuple[str, ...]
    token: str | None


def read_json(body: bytes) -> dict[str, Any]:
    """The object in the body. Raises GoogleError."""
    try:
        found = json.loads(
            body or b"{}", parse_constant=_no_constant, object_pairs_hook=_without_repeats
        )
    except RecursionError:
        raise bad_payload("Invalid JSON payload received. Nested too deep.") from None
    except ValueError as error:
        raise bad_payload(f"Invalid JSON payload received. {str(error)[:200]}") from None
    if not isinstance(found, dict):
        raise bad_payload("Invalid JSON payload received. Expected an object.")
    return found


def read_analyze(body: bytes) -> AnalyzeRequest:
    """Raises GoogleError with the field that is wrong."""
    fields = _Fields(read_json(body))
    comment = fields.child("comment")
    text, kind = comment.text("text", MAX_BODY), comment.choice("type", _TEXT_TYPES)
    comment.end()
    _context(fields)
    languages = _languages(fields)
    wanted = fields.child("requestedAttributes")
    attributes = _attributes(wanted)
    request = AnalyzeRequest(
        text or "",
        attributes,
        languages,
        fields.text("clientToken", _MAX_TOKEN),
        fields.flag("spanAnnotations"),
        fields.flag("dropUnsupportedAttributes"),
    )
    for name in ("sessionId", "communityId"):
        fields.text(name, _MAX_TOKEN)
    fields.flag("doNotStore")
    fields.end()
    _check_comment(request.text, kind)
    if not attributes:
        raise bad_comment("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    return request


def read_suggest(body: bytes) -> SuggestRequest:
    """Raises GoogleError with the field that is wrong."""
    fields = _Fields(read_json(body))
    comment = fields.child("comment")
    text, kind = comment.text("text", MAX_BODY), comment.choice("type", _TEXT_TYPES)
    comment.end()
    _context(fields)
    languages = _languages(fields)
    scores = fields.child("attributeScores").rest()
    if not scores:
        raise bad_comment("Missing attribute_scores", "INVALID_REQUEST")
    for name, found in scores.items():
        if not isinstance(found, dict) or not found:
            raise bad_payload(
                f"Attribute scores of {name[:100]} must not be empty", "attribute_scores"
            )
    token = fields.text("clientToken", _MAX_TOKEN)
    for name in ("sessionId", "communityId"):
        fields.text(name, _MAX_TOKEN)
    fields.end()
    _check_comment(text or "", kind)
    return SuggestRequest(languages, token)


def _check_comment(text: str, kind: str | None) -> None:
    if not text.strip():
        raise bad_comment("Comment must be non-empty.", "COMMENT_EMPTY")
    if len(text.encode()) > MAX_COMMENT:
        raise bad_comment("Comment text too long.", "COMMENT_TOO_LONG")
    if kind == "HTML":
        raise bad_comment("Currently, only 'PLAIN_TEXT' comments are supported", "INVALID_REQUEST")


def _attributes(wanted: _Fields) -> tuple[Asked, ...]:
    found: list[Asked] = []
    for name, value in wanted.rest().items():
        options = _Fields({} if value is None else value, f"requested_attributes.{name[:100]}")
        kind = options.choice("scoreType", _SCORE_TYPES)
        if kind not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
            raise bad_comment(
                f"Requested score type {kind} is not supported by attribute {name[:100]}",
                "INVALID_REQUEST",
            )
        found.append(Asked(name, options.number("scoreThreshold") or 0.0))
        options.end()
    if len(found) > _MAX_ATTRIBUTES:
        raise bad_payload("Too many requested attributes", "requested_attributes")
    return tuple(found)


def _context(fields: _Fields) -> None:
    """Checked and not used, as in the original."""
    context = fields.child("context")
    entries = context.listed("entries")
    article = context.child("articleAndParentComment")
    context.end()
    if entries and article.rest():
        raise bad_comment(
            "Context can have either entries or article_and_parent_comment, but both fields were "
            "populated.",
            "INVALID_REQUEST",
        )


def _languages(fields: _Fields) -> tuple[str, ...]:
    found: list[str] = []
    for value in fields.listed("languages"):
        if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
            raise _wrong_type("languages", "TYPE_STRING", value)
        found.append(value)
    if len(found) > 20:
        raise bad_payload("Too many languages", "languages")
    return tuple(dict.fromkeys(found))


class _Fields:
    """An object whose fields are taken one by one; `end` refuses what nobody took."""

    def __init__(self, found: Any, path: str = "") -> None:
        self._path = path
        if not isinstance(found, dict):
            raise _wrong_type(path, "TYPE_MESSAGE", found)
        self._left = dict(found)

    def _take(self, name: str) -> Any:
        original = _snake(name)
        if original != name and name in self._left and original in self._left:
            raise bad_payload(f"Invalid value at '{self._at(name)}': set twice.", self._at(name))
        value = self._left.pop(name, None)
        other = self._left.pop(original, None)
        return other if value is None else value

    def _at(self, name: str) -> str:
        return f"{self._path}.{_snake(name)}" if self._path else _snake(name)

    def child(self, name: str) -> _Fields:
        value = self._take(name)
        return _Fields({} if value is None else value, self._at(name))

    def listed(self, name: str) -> list[Any]:
        value = self._take(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _wrong_type(self._at(name), "TYPE_LIST", value)
        return value

    def text(self, name: str, most: int) -> str | None:
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise _wrong_type(self._at(name), "TYPE_STRING", value)
        if len(value) > most:
            raise bad_payload(f"Invalid value at '{self._at(name)}': too long.", self._at(name))
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise _wrong_type(self._at(name), "TYPE_BOOL", value)
        return value

    def number(self, name: str) -> float | None:
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(self._at(name), "TYPE_FLOAT", value)
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if not math.isfinite(found):
            raise _wrong_type(self._at(name), "TYPE_FLOAT", value)
        return found

    def choice(self, name: str, known: set[str]) -> str | None:
        value = self._take(name)
        if value is not None and (not isinstance(value, str) or value not in known):
            raise _wrong_type(self._at(name), "TYPE_ENUM", value)
        return value

    def rest(self) -> dict[str, Any]:
        """Everything left, for maps with free keys."""
        found, self._left = self._left, {}
        return found

    def end(self) -> None:
        for name in self._left:
            place = f" at '{self._path}'" if self._path else ""
            raise bad_payload(
                "Invalid JSON payload received. Unknown name "
                f"{json.dumps(name[:100])}{place}: Cannot find field.",
                self._path or None,
            )


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _wrong_type(field: str, kind: str, value: Any) -> Exception:
    """The value itself is not repeated: it may be the text."""
    return bad_payload(f"Invalid value at '{field}' ({kind}), {_kind(value)}", field)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "null")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found
