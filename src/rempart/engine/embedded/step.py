"""One step of the embedded engine: a group of deliveries through the pipeline and into the tables.

Everything here happens inside one transaction of the store:

1. Known ids are set apart: the same content is a *duplicate* (the first outcome again), other
   content a *conflict* (kept as an entry of its own; the first outcome stays). See `arrivals`.
2. New items go through the pipeline in the order of their arrival; each becomes an entry.
3. Raids, measures and cases that came of it are written after them, each with its entry.
4. An item that was stepped in a transaction that failed is remembered: when it is sent
   again it is not counted twice and has the same outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

import msgspec

from rempart.cases.deciding import statements
from rempart.cases.entries import at_time
from rempart.cases.intake import HeldMessage, open_for_step
from rempart.cases.live import tell_case
from rempart.engine.embedded.arrivals import (
    Arrival,
    Concluded,
    known_arrivals,
    same_body,
    set_apart,
)
from rempart.engine.embedded.items import (
    ItemResult,
    Source,
    believed,
    encode_outcome,
    event_answer,
    is_plain,
    key_of,
    plain_outcome,
    prefix_of,
    seal_verbatim,
    subject_of,
)
from rempart.engine.embedded.measures import write_measures
from rempart.engine.embedded.memory import UNDIGESTED, EngineMemory
from rempart.engine.embedded.raids import RaidBook
from rempart.engine.embedded.rollup import Rollup
from rempart.engine.embedded.rows import append_items, write_items
from rempart.engine.raid_rules import RaidNote
from rempart.engine.settings import EngineSettings
from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.ingest import Parsed
from rempart.log.commit import seal
from rempart.model import Event, Item, Measure, Message, Outcome, Raid, Verdict
from rempart.model.moments import ms_of, rfc3339
from rempart.store.interface import Tables
from rempart.store.interface.facts import FactMatchRow
from rempart.store.interface.stream import Known

_LOG = logging.getLogger(__name__)
_outcome = msgspec.json.Decoder(Outcome).decode


class Submission(NamedTuple):
    """What one caller delivered. `size`: its bytes."""

    items: Sequence[Parsed]
    source: Source
    size: int
    future: Future[list[ItemResult]]


class PipelineError(Exception):
    """The pipeline raised: its states are spoilt and must be rebuilt."""


class Arrived(NamedTuple):
    """A new message, its log entry and its outcome (None: plain)."""

    sequence: int
    message: Message
    outcome: Outcome | None


class Step:
    """Made for one group; `run` inside the transaction, the rest after it."""

    def __init__(
        self,
        memory: EngineMemory,
        raids: RaidBook,
        rollup: Rollup,
        settings: EngineSettings,
        refused: dict[bytes, bytes],
        carried: list[Measure],
    ) -> None:
        self.memory = memory
        self.raids = raids
        self.rollup = rollup
        self.settings = settings
        self.refused = refused
        self.carried = carried
        self.results: list[list[ItemResult]] = []
        self.stepped: dict[bytes, bytes] = {}
        self.retried: list[bytes] = []
        self.measures: list[Measure] = []
        self.alarms: list[dict[str, Any]] = []
        self.raid_notes: list[RaidNote] = []
        self.counts: dict[str, int] = {}
        self._arrived: tuple[list[Arrival], list[Concluded], int] = ([], [], 0)

    def run(
        self,
        tables: Tables,
        submissions: Sequence[Submission],
        now_ms: int,
        *,
        undigested: bool = False,
        everything: bool = False,
    ) -> None:
        """`undigested`: the pipeline failed on this one item before; it is held without it.
        `everything`: raids are told as they are now, because the engine stops."""
        received = at_time(now_ms)
        flat = [
            Arrival(
                believed(item, submission.source.via, received),
                raw,
                submission.source,
                key_of(item),
            )
            for submission in submissions
            for item, raw in submission.items
        ]
        flat, known = known_arrivals(tables, flat)
        fresh, repeats = set_apart(flat, known)
        concluded = self._conclude(fresh, undigested=undigested)
        first = append_items(tables, fresh, concluded, now_ms)
        self._arrived = (fresh, concluded, first)
        held = write_items(tables, self.rollup, fresh, concluded, first, now_ms)
        self._keep_from_targets(tables, fresh, first, now_ms)
        pictures = self.raids.write(tables, now_ms, everything=everything)
        self.memory.campaigns.write(tables, now_ms)
        self._write_measures(tables, now_ms)
        self._note_trials(tables)
        self._open_cases(tables, pictures, held, now_ms)
        again = self._answer_repeats(tables, flat, concluded, first, repeats, now_ms)
        self._put_results(submissions, flat, concluded, first, again)
        self.rollup.write(tables)
        if flat:
            self.counts["messages"] = sum(type(one.item) is Message for one in fresh)
            self.counts["events"] = len(fresh) - self.counts["messages"]
            tables.stream.count(self.counts)

    def arrived(self) -> Iterator[Arrived]:
        """The new messages of this step, once it is committed."""
        fresh, concluded, first = self._arrived
        for seq, (one, row) in enumerate(zip(fresh, concluded, strict=True), start=first):
            if type(one.item) is Message:
                yield Arrived(seq, one.item, row.outcome)

    # -- through the pipeline ----------------------------------------------------------------

    def _conclude(self, fresh: list[Arrival], *, undigested: bool) -> list[Concluded]:
        if undigested:
            return [self._hold_undigested(one) for one in fresh]
        refused = self.refused
        open_to_step = fresh
        if refused:
            open_to_step = [one for one in fresh if one.key not in refused]
        stepped: list[Concluded] = []
        if open_to_step:
            memory = self.memory
            try:
                memory.state, result = memory.pipeline.step(
                    memory.state, [one.item for one in open_to_step]
                )
            except Exception as error:
                raise PipelineError(str(error)) from error
            self.measures.extend(result.measures)
            for change in result.raids:
                self.raids.change(change.raid)
            for told in result.campaigns:
                memory.campaigns.change(told.campaign)
            self.raid_notes.extend(result.raid_notes)
            for match in result.facts:
                key = open_to_step[match.position].key
                memory.kept_from_target.setdefault(key, []).append(match)
            for one, outcome in zip(open_to_step, result.outcomes, strict=True):
                row = _concluded(outcome)
                self.stepped[one.key] = row.encoded or b""
                stepped.append(row)
        if len(stepped) == len(fresh):
            return stepped
        following = iter(stepped)
        return [self._remembered(one) if one.key in refused else next(following) for one in fresh]

    def _remembered(self, one: Arrival) -> Concluded:
        self.retried.append(one.key)
        encoded = self.refused[one.key]
        return Concluded(_outcome(encoded), encoded) if encoded else Concluded(None, None)

    def _hold_undigested(self, one: Arrival) -> Concluded:
        if type(one.item) is not Message:
            return Concluded(None, None)
        self._alarm("pipeline-failed", one.item, message=one.item.id)
        outcome = Outcome(one.item.id, Verdict.HOLD, 0.0, rules=(UNDIGESTED,))
        return Concluded(outcome, encode_outcome(outcome))

    def _alarm(self, what: str, item: Item, **facts: Any) -> None:
        """Names its channel, so that nobody is told an id of a channel without rights."""
        place = {"platform": item.platform, "channel": item.channel}
        self.alarms.append({"what": what, **facts, **place})

    # -- what follows -------------------------------------------------------------------------

    def _keep_from_targets(
        self, tables: Tables, fresh: list[Arrival], first: int, now_ms: int
    ) -> None:
        """No entry of the log: its public size would tell the sender that a fact matched."""
        kept = self.memory.kept_from_target
        if not kept:
            return
        tables.facts.add_matches(
            [
                FactMatchRow(match.target, seq, match.fact, now_ms)
                for seq, one in enumerate(fresh, start=first)
                for match in kept.get(one.key, ())
            ]
        )

    def _write_measures(self, tables: Tables, now_ms: int) -> None:
        measures = [*self.carried, *self.measures]
        if not measures:
            return
        fresh, concluded, _ = self._arrived
        spoken = {
            one.item.id: statements.spoken_in(one.item, row.outcome.labels)
            for one, row in zip(fresh, concluded, strict=True)
            if row.outcome is not None and row.outcome.measures and type(one.item) is Message
        }
        write_measures(tables, self.settings, measures, now_ms, spoken)

    def _note_trials(self, tables: Tables) -> None:
        """Rules on trial that would have acted on a raid, each told once."""
        if self.raid_notes:
            tables.log.append(
                [
                    seal(
                        "raid-trial",
                        {
                            "raid": note.raid.id,
                            "platform": note.raid.platform,
                            "channel": note.raid.channel,
                            "rule": note.rule,
                            "at": rfc3339(ms_of(note.at)),
                        },
                    )
                    for note in self.raid_notes
                ]
            )

    def _open_cases(
        self, tables: Tables, pictures: list[Raid], held: list[HeldMessage], now_ms: int
    ) -> None:
        """A failure here must not cost the messages: they are written, and a person is called."""
        try:
            with tables.part():
                for case in open_for_step(tables, pictures, held, now_ms):
                    tell_case(tables, case)
        except (StoreFullError, StoreReadOnlyError):
            raise
        except Exception:
            _LOG.exception("no case could be opened for what this step held")
            self.alarms.append({"what": "cases-failed", "held": len(held)})

    # -- known ids ---------------------------------------------------------------------------

    def _answer_repeats(
        self,
        tables: Tables,
        flat: list[Arrival],
        concluded: list[Concluded],
        first: int,
        repeats: dict[int, Known | int],
        now_ms: int,
    ) -> dict[int, ItemResult]:
        answers: dict[int, ItemResult] = {}
        for place, repeated in repeats.items():
            one, earlier = flat[place], repeated
            if isinstance(earlier, int):
                earlier = Known(first + earlier, concluded[earlier].encoded)
            event = type(one.item) is not Message
            outcome = _answer(one.item, earlier.outcome)
            seq = same_body(tables, one, earlier.seq)
            if seq is not None:
                self.counts["duplicates"] = self.counts.get("duplicates", 0) + 1
                status = "duplicate" if seq == earlier.seq else "conflict"
                answers[place] = ItemResult(outcome, status, seq, event)
                continue
            more = b',"of":%d' % earlier.seq
            subject = subject_of(one.item)
            prefix = prefix_of(one.source, now_ms)
            entry = seal_verbatim("conflict", prefix, one.raw, more, subject=subject)
            seq = tables.log.append([entry])
            tables.stream.add_conflict(one.key, seq)
            self.counts["conflicts"] = self.counts.get("conflicts", 0) + 1
            self._alarm("conflict", one.item, id=one.item.id, entry=seq)
            answers[place] = ItemResult(outcome, "conflict", seq, event)
        return answers

    def _put_results(
        self,
        submissions: Sequence[Submission],
        flat: list[Arrival],
        concluded: list[Concluded],
        first: int,
        again: dict[int, ItemResult],
    ) -> None:
        results: list[ItemResult] = []
        position = 0
        for place, one in enumerate(flat):
            repeated = again.get(place) if again else None
            if repeated is not None:
                results.append(repeated)
                continue
            item = one.item
            outcome = _answer(item, concluded[position].encoded)
            results.append(ItemResult(outcome, "new", first + position, type(item) is not Message))
            position += 1
        start = 0
        for submission in submissions:
            end = start + len(submission.items)
            self.results.append(results[start:end])
            start = end


def _concluded(outcome: Outcome | None) -> Concluded:
    if outcome is None or is_plain(outcome):
        return Concluded(None, None)
    return Concluded(outcome, encode_outcome(outcome))


def _answer(item: Item, encoded: bytes | None) -> bytes:
    if encoded:
        return encoded
    return event_answer(item) if isinstance(item, Event) else plain_outcome(item.id)
