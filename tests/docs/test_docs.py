"""The documentation says what is there: links lead somewhere, commands and settings exist.

Read are all Markdown files that a newcomer is sent to. A command is any `rempart …` in a code span
or a code block; its options must be options of that command.
"""

from __future__ import annotations

import base64
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import click
import httpx
import pytest
from click.testing import CliRunner
from tests.atproto.repository import POSTS, Account
from tests.authority import TestAuthority

from rempart.cases.rights import BUILTIN, Right
from rempart.cli import main
from rempart.connect.signing import secret_bytes, signature
from rempart.engine.settings import load_engine_settings
from rempart.web.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "scenarios").rglob("*.md"),
    ]
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.M)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|(?<=[\s(|;&/]))rempart (?=[a-z-])(.*)")
_MAKE = re.compile(r"^\s*make ([a-z][a-z-]*)")


class Found(NamedTuple):
    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: rempart {' '.join(self.words)}"


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def code_of(text: str) -> list[str]:
    """The lines of code blocks, and code spans; lines continued with a backslash are one."""
    blocks = [block for language, block in _FENCE.findall(text) if language in ("", "sh", "bash")]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return lines + _SPAN.findall(_FENCE.sub("", text))


def commands_in(page: Path) -> list[Found]:
    found = []
    for code in code_of(page.read_text("utf-8")):
        match = _COMMAND.search(code)
        if match is None:
            continue
        words = shlex.split(re.split(r"[|;&>]|  #", match[1])[0], comments=True)
        found.append(Found(name(page), tuple(words)))
    return found


COMMANDS = sorted({command for page in PAGES for command in commands_in(page)})


def test_the_pages_and_their_commands_are_found() -> None:
    assert {"README.md", "docs/README.md", "docs/operating.md"} <= {name(page) for page in PAGES}
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in _LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            dead.append(link)
    assert dead == []


