"""Our witnesses: every checkpoint is cosigned by them, and they are asked before we write.

Rules kept here:

1. At the start each witness is asked what it cosigned last. When that is larger than our log, or
   another history, the service does not start (FAULTS row 31). A witness that cannot be reached
   does not hold the start up: it is asked again while we run, and signing ends then.
2. Ingest never waits for a witness. What is owed is kept in the store, shown as pending, and tried
   again later and later, up to ten minutes.
3. What a witness holds against us is believed for what it is: with a checkpoint of our own key it
   is proof, and kept; without one, signing ends until a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache

from rempart.cases.entries import entry, record, rfc3339
from rempart.connect.witness import Said, Witness, WitnessAnswer, WitnessSettings
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import LogError, OutboundError, VerificationError
from rempart.log.checkpoint import Checkpoint, open_checkpoint
from rempart.log.cosignature import Cosignature
from rempart.log.subjects import KEPT
from rempart.log.tiles import prove_consistency, root_at
from rempart.store.interface import Tables
from rempart.store.interface.attested import CosignatureRow, OwedKind, OwedRow

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
ASK_SECONDS = 4.0
LONGEST_WAIT_MS = 600_000
ALARM_AFTER = 3
"""Failed attempts in a row until somebody is told."""
_RESTORE = (
    "restore a newer copy of the data folder; if this witness is wrong, take it out of [witnesses]"
)


class Witnesses:
    """`settings`: by the name of each witness in our settings."""

    def __init__(self, engine: EmbeddedEngine, settings: Mapping[str, WitnessSettings]) -> None:
        self._engine = engine
        self._settings = settings
        self._witnesses = {name: Witness(one) for name, one in settings.items()}

    # -- before the first write --------------------------------------------------------------

    async def ask(self) -> None:
        """Raises LogError when a witness has cosigned more than our log holds, or something else.
        To be called before the engine starts."""
        asked = (
            self._ask(name, Witness(one, deadline=ASK_SECONDS))
            for name, one in self._settings.items()
        )
        for trouble in await asyncio.gather(*asked):
            if trouble is not None:
                raise trouble

    async def _ask(self, name: str, witness: Witness) -> LogError | None:
        with self._engine.read() as tables:
            last = tables.log.last_checkpoint()
        if last is None:
            return None
        try:
            known = await self._proof(witness)
            if known is not None:
                return self._compare(name, known[0])
            told = await witness.add_checkpoint(0, (), last[1])
        except OutboundError as error:
            _LOG.warning(
                "witness %s is asked again: it did not answer at the start: %s",
                name,
                error.diagnostics(),
            )
            return None
        if told.said is Said.BEHIND and told.size is not None:
            return self._too_small(name, told.size)
        return None

    # -- while we run ------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        if not self._witnesses:
            return
        while True:
            try:
                await self.look()
            except Exception:
                _LOG.exception("the witnesses could not be asked")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Asks each witness for what it owes."""
        due = await asyncio.to_thread(self._due)
        await asyncio.gather(*(self._cosign(name, *owed) for name, owed in due.items()))

    def _due(self) -> dict[str, tuple[int, str, int, OwedRow | None]]:
        """By witness: size and note of the newest checkpoint, the size it cosigned last, what is
        owed since when."""
        now_ms = self._engine.now_ms()
        if self._engine.signing_stopped is not None:
            return {}
        with self._engine.read() as tables:
            last = tables.log.last_checkpoint()
            if last is None:
                return {}
            owed = {row.name: row for row in tables.attested.owed(OwedKind.COSIGNATURE)}
            found: dict[str, tuple[int, str, int, OwedRow | None]] = {}
            for name in self._witnesses:
                row, row_owed = tables.attested.last_cosignature(name), owed.get(name)
                size = row.size if row is not None else 0
                waits = row_owed is not None and 0 <= row_owed.next_ms - now_ms < LONGEST_WAIT_MS
                if size < last[0] and not waits:
                    found[name] = (last[0], last[1], size, row_owed)
        return found

    async def _cosign(
        self, name: str, size: int, note: str, old: int, owed: OwedRow | None
    ) -> None:
        witness = self._witnesses[name]
        try:
            told = await self._submit(witness, old, size, note)
            if told.said is Said.BEHIND and told.size is not None and 0 <= told.size <= size:
                told = await self._submit(witness, told.size, size, note)
        except OutboundError as error:
            await self._failed(name, size, owed, error.diagnostics())
            return
        if told.said is Said.COSIGNED and told.cosignature is not None:
            await self._keep(name, size, told.cosignature)
            return
        if told.said is Said.UNKNOWN:
            await self._failed(name, size, owed, told.detail)
            return
        await self._refused(name, size, owed, told)

    async def _submit(self, witness: Witness, old: int, size: int, note: str) -> WitnessAnswer:
        def proof() -> list[bytes]:
            if not 0 < old < size:
                return []
            with self._engine.read() as tables:
                return prove_consistency(old, size, lru_cache(256)(tables.log.tile))

        return await witness.add_checkpoint(old, await asyncio.to_thread(proof), note)

    async def _keep(self, name: str, size: int, cosignature: Cosignature) -> None:
        vkey = self._witnesses[name].key.vkey

        def keep(tables: Tables) -> None:
            told = {
                "checkpoint": size,
                "witness": cosignature.witness,
                "vkey": vkey,
                "line": cosignature.line.rstrip("\n"),
                "at": rfc3339(cosignature.at_s * 1000),
            }
            seq = record(tables, [(None, entry("cosignature", told, bucket=KEPT))])
            tables.attested.add_cosignature(
                CosignatureRow(size, name, cosignature.line, cosignature.at_s, seq)
            )
            tables.attested.settle(OwedKind.COSIGNATURE, name, size)
            tables.announce("cosigned", {"witness": name, "size": size})

        await asyncio.wrap_future(self._engine.note_time(keep))

    async def _failed(self, name: str, size: int, owed: OwedRow | None, error: str) -> None:
        now_ms = self._engine.now_ms()
        tries = (owed.tries if owed is not None else 0) + 1
        since = owed.since_ms if owed is not None else now_ms
        wait = min(LONGEST_WAIT_MS, 1_000 << min(tries, 10))
        _LOG.warning("witness %s has not cosigned: %s", name, error)

        def owe(tables: Tables) -> None:
            tables.attested.settle(OwedKind.COSIGNATURE, name, size)
            tables.attested.owe(
                OwedRow(OwedKind.COSIGNATURE, name, size, since, tries, now_ms + wait, error)
            )
            if tries == ALARM_AFTER:
                tables.announce("alarm", {"what": "witness-silent", "witness": name})

        await asyncio.wrap_future(self._engine.write(owe))

    # -- a history that is not ours ----------------------------------------------------------

    async def _refused(
        self, name: str, size: int, owed: OwedRow | None, told: WitnessAnswer
    ) -> None:
        """It cosigned more than we have, or something else."""
        try:
            known = await self._proof(self._witnesses[name])
        except OutboundError:
            known = None
        trouble = self._compare(name, known[0]) if known is not None else None
        if trouble is None and told.size is not None and told.size > size:
            trouble, known = self._too_small(name, told.size), None
        if trouble is None:
            await self._failed(name, size, owed, f"refused: {told.detail}")
            return
        _LOG.critical("signing stopped: %s", trouble.diagnostics())

        def tell(tables: Tables) -> None:
            value = {
                "witness": name,
                "what": trouble.what,
                "checkpoint": size,
                "proof": known[1] if known is not None else None,
                "at": rfc3339(self._engine.now_ms()),
            }
            record(tables, [(None, entry("signing-stopped", value, bucket=KEPT))])

        await asyncio.wrap_future(
            self._engine.stop_signing(trouble, known[1] if known is not None else None)
        )
        await asyncio.wrap_future(self._engine.write(tell))
        await self._failed(name, size, owed, trouble.what)

    async def _proof(self, witness: Witness) -> tuple[Checkpoint, str] | None:
        """What it cosigned last for us, when our own signature and its cosignature are under it."""
        note = await witness.cosigned_last(self._engine.signer.name)
        if note is None:
            return None
        try:
            return open_checkpoint(note, self._engine.signer.public), note
        except VerificationError as error:
            _LOG.warning("%s shows a checkpoint that is not ours: %s", witness.key.name, error)
            return None

    def _compare(self, name: str, known: Checkpoint) -> LogError | None:
        with self._engine.read() as tables:
            if tables.log.size() < known.size:
                return self._too_small(name, known.size)
            if known.size and root_at(known.size, tables.log.tile) != known.root:
                return LogError(
                    f"the first {known.size} entries are not those that were signed and cosigned",
                    where=f"witness {name}",
                    next_step=_RESTORE,
                )
        return None

    def _too_small(self, name: str, cosigned: int) -> LogError | None:
        with self._engine.read() as tables:
            size = tables.log.size()
        if size >= cosigned:
            return None
        return LogError(
            f"the log has {size} entries, but {cosigned} were cosigned: this is an old copy",
            where=f"witness {name}",
            next_step=_RESTORE,
        )
