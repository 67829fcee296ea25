"""The stage of a scenario: collects what is said and happens, and numbers it in order of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from rempart.model import Account, Event, EventKind, Item, Message


class Said(NamedTuple):
    """One message before it has its id: `mark` says to what it belongs (attack, a contrast)."""

    second: float
    author: Account
    text: str
    mark: str
    links: tuple[str, ...]


class Happened(NamedTuple):
    second: float
    kind: EventKind
    account: Account
    how_many: int | None


class Stage:
    """Times in seconds from `begin`, kept to the millisecond."""

    def __init__(self, platform: str, channel: str, begin: datetime, id_prefix: str) -> None:
        self._platform = platform
        self._channel = channel
        self._begin = begin
        self._prefix = id_prefix
        self._said: list[Said] = []
        self._happened: list[Happened] = []

    def say(
        self,
        second: float,
        author: Account,
        text: str,
        mark: str = "",
        links: tuple[str, ...] = (),
    ) -> None:
        self._said.append(Said(second, author, text, mark, links))

    def happen(
        self, second: float, kind: EventKind, account: Account, count: int | None = None
    ) -> None:
        self._happened.append(Happened(second, kind, account, count))

    def at(self, second: float) -> datetime:
        return self._begin + timedelta(milliseconds=round(second * 1000))

    def collect(self) -> tuple[list[Item], dict[str, list[Message]]]:
        """Everything in order of time, and the messages by their mark."""
        items: list[Item] = []
        marked: dict[str, list[Message]] = {}
        rows: list[Said | Happened] = [*self._happened, *self._said]
        rows.sort(key=lambda row: round(row.second * 1000))
        for number, row in enumerate(rows):
            item_id = f"{self._prefix}-{number:06d}"
            if isinstance(row, Happened):
                items.append(self._event(item_id, row))
                continue
            message = self._message(item_id, row)
            items.append(message)
            if row.mark:
                marked.setdefault(row.mark, []).append(message)
        return items, marked

    def _event(self, item_id: str, row: Happened) -> Event:
        return Event(
            event=row.kind,
            id=item_id,
            platform=self._platform,
            channel=self._channel,
            at=self.at(row.second),
            account=row.account,
            count=row.how_many,
        )

    def _message(self, item_id: str, row: Said) -> Message:
        return Message(
            id=item_id,
            platform=self._platform,
            channel=self._channel,
            sent_at=self.at(row.second),
            author=row.author,
            text=row.text,
            targets=(self._channel,),
            links=row.links,
        )
