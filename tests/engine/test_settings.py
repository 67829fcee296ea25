"""A wrong line in settings.toml stops the start and is named; nothing is ignored in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.engine.settings import load_engine_settings
from rempart.errors import InputError
from rempart.web.settings import load_settings


def write(folder: Path, text: str) -> Path:
    (folder / "settings.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load_engine_settings(tmp_path).community.languages == ("fr", "en")
    assert not load_settings(tmp_path).over_tls


def test_one_file_serves_engine_and_web(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        '[detection]\nprivate_for = ["lea"]\n[limits]\naccount_holds = 9\n'
        '[web]\npublic_url = "https://rempart.example"\n',
    )
    engine = load_engine_settings(folder)
    assert engine.pipeline.private_for == {"lea"}
    assert engine.limits.account_holds == 9
    assert load_settings(folder).over_tls


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[detektion]\n", "did you mean [detection]?"),
        ("[limits]\nacount_holds = 3\n", "acount_holds"),
        ("[web]\nmax_body = 'much'\n", "max_body"),
        ("[log\n", "settings cannot be read"),
        ('[webhooks.bot]\nurl = "https://bot.example"\nsecret = "short"\n', "webhooks.bot"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    folder = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        load_engine_settings(folder)
        load_settings(folder)
    assert named in error.value.diagnostics()
