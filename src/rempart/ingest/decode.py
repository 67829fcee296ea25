"""One item from its JSON bytes: a typed fast path, and the careful one for everything unusual.

The fast path may only say yes, and only where the careful path would say the same:

- msgspec decodes strictly (types, required and unknown fields, UTF-8, numbers);
- *no key twice*, in two ways. Quick: without escapes every quote begins or ends a key or a string;
  when there are no more quotes than the decoded fields need (and a `"kind":` of "chat", the default
  that is often written), no key is there twice. Else: on a line with its escapes taken out, every
  `"word":` is a key, because a quote cannot stand inside a string. Each known key once, and `id`
  as often as the decoded item has ids, leaves no room for a second one; a key written with escapes
  leaves digits behind and is no known key;
- *limits*: strings so short that no limit can be broken, times in UTC, no media, empty `extra`.

All else is decided in `careful`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from rempart.ingest.bounds import YEARS
from rempart.ingest.careful import parse_carefully
from rempart.ingest.parsed import Parsed
from rempart.model import Account, Event, ItemRefusal, Message, MessageKind

_SHORT_ITEM = 4096
_SHORT_ID = 64
"""Characters; at four bytes each the limit of 256 bytes is kept."""
_SHORT_NAME = 256
_SHORT_LIST = 64
_MAX_SHAPES = 1024
_QUOTES_ALWAYS_THERE = 7 * 2 + 6 * 2
"""Keys and strings of id, platform, channel, sent_at, author with its id, and text."""
_CHAT = MessageKind.CHAT

_decode_message = msgspec.json.Decoder(Message).decode
_decode_event = msgspec.json.Decoder(Event).decode
_find_keys = re.compile(rb'"([a-z_0-9]+)"\s*:').findall
_remove_escapes = re.compile(rb"\\.", re.DOTALL).sub

_KNOWN_KEYS = frozenset(
    field.encode_name.encode()
    for struct in (Message, Account, Event)
    for field in msgspec.structs.fields(struct)
)

_shapes: dict[tuple[bytes, ...], int] = {}
"""Sequence of keys → how often `id` is among them, or -1 when another key is unknown or doubled."""


def parse_one(
    raw: bytes, *, line: int | None = None, index: int | None = None
) -> Parsed | ItemRefusal:
    """A message, or an event (an object with the key `event`), or why it is neither."""
    try:
        if b'"event"' in raw:
            event = _decode_event(raw)
            if _is_plain_event(event, raw):
                return Parsed(event, raw)
        else:
            message = _decode_message(raw)
            if _is_plain_message(message, raw):
                return Parsed(message, raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return parse_carefully(raw, line=line, index=index)


def parse_lines(lines: Iterable[bytes], first_line: int = 1) -> list[Parsed | ItemRefusal]:
    """One result per line that is not blank, in order; lines are counted from `first_line`."""
    results: list[Parsed | ItemRefusal] = []
    for number, line in enumerate(lines, first_line):
        raw = line.strip(b" \t\r\n")
        if raw:
            results.append(parse_one(raw, line=number))
    return results


def _is_plain_message(message: Message, raw: bytes) -> bool:
    author = message.author
    return (
        len(raw) <= _SHORT_ITEM
        and not message.extra
        and not message.media
        and bool(message.text)
        and message.sent_at.tzinfo is UTC
        and message.sent_at.year in YEARS
        and _is_short(message.id, message.platform, message.channel)
        and _is_plain_account(author)
        and (message.reply_to is None or 0 < len(message.reply_to) <= _SHORT_ID)
        and (not message.targets or _is_short(*message.targets))
        and len(message.links) <= _SHORT_LIST
        and (_has_no_spare_key(message, raw) or _count_ids(raw) == 2)
    )


def _is_plain_event(event: Event, raw: bytes) -> bool:
    account = event.account
    ids = 1
    if isinstance(account, Account):
        if not _is_plain_account(account):
            return False
        ids = 2
    elif isinstance(account, str) and not 0 < len(account) <= _SHORT_ID:
        return False
    return (
        len(raw) <= _SHORT_ITEM
        and not event.extra
        and event.at.tzinfo is UTC
        and event.at.year in YEARS
        and _is_short(event.id, event.platform, event.channel)
        and (event.message is None or 0 < len(event.message) <= _SHORT_ID)
        and (event.count is None or 0 <= event.count < 2**31)
        and _count_ids(raw) == ids
    )


def _is_short(*identifiers: str) -> bool:
    if len(identifiers) > _SHORT_LIST:
        return False
    for value in identifiers:  # noqa: SIM110 - a generator costs twice as much, on every message
        if not 0 < len(value) <= _SHORT_ID:
            return False
    return True


def _is_plain_account(account: Account) -> bool:
    created: datetime | None = account.created_at
    return (
        0 < len(account.id) <= _SHORT_ID
        and (created is None or created.tzinfo is UTC)
        and (account.name is None or len(account.name) <= _SHORT_NAME)
        and (not account.roles or _is_short(*account.roles))
    )


def _has_no_spare_key(message: Message, raw: bytes) -> bool:
    """True only when every key stands there once; False says nothing. For plain messages."""
    author = message.author
    spare = raw.count(b'"') - _QUOTES_ALWAYS_THERE
    if author.name is not None:
        spare -= 4
    if author.created_at is not None:
        spare -= 4
    if author.roles:
        spare -= 2 + 2 * len(author.roles)
    if message.targets:
        spare -= 2 + 2 * len(message.targets)
    if message.links:
        spare -= 2 + 2 * len(message.links)
    if message.reply_to is not None:
        spare -= 4
    if message.private:
        spare -= 2
    if message.kind is not _CHAT or (spare and b'"kind":' in raw):
        spare -= 4
    return not spare and b"\\" not in raw


def _count_ids(raw: bytes) -> int:
    keys = tuple(_find_keys(_remove_escapes(b"", raw) if b"\\" in raw else raw))
    ids = _shapes.get(keys)
    if ids is None:
        rest = [key for key in keys if key != b"id"]
        ids = len(keys) - len(rest)
        if len(set(rest)) != len(rest) or not _KNOWN_KEYS.issuperset(rest):
            ids = -1
        if len(_shapes) < _MAX_SHAPES:
            _shapes[keys] = ids
    return ids
