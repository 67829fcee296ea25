"""A real service on a real socket for the tests of HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.service import HOOK_SECRET, Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("data")
    (data / "settings.toml").write_text(
        f'[hooks.chat]\nsecret = "{HOOK_SECRET}"\nchannels = ["lea"]\n'
    )
    with Service.running(data) as running:
        yield running
