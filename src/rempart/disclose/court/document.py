"""The dossier as one signed PDF (PDF/A-3b, PDF/UA), its CSVs attached. Uses the machinery of the
case dossier: typst sets it, the seal of this installation signs it, an authority dates it when one
is set. The document before its signature follows from the dossier alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from rempart.disclose.court.authorities import sent
from rempart.disclose.court.charts import CHARTS, chart_of
from rempart.disclose.court.draw import SECTIONS, Dossier
from rempart.disclose.court.files import csv_name, said
from rempart.disclose.court.table import Table
from rempart.disclose.court.words import Words
from rempart.disclose.dossier.document.blocks import Block, bullets, heading, note, paragraph, table
from rempart.disclose.dossier.document.columns import layout
from rempart.disclose.dossier.document.glyphs import line, readable
from rempart.disclose.dossier.document.make import Setting
from rempart.disclose.dossier.document.seal import SealName, sign
from rempart.disclose.dossier.document.typeset import typeset
from rempart.disclose.history import Definition
from rempart.disclose.yearly.files import packed
from rempart.errors import OutboundError
from rempart.model.moments import at_time

DOCUMENT: Final = "court-dossier.pdf"
ATTACHMENT: Final = "court-dossier.zip"
MOST_ROWS: Final = 40
SAMPLE_ROWS: Final = 12
"""Of a table of more rows than that, whose sums stand in others beside it."""
MOST_OF_WORDS: Final = 200
IN_WORDS: Final = frozenset({"1.2-terms-changes", "1.3-changes", "3.3-criteria", "4.4-each"})
"""Tables whose rows one reads, not adds up."""
_WIDE: Final = frozenset(
    {
        "text",
        "line",
        "declared",
        "what_is_new",
        "law",
        "rights",
        "reason",
        "what",
        "source",
        "scope",
    }
)


def signed(
    dossier: Dossier, files: Mapping[str, bytes], setting: Setting, *, key_sealed: bool
) -> bytes:
    """Dated by the authority; when nobody answers, without a date and saying so. InputError: the
    extra *documents* is missing."""
    words = Words(setting.language)
    if setting.authority is not None:
        try:
            made = unsigned(
                dossier, files, words, setting.seal.named(setting.authority), key_sealed=key_sealed
            )
            return sign(made, setting.seal, setting.authority, words("seal_reason"))
        except OutboundError:
            pass
    made = unsigned(dossier, files, words, setting.seal.named(None), key_sealed=key_sealed)
    return sign(made, setting.seal, None, words("seal_reason"))


def unsigned(
    dossier: Dossier,
    files: Mapping[str, bytes],
    words: Words,
    seal: SealName,
    *,
    key_sealed: bool,
) -> bytes:
    at = at_time(dossier.read.period.end_ms)
    data = document(dossier, files, words, seal, key_sealed=key_sealed)
    return typeset(data, packed(files), at)


def document(
    dossier: Dossier,
    files: Mapping[str, bytes],
    words: Words,
    seal: SealName,
    *,
    key_sealed: bool,
) -> dict[str, Any]:
    """What the template is given."""
    read = dossier.read
    name = line(read.provider or words("value_not_declared"), 80)
    return {
        "language": words.language,
        "title": f"{words('title')}: {name}",
        "author": name,
        "description": words("under"),
        "watermark": words("watermark"),
        "footer": f"{words('title')}  ·  {name}  ·  {read.period.cell}",
        "page": words("page", page="{page}", pages="{pages}"),
        "cover": _cover(dossier, words, name),
        "contents": words("contents"),
        "depth": 2,
        "blocks": [*_heads(dossier, words), *_annexes(dossier, files, words, seal, key_sealed)],
        "attachment": ATTACHMENT,
        "attachment-description": words("attachment"),
    }


def _cover(dossier: Dossier, words: Words, name: str) -> dict[str, Any]:
    read = dossier.read
    first, last = words.day(read.period.first_day), words.day(read.period.last_day)
    zone = read.period.time_zone
    offences = ", ".join(words.cell("offence", one) for one in read.perimeter.offences)
    perimeter = [words("cover_offences", offences=offences) if offences else ""]
    if not offences:
        perimeter = [words("cover_offences_all")]
    if read.perimeter.jurisdiction:
        perimeter.insert(0, words("cover_jurisdiction", country=read.perimeter.jurisdiction))
    silence = dossier.table("3.6-silence").rows[-1]
    restrictions = sum(int(row[-1] or 0) for row in dossier.table("3.4-restrictions").rows)
    short = words(
        "cover_figures_text",
        reports=words.number(int(silence[1] or 0)),
        restrictions=words.number(restrictions),
        transmissions=words.number(len(sent(read))),
        unanswered=words.number(int(silence[4] or 0)),
    )
    as_of = words("cover_as_of_text", size=words.number(read.as_of), root=_broken(read.root))
    period = words("cover_period_text", first=first, last=last, zone=zone)
    rows = (
        ("cover_provider", [name]),
        ("cover_period", [period]),
        ("cover_perimeter", perimeter),
        ("cover_as_of", [as_of]),
        ("cover_figures", [short]),
    )
    return {
        "over": words("over"),
        "subtitle": words("title"),
        "under": words("under"),
        "rows": [[words(key), texts] for key, texts in rows],
        "note": words("cover_note"),
    }


def _heads(dossier: Dossier, words: Words) -> list[Block]:
    blocks: list[Block] = []
    for section in SECTIONS:
        head, _, number = section.partition(".")
        if number == "1":
            blocks += [heading(words(f"head_{head}")), note(words(f"head_{head}_order"))]
        blocks.append(heading(words.key("section", section), 2))
        for one in dossier.tables:
            if one.section == section:
                blocks += _table(one, words)
    return blocks


def _table(one: Table, words: Words) -> list[Block]:
    title = heading(words.key("table", one.key), 3)
    if not one.rows:
        return [title, paragraph(words(one.empty.value).capitalize() + ".")]
    drawn = chart_of(one, words)
    blocks = [title] if drawn is None else [title, drawn]
    if drawn is not None and CHARTS[one.key].alone:
        return [*blocks, paragraph(words("figures_in", file=csv_name(one)))]
    shown = one.rows
    if len(shown) > (MOST_OF_WORDS if one.key in IN_WORDS else MOST_ROWS):
        shown = shown[: MOST_OF_WORDS if one.key in IN_WORDS else SAMPLE_ROWS]
    head = [words.key("column", name) for name in one.head]
    rows = [
        [_shown(words.cell(name, value), name) for name, value in zip(one.head, row, strict=True)]
        for row in shown
    ]
    set_in = layout(head, rows)
    right = [place for place in range(len(head)) if _is_number(one, place)]
    blocks.append(table(head, rows, set_in.widths, right=right, small=set_in.small))
    more = len(one.rows) - len(shown)
    if more > 0:
        blocks.append(paragraph(words("more", n=words.number(more), file=csv_name(one))))
    return blocks


def _is_number(one: Table, place: int) -> bool:
    values = [row[place] for row in one.rows if row[place] is not None]
    return bool(values) and not any(isinstance(value, str) for value in values)


def _shown(text: str, column: str) -> str | dict[str, str]:
    if column == "sha256":
        return {"mono": _broken(text)}
    if column == "line":
        text = text.strip()
    return readable(text, 400) if column in _WIDE else line(text, 80)


def _broken(digest: str) -> str:
    """With places at which a line may end."""
    return "\u200b".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _annexes(
    dossier: Dossier,
    files: Mapping[str, bytes],
    words: Words,
    seal: SealName,
    key_sealed: bool,
) -> list[Block]:
    read = dossier.read
    blocks = [heading(words("annex_a")), paragraph(words("annex_a_text"))]
    blocks += [heading(words("annex_b")), paragraph(words("annex_b_text"))]
    said_of: list[list[str | dict[str, str]]] = [
        [line(f"{one.key} ({one.version})"), f"{one.says[words.language]} ({_where(dossier, one)})"]
        for one in dossier.definitions
    ]
    defined = [words("annex_b_figure"), words("annex_b_says")]
    blocks.append(table(defined, said_of, ["40mm", "1fr"]))
    blocks += [heading(words("annex_c"))]
    dated = (
        words("annex_c_dated", authority=seal.authority)
        if seal.authority
        else words("annex_c_undated")
    )
    blocks.append(
        paragraph(
            words(
                "annex_c_text",
                seal=line(seal.name, 80),
                fingerprint=_broken(seal.fingerprint),
                dated=dated,
            )
        )
    )
    root = words("annex_c_root", size=words.number(read.as_of), root=_broken(read.root))
    blocks.append(paragraph(root))
    hashes: list[list[str | dict[str, str]]] = [
        [name, {"mono": _broken(sha256(data).hexdigest())}] for name, data in files.items()
    ]
    blocks.append(table([words("column_name"), "SHA-256"], hashes, ["62mm", "1fr"]))
    blocks += [heading(words("annex_d")), bullets([said(words, one) for one in dossier.gaps])]
    key = "annex_e_sealed" if key_sealed else "annex_e_left_out"
    return [*blocks, heading(words("annex_e")), paragraph(words(key))]


def _where(dossier: Dossier, one: Definition) -> str:
    return ", ".join(table.key for table in dossier.tables if one.key in table.figures)
