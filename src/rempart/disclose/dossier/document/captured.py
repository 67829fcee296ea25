"""Captured pages and posts: how they were captured, and what their source itself signed."""

from __future__ import annotations

from typing import Final

from rempart.disclose.dossier.document.blocks import (
    Block,
    facts,
    heading,
    note,
    paragraph,
    said,
)
from rempart.disclose.dossier.document.content import Fact
from rempart.disclose.dossier.document.front import Part, proof_in
from rempart.disclose.dossier.document.glyphs import line

_LONGEST_TEXT: Final = 3_000


def captures(part: Part) -> list[Block]:
    w = part.words
    found = part.content.named("capture")
    signed = part.content.named("source_proof")
    blocks = [part.titled("capture")]
    if not found and not signed:
        return [*blocks, paragraph(w("capture_none", section=part.section("annex")))]
    if signed:
        blocks.append(paragraph(w("signed_text")))
        blocks += [block for fact in signed for block in _signed(part, fact)]
    if found:
        blocks += [paragraph(w("capture_text")), note(w("capture_note"))]
    for fact in found:
        rows: list[tuple[str, str | dict[str, str]]] = [
            (line(key.replace("_", " "), 60), said(line(value, 600)))
            for key, value in fact.value.items()
            if key != "v" and isinstance(value, str | int)
        ]
        blocks += [heading(f"{part.words('annex_head_record')} {fact.record}", 2), facts(rows)]
    return blocks


def _signed(part: Part, fact: Fact) -> list[Block]:
    """A record with what its account signed; what does not hold says so first."""
    w, told = part.words, fact.value
    proof, state = proof_in(fact), str(told.get("state", ""))
    confirmed = {"True": "yes", "False": "no"}.get(str(told.get("confirmed")), "unknown")
    handle = line(told.get("handle") or "", 253)
    rows: list[tuple[str, str | dict[str, str]]] = [
        (w("signed_level"), w.either(f"level_{proof}", "level_other")),
        (w("signed_state"), w.either(f"signed_{state}", "unknown")),
        (w("signed_why"), line(told.get("why") or "", 400)),
        (w("signed_account"), said(line(told.get("account") or "", 300))),
        (w("signed_handle"), said(handle) if handle else ""),
        (w("signed_confirmed"), w(f"signed_confirmed_{confirmed}") if handle else ""),
        (w("signed_words"), said(line(told.get("text") or "", _LONGEST_TEXT))),
        (w("signed_created"), line(told.get("created_at") or "", 60)),
        (w("signed_fetched"), line(told.get("fetched_at") or "", 60)),
        (w("signed_record"), {"mono": line(told.get("record_name") or "", 700)}),
        (w("signed_cid"), {"mono": line(told.get("cid") or "", 100)}),
        (w("signed_key"), {"mono": line(told.get("key") or "", 100)}),
    ]
    rows = [row for row in rows if row[1] and row[1] not in ({"said": ""}, {"mono": ""})]
    return [heading(w("signed_title", record=str(fact.record)), 2), facts(rows)]
