"""`rempart demo`: the service on a fresh store, with the incident `hate-raid` playing live.

The twenty minutes of chat before the raid are sent at once, so that the first screen is not empty
and the regulars are known; then it goes on in real time and the bots come after twenty seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import httpx
from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from rempart.cli.playback import Cue, Pace, moved_to_now
from rempart.cli.player import Played, play
from rempart.errors import InputError, RempartError
from rempart.scenario import Truth, generate, load
from rempart.web.service import Running, run_service
from rempart.web.settings import DEFAULT_PORT

SCENARIO = "hate-raid"
SECONDS_BEFORE_RAID = 22.0
_HOST = "127.0.0.1"


@click.command(epilog="Example: rempart demo --port 8080")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; by default 8731, or a free one.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to keep; by default a fresh one that is removed at the end.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="1 is real time, 0 as fast as possible.",
)
@click.option("--seed", type=int, help="Another run of the incident.")
@click.option("--once", is_flag=True, help="Stop when the incident has been played.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(
    port: int | None,
    data: Path | None,
    speed: float,
    seed: int | None,
    *,
    once: bool,
    no_browser: bool,
) -> None:
    """Start everything and watch a raid being caught, live. Nothing to configure.

    A busy stream chat is played into Rempart; after about twenty seconds bots attack. Stop with
    Ctrl-C.
    """
    settings = load(SCENARIO, seed)
    generated = generate(SCENARIO, settings)
    before = (generated.truth.attack.begin - settings.begin).total_seconds()
    pace = Pace(speed, live_from=before - SECONDS_BEFORE_RAID)
    if port is None:
        port = DEFAULT_PORT if _is_free(DEFAULT_PORT) else 0

    failures: list[RempartError] = []

    async def show(running: Running) -> None:
        cues = moved_to_now(generated.items, pace, datetime.now(UTC))
        screen = _Screen(running, generated.truth, stays=not once)
        screen.welcome()
        if not no_browser:
            _open_browser(running.address)
        try:
            await _feed(running, cues, screen)
        except RempartError as error:
            failures.append(error)
        if once or failures:
            running.stop()

    with _folder(data) as folder:
        run_service(folder, _HOST, port, on_ready=show)
    if failures:
        raise failures[0]
    click.echo("Stopped." if data is not None else "Stopped; the demo's folder is removed.")


async def _feed(running: Running, cues: list[Cue], screen: _Screen) -> None:
    if running.first_login is None:
        raise InputError(
            "this folder already belongs to someone: no token to play with",
            next_step="leave --data out, or use `rempart replay` with a token of yours",
        )
    headers = {"authorization": f"Bearer {running.first_login.token}"}
    async with httpx.AsyncClient(
        base_url=running.address, headers=headers, timeout=30, trust_env=False
    ) as client:
        history = [cue for cue in cues if cue.second <= 0]
        with screen.live():
            await play(history, client, lambda _played: None)
            await play(cues[len(history) :], client, screen.show)
        screen.done()


class _Screen:
    """What the terminal says."""

    def __init__(self, running: Running, truth: Truth, *, stays: bool) -> None:
        self._running = running
        self._truth = truth
        self._stays = stays
        self._console = Console()
        self._live: Live | None = None
        self._began = asyncio.get_running_loop().time()

    def welcome(self) -> None:
        text = Text()
        text.append("Open      ", style="dim")
        text.append(f"{self._running.address}/login\n", style="bold cyan underline")
        first = self._running.first_login
        if first is not None:
            text.append("Login     ", style="dim")
            text.append(first.one_time, style="bold")
            text.append("\n          good for one use, within 30 minutes\n", style="dim")
        text.append("\nNow  ", style="dim")
        text.append("Léa plays a game; her chat is busy and friendly.\n")
        text.append(f"+{SECONDS_BEFORE_RAID:.0f} s ", style="dim")
        bots = len(self._truth.attack.accounts)
        text.append(f"{bots} bots arrive and write variations of the same insults.\n")
        text.append("Look ", style="dim")
        text.append(
            "in the console: the curve, the raid named, the shield up, one case with its members"
            " and reasons, every measure with its undo, the log growing."
        )
        title = "Rempart demo"
        self._console.print(Panel(text, title=title, border_style="cyan", padding=(1, 2)))

    @contextmanager
    def live(self) -> Iterator[None]:
        """A status line while the incident plays, on a terminal only."""
        if not self._console.is_terminal:
            yield
            return
        with Live(self._line("history"), console=self._console, refresh_per_second=4) as live:
            self._live = live
            yield
            self._live = None

    def show(self, played: Played) -> None:
        if self._live is not None:
            share = f"{played.sent:,} of {played.total:,} messages, {played.held:,} held"
            self._live.update(self._line(share))

    def done(self) -> None:
        self._console.print("The incident has been played.", style="dim")
        if self._stays:
            self._console.print("The console stays open; Ctrl-C stops everything.")

    def _line(self, what: str) -> Text:
        seconds = asyncio.get_running_loop().time() - self._began
        attack = SECONDS_BEFORE_RAID - seconds
        if attack > 0:
            state = f"the raid begins in {attack:.0f} s"
        else:
            state = f"the raid began {-attack:.0f} s ago"
        return Text(f"  live: {what}; {state}", style="dim")


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="rempart-demo-") as folder:
        yield Path(folder)


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HOST, port))
        except OSError:
            return False
    return True


def _open_browser(address: str) -> None:
    """Only on a desktop: in a plain terminal a text browser would take the screen away."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(f"{address}/login")
