"""reading.txt: what the records say, for a person who reads and does not compute.

A convenience beside the evidence: each paragraph names the index of the record it reads, so that
anybody can look it up in records.jsonl, where the verifiers check it. Texts are indented, control
and direction characters named: a hostile text can neither hide a line nor forge one.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from textwrap import indent
from typing import Any

from rempart.cases.evidence.provenance import Proof
from rempart.disclose.dossier.items import HIDDEN_WORD, Item, Judged
from rempart.disclose.dossier.presets import Edition
from rempart.disclose.dossier.redaction import Redacted

HEAD = """\
EN  What the records say, in the order of the log. A convenience: the evidence is records.jsonl, and
    the number in front is the index of the entry, after "by" that of the record that shows it.
    Times are UTC. Texts are as they arrived; invisible characters are shown as <U+….>, hidden words
    as █████. How far it is proven that the platform sent a message stands under its head.
FR  Ce que disent les entrées, dans l'ordre du journal. Par commodité : la preuve est records.jsonl,
    et le nombre en tête est l'index de l'entrée, après « by » celui de l'entrée qui la montre.
    Les heures sont en UTC. Les textes sont tels qu'ils sont arrivés ; les caractères invisibles
    sont montrés ainsi : <U+….>, les mots masqués ainsi : █████. Sous la tête d'un message :
    jusqu'où il est prouvé que la plateforme l'a envoyé.

"""
_APART_IN_MESSAGE = frozenset(
    {"ids", "place", "author", "author_name", "text", "source", "source_name", "outcome"}
)


def reading(items: Sequence[Item]) -> bytes:
    """One paragraph per item: messages with time, author, verdict and text; the others by name and
    facts."""
    return (HEAD + "".join(_paragraph(item) for item in items)).encode()


def redaction_json(redacted: Redacted, edition: Edition) -> bytes:
    """redaction.json: the rules of this edition and how often each hid something. The words that
    were asked to be hidden are only counted: naming them would undo it."""
    preset = edition.preset
    told = {
        "v": 1,
        "preset": preset.name,
        "title": dict(preset.title),
        "hides": sorted(preset.hidden),
        "shows_kinds": None if preset.kinds is None else sorted(preset.kinds),
        "without_kinds": sorted(preset.without),
        "hides_words_that_name_others": preset.mentions,
        "words_asked_to_be_hidden": len(edition.hide_words),
        "hidden_fields": dict(sorted(redacted.hidden.items())),
        "hidden_words": redacted.hidden_words,
        "entries_left_out": dict(sorted(redacted.left_out.items())),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _paragraph(item: Item) -> str:
    place = f"[{item.seq}]" if item.seq == item.record else f"[{item.seq} by {item.record}]"
    if item.erased:
        return f"{place}  erased | effacé\n\n"
    if item.kind == "message":
        return _message(item, place)
    facts = {**item.fields.get("facts", {}), **item.fields, **item.people}
    facts.pop("facts", None)
    lines = [f"{key}: {_short(fact)}" for key, fact in facts.items()]
    lines += _hidden(item)
    return f"{place}  {visible(item.kind)}\n{indent('; '.join(lines), '    ')}\n\n"


def _message(item: Item, place: str) -> str:
    fields = item.fields
    account = visible(str(fields.get("author", HIDDEN_WORD)))
    name = visible(str(fields.get("author_name") or ""))
    who = f"{name} ({account})" if name else account
    at, ids = fields.get("place", {}), fields.get("ids", {})
    where = f"{visible(str(at.get('platform', '')))} #{visible(str(at.get('channel', '')))}"
    head = "  ".join(
        (place, visible(item.sent_at), where, who, item.verdict, visible(str(ids.get("id", ""))))
    ).rstrip()
    told = [_source(item), *(_judged(one) for one in item.judged)]
    told += [f"rule {visible(rule)}" for rule in item.rules]
    told += [
        f"{key}: {_short(value)}" for key, value in fields.items() if key not in _APART_IN_MESSAGE
    ]
    told += _hidden(item)
    text = item.text if item.text is not None else (HIDDEN_WORD if "text" in item.hidden else "")
    shown = indent(visible(text, breaks=True), "    ", lambda _: True)
    return f"{head}\n  {'; '.join(told)}\n{shown}\n\n"


def _source(item: Item) -> str:
    if item.provenance is None:
        return Proof.SUBMITTED.value
    return visible(f"{item.provenance.proof.value} ({item.provenance.via})")


def _judged(one: Judged) -> str:
    return visible(f"{one.label} {one.score} by {one.detector} {one.version}")


def _hidden(item: Item) -> list[str]:
    names = [name for name in item.hidden if name not in {"seed", "source_name", *item.people}]
    return [f"hidden | masqué: {', '.join(names)}"] if names else []


def _short(fact: Any) -> str:
    text = fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False, sort_keys=True)
    return visible(text)


def visible(text: str, *, breaks: bool = False) -> str:
    """The text with everything that has no shape of its own named: `<U+202E>`."""
    return "".join(
        char if char.isprintable() or (breaks and char == "\n") else _named(char) for char in text
    )


def _named(char: str) -> str:
    if unicodedata.category(char) == "Cs":
        return "\ufffd"
    return f"<U+{ord(char):04X}>"
