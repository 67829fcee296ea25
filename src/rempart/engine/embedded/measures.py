"""Writing the measures that the machine took: entries, rows, statements, and who is told.

What a person takes is written in `cases.measures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rempart.cases.deciding import statements
from rempart.cases.deciding.statements import Spoken
from rempart.cases.folder import fill
from rempart.cases.live import tell_measures
from rempart.engine.settings import EngineSettings
from rempart.log.commit import seal, to_value
from rempart.model import Measure, Statement
from rempart.store.interface import Tables


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
