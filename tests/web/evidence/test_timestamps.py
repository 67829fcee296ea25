"""Authorities stamp what was signed; one that is down or wrong costs nothing but its token."""

from __future__ import annotations

import json
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.authority import TestAuthority
from tests.web.evidence.test_witnesses import entries, send, until
from tests.web.exporting import exported
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit

from rempart.cli import main
from rempart.disclose.dossier.archive import unpack
from rempart.log.timestamps import LENIENT, STRICT, check_reply, read_chain
from rempart.store.interface.attested import OwedKind


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[TestAuthority, TestAuthority]]:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(TestAuthority.running(tmp_path / name)) for name in ("one", "other")
        )
        other.mood = "unsorted"
        yield one, other


def settle(data: Path, **authorities: TestAuthority) -> None:
    data.mkdir()
    (data / "settings.toml").write_text(
        "[log]\ncheckpoint_seconds = 1\n"
        + "".join(
            f'[timestamps.{name}]\nurl = "{one.url}"\nca = {json.dumps(str(one.root))}\n'
            'allow = ["127.0.0.1"]\n'
            for name, one in authorities.items()
        )
    )


def tokens(service: Service, authority: str) -> list[dict[str, object]]:
    return [one for one in entries(service, "timestamp-token") if one["authority"] == authority]


def test_two_authorities_stamp_the_checkpoint_and_their_tokens_are_entries(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path
) -> None:
    one, other = pair
    settle(tmp_path / "data", one=one, other=other)
    with Service.running(tmp_path / "data") as service:
        send(service)
        until(lambda: bool(tokens(service, "one") and tokens(service, "other")), "no token")
        assert tokens(service, "one")[0]["checked_with"] == STRICT
        assert tokens(service, "other")[0]["checked_with"] == LENIENT
        with service.engine.read() as tables:
            for name, authority in (("one", one), ("other", other)):
                row = tables.attested.last_token(name)
                assert row is not None
                found = tables.attested.checkpoint(row.size)
                assert found is not None
                check_reply(row.reply, found[0], read_chain(authority.root))
                told = tokens(service, name)[-1]
                assert b64decode(str(told["reply"])) == row.reply
                assert told["checkpoint"] == row.size
            assert not tables.attested.owed()
        # Once an hour, however often it changes.
        asked = one.asked
        send(service)
        time.sleep(2.5)
        assert one.asked == asked


@pytest.mark.parametrize("mood", ["down", "garbage", "wrong-nonce", "expired", "slow"])
def test_an_authority_in_trouble_is_pending_and_costs_nothing(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path, mood: str
) -> None:
    one, other = pair
    one.mood = mood
    settle(tmp_path / "data", one=one, other=other)
    with Service.running(tmp_path / "data") as service:
        send(service)
        until(lambda: bool(tokens(service, "other")), "the other did not stamp")
        if mood == "slow":
            answer = service.client(service.ingest_token).post("/api/v1/messages", json=message())
            assert answer.status_code == 200
            return

        def failed() -> bool:
            with service.engine.read() as tables:
                owed = tables.attested.owed(OwedKind.TOKEN)
            return [row.name for row in owed] == ["one"] and owed[0].tries >= 1

        until(failed, "it is not shown as pending")
        assert not tokens(service, "one")
        send(service)
        with service.engine.read() as tables:
            row = tables.attested.owed(OwedKind.TOKEN)[0]
        assert row.error
        assert row.next_ms > row.since_ms


