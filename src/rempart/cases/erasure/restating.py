"""Saying entries of the log anew without whom they named: the old body goes, the new entry names
the one it restates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rempart.cases.erasure.finding import PORTION
from rempart.cases.erasure.forgetting import Forgotten
from rempart.cases.evidence.promoted import EVIDENCE
from rempart.log.commit import seal, strict_json
from rempart.log.subjects import NOBODY, report_subject, target_subject
from rempart.store.interface import Tables

_GROWING: Final = frozenset({"raid", "campaign"})
"""Told again and again as they grow: only the last picture is said anew."""
_PAGES: Final = frozenset({"capture-asked", "capture", "capture-failed", "source_proof"})
"""Captured pages of a case about the account alone: with the entry goes the key of the file."""
_OF_REPORTS: Final = frozenset({"report", "contact"})
"""They go with the report's own key too."""
OF_TARGET: Final = frozenset(
    {"incident-file", "incident-request", "outside-act", "facts", "folder", "lock-out", "helper"}
)
"""What a target wrote down herself: it goes with her own key."""


def restate(tables: Tables, forgotten: Forgotten, seqs: Sequence[int]) -> list[tuple[int, int]]:
    """Says these entries anew without the account; returns old and new sequences of those in which
    something had to go. Their old bodies are erased."""
    changed: list[tuple[int, str, list[tuple[str, dict[str, Any]]]]] = []
    grown: dict[tuple[str, str], int] = {}
    pages: list[int] = []
    for begin in range(0, len(seqs), PORTION):
        for seq, bodies in tables.log.bodies_of(seqs[begin : begin + PORTION]).items():
            parts = [strict_json(body)[1:] for body in bodies]
            if any(name == EVIDENCE for name, _ in parts):
                continue
            if any(
                (forgotten.blank and name in _PAGES) or _is_own_record(forgotten, name, value)
                for name, value in parts
            ):
                pages.append(seq)
                continue
            fresh = [(name, forgotten.value(value)) for name, value in parts]
            if any(new is not value for (_, new), (_, value) in zip(fresh, parts, strict=True)):
                changed.append((seq, fresh[0][0], fresh))
                if fresh[0][0] in _GROWING:
                    grown[fresh[0][0], str(fresh[0][1].get("id"))] = seq
    pairs: list[tuple[int, int]] = []
    for seq, name, parts in changed:
        if name in _GROWING and grown[name, str(parts[0][1].get("id"))] != seq:
            continue
        first, *more = parts
        told = {**first[1], "restates": seq}
        sealed = seal(first[0], told, *more, subject=_subject_of(name, told))
        pairs.append((seq, tables.log.append([sealed])))
    gone = [*pages, *(seq for seq, _, _ in changed)]
    tables.log.erase([*gone, *evidence_of(tables, gone)])
    return pairs


def _subject_of(name: str, told: Mapping[str, Any]) -> str:
    """Whose key it is kept under: that of what was said before."""
    if name in _OF_REPORTS and "id" in told:
        return report_subject(str(told["id"]))
    if name in OF_TARGET and "target" in told:
        return target_subject(str(told["target"]))
    return NOBODY


def _is_own_record(forgotten: Forgotten, name: str, value: Mapping[str, Any]) -> bool:
    """A record that the account itself signed, with its proof: it goes whole."""
    whose = (value.get("platform"), value.get("account"))
    return name == "source_proof" and whose == (forgotten.platform, forgotten.account)


def evidence_of(tables: Tables, seqs: Sequence[int]) -> list[int]:
    """Entries that commit to these once more, field by field: they go with them. What is said anew
    is promoted anew."""
    return [seq for seq in tables.evidence.of(seqs).values() if seq is not None]
