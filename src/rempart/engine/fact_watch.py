"""Protected facts in the pipeline: what a match does, and what it must never do.

Rules kept here (ADR 16):

1. The outcome of a message never depends on whether a fact matched, nor on which. Targets with
   facts are looked at strictly by the detector of personal data; what looks like it is held for
   everybody, match or no match.
2. A match is told beside the outcomes (`StepResult.facts`), for the target alone.
3. Only where the target chose *for everyone* is the message held for everybody by its match; the
   signal then says *personal data* and covers the whole message.
4. Too many messages that look like personal data: the sender is stopped (`probing`, a rule). Too
   many hits on silent facts: everything from this sender is kept from the target, in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from rempart.detect.facts.finder import FactFinder, FactMatch
from rempart.detect.facts.probes import ProbeBook
from rempart.detect.facts.table import FactTable
from rempart.detect.personal.detector import PersonalDataDetector
from rempart.model import THRESHOLD, Label, Message, Signal
from rempart.model.moments import ms_of

_LOG = logging.getLogger(__name__)
WHY = "personal data"
_SCORE = 0.6


def look_for_facts(
    finder: FactFinder,
    messages: Sequence[Message],
    folds: Sequence[str],
    found: dict[int, list[Signal]],
    failed: dict[int, tuple[str, ...]],
) -> list[FactMatch]:
    """The matches of a batch; adds the signals of rule 3 to `found`. When looking itself fails, the
    messages to protected targets go to `failed`, as if the detector of personal data had failed."""
    try:
        matches = finder.find(messages, folds)
    except Exception:
        _LOG.exception("protected facts could not be looked for")
        name = PersonalDataDetector.name
        for index, message in enumerate(messages):
            if finder.table.names_of(message):
                failed[index] = (*failed.get(index, ()), name)
        return []
    for match in matches:
        if match.everyone and not _looks_personal(found.get(match.position)):
            found.setdefault(match.position, []).append(_signal(messages[match.position]))
    return matches


def note_message(
    table: FactTable,
    probes: ProbeBook,
    position: int,
    message: Message,
    signals: list[Signal] | None,
    matches: Sequence[FactMatch],
) -> tuple[bool, list[FactMatch]]:
    """Whether this sender tries things out, and what is kept from the target alone."""
    names = table.names_of(message)
    if not names:
        return False, []
    at_ms = ms_of(message.sent_at)
    sender = f"{message.platform}/{message.author.id}"
    looks_personal = _looks_personal(signals)
    probing = False
    kept: list[FactMatch] = []
    for name in names:
        if looks_personal and probes.saw_held(name, sender, at_ms):
            probing = True
        hits = [match for match in matches if match.target == name]
        if any(not match.everyone for match in hits):
            probes.saw_fact(name, sender, at_ms)
        if hits:
            kept += hits
        elif probes.is_locked_out(name, sender, at_ms):
            kept.append(FactMatch(position, name, ""))
    return probing, kept


def _looks_personal(signals: list[Signal] | None) -> bool:
    return any(s.label is Label.PERSONAL_DATA and s.score >= THRESHOLD for s in signals or ())


def _signal(message: Message) -> Signal:
    name, version = PersonalDataDetector.name, PersonalDataDetector.version
    span = (0, len(message.text))
    return Signal(name, version, Label.PERSONAL_DATA, _SCORE, span, WHY)
