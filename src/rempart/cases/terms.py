"""The terms (DSA art. 14): what restricts here, by which rules and means, as dated versions.

Rules kept here:

1. What is published is drawn from what is in force: provisions, rules, measures, detectors. A
   community adds words of its own and cannot leave anything of that out.
2. Every rule that ever called for a measure stands in the version that is published now: a version
   that lacks one is refused, and a rule that comes later is a finding of `rempart doctor`.
3. A version is never changed. The next one says what is new, and whether that is significant; a
   significant one is announced, and that is an entry (art. 14(2)).
4. A service for minors has a version of the terms that they can read, or publishes none (14(3)).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

import msgspec

from rempart.cases import dated
from rempart.cases.deciding.provisions import provisions
from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.cases.harms import harms
from rempart.errors import ConflictError, InputError
from rempart.model import LADDER, DatedKind, Service
from rempart.rules import default_rules
from rempart.store.interface import Tables
from rempart.store.interface.terms import TermsRow

ACTIVE_DAYS = 30
LONGEST_WORDS = 20_000
Words = dict[str, str]


class Policy(msgspec.Struct, frozen=True):
    key: str
    title: Words
    text: Words


class Forbidden(msgspec.Struct, frozen=True):
    """One harm, what of the law is against it (empty: nothing is named), and the term."""

    harm: str
    name: Words
    law: Words
    term: Words


class RuleTerm(msgspec.Struct, frozen=True):
    """`id` as it stands in each measure and statement. `automated`: no person calls for it."""

    id: str
    what: Words
    automated: bool
    version: str = ""


class MeasureTerm(msgspec.Struct, frozen=True):
    kind: str
    does: Words


class Tool(msgspec.Struct, frozen=True):
    """A detector that looks at messages, with its version."""

    name: str
    version: str


class Terms(msgspec.Struct, frozen=True):
    """One version, whole. `own`: the community's words; `minors`: what minors read; by language."""

    policies: list[Policy]
    forbidden: list[Forbidden]
    rules: list[RuleTerm]
    measures: list[MeasureTerm]
    tools: list[Tool]
    own: Words = {}
    minors: Words = {}

    def ids(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    acts: dict[str, Words]
    policy: list[Policy]


@cache
def _file() -> _File:
    text = files(__package__).joinpath("terms.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


_BY_PEOPLE = frozenset({"by-hand", "by-decision", "authority-order", "court-ban"})


def drafted(
    own_rules: Iterable[RuleTerm],
    detectors: Mapping[str, str],
    own: Words,
    minors: Words,
    retired: Iterable[RuleTerm] = (),
) -> Terms:
    """The terms as they would be published now. `own_rules`: the community's; `detectors`: name
    and version; `retired`: rules of earlier versions, whose measures may still be in force."""
    builtin = [
        RuleTerm(rule.name, dict(rule.description), automated=True, version=rule.version)
        for rule in default_rules().rules
    ]
    acts = [RuleTerm(id, what, automated=id not in _BY_PEOPLE) for id, what in _file().acts.items()]
    rules = {rule.id: rule for rule in (*retired, *acts, *builtin, *own_rules)}
    known = provisions()
    return Terms(
        policies=list(_file().policy),
        forbidden=[
            Forbidden(harm.key, dict(harm.label), known[harm.key].law, known[harm.key].term)
            for harm in harms().values()
            if harm.key in known
        ],
        rules=sorted(rules.values(), key=lambda rule: rule.id),
        measures=[MeasureTerm(kind.value, dict(rung.does)) for kind, rung in LADDER.items()],
        tools=[Tool(name, version) for name, version in sorted(detectors.items())],
        own=_words(own, "own"),
        minors=_words(minors, "minors"),
    )


def unpublished(tables: Tables) -> list[str]:
    """Rules that called for a measure and stand in no published terms in force."""
    row = tables.terms.latest()
    known = terms_of(row).ids() if row is not None else frozenset()
    return [rule for rule in tables.terms.used_rules() if rule not in known]


def publish(
    tables: Tables,
    terms: Terms,
    summary: Words,
    by: str,
    at_ms: int,
    *,
    significant: bool,
) -> TermsRow:
    """Publishes a version. ConflictError: nothing is new, or a rule in use is missing; InputError:
    what is new is not said, or minors have no version to read."""
    summary = _words(summary, "summary")
    if not summary:
        raise InputError("say what is new", where="summary")
    _for_minors(tables, terms, at_ms)
    lacks = sorted(set(tables.terms.used_rules()) - terms.ids())
    if lacks:
        raise ConflictError("rules that acted are missing: " + ", ".join(lacks[:10]))
    content = msgspec.json.encode(terms, order="sorted")
    digest = sha256(content).hexdigest()
    before = tables.terms.latest()
    if before is not None and before.digest == digest:
        raise ConflictError("nothing is new", where=f"version {before.version}")
    version = 1 if before is None else before.version + 1
    told = {
        "version": version,
        "what": "published",
        "digest": digest,
        "significant": significant,
        "summary": summary,
        "terms": msgspec.to_builtins(terms),
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry("terms", told))])
    row = TermsRow(version, at_ms, digest, significant, summary, content, by, seq)
    tables.terms.add(row)
    if significant and before is not None:
        announce(tables, row, at_ms)
    return row


