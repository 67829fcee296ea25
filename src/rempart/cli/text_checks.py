"""The check of `rempart doctor` on the keys of the texts: there, private, of this store, whole."""

from __future__ import annotations

from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.errors import OlderStoreError, RempartError

_NAME = "texts"


def check_texts(data: Path) -> Finding:
    """Opens the keys as the service does, and counts them."""
    from rempart.engine.embedded import STORE_FILE
    from rempart.store.sqlite.store import SqliteStore

    path = data / STORE_FILE
    if not path.exists():
        return Finding(_NAME, State.OK, "none yet")
    try:
        store = SqliteStore.open_for_reading(path)
        try:
            with store.read() as tables:
                counts = tables.keys.counts()
        finally:
            store.close()
    except OlderStoreError as error:
        return Finding(_NAME, State.MIND, error.what, error.next_step)
    except RempartError as error:
        mend = error.next_step or "rempart log scrub says what is damaged"
        return Finding(_NAME, State.WRONG, str(error.where or path) + ": " + error.what, mend)
    return Finding(
        _NAME,
        State.OK,
        f"encrypted under {counts.subjects} keys of subjects and {counts.buckets} of days;"
        f" {counts.destroyed} were destroyed",
    )
