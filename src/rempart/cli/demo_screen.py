"""What the terminal of `rempart demo` says: where to log in, what will happen, what is happening.

On a terminal one line is kept up to date; elsewhere nothing is drawn over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from rempart.cli.player import Played
from rempart.model import RaidStage
from rempart.scenario import Attack
from rempart.web.service import Running

_REFRESH_SECONDS = 0.25


class Screen:
    """Follows the play and what the service makes of it. `attack_in`: seconds from the moment the
    live part begins."""

    def __init__(self, running: Running, attack: Attack, attack_in: float, lasts: float) -> None:
        self._running = running
        self._attack = attack
        self._attack_in = attack_in
        self._lasts = lasts
        self._console = Console()
        self._live_since: float | None = None
        self._seen_after: float | None = None
        self._named = 0
        self._played = Played(0, 0, 0, 0)
        self._before = Played(0, 0, 0, 0)

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
        text.append(f"+{self._attack_in:.0f} s ", style="dim")
        bots = len(self._attack.accounts)
        text.append(f"{bots} bots arrive and write variations of the same insults.\n")
        text.append("Look ", style="dim")
        text.append(
            "in the console: the curve, the raid named, the shield up, one case with its members"
            " and reasons, every measure with its undo, the log growing."
        )
        title = "Rempart demo"
        self._console.print(Panel(text, title=title, border_style="cyan", padding=(1, 2)))

    @contextmanager
    def following(self) -> Iterator[None]:
        """Listens to the service, and on a terminal keeps the status line up to date."""
        tasks = [asyncio.create_task(self._listen())]
        if not self._console.is_terminal:
            try:
                yield
            finally:
                _cancel(tasks)
            return
        with Live(self._line(), console=self._console, auto_refresh=False) as live:
            tasks.append(asyncio.create_task(self._redraw(live)))
            try:
                yield
            finally:
                _cancel(tasks)
                live.update(self._line(), refresh=True)

    def live_begins(self) -> None:
        """The chat of the past has been sent; from now on in real time."""
        self._live_since = monotonic()
        self._before = self._played

    def next_part(self) -> None:
        """Counts go on where the last part of the play ended."""
        self._before = self._played

    def show(self, played: Played) -> None:
        before = self._before
        self._played = Played(
            before.sent + played.sent,
            before.held + played.held,
            before.refused + played.refused,
            before.total + played.total,
        )

    def incident_is_over(self, *, stays: bool) -> None:
        """Said once, above the line."""
        if self._seen_after is not None:
            self._console.print(
                f"The raid was recognised {self._seen_after:.1f} s after its first message:"
                f" {self._named} of {len(self._attack.accounts)} bots named,"
                f" {self._played.held:,} messages held.",
            )
        self._console.print("The incident has been played.", style="dim")
        if stays:
            self._console.print("The chat goes on and the console lives; Ctrl-C stops everything.")

    async def _listen(self) -> None:
        """What the service tells of raids."""
        events = self._running.engine.hub.subscribe()
        async for event in events:
            if event.kind != "raid" or event.data.get("stage") != RaidStage.ATTACK.value:
                continue
            self._named = max(self._named, int(event.data.get("members", 0)))
            if self._seen_after is None and self._live_since is not None:
                self._seen_after = max(0.0, monotonic() - self._live_since - self._attack_in)

    async def _redraw(self, live: Live) -> None:
        while True:
            live.update(self._line(), refresh=True)
            await asyncio.sleep(_REFRESH_SECONDS)

    def _line(self) -> Text:
        line = Text("  ")
        played = self._played
        if self._live_since is None:
            line.append("earlier  ", style="dim")
            line.append(f"{played.sent:,} messages of the last twenty minutes", style="dim")
            return line
        since = monotonic() - self._live_since - self._attack_in
        if since < 0:
            line.append("calm     ", style="green")
            line.append(f"the bots come in {-since:.0f} s", style="bold")
        elif since < self._lasts:
            line.append("RAID     ", style="bold red")
            line.append(f"for {since:.0f} s; {self._recognised()}", style="bold")
        else:
            line.append("after    ", style="green")
            line.append(self._recognised())
        line.append(f"   {played.sent:,} sent, {played.held:,} held", style="dim")
        return line

    def _recognised(self) -> str:
        if self._seen_after is None:
            return "not seen yet"
        return (
            f"seen in {self._seen_after:.1f} s, {self._named} of {len(self._attack.accounts)} named"
        )


def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
