"""The slow and exact way for one item: says yes with care, or says where and why not.

Order of the checks: size, UTF-8, depth (before anything recurses), JSON with every key and number
looked at, shape, limits. Lone surrogates are replaced by U+FFFD in texts and names; the raw bytes
keep them.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

import msgspec

from rempart.ingest.bounds import (
    MAX_DEPTH,
    MAX_LINE_BYTES,
    FieldError,
    check_event,
    check_message,
)
from rempart.ingest.parsed import Parsed
from rempart.model import Account, Event, EventKind, ItemRefusal, Media, Message, MessageKind

_MAX_SHOWN_ID = 256
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_MESSAGE_KEYS = frozenset(f.encode_name for f in msgspec.structs.fields(Message))
_EVENT_KEYS = frozenset(f.encode_name for f in msgspec.structs.fields(Event))
_ACCOUNT_KEYS = frozenset(f.encode_name for f in msgspec.structs.fields(Account))
_MEDIA_KEYS = frozenset(f.encode_name for f in msgspec.structs.fields(Media))
_IDENTIFIERS = frozenset({"id", "platform", "channel", "targets", "reply_to", "message"})
_Shape = TypeVar("_Shape", Message, Event)
_MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")
_CHOICES: dict[str, list[str]] = {"event": [*EventKind], "kind": [*MessageKind]}
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class _Poison:
    """Stands in the tree for a number or a key that must not be accepted."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Doubled(dict[str, Any]):
    """An object in which one key came twice."""

    key: str = ""


def parse_carefully(
    raw: bytes, *, line: int | None = None, index: int | None = None
) -> Parsed | ItemRefusal:
    tree: Any = None
    try:
        tree = _read_json(raw)
        return Parsed(_build(tree), raw)
    except FieldError as error:
        return ItemRefusal(
            reason=error.reason, field=error.field, line=line, index=index, id=_readable_id(tree)
        )


