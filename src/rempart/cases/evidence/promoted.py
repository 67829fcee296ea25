"""Evidence: what belongs to a case is committed to once more, field by field and word by word.

The stream pays one commitment per message. A dossier that hides anything needs more: each field
that some reader must not see is a disclosure of its own here, and the words of a text are leaves of
a tree (`log.words`). The evidence entry names the index of the entry it speaks of.

Rules kept here:

1. Nothing of child safety is committed to again: there is no second copy of it to leak.
2. Every entry is looked at once: `tables.evidence` says which, and promoting twice does nothing.
3. It happens in bounded portions beside the messages, and at the export for whatever is left.
4. Evidence is about whom the entry is about, and is erased with it.
5. What was erased stays erased: an entry without its body has no evidence. What was changed in the
   store has none either: an entry and an alarm say so until a full check has found that everything
   holds, and no dossier is exported from such a log.
6. What cannot be read now, although nobody erased it, is looked at again: when something new comes
   to the case, and at its export.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rempart.cases.child_safety import withheld
from rempart.cases.entries import entry, record
from rempart.errors import LogError
from rempart.ingest import Parsed, parse_one
from rempart.log.commit import (
    Disclosed,
    SealedEntry,
    leaf_of,
    message_of,
    open_leaf,
    seal,
    without_floats,
)
from rempart.log.subjects import KEPT, NOBODY, account_subject, report_subject
from rempart.log.words import SEED_BYTES, salts_of, word_disclosures, words_of, words_root
from rempart.model import Message
from rempart.store.interface import Tables

EVIDENCE: Final = "evidence"
WITHHELD: Final = frozenset({"contact", "capture-key", "proof-key"})
"""Disclosures that no edition gives away and no evidence repeats: who reported, and the keys of a
captured page's files."""
PORTION: Final = 250
"""So many entries are promoted in one go: about 50 ms."""
APART: Final = frozenset(
    {
        "account", "accounts", "by", "confirmed_by", "explanation", "flagger", "links",
        "members", "message", "message_ids", "more", "others", "reason", "said", "scope", "seen_by",
        "statement", "subject", "text", "to", "person", "why",
    }
)  # fmt: skip
"""Fields of entries that are no messages, each of which some edition hides: whoever acted, whoever
is meant, and words that a person chose. The others stand together under `facts`."""
_MESSAGE: Final = b'","message",'
_SALT_END: Final = len('["') + 22
FIELD_OF_MESSAGE: Final = (
    "ids", "place", "others", "author", "author_name", "author_profile", "text", "links", "media",
    "outcome", "source", "source_name", "more",
)  # fmt: skip
"""What the evidence of a message says, each on its own; what is empty is left out."""


def promote_due(tables: Tables, portion: int = PORTION) -> int:
    """Promotes a portion of what the open cases still miss; how many entries were looked at."""
    left = portion
    while left > 0:
        waiting = tables.evidence.due(1)
        if not waiting:
            break
        left -= promote(tables, waiting[0], left)
    return portion - left


def promote(tables: Tables, case_id: str, portion: int | None = None) -> int:
    """Promotes up to `portion` entries of one case (None: all); how many were looked at."""
    missing = unpromoted(tables, case_id)
    chosen = missing if portion is None else missing[:portion]
    if len(chosen) == len(missing):
        tables.evidence.done(case_id)
    bodies = tables.log.bodies_of(chosen)
    told: list[tuple[int, SealedEntry | None]] = []
    for seq in chosen:
        parts = bodies.get(seq, ())
        if not parts and tables.log.opened(seq, seq + 1).damaged:
            continue
        if _belongs(tables, seq, parts):
            told.append((seq, evidence_of(seq, parts)))
    first = tables.log.append([sealed for _, sealed in told if sealed is not None])
    pairs: list[tuple[int, int | None]] = []
    for seq, sealed in told:
        pairs.append((seq, first if sealed is not None else None))
        first += sealed is not None
    tables.evidence.add(pairs)
    if not pairs:
        # Nothing of this portion can be read now: it must not stand before other cases for ever.
        tables.evidence.done(case_id)
    return len(chosen)


def _belongs(tables: Tables, seq: int, bodies: tuple[bytes, ...]) -> bool:
    """Whether the entry commits to these bodies: what somebody changed in the store must not be
    committed to as if it were what came."""
    try:
        open_leaf(tables.log.leaves(seq, seq + 1)[0], bodies)
    except (LogError, IndexError):
        if tables.attested.changed(seq, tables.log.size()):
            record(tables, [(None, entry("log-changed", {"entry": seq}, bucket=KEPT))])
            tables.announce("alarm", {"what": "log-changed", "entry": seq})
        return False
    return True


