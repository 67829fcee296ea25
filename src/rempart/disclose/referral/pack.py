"""What is said to a place when a case is passed on, part by part in the order it asks for.

Everything but the comment is read from the log and the tables: what was written, when, by which
account, what was done about it. Rules kept here:

1. A place for public content is told nothing private. Of child safety there are addresses, hashes
   and times: the type that it is read through has no more.
2. Who reported is never told, nor any moderator.
3. Control and direction characters are shown as what they are: what was written arrives as text.
4. At most `MOST_QUOTES` messages are quoted, the worst first by the machine's score; the dossier
   has all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from rempart.cases.child_safety import never_leaving
from rempart.cases.deciding.provisions import proposed
from rempart.cases.entries import clean, rfc3339
from rempart.cases.evidence.captures import captures_of
from rempart.cases.evidence.referrals import Said, place_of, takes
from rempart.cases.harms import harms
from rempart.cases.matter import harm_of, is_child_safety
from rempart.cases.reading import CaseMessage, read_messages, read_reports
from rempart.disclose.referral import labels as words
from rempart.errors import AccessError, InputError
from rempart.model import Case, Ground, MeasureKind
from rempart.model.moments import ms_of
from rempart.store.interface import Tables

MOST_QUOTES = 40
MOST_ADDRESSES = 200
MOST_ACCOUNTS = 200
MOST_READ = 2_000
LONGEST_COMMENT = 4_000
LONGEST_QUOTE = 2_000
LANGUAGES = ("fr", "en")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


class Teller(NamedTuple):
    """Who passes it on: the community's name, its log's name, whether the NCMEC may be told."""

    name: str
    log: str
    ncmec: bool = False


class _Matter(NamedTuple):
    tables: Tables
    case: Case
    harm: str
    sealed: bool
    messages: list[CaseMessage]
    addresses: list[str]
    language: str
    comment: str
    teller: Teller
    asks: str


def write_pack(
    tables: Tables, case: Case, place: str, language: str, comment: str, teller: Teller
) -> list[Said]:
    """The parts, in the order of the place. AccessError when it does not take such a case."""
    chosen = place_of(place)
    if language not in LANGUAGES:
        raise InputError("a pack is written in fr or en", where="language")
    comment = clean(comment).strip()
    if len(comment) > LONGEST_COMMENT:
        raise InputError(f"at most {LONGEST_COMMENT} characters", where="comment")
    if not takes(tables, place, case.id, ncmec=teller.ncmec):
        raise AccessError("this place does not take such a case", where=place)
    read = read_messages(tables, case.id, MOST_READ)
    closed = never_leaving(tables, [one.row.seq for one in read])
    messages = [
        one
        for one in read
        if one.sealed is not None
        or not (one.row.seq in closed or (chosen.public and _private(one)))
    ]
    sealed = is_child_safety(tables, case.id)
    matter = _Matter(
        tables,
        case,
        harm_of(tables, case),
        sealed,
        messages,
        _addresses(tables, case, messages),
        language,
        comment,
        teller,
        chosen.asks[language],
    )
    parts = [(field, _PARTS[field](matter)) for field in chosen.fields]
    return [Said(field, words.HEADINGS[field][language], value) for field, value in parts if value]


def _private(one: CaseMessage) -> bool:
    return one.message is not None and one.message.private


def as_text(said: list[Said]) -> str:
    """The pack as one text to paste or print."""
    return "\n\n".join(f"{one.label.upper()}\n{one.value}" for one in said) + "\n"


def _addresses(tables: Tables, case: Case, messages: list[CaseMessage]) -> list[str]:
    found: dict[str, None] = {}
    for report in read_reports(tables, case.id, 500):
        found.update(dict.fromkeys(report.links))
    for one in messages:
        if one.sealed is not None:
            found.update(dict.fromkeys(one.sealed.links))
        elif one.message is not None and isinstance(one.message.extra.get("url"), str):
            found[one.message.extra["url"]] = None
    for capture in captures_of(tables, case.id):
        if capture.url is not None:
            found[capture.url] = None
    return [visible(link) for link in found][:MOST_ADDRESSES]


def visible(text: str) -> str:
    """The text with characters that hide or turn others named as `[U+202E]`."""
    return _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def _reference(m: _Matter) -> str:
    return m.case.id


def _harm(m: _Matter) -> str:
    found = harms().get(m.harm)
    return m.harm if found is None else found.label[m.language]


def _offence(m: _Matter) -> str:
    law = proposed(m.harm, Ground.LAW)[m.language]
    return law or words.NO_ARTICLE[m.language].format(harm=_harm(m))


def _when(m: _Matter) -> str:
    times = sorted(_sent(one) for one in m.messages)
    if not times:
        return words.ONCE[m.language].format(begin=rfc3339(ms_of(m.case.opened_at)))
    begin, end = rfc3339(times[0]), rfc3339(times[-1])
    form = words.ONCE if begin == end else words.BETWEEN
    return form[m.language].format(begin=begin, end=end)


def _where(m: _Matter) -> str:
    return words.PLACE[m.language].format(
        platform=visible(m.case.platform), channel=visible(m.case.channel), kind=_kind(m)
    )


def _kind(m: _Matter) -> str:
    members = len({one.row.author for one in m.messages})
    form = words.KINDS[m.case.kind.value][m.language]
    return form.format(members=members, messages=max(m.case.messages, len(m.messages)))


def _addresses_part(m: _Matter) -> str:
    return "\n".join(m.addresses) or words.NOTHING[m.language]


def _domains(m: _Matter) -> str:
    hosts = dict.fromkeys(_host(link) for link in m.addresses)
    return "\n".join(host for host in hosts if host) or words.NOTHING[m.language]


def _host(link: str) -> str:
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def _authors(m: _Matter) -> str:
    if m.sealed:
        return ""
    found: dict[str, str] = {}
    for one in m.messages:
        name = one.row.author_name
        found[one.row.author] = one.row.author if name is None else f"{one.row.author} ({name})"
    shown = [visible(who) for who in list(found.values())[:MOST_ACCOUNTS]]
    if len(found) > MOST_ACCOUNTS:
        shown.append(words.MORE[m.language].format(count=len(found) - MOST_ACCOUNTS))
    return "\n".join(shown) or words.NOTHING[m.language]


def _quotes(m: _Matter) -> str:
    if m.sealed:
        hashes = sorted({h for one in m.messages if one.sealed for h in one.sealed.hashes})
        return "\n".join([words.SEALED[m.language], *hashes])
    readable = [one for one in m.messages if one.message is not None and one.message.text]
    worst = sorted(readable, key=lambda one: -one.row.abuse)[:MOST_QUOTES]
    ordered = sorted(worst, key=lambda one: one.row.seq)
    parts = [
        words.QUOTE[m.language].format(
            index=number,
            at=rfc3339(_sent(one)),
            author=visible(one.row.author),
            verdict="",
            text=visible((one.message.text if one.message else "")[:LONGEST_QUOTE]),
        )
        for number, one in enumerate(ordered, 1)
    ]
    left = max(m.case.messages, len(m.messages)) - len(parts)
    if left > 0:
        parts.append(words.MORE[m.language].format(count=left))
    return "\n\n".join(parts) or words.NOTHING[m.language]


def _measures(m: _Matter) -> str:
    first: dict[tuple[str, str], datetime] = {}
    count: Counter[tuple[str, str]] = Counter()
    for row in m.tables.cases.measures(m.case.id):
        if row.measure.kind is MeasureKind.ALARM:
            continue
        group = (row.measure.kind.value, row.measure.state.value)
        count[group] += 1
        first[group] = min(first.get(group, row.measure.from_at), row.measure.from_at)
    told = [
        words.MEASURES[m.language].format(
            kind=words.KIND_OF_MEASURE[kind][m.language],
            count=count[kind, state],
            at=rfc3339(ms_of(first[kind, state])),
            state=words.STATES[state][m.language],
        )
        for kind, state in sorted(count)
    ]
    return "\n".join(told) or words.NO_MEASURE[m.language]


def _kept(m: _Matter) -> str:
    places = m.tables.cases.sequences(m.case.id)
    if not places:
        return words.NOTHING[m.language]
    return words.KEPT[m.language].format(
        entries=len(places), first=min(places), last=max(places), log=m.teller.log
    )


def _explanation(m: _Matter) -> str:
    if m.sealed:
        return words.SEALED[m.language]
    return words.EXPLAIN[m.language].format(harm=_harm(m), kind=_kind(m), quotes=_quotes(m))


def _contact(m: _Matter) -> str:
    name = m.teller.name or words.NO_NAME[m.language]
    return words.CONTACT[m.language].format(name=visible(name))


def _sent(one: CaseMessage) -> int:
    return one.row.sent_at_ms


_PARTS: dict[str, Callable[[_Matter], str]] = {
    "reference": _reference,
    "category": _harm,
    "offence": _offence,
    "explanation": _explanation,
    "when": _when,
    "where": _where,
    "addresses": _addresses_part,
    "domains": _domains,
    "authors": _authors,
    "quotes": _quotes,
    "measures": _measures,
    "kept": _kept,
    "target": lambda m: visible(m.case.target),
    "supply": lambda m: words.SUPPLY[m.language],
    "comment": lambda m: visible(m.comment),
    "asks": lambda m: m.asks,
    "good_faith": lambda m: words.GOOD_FAITH[m.language],
    "contact": _contact,
}
