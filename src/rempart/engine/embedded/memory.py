"""The pipeline's memory, saved with the messages that made it and rebuilt after a crash.

Rules kept here:

1. A snapshot is written in the transaction of the step it follows: all stored states are those
   after the entries below its sequence number. Between snapshots the store's states do not change,
   so quiet ones are read from there when they are needed (see `stored_states`).
2. After a crash the entries from that number on are stepped again, in order, and their results
   thrown away: they were recorded. Memory is then what it was, and detections go on as before.
3. An item that the pipeline could not digest is not given to it a second time (`UNDIGESTED`).
4. What a person lifted or undid since the snapshot is lifted or undone in the planner's book too.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from rempart.cases.versions import Live
from rempart.detect.facts.finder import FactMatch
from rempart.detect.facts.probes import Row as ProbeRow
from rempart.detect.interface import LESSON_TEXTS
from rempart.detect.raid.union import SpreadUnions, Whole
from rempart.detect.text.fold import fold
from rempart.engine.embedded.campaigns import CampaignBook
from rempart.engine.embedded.items import believed, logged_item, logged_message
from rempart.engine.embedded.logged_measures import taken_outside
from rempart.engine.embedded.logged_opinions import (
    LoggedOpinion,
    beyond_the_message,
    logged_opinion,
    measures_of,
)
from rempart.engine.embedded.stored_states import WAITING_BYTES, StoredStates
from rempart.engine.pipeline import Pipeline, PipelineState
from rempart.ingest import Parsed, parse_one
from rempart.model import Item, Measure, MeasureState, Raid, RaidKind
from rempart.protect.book import MeasureBook, Standing
from rempart.store.interface import Tables
from rempart.store.interface.raids import RaidCorrection

_LOG = logging.getLogger(__name__)
SPREAD_HOT = 4_096
CHUNK = 1_000
LESSON_MESSAGES = 2_000
UNDIGESTED = "engine-failure"
"""The rule named in the outcome of a message that the pipeline failed on: held, for a person."""
Planned = dict[str, Standing]
TARGET, SPREAD, CAMPAIGN, BOOK, OWED = "target/", "spread/", "campaign/", "book", "owed"


class Owed(msgspec.Struct, omit_defaults=True):
    """What was stepped and could not be written yet: keys and outcomes of `refused` items,
    `measures` taken for them, and `raids` whose last growth the log was not told."""

    refused: dict[bytes, bytes] = {}
    measures: list[Measure] = []
    raids: list[str] = []


class BookPicture(msgspec.Struct, omit_defaults=True):
    """The planner's book as it is stored; `used_ms` of signatures, `campaigns`: targets that have
    one, `wholes`: raids over several channels."""

    standing: dict[str, Standing] = {}
    uses: dict[str, list[int]] = {}
    lifted: list[str] = []
    refused: list[tuple[str, str, int]] = []
    used_ms: dict[str, int] = {}
    campaigns: list[str] = []
    rules: bytes = b""
    """Counters and labels of the community's own rules."""
    wholes: list[Whole] = []
    probes: list[ProbeRow] = []
    """Who tries out facts of protected targets."""
    spoke: list[tuple[str, str, dict[str, int]]] = []
    """Platform, channel: when each account last wrote, under slow mode."""


