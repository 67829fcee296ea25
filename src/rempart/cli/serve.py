"""`rempart serve`: the service, until it is told to stop. Needs no terminal."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rempart.web.logs import log_to_stderr
from rempart.web.service import Running, run_service
from rempart.web.settings import DEFAULT_HOST, DEFAULT_PORT

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(epilog="Example: rempart serve --data ./data --port 8731")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the store, the keys and the settings; made if needed.",
)
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes a free one and says which.",
)
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one line of JSON.")
def serve(data: Path, host: str, port: int, *, as_json: bool) -> None:
    """The service: API, console, public pages.

    Until somebody has chosen a password, every start writes a one-time login and the first ingest
    token into <data>/first-login.txt, which only its owner can read.
    """
    log_to_stderr()

    def ready(running: Running) -> None:
        first = running.first_login
        if as_json:
            told = {"address": running.address, "first_login": str(first.path) if first else None}
            click.echo(json.dumps(told))
            return
        click.echo(f"Rempart listens on {running.address}")
        if first is not None:
            click.echo(f"One-time login and first ingest token: {first.path}")
        if host not in LOOPBACK:
            click.echo("It can be reached from other machines: put a proxy with TLS in front.")

    run_service(data, host, port, on_ready=ready)
