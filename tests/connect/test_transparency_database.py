"""Settings of the Transparency Database: off unless written, and never a printed token."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.connect.transparency_database import PRODUCTION, FeedSettings, Send
from rempart.errors import InputError
from rempart.store.interface.feed import Database
from rempart.web.settings import load_settings

TOKEN = '"17|never-printed"'


def loaded(data: Path, *lines: str) -> FeedSettings:
    text = "\n".join(["[transparency_database]", *lines])
    (data / "settings.toml").write_text(text, "utf-8")
    return load_settings(data).transparency_database


def test_nothing_is_sent_by_default(tmp_path: Path) -> None:
    assert load_settings(tmp_path).transparency_database.database is None


def test_production_is_the_commissions_address_and_the_token_is_not_shown(tmp_path: Path) -> None:
    found = loaded(tmp_path, 'send = "production"', f"token = {TOKEN}")
    assert (found.database, found.base) == (Database.PRODUCTION, PRODUCTION)
    assert "never-printed" not in f"{found!r} {found}"
    assert found.send is Send.PRODUCTION


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (('send = "sandbox"', f"token = {TOKEN}"), "url is missing"),
        (('send = "production"',), "token is missing"),
        (('send = "sandbox"', 'url = "http://plain.example"', f"token = {TOKEN}"), "https"),
        (('send = "everywhere"',), "send"),
        (('send = "off"', "look_hours = -1"), "look_hours"),
        (('send = "off"', 'language = "de"'), "language"),
    ],
)
def test_what_could_never_work_is_refused_at_the_start(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, *lines)
    assert said in caught.value.diagnostics()
    assert "never-printed" not in caught.value.diagnostics()
