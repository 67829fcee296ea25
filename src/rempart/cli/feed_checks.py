"""`rempart doctor` on statements of reasons: whether every restriction has its own, and whether
what should leave for the Transparency Database leaves. Nobody is asked, and nothing is sent."""

from __future__ import annotations

import time
from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.connect.transparency_database import FeedSettings, TransparencyDatabase
from rempart.disclose.transparency_database.reconcile import Reconciled, reconcile
from rempart.errors import RempartError
from rempart.store.interface.feed import FeedState
from rempart.store.sqlite.store import SqliteStore

_NAME = "statements"
_LATE_MS = 6 * 3_600_000
_PAGE = "look at /console/statements"


def check_statements(data: Path) -> Finding:
    from rempart.web.settings import load_settings

    try:
        settings = load_settings(data).transparency_database
        if settings.database is not None:
            TransparencyDatabase(settings, data)
    except RempartError as error:
        return Finding(_NAME, State.WRONG, error.diagnostics(), "correct the settings")
    store_file = data / "rempart.db"
    if not store_file.is_file():
        return Finding(_NAME, State.OK, f"nothing restricted yet; {_sent_where(settings)}")
    try:
        store = SqliteStore.open_for_reading(store_file)
    except RempartError as error:
        return Finding(_NAME, State.MIND, f"not looked at: {error.what}")
    try:
        return _looked(store, settings)
    finally:
        store.close()


def _looked(store: SqliteStore, settings: FeedSettings) -> Finding:
    database = settings.database
    with store.read() as tables:
        found = reconcile(tables, database)
        counts = tables.feed.counts(database) if database is not None else {}
        late_since = round(time.time() * 1000) - _LATE_MS
        late = (
            tables.feed.due(database, FeedState.WAITING, late_since, 1)
            if database is not None
            else []
        )
    told = _told(found, settings)
    if not found.holds:
        mend = "rempart disclose reconcile names them"
        return Finding(_NAME, State.WRONG, f"{told}; it does not add up", mend)
    held = counts.get(FeedState.BLOCKED, 0) + counts.get(FeedState.REFUSED, 0)
    if held:
        return Finding(_NAME, State.MIND, f"{told}; {held} wait for a person", _PAGE)
    if late:
        return Finding(_NAME, State.MIND, f"{told}; some should have left hours ago", _PAGE)
    return Finding(_NAME, State.OK, told)


def _told(found: Reconciled, settings: FeedSettings) -> str:
    return (
        f"{found.restrictions} restrictions, {found.sent} statements sent, {found.exempt} exempt; "
        + _sent_where(settings)
    )


def _sent_where(settings: FeedSettings) -> str:
    if settings.database is None:
        return "nothing is sent to the Transparency Database"
    return f"they go to {settings.base} ({settings.send})"
