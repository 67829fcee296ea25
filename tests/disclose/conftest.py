"""One incident and its dossier, made once: tests only read them or work on copies."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from incident import EXPORTED, Incident, build
from tests.disclose.exporting import export_dossier

from rempart.disclose.dossier.archive import unpack

CHROMIUM = "/usr/bin/chromium"
VERIFIER = Path(__file__).parents[2] / "src/rempart/disclose/dossier/verify.html"


@pytest.fixture(scope="session")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Incident:
    return build(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def dossier(incident: Incident) -> bytes:
    out = io.BytesIO()
    with incident.store.read() as tables:
        export_dossier(tables, incident.case, out, incident.signer, EXPORTED, by="mod-7")
    return out.getvalue()


@pytest.fixture
def files(dossier: bytes) -> dict[str, bytes]:
    return unpack(dossier)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """`verify.html`, opened as a file."""
    place = tmp_path_factory.mktemp("page") / "verify.html"
    place.write_bytes(VERIFIER.read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(locale="en-GB")
        opened.goto(place.as_uri())
        yield opened
        browser.close()
