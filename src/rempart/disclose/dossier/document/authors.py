"""Who wrote: one sheet per account, with what that account could already see before it wrote.

Article 222-33-2-2 asks of each person, where nobody concerted, that they knew of the repetition.
Rules kept here:

1. Counted are the messages of this file, in the same channel, sent strictly before.
2. A message that was let through could be seen there. Of one that was held or hidden nobody knows
   whether it was seen for a moment: it is counted apart, and never as seen.
3. That something could be seen is not that it was: the document says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from rempart.disclose.dossier.document.content import Item

RECOGNISED = 0.5
"""A label at or above this score was recognised (the shipped threshold)."""


class Before(NamedTuple):
    """What lay in the channel before a moment, by others: `let_through` by `accounts` accounts,
    from record `first` to `last`; `held` beside them."""

    let_through: int
    accounts: int
    held: int
    first: int | None
    last: int | None


class Author(NamedTuple):
    """One account. `begins`, `ends`: its first and last message; `before`: what it could see when
    it first wrote, `meanwhile`: how many more by others were let through until its last."""

    platform: str
    account: str
    name: str
    created_at: datetime | None
    messages: int
    held: int
    begins: datetime | None
    ends: datetime | None
    records: tuple[int, ...]
    labels: tuple[tuple[str, int], ...]
    before: Before
    meanwhile: int


class _Place:
    """What has been written so far in one channel."""

    def __init__(self) -> None:
        self.by_account: Counter[str] = Counter()
        self.held_of: Counter[str] = Counter()
        self.let_through = self.held = 0
        self.first: int | None = None
        self.last: int | None = None

    def seen_by(self, account: str) -> Before:
        own = self.by_account[account]
        accounts = len(self.by_account) - (own > 0)
        held = self.held - self.held_of[account]
        return Before(self.let_through - own, accounts, held, self.first, self.last)

    def add(self, item: Item) -> None:
        if item.held:
            self.held += 1
            self.held_of[item.account] += 1
            return
        self.let_through += 1
        self.by_account[item.account] += 1
        self.first = item.record if self.first is None else self.first
        self.last = item.record


def recognised(item: Item) -> list[str]:
    return [label for label, score in item.labels.items() if score >= RECOGNISED]


def authors(items: Sequence[Item]) -> list[Author]:
    """One per account and platform, who wrote most first; `items` in the order of sending."""
    places: dict[tuple[str, str], _Place] = {}
    first_seen: dict[tuple[str, str], Before] = {}
    last_seen: dict[tuple[str, str], int] = {}
    own: dict[tuple[str, str], list[Item]] = {}
    for together in _same_moment(items):
        for item in together:
            who = (item.platform, item.account)
            place = places.setdefault((item.platform, item.channel), _Place())
            seen = place.seen_by(item.account)
            first_seen.setdefault(who, seen)
            last_seen[who] = max(last_seen.get(who, 0), seen.let_through)
            own.setdefault(who, []).append(item)
        for item in together:
            places[item.platform, item.channel].add(item)
    found = [_author(who, written, first_seen[who], last_seen[who]) for who, written in own.items()]
    return sorted(found, key=lambda one: (-one.messages, one.records[0]))


def _author(who: tuple[str, str], written: list[Item], before: Before, last: int) -> Author:
    labels = Counter(label for item in written for label in recognised(item))
    times = [item.sent_at for item in written if item.sent_at is not None]
    return Author(
        platform=who[0],
        account=who[1],
        name=next((item.name for item in reversed(written) if item.name), ""),
        created_at=next((item.created_at for item in written if item.created_at), None),
        messages=len(written),
        held=sum(item.held for item in written),
        begins=min(times, default=None),
        ends=max(times, default=None),
        records=tuple(item.record for item in written),
        labels=tuple(labels.most_common()),
        before=before,
        meanwhile=max(0, last - before.let_through),
    )


def _same_moment(items: Iterable[Item]) -> Iterable[list[Item]]:
    """Messages of one moment together: none of them could be seen before another."""
    together: list[Item] = []
    for item in items:
        if together and item.sent_at != together[0].sent_at:
            yield together
            together = []
        together.append(item)
    if together:
        yield together
