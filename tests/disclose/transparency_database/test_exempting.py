"""An exemption is of the restriction: it holds for the sandbox and for production alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases.conftest import START, Community, ms

from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.reading import Gate
from rempart.disclose.transparency_database.reconcile import reconcile
from rempart.errors import ConflictError
from rempart.model import ExemptionReason
from rempart.store.interface.feed import Database, FeedState

SANDBOX, PRODUCTION = Database
ORDER = ExemptionReason.ORDER
WHY = "Order 12/2026 of the court of Paris."


@pytest.fixture
def place(tmp_path: Path):
    community = Community(tmp_path / "data")
    community.says("m1", "dehors", author="u991", labels={"hate": 0.9})
    community.step()
    gate = Gate(community.keys.puid, "fr")
    with community.store.begin() as tables:
        for database in Database:
            outbox.gather(tables, gate, database, 0)
    yield community
    community.store.close()


def test_what_is_exempt_in_the_sandbox_does_not_leave_for_production(place: Community) -> None:
    """Whoever tries the sandbox and goes back to production sends nothing that is not owed."""
    now = ms(START) + 60_000
    with place.store.begin() as tables:
        [row] = tables.feed.page(SANDBOX, [FeedState.WAITING], 10)
        outbox.exempt(tables, SANDBOX, row.puid, ORDER, WHY, "moderator-1", now)
        assert outbox.claim(tables, PRODUCTION, now) == []
    with place.store.read() as tables:
        for database in Database:
            assert reconcile(tables, database).holds


def test_what_is_in_production_is_exempt_no_more(place: Community) -> None:
    now = ms(START) + 60_000
    with place.store.begin() as tables:
        [row] = outbox.claim(tables, PRODUCTION, now)
        with pytest.raises(ConflictError, match="neither changed nor taken back"):
            outbox.exempt(tables, SANDBOX, row.puid, ORDER, WHY, "moderator-1", now)
