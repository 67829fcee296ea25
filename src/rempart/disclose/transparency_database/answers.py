"""What an answer of the Transparency Database means for each statement of a batch. Pure.

Rules kept here, after the server's own code:

1. A batch is all or nothing: what it refuses, it refuses whole. The rows it names stay behind with
   what it said of them; the others go again.
2. *Not unique* is no proof of storage: another request may hold the lock of 30 seconds. Such a row
   is asked for after that, and only a found one counts as stored.
3. Whatever does not say clearly that nothing was stored (a timeout, 5xx, an answer that cannot be
   read) leaves every row unsure: it is asked for, never sent again blindly.
4. A found one is told by 302 without a target, a missing one by 404; both name the puid in JSON. An
   answer that does not is somebody else's (a proxy) and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

LOCK_SECONDS: Final = 31.0
"""The server keeps an identifier locked for 30 s."""
_NAMED: Final = re.compile(r"statement_(\d{1,3})\Z")


class Fate(StrEnum):
    """`again`: it is certain that it is not stored; `unsure`: ask; `refused`: it will never be."""

    STORED = "stored"
    REFUSED = "refused"
    AGAIN = "again"
    UNSURE = "unsure"


class Trouble(StrEnum):
    """What concerns the connection rather than a statement; sending waits longer then."""

    TOKEN = "token"  # noqa: S105 - no password
    BUSY = "busy"
    SERVER = "server"
    UNREADABLE = "unreadable"


class Reply(NamedTuple):
    """`status` 0: no answer came."""

    status: int
    body: bytes = b""


class Read(NamedTuple):
    """By position in the batch; `receipts` for those stored, `whys` for those refused. `smaller`:
    something in it was refused and not named: send fewer at once."""

    fates: list[Fate]
    receipts: dict[int, dict[str, Any]]
    whys: dict[int, list[tuple[str, str]]]
    trouble: Trouble | None = None
    smaller: bool = False


def read_batch(reply: Reply, puids: Sequence[str]) -> Read:
    """`puids`: those of the batch, in its order."""
    count = len(puids)
    if reply.status == 201:
        return _stored(reply.body, puids)
    if reply.status == 422:
        return _refused(_json(reply.body), puids)
    if reply.status in (401, 403):
        return Read([Fate.AGAIN] * count, {}, {}, Trouble.TOKEN)
    if reply.status == 429:
        return Read([Fate.AGAIN] * count, {}, {}, Trouble.BUSY)
    if reply.status in (400, 404, 405, 413, 415):
        return Read([Fate.AGAIN] * count, {}, {}, Trouble.UNREADABLE, smaller=count > 1)
    return Read([Fate.UNSURE] * count, {}, {}, Trouble.SERVER)


def read_existing(reply: Reply, puid: str) -> Fate:
    """STORED, AGAIN (not there), or UNSURE."""
    document = _json(reply.body)
    if not isinstance(document, dict) or document.get("puid") != puid:
        return Fate.UNSURE
    if reply.status in (200, 302):
        return Fate.STORED
    return Fate.AGAIN if reply.status == 404 else Fate.UNSURE


def _stored(body: bytes, puids: Sequence[str]) -> Read:
    document = _json(body)
    rows = document.get("statements") if isinstance(document, dict) else document
    found: dict[int, dict[str, Any]] = {}
    if isinstance(rows, list):
        place_of = {puid: place for place, puid in enumerate(puids)}
        for place, row in enumerate(rows):
            if not isinstance(row, dict) or not isinstance(row.get("uuid"), str):
                continue
            if "puid" in row:
                named = place_of.get(str(row["puid"]))
                if named is not None:
                    found[named] = _receipt(row)
            elif len(rows) == len(puids):
                found[place] = _receipt(row)
    fates = [Fate.STORED if place in found else Fate.UNSURE for place in range(len(puids))]
    return Read(fates, found, {})


def _receipt(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("uuid", "id", "created_at", "permalink", "self")
    return {name: row[name] for name in kept if isinstance(row.get(name), str | int)}


def _refused(document: Any, puids: Sequence[str]) -> Read:
    errors = document.get("errors") if isinstance(document, dict) else None
    fates = [Fate.AGAIN] * len(puids)
    whys: dict[int, list[tuple[str, str]]] = {}
    if isinstance(errors, dict):
        known = errors.get("existing_puids")
        existing = document.get("existing")
        if isinstance(existing, dict):
            known = [existing.get("puid")]
        if isinstance(known, list):
            for place, puid in enumerate(puids):
                if puid in known:
                    fates[place] = Fate.UNSURE
        for name, told in errors.items():
            at = _NAMED.match(name)
            if at is not None and int(at[1]) < len(puids):
                fates[int(at[1])] = Fate.REFUSED
                whys[int(at[1])] = _words(told)
    if any(fate is not Fate.AGAIN for fate in fates):
        return Read(fates, {}, whys)
    if len(puids) > 1:
        return Read(fates, {}, {}, Trouble.UNREADABLE, smaller=True)
    said = _words(errors) or [("", "the database refused it and did not say why")]
    return Read([Fate.REFUSED], {}, {0: said})


def _words(told: Any) -> list[tuple[str, str]]:
    if not isinstance(told, dict):
        return []
    return [
        (str(field)[:60], "; ".join(map(str, what))[:300] if isinstance(what, list) else str(what))
        for field, what in told.items()
    ]


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
