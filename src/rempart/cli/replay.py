"""`rempart replay`: a scenario or a file of messages, played into a running service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from rempart.cli.playback import Cue, Pace, as_recorded, at, moved_to_now
from rempart.cli.refusals import MAX_REFUSALS_SHOWN, refusal_line
from rempart.errors import InputError
from rempart.ingest import Parsed, open_input, read_ndjson
from rempart.scenario import Generated, built_in, generate, load
from rempart.scenario.catalogue import is_scenario

_DEFAULT_ADDRESS = "http://127.0.0.1:8731"
_encoder = msgspec.json.Encoder()


@click.command(
    epilog="Example: rempart replay hate-raid --to http://127.0.0.1:8731 --token … --speed 4"
)
@click.argument("scenario")
@click.option("--seed", type=int, help="Another run of the same scenario.")
@click.option("--variant", default="", help="A named variant of it, as its README lists them.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="1 is real time, 10 ten times as fast, 0 as fast as possible.",
)
@click.option("--to", "address", default=_DEFAULT_ADDRESS, show_default=True, help="The service.")
@click.option(
    "--token", envvar="REMPART_TOKEN", help="Token with the scope ingest; or set REMPART_TOKEN."
)
@click.option("--keep-times", is_flag=True, help="Do not move times and ids to the present.")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the scenario's messages and its ground truth into this folder instead.",
)
def replay(
    scenario: str,
    seed: int | None,
    variant: str,
    speed: float,
    address: str,
    token: str | None,
    *,
    keep_times: bool,
    write: Path | None,
) -> None:
    """Play SCENARIO into a running service, at real or scaled speed.

    SCENARIO is a built-in name (evening-of-calm, hate-raid, sms-flood), a folder with a
    scenario.toml, or a file of messages (NDJSON).

    What a scenario tells of earlier days is sent at once.
    """
    if write is not None:
        _write(scenario, seed, variant, write)
        return
    cues = _cues(scenario, seed, variant, speed, keep_times=keep_times)
    if not cues:
        raise InputError(
            "there is no message in it",
            where=scenario,
            next_step="NDJSON is expected, one message per line: see docs/messages.md",
        )
    asyncio.run(_play(cues, address, token, scenario))


def _cues(
    scenario: str, seed: int | None, variant: str, speed: float, *, keep_times: bool
) -> list[Cue]:
    pace = Pace(speed)
    if is_scenario(scenario):
        settings = load(scenario, seed, variant)
        items = generate(scenario, settings).items
        raws = [_encoder.encode(item) for item in items]
        if items:
            earlier = (settings.begin - at(items[0])).total_seconds()
            pace = Pace(speed, live_from=max(0.0, earlier))
    else:
        parts = _from_file(scenario)
        items, raws = [part.item for part in parts], [part.raw for part in parts]
    if keep_times:
        return as_recorded(items, raws, pace)
    return moved_to_now(items, pace, datetime.now(UTC))


def _from_file(name: str) -> list[Parsed]:
    parts: list[Parsed] = []
    refused = 0
    try:
        with open_input(name) as stream:
            for chunk in read_ndjson(stream):
                for part in chunk:
                    if isinstance(part, Parsed):
                        parts.append(part)
                        continue
                    refused += 1
                    if refused <= MAX_REFUSALS_SHOWN:
                        click.echo(refusal_line(name, part), err=True)
    except InputError as error:
        raise InputError(
            error.what,
            where=error.where,
            next_step=f"a file of messages, or a scenario: {', '.join(built_in())}",
        ) from None
    if refused > MAX_REFUSALS_SHOWN:
        click.echo(f"… and {refused - MAX_REFUSALS_SHOWN} more refused lines", err=True)
    return parts


async def _play(cues: list[Cue], address: str, token: str | None, title: str) -> None:
    import httpx

    from rempart.cli.player import Played, play

    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=30, trust_env=False
    ) as client:
        with _bar(title, len(cues)) as advance:

            def show(played: Played) -> None:
                advance(played.sent, played.held)

            played = await play(cues, client, show)
    refused = f", {played.refused} refused" if played.refused else ""
    click.echo(f"{played.sent} sent, {played.held} held{refused}")


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when it is a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _sent, _held: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[held]} held"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:
        task = bars.add_task(title, total=total, held=0)
        yield lambda sent, held: bars.update(task, completed=sent, held=held)


def _write(scenario: str, seed: int | None, variant: str, folder: Path) -> None:
    if not is_scenario(scenario):
        raise InputError(
            "only a scenario can be written",
            where=scenario,
            next_step=f"built-in: {', '.join(built_in())}",
        )
    settings = load(scenario, seed, variant)
    generated: Generated = generate(scenario, settings)
    messages = folder / f"{settings.generator}.ndjson"
    truth = folder / "truth.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        messages.write_bytes(_encoder.encode_lines(generated.items))
        truth.write_bytes(msgspec.json.format(_encoder.encode(generated.truth), indent=1) + b"\n")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=str(folder)) from None
    click.echo(f"{messages}: {generated.truth.messages} messages; {truth}")
