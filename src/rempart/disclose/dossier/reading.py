"""reading.txt: what the records say, for a person who reads and does not compute.

A convenience beside the evidence: each paragraph names the index of the record it reads, so that
anybody can look it up in records.jsonl, where the verifiers check it. Texts are indented, control
and direction characters named: a hostile text can neither hide a line nor forge one.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from textwrap import indent
from typing import Any

from rempart.disclose.dossier.records import Gathered, Record
from rempart.log.commit import message_of

HEAD = """\
EN  What the records say, in the order of the log. A convenience: the evidence is records.jsonl, and
    the number in front is the index of the record there. Times are UTC. Texts are as they arrived;
    invisible characters are shown as <U+….>.
FR  Ce que disent les entrées, dans l'ordre du journal. Par commodité : la preuve est records.jsonl,
    et le nombre en tête y est l'index de l'entrée. Les heures sont en UTC. Les textes sont tels
    qu'ils sont arrivés ; les caractères invisibles sont montrés ainsi : <U+….>.

"""


def reading(gathered: Gathered) -> bytes:
    """One paragraph per record: messages with time, author, verdict and text; the others by name
    and facts."""
    return (HEAD + "".join(_paragraph(record) for record in gathered.records)).encode()


def _paragraph(record: Record) -> str:
    if not record.opened:
        return f"[{record.seq}]  erased | effacé\n\n"
    if "message" in record.opened:
        return _message(record)
    lines = []
    for name, value in record.opened.items():
        facts = value if isinstance(value, dict) else {"value": value}
        told = "; ".join(f"{key}: {_short(fact)}" for key, fact in facts.items() if key != "v")
        lines.append(f"[{record.seq}]  {visible(name)}\n{indent(told, '    ')}\n")
    return "".join(lines) + "\n"


def _message(record: Record) -> str:
    body = message_of(record.bodies[0])
    item: dict[str, Any] = json.loads(body.item)
    author = item.get("author") or {}
    outcome: Mapping[str, Any] = json.loads(body.outcome) if body.outcome else {}
    verdict = outcome.get("verdict", "allow")
    name, account = visible(str(author.get("name") or "")), visible(str(author.get("id", "")))
    who = f"{name} ({account})" if name else account
    text = indent(visible(str(item.get("text", "")), breaks=True), "    ", lambda _: True)
    when = visible(str(item.get("sent_at", "")))
    place = f"{visible(str(item.get('platform', '')))} #{visible(str(item.get('channel', '')))}"
    message = visible(str(item.get("id", "")))
    return f"[{record.seq}]  {when}  {place}  {who}  {verdict}  {message}\n{text}\n\n"


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
