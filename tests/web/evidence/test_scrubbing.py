"""Whoever changes the store behind our back is told of within a checkpoint, and what he changed."""

from __future__ import annotations

from pathlib import Path

import apsw
from tests.web.evidence.test_witnesses import entries, send, until
from tests.web.service import Service, message

from rempart.log.commit import strict_json
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


def test_an_entry_changed_while_the_service_was_away_is_told_in_words(tmp_path: Path) -> None:
    """The schedule would have looked at it a week later; its case needs it now."""
    (tmp_path / "settings.toml").write_text(SOON)
    threat = message(text="I will kill you, I know where you live")
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        client = service.client(service.ingest_token)
        assert client.post("/api/v1/messages", json=threat).status_code == 200
        (case,) = service.person.get("/api/v1/cases").json()["cases"]
        with service.engine.read() as tables:
            seq = tables.cases.message_sequences(case["id"])[0]
        send(service, 1500)  # the start looks at the last thousand
        until(lambda: last_scrub(service) is not None, "it was not checked")
    insider = apsw.Connection(str(tmp_path / "rempart.db"))
    insider.execute("DELETE FROM evidence WHERE seq = ?", (seq,))
    insider.execute("INSERT OR IGNORE INTO evidence_due VALUES (?)", (case["id"],))
    leaf = "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE seq = 1) WHERE seq = ?"
    insider.execute(leaf, (seq,))
    insider.close()

    def told(service: Service) -> list[object]:
        with service.engine.read() as tables:
            bodies = [one for _, some in tables.log.bodies_between(600, 9_999) for one in some]
        found = (strict_json(body) for body in bodies)
        return [value["entry"] for _, name, value in found if name == "log-changed"]

    with Service.running(tmp_path) as service:
        until(lambda: bool(told(service)), "nobody noticed")
        until(lambda: bool(last_scrub(service).failed), "it was not checked")  # type: ignore[union-attr]
        me = service.sign_in()
        page = me.get("/console").text
        assert "of the log is not what it was" in page
        assert "copy the data folder away" in page
        french = me.get("/console", headers={"accept-language": "fr"}).text
        assert "copiez le dossier de données" in french
        assert told(service) == [seq], "once"
