"""`rempart demo`: the service on a fresh store, with the incident `hate-raid` playing live.

The twenty minutes of chat before the raid are sent at once, so that the first screen is not empty
and the regulars are known; then it goes on in real time and the bots come after twenty seconds.
When the raid is over the harmless part of the chat is played again and again, as new messages of
the same people, so that the console goes on living.
"""

from __future__ import annotations

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

from rempart.cli.demo_screen import Screen
from rempart.cli.playback import Cue, Pace, at, moved_to_now
from rempart.cli.player import play
from rempart.errors import InputError, RempartError
from rempart.model import Item
from rempart.scenario import generate, load
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
    attack = generated.truth.attack
    before = (attack.begin - settings.begin).total_seconds()
    lasts = (attack.end - attack.begin).total_seconds()
    pace = Pace(speed, live_from=before - SECONDS_BEFORE_RAID)
    calm = [item for item in generated.items if at(item) < attack.begin]
    if port is None:
        port = DEFAULT_PORT if _is_free(DEFAULT_PORT) else 0

    failures: list[RempartError] = []

    async def show(running: Running) -> None:
        cues = moved_to_now(generated.items, pace, datetime.now(UTC))
        scale = 1 / speed if speed else 0.0
        screen = Screen(running, attack, SECONDS_BEFORE_RAID * scale, lasts * scale)
        screen.welcome()
        if not no_browser:
            _open_browser(running.address)
        try:
            with screen.following():
                async with _client(running) as client:
                    await _play_incident(cues, client, screen)
                    screen.incident_is_over(stays=not once)
                    if speed and not once:
                        await _go_on(calm, speed, client, screen)
        except RempartError as error:
            failures.append(error)
        if once or failures:
            running.stop()

    with _folder(data) as folder:
        run_service(folder, _HOST, port, on_ready=show)
    if failures:
        raise failures[0]
    click.echo("Stopped." if data is not None else "Stopped; the demo's folder is removed.")


def _client(running: Running) -> httpx.AsyncClient:
    if running.first_login is None:
        raise InputError(
            "this folder already belongs to someone: no token to play with",
            next_step="leave --data out, or use `rempart replay` with a token of yours",
        )
    headers = {"authorization": f"Bearer {running.first_login.token}"}
    return httpx.AsyncClient(base_url=running.address, headers=headers, timeout=30, trust_env=False)


async def _play_incident(cues: list[Cue], client: httpx.AsyncClient, screen: Screen) -> None:
    history = [cue for cue in cues if cue.second <= 0]
    await play(history, client, screen.show)
    screen.live_begins()
    await play(cues[len(history) :], client, screen.show)


async def _go_on(calm: list[Item], speed: float, client: httpx.AsyncClient, screen: Screen) -> None:
    """The harmless chat, again and again, until the demo is stopped."""
    while True:
        screen.next_part()
        await play(moved_to_now(calm, Pace(speed), datetime.now(UTC)), client, screen.show)


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