def test_what_is_pending_is_stamped_when_the_authority_is_back(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = pair
    monkeypatch.setattr("rempart.web.attest.authorities.FIRST_WAIT_MS", 200)
    one.mood = "down"
    settle(tmp_path / "data", one=one)
    with Service.running(tmp_path / "data") as service:
        until(lambda: one.asked >= 2, "it was not asked again")
        one.mood = "good"
        until(lambda: bool(tokens(service, "one")), "no token")
        with service.engine.read() as tables:
            assert not tables.attested.owed()


def test_an_authority_with_another_time_is_an_anomaly(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path
) -> None:
    """Our own clock is three minutes behind."""
    one, _ = pair
    settle(tmp_path / "data", one=one)
    with Service.running(tmp_path / "data", clock=lambda: time.time() - 180) as service:
        until(lambda: bool(tokens(service, "one")), "no token")
        until(lambda: bool(entries(service, "clock-anomaly")), "not told")
        told = entries(service, "clock-anomaly")[-1]
        assert told["authority"] == "one"
        assert -185_000 < int(str(told["by_ms"])) < -170_000


def test_a_dossier_brings_the_tokens_of_its_checkpoint_and_openssl_accepts_them(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path
) -> None:
    one, other = pair
    settle(tmp_path / "data", one=one, other=other)
    with Service.running(tmp_path / "data") as service:
        until(lambda: bool(tokens(service, "one") and tokens(service, "other")), "no token")
        before = one.asked
        sent = message(text="you are finished here")
        client = service.client(service.ingest_token)
        assert client.post("/api/v1/messages", json=sent).status_code == 200
        report = {
            "category": "harassment",
            "good_faith": True,
            "message_ids": [sent["id"]],
            "explanation": "to me",
        }
        assert service.client().post("/api/v1/reports", json=report).status_code == 201
        (case,) = service.person.get("/api/v1/cases").json()["cases"]
        admit(service, "Sacha", "moderator")
        second = service.sign_in("Sacha", PASSWORD)
        answer = exported(service.person, second, case["id"])
        assert answer.status_code == 200, answer.text
        assert one.asked == before + 1, "sealed, although an hour has not passed"
    folder = tmp_path / "dossier"
    files = unpack(answer.content)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    readme = files["timestamps/README.txt"].decode()
    assert "Pending" not in readme
    commands = [line.split() for line in readme.splitlines() if "openssl ts" in line]
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert "Verification: OK" in done.stdout, done.stderr
    changed = files["checkpoint"].replace(b"rempart", b"rempert", 1)
    (folder / "timestamps" / "checkpoint").write_bytes(changed)
    done = subprocess.run(commands[0], cwd=folder, capture_output=True, check=False)
    assert done.returncode != 0


def test_a_command_beside_the_service_has_its_dossier_stamped_too(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path
) -> None:
    """The last stamp is less than an hour old and covers nothing of the case."""
    one, _ = pair
    data, out = tmp_path / "data", tmp_path / "case.zip"
    settle(data, one=one)
    with Service.running(data) as service:
        until(lambda: bool(tokens(service, "one")), "no token")
        sent = message(text="you are finished here")
        client = service.client(service.ingest_token)
        assert client.post("/api/v1/messages", json=sent).status_code == 200
        report = {
            "category": "harassment",
            "good_faith": True,
            "message_ids": [sent["id"]],
            "explanation": "to me",
        }
        assert service.client().post("/api/v1/reports", json=report).status_code == 201
        told = CliRunner().invoke(
            main, ["case", "export", "--latest", "--data", str(data), "-o", str(out)]
        )
        assert told.exit_code == 0, told.output
        until(lambda: not list((data / "given-out").iterdir()), "the note is left lying")
    files = unpack(out.read_bytes())
    assert "Pending" not in files["timestamps/README.txt"].decode()
    note = files["timestamps/checkpoint"].decode()
    check_reply(files["timestamps/one.tsr"], note, read_chain(one.root))


def test_a_dossier_says_pending_when_no_authority_has_answered(
    pair: tuple[TestAuthority, TestAuthority], tmp_path: Path
) -> None:
    one, _ = pair
    one.mood = "down"
    settle(tmp_path / "data", one=one)
    with Service.running(tmp_path / "data") as service:
        sent = message(text="you are finished here")
        client = service.client(service.ingest_token)
        assert client.post("/api/v1/messages", json=sent).status_code == 200
        report = {
            "category": "harassment",
            "good_faith": True,
            "message_ids": [sent["id"]],
            "explanation": "to me",
        }
        assert service.client().post("/api/v1/reports", json=report).status_code == 201
        (case,) = service.person.get("/api/v1/cases").json()["cases"]
        admit(service, "Sacha", "moderator")
        second = service.sign_in("Sacha", PASSWORD)
        answer = exported(service.person, second, case["id"])
        assert answer.status_code == 200, answer.text
    files = unpack(answer.content)
    readme = files["timestamps/README.txt"].decode()
    assert "Pending one, 20" in readme
    assert not [name for name in files if name.endswith(".tsr")]
