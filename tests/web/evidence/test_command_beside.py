"""A command that reads a case beside the running service finds it ready."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from tests.faults.traffic import SOURCE, hate_raid
from tests.web.service import Service

from rempart.cli import main


def test_a_lawyer_gets_her_edition_right_after_the_raid(tmp_path: Path) -> None:
    """What is shown in part is prepared in a twentieth of the time; whoever asks need not wait."""
    data, out = tmp_path / "data", tmp_path / "case.zip"
    with Service.running(data) as service:
        service.engine.submit(hate_raid(), SOURCE).result()
        told = CliRunner().invoke(
            main,
            ["case", "export", "--latest", "--data", str(data), "-o", str(out), "--for", "lawyer"],
        )
        assert told.exit_code == 0, told.output
    checked = CliRunner().invoke(main, ["verify", str(out)])
    assert "words hidden" in checked.output, checked.output
