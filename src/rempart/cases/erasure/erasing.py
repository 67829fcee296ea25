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

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from secrets import token_hex
from typing import Any, Final

import msgspec

from rempart.cases.erasure.forgetting import Forgotten
from rempart.cases.erasure.needs import ACCOUNT, TARGET, split_subject
from rempart.cases.erasure.requests import tell
from rempart.cases.evidence.promoted import EVIDENCE
from rempart.log.commit import seal, strict_json
from rempart.log.subjects import NOBODY, account_subject, report_subject, target_subject
from rempart.store.interface import Tables
from rempart.store.interface.erasure import ErasureRow, Reach
from rempart.store.interface.taken import TakenRow

PORTION: Final = 4_000
"""So many entries are looked through between two groups of messages."""
_OF_TARGET: Final = frozenset(
    {"incident-file", "incident-request", "outside-act", "facts", "folder", "lock-out", "helper"}
)
_GROWING: Final = frozenset({"raid", "campaign"})
"""Told again and again as they grow: only the last picture is said anew."""
_PAGES: Final = frozenset({"capture-asked", "capture", "capture-failed", "source_proof"})
"""Captured pages of a case about the account alone: with the entry goes the key of the file."""
_OF_REPORTS: Final = frozenset({"report", "contact"})
"""They go with the report's own key too."""
_OWN: Final = (Reach.OWN, Reach.BARE, Reach.NAMED_ID)
ScrubState = Callable[[Forgotten, str, bytes], bytes]


class Memories:
    """What is known of the subjects that are being found, between portions: never stored. After a
    crash it is read again from what was found so far."""

    def __init__(self) -> None:
        self._known: dict[str, Forgotten] = {}

    def of(self, tables: Tables, row: ErasureRow) -> Forgotten:
        known = self._known.get(row.id)
        if known is None:
            assert row.subject is not None
            platform, name = split_subject(row.subject)
            pseudonym = tables.erasure.pseudonym_begun(row.id) or f"erased-{token_hex(8)}"
            known = Forgotten(platform, name, pseudonym)
            own = tables.erasure.noted(row.id, *_OWN)
            for begin in range(0, len(own), PORTION):
                read_own(tables, known, own[begin : begin + PORTION])
            self._known = {row.id: known}
        return known

    def forget(self) -> None:
        self._known = {}


def find(tables: Tables, row: ErasureRow, memories: Memories) -> ErasureRow:
    """Looks through the next portion of the log."""
    assert row.upto is not None
    end = min(row.place + PORTION, row.upto)
    _find_between(tables, row, memories.of(tables, row), row.place, end)
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


class Erased(Enum):
    ROWS = "rows of messages"
    CUT = "everything else, and the key"
    """Nothing that was in memory before may stay there."""
    BODIES = "bodies that nobody can read"
    ALL = "all of it"


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


def _find_late(tables: Tables, row: ErasureRow, memories: Memories) -> ErasureRow | None:
    """What came since the finding; None when there are rows to be gone through first: many new
    ones, or all of them, for a name of which nobody knew when their ids were looked at."""
    erasure, size = tables.erasure, tables.log.size()
    forgotten = memories.of(tables, row)
    names = set(forgotten.names)
    for begin in range(row.place, size, PORTION):
        _find_between(tables, row, forgotten, begin, min(begin + PORTION, size))
    row = row._replace(place=size)
    if row.kind != ACCOUNT:
        return row
    renamed = bool(forgotten.names - names)
    if renamed:
        erasure.move_entries(row.id, erasure.noted(row.id, *_OWN), Reach.OWN)
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
        counts = _account(tables, row.id, forgotten, naming, scrub_state)
        subjects = [account_subject(forgotten.platform, forgotten.account)]
    elif row.kind == TARGET:
        counts = _target(tables, row.subject, [*erasure.noted(row.id, *_OWN), *naming])
        name = split_subject(row.subject)[1]
        subjects = sorted({target_subject(name), target_subject(row.subject)})
    else:
        reached.update(erasure.entries_of_report(row.subject))
        counts = _reporter(tables, row.subject)
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
    own = tables.erasure.noted(row.id, *_OWN, limit=PORTION)
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
    counts = msgspec.json.decode(row.counts, type=dict[str, int])
    _add(counts, more)
    told = {name: number for name, number in sorted(counts.items()) if number}
    return row._replace(counts=msgspec.json.encode(told).decode())


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number