class EngineMemory:
    """The pipeline's state with what is needed to save and to rebuild it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._tables: Tables | None = None
        self._outdated: set[str] = set()
        self._used_rules = ""
        """The version of the rules that came from the store (others were given to the pipeline)."""
        self.state: PipelineState = self._fresh()
        self.campaigns = CampaignBook()
        self.changed_raids: dict[str, Raid] = {}
        """Raids that changed while the tail of the log was stepped again."""
        self.kept_from_target: dict[bytes, list[FactMatch]] = {}
        """By key of the message, until a transaction has written them."""
        self._untaught: dict[str, bytes] = {}
        """States as they were before a lesson whose transaction has not committed yet."""
        self._unplanned: Planned | None = None
        """What the planner had in mind before opinions whose transaction has not either."""

    def _fresh(self) -> PipelineState:
        pipeline = self.pipeline
        state = pipeline.new_state()
        state.targets = self._states(TARGET, pipeline.target_operator)
        state.spread = self._states(SPREAD, pipeline.spread_operator, hot=SPREAD_HOT)
        state.over_time.states = self._states(CAMPAIGN, pipeline.campaign_operator)
        return state

    def _states(self, prefix: str, operator: Any, **hot: int) -> StoredStates[Any]:
        def fetch(key: str) -> bytes | None:
            if self._tables is None or prefix in self._outdated:
                return None
            return self._tables.stream.state(prefix + key)

        return StoredStates(operator, fetch, **hot)

    def attach(self, tables: Tables) -> None:
        """Quiet states are read from here until the next call."""
        self._tables = tables

    # -- saving ------------------------------------------------------------------------------

    @property
    def crowded(self) -> bool:
        """So much waits for a snapshot that one is due."""
        return sum(states.waiting_bytes for _, states in self._kept()) > WAITING_BYTES

    def save(self, tables: Tables, owed: Owed) -> None:
        """Writes what changed as the snapshot after everything the log has now."""
        for prefix in sorted(self._outdated):
            tables.stream.drop_states_under(prefix)
        rows: list[tuple[str, bytes | None]] = []
        for prefix, states in self._kept():
            rows.extend((prefix + key, blob) for key, blob in states.unsaved())
        kept = [(key, blob) for key, blob in rows if blob is not None]
        kept.append((BOOK, _dump_book(self.state)))
        kept.append((OWED, msgspec.msgpack.encode(owed)))
        tables.stream.put_states(kept, tables.log.size())
        tables.stream.drop_states([key for key, blob in rows if blob is None])

    def saved(self) -> None:
        """The transaction of `save` has committed."""
        self._outdated.clear()
        for _, states in self._kept():
            states.saved()

    def _kept(self) -> Iterator[tuple[str, StoredStates[Any]]]:
        """The states of all operators, under the prefix of their keys in the store."""
        state = self.state
        for prefix, states in (
            (TARGET, state.targets),
            (SPREAD, state.spread),
            (CAMPAIGN, state.over_time.states),
        ):
            assert isinstance(states, StoredStates)
            yield prefix, states

    def committed(self) -> None:
        """The transaction of a step has committed."""
        self.campaigns.committed()
        self.kept_from_target.clear()

    # -- rebuilding --------------------------------------------------------------------------

    def rebuild(self, tables: Tables) -> Owed:
        """Loads the snapshot and steps through the tail of the log."""
        self.attach(tables)
        self._outdated |= self._of_other_versions(tables)
        skip: set[int] = set()
        while True:
            try:
                return self._rebuild(tables, skip)
            except _UndigestedError as error:
                _LOG.error("entry %d cannot be stepped again; it is left out", error.sequence)
                skip.add(error.sequence)

    @property
    def outdated(self) -> bool:
        """States of an earlier version are in the store: the next snapshot drops them."""
        return bool(self._outdated)

    def _of_other_versions(self, tables: Tables) -> set[str]:
        """Prefixes of states that were written by another version of their operator. Versions are
        told to the log when the engine starts, in the transaction that drops such states."""
        told = tables.stream.fact("detectors")
        if told is None:
            return set()
        known = msgspec.json.decode(told)["versions"]
        pipeline = self.pipeline
        found: set[str] = set()
        for prefix, name, version in (
            (TARGET, pipeline.target_operator.name, pipeline.target_operator.version),
            (SPREAD, pipeline.spread_operator.name, pipeline.spread_operator.version),
            (CAMPAIGN, pipeline.campaign_operator.name, pipeline.campaign_operator.version),
        ):
            before = known.get(name)
            if before != version:
                _LOG.warning("%s learns anew: version %s follows %s", name, version, before)
                found.add(prefix)
        return found

    def _rebuild(self, tables: Tables, skip: set[int]) -> Owed:
        self.state = self._fresh()
        self.changed_raids = {}
        owed = Owed()
        if (book := tables.stream.state(BOOK)) is not None:
            _load_book(self.state, book)
            self.state.forget_gone_rules(self.pipeline.rules)
        if (stored := tables.stream.state(OWED)) is not None:
            owed = msgspec.msgpack.decode(stored, type=Owed)
        self.state.over_time.restore()
        self._correct(tables.stream.corrections())
        for chunk in _tail(tables, tables.stream.snapshot_seq(), skip):
            if isinstance(chunk, LoggedOpinion):
                for measure in measures_of(tables, chunk):
                    self.state.book.remember(measure)
            elif isinstance(chunk, Measure):
                self.take_up([chunk])
            else:
                self._step_again(chunk)
        for raid in tables.stream.lifted_raids():
            self.state.book.lift(raid)
        self._forget_undone(tables)
        return owed

    def _step_again(self, chunk: list[tuple[int, Item]]) -> None:
        try:
            self.state, result = self.pipeline.step(self.state, [item for _, item in chunk])
        except Exception:
            if len(chunk) == 1:
                raise _UndigestedError(chunk[0][0]) from None
            raise _UndigestedError(self._culprit(chunk)) from None
        self.changed_raids.update((change.raid.id, change.raid) for change in result.raids)

    def _culprit(self, chunk: list[tuple[int, Item]]) -> int:
        """The states are spoilt now: this only finds out which item it was."""
        state = self._fresh()
        for seq, item in chunk:
            try:
                state, _ = self.pipeline.step(state, [item])
            except Exception:
                return seq
        return chunk[0][0]

    def _forget_undone(self, tables: Tables) -> None:
        book = self.state.book
        ids = list({standing.measure for standing in book.standing.values()})
        for place in range(0, len(ids), CHUNK):
            for row in tables.stream.measures(ids=ids[place : place + CHUNK], limit=CHUNK):
                if row.measure.state is MeasureState.UNDONE:
                    book.forget(row.measure)

    def take_up(self, taken: Iterable[Measure]) -> None:
        """A person took these measures, in a committed transaction."""
        for measure in beyond_the_message(taken):
            self.state.book.remember(measure)

    def take_back(
        self,
        lifted: Iterable[str],
        undone: Iterable[Measure],
        corrected: Sequence[RaidCorrection] = (),
    ) -> None:
        """A person lifted these raids, undid these measures and corrected the members of raids, in
        a committed transaction."""
        for raid in lifted:
            self.state.book.lift(raid)
        for measure in undone:
            self.state.book.forget(measure)
        self._correct(corrected)

    def _correct(self, corrected: Sequence[RaidCorrection]) -> None:
        book = self.state.book
        parts: dict[tuple[str, str], list[str]] = {}
        for raid, account, part in corrected:
            if part == raid:
                book.put_back(raid, account)
            elif part is None:
                book.spare(raid, account)
            else:
                parts.setdefault((raid, part), []).append(account)
        for (raid, part), accounts in parts.items():
            book.split(raid, part, accounts)

    def use(self, live: Live) -> None:
        """These versions are in force from the next step on; counters they share go on."""
        pipeline = self.pipeline
        given = pipeline.rules.program
        if live.program is not None or (given is not None and given.hash == self._used_rules):
            pipeline.use_rules(live.program)
            self.state.use_rules(pipeline.rules)
            self._used_rules = live.program.hash if live.program is not None else ""
        pipeline.use_learned(live.delta, live.delta_id)

    # -- lessons -----------------------------------------------------------------------------

    def teach(self, tables: Tables, raids: Iterable[Raid]) -> bool:
        """Inside the transaction that decided so: these raids were fine. True when somebody may
        have learnt; the states must then be saved in this same transaction."""
        targets = self.state.targets
        for raid in raids:
            if raid.kind is RaidKind.BRIGADE:
                continue
            key = f"{raid.platform}/{raid.target}"
            blob = targets.dump(key)
            if blob is None:
                continue
            self._untaught.setdefault(key, blob)
            folds = _folds_of(tables, raid)
            targets.put(key, self.pipeline.target_operator.teach(targets.take(key), raid, folds))
        return bool(self._untaught)

    def taught(self) -> None:
        """The transaction of the lesson, and of opinions, has committed."""
        self._untaught.clear()
        self._unplanned = None

    def unteach(self) -> None:
        """It failed: the lesson was never given."""
        for key, blob in self._untaught.items():
            self.state.targets.restore(key, blob)
        self._untaught.clear()
        if self._unplanned is not None:
            self.unplan(self._unplanned)

    # -- opinions ----------------------------------------------------------------------------

    def planned(self) -> Planned:
        """The measures in force that the planner has in mind, as a copy."""
        return dict(self.state.book.standing)

    def plan(self, measures: Sequence[Measure]) -> None:
        """Measures that an opinion caused, inside its transaction."""
        if measures and self._unplanned is None:
            self._unplanned = self.planned()
        for measure in measures:
            self.state.book.remember(measure)

    def unplan(self, before: Planned) -> None:
        """It failed: the opinion was never given."""
        self.state.book.use(before)
        self._unplanned = None


def _folds_of(tables: Tables, raid: Raid) -> list[str]:
    """The distinct texts of a raid's messages, folded, in order of their coming."""
    texts: dict[str, None] = {}
    for seq in tables.stream.raid_sequences(raid.id)[:LESSON_MESSAGES]:
        message = logged_message(tables.log.bodies(seq))
        if message is not None:
            texts[message.text] = None
        if len(texts) >= 2 * LESSON_TEXTS:
            break
    return list(dict.fromkeys(fold(list(texts))))[:LESSON_TEXTS]


