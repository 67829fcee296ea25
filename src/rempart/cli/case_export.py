"""`rempart case export`: the dossier of a case as a zip or as a signed PDF.

For who runs the machine: nobody else agrees here, and the document says so in its custody. With the
folder free, the export is an entry of the log before it is made, and its hash another one after;
beside a running service it has the service seal the log first, and leaves a note with the hash,
which the service makes an entry of (`cli.giving`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import click

from rempart.cases.evidence.custody import note_access
from rempart.cases.evidence.promoted import promote
from rempart.cli.case_store import check_there, find, print_json, reading
from rempart.cli.giving import (
    alone,
    check,
    given,
    now_ms,
    sealed_by_service,
    signed_step,
    unrecorded_option,
    who,
)
from rempart.cli.private_file import write_private
from rempart.disclose.dossier import Contents, Copy, edition, presets, volumes_of
from rempart.disclose.dossier.delivery import Delivered, Form, age_keys, check_passphrase, deliver
from rempart.disclose.dossier.presets import DEFAULT, Edition
from rempart.disclose.dossier.web import FOLDER as CAPTURES
from rempart.disclose.given_out import CASE, Given
from rempart.engine.embedded.notary import Notary
from rempart.errors import InputError
from rempart.log.keys import read_signer
from rempart.store.sealed_files import SealedFiles
from rempart.web.documents import setting_of
from rempart.web.settings import load_settings

CAPACITIES = ("target", "lawyer", "police", "judge", "other-party", "public")


class Asked(NamedTuple):
    """What the command line asked for."""

    case_id: str | None
    latest: bool
    by: str
    reason: str
    language: str
    edition: Edition
    recipient: str
    capacity: str
    mandate: str
    with_private: bool
    form: Form
    age: tuple[str, ...]
    passphrase: str


@click.command("export", epilog="Example: rempart case export --latest --data data -o dossier.pdf")
@click.argument("case_id", metavar="[CASE]", required=False)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service.",
)
@click.option("--latest", is_flag=True, help="The case opened last.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File of the dossier: F.zip, or F.pdf for a signed document with the zip inside.",
)
@click.option("--by", default="operator", show_default=True, help="Pseudonym of who exports.")
@click.option("--reason", default="", help="Why, for the access log.")
@click.option("--recipient", default="", help="To whom it is given; stands on every page.")
@click.option("--capacity", type=click.Choice(CAPACITIES), help="In what capacity they ask.")
@click.option("--mandate", default="", help="Reference of the mandate, complaint or request.")
@click.option(
    "--language",
    "--lang",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Language of the PDF; in a zip, which of the two comes first in its README.",
)
@click.option(
    "--for",
    "preset",
    type=click.Choice(list(presets())),
    default=DEFAULT,
    show_default=True,
    help="For whom the dossier is: what it hides.",
)
@click.option(
    "--hide-word",
    "hide_words",
    multiple=True,
    help="A word to blacken wherever it stands; may be given many times.",
)
@click.option(
    "--age",
    multiple=True,
    metavar="RECIPIENT",
    help="Encrypt to this age key (age1…); may be given many times.",
)
@click.option(
    "--age-passphrase",
    "ask_passphrase",
    is_flag=True,
    help="Encrypt under a passphrase, for who has no age key; it is asked for, or read from "
    "standard input.",
)
@click.option(
    "--with-private", is_flag=True, help="With private messages, when their recipient wants it."
)
@unrecorded_option
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
def export_case(
    case_id: str | None,
    data: Path,
    latest: bool,
    output: Path,
    by: str,
    reason: str,
    recipient: str,
    capacity: str | None,
    mandate: str,
    language: str,
    preset: str,
    hide_words: tuple[str, ...],
    age: tuple[str, ...],
    ask_passphrase: bool,
    with_private: bool,
    unrecorded: bool,
    as_json: bool,
) -> None:
    """Write the dossier of a case, which a stranger can verify without Rempart.

    A case of more than 2,000 messages becomes several PDFs, each whole in itself: F.pdf, F-2.pdf …

    That it was exported becomes an entry of the log. While a service is running on the folder this
    reads beside it and leaves a note, which the service takes up and writes.
    """
    form = Form.PDF if ".pdf" in output.suffixes[-2:] else Form.ZIP
    asked = Asked(
        case_id, latest, by, reason, language, edition(preset, hide_words), recipient,
        capacity or "", mandate, with_private, form, age,
        _passphrase(age) if ask_passphrase else "",
    )  # fmt: skip
    check_there(data)
    check(data, unrecorded=unrecorded)
    age_keys(age)
    with _folder(output) as folder:
        noted = None if unrecorded else _noted(data, asked)
        if noted is None and not unrecorded and not sealed_by_service(data):
            click.echo("rempart: who works here did not seal the log for this export", err=True)
        contents, made = _made(data, asked, noted, folder)
        if noted is None:
            about = contents[0].about
            recorded = given(data, _given(asked, about, made), unrecorded=unrecorded)
            click.echo(f"rempart: {recorded.told}", err=True)
        names = [_named(output, one.volume) for one in made]
        for one, name in zip(made, names, strict=True):
            _appear(folder / str(one.volume), name)
    if noted is not None:
        _note_hashes(data, asked, noted, made)
    _tell(contents, made, names, as_json=as_json)


def _given(asked: Asked, about: Mapping[str, Any], made: Sequence[Delivered]) -> Given:
    """The note of an export beside a service."""
    told: dict[str, str | int | bool | list[str]] = {
        "by": asked.by,
        "reason": asked.reason,
        "edition": asked.edition.preset.name,
        "recipient": asked.recipient,
        "capacity": asked.capacity,
        "mandate": asked.mandate,
        "form": asked.form.value,
    }
    told = {key: value for key, value in told.items() if value}
    files = {one.name: one.sha256 for one in made}
    return Given(CASE, who(), now_ms(), about["log_size"], told, files, about["case"])


def _passphrase(age: Sequence[str]) -> str:
    """From a person, or the first line of standard input; it stands in no argument, which others
    on the machine could read."""
    if age:
        raise InputError("a passphrase or keys, not both", where="--age-passphrase")
    if sys.stdin.isatty():
        found: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    else:
        found = sys.stdin.readline().rstrip("\n")
    check_passphrase(found)
    return found


def _made(
    data: Path, asked: Asked, noted: str | None, folder: Path
) -> tuple[list[Contents], list[Delivered]]:
    """The files, written into the folder under the number of their volume."""
    signer, now = read_signer(data), datetime.now(UTC)
    with reading(data) as tables:
        found = noted or find(tables, asked.case_id, latest=asked.latest).id
        number = f"E-{now:%Y%m%d}-{sha256(f'{found}{now.isoformat()}'.encode()).hexdigest()[:6]}"
        contents = volumes_of(
            tables,
            found,
            signer,
            now,
            edition=asked.edition,
            language=asked.language,
            by=asked.by,
            with_private=asked.with_private,
            pages=SealedFiles(data / CAPTURES),
            copy=Copy(number, asked.recipient, asked.capacity, asked.mandate),
            most_messages=asked.form.most_messages,
        )
    setting = None
    if asked.form is Form.PDF:
        setting = setting_of(data, load_settings(data), signer.name, asked.language, now)
    made = []
    for one in deliver(contents, asked.form, setting, asked.age, asked.passphrase):
        write_private(folder / str(one.volume), one.data)
        made.append(one._replace(data=b""))
    return contents, made


def _noted(data: Path, asked: Asked) -> str | None:
    """Writes the access entry and the evidence that is missing, and signs a checkpoint over them;
    None while a service runs here."""
    with alone(data) as store:
        if store is None:
            return None
        with signed_step(store, Notary(data, read_signer(data))) as tables:
            found = find(tables, asked.case_id, latest=asked.latest).id
            note_access(
                tables,
                found,
                "export",
                asked.by,
                now_ms(),
                reason=asked.reason or None,
                edition=asked.edition.preset.name,
                recipient=asked.recipient or None,
                capacity=asked.capacity or None,
                mandate=asked.mandate or None,
                form=asked.form.value,
                os_user=who(),
            )
            promote(tables, found)
        return found


def _note_hashes(data: Path, asked: Asked, case: str, made: Sequence[Delivered]) -> None:
    """The file's own hash cannot stand in it: an entry after it says which file it was."""
    with alone(data) as store:
        if store is None:
            return
        with signed_step(store, Notary(data, read_signer(data))) as tables:
            note_access(
                tables,
                case,
                "exported",
                asked.by,
                now_ms(),
                files=[one.sha256 for one in made],
                os_user=who(),
            )