# -- finding ---------------------------------------------------------------------------------------


def _find_between(
    tables: Tables, row: ErasureRow, forgotten: Forgotten, start: int, end: int
) -> None:
    erasure = tables.erasure
    if row.kind == ACCOUNT:
        platform, account = forgotten.platform, forgotten.account
        messages = erasure.own_messages(platform, account, start, end)
        forgotten.call(one.name for one in messages if one.name)
        own = [one.seq for one in messages]
        own += erasure.conflicts_of(own)
        own += erasure.own_events(platform, account, start, end)
        read_own(tables, forgotten, own)
        erasure.note_entries(row.id, own, Reach.OWN)
    others = erasure.other_entries(start, end)
    naming = [
        seq
        for seq, bodies in tables.log.bodies_of(others).items()
        if any(forgotten.named_in(body) for body in bodies)
    ]
    erasure.note_entries(row.id, naming, Reach.NAMING)


def read_own(tables: Tables, forgotten: Forgotten, seqs: Sequence[int]) -> None:
    """The words and names of the account's own messages, as far as they can still be read."""
    for bodies in tables.log.bodies_of(seqs).values():
        for body in bodies:
            item = _item_of(body)
            author = item.get("author")
            if isinstance(author, dict) and isinstance(author.get("name"), str):
                forgotten.call([author["name"]])
            if isinstance(item.get("text"), str):
                forgotten.add_text(item["text"])


def _item_of(body: bytes) -> dict[str, Any]:
    """The item as it came; empty for what is none."""
    try:
        _, _, value = json.loads(body.decode("utf-8", "surrogatepass"))
        item = value.get("item")
    except (ValueError, AttributeError):
        return {}
    return item if isinstance(item, dict) else {}


# -- an account ------------------------------------------------------------------------------------


def _account(
    tables: Tables,
    id: str,
    forgotten: Forgotten,
    naming: list[int],
    scrub_state: ScrubState,
) -> dict[str, int]:
    erasure, platform, account = tables.erasure, forgotten.platform, forgotten.account
    alone: list[str] = []
    others: list[str] = []
    # The rows of its messages have its pseudonym by now, what else names it not yet.
    cases = {
        case.id: case
        for name in (account, forgotten.pseudonym)
        for case in erasure.cases_of_account(platform, name)
    }
    for case in sorted(cases.values(), key=lambda one: (one.opened_ms, one.id)):
        (others if case.raid else alone).extend(_related(tables, case.id))
    own = erasure.noted(id, *_OWN)
    evidence = _evidence_of(tables, own)
    own = [*own, *evidence]
    mine = set(own)
    about = _entries_of(tables, alone) - mine
    beside = (_entries_of(tables, others) | set(naming)) - mine - about
    counts = {"entries": tables.log.erase(evidence)}
    blank = forgotten.without(blank=True)
    pairs = _restate(tables, blank, sorted(about)) + _restate(tables, forgotten, sorted(beside))
    counts["entries said anew"] = len(pairs)
    erasure.restated(pairs)
    renamed: dict[str, str] = {}
    erasure.rename_messages(
        erasure.noted(id, Reach.NAMED_ID),
        lambda known: renamed.setdefault(known, f"erased-{token_hex(8)}"),
        _with_id,
    )
    forgotten.also(renamed)
    counts |= erasure.forget_account(platform, account, forgotten.pseudonym)
    for more in (
        erasure.scrub_words(alone, blank.words, blank.json),
        erasure.scrub_words(others, forgotten.words, forgotten.json),
        erasure.scrub_pictures(
            forgotten.needles, forgotten.named_in, forgotten.words, forgotten.json
        ),
    ):
        _add(counts, more)
    erasure.drop_aliases(alone)
    needle = account.encode("utf-8", "replace")
    counts["states"] = erasure.scrub_states(
        needle, lambda key, blob: scrub_state(forgotten, key, blob)
    )
    return counts


