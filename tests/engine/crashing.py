"""An engine that ends as after a crash."""

from __future__ import annotations

from rempart.engine.embedded import EmbeddedEngine


def gone(engine: EmbeddedEngine) -> None:
    """The process is gone: nothing is saved any more, the folder is free."""
    engine._store.close()
    engine._lock.release()


def unsaved(engine: EmbeddedEngine) -> None:
    """Ends the process' hold on the folder without the orderly end: no snapshot, no checkpoint."""
    engine.writer.chores.ending = False
    engine.writer.memory.save = lambda *_: None  # type: ignore[method-assign]
    engine.writer.chores._snapshot_wanted = lambda *_: False  # type: ignore[method-assign]
    engine.stop()
