"""`rempart photo`: what a photo gives away, and a copy without it. Nothing leaves the machine."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rempart.errors import InputError
from rempart.media.clean import clean
from rempart.media.exif import coordinates
from rempart.media.finding import MAX_BYTES, Look
from rempart.media.look import look_at

_TOLD = {
    "place": "where it was taken",
    "person": "a name",
    "serial": "a serial number",
    "device": "the device",
    "time": "when it was taken or changed",
    "text": "a text",
    "preview": "a hidden preview",
    "motion": "a video",
    "trailing": "data behind the end",
    "maker": "notes of the camera's maker",
    "history": "traces of editing",
    "provenance": "a signed record of origin",
    "software": "the software",
    "profile": "a colour profile that names a screen",
    "unknown": "other technical data",
}


@click.command(epilog="Example: rempart photo holiday.jpg -o clean.jpg")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a copy without it here; the original stays as it is.",
)
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON.")
@click.pass_context
def photo(ctx: click.Context, file: Path, out: Path | None, as_json: bool) -> None:
    """What a photo (JPEG, PNG, WebP, HEIC) gives away besides the picture: place, time, device,
    names, hidden previews. Exit code 1 when something was found and no clean copy was asked for."""
    data = _read(file)
    look = look_at(data)
    if as_json:
        click.echo(json.dumps(_document(look), ensure_ascii=False, indent=1))
    else:
        _tell(file, look)
    if out is None:
        if look.findings and not as_json:
            click.echo(f"A copy without it: add -o clean{file.suffix.lower()}", err=True)
        ctx.exit(1 if look.findings else 0)
    _write(file, out, clean(data).data)
    if not as_json:
        click.echo(f"{out}: a copy with nothing but the picture")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file)) from None


def _write(file: Path, out: Path, data: bytes) -> None:
    if out.exists() and out.samefile(file):
        raise InputError(
            "this would write over the original",
            where=str(out),
            next_step="name another file: the original may serve as evidence",
        )
    try:
        out.write_bytes(data)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(out)) from None


def _document(look: Look) -> dict[str, object]:
    place = look.place
    return {
        "format": look.format.value,
        "width": look.width,
        "height": look.height,
        "orientation": look.orientation,
        "unfinished": look.unfinished,
        "place": place._asdict() if place else None,
        "findings": [found._asdict() for found in look.findings],
    }


def _tell(file: Path, look: Look) -> None:
    sides = f"{look.format.value.upper()}, {look.width} × {look.height}"
    if not look.findings:
        click.echo(f"{file}: {sides}; nothing but the picture was found")
        return
    click.echo(f"{file}: {sides}; it gives away")
    if look.place is not None:
        click.secho(f"  the place: {coordinates(look.place)}", fg="red")
    for found in look.findings:
        value = f": {found.value}" if found.value else ""
        click.echo(f"  {_TOLD[found.kind.value]} ({found.where}){value}")
