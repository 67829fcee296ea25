"""How the service of a made-up year was run: its terms, rules, queues, transmissions and alarms.

Few rows, written by the same functions and tables as in the console; from the seed of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.queue.queues import Queue, put_queue
from rempart.cases.terms import RuleTerm, drafted, publish
from rempart.cases.versions import go_live, propose_rules
from rempart.disclose.rehearsal.plan import HOUR_MS, MODERATORS, YEAR_MS, Plan
from rempart.model import stable_id
from rempart.rules.language import Program
from rempart.store.interface import Tables
from rempart.store.interface.access_log import AccessEntryRow
from rempart.store.interface.referrals import ACKNOWLEDGED, PREPARED, SENT, ReferralRow
from rempart.store.interface.versions import VersionKind

_ADMIN: Final = "admin"
_GRAVE: Final = ("threat", "child_safety", "hate", "intimate_images", "self_harm_incitement")
_DETECTORS: Final = ({"text": "2026.0", "links": "2026.1"}, {"text": "2026.1", "links": "2026.1"})
_RULE: Final = """[[rule]]
name = "repeated-insults"
state = "live"
description = {{ en = "Repeated insults wait.", fr = "Les insultes répétées attendent." }}
reason = {{ en = "Insults, again and again.", fr = "Des insultes, encore et encore." }}
when = "score('insult') >= {threshold} and count(by=account, over=minutes(10)) > 3"
unknown = "skip"
measures = ["hold message for 1 day"]
"""
_QUEUE: Final = {"en": "Hate", "fr": "Haine"}


class Known(NamedTuple):
    """A case of a grave harm: when it was opened, and where in the log."""

    case: str
    harm: str
    opened_ms: int


def is_grave(harm: str) -> bool:
    return harm in _GRAVE


def run_all(tables: Tables, plan: Plan, known: Sequence[Known]) -> None:
    """After all cases are there."""
    random = Random(f"transparency-order conduct {plan.seed}")
    _publish(tables, plan)
    _rules(tables, plan)
    put_queue(tables, None, Queue(_QUEUE, harms=("hate",)), _ADMIN, plan.begin_ms)
    for one in known:
        _pass_on(tables, plan, random, one)
    for number in range(4):
        _alarm(tables, plan.begin_ms + (number + 1) * YEAR_MS // 5)


def _publish(tables: Tables, plan: Plan) -> None:
    own = [RuleTerm("repeated-insults", {"en": "Insults", "fr": "Insultes"}, automated=True)]
    middle = plan.begin_ms + YEAR_MS // 2
    first = drafted([], _DETECTORS[0], {"en": "Be fair.", "fr": "Soyez justes."}, {})
    second = drafted(own, _DETECTORS[1], {"en": "Be fair.", "fr": "Soyez justes."}, {})
    said = {"en": "The first terms.", "fr": "Les premières conditions."}
    publish(tables, first, said, _ADMIN, plan.begin_ms, significant=False)
    said = {"en": "A rule for repeated insults.", "fr": "Une règle sur les insultes répétées."}
    publish(tables, second, said, _ADMIN, middle, significant=True)


def _rules(tables: Tables, plan: Plan) -> None:
    """Two versions, one after the other in force; each was another person's than who let it in."""
    for number, threshold in enumerate((0.8, 0.7)):
        at_ms = plan.begin_ms + (number + 1) * YEAR_MS // 3
        reason = "too few were held" if number else "first version"
        program = Program({"repeated.toml": _RULE.format(threshold=threshold)}, {})
        made = propose_rules(tables, program, author=MODERATORS[number], reason=reason, at_ms=at_ms)
        go_live(tables, VersionKind.RULES, made.id, by=_ADMIN, reason=reason, at_ms=at_ms)


def _pass_on(tables: Tables, plan: Plan, random: Random, one: Known) -> None:
    """Prepared, mostly sent, often answered; each step an entry."""
    id = stable_id("ref", str(plan.seed), one.case)
    begun = one.opened_ms + round(random.uniform(0.1, 5) * HOUR_MS)
    place = "ncmec" if one.harm == "child_safety" and random.random() < 0.2 else "pharos"

    def told(name: str, at_ms: int) -> int:
        said = {"id": id, "case": one.case, "place": place, "at": rfc3339(at_ms)}
        return record(tables, [(one.case, entry(name, said))])

    seq = told("referral-prepared", begun)
    by = random.choice(MODERATORS)
    row = ReferralRow(
        id, one.case, place, "authority", one.harm, one.opened_ms, by, begun, PREPARED, seq
    )
    if random.random() < 0.95:
        sent_ms = begun + round(random.uniform(0.05, 2) * HOUR_MS)
        left = told("referral-sent", sent_ms)
        row = row._replace(state=SENT, sent_by=by, sent_ms=sent_ms, sent_seq=left, done_seq=left)
        if random.random() < 0.6:
            answered = sent_ms + round(random.uniform(1, 72) * HOUR_MS)
            row = row._replace(
                state=ACKNOWLEDGED,
                acknowledged_ms=answered,
                reference=f"P-{plan.year}-{random.randrange(10**6):06}",
                done_seq=told("referral-acknowledged", answered),
            )
    tables.referrals.put(row)


def _alarm(tables: Tables, at_ms: int) -> None:
    said = {"what": "many-views", "at": rfc3339(at_ms)}
    seq = record(tables, [(None, entry("alarm", said))])
    tables.access_log.add(AccessEntryRow(seq, at_ms, "alarm", "many-views", MODERATORS[0], ""))
