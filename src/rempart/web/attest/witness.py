"""We as a witness: cosigning the checkpoints of other communities' logs.

Rules kept here:

1. Which logs: the keys in `[log] witness_for`, nobody else's. Unknown origin 404, wrong key 403.
2. Looking at what was cosigned last and writing down the new checkpoint is one transaction, and
   the answer leaves after it is durable (C2SP tlog-witness).
3. A refusal that speaks against a log is an entry, an alarm and stands in the console; for what
   anybody could replay, at most once an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rempart.cases.entries import entry, record, rfc3339
from rempart.engine.embedded import EmbeddedEngine
from rempart.log.checkpoint import Checkpoint, parse_checkpoint
from rempart.log.cosignature import cosign
from rempart.log.keys import load_witness
from rempart.log.note import PublicKey, Signer, split_note
from rempart.log.subjects import KEPT
from rempart.log.witnessing import RefusedError, Submission, judge, origin_of, parse_submission
from rempart.store.interface import Tables
from rempart.store.interface.attested import RefusalRow, WitnessedRow

TOLD_EVERY_MS = 3_600_000


class WitnessDesk:
    """`vkeys`: of the logs that are witnessed; the name of a key is the origin of its log."""

    def __init__(self, engine: EmbeddedEngine, vkeys: Sequence[str]) -> None:
        self._engine = engine
        self.keys = {key.name: key for key in map(PublicKey.parse, vkeys)}
        self.signer: Signer = load_witness(engine.data_dir, engine.signer.name)

    async def add_checkpoint(self, body: bytes) -> str:
        """The line to answer with; RefusedError with the protocol's status."""
        sent = parse_submission(body)
        origin = origin_of(sent.note)
        key = self.keys.get(origin)
        if key is None:
            raise RefusedError(404, "this log is not witnessed here")
        answer = await asyncio.wrap_future(
            self._engine.write(lambda tables: self._answer(tables, sent, key))
        )
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def last_size(self, tables: Tables, origin: str) -> int:
        row = tables.attested.witnessed(origin)
        return row.size if row is not None else 0

    def _answer(self, tables: Tables, sent: Submission, key: PublicKey) -> str | RefusedError:
        """In one transaction. A refusal is returned, not raised, so that its entry stays."""
        now_ms = self._engine._now_ms()
        row = tables.attested.witnessed(key.name)
        known = None if row is None else Checkpoint(row.origin, row.size, row.root)
        try:
            fresh = judge(sent, key, known)
        except RefusedError as error:
            self._tell(tables, sent, key, row, error, now_ms)
            return error
        if row is None or fresh.size > row.size:
            tables.attested.witness(
                WitnessedRow(key.name, fresh.size, fresh.root, sent.note, now_ms)
            )
        return cosign(sent.note, self.signer, now_ms // 1000)

    def _tell(
        self,
        tables: Tables,
        sent: Submission,
        key: PublicKey,
        known: WitnessedRow | None,
        error: RefusedError,
        now_ms: int,
    ) -> None:
        if known is None or not (error.misbehaved or error.smaller):
            return
        shown = parse_checkpoint(split_note(sent.note)[0])
        if error.smaller and tables.attested.witnessed_root(key.name, shown.size) == shown.root:
            return  # one that we cosigned ourselves: anybody may show it again
        what = "smaller" if error.smaller else "two-roots" if error.status == 409 else "no-proof"
        before = tables.attested.refusal(key.name)
        again = before is not None and (before.what, before.size) == (what, shown.size)
        recent = before is not None and abs(now_ms - before.at_ms) < TOLD_EVERY_MS
        if before is not None and recent and (again or before.what == what != "two-roots"):
            return
        told = {
            "log": key.name,
            "what": what,
            "shown": sent.note,
            "known": known.note,
            "at": rfc3339(now_ms),
        }
        seq = record(tables, [(None, entry("witness-refusal", told, bucket=KEPT))])
        tables.attested.refuse(RefusalRow(key.name, what, shown.size, now_ms, seq))
        tables.announce("alarm", {"what": "witness-refusal", "log": key.name, "because": what})
