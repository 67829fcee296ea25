"""Which case a report belongs to: the open case of what it names, else a new one.

Rules kept here:

1. A report joins the open case of what it names: its messages or their raid, else the same link or
   text, else a case of its own.
2. A case holds messages of one channel only, whatever a report names: messages of another channel
   get a case there, and the report is answered by the first. Child safety that is said of messages
   there is judged there, too (see `closing`).
3. Child safety that is said of what was decided as something else, by people who did not look at it
   as that, opens a case anew: an answer of before would leave it undecided for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rempart.cases.child_safety import is_judged
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.harms import Harm
from rempart.cases.live import tell_case
from rempart.cases.matter import CHILD_SAFETY
from rempart.cases.queue.triage import is_refuted
from rempart.cases.reading import read_message
from rempart.cases.things import (
    canonical_link,
    channel_places,
    link_thing,
    text_thing,
    unknown_message_thing,
)
from rempart.model import Case, CaseKind, CaseState, ReportRequest, message_key, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange, CaseQuery, NewCase
from rempart.store.interface.stream import MessageRow

MOST_RAIDS = 200
RAID = "raid"
"""The category "attack by a group"."""
Place = tuple[int, dict[str, str]]


class Named(NamedTuple):
    """What a report names: rows of known messages, things (16-byte names) in order, and ids under
    which nothing has come."""

    rows: list[MessageRow]
    things: list[bytes]
    unknown: tuple[str, ...] = ()


def named_by(tables: Tables, request: ReportRequest) -> Named:
    """Ids come without platform: an id is looked for on every platform seen here."""
    rows: list[MessageRow] = []
    things: list[bytes] = []
    missing: tuple[str, ...] = ()
    if request.message_ids:
        platforms = tables.stream.platforms()
        keys = [message_key(p, id) for id in request.message_ids for p in platforms]
        known = tables.stream.known(keys)
        rows = tables.stream.messages([found.seq for found in known.values()])
        things.extend(row.key for row in rows)
        there = {row.id for row in rows}
        missing = tuple(id for id in request.message_ids if id not in there)
        things.extend(map(unknown_message_thing, missing))
    things.extend(link_thing(link) for link in request.links)
    if request.text is not None:
        things.append(text_thing(request.text))
    return Named(rows, things or [text_thing(request.explanation)], missing)


def cases_named(tables: Tables, named: Named) -> list[Case | None]:
    """For each thing that is named the case it has."""
    by_message = tables.cases.last_of_messages([row.seq for row in named.rows])
    by_thing = {thing: case for thing, (case, _) in tables.cases.last_of(named.things).items()}
    by_thing |= {row.key: by_message[row.seq] for row in named.rows if row.seq in by_message}
    return [by_thing.get(thing) for thing in named.things]


def case_of(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    named: Named,
    at_ms: int,
    place: Place,
) -> tuple[Case, bool]:
    """The case to join, or a new one; True when it was there before."""
    by_message = tables.cases.last_of_messages([row.seq for row in named.rows])
    by_thing = {thing: case for thing, (case, _) in tables.cases.last_of(named.things).items()}
    by_thing |= {row.key: by_message[row.seq] for row in named.rows if row.seq in by_message}
    if category.key == CHILD_SAFETY:
        anew = _unjudged(tables, named, by_thing, by_message)
        by_thing = {thing: case for thing, case in by_thing.items() if thing not in anew}
        for row in named.rows:
            if row.key in anew:
                by_message.pop(row.seq, None)
    still_open = [case for case in by_thing.values() if case.state is CaseState.OPEN]
    unknown = [thing for thing in named.things if thing not in by_thing]
    if not still_open and not unknown:
        return max(by_thing.values(), key=lambda case: case.updated_at), True
    if not still_open and category.key == RAID and not named.rows:
        attacked = _attacked(tables, request.links)
        if attacked is not None:
            raise_for(tables, attacked, category, 0, at_ms, place)
            return attacked, True
    loose = _by_place(row for row in named.rows if row.seq not in by_message)
    if still_open:
        case = max(still_open, key=lambda case: (case.priority, case.opened_at))
        own = loose.pop((case.platform, case.channel), [])
        raise_for(tables, case, category, len(own), at_ms, place)
    else:
        first = next((row for row in named.rows if row.key == unknown[0]), None)
        own = [] if first is None else loose.pop((first.platform, first.channel))
        case = _open(tables, request, category, unknown[0], own, at_ms, place)
    if category.key == CHILD_SAFETY:
        # It is said of each of them: one that another case holds is sealed and judged here too.
        place_of = (case.platform, case.channel)
        held = [row for row in named.rows if row.seq in by_message]
        own += [row for row in held if (row.platform, row.channel) == place_of]
    elsewhere = {row.key for rows in loose.values() for row in rows}
    tables.cases.add_aliases(case.id, [thing for thing in unknown if thing not in elsewhere])
    tables.cases.add_messages((case.id, row.seq) for row in own)
    for rows in loose.values():
        _open_elsewhere(tables, request, category, rows, at_ms, place)
    return case, bool(still_open)


def _unjudged(
    tables: Tables, named: Named, by_thing: Mapping[bytes, Case], by_message: Mapping[int, Case]
) -> set[bytes]:
    """The things of decided cases that nobody has judged as child safety yet (rule 3)."""
    found: set[bytes] = set()
    keys = {row.key: row.seq for row in named.rows if row.seq in by_message}
    for thing, case in by_thing.items():
        if case.state is CaseState.DECIDED and not is_judged(tables, case, keys.get(thing)):
            found.add(thing)
    return found


def passed_on(tables: Tables, case: Case, rows: Iterable[MessageRow]) -> list[bytes]:
    """The pages that the reported messages of this case lead to: who reports such a link means the
    same thing. A link to a whole site means too much to be a name."""
    place = (case.platform, case.channel)
    messages = (read_message(tables, row) for row in rows if (row.platform, row.channel) == place)
    links = [link for message in messages if message is not None for link in message.links]
    return [link_thing(link) for link in links if "/" in canonical_link(link)]


def raise_for(
    tables: Tables, case: Case, category: Harm, messages: int, at_ms: int, place: Place
) -> None:
    """So many messages more, and the early look that the category buys; none when a person found
    that the case is no such thing."""
    rank, why = place
    if is_refuted(tables, case.id, category.key):
        rank = 0
    raised = why if rank > case.priority else None
    tables.cases.change(
        [CaseChange(case.id, rank, case.messages + messages, raised, at_ms, category.key)]
    )


def _attacked(tables: Tables, links: Iterable[str]) -> Case | None:
    """The open case of a raid on a channel to which one of these links leads. The link becomes no
    name of that case: the next raid on the channel is another thing."""
    places = {place for link in links for place in channel_places(link)}
    if not places:
        return None
    query = CaseQuery(CaseState.OPEN, CaseKind.RAID, limit=MOST_RAIDS)
    found = [
        case
        for case in tables.cases.page(query).cases
        if (case.platform.casefold(), case.channel.casefold().lstrip("#@")) in places
    ]
    return max(found, key=lambda case: case.opened_at, default=None)


def _by_place(rows: Iterable[MessageRow]) -> dict[tuple[str, str], list[MessageRow]]:
    """By platform and channel, in order of their coming."""
    places: dict[tuple[str, str], list[MessageRow]] = {}
    for row in rows:
        places.setdefault((row.platform, row.channel), []).append(row)
    return places


def _open_elsewhere(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    rows: list[MessageRow],
    at_ms: int,
    place: Place,
) -> None:
    """Messages of another channel have a case there: who reads one channel's case must not be
    shown another's messages because a stranger named both in one report."""
    case = _open(tables, request, category, rows[0].key, rows, at_ms, place)
    tables.cases.add_aliases(case.id, [row.key for row in rows])
    tables.cases.add_messages((case.id, row.seq) for row in rows)
    tell_case(tables, case)


