"""Whoever changes the store behind our back is told of within a checkpoint, and what he changed."""

from __future__ import annotations

from pathlib import Path

import apsw
from tests.web.service import Service, message
from tests.web.test_witnesses import entries, send, until

from rempart.store.interface.attested import ScrubRow

SOON = "[log]\ncheckpoint_seconds = 1\n"


def last_scrub(service: Service) -> ScrubRow | None:
    with service.engine.read() as tables:
        return tables.attested.last_scrub()


def test_a_whole_log_is_checked_after_the_start_and_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SOON)
    with Service.running(tmp_path) as service:
        send(service, 600)
        until(lambda: last_scrub(service) is not None, "it was not checked")
        found = last_scrub(service)
        assert found is not None
        assert (found.why, found.failed) == ("start", ())
        assert not entries(service, "scrub")
    with Service.running(tmp_path) as service:
        send(service)
        assert last_scrub(service) == found, "not again on the same day"


def test_an_edited_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SOON)
    with Service.running(tmp_path) as service:
        send(service, 20)
        until(lambda: last_scrub(service) is not None, "it was not checked")
        insider = apsw.Connection(str(tmp_path / "rempart.db"))
        insider.set_busy_timeout(5_000)
        insider.execute(
            "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE seq = 6) WHERE seq = 7"
        )
        insider.close()
        send(service)
        until(lambda: bool(last_scrub(service).failed), "nobody noticed")  # type: ignore[union-attr]
        found = last_scrub(service)
        assert found is not None
        assert found.why == "foreign-write"
        assert any("entry 7" in problem for problem in found.failed)
        with service.engine.read() as tables:
            assert tables.log.size() > 20


def test_a_deleted_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SOON)
    with Service.running(tmp_path) as service:
        client = service.client(service.ingest_token)
        send(service, 20)
        until(lambda: last_scrub(service) is not None, "it was not checked")
        insider = apsw.Connection(str(tmp_path / "rempart.db"))
        insider.set_busy_timeout(5_000)
        insider.execute("DELETE FROM entry WHERE seq = 9")
        insider.close()
        assert client.post("/api/v1/messages", json=message()).status_code == 200
        until(lambda: bool(last_scrub(service).failed), "nobody noticed")  # type: ignore[union-attr]
        found = last_scrub(service)
        assert found is not None
        assert "tile/0/000 has" in found.failed[0]
