"""The front of the document: the cover that answers in plain words, and who asks for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from rempart.disclose.dossier.document.authors import Author, recognised
from rempart.disclose.dossier.document.blocks import Block, facts, heading, note, said
from rempart.disclose.dossier.document.content import Content, Fact
from rempart.disclose.dossier.document.glyphs import line
from rempart.disclose.dossier.document.words import Words

SECTIONS = (
    "who", "time", "capture", "coord", "author", "law", "held", "done", "victim", "custody",
    "proof", "limit", "map", "annex",
)  # fmt: skip
"""The order of `facts/court_dossier_toc.yaml`, with the messages at the end as an annex."""
LEVELS = ("source-signed", "transport-authenticated", "user-submitted")


class Part(NamedTuple):
    """What every section is written from. `volume`: which one this document is, from 1."""

    words: Words
    content: Content
    authors: list[Author]
    volume: int

    @property
    def about(self) -> Mapping[str, Any]:
        return self.content.about

    def section(self, key: str) -> str:
        return str(SECTIONS.index(key) + 1)

    def titled(self, key: str) -> Block:
        return heading(f"{self.section(key)}  {self.words(f'{key}_title')}", key=key)


def cover(part: Part) -> dict[str, Any]:
    w, about, content = part.words, part.about, part.content
    target = line(about.get("target") or about.get("channel") or w("unknown"), 80)
    kind = str(about.get("kind", "")).replace("incident file", "file")
    subtitle = w.either(f"subtitle_{kind}", "subtitle_other").format(target=target)
    total = len(content.volumes)
    under = [line(about["case"], 80), w.utc_of(str(about["made_at"])) + " UTC"]
    if about.get("number"):
        under.insert(1, w("number", number=line(about["number"])))
    if about.get("made_for"):
        under.append(line(about["made_for"]))
    over = w("title")
    if total > 1:
        over += " · " + w("volume", number=part.volume, total=total)
    return {
        "over": over,
        "subtitle": subtitle,
        "under": "  ·  ".join(under),
        "rows": _answers(part, target),
        "note": w("cover_note"),
    }


def _answers(part: Part, target: str) -> list[tuple[str, list[str]]]:
    w, about, items = part.words, part.about, part.content.items
    platforms = ", ".join(sorted({line(item.platform, 40) for item in items})) or w("unknown")
    labels = Counter(label for item in items for label in recognised(item))
    what = [
        w("cover_what_text", messages=w.n("messages", len(items)),
          held=w.number(sum(item.held for item in items))),
    ]  # fmt: skip
    if labels:
        named = ", ".join(
            f"{label_name(w, label)} ({w.number(count)})" for label, count in labels.most_common()
        )
        what.append(w("cover_recognised", labels=named))
    hidden = sum(one.about["hidden"] for one in part.content.volumes)
    missing = [
        w(
            "cover_missing_text",
            hidden=w.number(hidden),
            private=w.number(about["private_left_out"]),
            erased=w.number(part.content.erased),
        ),
    ]
    if about["hidden_words"] or about["left_out"] or about["hidden_fields"]:
        missing.append(
            w("cover_missing_edition", words=w.n("words", about["hidden_words"]),
              entries=w.n("entries", about["left_out"]))
        )  # fmt: skip
    if not tokens(part.content):
        missing.append(w("cover_missing_times"))
    key = "cover_who_text" if part.content.names_accounts else "cover_who_hidden"
    who = w(key, accounts=w.n("accounts", len(part.authors)), platform=platforms, target=target)
    return [
        (w("cover_who"), [who]),
        (w("cover_what"), what),
        (w("cover_when"), [_when(part)]),
        (w("cover_certain"), [w("cover_certain_text", levels=levels(part))]),
        (w("cover_missing"), missing),
        (w("cover_check"), [w("cover_check_text", section=part.section("proof"))]),
    ]


def _when(part: Part) -> str:
    w = part.words
    times = [item.sent_at for item in part.content.items if item.sent_at is not None]
    if not times:
        return w("cover_when_none")
    begin, end = min(times), max(times)
    if w.zone is None:
        return w("cover_when_utc", begin=w.utc(begin), end=w.utc(end))
    return w(
        "cover_when_text",
        begin=w.utc(begin),
        end=w.utc(end),
        local_begin=w.local(begin),
        local_end=w.local(end),
        zone=w.zone.key,
    )


def levels(part: Part) -> str:
    """How far it is proven, for how many messages: said wherever items are counted."""
    w = part.words
    counts = Counter(item.proof for item in part.content.items)
    told = [
        w("levels_part", messages=w.n("messages", count),
          level=w.either(f"level_{proof}", "level_other"))
        for proof, count in counts.most_common()
    ]  # fmt: skip
    signed = sum(proof_in(fact) == LEVELS[0] for fact in part.content.named("source_proof"))
    if signed:
        told.append(w("levels_captured", posts=w.n("posts", signed)))
    return "; ".join(told) or w("unknown")


def proof_in(fact: Fact) -> str:
    """How far it is proven that the source sent what an entry tells; empty when it is hidden."""
    source = fact.value.get("source")
    return str(source.get("proof", "")) if isinstance(source, dict) else ""


def label_name(words: Words, label: str) -> str:
    return words.texts.get(f"label_{label}") or line(label, 40)


def tokens(content: Content) -> list[str]:
    """The authorities' tokens in the dossier, by file name."""
    return sorted(
        name
        for name in content.files
        if name.startswith("timestamps/") and name.endswith((".tsr", ".tst"))
    )


def who_asks(part: Part) -> list[Block]:
    w, about = part.words, part.about
    kind = str(about.get("kind", "")).replace("incident file", "file")
    place = " · ".join(line(about[key], 80) for key in ("platform", "channel") if about.get(key))
    capacity = str(about.get("capacity", ""))
    approved = str(about.get("approved_by", ""))
    rows = [
        (w("who_case"), line(about["case"])),
        (w("who_kind"), w.either(f"kind_{kind}", "kind_other")),
        (w("who_target"), said(line(about.get("target") or "")) if about.get("target") else ""),
        (w("who_place"), said(place) if place else ""),
        (w("who_recipient"), line(about.get("made_for") or w("nobody"))),
        (w("who_capacity"), w.either(f"capacity_{capacity}", "nobody")),
        (w("who_mandate"), line(about.get("mandate") or w("nobody"), 600)),
        (w("who_preset"), part.content.title[w.language]),
        (w("who_by"), member(w, about.get("made_by"))),
        (w("who_approved"), member(w, approved) if approved else w("who_nobody_approved")),
        (w("who_number"), line(about.get("number") or "")),
        (w("who_made"), w.utc_of(str(about["made_at"])) + " UTC"),
        (w("who_until"), w.utc_of(str(about["until"])) + " UTC" if about.get("until") else ""),
    ]
    return [part.titled("who"), facts(rows), note(w("who_text"))]


def member(words: Words, name: object) -> str:
    """Somebody of the team by the number that all may know; any other by the name as recorded."""
    told = str(name or "")
    number = told.removeprefix("moderator-")
    if number != told and number.isdecimal():
        return words("team", n=number)
    return line(told or words("nobody"), 60)


def person(words: Words, fact: Fact, field: str) -> str:
    """Who acted, by their number in this dossier; empty when the entry does not tell."""
    told = fact.people.get(field)
    return words("person", n=told.rpartition(" ")[2]) if told else ""
