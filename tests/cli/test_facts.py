"""`rempart facts invite`: a link for one target, once; nothing where there is no service."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rempart.cli import main
from rempart.engine.embedded import EmbeddedEngine


def test_a_link_that_the_service_knows(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "data")
    try:
        command = ["facts", "invite", "twitch/lea", "--data", str(tmp_path / "data")]
        result = CliRunner().invoke(main, [*command, "--url", "https://r.example/"])
        assert result.exit_code == 0, result.output
        link = result.stdout.strip()
        assert link.startswith("https://r.example/mine#")
        found = engine.facts.read_invitation(link.partition("#")[2])
        assert found is not None and found.target == "twitch/lea" and found.by == "cli"
        told = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
        assert told["target"] == "twitch/lea" and told["link"] != link
    finally:
        engine.stop()


def test_without_a_service_or_a_target_there_is_none(tmp_path: Path) -> None:
    for target, data in (("lea", tmp_path), (" ", tmp_path), ("a\nb", tmp_path)):
        result = CliRunner().invoke(main, ["facts", "invite", target, "--data", str(data)])
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
