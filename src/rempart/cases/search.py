"""Searching from inside an open case: an account's messages, a link, words; each search is noted.

Rules kept here:

1. A search belongs to one open case and has a reason. Who searched, by what and why is an entry of
   the log before anything is looked for; what was typed stands in an entry of its own, which no
   dossier holds and whose words can be erased.
2. It looks only in channels that whoever asks has rights on: an account in those of its platform,
   links and words in those of the case, of its raids and of their campaign.
3. Private messages, messages of child safety and erased ones are never found, nor told to be there.
   What a message was held for, or in whose lock-out folder it lies, is not told either.
4. It is bounded: so many results, so many of the newest messages, so much time. Where it stopped
   early it says so.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from rempart.cases.access_log import note_search
from rempart.cases.child_safety import sealed_messages
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.matter import is_child_safety
from rempart.cases.raids.campaigns import Sees, campaign_of_raids
from rempart.cases.things import canonical_link, link_thing
from rempart.detect.links.extract import link_key, link_keys
from rempart.detect.text.fold import fold_one
from rempart.errors import ConflictError, InputError
from rempart.ingest import parse_one
from rempart.log.commit import message_of
from rempart.model import Case, CaseState, ItemRefusal, Message, MessageKind
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow

SHORTEST_REASON: Final = 3
LONGEST: Final = 300
SHORTEST_WORDS: Final = 2
MOST_FOUND: Final = 200
MOST_READ: Final = 20_000
"""Of how many of the newest messages of a channel the words are read."""
MOST_SECONDS: Final = 2.0
"""Of the processor, for one search."""
_AT_ONCE: Final = 500
_NAMES_FROM: Final = 1_000
_WRITTEN: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)

Place = tuple[str, str]


class SearchKind(StrEnum):
    ACCOUNT = "account"
    LINK = "link"
    WORDS = "words"


class Stopped(StrEnum):
    """Why a search ended before it had seen everything: enough found, as many of the newest
    messages read as it may, its time used up."""

    RESULTS = "results"
    MESSAGES = "messages"
    TIME = "time"


class Search(msgspec.Struct, frozen=True):
    """`words`: an account's id or name, a link, or words. `platform`: of the account; empty: the
    case's."""

    kind: SearchKind
    words: str
    reason: str
    platform: str = ""


class Hit(msgspec.Struct, frozen=True):
    """A message. `case`: the one it belongs to, where the reader may open it."""

    seq: int
    id: str
    at: datetime
    platform: str
    channel: str
    author: str
    author_name: str | None
    text: str
    case: str | None


class Found(msgspec.Struct, frozen=True):
    """Newest first. `places`: the channels looked in; `read`: how many messages were looked at;
    `stopped` None: nothing was left out."""

    hits: list[Hit]
    places: list[str]
    read: int
    stopped: Stopped | None


def begin_search(
    tables: Tables, case: Case, search: Search, by: str, at_ms: int, *, limit: int, window_ms: int
) -> Search:
    """Notes it; call it before `find`, in a transaction of its own. Returns it as it is looked for.
    InputError without a reason or words, ConflictError when the case is closed. `limit` searches
    and looks in `window_ms`, beyond what is usual, alarm the other admins."""
    must_be_open(case)
    reason, words = clean(search.reason).strip(), clean(search.words).strip()
    platform = search.platform.strip() or case.platform
    if not SHORTEST_REASON <= len(reason) <= LONGEST:
        raise InputError(
            "this needs a reason", where="reason", next_step="say why; the log keeps it"
        )
    if not SHORTEST_WORDS <= len(words) <= LONGEST:
        raise InputError("a search has 2 to 300 characters", where="words")
    if search.kind is SearchKind.WORDS and not fold_one(words).strip():
        raise InputError("there is no letter to look for", where="words")
    if search.kind is SearchKind.ACCOUNT and not platform:
        raise InputError("an account is looked up on a platform", where="platform")
    note_search(tables, case.id, search.kind, reason, by, at_ms, limit=limit, window_ms=window_ms)
    typed = {"case": case.id, "by": by, "kind": search.kind, "words": words, "at": rfc3339(at_ms)}
    # Not kept with the case: what the team looked for goes into no dossier.
    record(tables, [(None, entry("searched", {**typed, "platform": platform}))])
    return Search(search.kind, words, reason, platform)


