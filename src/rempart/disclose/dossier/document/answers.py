"""The elements of the offences, what is held of whom, and what the service did and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from rempart.disclose.dossier.document.blocks import (
    Block,
    bullets,
    facts,
    heading,
    note,
    paragraph,
    said,
    table,
)
from rempart.disclose.dossier.document.content import Fact, moment
from rempart.disclose.dossier.document.elements import SUPPLY, Element, law, offences
from rempart.disclose.dossier.document.front import Part, person
from rempart.disclose.dossier.document.glyphs import line
from rempart.disclose.dossier.document.story import records

MOST_DONE: Final = 400
ONE_BY_ONE: Final = 10
"""So many measures of a kind on messages, or on accounts, are listed one by one; more are told as
one line, which names the accounts."""
_QUIET: Final = frozenset(
    {"raid", "access", "evidence", "outside-act", "capture", "source_proof", "detectors", "rules"}
)
"""Entries that other sections tell."""


def elements(part: Part) -> list[Block]:
    w = part.words
    blocks = [part.titled("law"), paragraph(w("law_text", date=law()["as_of"]))]
    for offence in offences(part.content, part.authors):
        blocks.append(heading(offence.name[w.language], 2))
        blocks.append(
            facts([(w("law_art", art=offence.art), offence.penalty[w.language])])
        )  # fmt: skip
        rows = [
            [w(f"element_{one.key}"), _state(part, one), _where(part, one)]
            for one in offence.elements
        ]
        head = [w(f"law_head_{key}") for key in ("element", "state", "where")]
        blocks.append(table(head, rows, ("46mm", "26mm", "1fr")))
    return blocks


def _state(part: Part, element: Element) -> str:
    """With a sign of its own, so that it needs no colour."""
    sign = {"shown": "● ", "partly": "◐ ", "supply": "○ "}[element.state]
    return sign + part.words(f"state_{element.state}")


def _where(part: Part, element: Element) -> str:
    w = part.words
    values: dict[str, object] = {
        key: w.number(count) for key, count in element.values.items()
    }  # fmt: skip
    if "messages" in element.values:
        values["messages"] = w.n("messages", element.values["messages"])
    if element.key == "several" and "accounts" in element.values:
        values["accounts"] = w.n("accounts", element.values["accounts"])
    values["coordination"] = part.section("coord")
    values["authors_section"] = part.section("author")
    without = f"element_{element.key}_supply"
    key = (
        without if element.state == SUPPLY and without in w.texts else f"element_{element.key}_text"
    )
    text = w.texts[element.words or key].format(**values)
    if element.records:
        text += " " + w("law_records", list=records(part, element.records, 12))
    return text


def held(part: Part) -> list[Block]:
    """What helps to identify who wrote, and what is not here but at the platform."""
    w = part.words
    platforms = ", ".join(sorted({line(item.platform, 40) for item in part.content.items}))
    holds = part.about.get("holds") or []
    end = w("held_until_case")
    yes, no = w("held_yes"), w("held_no", platform=platforms or w("unknown"))
    created = any(item.created_at for item in part.content.items)
    rows = [
        [w("held_account"), yes, w("held_basis"), end],
        [w("held_created"), yes, w("held_basis"), end] if created
        else [w("held_created"), no, *_dash(w)],
        [w("held_content"), yes, w("held_basis"), end],
        [w("held_network"), no, *_dash(w)],
    ]  # fmt: skip
    head = [w(f"held_head_{key}") for key in ("data", "held", "basis", "until")]
    blocks = [
        part.titled("held"),
        paragraph(w("held_text")),
        table(head, rows, ("42mm", "30mm", "1fr", "34mm")),
    ]
    if not holds:
        return [*blocks, note(w("held_no_hold"))]
    told = [
        w("held_hold", source=line(one["source"], 200), until=w.utc_of(one["until"]) + " UTC")
        for one in holds
    ]
    return [*blocks, paragraph(w("held_holds")), bullets(told)]


def _dash(words: Any) -> tuple[str, str]:
    return words("held_none"), words("held_none")


def done(part: Part) -> list[Block]:
    """What stands in the log of the case besides messages, in its order."""
    w = part.words
    entries = [fact for fact in part.content.facts if fact.name not in _QUIET]
    rows = _done_rows(part, entries)
    blocks = [part.titled("done"), paragraph(w("done_text"))]
    if not rows:
        return [*blocks, paragraph(w("done_none"))]
    head = [w(f"done_head_{key}") for key in ("when", "what", "record")]
    blocks.append(table(head, rows[:MOST_DONE], ("30mm", "1fr", "22mm")))
    if len(rows) > MOST_DONE:
        blocks.append(note(w("and_more", n=w.number(len(rows) - MOST_DONE))))
    return blocks


def _done_rows(part: Part, entries: list[Fact]) -> list[list[str | dict[str, str]]]:
    w = part.words
    alike: dict[_Alike, list[Fact]] = {}
    for fact in entries:
        if (same := _alike(fact)) is not None:
            alike.setdefault(same, []).append(fact)
    told: set[_Alike] = set()
    rows: list[list[str | dict[str, str]]] = []
    for fact in entries:
        same = _alike(fact)
        if same is None or len(alike[same]) <= ONE_BY_ONE:
            rows.append([w.utc(_when(fact)), _what(part, fact), str(fact.record)])
        elif same not in told:
            told.add(same)
            rows.append(_group(part, same, alike[same]))
    return rows


class _Alike(NamedTuple):
    """What measures have in common that are told in one line."""

    kind: str
    happened: str
    on: str


def _alike(fact: Fact) -> _Alike | None:
    scope = fact.value.get("scope")
    on = str(scope.get("kind", "")) if isinstance(scope, Mapping) else ""
    if fact.name != "measure" or on not in {"message", "account"}:
        return None
    return _Alike(str(fact.value.get("kind", "")), str(fact.value.get("happened", "")), on)


def _group(part: Part, same: _Alike, group: list[Fact]) -> list[str | dict[str, str]]:
    w = part.words
    times = sorted(at for at in map(_when, group) if at is not None)
    text = w(
        f"done_grouped_{same.on}",
        n=w.number(len(group)),
        begin=w.utc(times[0] if times else None),
        end=w.utc(times[-1] if times else None),
    )
    if same.on == "account":
        refs = [line(fact.value["scope"].get("ref", ""), 60) for fact in group]
        text += f" ({', '.join(dict.fromkeys(refs))})"
    kinds = ", ".join(_kind(part, one) for one in (same.happened, same.kind) if one)
    named = f"{w('done_measure')} ({kinds}). {text}. {_reason(part, group[0].value)}"
    return [w.utc(times[0] if times else None), named, f"{group[0].record}–{group[-1].record}"]


def _when(fact: Fact) -> datetime | None:
    for key in ("at", "from_at", "decided_at", "made_at", "received_at", "opened_at"):
        found = moment(fact.value.get(key))
        if found is not None:
            return found
    return None


def _what(part: Part, fact: Fact) -> str:
    """Name, what happened, to whom, by whom, why: of what the entry says, the plain parts."""
    w, value = part.words, fact.value
    name = w.texts.get(f"done_{fact.name}") or f"{w('done_other')} ({line(fact.name, 40)})"
    told = [
        _kind(part, str(value[key]))
        for key in ("happened", "kind", "outcome", "category", "state", "ground")
        if isinstance(value.get(key), str)
    ]
    head = w("done_named", name=name, what=", ".join(dict.fromkeys(told))) if told else name
    details = []
    scope = value.get("scope")
    if isinstance(scope, Mapping):
        kind = _kind(part, str(scope.get("kind", "")))
        details.append(w("done_on", kind=kind, ref=line(scope.get("ref", ""), 60)))
    if value.get("until"):
        details.append(w("done_until", until=w.utc_of(str(value["until"]))))
    if value.get("rule"):
        details.append(w("done_automated"))
    by = person(w, fact, "by")
    if by:
        details.append(w("done_by", by=by))
    text = ", ".join((head, *details))
    reason = _reason(part, value)
    return f"{text}. {reason}" if reason else text


def _kind(part: Part, kind: str) -> str:
    return part.words.texts.get(f"name_{kind}") or line(kind.replace("_", " "), 40)


def _reason(part: Part, value: Mapping[str, Any]) -> str:
    for key in ("reason", "why", "explanation", "text"):
        told = value.get(key)
        if isinstance(told, Mapping):
            told = told.get(part.words.language) or told.get("en")
        if isinstance(told, str) and told.strip():
            return line(told, 500)
    return ""


def documents(part: Part) -> list[Block]:
    """What the person under attack adds; what she wrote down herself stands apart."""
    w = part.words
    blocks = [
        part.titled("victim"),
        paragraph(w("victim_text")),
        bullets([w(f"victim_{n}") for n in range(1, 5)]),
    ]
    acts = part.content.named("outside-act")
    if acts:
        rows: list[list[str | dict[str, str]]] = [
            [
                w.utc_of(str(fact.value.get("happened_at", ""))),
                said(line(fact.value.get("text", ""), 1_500)),
                str(fact.record),
            ]
            for fact in acts
        ]
        head = [w(f"done_head_{key}") for key in ("when", "what", "record")]
        blocks += [paragraph(w("victim_acts")), table(head, rows, ("30mm", "1fr", "22mm"))]
    return blocks
