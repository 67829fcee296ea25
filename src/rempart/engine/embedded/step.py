"""One step of the embedded engine: a group of deliveries through the pipeline and into the tables.

Everything here happens inside one transaction of the store:

1. Known ids are set apart: the same content is a *duplicate* (the first outcome again), other
   content a *conflict* (kept as an entry of its own; the first outcome stays). An id that is known
   in another channel says nothing of this one: who may deliver there must neither learn what was
   found here nor keep a message here from being looked at.
2. New items go through the pipeline in the order of their arrival; each becomes an entry.
3. Raids, measures and cases that came of it are written after them, each with its entry.
4. An item that was stepped in a transaction that failed is remembered (`Refused`): when it is sent
   again it is not counted twice and has the same outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from rempart.cases.deciding import statements
from rempart.cases.deciding.statements import Spoken
from rempart.cases.entries import at_time
from rempart.cases.folder import fill, row_name
from rempart.cases.intake import HeldMessage, open_for_step
from rempart.cases.live import tell_case, tell_measures
from rempart.engine.embedded.items import (
    ItemResult,
    Source,
    believed,
    encode_outcome,
    event_answer,
    is_plain,
    key_in_channel,
    key_of,
    logged_item,
    ms_of,
    plain_outcome,
    prefix_of,
    rfc3339,
    same_content,
    seal_items,
    seal_verbatim,
    subject_of,
)
from rempart.engine.embedded.memory import UNDIGESTED, EngineMemory
from rempart.engine.embedded.raids import RaidBook
from rempart.engine.embedded.rollup import Rollup
from rempart.engine.raid_rules import RaidNote
from rempart.engine.settings import EngineSettings
from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.ingest import Parsed
from rempart.log.commit import SealedEntry, seal, to_value
from rempart.model import (
    Account,
    Event,
    EventKind,
    Item,
    Measure,
    Message,
    Outcome,
    Raid,
    Statement,
    Verdict,
    message_key,
)
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import ViewsTold
from rempart.store.interface.facts import FactMatchRow
from rempart.store.interface.folder import LockedRow
from rempart.store.interface.stream import EventRow, Known, MessageRow

_LOG = logging.getLogger(__name__)
_outcome = msgspec.json.Decoder(Outcome).decode
_RANKS = {verdict: verdict.value for verdict in Verdict}


class Submission(NamedTuple):
    """What one caller delivered. `size`: its bytes."""

    items: Sequence[Parsed]
    source: Source
    size: int
    future: Future[list[ItemResult]]


class PipelineError(Exception):
    """The pipeline raised: its states are spoilt and must be rebuilt."""


class _Arrival(NamedTuple):
    """One new item of this step."""

    item: Item
    raw: bytes
    source: Source
    key: bytes


class _Concluded(NamedTuple):
    """Its outcome (None: an event, or plain) and the JSON to store (None: plain)."""

    outcome: Outcome | None
    encoded: bytes | None


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
        self._arrived: tuple[list[_Arrival], list[_Concluded], int] = ([], [], 0)

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
            _Arrival(
                believed(item, submission.source.via, received),
                raw,
                submission.source,
                key_of(item),
            )
            for submission in submissions
            for item, raw in submission.items
        ]
        flat, known = self._known(tables, flat)
        fresh, repeats = self._set_apart(flat, known)
        concluded = self._conclude(fresh, undigested=undigested)
        first = self._append_items(tables, fresh, concluded, now_ms)
        self._arrived = (fresh, concluded, first)
        held = self._write_items(tables, fresh, concluded, first, now_ms)
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

    # -- new or known ------------------------------------------------------------------------

    def _known(
        self, tables: Tables, flat: list[_Arrival]
    ) -> tuple[list[_Arrival], dict[bytes, Known]]:
        """The entries known under these keys. What has an id of another channel gets a key of its
        own channel, and is known by that."""
        keys = [one.key for one in flat]
        known = tables.stream.known(keys)
        if any(type(one.item) is not Message for one in flat):
            known |= tables.stream.known_events(
                [one.key for one in flat if type(one.item) is not Message]
            )
        if not known and len(set(keys)) == len(keys):
            return flat, {}
        rows = tables.stream.messages([found.seq for found in known.values()])
        homes = {row.key: row.channel for row in rows}
        moved: list[bytes] = []
        for place, one in enumerate(flat):
            item = one.item
            if type(item) is Message and homes.setdefault(one.key, item.channel) != item.channel:
                flat[place] = one._replace(key=key_in_channel(item))
                moved.append(flat[place].key)
        return flat, known | tables.stream.known(moved) if moved else known

    def _set_apart(
        self, flat: list[_Arrival], known: dict[bytes, Known]
    ) -> tuple[list[_Arrival], dict[int, Known | int]]:
        """New items, and for the places of all others what they repeat: a known entry, or the
        index of a new item of this very step."""
        if not known and len({one.key for one in flat}) == len(flat):
            return flat, {}
        fresh: list[_Arrival] = []
        repeats: dict[int, Known | int] = {}
        index: dict[bytes, int] = {}
        for place, one in enumerate(flat):
            earlier: Known | int | None = known.get(one.key)
            if earlier is None:
                earlier = index.get(one.key)
            if earlier is None:
                index[one.key] = len(fresh)
                fresh.append(one)
            else:
                repeats[place] = earlier
        return fresh, repeats

    # -- through the pipeline ----------------------------------------------------------------

    def _conclude(self, fresh: list[_Arrival], *, undigested: bool) -> list[_Concluded]:
        if undigested:
            return [self._hold_undigested(one) for one in fresh]
        refused = self.refused
        open_to_step = fresh
        if refused:
            open_to_step = [one for one in fresh if one.key not in refused]
        stepped: list[_Concluded] = []
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

    def _remembered(self, one: _Arrival) -> _Concluded:
        self.retried.append(one.key)
        encoded = self.refused[one.key]
        return _Concluded(_outcome(encoded), encoded) if encoded else _Concluded(None, None)

    def _hold_undigested(self, one: _Arrival) -> _Concluded:
        if type(one.item) is not Message:
            return _Concluded(None, None)
        self._alarm("pipeline-failed", one.item, message=one.item.id)
        outcome = Outcome(one.item.id, Verdict.HOLD, 0.0, rules=(UNDIGESTED,))
        return _Concluded(outcome, encode_outcome(outcome))

    def _alarm(self, what: str, item: Item, **facts: Any) -> None:
        """Names its channel, so that nobody is told an id of a channel without rights."""
        place = {"platform": item.platform, "channel": item.channel}
        self.alarms.append({"what": what, **facts, **place})

    # -- entries and rows --------------------------------------------------------------------

    def _append_items(
        self, tables: Tables, fresh: list[_Arrival], concluded: list[_Concluded], now_ms: int
    ) -> int:
        if not fresh:
            return tables.log.size()
        entries: list[SealedEntry] = []
        start = 0
        for end in range(1, len(fresh) + 1):
            if end < len(fresh) and fresh[end].source == fresh[start].source:
                continue  # single messages of one token come with a source each
            run = fresh[start:end]
            entries += seal_items(
                prefix_of(fresh[start].source, now_ms),
                [one.item for one in run],
                [one.raw for one in run],
                [row.encoded for row in concluded[start:end]],
            )
            start = end
        return tables.log.append(entries)

    def _write_items(
        self,
        tables: Tables,
        fresh: list[_Arrival],
        concluded: list[_Concluded],
        first: int,
        now_ms: int,
    ) -> list[HeldMessage]:
        rows: list[MessageRow] = []
        events: list[EventRow] = []
        held: list[HeldMessage] = []
        locked: list[LockedRow] = []
        for seq, (one, (outcome, encoded)) in enumerate(
            zip(fresh, concluded, strict=True), start=first
        ):
            item = one.item
            if isinstance(item, Event):
                events.append(_event_row(seq, one.key, item))
                continue
            author = item.author
            targets = item.targets
            verdict, abuse, raid = "allow", 0, None
            if outcome is not None:
                verdict, raid = _RANKS[outcome.verdict], outcome.raid
                abuse = round(outcome.abuse * 1000)
                if outcome.locked_out:
                    locked += [
                        LockedRow(row_name(item.platform, target), seq, now_ms)
                        for target in outcome.locked_out
                    ]
                if outcome.verdict is not Verdict.ALLOW:
                    held.append(HeldMessage(seq, item, outcome, one.key))
            rows.append(
                MessageRow(
                    seq,
                    one.key,
                    item.id,
                    item.platform,
                    item.channel,
                    targets[0] if targets else item.channel,
                    author.id,
                    author.name,
                    item.kind.value,
                    ms_of(item.sent_at),
                    now_ms,
                    verdict,
                    abuse,
                    raid,
                    encoded,
                    targets[1:],
                )
            )
            self.rollup.take(rows[-1], item, outcome)
        if rows:
            tables.stream.add_messages(rows)
        if events:
            tables.stream.add_events(events)
            tables.deadlines.add_views(
                ViewsTold(message_key(item.platform, item.message), item.count, ms_of(item.at), seq)
                for seq, item in enumerate((one.item for one in fresh), first)
                if isinstance(item, Event)
                and item.event is EventKind.DELIVERED
                and item.message is not None
                and item.count
            )
        if locked:
            tables.folder.lock(locked)
        return held

    def _keep_from_targets(
        self, tables: Tables, fresh: list[_Arrival], first: int, now_ms: int
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
        flat: list[_Arrival],
        concluded: list[_Concluded],
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
            seq = self._same_body(tables, one, earlier.seq)
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

    def _same_body(self, tables: Tables, one: _Arrival, first: int) -> int | None:
        """The entry that already holds this content: the first one, or an earlier conflict. When
        the first body was erased there is nothing to compare with: it counts as the same."""
        bodies = tables.log.bodies(first)
        if not bodies:
            return first
        for seq in (first, *tables.stream.conflicts(one.key)):
            found = logged_item(tables.log.bodies(seq))
            if found is not None and same_content(found.raw, one.raw):
                return seq
        return None

    def _put_results(
        self,
        submissions: Sequence[Submission],
        flat: list[_Arrival],
        concluded: list[_Concluded],
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


def write_measures(
    tables: Tables,
    settings: EngineSettings,
    measures: Sequence[Measure],
    now_ms: int,
    spoken: Mapping[str, Spoken] = MappingProxyType({}),
) -> None:
    """Entries and rows of new measures with their statements of reasons, and the queues of those to
    be told. `spoken`: the messages they are about, by id."""
    told = statements.of_machine(tables, measures, spoken, now_ms)
    first = tables.log.append(
        [
            seal(
                "measure",
                to_value(measure, **statements.part_of_entry(statement)),
                subject=statements.subject_of(measure, statement),
            )
            for measure, statement in zip(measures, told, strict=True)
        ]
    )
    seqs = range(first, first + len(measures))
    tables.stream.add_measures(measures, seqs)
    statements.add(tables, told, seqs)
    fill(tables, measures, now_ms)
    tell_measures(tables, measures, None)
    for name, outgoing in settings.connectors.items():
        taken = [
            measure.id
            for measure in measures
            if outgoing.takes(measure.scope.platform, measure.scope.channel)
        ]
        tables.stream.queue_deliveries(taken, name, "apply", now_ms)
        if outgoing.statements:
            passed = set(taken) & {one.measure for one in told if isinstance(one, Statement)}
            tables.stream.queue_deliveries(sorted(passed), name, statements.TELL, now_ms)


def _concluded(outcome: Outcome | None) -> _Concluded:
    if outcome is None or is_plain(outcome):
        return _Concluded(None, None)
    return _Concluded(outcome, encode_outcome(outcome))


def _answer(item: Item, encoded: bytes | None) -> bytes:
    if encoded:
        return encoded
    return event_answer(item) if isinstance(item, Event) else plain_outcome(item.id)


def _event_row(seq: int, key: bytes, event: Event) -> EventRow:
    account = event.account
    if isinstance(account, Account):
        account = account.id
    return EventRow(
        seq, key, event.platform, event.channel, event.event.value, ms_of(event.at), account
    )
