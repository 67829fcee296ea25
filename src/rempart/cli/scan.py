"""`rempart scan`: the whole pipeline over message files.

Outcomes go to `--out` in input order, the summary to `--summary`; people get a short text. Bad
lines are refused alone and named on stderr; the scan goes on. Nothing that is read is written
over, and what cannot be written is said before the work, not after it.
"""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from rempart.cli.progress import Progress, progress_over
from rempart.cli.refusals import MAX_REFUSALS_SHOWN, refusal_line
from rempart.cli.summary import Meter, summary_for_people, summary_json
from rempart.engine.pipeline import Pipeline, PipelineSettings
from rempart.engine.rule_files import load_program
from rempart.engine.scan import MAX_REFUSALS_KEPT, Chunk, PureEngine, ScanEngine, Scanned
from rempart.engine.scan import scan as run_scan
from rempart.engine.shards import choose_processes
from rempart.errors import InputError
from rempart.ingest import Parsed, open_input, read_ndjson
from rempart.model import ItemRefusal
from rempart.rules import RuleSet, default_rules
from rempart.rules.language import Program

CHUNK = 2_000
_VERDICTS = (
    ("held", b'"verdict":"hold"'),
    ("hidden", b'"verdict":"hide"'),
    ("removed", b'"verdict":"remove"'),
)
_NOTHING_READ = (
    "rempart: not one line is a message: the input must be NDJSON, one JSON object per line"
    " (docs/messages.md shows one)"
)


@click.command(epilog="Example: rempart scan chat.ndjson --out outcomes.ndjson --summary sum.json")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("--out", help="File for the outcomes (NDJSON, in input order); - is stdout.")
@click.option("--summary", help="File for the summary (JSON); - is stdout.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on stdout.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a store: keep messages, cases and the log there, as the service would.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of rule files: they act beside the built-in ones.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="Processes to share the targets over; by default as many as pay.",
)
@click.option("--chunk", type=click.IntRange(1, 100_000), default=CHUNK, hidden=True)
def scan(
    inputs: tuple[str, ...],
    out: str | None,
    summary: str | None,
    as_json: bool,
    data: Path | None,
    rules: Path | None,
    processes: int | None,
    chunk: int,
) -> None:
    """The whole pipeline over files of messages (NDJSON, also gzip; - is stdin).

    Without --data nothing is stored.
    """
    program = load_program(rules) if rules is not None else None
    _check_outputs(inputs, out, summary)
    meter = Meter()
    told = _Refusals()
    counted = _Counted()
    with ExitStack() as stack:
        sink = counted.over(stack.enter_context(_open_sink(out)))
        progress = stack.enter_context(progress_over(inputs))
        chunks = _read(inputs, chunk, told, progress)
        engine, chunks = _engine(data, inputs, processes, chunks, program)
        stack.callback(engine.close)
        gc.collect()
        gc.freeze()
        scanned = run_scan(chunks, engine, sink, told.add)
    told.say_how_many_more()
    if scanned.refused and not scanned.messages + scanned.events:
        click.echo(_NOTHING_READ, err=True)
    measured = meter.measure()
    document = summary_json(scanned, told.kept, measured)
    if as_json or summary == "-":
        click.echo(document, nl=False)
    if summary is not None and summary != "-":
        _write(summary, document)
    if not as_json and summary != "-":
        click.echo(summary_for_people(scanned, measured, out), err=out == "-")
        click.echo(counted.for_people(scanned), err=out == "-")


class _Counted:
    """Verdicts and repeated ids, for people: counted in passing, in the bytes of the outcomes."""

    def __init__(self) -> None:
        self._counts = {"held": 0, "hidden": 0, "removed": 0}

    def over(self, sink: Callable[[bytes], object]) -> Callable[[bytes], object]:
        def count(outcomes: bytes) -> object:
            for word, verdict in _VERDICTS:
                self._counts[word] += outcomes.count(verdict)
            return sink(outcomes)

        return count

    def for_people(self, scanned: Scanned) -> str:
        parts = [f"{self._counts['held']:,} held"]
        parts += [f"{n:,} {word}" for word, n in self._counts.items() if n and word != "held"]
        if scanned.duplicates:
            parts.append(f"{scanned.duplicates:,} came again with a known id")
        if scanned.conflicts:
            parts.append(f"{scanned.conflicts:,} had a known id and another content")
        return ", ".join(parts)


class _Refusals:
    """Keeps the first refusals for the summary, tells fewer of them on stderr."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.input = ""
        self._count = 0

    def add(self, refusals: list[ItemRefusal]) -> None:
        for refusal in refusals:
            self._count += 1
            if len(self.kept) < MAX_REFUSALS_KEPT:
                row = {"input": self.input, "line": refusal.line, "field": refusal.field}
                self.kept.append(row | {"reason": refusal.reason, "id": refusal.id})
            if self._count <= MAX_REFUSALS_SHOWN:
                click.echo(refusal_line(self.input, refusal), err=True)

    def say_how_many_more(self) -> None:
        if self._count > MAX_REFUSALS_SHOWN:
            click.echo(f"… and {self._count - MAX_REFUSALS_SHOWN} more refused lines", err=True)


def _read(
    inputs: tuple[str, ...], chunk: int, told: _Refusals, progress: Progress
) -> Iterator[Chunk]:
    for name in inputs:
        with open_input(name) as stream:
            for part in read_ndjson(progress.watch(stream, name), chunk):
                told.input = name
                yield part


def _engine(
    data: Path | None,
    inputs: tuple[str, ...],
    processes: int | None,
    chunks: Iterator[Chunk],
    program: Program | None,
) -> tuple[ScanEngine, Iterator[Chunk]]:
    """The engine that fits; to choose the number of processes it looks at the first chunk."""
    if data is not None:
        if processes not in (None, 1):
            raise InputError(
                "a store has one writer", where="--processes", next_step="leave it out with --data"
            )
        from rempart.engine.stored_scan import StoredEngine

        return StoredEngine(data, inputs, program), chunks
    pipeline = Pipeline(PipelineSettings(), rules=RuleSet(default_rules().rules, program))
    if processes is None:
        first = next(chunks, [])
        processes = choose_processes([part.item for part in first if isinstance(part, Parsed)])
        chunks = itertools.chain([first], chunks)
    return PureEngine(pipeline, processes), chunks


def _check_outputs(inputs: tuple[str, ...], out: str | None, summary: str | None) -> None:
    """No output over an input or over the other one; each in a folder that is there."""
    outputs = [
        (option, name)
        for option, name in (("--out", out), ("--summary", summary))
        if name not in (None, "-")
    ]
    taken = {Path(name).resolve(): "an input" for name in inputs if name != "-"}
    for option, name in outputs:
        assert name is not None
        path = Path(name).resolve()
        if path in taken:
            raise InputError(
                f"{name} is {taken[path]} too and would be written over",
                where=option,
                next_step="name another file",
            )
        taken[path] = option
        if not path.parent.is_dir():
            raise InputError(
                "cannot write: there is no such folder", where=name, next_step="make it first"
            )


@contextmanager
def _open_sink(out: str | None) -> Iterator[Callable[[bytes], object]]:
    """Where the outcomes go."""
    if out is None:
        yield len  # nobody asked for them
        return
    try:
        if out == "-":
            yield sys.stdout.buffer.write
            sys.stdout.buffer.flush()
            return
        with Path(out).open("wb") as file:
            yield file.write
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=out) from None


def _write(path: str, document: str) -> None:
    try:
        Path(path).write_text(document, "utf-8")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=path) from None
