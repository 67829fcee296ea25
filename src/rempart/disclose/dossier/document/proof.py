"""Custody, integrity in plain words, what is not proven, and where the standards' headings are."""

from __future__ import annotations

from typing import Final

from rempart.disclose.dossier.document.blocks import (
    Block,
    bullets,
    facts,
    heading,
    note,
    paragraph,
    table,
)
from rempart.disclose.dossier.document.content import Fact
from rempart.disclose.dossier.document.front import Part, member, person, tokens
from rempart.disclose.dossier.document.glyphs import line
from rempart.disclose.dossier.document.seal import SealName
from rempart.log.note import PublicKey

CHECKS: Final = 5
LIMITS: Final = 7
_MAP: Final = (
    ("Berkeley Protocol", "authenticity", "proof"),
    ("Berkeley Protocol", "availability", "annex"),
    ("Berkeley Protocol", "identity", "author"),
    ("Berkeley Protocol", "persistence", "proof"),
    ("Berkeley Protocol", "renderability", "annex"),
    ("Berkeley Protocol", "understandability", "time"),
    ("Berkeley Protocol", "custody", "custody"),
    ("ISO/IEC 27037", "identification", "annex"),
    ("ISO/IEC 27037", "collection", "capture"),
    ("ISO/IEC 27037", "acquisition", "proof"),
    ("ISO/IEC 27037", "preservation", "proof"),
    ("ISO/IEC 27037", "documentation", "custody"),
    ("2016-1673", "copy", "who"),
    ("2016-1673", "fingerprint", "proof"),
    ("2016-1673", "kept", "held"),
    ("2016-1673", "access", "custody"),
    ("2016-1673", "process", "proof"),
)


def custody(part: Part) -> list[Block]:
    w = part.words
    rows = [_look(part, fact) for fact in part.content.named("access")]
    rows.append(_this_export(part))
    head = [w(f"custody_head_{key}") for key in ("when", "who", "what")]
    return [
        part.titled("custody"),
        paragraph(w("custody_text")),
        table(head, rows, ("40mm", "44mm", "1fr")),
    ]


def _this_export(part: Part) -> list[str]:
    w, about = part.words, part.about
    what = w("custody_this" if about.get("approved_by") else "custody_alone")
    return [w.utc_of(str(about["made_at"])), member(w, about["made_by"]), what]


def _look(part: Part, fact: Fact) -> list[str]:
    w = part.words
    what = str(fact.value.get("what") or fact.value.get("action") or "")
    text = w.texts.get(f"custody_{what.replace(' ', '_')}") or line(what, 60)
    if fact.value.get("reason"):
        text += ": " + line(fact.value["reason"], 300)
    return [w.utc_of(str(fact.value.get("at"))), person(w, fact, "by") or w("nobody"), text]


def integrity(part: Part, seal: SealName) -> list[Block]:
    w, about = part.words, part.about
    own = part.content.volumes[part.volume - 1]
    manifest = own.about
    key = PublicKey.parse(_vkey(part.content.files["policy.txt"]))
    root = part.content.files["checkpoint"].decode().splitlines()[2]
    witnesses = _witnesses(part.content.files["checkpoint"], about["log"])
    dated = [name.removeprefix("timestamps/") for name in tokens(part.content)]
    level = (
        w("proof_level_t", authority=line(seal.authority, 120))
        if seal.authority
        else w("proof_level_b")
    )
    sealed = w("proof_seal_text", name=line(seal.name), fingerprint=_spaced(seal.fingerprint))
    rows: list[tuple[str, str | dict[str, str]]] = [
        (w("proof_log"), {"mono": line(about["log"])}),
        (w("proof_key"), {"mono": _spaced(key.fingerprint.removeprefix("sha256:"))}),
        (w("proof_size"), w.number(int(about["log_size"]))),
        (w("proof_root"), {"mono": line(root, 100)}),
        (w("proof_records"), w.number(int(manifest["records"]))),
        (w("proof_window"), f"{manifest['first']} – {manifest['last']}"),
        (w("proof_hidden"), w.number(int(manifest["hidden"]))),
        (w("proof_zip"), {"mono": _spaced(own.sha256)}),
        (w("proof_tokens"), ", ".join(dated) if dated else w("proof_pending")),
        (w("proof_witness"), ", ".join(witnesses) or w("proof_unwitnessed")),
        (w("proof_seal"), sealed),
        (w("proof_level"), level),
    ]  # fmt: skip
    return [
        part.titled("proof"),
        paragraph(w("proof_text")),
        facts(rows),
        heading(w("proof_how"), 2),
        bullets([w(f"proof_how_{n}") for n in range(1, CHECKS + 1)], numbered=True),
        note(w("proof_signs")),
    ]


def _witnesses(checkpoint: bytes, log: str) -> list[str]:
    """Who else signed the checkpoint, by the names in its signature lines (C2SP signed-note)."""
    signers = [
        text.split(" ")[1]
        for text in checkpoint.decode().splitlines()
        if text.startswith("\u2014 ")
    ]
    return [line(name, 80) for name in dict.fromkeys(signers) if name != log]


def _vkey(policy: bytes) -> str:
    lines = [text.split() for text in policy.decode().splitlines()]
    return next(words[1] for words in lines if words[:1] == ["log"])


def _spaced(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def limits(part: Part) -> list[Block]:
    w = part.words
    return [part.titled("limit"), bullets([w(f"limit_{n}") for n in range(1, LIMITS + 1)])]


def standards(part: Part) -> list[Block]:
    w = part.words
    rows = [
        [source, w(f"map_{heading_key}"), f"{part.section(key)}  {w(f'{key}_title')}"]
        for source, heading_key, key in _MAP
    ]
    head = [w(f"map_head_{key}") for key in ("source", "heading", "section")]
    return [
        part.titled("map"),
        paragraph(w("map_text")),
        table(head, rows, ("34mm", "1fr", "66mm")),
    ]
