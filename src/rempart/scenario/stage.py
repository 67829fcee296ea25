"""The stage of a scenario: collects what is said and happens, and numbers it in order of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from rempart.model import Account, Event, EventKind, Item, Message, MessageKind


class Place(NamedTuple):
    """Where something is said, and whom it hits: by default the channel's owner."""

    platform: str
    channel: str
    kind: MessageKind = MessageKind.CHAT
    target: str = ""


class Said(NamedTuple):
    """One message before it has its id: `mark` says to what it belongs (attack, a contrast)."""

    second: float
    author: Account
    text: str
    mark: str
    links: tuple[str, ...]
    place: Place


class Happened(NamedTuple):
    second: float
    kind: EventKind
    account: Account
    how_many: int | None


class Stage:
    """Times in seconds from `begin` (before it: negative), kept to the millisecond. `place` is
    where things happen unless another is given."""

    def __init__(self, place: Place, begin: datetime, id_prefix: str) -> None:
        self._place = place
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
        place: Place | None = None,
    ) -> None:
        self._said.append(Said(second, author, text, mark, links, place or self._place))

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
            platform=self._place.platform,
            channel=self._place.channel,
            at=self.at(row.second),
            account=row.account,
            count=row.how_many,
        )

    def _message(self, item_id: str, row: Said) -> Message:
        place = row.place
        return Message(
            id=item_id,
            platform=place.platform,
            channel=place.channel,
            sent_at=self.at(row.second),
            author=row.author,
            text=row.text,
            targets=(place.target or place.channel,),
            kind=place.kind,
            links=row.links,
        )
