"""We as a witness: cosigning the checkpoints of other communities' logs.

Rules kept here:

1. Which logs: the keys in `[log] witness_for`, nobody else's. Unknown origin 404, wrong key 403.
2. Looking at what was cosigned last and writing down the new checkpoint is one transaction, and
   the answer leaves after it is durable (C2SP tlog-witness).
3. Proof against a log is what it signed itself: two roots for one size. That is an entry, an alarm
   and stands in the console, once for the same and once an hour at most. Everything else anybody
   can send who has read the public checkpoints: a junk proof, an old checkpoint. It is refused,
   and said on the page as unproven until the log has shown that it grew.
4. A stranger makes nothing be written: only what the log signed, and nobody sent before, is. Of a
   note only what the log signed is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from rempart.cases.entries import entry, record, rfc3339
from rempart.engine.embedded import EmbeddedEngine
from rempart.log.checkpoint import Checkpoint
from rempart.log.cosignature import cosign
from rempart.log.keys import load_witness
from rempart.log.note import PublicKey, Signer, signed_part
from rempart.log.subjects import KEPT
from rempart.log.witnessing import (
    Claim,
    RefusedError,
    Submission,
    judge,
    origin_of,
    parse_submission,
)
from rempart.store.interface import Tables
from rempart.store.interface.attested import RefusalRow, WitnessedRow

TOLD_EVERY_MS = 3_600_000


class Unproven(NamedTuple):
    """A refusal that seems to speak against a log, and may be a stranger's doing. In memory."""

    claim: Claim
    at_ms: int


class WitnessDesk:
    """`vkeys`: of the logs that are witnessed; the name of a key is the origin of its log."""

    def __init__(self, engine: EmbeddedEngine, vkeys: Sequence[str]) -> None:
        self._engine = engine
        self.keys = {key.name: key for key in map(PublicKey.parse, vkeys)}
        self.signer: Signer = load_witness(engine.data_dir, engine.signer.name)
        self._unproven: dict[str, Unproven] = {}

    async def add_checkpoint(self, body: bytes) -> str:
        """The line to answer with; RefusedError with the protocol's status."""
        sent = parse_submission(body)
        origin = origin_of(sent.note)
        key = self.keys.get(origin)
        if key is None:
            raise RefusedError(404, "this log is not witnessed here")
        known = await asyncio.to_thread(self._known_answer, sent, key)
        if known is not None:
            return known
        answer = await asyncio.wrap_future(
            self._engine.write(lambda tables: self._answer(tables, sent, key))
        )
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def last_size(self, tables: Tables, origin: str) -> int:
        row = tables.attested.witnessed(origin)
        return row.size if row is not None else 0

    def unproven(self, origin: str) -> Unproven | None:
        """What was last refused of this log that proves nothing; see rule 3."""
        return self._unproven.get(origin)

    def _known_answer(self, sent: Submission, key: PublicKey) -> str | None:
        """The answer that needs nothing written; None: it does. RefusedError as the protocol."""
        with self._engine.read() as tables:
            row = tables.attested.witnessed(key.name)
            try:
                fresh = judge(sent, key, _checkpoint(row))
            except RefusedError as error:
                proof = self._proof(tables, key, error)
                if proof is not None and self._is_news(tables, key, error.shown):
                    return None
                if proof is None and error.claim is not None:
                    self._unproven[key.name] = Unproven(error.claim, self._engine.now_ms())
                raise
        if row is None or fresh.size > row.size:
            return None
        return cosign(sent.note, self.signer, self._engine.now_ms() // 1000)

    def _answer(self, tables: Tables, sent: Submission, key: PublicKey) -> str | RefusedError:
        """In one transaction. A refusal is returned, not raised, so that its entry stays."""
        now_ms = self._engine.now_ms()
        row = tables.attested.witnessed(key.name)
        try:
            fresh = judge(sent, key, _checkpoint(row))
        except RefusedError as error:
            known = self._proof(tables, key, error)
            if known is not None and self._is_news(tables, key, error.shown):
                self._tell(tables, signed_part(sent.note, key), error.shown, known, now_ms)
            return error
        if row is None or fresh.size > row.size:
            note = signed_part(sent.note, key)
            tables.attested.witness(WitnessedRow(key.name, fresh.size, fresh.root, note, now_ms))
            self._unproven.pop(key.name, None)
        return cosign(sent.note, self.signer, now_ms // 1000)

    def _proof(self, tables: Tables, key: PublicKey, error: RefusedError) -> WitnessedRow | None:
        """What we cosigned of this size with another root: with what was shown, the proof."""
        if error.shown is None:
            return None
        row = tables.attested.witnessed(key.name, error.shown.size)
        return row if row is not None and row.root != error.shown.root else None

    def _is_news(self, tables: Tables, key: PublicKey, shown: Checkpoint | None) -> bool:
        before = tables.attested.refusal(key.name)
        if before is None or shown is None:
            return shown is not None
        recent = abs(self._engine.now_ms() - before.at_ms) < TOLD_EVERY_MS
        return not recent and before.size != shown.size

    def _tell(
        self,
        tables: Tables,
        note: str,
        shown: Checkpoint | None,
        known: WitnessedRow,
        now_ms: int,
    ) -> None:
        assert shown is not None
        what = Claim.TWO_ROOTS.value
        told = {
            "log": known.origin,
            "what": what,
            "shown": note,
            "known": known.note,
            "at": rfc3339(now_ms),
        }
        seq = record(tables, [(None, entry("witness-refusal", told, bucket=KEPT))])
        tables.attested.refuse(RefusalRow(known.origin, what, shown.size, now_ms, seq))
        tables.announce("alarm", {"what": "witness-refusal", "log": known.origin, "because": what})


def _checkpoint(row: WitnessedRow | None) -> Checkpoint | None:
    return None if row is None else Checkpoint(row.origin, row.size, row.root)
