"""`rempart train`: from labelled text to the weights of the classifier and their model card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.progress import steps
from rempart.errors import InputError

if TYPE_CHECKING:
    from rempart.train.build import Material, Progress
    from rempart.train.trainer import Plan


@click.command(epilog="Example: rempart train --data DIR -o weights.bin --card model-card.md")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with train.ndjson.gz, test.ndjson.gz and ubuntu_irc.ndjson.gz.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--card", type=click.Path(path_type=Path, dir_okay=False), help="Write the model card too."
)
@click.option("--seed", default=0, show_default=True)
@click.option("--passes", default=None, type=click.IntRange(1, 50), help="Over the rows.")
@click.option(
    "--leave-out", multiple=True, metavar="FAMILY", help="Do not learn this generated family."
)
@click.option(
    "--families",
    "by_family",
    is_flag=True,
    help="Train again without each generated family and print what that costs; no weights.",
)
@click.option(
    "--sample", type=click.IntRange(1), help="At most so many rows of each set: for a quick trial."
)
def train(
    data: Path,
    out: Path | None,
    card: Path | None,
    seed: int,
    passes: int | None,
    leave_out: tuple[str, ...],
    by_family: bool,
    sample: int | None,
) -> None:
    """Train the text classifier. The same data and seed give the same file."""
    if (out is None) != by_family:
        raise click.UsageError("either -o FILE for the weights, or --families")
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
        if out is None:
            _by_family(found, data, plan_of(seed, passes), progress)
            return
        built = build(found, plan_of(seed, passes), progress)
        size = write(out, built.weights)
        if card is not None:
            from rempart.train.card import card_of

            card.write_text(card_of(built, data, seed, progress), "utf-8")
    click.echo(f"{out}: weights {built.weights.version}, {size} bytes")


def _by_family(found: Material, data: Path, plan: Plan, progress: Progress) -> None:
    from rempart.train.build import TEST_FILE
    from rempart.train.corpus import find, read_rows
    from rempart.train.families import left_out
    from rempart.train.generate import families

    names = sorted({family.name for family in families()})
    click.echo("macro-F1 at the best threshold; difference to all families in points")
    click.echo(f"{'left out':24}{'hate en':>16}{'hate fr':>16}{'sets hate':>16}{'sets abuse':>16}")
    whole: tuple[float, ...] = ()
    for one in left_out(found, read_rows(find(data, TEST_FILE)), plan, names, progress):
        values = (one.hate_en, one.hate_fr, one.sets_hate, one.sets_abuse)
        whole = whole or values
        cells = "".join(
            f"{value:8.3f} {100 * (value - all_):+6.1f} "
            for value, all_ in zip(values, whole, strict=True)
        )
        click.echo(f"{one.family or '(none)':24}{cells}")
