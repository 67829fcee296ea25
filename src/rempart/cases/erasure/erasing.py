"""Carrying an erasure out: everything in the store, in the log's bodies and in stored states.

Rules kept here:

1. In portions, between other work: first it is found what the log says of the subject; then the
   rows of an account's messages lose its name; then, in one transaction (*the cut*), everything
   else goes with the account's key, so that nobody can read its words any more; then their bodies
   are deleted. A crash begins again at the portion where it was, and ends the same. That it was
   carried out is said last, when all of it is gone.
2. The subject's own words go with their keys and their bodies. What the log says of an account
   beside others (a raid's members, a measure, a decision) is said anew without it, as a new entry
   that names the one it restates; the old body goes. The tree does not change: the log verifies.
3. Of an account its pseudonym of this erasure stays, so that counts stay true; the pseudonym is
   random and leads nowhere. See docs/erasure.md for each place.
4. What other people wrote about the account in their own messages is theirs and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum

import msgspec

from rempart.cases.erasure.cutting import ScrubState, cut_account, cut_reporter, cut_target
from rempart.cases.erasure.finding import OWN, PORTION, Memories, find_between
from rempart.cases.erasure.forgetting import Forgotten
from rempart.cases.erasure.needs import ACCOUNT, TARGET, split_subject
from rempart.cases.erasure.requests import tell
from rempart.log.subjects import account_subject, report_subject, target_subject
from rempart.store.interface import Tables
from rempart.store.interface.erasure import ErasureRow, Reach
from rempart.store.interface.taken import TakenRow


class Erased(Enum):
    ROWS = "rows of messages"
    CUT = "everything else, and the key"
    """Nothing that was in memory before may stay there."""
    BODIES = "bodies that nobody can read"
    ALL = "all of it"


def find(tables: Tables, row: ErasureRow, memories: Memories) -> ErasureRow:
    """Looks through the next portion of the log."""
    assert row.upto is not None
    end = min(row.place + PORTION, row.upto)
    find_between(tables, row, memories.of(tables, row), row.place, end)
    row = row._replace(place=end, state="erasing" if end >= row.upto else "finding")
    tables.erasure.put(row)
    return row


def erase(
    tables: Tables,
    row: ErasureRow,
    memories: Memories,
    save: Callable[[Tables], None],
    scrub_state: ScrubState,
    at_ms: int,
) -> Erased:
    """The next portion after the finding; what it was. `save`: the pipeline's states are brought to
    where `scrub_state` reaches them."""
    if _is_cut(row):
        return _sweep(tables, row, at_ms)
    if row.kind == ACCOUNT:
        own = tables.erasure.noted(row.id, Reach.OWN, limit=PORTION)
        if own:
            _bare_rows(tables, row, memories.of(tables, row), own)
            return Erased.ROWS
    whole = _find_late(tables, row, memories)
    if whole is None:
        return Erased.ROWS
    save(tables)
    _cut(tables, whole, memories, scrub_state, at_ms)
    return Erased.CUT


def _is_cut(row: ErasureRow) -> bool:
    """Whose it was is not known any more: its pseudonym stands there, and that has no platform."""
    return row.kind == ACCOUNT and row.subject is not None and "/" not in row.subject


def _bare_rows(tables: Tables, row: ErasureRow, forgotten: Forgotten, own: list[int]) -> ErasureRow:
    erasure = tables.erasure
    counts, ids = erasure.forget_messages(forgotten.pseudonym, own, _bare)
    erasure.move_entries(row.id, own, Reach.BARE)
    named = [seq for seq, id in ids if forgotten.in_id(id)]
    erasure.move_entries(row.id, named, Reach.NAMED_ID)
    row = _counted(row, counts)
    erasure.put(row)
    return row


def _bare(outcome: bytes) -> bytes:
    """What was decided and by which detector; not where in the text, nor what was seen there."""
    value = msgspec.json.decode(outcome)
    for signal in value.get("signals", ()):
        signal.pop("why", None)
        signal.pop("span", None)
    return msgspec.json.encode(value)


def _find_late(tables: Tables, row: ErasureRow, memories: Memories) -> ErasureRow | None:
    """What came since the finding; None when there are rows to be gone through first: many new
    ones, or all of them, for a name of which nobody knew when their ids were looked at."""
    erasure, size = tables.erasure, tables.log.size()
    forgotten = memories.of(tables, row)
    names = set(forgotten.names)
    for begin in range(row.place, size, PORTION):
        find_between(tables, row, forgotten, begin, min(begin + PORTION, size))
    row = row._replace(place=size)
    if row.kind != ACCOUNT:
        return row
    renamed = bool(forgotten.names - names)
    if renamed:
        erasure.move_entries(row.id, erasure.noted(row.id, *OWN), Reach.OWN)
    late = erasure.noted(row.id, Reach.OWN, limit=PORTION)
    if renamed or len(late) == PORTION:
        erasure.put(row)
        return None
    return _bare_rows(tables, row, forgotten, late)


def _cut(
    tables: Tables, row: ErasureRow, memories: Memories, scrub_state: ScrubState, at_ms: int
) -> None:
    """All that is left goes, but for bodies without a key."""
    assert row.subject is not None
    erasure, forgotten = tables.erasure, memories.of(tables, row)
    naming = erasure.noted(row.id, Reach.NAMING)
    reached: set[int] = set()
    if row.kind == ACCOUNT:
        counts = cut_account(tables, row.id, forgotten, naming, scrub_state)
        subjects = [account_subject(forgotten.platform, forgotten.account)]
    elif row.kind == TARGET:
        counts = cut_target(tables, row.subject, [*erasure.noted(row.id, *OWN), *naming])
        name = split_subject(row.subject)[1]
        subjects = sorted({target_subject(name), target_subject(row.subject)})
    else:
        reached.update(erasure.entries_of_report(row.subject))
        counts = cut_reporter(tables, row.subject)
        subjects = [report_subject(row.subject)]
    tables.keys.destroy_subjects(subjects)
    erasure.move_entries(row.id, naming, Reach.GONE)
    erasure.forget_requests(row.kind, row.subject, forgotten.pseudonym)
    memories.forget()
    row = _counted(row, counts)._replace(reason="", needed_for=None, needed_until_ms=None)
    if row.kind == ACCOUNT:
        erasure.put(row._replace(subject=forgotten.pseudonym))
    else:
        _close(tables, row, at_ms, reached)


def _sweep(tables: Tables, row: ErasureRow, at_ms: int) -> Erased:
    own = tables.erasure.noted(row.id, *OWN, limit=PORTION)
    row = _counted(row, {"entries": tables.log.erase(own)})
    tables.erasure.move_entries(row.id, own, Reach.GONE)
    if len(own) == PORTION:
        tables.erasure.put(row)
        return Erased.BODIES
    _close(tables, row, at_ms, set())
    return Erased.ALL


def _close(tables: Tables, row: ErasureRow, at_ms: int, reached: set[int]) -> None:
    """Said last: all of it is gone. `reached`: entries beside those that were found."""
    reached.update(tables.erasure.noted(row.id, *Reach))
    tables.erasure.drop_noted(row.id)
    tables.erasure.put(row._replace(state="done", subject=None, closed_ms=at_ms))
    counts = msgspec.json.decode(row.counts, type=dict[str, int])
    seq = tell(tables, row, "carried out", row.confirmed_by, at_ms, counts=counts)
    tables.taken.add(TakenRow(seq, "erasure", row.kind, len(reached)), reached)


def _counted(row: ErasureRow, more: Mapping[str, int]) -> ErasureRow:
    counts = Counter(msgspec.json.decode(row.counts, type=dict[str, int]))
    counts.update(more)
    told = {name: number for name, number in sorted(counts.items()) if number}
    return row._replace(counts=msgspec.json.encode(told).decode())
