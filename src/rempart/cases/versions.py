"""Versions of the rules and of what the text detector learned: proposed, live, taken back.

Rules kept here:

1. A version goes live in a transaction of the engine; the log says which, by whom and why. Messages
   of later steps meet it, and the memory is saved in the same transaction, so that after a crash
   every message is stepped again under what it was stepped under.
2. Rules that are refused never become a version. What cannot be read any more is an error at the
   start, never left out in silence; nor is what differs from its hash in the log.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from rempart.cases.entries import disclosed, entry, record, rfc3339
from rempart.detect.text.model import ALL_HEADS
from rempart.detect.text.scoring import Delta
from rempart.errors import ConflictError, NotFoundError, StoreError
from rempart.log.commit import without_floats
from rempart.log.subjects import KEPT
from rempart.rules.language import Program, RuleProblemsError
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow, VersionState

LONGEST_REASON: Final = 1_000


class Live(NamedTuple):
    """What is in force beside what ships: the community's rules, and what was learned here."""

    program: Program | None
    delta: Delta | None
    delta_id: str = ""


def live_versions(tables: Tables) -> Live:
    """StoreError: a version of the store cannot be read."""
    rules = tables.versions.live(VersionKind.RULES)
    words = tables.versions.live(VersionKind.WORDS)
    return Live(
        program_of(tables, rules.id) if rules is not None else None,
        delta_of(tables, words.id) if words is not None else None,
        words.id if words is not None else "",
    )


def changed_versions(tables: Tables) -> Live | None:
    """What is in force after this transaction, when it changes that."""
    return live_versions(tables) if tables.versions.changed else None


def propose_rules(
    tables: Tables, program: Program, *, author: str, reason: str, at_ms: int, figures: str = "{}"
) -> VersionRow:
    """The rules as a version that is not in force yet; known rules are found again."""
    content: dict[str, Any] = {"files": program.files, "lists": program.lists}
    if program.fallen:
        content["fallen"] = sorted(program.fallen)
    body = _packed(content)
    return _propose(tables, VersionKind.RULES, program.hash, body, author, reason, at_ms, figures)


def propose_words(
    tables: Tables, delta: Delta, *, author: str, reason: str, at_ms: int, figures: str
) -> VersionRow:
    """What was learned as a version that is not in force yet."""
    body = _packed(
        {
            "indices": delta.indices.astype("<u4").tobytes(),
            "values": delta.values.astype("<f4").tobytes(),
            "offset": delta.offset.astype("<f4").tobytes(),
        }
    )
    id = blake2b(body, digest_size=16).hexdigest()
    return _propose(tables, VersionKind.WORDS, id, body, author, reason, at_ms, figures)


def go_live(
    tables: Tables,
    kind: VersionKind,
    id: str,
    *,
    by: str,
    reason: str,
    at_ms: int,
    over: str | None = None,
) -> VersionRow:
    """From the next step on this version is in force. `over`: the one that is to give way (empty:
    none). ConflictError: it is in force already, or somebody put another one in force meanwhile."""
    found = find(tables, kind, id)
    live = tables.versions.live(kind)
    if over is not None and over != (live.id if live is not None else ""):
        raise ConflictError(
            "somebody else put another version in force meanwhile",
            where=live.id if live is not None else "",
            next_step="look at it, then decide again",
        )
    if found.state is VersionState.LIVE:
        raise ConflictError("this version is already in force", where=found.id)
    return _move(tables, found, VersionState.LIVE, by, reason, at_ms)


def take_back(
    tables: Tables, kind: VersionKind, *, by: str, reason: str, at_ms: int
) -> VersionRow | None:
    """The live version is reverted and the one that it replaced goes live again, if there was one
    (and that was not reverted itself: then the one before that). Returns what is live then.
    NotFoundError: nothing is live."""
    live = tables.versions.live(kind)
    if live is None:
        raise NotFoundError("no version is in force: what ships is", where=kind.value)
    _move(tables, live, VersionState.REVERTED, by, reason, at_ms)
    origin = origin_of(tables, kind, live.id)
    before, seen = tables.versions.replaced_by(kind, origin), {live.id, origin}
    while before is not None and before not in seen:
        seen.add(before)
        found = find(tables, kind, before)
        if found.state is not VersionState.REVERTED:
            return _move(tables, found, VersionState.LIVE, by, reason, at_ms)
        before = tables.versions.replaced_by(kind, before)
    return None


def origin_of(tables: Tables, kind: VersionKind, id: str) -> str:
    """The version as people made it, where rules of it fell back by themselves since or were put
    back: all of these are taken back together."""
    if kind is not VersionKind.RULES:
        return id
    files, seen = files_of(tables, id), {id}
    before = tables.versions.replaced_by(kind, id)
    while before is not None and before not in seen and files_of(tables, before) == files:
        seen.add(before)
        id, before = before, tables.versions.replaced_by(kind, before)
    return id


