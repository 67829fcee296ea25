"""The check of `rempart doctor` that looks at what the law asks a place to publish."""

from __future__ import annotations

import time
from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.errors import RempartError


def check_published(data: Path) -> Finding:
    """Contact points and terms; see `cases.published`."""
    from rempart.cases.published import lacking
    from rempart.engine.embedded import STORE_FILE
    from rempart.store.sqlite.store import SqliteStore

    path = data / STORE_FILE
    if not path.exists():
        return Finding("published", State.OK, "no store yet")
    try:
        store = SqliteStore.open_for_reading(path)
        try:
            with store.read() as tables:
                found = lacking(tables, time.time_ns() // 1_000_000)
        finally:
            store.close()
    except RempartError as error:
        return Finding("published", State.MIND, error.what, error.next_step)
    if found:
        mend = "declare and publish it in the console, under Disclosure"
        return Finding("published", State.MIND, "; ".join(found), mend)
    return Finding("published", State.OK, "contact points and terms")