class _UndigestedError(Exception):
    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence


def _tail(
    tables: Tables, start: int, skip: set[int]
) -> Iterator[list[tuple[int, Item]] | LoggedOpinion | Measure]:
    """Items of the log from `start` on, in order, and between them the opinions of plug-ins and the
    measures that people took; what was never stepped is left out."""
    size = tables.log.size()
    marker = b'"%b"' % UNDIGESTED.encode()
    for first in range(start, size, CHUNK):
        chunk: list[tuple[int, Item]] = []
        for seq, bodies in tables.log.bodies_between(first, min(first + CHUNK, size)):
            found = logged_item(bodies)
            told: LoggedOpinion | Measure | None = None
            if found is None:
                told = logged_opinion(bodies) or taken_outside(bodies)
            if told is not None:
                if chunk:
                    yield chunk
                    chunk = []
                yield told
            if found is None or found.name == "conflict" or seq in skip:
                continue
            if any(marker in body for body in bodies) and _undigested(tables, seq):
                continue
            parsed = parse_one(found.raw)
            if isinstance(parsed, Parsed):
                chunk.append((seq, believed(parsed.item, found.via, found.at)))
        if chunk:
            yield chunk


def _undigested(tables: Tables, seq: int) -> bool:
    rows = tables.stream.messages([seq])
    return bool(rows and rows[0].outcome and UNDIGESTED.encode() in rows[0].outcome)


