"""All that is left of a subject goes at once: of an account, a target, a reporter.

Own entries with their evidence; what the log says of it beside others is said anew (`restating`);
every other table loses its name (`store.interface.erasure`). Each returns counts by what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from secrets import token_hex
from typing import Final

import msgspec

from rempart.cases.erasure.finding import OWN, item_of
from rempart.cases.erasure.forgetting import Forgotten
from rempart.cases.erasure.needs import split_subject
from rempart.cases.erasure.restating import OF_TARGET, evidence_of, restate
from rempart.log.commit import strict_json
from rempart.store.interface import Tables
from rempart.store.interface.erasure import Reach

_MOST_OF_OTHERS: Final = 2_000
"""So many messages of a case say what others wrote in it."""
ScrubState = Callable[[Forgotten, str, bytes], bytes]


def cut_account(
    tables: Tables,
    id: str,
    forgotten: Forgotten,
    naming: list[int],
    scrub_state: ScrubState,
) -> dict[str, int]:
    """`id`: of the request; `naming`: entries that name the account beside others."""
    erasure, platform, account = tables.erasure, forgotten.platform, forgotten.account
    alone: list[str] = []
    others: list[str] = []
    # The rows of its messages have its pseudonym by now, what else names it not yet.
    cases = {
        case.id: case
        for name in (account, forgotten.pseudonym)
        for case in erasure.cases_of_account(platform, name)
    }
    for case in sorted(cases.values(), key=lambda one: (one.opened_ms, one.id)):
        (others if case.raid else alone).extend(_related(tables, case.id))
    own = erasure.noted(id, *OWN)
    evidence = evidence_of(tables, own)
    own = [*own, *evidence]
    mine = set(own)
    about = _entries_of(tables, alone) - mine
    beside = (_entries_of(tables, others) | set(naming)) - mine - about
    counts = Counter({"entries": tables.log.erase(evidence)})
    blank = forgotten.without(blank=True)
    pairs = restate(tables, blank, sorted(about)) + restate(tables, forgotten, sorted(beside))
    counts["entries said anew"] = len(pairs)
    erasure.restated(pairs)
    quoting = set(erasure.noted(id, Reach.QUOTING)) - mine - about - beside
    counts.update(_cut_quotes(tables, forgotten, sorted(quoting), mine))
    renamed: dict[str, str] = {}
    erasure.rename_messages(
        erasure.noted(id, Reach.NAMED_ID),
        lambda known: renamed.setdefault(known, f"erased-{token_hex(8)}"),
        _with_id,
    )
    forgotten.also(renamed)
    for more in (
        erasure.forget_account(platform, account, forgotten.pseudonym),
        erasure.scrub_words(alone, blank.words, blank.json),
        erasure.scrub_words(others, forgotten.words, forgotten.json),
        erasure.scrub_pictures(
            forgotten.needles, forgotten.named_in, forgotten.words, forgotten.json
        ),
    ):
        counts.update(more)
    erasure.drop_aliases(alone)
    needle = account.encode("utf-8", "replace")
    counts["states"] = erasure.scrub_states(
        needle, lambda key, blob: scrub_state(forgotten, key, blob)
    )
    return counts


def _cut_quotes(
    tables: Tables, forgotten: Forgotten, quoting: Sequence[int], mine: Collection[int]
) -> Counter[str]:
    """What was quoted of it in cases of others; what they wrote in the same words stays."""
    counts: Counter[str] = Counter()
    cases = tables.erasure.cases_of_entries(quoting)
    of_case: dict[str, list[int]] = {}
    for seq in quoting:
        of_case.setdefault(cases.get(seq, ""), []).append(seq)
    for case, seqs in of_case.items():
        theirs = [seq for seq in tables.cases.message_sequences(case) if seq not in mine]
        bodies = tables.log.bodies_of(theirs[:_MOST_OF_OTHERS]).values()
        items = (item_of(body) for parts in bodies for body in parts)
        left = forgotten.beside(str(item.get("text") or "") for item in items)
        pairs = restate(tables, left, seqs)
        tables.erasure.restated(pairs)
        counts["entries said anew"] += len(pairs)
        counts.update(tables.erasure.scrub_words([case], left.words, left.json))
    return counts


def cut_target(tables: Tables, subject: str, naming: list[int]) -> dict[str, int]:
    """`naming`: entries in which her name stands; what she wrote down herself goes."""
    platform, name = split_subject(subject)
    gone = set(tables.erasure.entries_of_target(platform, name))
    for seq, bodies in tables.log.bodies_of(naming).items():
        for body in bodies:
            _, kind, value = strict_json(body)
            if kind in OF_TARGET and value.get("target") in (subject, name):
                gone.add(seq)
    facts = [row.id for known in {name, subject} for row in tables.facts.facts(known)]
    counts = tables.erasure.forget_target(platform, name)
    counts["facts"] = tables.facts.drop_facts(facts) if facts else 0
    counts["entries"] = tables.log.erase(sorted(gone))
    return counts


def cut_reporter(tables: Tables, report: str) -> dict[str, int]:
    """What the reporter said; the report stays as one that somebody made."""
    entries = tables.erasure.entries_of_report(report)
    if not entries:
        return {}
    counts = tables.erasure.forget_reporter(report)
    counts["entries"] = tables.log.erase(entries)
    return counts


def _with_id(outcome: bytes, id: str) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(outcome), "id": id})


def _related(tables: Tables, case: str) -> list[str]:
    """The case, what was merged into it, and appeals and second looks at it."""
    family = tables.cases.family(case)
    return [*family, *tables.erasure.looks_at(family)]


def _entries_of(tables: Tables, cases: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for case in cases:
        found.update(tables.erasure.entries_of_case(case))
    return found
