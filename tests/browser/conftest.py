"""A really running demo, a signed-in browser, and axe; shared by all tests of this folder.

One service plays the incident once for the whole run: the demo's chat flows from the start, the
bots come after about twenty seconds. Tests that need the raid wait for it on the page.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from seeing import Look, Service, look

# As patient as Playwright's own actions: a machine that is busy is no fault of a page.
expect.set_options(timeout=30_000)

CHROMIUM = "/usr/bin/chromium"
NAME, PASSWORD = "Nadia", "correct horse battery staple"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "rempart.cli", "demo", "--no-browser", "--port", "0"]
    with (data / "output.txt").open("w") as output:
        process = subprocess.Popen(
            [*command, "--data", str(data / "data")], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _ready(data, process)
    finally:
        process.terminate()
        process.wait(30)
    trouble = (data / "output.txt").read_text("utf-8")
    assert "Traceback" not in trouble, trouble[-4000:]


def _ready(data: Path, process: subprocess.Popen[bytes]) -> Service:
    file = data / "data" / "first-login.txt"
    for _ in range(1200):
        if file.exists() and (text := file.read_text("utf-8")).count("\n") >= 4:
            break
        assert process.poll() is None, (data / "output.txt").read_text("utf-8")
        time.sleep(0.1)
    else:
        raise AssertionError((data / "output.txt").read_text("utf-8"))
    found = dict(re.findall(r"^([a-z-]+): (.*)$", text, re.M))
    address = found["address"].removesuffix("/login")
    for _ in range(600):
        try:
            httpx.get(f"{address}/healthz", timeout=2)
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    return Service(address, found["one-time-login"], found["ingest-token"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def session_file(
    service: Service, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """First use, as a newcomer does it: one-time login, then a name and a password."""
    page = browser.new_page(base_url=service.address, locale="en")
    page.goto("/console")
    page.get_by_label("One-time login").fill(service.one_time)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Save and go to the console").click()
    page.wait_for_url("**/console")
    file = tmp_path_factory.mktemp("session") / "state.json"
    page.context.storage_state(path=file)
    page.close()
    return file


@pytest.fixture
def console(service: Service, browser: Browser, session_file: Path) -> Iterator[Page]:
    """A signed-in moderator's page; errors of its scripts fail the test."""
    context = look(browser, service, session_file, Look())
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def raid_case(service: Service, browser: Browser, session_file: Path) -> str:
    """The address of the case of the demo's raid, once it is there."""
    context = look(browser, service, session_file, Look())
    page = context.new_page()
    page.goto("/console")
    page.locator("h1 .c-attack").wait_for(timeout=90_000)
    address = page.locator("svg.raids a[href^='/console/cases/']").first.get_attribute("href")
    context.close()
    assert address
    return address