def _open(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    thing: bytes,
    rows: list[MessageRow],
    at_ms: int,
    place: Place,
) -> Case:
    row = next((row for row in rows if row.key == thing), None)
    _, before = tables.cases.last_of([thing]).get(thing, (None, 0))
    ordinal = before + 1
    rank, why = place
    subject = row.id if row is not None else _subject(request, thing)
    case = Case(
        id=stable_id("c", CaseKind.MESSAGE, thing.hex(), str(ordinal)),
        kind=CaseKind.MESSAGE,
        subject=subject,
        platform=row.platform if row is not None else "",
        channel=row.channel if row is not None else "",
        target=row.target if row is not None else "",
        state=CaseState.OPEN,
        opened_at=at_time(at_ms),
        updated_at=at_time(at_ms),
        priority=rank,
        why=why,
        raid=row.raid if row is not None else None,
        messages=len(rows),
    )
    author, sent_ms = (row.author, row.sent_at_ms) if row is not None else (None, None)
    tables.cases.insert(
        [NewCase(case, thing, ordinal, author=author, at_ms=sent_ms, harm=category.key)]
    )
    opened = entry(
        "case",
        {
            "id": case.id,
            "happened": "opened",
            "kind": case.kind.value,
            "thing": thing.hex(),
            "at": rfc3339(at_ms),
            "priority": rank,
            "why": why,
            "messages": [row.seq for row in rows],
        },
    )
    record(tables, [(case.id, opened)])
    return case


def _subject(request: ReportRequest, thing: bytes) -> str:
    """A name for the thing that repeats nothing of what the reporter wrote."""
    for id in request.message_ids:
        if unknown_message_thing(id) == thing:
            return "message"
    return "link" if any(link_thing(link) == thing for link in request.links) else "text"