def must_be_open(case: Case) -> None:
    if case.state is not CaseState.OPEN:
        raise ConflictError(
            "a search belongs to an open case",
            where=case.id,
            next_step="search inside a case that waits for a decision",
        )


def find(
    tables: Tables,
    case: Case,
    search: Search,
    sees: Sees,
    may_open: Callable[[Case], bool],
    spent: Callable[[], float] = time.thread_time,
) -> Found:
    """What there is. `sees`: whether the reader has rights on a channel; `may_open`: on a case;
    `spent`: seconds of the processor so far."""
    end = spent() + MOST_SECONDS
    if search.kind is SearchKind.ACCOUNT:
        places = _of_platform(tables, case, search.platform, sees)
        batches = _by_account(tables, case, places, search)
        fits: Callable[[Message], bool] = _any
    else:
        places = _around(tables, case, sees)
        batches = _newest(tables, places)
        fits = _link_in(search.words) if search.kind is SearchKind.LINK else _words_in(search.words)
    found: list[tuple[MessageRow, Message]] = []
    read, stopped = 0, None
    for rows, more in batches:
        read += len(rows)
        found += _tellable(tables, [one for one in _readable(tables, rows) if fits(one[1])])
        stopped = Stopped.MESSAGES if more else stopped
        if len(found) > MOST_FOUND:
            stopped = Stopped.RESULTS
            break
        if spent() >= end:
            stopped = Stopped.TIME
            break
    found.sort(key=lambda one: one[0].seq, reverse=True)
    hits = _hits(tables, found[:MOST_FOUND], may_open)
    return Found(hits, [f"{platform}/{name}" for platform, name in places], read, stopped)


def _around(tables: Tables, case: Case, sees: Sees) -> list[Place]:
    """The channels of the case, of its raids, and of the campaign these are part of."""
    raids = tables.cases.raids_of(case.id) or ([case.raid] if case.raid else [])
    campaign = campaign_of_raids(tables, raids, sees) if raids else None
    if campaign is not None:
        raids = [*raids, *campaign.campaign.raids]
    rows = [tables.stream.raid(raid) for raid in dict.fromkeys(raids)]
    places = [(case.platform, case.channel)]
    places += [(row.raid.platform, row.raid.channel) for row in rows if row is not None]
    return [one for one in dict.fromkeys(places) if one[1] and sees(one[1], one[0])]


def _of_platform(tables: Tables, case: Case, platform: str, sees: Sees) -> list[Place]:
    """All channels of a platform, those around the case first, then the latest active."""
    rows = tables.stream.channels()
    places = [*_around(tables, case, sees), *((row.platform, row.channel) for row in rows)]
    return [one for one in dict.fromkeys(places) if one[0] == platform and sees(one[1], one[0])]


def _by_account(
    tables: Tables, case: Case, places: Sequence[Place], search: Search
) -> Iterator[tuple[list[MessageRow], bool]]:
    """Rows of the account by channel, and whether more of them may lie further back."""
    accounts = _accounts(tables, case, search)
    long = {
        (row.platform, row.channel) for row in tables.stream.channels() if row.messages > MOST_READ
    }
    for place in places:
        for account in accounts:
            rows = tables.stream.latest_by_author(*place, account, limit=MOST_FOUND + 1)
            yield rows, place in long