def announce(tables: Tables, row: TermsRow, at_ms: int) -> None:
    """A significant change is made known (art. 14(2)): on the public pages, live to who follows,
    and logged with every channel in which somebody wrote in the last month."""
    since = at_ms - ACTIVE_DAYS * 86_400_000
    told = {
        "version": row.version,
        "what": "announced",
        "places": [
            {"platform": one.platform, "channel": one.channel}
            for one in tables.stream.channels()
            if one.last_ms >= since
        ],
        "at": rfc3339(at_ms),
    }
    record(tables, [(None, entry("terms", told))])
    tables.terms.announced(row.version, at_ms)
    tables.announce("terms", {"version": row.version, "summary": row.summary})


def terms_of(row: TermsRow) -> Terms:
    return msgspec.json.decode(row.content, type=Terms)


def policy_titles() -> dict[str, Words]:
    """By key, in both languages."""
    return {one.key: one.title for one in _file().policy}


class Change(msgspec.Struct, frozen=True):
    """What a version has that the one before had not, and the other way round, by id."""

    added: list[str]
    removed: list[str]
    changed: list[str]


def change(before: Terms | None, after: Terms) -> Change:
    """Pure: what changed among rules, harms, measures, tools, policies and own words."""
    old, new = (_parts(before) if before is not None else {}), _parts(after)
    return Change(
        sorted(new.keys() - old.keys()),
        sorted(old.keys() - new.keys()),
        sorted(key for key in new.keys() & old.keys() if new[key] != old[key]),
    )


def _parts(terms: Terms) -> dict[str, object]:
    lists: Sequence[tuple[str, Sequence[tuple[str, object]]]] = (
        ("rule", [(one.id, one) for one in terms.rules]),
        ("harm", [(one.harm, one) for one in terms.forbidden]),
        ("measure", [(one.kind, one) for one in terms.measures]),
        ("tool", [(one.name, one) for one in terms.tools]),
        ("policy", [(one.key, one) for one in terms.policies]),
        ("own", list(terms.own.items())),
        ("minors", list(terms.minors.items())),
    )
    return {f"{kind} {key}": one for kind, parts in lists for key, one in parts}


def _for_minors(tables: Tables, terms: Terms, at_ms: int) -> None:
    service = dated.one_at(tables, dated.today(at_ms), DatedKind.SERVICE)
    if isinstance(service, Service) and service.for_minors and not terms.minors:
        raise InputError(
            "a service for minors publishes terms that they can read (art. 14(3))", where="minors"
        )


def _words(words: Words, where: str) -> Words:
    found = {language: clean(text).strip() for language, text in words.items()}
    found = {language: text for language, text in found.items() if text}
    if any(len(text) > LONGEST_WORDS for text in found.values()):
        raise InputError(f"at most {LONGEST_WORDS} characters", where=where)
    return found
