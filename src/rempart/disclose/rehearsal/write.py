"""Writes made-up cases into a store, a batch in each transaction (see the head of the room)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from rempart.cases.entries import rfc3339
from rempart.cases.things import look_thing
from rempart.disclose.rehearsal.conduct import Known, is_grave, run_all
from rempart.disclose.rehearsal.declared import declare_all
from rempart.disclose.rehearsal.plan import Plan
from rempart.disclose.rehearsal.quick import quick
from rempart.disclose.rehearsal.rows import (
    Decided,
    Looked,
    Placed,
    calm_of,
    key_of,
    message_id,
    message_row,
    new_case,
    new_report,
    raw_of,
    report_entry,
    strike_of,
    told_of,
)
from rempart.disclose.rehearsal.story import REASON, Look, Narrator, Story
from rempart.errors import ConflictError
from rempart.log.commit import SealedEntry, message_prefix, new_salts, seal_messages
from rempart.model import (
    Appellant,
    Case,
    CaseKind,
    CaseState,
    Decision,
    LookState,
    Measure,
    MeasureState,
    SecondLook,
    Statement,
    stable_id,
)
from rempart.model.moments import at_time, ms_of
from rempart.store.interface import Store, Tables
from rempart.store.interface.cases import Answer, NewCase
from rempart.store.interface.deadlines import ViewsTold
from rempart.store.interface.statements import StatementRow

BATCH: Final = 4_000
_ANSWER: Final = {
    True: {
        "en": "A person has examined your report. It was well-founded.",
        "fr": "Une personne a examiné votre signalement. Il était fondé.",
    },
    False: {
        "en": "A person has examined your report. Nothing had to be restricted.",
        "fr": "Une personne a examiné votre signalement. Rien n’avait à être restreint.",
    },
}

SOURCE: Final = {"via": "scenario", "name": "rehearsal", "proof": "user-submitted"}


class Written(NamedTuple):
    """What a rehearsal wrote."""

    decisions: int
    reports: int
    statements: int
    entries: int


def rehearse(store: Store, plan: Plan, told: Callable[[int], object] = lambda _: None) -> Written:
    """Writes the year. ConflictError when the store holds cases already. `told`: how many decisions
    are written."""
    with store.read() as tables:
        if tables.log.size():
            raise ConflictError(
                "this folder holds a history; a made-up year is written into an empty one",
                next_step="name another folder",
            )
    with store.begin() as tables:
        declare_all(tables, plan)
    narrator = Narrator(plan)
    reports = statements = 0
    known: list[Known] = []
    each = max(1, plan.decisions // 2_000)
    for first in range(0, plan.decisions, BATCH):
        stories = [
            narrator.tell(number) for number in range(first, min(first + BATCH, plan.decisions))
        ]
        with store.begin() as tables:
            _Batch(tables, stories).write()
        known += [
            Known(story.case, story.harm, story.sent_ms)
            for story in stories
            if is_grave(story.harm) and story.number % (4 * each) == 0
        ]
        store.tidy()
        reports += sum(len(story.reports) for story in stories)
        told(first + len(stories))
    with store.begin() as tables:
        run_all(tables, plan, known)
        # As a service leaves it that ran all year. Without a snapshot its first start would step
        # through every message, for minutes, and find raids that the story does not tell.
        tables.stream.put_states([], tables.log.size())
    statements = narrator.number - 1
    with store.read() as tables:
        return Written(plan.decisions, reports, statements, tables.log.size())


class _Batch:
    """Cases of one transaction. Entries are collected first and appended at once; then the rows
    that name their sequence numbers are written."""

    def __init__(self, tables: Tables, stories: Sequence[Story]) -> None:
        self.tables = tables
        self.stories = stories
        self.entries: list[SealedEntry] = []
        self.of_case: list[tuple[str, int]] = []
        self.start = tables.log.size()

    def put(self, sealed: SealedEntry, case: str | None = None) -> int:
        seq = self.start + len(self.entries)
        self.entries.append(sealed)
        if case is not None:
            self.of_case.append((case, seq))
        return seq

    def write(self) -> None:
        rows = self._messages()
        placed = [self._place(story, seq) for story, seq in zip(self.stories, rows, strict=True)]
        self.tables.log.append(self.entries)
        self._rows(placed)

    # -- entries ---------------------------------------------------------------------------------

    def _messages(self) -> range:
        """One message for each case, and one that harms nobody for every second."""
        raws: list[bytes] = []
        outcomes: list[bytes | None] = []
        for story in self.stories:
            raws.append(raw_of(story))
            outcomes.append(msgspec.json.encode(story.outcome))
        for story in self.stories[::2]:
            raws.append(calm_of(story))
            outcomes.append(None)
        prefix = message_prefix(rfc3339(self.stories[0].sent_ms), SOURCE)
        sealed = seal_messages(prefix, raws, outcomes, new_salts(len(raws)))
        first = self.start + len(self.entries)
        self.entries.extend(sealed)
        self.tables.stream.add_messages(
            [
                message_row(story, first + place, outcomes[place])
                for place, story in enumerate(self.stories)
            ]
            + [
                message_row(story, first + len(self.stories) + place, None)
                for place, story in enumerate(self.stories[::2])
            ]
        )
        views = [
            ViewsTold(
                key_of(story, calm=calm), count, at_ms, self._seen(story, at_ms, count, calm=calm)
            )
            for story in self.stories
            for at_ms, count in story.views
            for calm in ((False, True) if story.number % 2 == 0 else (False,))
        ]
        self.tables.deadlines.add_views(views)
        return range(first, first + len(self.stories))

    def _seen(self, story: Story, at_ms: int, count: int, *, calm: bool) -> int:
        message, at = message_id(story, calm=calm), rfc3339(at_ms)
        item = {
            "event": "delivered",
            "id": f"seen-{message}-{at_ms}",
            "platform": story.platform,
            "channel": story.channel,
            "message": message,
            "count": count,
            "at": at,
        }
        return self.put(quick("event", {"at": at, "source": SOURCE, "item": item}))

    def _place(self, story: Story, message: int) -> Placed:
        case = story.case
        opened_ms = min([story.sent_ms + 400, *(one.at_ms for one in story.reports)])
        self.put(
            quick(
                "case",
                {
                    "id": case,
                    "happened": "opened",
                    "kind": "message",
                    "at": rfc3339(opened_ms),
                    "messages": [message],
                },
            ),
            case,
        )
        machine = None if story.machine is None else self._measure(*story.machine, case=case)
        reports = [self.put(report_entry(case, story, one), case) for one in story.reports]
        decided = self._decided(story, story.decision, story.taken, story.statements)
        look = None if story.look is None else self._look(story, story.look)
        return Placed(story, message, opened_ms, machine, reports, decided, look)

    def _measure(self, measure: Measure, statement: Statement | None, *, case: str) -> int:
        more = {} if statement is None else {"statement": msgspec.to_builtins(statement)}
        at_ms = rfc3339(ms_of(measure.from_at))
        return self.put(quick("measure", told_of(measure, at=at_ms, case=case, **more)), case)

    def _decided(
        self,
        story: Story,
        decision: Decision,
        taken: Sequence[Measure],
        statements: Sequence[Statement],
    ) -> Decided:
        case = story.case
        measures = [self._measure(one, None, case=case) for one in taken]
        own = self.put(quick("decision", told_of(decision)), case)
        undone = None
        if decision.undone:
            said = {"measures": list(decision.undone), "by": decision.decided_by, "case": case}
            undone = self.put(quick("measure-end", said), case)
        told = [self.put(quick("statement", told_of(one)), case) for one in statements]
        text = _ANSWER[decision.ground.value != "none"]
        answers = [
            self.put(
                quick(
                    "answer",
                    {"report": one.id, "case": case, "decision": decision.id, "text": text},
                ),
                case,
            )
            for one in story.reports
        ]
        return Decided(decision, own, measures, undone, told, answers)

    def _look(self, story: Story, look: Look) -> Looked:
        id = stable_id(
            "a", story.case, story.decision.id, look.report or look.statement or "sample"
        )
        said = {"id": id, "case": story.case, "appellant": look.appellant.value}
        asked = self.put(quick("second-look", {**said, "happened": "asked"}), story.case)
        decided = None
        if look.decision is not None:
            decided = self._decided(story, look.decision, look.taken, look.statements)
        closed = None
        if look.decided_ms is not None:
            state = "granted" if look.granted else "rejected"
            closed = self.put(quick("second-look", {**said, "happened": state}), story.case)
        return Looked(id, asked, decided, closed)

    # -- rows ------------------------------------------------------------------------------------

    def _rows(self, placed: Sequence[Placed]) -> None:
        tables = self.tables
        tables.cases.insert([new_case(one) for one in placed])
        tables.cases.add_messages((one.story.case, one.message) for one in placed)
        tables.cases.add_entries(self.of_case)
        for one in placed:
            story = one.story
            if story.machine is not None and one.machine is not None:
                measure, statement = story.machine
                tables.stream.add_measures([measure], [one.machine])
                tables.stream.bind_measures([measure.id], story.case)
                tables.statements.add([StatementRow(statement, one.machine)])
            for report, seq in zip(story.reports, one.reports, strict=True):
                tables.cases.insert_report(new_report(story, report, seq))
                tables.cases.insert_receipt(os.urandom(32), report.id, report.at_ms)
            self._write_decided(story, one.decided, story.taken, story.statements)
            if one.looked is not None and story.look is not None:
                self._write_look(story, story.look, one.looked)
        tables.deadlines.settle(one.story.case for one in placed)
        tables.stream.taken.clear()
        tables.stream.undone.clear()

    def _write_decided(
        self,
        story: Story,
        done: Decided,
        taken: Sequence[Measure],
        statements: Sequence[Statement],
    ) -> None:
        tables, decision = self.tables, done.decision
        at_ms = ms_of(decision.decided_at)
        if taken:
            tables.stream.add_measures(taken, done.measures)
            tables.stream.bind_measures([one.id for one in taken], story.case)
        tables.cases.insert_decision(decision, done.seq)
        if done.undone is not None:
            tables.stream.end_measures(
                decision.undone, MeasureState.UNDONE, seq=done.undone, at_ms=at_ms, by=decision.id
            )
        tables.statements.add(
            [StatementRow(one, seq) for one, seq in zip(statements, done.told, strict=True)]
        )
        text = _ANSWER[decision.ground.value != "none"]
        tables.cases.insert_answers(
            [
                Answer(report.id, decision.id, text, at_ms, seq)
                for report, seq in zip(story.reports, done.answers, strict=True)
            ]
        )
        if decision.ground.value != "none" and decision.replaces is None:
            tables.statements.add_strikes([strike_of(story, decision, at_ms)])

    def _write_look(self, story: Story, look: Look, done: Looked) -> None:
        tables = self.tables
        kind = CaseKind.SECOND_LOOK if look.appellant is Appellant.SAMPLE else CaseKind.APPEAL
        thing = look_thing(done.id)
        case = Case(
            id=stable_id("c", kind, thing.hex(), "1"),
            kind=kind,
            subject=done.id,
            platform=story.platform,
            channel=story.channel,
            target=story.channel,
            state=CaseState.OPEN,
            opened_at=at_time(look.at_ms),
            updated_at=at_time(look.at_ms),
            why=REASON,
        )
        tables.cases.insert([NewCase(case, thing)])
        second = SecondLook(
            id=done.id,
            case=case.id,
            of=story.case,
            appellant=look.appellant,
            received_at=at_time(look.at_ms),
            due_at=at_time(look.at_ms + 72 * 3_600_000),
            state=LookState.OPEN,
            decision=story.decision.id,
            report=look.report,
            statement=look.statement,
        )
        tables.looks.insert(second, done.asked)
        if done.closed is not None and look.decided_ms is not None:
            closed = msgspec.structs.replace(
                second,
                state=LookState.GRANTED if look.granted else LookState.REJECTED,
                decided_by=look.by,
                decided_at=at_time(look.decided_ms),
                reason=REASON["en"],
                answer=REASON,
            )
            tables.looks.close(closed, done.closed)
        if done.decided is not None:
            self._write_decided(story, done.decided, look.taken, look.statements)
            tables.deadlines.settle([case.id])
