"""What every test shares: where the data folder of the project's makers is, and no timed checks."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings

from rempart import __version__
from rempart.disclose.checklist import Run, behaviours

# The machines are shared and noisy: a slow example is not a wrong one. Developers' runs look for
# new examples each time; CI (`REMPART_SAME_EXAMPLES`) judges a change by those of the last one.
settings.register_profile(
    "rempart",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("REMPART_SAME_EXAMPLES")),
)
settings.load_profile("rempart")

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path | None:
    """The folder with real chat beside the checkout, or None where it is not to be had."""
    place = Path(os.environ.get("REMPART_SHARED", ROOT.parent / "shared"))
    return place if (place / "data").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    place = shared_folder()
    if place is None:
        pytest.skip("the real chat is not on this machine (set REMPART_SHARED)")
    return place


LONGEST_FIRST = (
    # while the demo of the first two plays until its raid
    "browser/test_raid_page.py",
    "browser/test_console_live.py",
    "browser/test_every_public_page.py",
    "browser/test_every_tab_of_a_case.py",
    "browser/test_every_console_page.py",
    "browser/test_screenshots.py",
    "browser/test_campaign_page.py",
    "incidents/test_sms_line.py",
    "faults/test_power_cuts.py",
    "detect/test_bad_input.py",
    "faults/test_overload.py",
    "cli/test_demo.py",
    "cli/test_scan.py",
    "detect/test_campaign.py",
    "web/test_description.py",
    "web/disclosure/test_auditor.py",
    "engine/test_replay.py",
)
"""Files in the order in which workers take them (`--dist loadfile --no-loadscope-reorder`): none
begins a long one when the others are done. Those that are not named follow."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {ROOT / "tests" / file: number for number, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


CHECKLIST = os.environ.get("REMPART_CHECKLIST")
_told: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What tests of the checklist gave; of several cases of one test the worst counts."""
    if CHECKLIST and (report.when == "call" or report.outcome != "passed"):
        test = report.nodeid.split("[")[0]
        worst = {"failed": 2, "skipped": 1, "passed": 0}
        before = _told.get(test, "passed")
        _told[test] = max(before, report.outcome, key=lambda outcome: worst[outcome])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """`REMPART_CHECKLIST=FILE` (`make checklist`): the results of the run, for the checklist."""
    if CHECKLIST and not hasattr(session.config, "workerinput"):
        named = {test for one in behaviours().values() for test in one.tests}
        told = {test: _told[test] for test in sorted(named & _told.keys())}
        now = datetime.now(UTC).replace(microsecond=0)
        run = Run(__version__, now, told)
        Path(CHECKLIST).write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