def _dump_book(state: PipelineState) -> bytes:
    book = state.book
    uses = {key: list(times) for key, times in book.uses.items()}
    refused = sorted((raid, key, until) for (raid, key), until in book.refused.items())
    return msgspec.msgpack.encode(
        BookPicture(
            book.standing,
            uses,
            sorted(book.lifted),
            refused,
            state.spread_used_ms,
            sorted(state.over_time.on),
            rules=state.rules.dump() if state.rules is not None else b"",
            wholes=list(state.unions.wholes.values()),
            probes=state.probes.dump(),
            spoke=[(*place, spoke) for place, spoke in book.spoke.items()],
        )
    )


def _load_book(state: PipelineState, blob: bytes) -> None:
    picture = msgspec.msgpack.decode(blob, type=BookPicture)
    book = MeasureBook()
    book.use(picture.standing)
    book.spoke = {(platform, channel): spoke for platform, channel, spoke in picture.spoke}
    book.uses = {key: deque(times) for key, times in picture.uses.items()}
    book.lifted = set(picture.lifted)
    book.refused = {(raid, key): until for raid, key, until in picture.refused}
    state.book = book
    state.spread_used_ms = picture.used_ms
    state.over_time.on = set(picture.campaigns)
    state.unions = SpreadUnions(picture.wholes)
    if state.rules is not None and picture.rules:
        state.rules.load(picture.rules)
    state.probes.load(picture.probes)