def unpromoted(tables: Tables, case_id: str) -> list[int]:
    """Entries of a case that nobody has looked at yet; none of those of child safety (rule 1)."""
    case = tables.cases.get(case_id)
    closed = withheld(tables, case) if case is not None else None
    if closed is None:
        return []
    sequences = tables.cases.sequences(case_id)
    known = tables.evidence.of(sequences)
    return [seq for seq in sequences if seq not in known and seq not in closed]


def evidence_of(seq: int, bodies: tuple[bytes, ...]) -> SealedEntry | None:
    """The evidence entry of an entry with these bodies; None: it needs none, or was erased."""
    if not bodies:
        return None
    if bodies[0].startswith(_MESSAGE, _SALT_END):
        message = message_of(bodies[0])
        parsed = parse_one(message.item)
        if not (isinstance(parsed, Parsed) and isinstance(parsed.item, Message)):
            return None
        fields = message_fields(parsed.item, message.source, message.outcome)
        head = {
            "of": seq,
            "kind": "message",
            "at": message.at,
            "sent_at": _time(parsed.item),
            "private": parsed.item.private or None,
        }
        author = account_subject(parsed.item.platform, parsed.item.author.id)
        return _seal(head, fields, author)
    return _of_other(seq, bodies)


def message_fields(
    message: Message, source: Mapping[str, Any], outcome: bytes | None
) -> dict[str, Any]:
    """The fields of a message as its evidence has them (`FIELD_OF_MESSAGE`)."""
    author = message.author
    profile = msgspec.to_builtins(msgspec.structs.replace(author, id="", name=None))
    profile.pop("id")
    ids = {"id": message.id, "reply_to": message.reply_to}
    fields = {
        "ids": {key: id for key, id in ids.items() if id is not None},
        "place": {
            "platform": message.platform,
            "channel": message.channel,
            "kind": message.kind.value,
            "target": message.hit[0],
        },
        "others": list(message.hit[1:]),
        "author": author.id,
        "author_name": author.name,
        "author_profile": profile,
        "text": message.text,
        "links": list(message.links),
        "media": msgspec.to_builtins(message.media),
        "outcome": None if outcome is None else without_floats(json.loads(outcome)),
        "source": {key: source[key] for key in ("via", "proof", "signature") if key in source},
        "source_name": source.get("name"),
        # As text: whatever a platform sends along has one form only as the characters it came in.
        "more": json.dumps(message.extra, sort_keys=True) if message.extra else None,
    }
    return {name: fields[name] for name in FIELD_OF_MESSAGE if fields[name]}


def other_fields(parts: list[Disclosed]) -> dict[str, Any]:
    """The fields of any other entry: those of `APART` each alone, the others as `facts`."""
    facts: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for part in parts:
        if part.name in WITHHELD:
            continue
        for key, value in part.value.items():
            (fields if key in APART else facts)[key] = value
    facts.pop("v", None)
    return {"facts": facts, **fields}


def _of_other(seq: int, bodies: tuple[bytes, ...]) -> SealedEntry | None:
    parts = open_leaf(leaf_of(bodies), bodies)
    fields = other_fields(parts)
    if len(fields) == 1:
        return None
    head = {"of": seq, "kind": parts[0].name, "at": fields["facts"].get("at")}
    return _seal(head, fields, _whom(parts[0].name, fields))


def _whom(kind: str, fields: Mapping[str, Any]) -> str:
    """Whom the evidence of an entry that is no message is about, as the entry itself."""
    facts = fields["facts"]
    report = facts.get("id") if kind == "report" else facts.get("report")
    if isinstance(report, str) and kind != "second-look":
        return report_subject(report)
    place = fields.get("scope")
    platform = place.get("platform") if isinstance(place, dict) else facts.get("platform")
    account = fields.get("account")
    if isinstance(account, str) and isinstance(platform, str):
        return account_subject(platform, account)
    return NOBODY


def _seal(head: Mapping[str, Any], fields: Mapping[str, Any], subject: str) -> SealedEntry:
    """Kept without a day: the retention of cases erases it with the case."""
    seed = os.urandom(SEED_BYTES)
    parts: list[tuple[str, dict[str, Any]]] = [
        (name, {"v": 1, "is": value}) for name, value in fields.items()
    ]
    text = fields.get("text")
    if isinstance(text, str) and text:
        root = words_root(word_disclosures(seed, words_of(text)))
        parts.append(("words", {"v": 1, "root": root}))
    parts.append(("seed", {"v": 1, "is": b64encode(seed).decode()}))
    names = [EVIDENCE, *(name for name, _ in parts)]
    told = {key: value for key, value in head.items() if value is not None}
    return seal(
        EVIDENCE,
        {"v": 1, **told},
        *parts,
        salts=salts_of(seed, names),
        subject=subject,
        bucket=KEPT,
    )


def _time(message: Message) -> str:
    at: str = msgspec.to_builtins(message.sent_at)
    return at