def _read_json(raw: bytes) -> Any:
    if len(raw) > MAX_LINE_BYTES:
        raise FieldError(None, f"item longer than {MAX_LINE_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FieldError(None, f"not valid UTF-8 at byte {error.start}") from None
    if depth_over_limit(raw):
        raise FieldError(None, f"nested deeper than {MAX_DEPTH}")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise FieldError(None, f"not JSON: {error.msg} at character {error.pos}") from None


def depth_over_limit(raw: bytes) -> bool:
    """Whether brackets outside strings nest deeper than `MAX_DEPTH`; linear, without recursion."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKENS.finditer(raw):
        first = raw[token.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) == len(pairs):
        return tree
    doubled = _Doubled(tree)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            doubled.key = key
            break
        seen.add(key)
    return doubled


def _integer(digits: str) -> int | _Poison:
    value = int(digits) if len(digits) <= 20 else None
    if value is None or not -(2**63) <= value < 2**63:
        return _Poison("integer out of range: more than 64 bits")
    return value


def _float(digits: str) -> float | _Poison:
    value = float(digits) if len(digits) <= 400 else None
    if value is None or value in (float("inf"), float("-inf")):
        return _Poison("number out of range")
    return value


def _constant(name: str) -> _Poison:
    return _Poison(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
    strict=True,
)


def _build(tree: Any) -> Message | Event:
    if not isinstance(tree, dict):
        raise FieldError(None, "not a JSON object")
    tree = _clean(tree, "", identifier=False)
    if "event" in tree:
        _gather_extra(tree, _EVENT_KEYS)
        if isinstance(tree.get("account"), dict):
            _forbid_unknown(tree["account"], _ACCOUNT_KEYS, tree, "account")
        event = _convert(tree, Event)
        check_event(event)
        return _event_in_utc(event)
    _gather_extra(tree, _MESSAGE_KEYS)
    if isinstance(tree.get("author"), dict):
        _forbid_unknown(tree["author"], _ACCOUNT_KEYS, tree, "author")
    media = tree.get("media")
    if isinstance(media, list):
        for index, item in enumerate(media):
            if isinstance(item, dict):
                _forbid_unknown(item, _MEDIA_KEYS, tree, f"media[{index}]")
    message = _convert(tree, Message)
    check_message(message, has_text="text" in tree)
    return _message_in_utc(message)


def _clean(value: Any, field: str, *, identifier: bool) -> Any:
    """The same tree with surrogates replaced; raises for poison, wherever it stands."""
    if isinstance(value, str):
        if not _SURROGATE.search(value):
            return value
        if identifier:
            raise FieldError(field, "lone surrogate in an identifier")
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, _Poison):
        raise FieldError(field, value.reason)
    if isinstance(value, list):
        return [
            _clean(item, f"{field}[{i}]", identifier=identifier) for i, item in enumerate(value)
        ]
    if isinstance(value, dict):
        return _clean_object(value, field)
    return value


def _clean_object(tree: dict[str, Any], field: str) -> dict[str, Any]:
    prefix = f"{field}." if field else ""
    if isinstance(tree, _Doubled):
        raise FieldError(prefix + _SURROGATE.sub("\ufffd", tree.key), "the key occurs twice")
    inside_extra = field == "extra" or field.startswith(("extra.", "extra["))
    cleaned: dict[str, Any] = {}
    for key, value in tree.items():
        name = _SURROGATE.sub("\ufffd", key)
        if name in cleaned:
            raise FieldError(prefix + name, "the key occurs twice")
        identifier = name in _IDENTIFIERS and not inside_extra
        cleaned[name] = _clean(value, prefix + name, identifier=identifier)
    return cleaned


def _gather_extra(tree: dict[str, Any], known: frozenset[str]) -> None:
    """Unknown keys move into `extra`; a key that is there already is not overwritten."""
    unknown = [key for key in tree if key not in known]
    if not unknown:
        return
    extra = tree.get("extra", {})
    if not isinstance(extra, dict):
        raise FieldError("extra", "must be an object")
    merged = dict(extra)
    for key in unknown:
        if key in merged:
            raise FieldError(key, "the key occurs twice: beside extra and in it")
        merged[key] = tree.pop(key)
    tree["extra"] = merged


def _forbid_unknown(
    part: dict[str, Any], known: frozenset[str], tree: dict[str, Any], field: str
) -> None:
    """Unknown keys of a part move into `extra` under their full name, as `author.badges`."""
    for key in [key for key in part if key not in known]:
        extra = tree.get("extra", {})
        if not isinstance(extra, dict):
            raise FieldError("extra", "must be an object")
        name = f"{field}.{key}"
        if name in extra:
            raise FieldError(name, "the key occurs twice: beside extra and in it")
        tree["extra"] = {**extra, name: part.pop(key)}


def _convert(tree: dict[str, Any], shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(tree, type=shape)
    except msgspec.ValidationError as error:
        _refuse_shape(str(error))


def _refuse_shape(problem: str) -> NoReturn:
    """Turns msgspec's words (`Expected …, got … - at `$.author.id``) into field and reason."""
    place = _PATH.search(problem)
    path = place["path"] if place else ""
    reason = problem[: place.start()] if place else problem
    missing = _MISSING.search(reason)
    if missing:
        path = f"{path}.{missing['name']}" if path else missing["name"]
        reason = "required and missing"
    raise FieldError(path or None, _in_our_words(reason, path))


def _in_our_words(reason: str, path: str) -> str:
    """What was expected, with an example where it is not plain."""
    if "RFC3339" in reason:
        return "not a time with a zone as RFC 3339 has it, like 2026-03-01T20:14:03Z"
    if reason.startswith("Invalid enum value") and path in _CHOICES:
        value = reason.removeprefix("Invalid enum value ")
        return f"{value} is none of {', '.join(_CHOICES[path])}"
    return (reason[:1].lower() + reason[1:]).replace("`", "")


def _message_in_utc(message: Message) -> Message:
    author = message.author
    if author.created_at is not None:
        author = msgspec.structs.replace(author, created_at=_utc(author.created_at))
    return msgspec.structs.replace(message, sent_at=_utc(message.sent_at), author=author)


def _event_in_utc(event: Event) -> Event:
    account = event.account
    if isinstance(account, Account) and account.created_at is not None:
        account = msgspec.structs.replace(account, created_at=_utc(account.created_at))
    return msgspec.structs.replace(event, at=_utc(event.at), account=account)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _readable_id(tree: Any) -> str | None:
    """The id, when the item got far enough to have one that can be shown."""
    value = tree.get("id") if isinstance(tree, dict) else None
    if not isinstance(value, str) or not value:
        return None
    return _SURROGATE.sub("\ufffd", value)[:_MAX_SHOWN_ID]
