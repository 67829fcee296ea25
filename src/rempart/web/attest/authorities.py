"""Time-stamp authorities: each stamps the newest checkpoint once an hour when it changed, and the
checkpoint of every dossier.

Rules kept here (FAULTS row 33):

1. Nothing waits for an authority. What it owes is kept in the store and shown as pending since
   when; it is asked again later and later, up to an hour.
2. Of the hourly ones only the newest is owed: a token over a later checkpoint says all that one
   over an earlier could still say. What was signed for a dossier is owed until it came.
3. No answer counts that did not verify (`log.timestamps`). The answer is kept as it came, as an
   entry.
4. An authority whose clock is more than a minute from ours is an anomaly, told and logged: one of
   the two clocks is wrong.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Mapping

from rempart.cases.entries import entry, record, rfc3339
from rempart.connect.authority import Authority
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import OutboundError, VerificationError
from rempart.log.subjects import KEPT
from rempart.log.timestamps import Token, ask, check_reply, imprint
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.attested import OwedKind, OwedRow, TokenRow

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
FIRST_WAIT_MS = 15_000
LONGEST_WAIT_MS = 3_600_000
ALARM_AFTER = 3
DISAGREE_MS = 60_000


class Authorities:
    """By their names in our settings."""

    def __init__(self, engine: EmbeddedEngine, authorities: Mapping[str, Authority]) -> None:
        self._engine = engine
        self._authorities = authorities
        self._every_ms = engine.settings.log.timestamp_minutes * 60_000

    async def run(self) -> None:
        """Until cancelled."""
        if not self._authorities:
            return
        while True:
            try:
                await self.look()
            except Exception:
                _LOG.exception("the time-stamp authorities could not be asked")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Asks each authority for what it owes, one thing after the other."""
        due = await asyncio.to_thread(self._due)
        await asyncio.gather(*(self._work_off(name, rows) for name, rows in due.items()))

    def _due(self) -> dict[str, list[OwedRow]]:
        now_ms = self._engine.now_ms()
        with self._engine.read() as tables:
            last = tables.log.last_checkpoint()
            if last is None:
                return {}
            owed = tables.attested.owed()
            due: dict[str, list[OwedRow]] = {}
            for name in self._authorities:
                rows = [
                    row for row in owed if row.name == name and row.kind is not OwedKind.COSIGNATURE
                ]
                hourly = next((row for row in rows if row.kind is OwedKind.TOKEN), None)
                if hourly is not None:
                    rows[rows.index(hourly)] = hourly._replace(size=last[0])
                elif self._wanted(tables, name, last[0], now_ms):
                    rows.append(OwedRow(OwedKind.TOKEN, name, last[0], now_ms, 0, now_ms, ""))
                ready = [row for row in rows if not 0 < row.next_ms - now_ms <= LONGEST_WAIT_MS]
                if ready:
                    due[name] = ready
        return due

    def _wanted(self, tables: Tables, name: str, size: int, now_ms: int) -> bool:
        row = tables.attested.last_token(name)
        return row is None or (row.size < size and abs(now_ms - row.at_ms) >= self._every_ms)

    async def _work_off(self, name: str, rows: list[OwedRow]) -> None:
        for row in rows:
            if not await self._stamp(self._authorities[name], row):
                return

    async def _stamp(self, authority: Authority, row: OwedRow) -> bool:
        def note_of() -> str | None:
            with self._engine.read() as tables:
                found = tables.attested.checkpoint(row.size)
            return found[0] if found is not None else None

        note = await asyncio.to_thread(note_of)
        if note is None:
            return True
        question = ask(note)
        begin_ms = self._engine.now_ms()
        try:
            reply = await authority.stamp(question.body)
            end_ms = self._engine.now_ms()
            token = await asyncio.to_thread(
                check_reply, reply, note, authority.chain, nonce=question.nonce
            )
        except (OutboundError, VerificationError) as error:
            await self._failed(row, error)
            return False
        await self._keep(authority, row, note, reply, token, (begin_ms, end_ms))
        return True

    async def _keep(
        self,
        authority: Authority,
        row: OwedRow,
        note: str,
        reply: bytes,
        token: Token,
        between: tuple[int, int],
    ) -> None:
        at_ms = ms_of(token.at)
        told = {
            "checkpoint": row.size,
            "authority": row.name,
            "imprint": f"sha256:{imprint(note).hex()}",
            "at": rfc3339(at_ms),
            "serial": token.serial,
            "policy": token.policy,
            "checked_with": token.checked_with,
            "trusted": authority.chain.fingerprints,
            "reply": b64encode(reply).decode(),
        }

        def keep(tables: Tables) -> None:
            seq = record(tables, [(None, entry("timestamp-token", told, bucket=KEPT))])
            tables.attested.add_token(
                TokenRow(
                    row.size, row.name, reply, at_ms, token.checked_with, seq, authority.chain.pem
                )
            )
            tables.attested.settle(row.kind, row.name, row.size)
            tables.announce("stamped", {"authority": row.name, "size": row.size})
            self._compare_clocks(tables, row.name, at_ms, between)

        await asyncio.wrap_future(self._engine.note_time(keep))

    def _compare_clocks(
        self, tables: Tables, name: str, at_ms: int, between: tuple[int, int]
    ) -> None:
        begin_ms, end_ms = between
        by_ms = begin_ms - at_ms if at_ms < begin_ms else min(0, end_ms - at_ms)
        if abs(by_ms) <= DISAGREE_MS:
            return
        told = {
            "what": "a time-stamp authority has another time",
            "authority": name,
            "by_ms": by_ms,
            "at": rfc3339(end_ms),
            "theirs": rfc3339(at_ms),
        }
        record(tables, [(None, entry("clock-anomaly", told, bucket=KEPT))])
        tables.announce("alarm", {"what": "clock", "by_seconds": by_ms // 1000, "authority": name})

    async def _failed(self, row: OwedRow, error: OutboundError | VerificationError) -> None:
        tries = row.tries + 1
        wait = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(tries - 1, 8))
        now_ms = self._engine.now_ms()
        _LOG.warning("authority %s has not stamped: %s", row.name, error.diagnostics())
        wrong = isinstance(error, VerificationError)

        def owe(tables: Tables) -> None:
            tables.attested.settle(row.kind, row.name, row.size)
            tables.attested.owe(
                row._replace(tries=tries, next_ms=now_ms + wait, error=error.diagnostics())
            )
            if tries == ALARM_AFTER or (wrong and tries == 1):
                what = "timestamp-wrong" if wrong else "timestamp-silent"
                tables.announce("alarm", {"what": what, "authority": row.name})

        await asyncio.wrap_future(self._engine.write(owe))
