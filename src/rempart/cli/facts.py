"""`rempart facts`: what targets protect; only they can see it, this makes them an invitation."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from rempart.errors import InputError

MAX_TARGET = 600


@click.group(epilog="Example: rempart facts invite lea --data ./data")
def facts() -> None:
    """Protected facts: old names, addresses and numbers that targets register of themselves."""


@facts.command(epilog="Example: rempart facts invite twitch/lea --url https://rempart.example")
@click.argument("target")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service; it may be running.",
)
@click.option(
    "--url",
    help="Where the target reaches the service; by default `public_url` of the settings, or this"
    " machine.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def invite(target: str, data: Path, url: str | None, *, as_json: bool) -> None:
    """A one-time link for TARGET, whose identity you have verified; it is shown this once.

    TARGET is a name, for every platform on which it is theirs, or platform/name.
    """
    from rempart.cli.attested import reached_at
    from rempart.engine.embedded import STORE_FILE
    from rempart.engine.protected_facts import INVITATION_MS, FactKeeper
    from rempart.web.settings import load_settings

    if not target.strip() or len(target) > MAX_TARGET or not target.isprintable():
        raise InputError("the target is a name, or platform/name", where=repr(target))
    if not (data / STORE_FILE).exists():
        raise InputError(
            "there is no service in this folder",
            where=str(data),
            next_step="name it with --data; the first rempart serve makes it",
        )
    url = url or reached_at(data, load_settings(data))
    code = FactKeeper(data).invite(target, "cli", time.time_ns() // 1_000_000)
    link = f"{url.rstrip('/')}/mine#{code}"
    if as_json:
        hours = INVITATION_MS // 3_600_000
        click.echo(json.dumps({"target": target, "link": link, "hours": hours}))
        return
    click.echo(link)
    click.echo(
        "Give it to the target alone, by a way you trust. It works once, within 24 hours.",
        err=True,
    )