def find(tables: Tables, kind: VersionKind, id: str) -> VersionRow:
    """By its id or the beginning of it. NotFoundError: none, or several."""
    found = tables.versions.get(kind, id)
    if found is not None:
        return found
    near = [row for row in tables.versions.latest(kind, 1_000) if row.id.startswith(id)]
    if len(near) != 1 or len(id) < 4:
        raise NotFoundError("there is no such version", where=id[:64])
    return near[0]


def program_of(tables: Tables, id: str) -> Program:
    """The rules of a version, compiled."""
    found = _unpacked(tables, VersionKind.RULES, id)
    try:
        return Program(found["files"], found["lists"], found.get("fallen", ()))
    except RuleProblemsError as error:  # taken by an earlier release
        raise StoreError(
            f"the rules of a version are not understood any more: {error.problems[0]}",
            where=id,
            next_step="start with the release that took them, and put others in force",
        ) from error


def files_of(tables: Tables, id: str) -> tuple[Mapping[str, str], Mapping[str, Sequence[str]]]:
    """The files and lists of a version of the rules."""
    found = _unpacked(tables, VersionKind.RULES, id)
    return found["files"], found["lists"]


def text_of(tables: Tables, id: str) -> str:
    """A version of the rules as one text for people: its files, then its lists."""
    files, lists = files_of(tables, id)
    parts = [f"# {name}\n{text.rstrip()}\n" for name, text in sorted(files.items())]
    parts += [f"# {name}\n" + "\n".join(terms) + "\n" for name, terms in sorted(lists.items())]
    parts += [f"# fell back by itself: {name}\n" for name in sorted(fallen_of(tables, id))]
    return "\n".join(parts)


def fallen_of(tables: Tables, id: str) -> frozenset[str]:
    """The rules that fell back by themselves in a version of the rules."""
    return frozenset(_unpacked(tables, VersionKind.RULES, id).get("fallen", ()))


def delta_of(tables: Tables, id: str) -> Delta:
    found = _unpacked(tables, VersionKind.WORDS, id)
    values = np.frombuffer(found["values"], "<f4").reshape(-1, len(ALL_HEADS))
    return Delta(
        np.frombuffer(found["indices"], "<u4").astype(np.uint32),
        values.astype(np.float32),
        np.frombuffer(found["offset"], "<f4").astype(np.float32),
    )


def _propose(
    tables: Tables,
    kind: VersionKind,
    id: str,
    body: bytes,
    author: str,
    reason: str,
    at_ms: int,
    figures: str,
) -> VersionRow:
    known = tables.versions.get(kind, id)
    if known is not None:
        return known
    told = entry(
        "version",
        {
            "kind": kind.value,
            "id": id,
            "by": author,
            "at": rfc3339(at_ms),
            "reason": reason[:LONGEST_REASON],
            "sha256": sha256(body).hexdigest(),
            "figures": without_floats(msgspec.json.decode(figures)),
        },
        bucket=KEPT,
    )
    seq = record(tables, [(None, told)])
    tables.versions.add(
        kind,
        id,
        body,
        author=author,
        reason=reason[:LONGEST_REASON],
        at_ms=at_ms,
        figures=figures,
        seq=seq,
    )
    return find(tables, kind, id)


def _move(
    tables: Tables, row: VersionRow, state: VersionState, by: str, reason: str, at_ms: int
) -> VersionRow:
    told = entry(
        "version-moved",
        {
            "kind": row.kind.value,
            "id": row.id,
            "state": state.value,
            "by": by,
            "at": rfc3339(at_ms),
            "reason": reason[:LONGEST_REASON],
        },
        bucket=KEPT,
    )
    seq = record(tables, [(None, told)])
    tables.versions.move(
        row.kind, row.id, state, by=by, reason=reason[:LONGEST_REASON], at_ms=at_ms, seq=seq
    )
    tables.announce("version", {"kind": row.kind.value, "id": row.id, "state": state.value})
    return find(tables, row.kind, row.id)


def _digest_told(tables: Tables, seq: int) -> str | None:
    """Of the body, as the log has it: whoever changes rules in the store must not go unseen."""
    told = disclosed(tables, seq, "version")
    return str(told.get("sha256")) if told else None


def _packed(value: Any) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(value, order="sorted"), 9)


def _unpacked(tables: Tables, kind: VersionKind, id: str) -> Any:
    body = tables.versions.body(kind, id)
    if body is None:
        raise NotFoundError("there is no such version", where=id[:64])
    row = tables.versions.get(kind, id)
    if row is None or _digest_told(tables, row.seq) != sha256(body).hexdigest():
        raise _unreadable(kind, id, "it is not what the log says")
    try:
        return msgspec.msgpack.decode(zlib.decompress(body))
    except (zlib.error, msgspec.DecodeError) as error:
        raise _unreadable(kind, id, str(error)) from error


def _unreadable(kind: VersionKind, id: str, why: str) -> StoreError:
    return StoreError(
        f"a version of {kind.value} cannot be read: {why}",
        where=id,
        next_step="restore a backup, or revert to another version",
    )