def _named(output: Path, volume: int) -> Path:
    """F.pdf, F-2.pdf …"""
    if volume == 1:
        return output
    stem, dot, rest = output.name.partition(".")
    return output.with_name(f"{stem}-{volume}{dot}{rest}")


@contextmanager
def _folder(output: Path) -> Iterator[Path]:
    """A folder beside the output: each file gets its name when it is complete."""
    try:
        with tempfile.TemporaryDirectory(dir=output.parent or Path(), prefix=".dossier-") as name:
            yield Path(name)
    except OSError as error:
        raise InputError(f"cannot write there: {error.strerror}", where=str(output)) from error


def _appear(fresh: Path, name: Path) -> None:
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(name)


def _tell(
    contents: Sequence[Contents], made: Sequence[Delivered], names: Sequence[Path], *, as_json: bool
) -> None:
    first, about = contents[0], contents[0].about
    records = sum(one.about["records"] for one in contents)
    messages = sum(one.about["messages"] for one in contents)
    sizes = [name.stat().st_size for name in names]
    if as_json:
        print_json(
            {
                "case": about["case"],
                "preset": first.preset.name,
                "records": records,
                "messages": messages,
                "private": about["private_left_out"],
                "elsewhere": about["addressed_to_others"],
                "left_out": about["left_out"],
                "hidden_words": about["hidden_words"],
                "first": about["first"],
                "last": contents[-1].about["last"],
                "hidden": sum(one.about["hidden"] for one in contents),
                "log_size": about["log_size"],
                "bytes": sizes[0],
                "sha256": made[0].sha256,
                "signer": first.signer.public.fingerprint,
                "number": about["number"],
                "file": str(names[0]),
                "files": [
                    {"file": str(name), "sha256": one.sha256, "bytes": size}
                    for name, one, size in zip(names, made, sizes, strict=True)
                ],
            }
        )
        return
    click.echo(
        f"{names[0]}: {records} entries ({messages} messages) of {about['case']}, "
        f"{sizes[0]} bytes, SHA-256 {made[0].sha256}"
    )
    for name, one, size in list(zip(names, made, sizes, strict=True))[1:]:
        click.echo(f"{name}: volume {one.volume}, {size} bytes, SHA-256 {one.sha256}")
    if about["hidden_words"] or about["left_out"]:
        click.echo(
            f"edition for {first.preset.name}: {about['hidden_words']} words blackened, "
            f"{about['left_out']} entries of the case not shown (redaction.json says which)"
        )
    if about["private_left_out"]:
        click.echo(f"{about['private_left_out']} private messages were left out (--with-private)")
    click.echo(_how(made[0].name))


def _how(name: str) -> str:
    if name.endswith(".age"):
        return "only the key it was encrypted to opens it:  age --decrypt -i KEY FILE"
    if name.endswith(".pdf"):
        return "the zip is inside: pdfdetach -saveall FILE; pdfsig FILE checks the seal"
    return "verify it anywhere: unzip it there and run  python3 -I -S verify.py ."
