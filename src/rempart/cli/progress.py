"""A progress bar on stderr, on a terminal only; elsewhere nothing at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from rempart.ingest import ByteSource

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress(Protocol):
    """Sees how much of an input has been read."""

    def watch(self, stream: BinaryIO, name: str) -> ByteSource: ...


class _Unwatched:
    def watch(self, stream: BinaryIO, name: str) -> ByteSource:
        del name
        return stream


@contextmanager
def progress_over(inputs: tuple[str, ...]) -> Iterator[Progress]:
    """One bar per input, filled by bytes; a pulse where the length is unknown."""
    if not sys.stderr.isatty():
        yield _Unwatched()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=len(inputs) > 4,
    ) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars

    def watch(self, stream: BinaryIO, name: str) -> ByteSource:
        total = None
        if name != "-" and not hasattr(stream, "mtime"):  # gzip: the unpacked length is unknown
            total = Path(name).stat().st_size
        task = self._bars.add_task("stdin" if name == "-" else Path(name).name, total=total)
        return _Watched(stream, self._bars, task)


class _Watched:
    def __init__(self, stream: BinaryIO, bars: RichProgress, task: TaskID) -> None:
        self._stream = stream
        self._bars = bars
        self._task = task

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self._bars.advance(self._task, len(block))
        return block


def _untold(*_: object) -> None:
    """Progress that nobody sees."""


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], object]]:
    """One bar per named step: call it with the name, how much is done, how much there is."""
    if not sys.stderr.isatty():
        yield _untold
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:
        known: dict[str, TaskID] = {}

        def show(name: str, done: int, whole: int) -> None:
            if name not in known:
                known[name] = bars.add_task(name)
            bars.update(known[name], completed=done, total=whole)

        yield show
