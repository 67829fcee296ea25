"""`rempart train`: from labelled text to the weights of the classifier and their model card."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.progress import steps
from rempart.errors import InputError


@click.command(epilog="Example: rempart train --data DIR -o weights.bin --card model-card.md")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with train.ndjson.gz, test.ndjson.gz and ubuntu_irc.ndjson.gz.",
)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--card", type=click.Path(path_type=Path, dir_okay=False), help="Write the model card too."
)
@click.option("--seed", default=0, show_default=True)
@click.option("--passes", default=None, type=click.IntRange(1, 50), help="Over the rows.")
@click.option(
    "--leave-out", multiple=True, metavar="FAMILY", help="Do not learn this generated family."
)
@click.option(
    "--sample", type=click.IntRange(1), help="At most so many rows of each set: for a quick trial."
)
def train(
    data: Path,
    out: Path,
    card: Path | None,
    seed: int,
    passes: int | None,
    leave_out: tuple[str, ...],
    sample: int | None,
) -> None:
    """Train the text classifier. The same data and seed give the same file."""
    from rempart.train.build import build, material, plan_of, write
    from rempart.train.generate import families

    unknown = sorted(set(leave_out) - {family.name for family in families()})
    if unknown:
        raise InputError(f"there is no family {unknown[0]!r}", where="--leave-out")
    for path in (out, card):
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError("no such folder", where=str(path.absolute().parent))
    with steps() as progress:
        found = material(data, seed, leave_out=frozenset(leave_out), sample=sample)
        built = build(found, plan_of(seed, passes), progress)
        size = write(out, built.weights)
        if card is not None:
            from rempart.train.card import card_of

            card.write_text(card_of(built, data, seed, progress), "utf-8")
    click.echo(f"{out}: weights {built.weights.version}, {size} bytes")