def _accounts(tables: Tables, case: Case, search: Search) -> list[str]:
    """The id that was typed, and ids that go by this name in the case or its channel lately."""
    rows = tables.cases.messages(case.id, _NAMES_FROM)
    if case.channel:
        rows += tables.stream.latest(case.platform, case.channel, limit=_NAMES_FROM)
    name = search.words.casefold()
    named = [
        row.author
        for row in rows
        if row.platform == search.platform and (row.author_name or "").casefold() == name
    ]
    return list(dict.fromkeys([search.words, *named]))


def _newest(tables: Tables, places: Sequence[Place]) -> Iterator[tuple[list[MessageRow], bool]]:
    """The newest messages of each channel in turn, so that none waits for another to end; with the
    last batch whether there are older ones."""
    waiting: list[tuple[Place, int | None, int]] = [(place, None, 0) for place in places]
    while waiting:
        place, before, read = waiting.pop(0)
        rows = tables.stream.latest(*place, before=before, limit=_AT_ONCE)
        read += len(rows)
        whole = len(rows) == _AT_ONCE
        if whole and read < MOST_READ:
            waiting.append((place, min(row.seq for row in rows), read))
        yield rows, whole and read >= MOST_READ


def _readable(tables: Tables, rows: Sequence[MessageRow]) -> Iterator[tuple[MessageRow, Message]]:
    """With their words: not what was erased, and not what is private, held or not."""
    for row in rows:
        bodies = tables.log.bodies(row.seq)
        if not bodies:
            continue
        parsed = parse_one(message_of(bodies[0]).item)
        if isinstance(parsed, ItemRefusal) or not isinstance(parsed.item, Message):
            continue
        if not parsed.item.private and parsed.item.kind is not MessageKind.DIRECT:
            yield row, parsed.item


def _tellable(
    tables: Tables, found: Sequence[tuple[MessageRow, Message]]
) -> list[tuple[MessageRow, Message]]:
    """Without what is of child safety, by any case it is or was in and by its links."""
    if not found:
        return []
    closed = sealed_messages(tables, [row.seq for row, _ in found])
    things = {link_thing(link) for _, message in found for link in _links(message)}
    known = tables.cases.last_of(list(things)) if things else {}
    sealed_links = {thing for thing, (case, _) in known.items() if is_child_safety(tables, case.id)}
    return [
        (row, message)
        for row, message in found
        if row.seq not in closed
        and sealed_links.isdisjoint(link_thing(link) for link in _links(message))
    ]


def _hits(
    tables: Tables,
    found: Sequence[tuple[MessageRow, Message]],
    may_open: Callable[[Case], bool],
) -> list[Hit]:
    cases = tables.cases.last_of_messages([row.seq for row, _ in found])
    opened = {case.id: may_open(case) for case in cases.values()}
    hits: list[Hit] = []
    for row, message in found:
        case = cases.get(row.seq)
        hits.append(
            Hit(
                row.seq,
                row.id,
                at_time(row.sent_at_ms),
                row.platform,
                row.channel,
                row.author,
                row.author_name,
                message.text,
                case.id if case is not None and opened[case.id] else None,
            )
        )
    return hits


def _any(_: Message) -> bool:
    return True


def _words_in(words: str) -> Callable[[Message], bool]:
    folded = fold_one(words)
    return lambda message: folded in fold_one(message.text)


def _link_in(link: str) -> Callable[[Message], bool]:
    """Whether the same link stands in a message, named by the platform or written in its text; one
    without a query also where it is written to hide."""
    whole = link if "://" in link else f"https://{link}"
    wanted = canonical_link(whole)
    key = None if "?" in wanted else link_key(whole)

    def fits(message: Message) -> bool:
        if any(canonical_link(one) == wanted for one in _links(message)):
            return True
        return bool(key) and key in link_keys(fold_one(message.text), message.links)

    return fits


def _links(message: Message) -> Iterator[str]:
    yield from message.links
    for written in _WRITTEN.findall(message.text):
        yield written.rstrip(".,;:!?)]»’'")
