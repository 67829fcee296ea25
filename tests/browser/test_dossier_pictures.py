"""What a clerk does with a dossier: she looks at its pages, and drags the PDF onto the verifier.

Beside the check, the pictures of docs/dossier.md: `REMPART_PICTURES` as in `test_screenshots.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from test_screenshots import LARGEST, folder  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser


def rempart(*arguments: str) -> str:
    command = [sys.executable, "-m", "rempart.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence file of the scenario's raid, in the edition for a lawyer."""
    place = tmp_path_factory.mktemp("dossier")
    data = str(place / "data")
    rempart("replay", "hate-raid", "--write", str(place))
    rempart("scan", str(place / "hate-raid.ndjson"), "--data", data)
    cases = json.loads(rempart("case", "list", "--data", data, "--json"))["cases"]
    (raid,) = [case["id"] for case in cases if case["kind"] == "raid"]
    file = place / "raid.pdf"
    rempart("case", "export", raid, "--data", data, "-o", str(file), "--for", "lawyer")
    return file


@pytest.mark.parametrize(("page", "name"), [(1, "dossier-cover"), (3, "dossier-coordination")])
def test_picture_of_a_page(dossier: Path, folder: Path, page: int, name: str) -> None:  # noqa: F811
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run(
        ["pdftoppm", "-png", "-r", "80", *pages, str(dossier), str(folder / name)], check=True
    )
    assert (folder / f"{name}.png").stat().st_size <= LARGEST


def test_the_pdf_dragged_onto_the_verifier_is_verified(
    browser: Browser,
    dossier: Path,
    folder: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    place = tmp_path / "verify.html"
    place.write_bytes((files("rempart.disclose.dossier") / "verify.html").read_bytes())
    page = browser.new_page(locale="en", viewport={"width": 1000, "height": 900})
    page.goto(place.as_uri())
    page.set_input_files("#file", str(dossier))
    expect(page.locator("#verdict")).to_have_text("Verified in itself")
    page.screenshot(path=folder / "verified.png")
    page.close()
