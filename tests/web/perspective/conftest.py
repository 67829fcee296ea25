"""A running service with the endpoint switched on, and a key for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.service import Service

from rempart.web.auth.secret import digest_of

KEY = "rempart_a-key-for-the-tests"
SLOW_KEY = "rempart_a-key-with-its-own-count"


def settings(**more: object) -> str:
    written = "".join(f"{name} = {str(value).lower()}\n" for name, value in more.items())
    keys = "".join(
        f'{name} = "sha256:{digest_of(key).hex()}"\n'
        for name, key in (("tests", KEY), ("slow", SLOW_KEY))
    )
    return f"[perspective]\nenabled = true\n{written}\n[perspective.keys]\n{keys}"


@pytest.fixture(scope="module")
def compatible(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("data")
    (data / "settings.toml").write_text(settings(per_second=1000))
    with Service.running(data) as running:
        yield running
