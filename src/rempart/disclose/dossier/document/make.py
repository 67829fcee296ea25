"""One signed document of a case: from its zips to PDF/A with the evidence attached.

Rules kept here: the document is a reading of the zip that it carries, so that nothing redacted
there can stand here; the same zips, words and seal give the same bytes before the signature; every
volume is a document of its own, the first one holds all sections, the others their messages; the
key of the log signs each whole, and none leaves that does not verify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.contents import Contents
from rempart.disclose.dossier.document import answers, captured, proof, story
from rempart.disclose.dossier.document.authors import authors
from rempart.disclose.dossier.document.blocks import Block
from rempart.disclose.dossier.document.content import read
from rempart.disclose.dossier.document.front import Part, cover, who_asks
from rempart.disclose.dossier.document.glyphs import line
from rempart.disclose.dossier.document.log_signature import sign_whole
from rempart.disclose.dossier.document.seal import Authority, Seal, SealName, sign
from rempart.disclose.dossier.document.typeset import typeset
from rempart.disclose.dossier.document.words import Words
from rempart.disclose.dossier.verify import Dossier, Refused, zip_in_pdf
from rempart.errors import LogError, OutboundError

ATTACHMENT: Final = "dossier.zip"

_BEFORE: Final[Sequence[Callable[[Part], list[Block]]]] = (
    who_asks,
    story.in_order,
    captured.captures,
    story.together,
    story.each_account,
    answers.elements,
    answers.held,
    answers.done,
    answers.documents,
    proof.custody,
)


class Setting(NamedTuple):
    """How a document is made. `timezone`: of the local times; `authority`: who dates the seal."""

    language: str
    timezone: str
    seal: Seal
    authority: Authority | None = None


class Made(NamedTuple):
    """One signed document. `attached`: SHA-256 of the zip in it."""

    volume: int
    volumes: int
    document: bytes
    attached: str
    about: Mapping[str, Any]


def make(volumes: Sequence[Contents], setting: Setting) -> Iterator[Made]:
    """The signed documents of these volumes, in their order; each zip is packed when its turn
    comes, so that one is in memory at a time."""
    digests = [sha256(pack(one.files)).hexdigest() for one in volumes]
    content = read(volumes, digests)
    part = Part(Words(setting.language, setting.timezone), content, authors(content.items), 1)
    for number, contents in enumerate(volumes, 1):
        sealed = _sealed(part._replace(volume=number), pack(contents.files), setting)
        signed = sign_whole(sealed, str(contents.about["case"]), contents.signer)
        _check_before_it_leaves(signed, contents)
        yield Made(number, len(volumes), signed, digests[number - 1], contents.about)


def _check_before_it_leaves(document: bytes, contents: Contents) -> None:
    """Its pages; the zip in it was checked when it was made."""
    dossier = Dossier(contents.files, None, document)
    try:
        zip_in_pdf(document)  # no other is in it
        dossier.check_files()
        dossier.check_signatures()
        dossier.check_pages()
    except Refused as error:
        raise LogError(
            f"the document does not verify: {error}", where=contents.about["case"]
        ) from error


def _sealed(part: Part, attached: bytes, setting: Setting) -> bytes:
    """Dated by the authority; when nobody answers, without a date and saying so."""
    at = datetime.fromisoformat(part.about["made_at"])
    reason = part.words("seal_reason")
    if setting.authority is not None:
        named = setting.seal.named(setting.authority)
        try:
            return sign(
                typeset(document(part, named), attached, at),
                setting.seal,
                setting.authority,
                reason,
                for_log=True,
            )
        except OutboundError:
            pass
    made = typeset(document(part, setting.seal.named(None)), attached, at)
    return sign(made, setting.seal, None, reason, for_log=True)


def document(part: Part, seal: SealName) -> dict[str, Any]:
    """What the templates are given."""
    w, about = part.words, part.about
    recipient = line(about.get("made_for") or about.get("made_by") or w("nobody"), 60)
    number = line(about.get("number") or about["case"], 40)
    front = cover(part)
    return {
        "language": part.words.language,
        "title": f"{front['over']}: {front['subtitle']}",
        "author": line(about["log"], 80),
        "description": front["under"],
        "watermark": w("watermark", recipient=recipient, number=number),
        "footer": f"{w('footer', case=line(about['case'], 60))}  ·  {number}  ·  {recipient}",
        "page": w.texts["page"],
        "cover": front,
        "contents": w("contents") if part.volume == 1 else "",
        "blocks": _blocks(part, seal),
        "attachment": ATTACHMENT,
        "attachment-description": w("attachment"),
    }


def _blocks(part: Part, seal: SealName) -> list[Block]:
    blocks: list[Block] = []
    if part.volume == 1:
        for section in _BEFORE:
            blocks += section(part)
    blocks += proof.integrity(part, seal)
    if part.volume == 1:
        blocks += proof.limits(part) + proof.standards(part)
    return blocks + story.every_message(part)
