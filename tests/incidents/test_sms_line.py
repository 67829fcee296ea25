"""Incident 2 at the line itself: 20,000 messages from as many numbers within one minute, over HTTP,
with a price of 0.16 and a cap of 120 an hour.

Whole evenings of nine hours are played by `python -m tests.incidents.line`; their figures are in
docs/benchmarks.md. This one ends an hour after the flood, and then time goes on until nobody waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from tests.incidents.line import CAP_DAY, CAP_HOUR, PRICE, Flooded, flooded

from rempart.cli import main
from rempart.protect.replies import Reason

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder) / "data"


@lru_cache(maxsize=1)
def played(data: Path) -> Flooded:
    found = flooded(data, "minute-20000", hours=2.05)
    print(found.line())
    return found


def test_nothing_is_lost(data: Path) -> None:
    found = played(data)
    sent = len(found.generated.items)
    assert sent > 20_000
    assert (found.stored, found.entries_found) == (sent, sent)


def test_the_cap_is_never_passed_and_the_account_agrees(data: Path) -> None:
    found = played(data)
    assert 0 < found.hour_most <= CAP_HOUR
    assert found.day_most <= CAP_DAY
    day = found.view["day"]
    assert isinstance(day, dict)
    assert day["spent"] == pytest.approx(PRICE * len(found.replies))


def test_genuine_senders_are_answered_at_once_or_later_and_never_twice(data: Path) -> None:
    """Who is left has a message that is held and waits for a person, in the moderators' queue."""
    found = played(data)
    assert found.in_the_end >= 0.96, found.line()
    assert found.genuine_waiting == 0, found.line()
    assert found.doubled == 0


def test_who_got_no_reply_has_a_reason(data: Path) -> None:
    silent = played(data).view["silent"]
    assert isinstance(silent, list)
    reasons = {one["reason"]: one["count"] for one in silent}
    assert reasons.keys() <= {reason.value for reason in Reason}
    assert reasons["attack"] + reasons.get("stopped", 0) > 10_000


def test_death_threats_come_first_within_a_minute(data: Path) -> None:
    threats = played(data).threats
    assert len(threats) >= 60
    first = sum(threat.before == 0 for threat in threats)
    assert first >= 0.98 * len(threats), [one for one in threats if one.before != 0]


def test_one_command_makes_the_dossier_and_a_stranger_checks_it(data: Path, tmp_path: Path) -> None:
    """Of a held message; the flood's own case is larger than a dossier may be."""
    played(data)
    listed = CliRunner().invoke(main, ["case", "list", "--data", str(data), "--json"])
    cases = json.loads(listed.output)["cases"]
    assert any(case["kind"] == "raid" for case in cases)
    case = next(case["id"] for case in cases if case["kind"] == "message")
    target = tmp_path / "dossier.zip"
    done = CliRunner().invoke(
        main, ["case", "export", case, "--data", str(data), "-o", str(target)]
    )
    assert done.exit_code == 0, done.output
    checked = CliRunner().invoke(main, ["verify", str(target)])
    assert checked.exit_code == 0, checked.output