def _bare(outcome: bytes) -> bytes:
    """What was decided and by which detector; not where in the text, nor what was seen there."""
    value = msgspec.json.decode(outcome)
    for signal in value.get("signals", ()):
        signal.pop("why", None)
        signal.pop("span", None)
    return msgspec.json.encode(value)


def _with_id(outcome: bytes, id: str) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(outcome), "id": id})


def _related(tables: Tables, case: str) -> list[str]:
    """The case, what was merged into it, and appeals and second looks at it."""
    family = tables.cases.family(case)
    return [*family, *tables.erasure.looks_at(family)]


def _entries_of(tables: Tables, cases: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for case in cases:
        found.update(tables.erasure.entries_of_case(case))
    return found


def _restate(tables: Tables, forgotten: Forgotten, seqs: Sequence[int]) -> list[tuple[int, int]]:
    """Says these entries anew without the account; returns old and new sequences of those in which
    something had to go. Their old bodies are erased."""
    changed: list[tuple[int, str, list[tuple[str, dict[str, Any]]]]] = []
    grown: dict[tuple[str, str], int] = {}
    pages: list[int] = []
    for begin in range(0, len(seqs), PORTION):
        for seq, bodies in tables.log.bodies_of(seqs[begin : begin + PORTION]).items():
            parts = [strict_json(body)[1:] for body in bodies]
            if any(name == EVIDENCE for name, _ in parts):
                continue
            if any(
                (forgotten.blank and name in _PAGES) or _is_own_record(forgotten, name, value)
                for name, value in parts
            ):
                pages.append(seq)
                continue
            fresh = [(name, forgotten.value(value)) for name, value in parts]
            if any(new is not value for (_, new), (_, value) in zip(fresh, parts, strict=True)):
                changed.append((seq, fresh[0][0], fresh))
                if fresh[0][0] in _GROWING:
                    grown[fresh[0][0], str(fresh[0][1].get("id"))] = seq
    pairs: list[tuple[int, int]] = []
    for seq, name, parts in changed:
        if name in _GROWING and grown[name, str(parts[0][1].get("id"))] != seq:
            continue
        first, *more = parts
        told = {**first[1], "restates": seq}
        subject = (
            report_subject(str(told["id"])) if name in _OF_REPORTS and "id" in told else NOBODY
        )
        pairs.append((seq, tables.log.append([seal(first[0], told, *more, subject=subject)])))
    gone = [*pages, *(seq for seq, _, _ in changed)]
    tables.log.erase([*gone, *_evidence_of(tables, gone)])
    return pairs


def _is_own_record(forgotten: Forgotten, name: str, value: Mapping[str, Any]) -> bool:
    """A record that the account itself signed, with its proof: it goes whole."""
    whose = (value.get("platform"), value.get("account"))
    return name == "source_proof" and whose == (forgotten.platform, forgotten.account)


def _evidence_of(tables: Tables, seqs: Sequence[int]) -> list[int]:
    """Entries that commit to these once more, field by field: they go with them. What is said anew
    is promoted anew."""
    return [seq for seq in tables.evidence.of(seqs).values() if seq is not None]


# -- a target, a reporter --------------------------------------------------------------------------


def _target(tables: Tables, subject: str, naming: list[int]) -> dict[str, int]:
    platform, name = split_subject(subject)
    gone = set(tables.erasure.entries_of_target(platform, name))
    for seq, bodies in tables.log.bodies_of(naming).items():
        for body in bodies:
            _, kind, value = strict_json(body)
            if kind in _OF_TARGET and value.get("target") in (subject, name):
                gone.add(seq)
    facts = [row.id for known in {name, subject} for row in tables.facts.facts(known)]
    counts = tables.erasure.forget_target(platform, name)
    counts["facts"] = tables.facts.drop_facts(facts) if facts else 0
    counts["entries"] = tables.log.erase(sorted(gone))
    return counts


def _reporter(tables: Tables, report: str) -> dict[str, int]:
    entries = tables.erasure.entries_of_report(report)
    if not entries:
        return {}
    counts = tables.erasure.forget_reporter(report)
    counts["entries"] = tables.log.erase(entries)
    return counts
