"""What `rempart doctor` says of telephone lines."""

from __future__ import annotations

from pathlib import Path

from rempart.cli.findings import State
from rempart.cli.line_checks import check_lines

LINE = (
    '[lines.reponse]\nnumber = "+33639980000"\naccount_sid = "AC1"\n'
    f'auth_token = "{"a" * 32}"\nprice = 0.16\ncap_hour = 120\ncap_day = 600\n'
)


def told(data: Path, public_url: str, reply: str) -> tuple[State, str, str]:
    text = f'[web]\npublic_url = "{public_url}"\n{LINE}reply = {{ fr = "{reply}" }}\n'
    (data / "settings.toml").write_text(text, "utf-8")
    found = check_lines(data)
    return found.state, found.found, found.mend


def test_what_a_reply_costs_is_said(tmp_path: Path) -> None:
    assert check_lines(tmp_path).found == "no telephone line"
    state, found, _ = told(tmp_path, "https://line.example", "Bonjour")
    assert state is State.OK
    assert "a reply costs 0.16 EUR, at most 120 an hour and 600 a day" in found


def test_a_reply_that_is_dearer_than_it_looks_is_told(tmp_path: Path) -> None:
    state, found, mend = told(tmp_path, "https://line.example", "Merci, à bientôt. " * 8)
    assert state is State.MIND
    assert "costs 0.48 EUR" in found
    assert "3 segments because of 'ô'" in mend


def test_messages_without_tls_are_told(tmp_path: Path) -> None:
    state, found, _ = told(tmp_path, "http://line.example", "Bonjour")
    assert state is State.MIND
    assert "without TLS" in found
