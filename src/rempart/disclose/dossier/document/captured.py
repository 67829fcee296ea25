"""Captured pages and posts: how they were captured, and what their source itself signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

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
_LONGEST_POINT: Final = 600
_POINTS: Final = (
    "url", "shown_url", "title", "begin", "end", "clock_source", "server_clock", "status",
    "location", "server_address", "local_address", "public_address", "resolvers", "reached",
    "http", "tls", "certificate_sha256", "proxy_in_environment", "way_out", "browser",
    "browser_state", "no_picture_why", "system", "software", "python", "tls_library",
    "body_sha256", "body_bytes", "picture_sha256", "picture_cut", "rendered_sha256",
)  # fmt: skip
"""What a court looks for first stands first."""


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
        blocks += _page(part, fact)
    return blocks


def _page(part: Part, fact: Fact) -> list[Block]:
    """A captured page with every point that its record holds; where its picture shows another page
    than was asked for, that is said first."""
    w, told = part.words, fact.value
    record = told.get("record")
    points: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    rows = [
        (w(f"captured_{key}"), _point(part, key, points[key])) for key in _POINTS if key in points
    ]
    rows += [
        (w("captured_warc_sha256"), {"mono": line(told.get("warc_sha256") or "", 100)}),
        (w("captured_warc_bytes"), _point(part, "warc_bytes", told.get("warc_bytes", ""))),
    ]
    blocks = [heading(w("captured_page", record=str(fact.record)), 2)]
    if points.get("shown_url", "none") not in ("none", points.get("url")):
        blocks.append(note(w("captured_elsewhere")))
    return [*blocks, facts([row for row in rows if row[1] not in ({"said": ""}, {"mono": ""})])]


def _point(part: Part, key: str, value: object) -> str | dict[str, str]:
    """In the reader's language where its words are always the same; else as it stands."""
    w = part.words
    if isinstance(value, bool):
        return w("captured_yes" if value else "captured_no")
    if isinstance(value, int):
        return str(value) if key == "status" else w.number(value)
    if isinstance(value, list):
        told = "; ".join(str(one) for one in value)
        return said(line(told, 4 * _LONGEST_POINT)) if told else w("captured_said_none")
    text = str(value)
    known = "_".join(re.findall("[a-z]+", text.lower())[:3])
    if key != "title" and f"captured_said_{known}" in w.texts:
        return w(f"captured_said_{known}")
    if key.endswith("sha256"):
        return {"mono": line(text, 100)}
    return said(line(text, _LONGEST_POINT))


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
