"""The hate raid of the scenario, as its dossier reaches a lawyer: three verifiers say that it
holds, none of them needs Rempart, and none accepts it with anything changed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from forging import Files, alone, rempart, unpacked
from playwright.sync_api import Page, expect, sync_playwright

from rempart.cli import main
from rempart.disclose.dossier.archive import pack, unpack
from rempart.disclose.dossier.verify import verify
from rempart.scenario import generate, load

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def lawyers(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The zip, through the commands that an operator types."""
    folder = tmp_path_factory.mktemp("raid")
    stream = folder / "raid.ndjson"
    encode = msgspec.json.Encoder().encode
    items = generate("hate-raid", load("hate-raid", 1)).items
    stream.write_bytes(b"".join(encode(item) + b"\n" for item in items))
    run("scan", str(stream), "--data", str(folder / "data"))
    listed = json.loads(run("case", "list", "--data", str(folder / "data"), "--json"))
    raid = next(case["id"] for case in listed["cases"] if case["kind"] == "raid")
    out = folder / "lawyer.zip"
    run(
        "case", "export", raid, "--data", str(folder / "data"), "-o", str(out),
        "--for", "lawyer", "--hide-word", "dégage",
    )  # fmt: skip
    return out.read_bytes()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments), env={"LANG": "en"})
    assert result.exit_code in {0, 1}, result.output
    return result.stdout


@pytest.fixture
def files(lawyers: bytes) -> Files:
    return unpack(lawyers)


def broken(files: Files) -> Iterator[tuple[str, Files]]:
    """Every listed file changed in every way that a hand can: a byte, a cut, a line less, lines in
    another order, nothing left, gone, and another file in its place."""
    chance = random.Random(34)
    for name, data in files.items():
        if not data:
            continue
        place = chance.randrange(len(data))
        flipped = data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        lines = data.splitlines(keepends=True)
        yield f"{name}: a bit", {**files, name: flipped}
        yield f"{name}: cut", {**files, name: data[:-1]}
        yield f"{name}: more", {**files, name: data + b"\n"}
        yield f"{name}: empty", {**files, name: b""}
        yield f"{name}: gone", {kept: held for kept, held in files.items() if kept != name}
        if len(set(lines)) > 1:
            yield f"{name}: a line less", {**files, name: b"".join(lines[1:])}
            yield f"{name}: turned", {**files, name: b"".join(reversed(lines))}
    yield "a file too many", {**files, "media/x.png": b"x"}
    yield (
        "two files exchanged",
        {
            **files,
            "gaps.json": files["custody.jsonl"],
            "custody.jsonl": files["gaps.json"],
        },
    )


def test_rempart_is_not_importable_where_a_stranger_checks() -> None:
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import rempart"],
        capture_output=True,
        check=False,
    )
    assert b"ModuleNotFoundError" in found.stderr


def test_it_says_what_happened_and_hides_what_is_not_the_lawyers(files: Files) -> None:
    told = json.loads(files["redaction.json"])
    assert told["preset"] == "lawyer"
    assert told["hidden_fields"]["by"] >= 1
    everything = b"".join(files.values()).lower()
    assert "dégage".encode() not in everything
    manifest = json.loads(files["manifest.json"])
    assert manifest["messages"] > 100
    reading = files["reading.txt"].decode()
    assert "user-submitted (file)" in reading
    # Which versions judged stands in the records, and under each message.
    kinds = {part for line in reading.splitlines() if line.startswith("[") for part in line.split()}
    assert {"detectors", "rules"} <= kinds


def test_it_verifies_alone_as_folder_and_as_zip(
    lawyers: bytes, files: Files, tmp_path: Path
) -> None:
    folder = unpacked(files, tmp_path / "folder")
    assert alone(folder).returncode == 0
    (tmp_path / "lawyer.zip").write_bytes(lawyers)
    found = alone(folder, str(tmp_path / "lawyer.zip"))
    assert (found.returncode, found.stderr) == (0, "")
    assert "words hidden" in found.stdout
    assert rempart(tmp_path / "lawyer.zip").return_value == 0


def test_whatever_is_changed_is_refused(files: Files, tmp_path: Path) -> None:
    for number, (what, changed) in enumerate(broken(files)):
        assert verify(changed).failed, what
        if number % 7 == 0:
            place = tmp_path / "changed.zip"
            place.write_bytes(pack(changed))
            assert rempart(place).return_value == 1, what
            if "verify.py" in changed and what.split(":")[0] != "verify.py":
                folder = unpacked(changed, tmp_path / str(number))
                assert alone(folder).returncode == 1, what


def test_any_bit_of_the_zip_is_refused(lawyers: bytes, tmp_path: Path) -> None:
    chance = random.Random(35)
    place = tmp_path / "bits.zip"
    for _ in range(40):
        at = chance.randrange(len(lawyers))
        place.write_bytes(
            lawyers[:at] + bytes([lawyers[at] ^ 1 << chance.randrange(8)]) + lawyers[at + 1 :]
        )
        assert rempart(place).return_value == 1, at


@pytest.mark.browser
def test_the_page_says_the_same(lawyers: bytes, files: Files, tmp_path: Path) -> None:
    page_file = tmp_path / "verify.html"
    page_file.write_bytes(files["verify.html"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB")
        page.goto(page_file.as_uri())
        assert verdict(page, lawyers) == "Verified in itself"
        expect(page.locator("#list")).to_contain_text("words hidden")
        for changed in [one for what, one in broken(files) if what.endswith(": a bit")]:
            assert verdict(page, pack(changed)) == "Not verified"
        browser.close()


def verdict(page: Page, data: bytes) -> str:
    page.set_input_files(
        "#file", {"name": "dossier.zip", "mimeType": "application/zip", "buffer": data}
    )
    expect(page.locator("#result")).to_be_visible(timeout=60_000)
    return page.locator("#verdict").inner_text()


def test_the_zip_opens_with_any_other_tool(lawyers: bytes, files: Files, tmp_path: Path) -> None:
    (tmp_path / "lawyer.zip").write_bytes(lawyers)
    with zipfile.ZipFile(tmp_path / "lawyer.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
