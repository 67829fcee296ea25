"""The picture of a page, and the page as a reader's browser built it: Chromium, spoken to over a
pipe in the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).

Rules kept here:

1. A fresh profile for each capture, in a folder that goes away, also when we are killed midway
   (`store.own_folders`): no cache, cookie or history before, and nothing beside that folder.
2. Its only way out is the filter; it resolves no names, asks for no permission, keeps no download.
3. A pipe, no port: nobody else on the machine can speak to the browser of a capture.
4. One deadline for all; then the browser and whatever it started are killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from rempart.errors import OutboundError
from rempart.store.own_folders import own_folder

WIDTH = 1280
HEIGHT = 1600
TALLEST = 12_000
MAX_ANSWER = 64 * 1024 * 1024
MAX_DOCUMENT = 5 * 1024 * 1024
LONGEST_URL = 2_000
LOAD_SECONDS = 15.0
SETTLE_SECONDS = 1.0
DEADLINE = 40.0
LONGEST_FOLDER = 60
"""Bytes of its path: a socket's whole path has 108, and Chromium's adds 45."""
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--deny-permission-prompts",
    "--mute-audio",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    "--disable-dev-shm-usage",
)


class Seen(NamedTuple):
    """`picture`: PNG of the whole page, down to `TALLEST` pixels; `document`: HTML as it stood when
    the picture was taken; `cut`: whether the page is longer than the picture; `url`: where the
    browser was by then, as a page may lead on."""

    version: str
    url: str
    title: str
    picture: bytes
    document: bytes
    cut: bool


async def look_at(url: str, chromium: str, proxy: int, *, without_sandbox: bool = False) -> Seen:
    """What Chromium shows of the page; OutboundError when it cannot be had."""
    with own_folder("capture") as folder:
        try:
            async with asyncio.timeout(DEADLINE):
                async with _started(chromium, proxy, folder, without_sandbox) as pipe:
                    return await _look(pipe, url)
        except TimeoutError:
            raise OutboundError(f"the browser had no picture within {DEADLINE:g} s") from None


async def _look(pipe: _Pipe, url: str) -> Seen:
    version = str((await pipe.ask("Browser.getVersion"))["product"])
    await pipe.ask("Browser.setDownloadBehavior", behavior="deny")
    target = (await pipe.ask("Target.createTarget", url="about:blank"))["targetId"]
    attached = await pipe.ask("Target.attachToTarget", targetId=target, flatten=True)
    pipe.session = attached["sessionId"]
    await pipe.ask("Page.enable")
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    await pipe.ask("Emulation.setDeviceMetricsOverride", **size)
    failed = (await pipe.ask("Page.navigate", url=url)).get("errorText")
    if failed:
        raise OutboundError(f"the browser could not open it: {str(failed)[:80]}")
    with suppress(TimeoutError):
        async with asyncio.timeout(LOAD_SECONDS):
            await pipe.loaded.wait()
    await asyncio.sleep(SETTLE_SECONDS)
    page = (await pipe.ask("Page.getLayoutMetrics"))["cssContentSize"]
    tall = int(page["height"])
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": max(1, min(tall, TALLEST)), "scale": 1}
    shot = await pipe.ask(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
    )
    document = await _value(pipe, f"document.documentElement.outerHTML.slice(0, {MAX_DOCUMENT})")
    title = await _value(pipe, "document.title.slice(0, 300)")
    been = await pipe.ask("Page.getNavigationHistory")
    return Seen(
        version,
        str(been["entries"][been["currentIndex"]]["url"])[:LONGEST_URL],
        title.encode("utf-8", "replace").decode(),
        b64decode(shot["data"]),
        document.encode("utf-8", "replace")[:MAX_DOCUMENT],
        tall > TALLEST,
    )


async def _value(pipe: _Pipe, expression: str) -> str:
    answer = await pipe.ask("Runtime.evaluate", expression=expression, returnByValue=True)
    value = answer.get("result", {}).get("value", "")
    return value if isinstance(value, str) else ""


@asynccontextmanager
async def _started(
    chromium: str, proxy: int, folder: Path, without_sandbox: bool
) -> AsyncIterator[_Pipe]:
    flags = [*_FLAGS, f"--proxy-server=http://127.0.0.1:{proxy}", f"--user-data-dir={folder}"]
    if without_sandbox:
        flags.append("--no-sandbox")
    to_it, ours = os.pipe()
    from_us, back = os.pipe()

    def take_pipes() -> None:
        # Chromium reads from 3 and writes to 4; moved aside first, as they may be these very two.
        reads, writes = os.dup(to_it), os.dup(back)
        os.dup2(reads, 3)
        os.dup2(writes, 4)

    try:
        process = await asyncio.create_subprocess_exec(
            chromium,
            *flags,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=_surroundings(folder),
            start_new_session=True,
            pass_fds=(3, 4),
            preexec_fn=take_pipes,
        )
    except OSError as error:
        for one in (to_it, ours, from_us, back):
            os.close(one)
        raise OutboundError(f"the browser does not start: {error.strerror}", where=chromium) from (
            error
        )
    os.close(to_it)
    os.close(back)
    pipe = _Pipe(ours)
    reading = asyncio.create_task(pipe.read(from_us))
    try:
        yield pipe
    finally:
        reading.cancel()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(reading, return_exceptions=True)
        os.close(ours)


def _surroundings(folder: Path) -> dict[str, str]:
    """Home and temporary files are the folder, where the name of a socket in it is not too long."""
    found = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"}
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        found["TMPDIR"] = str(folder)
    return found


class _Pipe:
    """Commands and answers, JSON, each ended by a zero byte."""

    def __init__(self, out: int) -> None:
        self.session: str | None = None
        self.loaded = asyncio.Event()
        self._out = out
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ended = False

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        if self._ended:
            raise OutboundError("the browser ended by itself")
        number = next(self._numbers)
        command: dict[str, Any] = {"id": number, "method": method, "params": given}
        if self.session is not None:
            command["sessionId"] = self.session
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await asyncio.to_thread(os.write, self._out, json.dumps(command).encode() + b"\0")
        except OSError as error:
            raise OutboundError("the browser ended by itself") from error
        told: dict[str, Any] = await answer
        return told

    async def read(self, source: int) -> None:
        reader = asyncio.StreamReader(limit=MAX_ANSWER)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb", 0)
        )
        try:
            while True:
                self._take(json.loads((await reader.readuntil(b"\0"))[:-1]))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            self._give_up()
        finally:
            transport.close()

    def _take(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Page.loadEventFired":
            self.loaded.set()
        waiting = self._waiting.pop(told.get("id", 0), None)
        if waiting is None or waiting.done():
            return
        if "error" in told:
            waiting.set_exception(OutboundError(f"the browser: {told['error'].get('message')}"))
        else:
            waiting.set_result(told.get("result", {}))

    def _give_up(self) -> None:
        self._ended = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(OutboundError("the browser ended by itself"))
        self._waiting.clear()
