"""What goes into the embedded engine and what comes out, and how items become log entries.

A message or event is committed to as the bytes that arrived (see `log.commit`, rule 3). What the
engine adds (when, by whom, the outcome) stands beside the bytes, never in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from rempart.ingest import Parsed, parse_one
from rempart.log.commit import (
    SALT_BYTES,
    SealedEntry,
    base64url,
    leaf_of,
    message_prefix,
    new_salts,
    seal_messages,
)
from rempart.log.subjects import NOBODY, TRAFFIC, account_subject
from rempart.model import Event, Item, Message, Outcome, Verdict, message_key
from rempart.model.moments import rfc3339

_encode = msgspec.json.Encoder().encode
_EVENTS = "/events"
MAX_AHEAD = timedelta(days=1)
_OF_ANY_TIME = frozenset({"file", "scenario"})


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who delivered items, and how far that is proven: `transport-authenticated` (a token or a
    shared secret), `source-signed` (the platform's own signature), or `user-submitted`.

    `via`: `api`, `hook`, `connector`, `file`, `scenario`; `name`: the token, hook, connector or
    file."""

    via: str
    name: str = ""
    proof: str = "transport-authenticated"

    def value(self) -> dict[str, str]:
        """As it stands in the log."""
        return {"via": self.via, "name": self.name, "proof": self.proof}


class ItemResult(NamedTuple):
    """What became of one accepted item. `outcome` is JSON, ready to send; for an event it says
    only that it was taken. `status`: `new`, `duplicate` (the first outcome again) or `conflict`
    (the same id with another body: both are kept, the first outcome counts). `sequence` is the log
    entry of this body."""

    outcome: bytes
    status: str
    sequence: int
    event: bool = False


class EventTaken(msgspec.Struct, frozen=True):
    """What is answered for an event."""

    id: str
    event: str


def is_plain(outcome: Outcome) -> bool:
    """Allowed, and nothing was found: such an outcome is not written, it follows from the id."""
    return (
        outcome.verdict is Verdict.ALLOW
        and not outcome.signals
        and outcome.raid is None
        and not outcome.rules
        and not outcome.measures
        and not outcome.shadow
    )


def plain_outcome(id: str) -> bytes:
    return _encode(Outcome(id, Verdict.ALLOW, 0.0))


def encode_outcome(outcome: Outcome) -> bytes:
    return _encode(outcome)


def event_answer(event: Event) -> bytes:
    return _encode(EventTaken(event.id, event.event.value))


def key_of(item: Message | Event) -> bytes:
    """Messages and events of one platform have ids of their own: neither can hide the other."""
    if type(item) is Message:
        return message_key(item.platform, item.id)
    return message_key(item.platform + _EVENTS, item.id)


def key_in_channel(message: Message) -> bytes:
    """For a message whose id is known in another channel of its platform."""
    channel = message.channel.encode("utf-8", "surrogatepass")
    return blake2b(key_of(message) + channel, digest_size=16, person=b"rempart channel").digest()


def prefix_of(source: Source, at_ms: int) -> bytes:
    return message_prefix(rfc3339(at_ms), source.value())


def seal_items(
    prefix: bytes,
    items: Sequence[Message | Event],
    raws: Sequence[bytes],
    outcomes: Sequence[bytes | None],
) -> list[SealedEntry]:
    """Entries `message` and `event` of one source, in order."""
    places = [place for place, item in enumerate(items) if type(item) is not Message]
    subjects = [subject_of(item) for item in items]
    if not places:
        return seal_messages(prefix, raws, outcomes, new_salts(len(raws)), subjects)
    events = set(places)
    messages = [place for place in range(len(items)) if place not in events]
    sealed: list[SealedEntry | None] = [None] * len(items)
    entries = seal_messages(
        prefix,
        [raws[place] for place in messages],
        [outcomes[place] for place in messages],
        new_salts(len(messages)),
        [subjects[place] for place in messages],
    )
    for place, entry in zip(messages, entries, strict=True):
        sealed[place] = entry
    for place in places:
        sealed[place] = seal_verbatim("event", prefix, raws[place], subject=subjects[place])
    return [entry for entry in sealed if entry is not None]


def subject_of(item: Message | Event) -> str:
    """Whom an item is about: the author of a message, the account that an event names."""
    if isinstance(item, Message):
        return account_subject(item.platform, item.author.id)
    account = item.account
    if account is None:
        return NOBODY
    return account_subject(item.platform, account if isinstance(account, str) else account.id)


