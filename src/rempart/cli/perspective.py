"""`rempart perspective`: keys for clients of the Perspective-compatible endpoint."""

from __future__ import annotations

import click

from rempart.errors import InputError


@click.group(epilog="Example: rempart perspective key coral")
def perspective() -> None:
    """The endpoint that clients of the Perspective API can be pointed at."""


@perspective.command(epilog="Example: rempart perspective key coral")
@click.argument("name")
def key(name: str) -> None:
    """Make a key for one client. It is shown this once; the settings keep only its hash."""
    from rempart.web.auth.secret import digest_of, new_token
    from rempart.web.perspective.settings import KEY_HASH

    if not name.isidentifier() or not name.isascii():
        raise InputError(
            "the name of a key is letters, digits and _",
            where=name,
            next_step="rempart perspective key coral",
        )
    secret = new_token()
    click.echo(f"key: {secret}")
    click.echo("\nPut this into settings.toml and start the service again:\n")
    click.echo("[perspective]\nenabled = true\n\n[perspective.keys]")
    click.echo(f'{name} = "{KEY_HASH}{digest_of(secret).hex()}"')
