"""What the engine does beside messages, in the same transactions: leases that run out, snapshots of
the memory, checkpoints, and what the log is told of keys, rules and detectors.

By this machine's clock, in milliseconds; nothing here decides about a message.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from rempart.cases.authority import bans, orders
from rempart.cases.authority.clock import sweep_orders
from rempart.cases.deciding.appeals import take_waiting_appeals
from rempart.cases.erasure.retention import expire
from rempart.cases.evidence.promoted import promote_due
from rempart.cases.live import tell_measures
from rempart.cases.measures.taking import Reach
from rempart.cases.measures.undo import undone_entry
from rempart.cases.queue.clockwork import keep
from rempart.cases.queue.policy import DeadlineSettings
from rempart.cases.queue.sweep import MOST_AT_ONCE, sweep
from rempart.cases.reports.receiving import take_waiting
from rempart.engine.embedded.clock_watch import ClockWatch
from rempart.engine.embedded.erasing import Erasing
from rempart.engine.embedded.measures import write_measures
from rempart.engine.embedded.memory import EngineMemory, Owed
from rempart.engine.embedded.notary import Notary
from rempart.engine.embedded.raids import RaidBook, raid_digest
from rempart.engine.settings import EngineSettings
from rempart.engine.settings_marks import marks_of
from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.log.commit import seal, to_value
from rempart.log.subjects import KEPT
from rempart.model import Measure, MeasureState, Raid, RaidStage
from rempart.model.moments import rfc3339
from rempart.protect import Modes
from rempart.store.interface import Tables
from rempart.store.interface.attested import OwedKind, OwedRow
from rempart.store.interface.orders import OrderRow

_LOG = logging.getLogger(__name__)
SWEEP_MS = 1_000
PROBE_MS = 2_000
LOOK_ALIKE_MS = 60_000
"""How often new accounts are compared with those that a court banned."""
DIGEST_MS = 250
SOON_MS = 2_000
"""A checkpoint follows an attack this soon, so that its evidence is signed early."""
MOST_ATTACKS = 1_000
MOST_CHANGED = 200
RESTS = 20
"""After a snapshot that took long, because a thousand targets are busy, the next one waits this
many times as long: saving takes a twentieth of the time, whatever there is to save."""
MOST_REPLAYED = 5
"""But not beyond so many times the messages after which one is worth it."""
LEASE = "lease"
"""Who ended a measure whose time had passed."""


class Chores:
    def __init__(
        self,
        settings: EngineSettings,
        notary: Notary,
        memory: EngineMemory,
        raids: RaidBook,
        now_ms: Callable[[], int],
        *,
        sweep: bool,
        watch: ClockWatch,
    ) -> None:
        self.ending = False
        self._now_ms = now_ms
        self.snapshot_due = False
        self.facts_due = False
        """Something that decides was changed: the log is told in the next transaction."""
        self._marks = marks_of(settings.folder, notary.signer)
        self.foreign_writes = 0
        """How often somebody else wrote into the store since the start."""
        self._version: int | None = None
        self._telling = False
        self._settings = settings
        self._notary = notary
        self._memory = memory
        self.raids = raids
        self._sweep = sweep
        self._watch = watch
        self.policy = settings.policy
        self._more_due = False
        self.erasing = Erasing(self._save)
        self._windows = settings.retention.windows()
        self._owed: Callable[[], Owed] = Owed
        self._clock_trusted = False
        self._swept_ms = 0
        self._promote_again = 0.0
        self._looked_ms = 0
        self._tried_ms = 0
        self._digest_ms = 0
        self._size = 0
        self._snapshot_size: int | None = None
        self._snapshot_ms = 0
        self._took_ms = 0.0
        self._saving = False
        self._attacks: dict[str, None] = {}
        self._sign_soon = False

    # -- when --------------------------------------------------------------------------------

    def due(self, now_ms: int, *, full: bool) -> bool:
        """There is something to do although no message came."""
        if full:
            return now_ms - self._tried_ms >= PROBE_MS
        return (
            self.facts_due
            or (self._sweep and self.erasing.more)
            or (self._sweep and (self._more_due or abs(now_ms - self._swept_ms) >= SWEEP_MS))
            or self._checkpoint_due(now_ms, self._size)
            or self._snapshot_wanted(now_ms, self._size)
            or self.raids.due(now_ms)
        )

    def digest_due(self, now_ms: int, *, force: bool) -> bool:
        if not force and abs(now_ms - self._digest_ms) < DIGEST_MS:
            return False
        self._digest_ms = now_ms
        return True

    def _checkpoint_due(self, now_ms: int, size: int) -> bool:
        if self._notary.stopped is not None or size == self._notary.size:
            return False
        if size == self._notary.rest and not self.ending:
            return False
        every = SOON_MS if self._sign_soon else self._settings.log.checkpoint_seconds * 1000
        return self.ending or abs(now_ms - self._notary.signed_ms) >= every

    def _snapshot_wanted(self, now_ms: int, size: int) -> bool:
        grown = size - (self._snapshot_size or 0)
        worth_saving = self._settings.engine.snapshot_messages
        if self.snapshot_due or self._memory.crowded or grown >= MOST_REPLAYED * worth_saving:
            return True
        rested = abs(now_ms - self._snapshot_ms) >= RESTS * self._took_ms
        if grown >= worth_saving and rested:
            return True
        every = self._settings.engine.snapshot_seconds * 1000
        return grown > 0 and (self.ending or abs(now_ms - self._snapshot_ms) >= every)

    # -- inside the transaction --------------------------------------------------------------

    def run(self, tables: Tables, now_ms: int, owed: Callable[[], Owed], *, full: bool) -> None:
        if full:
            tables.stream.count({"probes": 1})
            return
        self._owed = owed
        self._telling = self.facts_due
        if self._telling:
            self.facts_due = False
            self.tell_facts(tables)
        self._apart("the deadlines of new cases", tables, lambda: self._keep(tables, now_ms))
        swept = self._sweep and (self._more_due or abs(now_ms - self._swept_ms) >= SWEEP_MS)
        if swept:
            self._swept_ms = now_ms
            self._end_leases(tables, now_ms)
            self._apart("what fell due", tables, lambda: self._fall_due(tables, now_ms))
            self._apart("the evidence of cases", tables, lambda: self._promote(tables))
            self._apart("orders of authorities", tables, lambda: self._orders(tables, now_ms))
            self._apart("reports that waited", tables, lambda: self._take(tables, now_ms))
            self._apart("court bans", tables, lambda: self._look_alike(tables, now_ms))
        # Never for each group of messages: once a second, and then again until it is done.
        if (swept or self.erasing.more) and self._sweep and self._clock_trusted:
            self._erase(tables, now_ms)
        if self._snapshot_size is None:
            self._snapshot_size, self._snapshot_ms = tables.stream.snapshot_seq(), now_ms
        self._size = tables.log.size()
        if self._snapshot_wanted(now_ms, self._size) and not self.erasing.carried_out:
            begin = time.perf_counter()
            self._save(tables)
            self._took_ms = (time.perf_counter() - begin) * 1000
            self._snapshot_ms = now_ms
        self._watch_others(tables, now_ms)
        sealing = tables.attested.seal_asked and self._notary.stopped is None
        if self._checkpoint_due(now_ms, self._size) or (sealing and self._size > self._notary.size):
            self._notary.sign(tables, now_ms)
        if sealing:
            for name in self._settings.authorities:
                tables.attested.owe(
                    OwedRow(OwedKind.SEALED, name, self._size, now_ms, 0, now_ms, "")
                )

    def _watch_others(self, tables: Tables, now_ms: int) -> None:
        """We are the only writer. Whoever else wrote into the store is told of, and the whole log
        is checked (FAULTS row 30)."""
        version = tables.log.foreign_version()
        if self._version is not None and version != self._version:
            self.foreign_writes += 1
            told = {"v": 1, "at": rfc3339(now_ms)}
            tables.log.append([seal("foreign-write", told, bucket=KEPT)])
            tables.announce("alarm", {"what": "foreign-write"})
            self._size = tables.log.size()
        self._version = version

    def _keep(self, tables: Tables, now_ms: int) -> None:
        keep(tables, self.policy, now_ms, care=self._settings.care)

    def _fall_due(self, tables: Tables, now_ms: int) -> None:
        self._more_due = False
        self._clock_trusted = self._watch.look(tables, now_ms)
        if not self._clock_trusted:
            return
        found = sweep(
            tables,
            self.policy,
            now_ms,
            lambda measures: write_measures(tables, self._settings, measures, now_ms),
            care=self._settings.care,
        )
        self._more_due = sum(found) >= MOST_AT_ONCE

    def _take(self, tables: Tables, now_ms: int) -> None:
        if self._clock_trusted:
            take_waiting(tables, now_ms)
            take_waiting_appeals(tables, now_ms)

    def _look_alike(self, tables: Tables, now_ms: int) -> None:
        if abs(now_ms - self._looked_ms) >= LOOK_ALIKE_MS:
            self._looked_ms = now_ms
            bans.look(tables, now_ms)

    def _orders(self, tables: Tables, now_ms: int) -> None:
        def reach(platform: str, channel: str) -> Reach:
            return Reach(
                self._settings.told(platform, channel), self._settings.telling(platform, channel)
            )

        def tell(row: OrderRow) -> None:
            orders.tell(tables, row.id, orders.RULE, now_ms, reach=reach)

        sweep_orders(tables, self.policy, now_ms, tell)

    def _save(self, tables: Tables) -> None:
        self._memory.save(tables, self._owed())
        self._saving = True

    def _erase(self, tables: Tables, now_ms: int) -> None:
        self.erasing.carried_out = False
        ok = self._apart(
            "an erasure", tables, lambda: self.erasing.run(tables, now_ms), "erasure-failed"
        )
        if not ok:
            self.erasing.failed()
            return
        if not self.erasing.more:
            self._apart("retention", tables, lambda: self._expire(tables, now_ms), "erasure-failed")

    def _expire(self, tables: Tables, now_ms: int) -> None:
        expired = expire(tables, self._windows, now_ms)
        self.erasing.more = expired is not None
        if expired:
            self.erasing.unclean = True

    def _apart(
        self,
        what: str,
        tables: Tables,
        act: Callable[[], None],
        alarm: str = "deadlines-failed",
    ) -> bool:
        """A failure here must not cost the messages of this transaction: it is told, and what was
        to be done stays to be done. False: it failed."""
        try:
            with tables.part():
                act()
        except (StoreFullError, StoreReadOnlyError):
            raise
        except Exception:
            _LOG.exception("%s could not be looked after", what)
            tables.announce("alarm", {"what": alarm})
            return False
        return True

    def _promote(self, tables: Tables) -> None:
        """A twentieth of the time at most: in a flood messages come first, and whoever exports
        promotes what is left."""
        begin = time.perf_counter()
        if begin >= self._promote_again:
            promote_due(tables)
            self._promote_again = begin + (1 + RESTS) * (time.perf_counter() - begin)

    def _end_leases(self, tables: Tables, now_ms: int) -> None:
        """Measures whose time has passed, one entry for those of one raid."""
        ended: dict[str, list[Measure]] = {}
        for row in tables.stream.due_measures(now_ms):
            measure = row.measure
            ended.setdefault(measure.raid or measure.id, []).append(measure)
        for measures in ended.values():
            ids = [measure.id for measure in measures]
            told = undone_entry(ids, LEASE, now_ms, raid=measures[0].raid)
            seq = tables.log.append([told])
            rows = tables.stream.end_measures(
                ids, MeasureState.EXPIRED, seq=seq, at_ms=now_ms, by=LEASE
            )
            tell_measures(tables, [row.measure for row in rows], None)

    def tell_facts(self, tables: Tables) -> None:
        """Tells the log its key, and the versions and settings that decide, when they changed."""
        versions = self._memory.pipeline.versions
        facts: dict[str, dict[str, Any]] = {
            "key": {"vkey": self._notary.signer.public.vkey},
            "detectors": {"versions": {k: v for k, v in versions.items() if k != "rules"}},
            "rules": {"hash": versions["rules"]},
            "config": {"settings": _told(self._settings)},
        }
        at = rfc3339(self._now_ms())
        self._tell_settings(tables, at)
        for name, value in facts.items():
            text = msgspec.json.encode(value, order="sorted").decode()
            if tables.stream.fact(name) != text:
                seq = tables.log.append([seal(name, {"v": 1, "at": at, **value}, bucket=KEPT)])
                tables.stream.put_fact(name, text, seq)

    def _tell_settings(self, tables: Tables, at: str) -> None:
        """Which settings of the file were changed since the last start, by name; never their
        values, which may be secrets."""
        if self._marks is None:
            return
        text = msgspec.json.encode(self._marks, order="sorted").decode()
        known = tables.stream.fact("settings")
        if text == (known or "{}"):
            return
        before = msgspec.json.decode(known or "{}", type=dict[str, str])
        names = before.keys() | self._marks.keys()
        changed = sorted(name for name in names if before.get(name) != self._marks.get(name))
        told = {"v": 1, "at": at, "changed": changed[:MOST_CHANGED]}
        seq = tables.log.append([seal("settings", told, bucket=KEPT)])
        tables.stream.put_fact("settings", text, seq)

    # -- after it ----------------------------------------------------------------------------

    def committed(self, raids: list[Raid]) -> list[tuple[str, dict[str, Any]]]:
        """Live events of what was done."""
        told: list[tuple[str, dict[str, Any]]] = [("raid", raid_digest(raid)) for raid in raids]
        for raid in raids:
            if raid.stage is RaidStage.ATTACK and raid.id not in self._attacks:
                self._attacks[raid.id] = None
                self._sign_soon = True
        while len(self._attacks) > MOST_ATTACKS:
            del self._attacks[next(iter(self._attacks))]
        if self._saving:
            self._memory.saved()
            self._snapshot_size = self._size
            self._saving = self.snapshot_due = False
        signed = self._notary.committed()
        if signed is not None:
            self._sign_soon = False
            told.append(("log", {"size": signed[0], "checkpoint": signed[1]}))
        return told

    def failed(self) -> None:
        self._saving = False
        self.erasing.failed()
        self.facts_due = self.facts_due or self._telling
        self._notary.failed()

    def tried(self, now_ms: int) -> None:
        """A commit failed just now; when there is no space, this is when it was last tried."""
        self._tried_ms = now_ms


def _told(settings: EngineSettings) -> dict[str, Any]:
    """What decides about people: limits and consents. Who measures are sent to is named by name."""
    return {
        "limits": msgspec.to_builtins(settings.limits),
        "shields": msgspec.to_builtins(settings.shields),
        "modes": _told_of_modes(settings.modes),
        "private_for": sorted(settings.detection.private_for),
        "connectors": sorted(settings.connectors),
        **_told_of_opinions(settings),
        **_told_of_deadlines(settings),
        **_told_of_lines(settings),
    }


def _told_of_deadlines(settings: EngineSettings) -> dict[str, Any]:
    """Only what a community made stricter: the shipped clocks are part of the version."""
    if settings.deadlines == DeadlineSettings():
        return {}
    return {"deadlines": msgspec.to_builtins(settings.deadlines)}


def _told_of_modes(modes: Modes) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(modes)
    return told | {"moderators": sorted(modes.moderators), "members": sorted(modes.members)}


def _told_of_opinions(settings: EngineSettings) -> dict[str, Any]:
    """Nothing without plug-ins: a log that never had one is not told of them. Of an address only
    the host: its path may hold a secret."""
    if not settings.opinions:
        return {}
    told = {}
    for name, one in settings.opinions.items():
        value = to_value(one, goes_to=_host(one.url))
        told[name] = {key: part for key, part in value.items() if key != "url"}
    return {"opinions": told}


def _told_of_lines(settings: EngineSettings) -> dict[str, Any]:
    """Prices and caps of paid lines, as decimals."""
    if not settings.lines:
        return {}
    lines = {name: msgspec.to_builtins(one) for name, one in settings.lines.items()}
    return {
        "lines": {
            name: {
                key: repr(part) if isinstance(part, float) else part for key, part in one.items()
            }
            for name, one in lines.items()
        }
    }


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