def seal_verbatim(
    name: str, prefix: bytes, raw: bytes, more: bytes = b"", *, subject: str
) -> SealedEntry:
    """An entry whose value holds the bytes of an item as they arrived, like a message's.

    `more` is appended after the item: JSON members, each after a comma.
    """
    salt = base64url(new_salts(1)[:SALT_BYTES])
    body = b'["%b","%b",%b%b%b}]' % (salt, name.encode(), prefix, raw, more)
    return SealedEntry(leaf_of((body,)), (body,), (subject,), TRAFFIC)


class _Via(msgspec.Struct, frozen=True):
    via: str = ""


class _Head(msgspec.Struct):
    at: datetime | None = None
    source: _Via = _Via()


class _ItemValue(_Head, kw_only=True):
    item: msgspec.Raw


class LoggedItem(NamedTuple):
    """The bytes of an item as they came, when, and by which way (None and empty: not told)."""

    name: str
    raw: bytes
    at: datetime | None = None
    via: str = ""


def believed(item: Item, via: str, received: datetime | None) -> Item:
    """The item as the pipeline is given it. One that says it comes from more than a day ahead of
    its own coming is taken for a day ahead: whatever ends or is forgotten by event time would
    otherwise end for everybody. Evidence keeps the bytes. Files are of any time."""
    if received is None or via in _OF_ANY_TIME:
        return item
    latest = received + MAX_AHEAD
    if isinstance(item, Message):
        return replace(item, sent_at=latest) if item.sent_at > latest else item
    return replace(item, at=latest) if item.at > latest else item


_name_of = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])
_item_of = msgspec.json.Decoder(_ItemValue)
_ITEM_KEY = ',"item":'
_RAW_NAMES = frozenset({"message", "event", "conflict"})


def logged_item(bodies: Iterable[bytes]) -> LoggedItem | None:
    """The bytes of the item in the bodies of an entry; None when it is another kind of entry. An
    item is one body alone: a part of evidence may be named like one."""
    body, *more = [*bodies, b""]
    if not body or len(more) > 1:
        return None
    try:
        _, name, value = _name_of.decode(body)
        if name in _RAW_NAMES:
            found = _item_of.decode(value)
            return LoggedItem(name, bytes(found.item), found.at, found.source.via)
    except msgspec.DecodeError:
        return _logged_item_with_care(body)
    return None


def logged_message(bodies: Iterable[bytes]) -> Message | None:
    """The message in the bodies of an entry, as it came; None when it is another kind of entry, or
    its words were erased."""
    found = logged_item(bodies)
    parsed = parse_one(found.raw) if found is not None else None
    if isinstance(parsed, Parsed) and isinstance(parsed.item, Message):
        return parsed.item
    return None


class _MessageValue(msgspec.Struct):
    item: Message


_message_of = msgspec.json.Decoder(tuple[str, str, _MessageValue])


def messages_of(bodies: Iterable[bytes]) -> list[Message | None]:
    """The messages in the first bodies of entries `message`, quickly: what was taken in before
    needs no second look at its keys and limits. The unusual is read as `logged_message` does."""
    decode = _message_of.decode
    found: list[Message | None] = []
    for body in bodies:
        try:
            message = decode(body)[2].item
            usual = message.sent_at.tzinfo is UTC and not message.media and not message.extra
        except (msgspec.MsgspecError, ValueError):
            usual = False
        found.append(message if usual else logged_message((body,)))
    return found


def _logged_item_with_care(body: bytes) -> LoggedItem | None:
    """The same for a body with half a surrogate pair in it, which msgspec does not read past.

    The engine wrote what stands before the item, and no JSON string holds `,"item":` unescaped:
    its first occurrence is the key.
    """
    text = body.decode("utf-8", "surrogatepass")
    name = json.loads(text)[1]
    if name not in _RAW_NAMES:
        return None
    key = text.index(_ITEM_KEY)
    head = msgspec.convert(json.loads(text[:key] + "}]")[2], _Head)
    start = key + len(_ITEM_KEY)
    start += len(text[start:]) - len(text[start:].lstrip())
    _, end = json.JSONDecoder().raw_decode(text, start)
    raw = text[start:end].encode("utf-8", "surrogatepass")
    return LoggedItem(name, raw, head.at, head.source.via)


def same_content(first: bytes, second: bytes) -> bool:
    """Whether two bodies say the same: to the byte, or as JSON (order of keys, spaces, escapes)."""
    if first == second:
        return True
    try:
        return bool(json.loads(first) == json.loads(second))
    except (ValueError, RecursionError):
        return False
