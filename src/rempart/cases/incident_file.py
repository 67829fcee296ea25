"""The incident file: what a person under attack gathers herself, and how it leaves.

Rules kept here:

1. In a target's file is only what was addressed to that target, and what she wrote down herself of
   acts outside the service (the door, the telephone, another site), marked as submitted by her.
2. What is ticked stays where it is in the log; unticking takes it out of the file and nothing else.
3. The file leaves only on a proven mandate: one person of the team says how it was proven, a second
   one agrees, and neither is the other. Both, and the taking, are entries of the log.
   What leaves is what was in the file when the first of them agreed, by a digest that stands in the
   log: what was ticked later needs a new request. What she unticked since stays with her.
4. A message about a child's image is in no file, by what was reported of it, not by a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Final, NamedTuple

from rempart.cases.child_safety import never_leaving
from rempart.cases.entries import clean, disclosed, entry, record, rfc3339
from rempart.cases.reports.request import checked_links
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.log.subjects import target_subject
from rempart.model import stable_id
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.incidents import ACT, MESSAGE, IncidentItem, IncidentRequest
from rempart.store.interface.stream import MessageRow

LONGEST_TEXT: Final = 5_000
LONGEST_LINE: Final = 300
MOST_ITEMS: Final = 10_000
MOST_AT_ONCE: Final = 2_000
"""So many messages go into the file by one press: one entry of the log names them."""
TAKE_WITHIN_MS: Final = 7 * 86_400_000
"""So long after the second person agreed the file may be taken."""
WHERE: Final = ("door", "telephone", "post", "work", "other_site", "elsewhere")
"""Where an act outside the service happened."""


class Act(NamedTuple):
    """Something that happened outside the service, in the words of who wrote it down."""

    where: str
    at: datetime
    text: str
    links: tuple[str, ...] = ()


def is_addressed(row: MessageRow, target: str) -> bool:
    """Whether a message was addressed to this target (a name, or `platform/name`)."""
    platform, _, name = target.rpartition("/")
    return name in (row.target, *row.others) and platform in ("", row.platform)


def tick(tables: Tables, target: str, ids: Sequence[str], at_ms: int) -> int:
    """Puts messages into the file; returns how many are new. NotFoundError for one that was not
    addressed to this target: that it exists is not told either."""
    rows = _messages(tables, target, ids)
    if len(tables.incidents.items(target)) + len(rows) > MOST_ITEMS:
        raise ConflictError(f"a file holds at most {MOST_ITEMS} things", where=target)
    fresh = [
        row
        for row in rows
        if tables.incidents.add(IncidentItem(target, row.seq, MESSAGE, row.sent_at_ms, at_ms))
    ]
    if fresh:
        told = {"target": target, "added": [row.seq for row in fresh], "at": rfc3339(at_ms)}
        record(tables, [(None, entry("incident-file", told, subject=target_subject(target)))])
    return len(fresh)


def tick_all(tables: Tables, target: str, at_ms: int) -> int:
    """Puts what was held or flagged of the messages to this target into the file, the newest first,
    MOST_AT_ONCE at a time; returns how many are new. What leaves in no file now is left where it
    is, without a word."""
    items = tables.incidents.items(target)
    inside = {item.seq for item in items}
    found = tables.incidents.addressed(target, MOST_ITEMS + len(items))
    fresh = [seq for seq in found if seq not in inside]
    kept = never_leaving(tables, fresh)
    room = min(MOST_AT_ONCE, MOST_ITEMS - len(items))
    chosen = [str(seq) for seq in fresh if seq not in kept][:room]
    return tick(tables, target, chosen, at_ms) if chosen else 0


def untick(tables: Tables, target: str, seq: int, at_ms: int) -> None:
    """Takes one thing out of the file; nothing happens when it is not in it."""
    if tables.incidents.remove(target, seq):
        told = {"target": target, "removed": [seq], "at": rfc3339(at_ms)}
        record(tables, [(None, entry("incident-file", told, subject=target_subject(target)))])


def add_act(tables: Tables, target: str, act: Act, at_ms: int) -> int:
    """Writes an act outside the service into the file; returns its entry in the log."""
    text = clean(act.text).strip()
    if act.where not in WHERE:
        raise InputError("where it happened is not said", where="where")
    if not any(character.isalnum() for character in text):
        raise InputError("please say what happened", where="text")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"at most {LONGEST_TEXT} characters", where="text")
    if ms_of(act.at) > at_ms + 86_400_000:
        raise InputError("this lies in the future", where="at")
    sealed = entry(
        "outside-act",
        {
            "target": target,
            "where": act.where,
            "happened_at": rfc3339(ms_of(act.at)),
            "text": text,
            "links": list(checked_links(act.links)),
            "source": "user-submitted",
            "at": rfc3339(at_ms),
        },
        subject=target_subject(target),
    )
    seq = record(tables, [(None, sealed)])
    tables.incidents.add(IncidentItem(target, seq, ACT, ms_of(act.at), at_ms))
    return seq


def read_act(tables: Tables, seq: int) -> Act | None:
    """None: it was erased."""
    said = disclosed(tables, seq, "outside-act")
    if not said:
        return None
    return Act(
        said["where"],
        datetime.fromisoformat(said["happened_at"]),
        said["text"],
        tuple(said.get("links", ())),
    )


# -- how it leaves -------------------------------------------------------------------------------


def ask(tables: Tables, target: str, recipient: str, at_ms: int) -> IncidentRequest:
    """The target asks for her file, for herself or for who helps her."""
    recipient = _line(recipient, "recipient")
    if not tables.incidents.items(target):
        raise ConflictError("there is nothing in this file yet", where=target)
    if any(one.waits for one in tables.incidents.requests(target=target)):
        raise ConflictError("this file was asked for already and waits", where=target)
    request = IncidentRequest(stable_id("f", token_hex(16)), target, recipient, at_ms)
    tables.incidents.put_request(request)
    _tell(tables, "asked", request, "", at_ms)
    return request


def agree(tables: Tables, id: str, by: str, mandate: str, at_ms: int) -> IncidentRequest:
    """The first person says how the mandate was proven, the second agrees (rule 3)."""
    request = _waiting(tables, id)
    if request.first_by is None:
        said = _line(mandate, "mandate")
        request = request._replace(first_by=by, first_ms=at_ms, mandate=said)
        if not agreed_contents(tables, request):
            raise ConflictError("there is nothing in this file yet", where=id)
    else:
        same = AccessError("the second person is somebody else", where=id)
        must_be_another(tables, by, [request.first_by], at_ms, same, about=id)
        request = request._replace(second_by=by, second_ms=at_ms)
    tables.incidents.put_request(request)
    _tell(tables, "agreed", request, by, at_ms)
    return request


def refuse(tables: Tables, id: str, by: str, why: str, at_ms: int) -> IncidentRequest:
    request = _waiting(tables, id)
    request = request._replace(refused_by=by, refused_ms=at_ms, why=_line(why, "why"))
    tables.incidents.put_request(request)
    _tell(tables, "refused", request, by, at_ms)
    return request


def take(tables: Tables, target: str, id: str, at_ms: int) -> list[int]:
    """The entries that leave with this request, which is noted first. AccessError before two people
    agreed, or later than `TAKE_WITHIN_MS` after."""
    request = tables.incidents.request(id)
    if request is None or request.target != target:
        raise NotFoundError("nobody asked for this file", where=id)
    if request.second_ms is None:
        raise AccessError("two people have not agreed to this yet", where=id)
    if at_ms - request.second_ms > TAKE_WITHIN_MS:
        raise AccessError(
            "this had to be taken within a week", where=id, next_step="ask for the file again"
        )
    leaving = agreed_contents(tables, request)
    if not leaving:
        raise AccessError("nothing is left of what was agreed to", where=id)
    tables.incidents.put_request(request._replace(taken_ms=at_ms))
    _tell(tables, "taken", request, "", at_ms)
    return leaving


def note_made(tables: Tables, id: str, sha256: str, at_ms: int) -> None:
    """The very file that was handed over, by its digest."""
    request = tables.incidents.request(id)
    if request is not None:
        _tell(tables, "made", request, "", at_ms, sha256)


def agreed_contents(tables: Tables, request: IncidentRequest) -> list[int]:
    """The entries that two people agree to let leave (rule 3); none before the first agreed."""
    if request.first_ms is None:
        return []
    kept = [
        item for item in tables.incidents.items(request.target) if item.added_ms < request.first_ms
    ]
    children = never_leaving(tables, [item.seq for item in kept if item.kind == MESSAGE])
    return sorted(item.seq for item in kept if item.seq not in children)


def _waiting(tables: Tables, id: str) -> IncidentRequest:
    request = tables.incidents.request(id)
    if request is None:
        raise NotFoundError("nobody asked for this file", where=id)
    if not request.waits:
        raise ConflictError("this was answered already", where=id)
    return request


def _messages(tables: Tables, target: str, ids: Sequence[str]) -> list[MessageRow]:
    numbers = [int(id) for id in dict.fromkeys(ids) if id.isascii() and id.isdigit()]
    rows = [row for row in tables.stream.messages(numbers) if is_addressed(row, target)]
    if len(rows) != len(set(ids)) or never_leaving(tables, numbers):
        raise NotFoundError("there is no such message to you", where="message")
    return rows


def _line(text: str, where: str) -> str:
    line = " ".join(clean(text).split())
    if not any(character.isalnum() for character in line):
        raise InputError("this is missing", where=where)
    if len(line) > LONGEST_LINE:
        raise InputError(f"at most {LONGEST_LINE} characters", where=where)
    return line


def _digest(tables: Tables, sequences: Sequence[int]) -> str:
    """SHA-256 over the leaves of these entries: each commits to what it says."""
    whole = sha256()
    for seq in sequences:
        (leaf,) = tables.log.leaves(seq, seq + 1)
        whole.update(sha256(leaf).digest())
    return whole.hexdigest()


def _tell(
    tables: Tables, what: str, request: IncidentRequest, by: str, at_ms: int, file: str = ""
) -> None:
    contents = agreed_contents(tables, request)
    told = {
        "request": request.id,
        "what": what,
        "target": request.target,
        "recipient": request.recipient,
        "mandate": request.mandate,
        "why": request.why,
        "by": by or None,
        "entries": len(contents) or None,
        "contents": _digest(tables, contents) if contents else None,
        "file": file or None,
        "at": rfc3339(at_ms),
    }
    record(
        tables, [(None, entry("incident-request", told, subject=target_subject(request.target)))]
    )
    tables.announce("incident-request", {"id": request.id, "what": what})
