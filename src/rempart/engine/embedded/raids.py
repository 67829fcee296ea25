"""Which changes of a raid are written: every step of its stage, and its growth in proportion.

A raid of five thousand accounts changes with every batch, and its picture is large. The log is told
when a raid opens, changes stage or kind, has grown by a quarter, or has come to rest; the table is
brought up to date every two seconds. Nothing is lost in between: the messages are in the log, and
after a crash the pipeline's memory is rebuilt from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from rempart.log.commit import seal, to_value
from rempart.model import Raid, RaidStage
from rempart.model.moments import ms_of
from rempart.protect.corrections import Corrections
from rempart.store.interface import Tables
from rempart.store.interface.raids import RaidCorrection

GROWTH = 1.25
ROW_EVERY_MS = 2_000
REST_MS = 30_000
FORGET_MS = 3_600_000
RESTORED = 1_000


class _Told(NamedTuple):
    """What was last committed of a raid: its picture in the log and in the table, and the core
    members whose earlier messages were looked for."""

    entry: Raid | None = None
    row: Raid | None = None
    row_ms: int = 0
    members: frozenset[str] = frozenset()


_NOTHING = _Told()


class RaidBook:
    """The raids of this run. What a transaction wrote counts only after `committed`."""

    def __init__(self) -> None:
        self._now: dict[str, Raid] = {}
        self._changed_ms: dict[str, int] = {}
        self._told: dict[str, _Told] = {}
        self._writing: dict[str, _Told] = {}
        self._touched: dict[str, Raid] = {}

    def change(self, raid: Raid) -> None:
        """What the pipeline says now."""
        self._now[raid.id] = raid
        self._touched[raid.id] = raid

    def restore(self, tables: Tables, owed: Iterable[str], changed: Iterable[Raid]) -> None:
        """After a restart. `owed`: raids whose last growth was in the table only; `changed`: those
        that grew while the tail of the log was stepped again. The next write tells them."""
        for row in tables.stream.raids(limit=RESTORED):
            raid = row.raid
            self._told[raid.id] = _Told(raid, raid, row.updated_ms, _core(raid))
        for id in owed:
            known = self._told.get(id)
            if known is not None and known.row is not None:
                self._told[id] = known._replace(entry=None)
                self._now[id] = known.row
        for raid in changed:
            told = self._told.get(raid.id, _NOTHING).entry
            self._now[raid.id] = told if told is not None and told == raid else raid

    def owed(self) -> list[str]:
        return [
            id for id, raid in self._now.items() if raid is not self._told.get(id, _NOTHING).entry
        ]

    def write(self, tables: Tables, now_ms: int, *, everything: bool = False) -> list[Raid]:
        """Writes what is due; returns the raids written, as they are now."""
        self._writing = {}
        written: list[Raid] = []
        for id, raid in self._now.items():
            if id in self._touched:
                self._changed_ms[id] = now_ms
            told = self._told.get(id, _NOTHING)
            if raid is told.entry:
                continue
            rests = now_ms - self._changed_ms.get(id, 0) >= REST_MS
            seq: int | None = None
            if everything or rests or _worth_an_entry(raid, told.entry):
                seq = tables.log.append([seal("raid", to_value(raid))])
            elif raid is told.row or now_ms - told.row_ms < ROW_EVERY_MS:
                continue
            tables.stream.put_raid(raid, seq, now_ms)
            members = _join_earlier(tables, raid, told.members)
            self._writing[id] = _Told(told.entry if seq is None else raid, raid, now_ms, members)
            written.append(raid)
        return written

    def committed(self) -> list[Raid]:
        """The transaction held; returns the raids that changed, for whoever watches."""
        self._told.update(self._writing)
        self._writing = {}
        touched, self._touched = list(self._touched.values()), {}
        return touched

    def correct(self, said: Corrections, rows: Iterable[Raid]) -> None:
        """People corrected the members of raids, in a committed transaction that wrote `rows`:
        what was collected in the meantime is corrected too, and who was put back is there."""
        for row in rows:
            now = self._now.get(row.id)
            if now is None:
                continue
            known = {member.account for member in now.members}
            back = tuple(member for member in row.members if member.account not in known)
            whole = msgspec.structs.replace(now, members=(*now.members, *back)) if back else now
            for raid in said.pictures(whole):
                self._now[raid.id] = raid

    def touched(self) -> list[Raid]:
        """Changed in a step that is not committed."""
        return list(self._touched.values())

    def due(self, now_ms: int) -> bool:
        """Something has come to rest, or waits for its row, and no message comes to write it."""
        for id, raid in self._now.items():
            told = self._told.get(id, _NOTHING)
            if raid is not told.row and now_ms - told.row_ms >= ROW_EVERY_MS:
                return True
            if raid is not told.entry and now_ms - self._changed_ms.get(id, 0) >= REST_MS:
                return True
        return False

    def forget(self, now_ms: int) -> None:
        """Drops raids that rested for an hour and are written."""
        for id, changed_ms in list(self._changed_ms.items()):
            told = self._told.get(id, _NOTHING)
            if now_ms - changed_ms >= FORGET_MS and self._now.get(id) is told.entry:
                for memory in (self._now, self._told, self._changed_ms):
                    memory.pop(id, None)


def _worth_an_entry(raid: Raid, told: Raid | None) -> bool:
    if told is None or raid.stage is not told.stage or raid.kind is not told.kind:
        return True
    return raid.messages >= told.messages * GROWTH or len(raid.members) >= (
        len(told.members) * GROWTH
    )


def _join_earlier(tables: Tables, raid: Raid, known: frozenset[str]) -> frozenset[str]:
    """What new core members wrote since the raid began belongs to it."""
    if raid.stage is RaidStage.NOTICE:
        return known
    core = _core(raid)
    new = core - known
    if new:
        tables.stream.join_raid(
            raid.id,
            raid.platform,
            raid.channel,
            new,
            from_ms=ms_of(raid.begin),
            until_ms=ms_of(raid.end),
        )
    return core


def raid_digest(raid: Raid) -> dict[str, Any]:
    """A raid as the live pages show it: without its members."""
    return {
        "id": raid.id,
        "platform": raid.platform,
        "channel": raid.channel,
        "target": raid.target,
        "stage": raid.stage.value,
        "kind": raid.kind.value,
        "begin": ms_of(raid.begin),
        "end": ms_of(raid.end),
        "messages": raid.messages,
        "members": len(raid.members),
        "confidence": raid.confidence,
        "reasons": list(raid.reasons),
    }


def _core(raid: Raid) -> frozenset[str]:
    return frozenset(member.account for member in raid.members if member.core)


def redrawn_raids(tables: Tables, corrected: Sequence[RaidCorrection]) -> list[Raid]:
    """The raids whose members people corrected, as they are stored now."""
    rows = (tables.stream.raid(raid) for raid in dict.fromkeys(one.raid for one in corrected))
    return [row.raid for row in rows if row is not None]
