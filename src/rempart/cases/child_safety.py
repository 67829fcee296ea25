"""Child safety by type: what is kept and shown of it is links, hashes and times, and nothing else.

Rules kept here:

1. `Sealed` is all that any exit is given of a message in such a case. It has no field for a text, a
   picture or its bytes: none can leak through a page, a twin, an export or a search.
2. What a reporter pastes is not stored: of a report of this kind the words of the explanation are,
   and links and ids. Its text is named by its hash alone, so that another report of the same is
   found to be one.
3. Sealed is what such a report names, whatever channel and case it stands in or comes to later
   (`reports.closing`, with its bounds), and nothing else: nobody makes a whole attack unreadable by
   calling one message of it so. A case of messages that people decide to be so is sealed whole.
4. A message is sealed by whatever case says it, wherever it is looked for: `sealed_messages` is the
   one question that every page, twin, search and sample asks. No dossier, pack or file holds it,
   and neither an auditor nor a helper nor who appeals opens it.
5. It is sealed while anybody's allegation is undecided: neither a deadline that lapsed, nor one
   person, nor the reporter who takes it back ends that. It may be read and leave again once two
   people said what else it is, of exactly the messages that stood in what was proposed to the
   second one; to leave, a second look at that must be done as well (`never_leaving`).
6. What was decided so stays so for the same message, whatever strangers report of it later: a false
   report must not destroy evidence. Only a person seals it again, by deciding that it is of child
   safety; that is for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from rempart.cases.entries import disclosed
from rempart.cases.matter import CHILD_SAFETY, is_child_safety
from rempart.model import (
    NO_ACTION,
    Appellant,
    Case,
    CaseKind,
    Decision,
    LookState,
    Message,
    ReportRequest,
    message_key,
)
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow

MOST_REPORTS = 1_000_000
NAMED: Final = "child_safety"
"""Of a proposal: the messages of the case that were alleged to be so when it was made."""


class Sealed(msgspec.Struct, frozen=True):
    """One message of child safety. `hashes`: SHA-256 of its media as the platform gave them."""

    id: str
    sent_at: datetime
    links: tuple[str, ...]
    hashes: tuple[str, ...]


def sealed(message: Message) -> Sealed:
    return Sealed(
        message.id,
        message.sent_at,
        message.links,
        tuple(media.sha256 for media in message.media if media.sha256),
    )


def without_material(request: ReportRequest) -> ReportRequest:
    """The report as it may be stored: without what was pasted."""
    if request.category != CHILD_SAFETY:
        return request
    return msgspec.structs.replace(request, text=None)


def sealed_messages(tables: Tables, sequences: Sequence[int]) -> frozenset[int]:
    """Which of these messages are sealed: nothing shows their text (rule 4)."""
    return _closed(tables, sequences, leaving=False)


def never_leaving(tables: Tables, sequences: Sequence[int]) -> frozenset[int]:
    """Which of these messages leave in no file now: the sealed ones, and those of which a second
    look is not done yet (rule 5)."""
    return _closed(tables, sequences, leaving=True)


def withheld(tables: Tables, case: Case) -> frozenset[int] | None:
    """Entries of a case that no dossier holds: the messages and the reports; None: the whole case
    is of this kind, or holds (and is no raid) what another case closed, and has no dossier."""
    if case.kind is not CaseKind.RAID and _concerned(tables, [case.id]):
        said = _said(tables, case.id, leaving=True)
        if said.confirmed or said.cleared is None:
            return None
    never = never_leaving(tables, tables.cases.message_sequences(case.id))
    if never and case.kind is not CaseKind.RAID:
        return None
    return never | {row.seq for row in _alleged(tables, case.id)}


def is_closed(tables: Tables, case: str) -> bool:
    """Whether what was gathered beside its messages, pages and proofs of them, is closed too: it is
    of this kind, or, where it is no raid, another case sealed a message of it."""
    if is_child_safety(tables, case):
        return True
    found = tables.cases.get(case)
    if found is None or found.kind is CaseKind.RAID:
        return False
    return bool(sealed_messages(tables, tables.cases.message_sequences(case)))


def alleged_in(tables: Tables, case: Case) -> frozenset[int] | None:
    """The messages of which this case itself says it; None: it says so of nothing."""
    if not is_child_safety(tables, case.id):
        return None
    called = _called(tables.cases.decisions(case.id))
    members = tables.cases.message_sequences(case.id)
    return _meant(tables, case.id, members, _named(tables, case.id), called=called)


def is_judged(tables: Tables, case: Case, message: int | None = None) -> bool:
    """Whether people have decided of this message, or of this case (None), whether it is so."""
    if message is None:
        said = _said(tables, case.id, leaving=False)
        return said.cleared is not None or said.called
    for id, members in _cases_of(tables, [message]).items():
        said = _said(tables, id, leaving=False)
        if message in (said.cleared or ()):
            return True
        if said.called and message in _meant(tables, id, members, _named(tables, id), called=True):
            return True
    return False


class _Said(NamedTuple):
    """What people decided in a case. `called`: that it is so; `confirmed`: and something was done.
    `cleared`: the messages that two people called something else; None: they have not."""

    called: bool
    confirmed: bool
    cleared: frozenset[int] | None


def _called(chain: Sequence[Decision]) -> bool:
    return any(one.harm == CHILD_SAFETY for one in chain)


def _closed(tables: Tables, sequences: Sequence[int], *, leaving: bool) -> frozenset[int]:
    alleged: set[int] = set()
    confirmed: set[int] = set()
    cleared: set[int] = set()
    for id, members in _cases_of(tables, sequences).items():
        said, named = _said(tables, id, leaving=leaving), _named(tables, id)
        meant = _meant(tables, id, members, named, called=said.called)
        (confirmed if said.confirmed else alleged).update(meant)
        if said.cleared is not None:
            cleared.update(said.cleared, named.later)
    return frozenset(sequences) & frozenset(confirmed | (alleged - cleared))


def _cases_of(tables: Tables, sequences: Sequence[int]) -> dict[str, list[int]]:
    """Of the cases that these messages are or were in, or are judged in, those where this was ever
    said; with the messages that are in it."""
    found = tables.cases.all_of_messages(sequences) if sequences else {}
    concerned = _concerned(tables, list(found))
    concerned.update(tables.child_named.of_messages(sequences))
    return {id: found.get(id, []) for id in sorted(concerned)}


def _concerned(tables: Tables, cases: Sequence[str]) -> set[str]:
    return tables.cases.of_harm(cases, CHILD_SAFETY) if cases else set()


def _said(tables: Tables, case: str, *, leaving: bool) -> _Said:
    chain = tables.cases.decisions(case)
    called = _called(chain)
    confirmed = any(one.harm == CHILD_SAFETY and one.outcome not in NO_ACTION for one in chain)
    if leaving and any(
        look.appellant is Appellant.SAMPLE and look.state is LookState.OPEN
        for look in tables.looks.of_case(case)
    ):
        return _Said(called, confirmed, None)
    elsewise = {
        ("decision", "confirmed", one.decided_by, one.confirmed_by)
        for one in chain
        if one.confirmed_by is not None and one.harm not in (None, CHILD_SAFETY)
    }
    cleared: frozenset[int] | None = None
    for row in tables.looks.proposals(case) if elsewise else ():
        if (row.what, row.state, row.proposed_by, row.closed_by) in elsewise:
            named = disclosed(tables, row.seq, "proposal").get(NAMED)
            if named is not None:
                cleared = (cleared or frozenset()) | frozenset(named)
    return _Said(called, confirmed, cleared)


def _meant(
    tables: Tables, case: str, members: Sequence[int], named: _Named, *, called: bool
) -> frozenset[int]:
    """What such a case is about (rule 3); `members`: those of its messages that are asked for."""
    found = tables.cases.get(case)
    if found is None:
        return frozenset()
    whole = called and found.kind is not CaseKind.RAID
    return named.then.union(named.later, members if whole else ())


def _alleged(tables: Tables, case: str) -> list[ReportRow]:
    reports = tables.cases.reports(case, MOST_REPORTS)
    return [row for row in reports if row.category == CHILD_SAFETY]


class _Named(NamedTuple):
    """`later`: of an id under which nothing had come when it was named."""

    then: frozenset[int]
    later: frozenset[int]


def _named(tables: Tables, case: str) -> _Named:
    """The messages that reports of child safety name and that are judged in this case."""
    namings = tables.child_named.of_case(case)
    then = {one.seq for one in namings if one.seq is not None}
    for one in namings:
        if one.seq is None and one.message is None:
            row = tables.cases.report(one.report)
            told = {} if row is None else disclosed(tables, row.seq, "report")
            then |= _come(tables, told.get("message_ids", ()))
    later = _come(tables, [one.message for one in namings if one.message is not None])
    return _Named(frozenset(then), frozenset(later - then))


def _come(tables: Tables, ids: Sequence[str]) -> set[int]:
    """The messages that have come under these ids, on any platform."""
    keys = [message_key(platform, id) for id in ids for platform in tables.stream.platforms()]
    return {known.seq for known in tables.stream.known(keys).values()}