def anchors_of(page: Path) -> set[str]:
    """The names of headings as hosts of Markdown make them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_commands_exist_with_their_options(command: Found) -> None:
    group: click.Command = main
    words = list(command.words)
    context = click.Context(main)
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        found = group.get_command(context, words[0])
        assert found is not None, f"{command}: there is no such command"
        group = found
        words.pop(0)
    known = {option for parameter in group.params for option in parameter.opts}
    known |= {option for parameter in group.params for option in parameter.secondary_opts}
    known |= {"--help", "-h"}
    for word in words:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known, f"{command}: there is no {word}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    named = {found for code in code_of(page.read_text("utf-8")) for found in _MAKE.findall(code)}
    assert named <= targets


def test_who_runs_it_from_a_clone_has_what_the_guides_use() -> None:
    """The first page says `case export … -o case.pdf`: without the extra it is refused."""
    commands = subprocess.run(
        ["make", "-n", "-W", "uv.lock", "serve"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = set(re.findall(r"--extra (\w+)", commands))
    assert asked == set(extras["optional-dependencies"]) - {"media", "onnx"}
    assert ",".join(sorted(asked)) in {
        ",".join(sorted(found.split(",")))
        for found in re.findall(r"rempart\[([a-z,]+)\]", (ROOT / "docs/operating.md").read_text())
    }


def test_the_rights_and_roles_of_the_guide_are_those_there_are() -> None:
    text = (ROOT / "docs" / "people.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z_]+)` \| ", text, re.M)) == {right.value for right in Right}
    told = dict(re.findall(r"^\| ([A-Z][a-z ]+) \| (`.+`.*)\|$", text, re.M))
    for role in BUILTIN.values():
        if role.key not in {"admin", "auditor"}:
            named = set(re.findall("`([a-z_]+)`", told[role.key.replace("_", " ").capitalize()]))
            assert named == {right.value for right in role.rights} - {"read"}, role.key


def settings_in(page: Path) -> list[str]:
    """Rule files are TOML too; test_rules_guide.py executes those."""
    blocks = _FENCE.findall(page.read_text("utf-8"))
    return [block for kind, block in blocks if kind == "toml" and "[[rule]]" not in block]


@pytest.mark.parametrize("page", [page for page in PAGES if settings_in(page)], ids=name)
def test_settings_of_the_guides_are_taken_as_they_stand(page: Path, tmp_path: Path) -> None:
    for block in settings_in(page):
        whole = block.replace("whsec_…", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        for authority in tomllib.loads(whole).get("timestamps", {}).values():
            (tmp_path / authority["ca"]).parent.mkdir(exist_ok=True)
            root = TestAuthority(tmp_path / "authority").root.read_bytes()
            (tmp_path / authority["ca"]).write_bytes(root)
        (tmp_path / "settings.toml").write_text(whole, "utf-8")
        load_engine_settings(tmp_path)
        load_settings(tmp_path)


def python_in(page: str) -> str:
    blocks = _FENCE.findall((ROOT / page).read_text("utf-8"))
    [program] = [block for language, block in blocks if language == "python"]
    return program


def test_a_dossier_is_read_as_the_guide_says(tmp_path: Path) -> None:
    """A clerk with the zip, Python, and nothing of ours."""
    data, chat = str(tmp_path / "data"), tmp_path / "chat.ndjson"
    chat.write_text(
        '{"id": "1", "platform": "irc", "channel": "c", "sent_at": "2026-03-01T20:14:03Z",'
        ' "author": {"id": "u1", "name": "Ann"}, "text": "you idiot and lo\\u200bser"}',
        "utf-8",
    )
    for command in (
        ["scan", str(chat), "--data", data],
        ["case", "export", "--latest", "--data", data, "-o", str(tmp_path / "case.zip")],
    ):
        assert CliRunner().invoke(main, command).exit_code == 0
    zipfile.ZipFile(tmp_path / "case.zip").extractall(tmp_path / "case")
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", python_in("docs/dossier.md")],
        cwd=tmp_path / "case",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert told == r"2026-03-01T20:14:03Z 'Ann' 'you idiot and lo\u200bser'" + "\n"


def test_a_signed_post_is_checked_as_the_guide_says(tmp_path: Path) -> None:
    """By somebody who has Python, its package for elliptic curves, and nothing of ours."""
    account = Account("bot.example.test", "https://pds.example.test")
    account.fill(100)
    uri = account.post("3l3qo2vuowo2b", "she lives in the rue des Lilas")
    files = account.files(f"{POSTS}/3l3qo2vuowo2b")
    forged = files["record.car"].replace(b"Lilas", b"Roses")
    stranger = Account("bot.example.test", "https://pds.example.test")
    stranger.did, stranger.records = account.did, account.records
    for car, address, holds in (
        (files["record.car"], uri, True),
        (files["record.car"], uri + "x", False),
        (forged, uri, False),
        (stranger.proof(f"{POSTS}/3l3qo2vuowo2b"), uri, False),
    ):
        for name, content in {**files, "record.car": car}.items():
            (tmp_path / name).write_bytes(content)
        checked = subprocess.run(
            [sys.executable, "-I", "-c", python_in("docs/captures.md"), address],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (checked.returncode == 0) is holds, checked.stderr
        assert ("she lives in the rue des Lilas" in checked.stdout) is holds


def test_the_receiver_of_the_guide_takes_what_is_signed_and_nothing_else() -> None:
    """As a developer would start it, on a free port; signed by the code that signs ours."""
    secret = "whsec_" + base64.b64encode(b"a key of the test, 24 b.").decode()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = python_in("docs/connecting.md")
    program = program.replace('"…"', repr(secret.removeprefix("whsec_"))).replace("9000", str(port))
    receiver = subprocess.Popen([sys.executable, "-I", "-u", "-c", program], stdout=subprocess.PIPE)
    try:
        body = b'{"type":"measure.apply","measure":{"kind":"hold","scope":{"kind":"message"}}}'
        now = int(time.time())
        signed = {
            "webhook-id": "m-1.apply",
            "webhook-timestamp": str(now),
            "webhook-signature": signature(secret_bytes(secret), "m-1.apply", now, body),
        }
        statuses = [post(port, body, signed), post(port, body + b" ", signed)]
    finally:
        receiver.terminate()
        told, _ = receiver.communicate(timeout=20)
    assert statuses == [204, 401]
    assert told.decode().splitlines() == ["measure.apply hold {'kind': 'message'}"]


def post(port: int, body: bytes, headers: dict[str, str]) -> int:
    for _ in range(100):
        try:
            address = f"http://127.0.0.1:{port}/measures"
            return httpx.post(address, content=body, headers=headers, trust_env=False).status_code
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the receiver did not start")
