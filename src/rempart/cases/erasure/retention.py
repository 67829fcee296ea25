"""What has outlived its window expires: in portions, by itself, with an entry that counts it.

Rules kept here:

1. How long is kept what is data (`erasure.toml`), each with its legal source; a community moves it
   within the legal bounds. Nobody has to ask or to confirm.
2. What a case, an appeal, a target's file, a folder or a hold still needs does not expire before.
   It is sealed anew, so that the key of its day can be destroyed with all the rest of that day.
3. A clock that jumped ahead expires nothing early: what it jumped is taken off again.
4. Each portion is one transaction's part, so small that nobody's message waits for it; an entry
   says the window, the date and how many, never whose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from rempart.cases.entries import disclosed, entry, record, rfc3339
from rempart.cases.erasure.facts import DAY_MS, Window, windows_of
from rempart.cases.erasure.forgetting import Forgotten
from rempart.log.subjects import KEPT, NOBODY, TRAFFIC, account_subject
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.store.interface.retention import OldMessage, RetentionRow
from rempart.store.interface.taken import TakenRow

PORTION: Final = 1_000
AGAIN_MS: Final = 6 * 3_600_000
"""So often each window is looked at."""
FEW: Final = 50
COUNTED: Final = frozenset({"flagged", "cases", "access"})
"""Windows whose material is counted in what is disclosed: judged messages, whom a decision was
about, alarms. What the others take is in no figure."""


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days; None: the house value of `erasure.toml`."""

    messages: int | None = None
    flagged: int | None = None
    reports: int | None = None
    contact: int | None = None
    cases: int | None = None
    access: int | None = None
    mails: int | None = None

    def windows(self, where: str = "settings.toml") -> dict[str, Window]:
        """InputError for what is outside of the legal bounds, or makes no sense together."""
        chosen = {
            name: days for name, days in msgspec.structs.asdict(self).items() if days is not None
        }
        return windows_of(chosen, where)


def expire(tables: Tables, windows: Mapping[str, Window], now_ms: int) -> int | None:
    """One portion of the first window that is due: how much expired. None: nothing was due."""
    done = tables.retention.done()
    skew_ms = max(0, tables.retention.skew_ms())
    for key, act in _WINDOWS.items():
        last = done.get(key, RetentionRow(key, 0, 0))
        going = last.at_ms == 0 and key in done
        if not going and abs(now_ms - last.at_ms) < AGAIN_MS:
            continue
        before_ms = now_ms - skew_ms - windows[key].days * DAY_MS
        if before_ms <= 0:
            continue
        tables.retention.begin(now_ms)
        count, place, more, reached = act(tables, windows, before_ms, last.place)
        fresh = RetentionRow(key, before_ms, 0 if more else now_ms, place)
        tables.retention.put_done(fresh)
        if count:
            told = {
                "window": key,
                "days": windows[key].days,
                "source": windows[key].source,
                "before": rfc3339(before_ms),
                "count": count,
                "at": rfc3339(now_ms),
            }
            seq = record(tables, [(None, entry("retention", told))])
            if key in COUNTED:
                tables.taken.add(TakenRow(seq, "retention", key, len(reached)), reached)
        return count
    return None


Expired = tuple[int, int, bool, Sequence[int]]
"""How many, up to which entry, whether more is left, and the entries whose words went."""


def _messages(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    """What stands out is sealed anew under its author alone (rule 2); then the day's key goes."""
    del windows
    rows = tables.retention.old_messages(place, before_ms, PORTION)
    end = rows[-1].seq if rows else place
    gone = [row.seq for row in rows if not row.kept]
    events = tables.retention.old_events(place + 1, end + 1) if rows else []
    _keep(tables, [row for row in [*rows, *events] if row.kept])
    entries = tables.retention.drop_messages(gone)
    passed = [row.seq for row in events if not row.kept]
    tables.retention.drop_events(passed)
    tables.log.erase([*entries, *passed])
    more = len(rows) == PORTION
    if not more and rows:
        tables.keys.destroy_days(TRAFFIC, at_time(before_ms).date())
    return len(gone) + len(passed), end, more, [*entries, *passed]


def _keep(tables: Tables, rows: Sequence[OldMessage]) -> None:
    by_author: dict[str, list[int]] = {}
    for row in rows:
        whom = account_subject(row.platform, row.author) if row.author else NOBODY
        by_author.setdefault(whom, []).append(row.seq)
    for whom, seqs in by_author.items():
        tables.log.reseal([*seqs, *tables.erasure.conflicts_of(seqs)], whom, KEPT)


def _flagged(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    cases_ms = before_ms + (windows["flagged"].days - windows["cases"].days) * DAY_MS
    passed = tables.retention.done().get("messages")
    upto = passed.place if passed is not None else 0
    rows = tables.retention.old_flagged(before_ms, cases_ms, upto, PORTION)
    entries = tables.retention.drop_messages(rows)
    evidence = [seq for seq in tables.evidence.of(rows).values() if seq is not None]
    tables.log.erase([*entries, *evidence])
    return len(rows), place, len(rows) == PORTION, [*entries, *evidence]


def _reports(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    del windows
    found = tables.retention.old_reports(before_ms, FEW)
    gone: list[int] = []
    for report in found:
        seqs = tables.erasure.entries_of_report(report)
        evidence = [seq for seq in tables.evidence.of(seqs).values() if seq is not None]
        tables.log.erase([*seqs, *evidence])
        gone += [*seqs, *evidence]
    tables.retention.note_words_gone(found)
    return len(found), place, len(found) == FEW, gone


def _contacts(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    del windows
    found = tables.retention.old_contacts(before_ms, FEW)
    gone = [seq + 1 for report, seq in found if _is_contact(tables, seq + 1, report)]
    tables.log.erase(gone)
    tables.retention.drop_contacts([report for report, _ in found])
    return len(found), place, len(found) == FEW, gone


def _is_contact(tables: Tables, seq: int, report: str) -> bool:
    """A contact is told right after its report, in an entry of its own."""
    return bool(disclosed(tables, seq, "contact").get("report") == report)


def _cases(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    """What people wrote goes, and who is named; what was decided stays for the figures."""
    del windows
    found = tables.retention.old_cases(before_ms, FEW)
    nobody = Forgotten("", "", "expired", blank=True)
    gone: list[int] = []
    for case in found:
        seqs = tables.retention.case_words(case)
        entries = tables.erasure.entries_of_case(case)
        evidence = [one for one in tables.evidence.of(entries).values() if one is not None]
        tables.log.erase([*seqs, *entries, *evidence])
        gone += [*seqs, *entries, *evidence]
        tables.erasure.scrub_words([case], nobody.words, nobody.json)
        tables.retention.close_case(case)
    return len(found), place, len(found) == FEW, gone


def _access(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    del windows
    found = tables.retention.old_access(before_ms, PORTION)
    tables.log.erase(found)
    tables.retention.drop_access(found)
    return len(found), place, len(found) == PORTION, found


def _mails(tables: Tables, windows: Mapping[str, Window], before_ms: int, place: int) -> Expired:
    del windows
    count = tables.retention.drop_mails(before_ms, PORTION)
    return count, place, count == PORTION, ()


_WINDOWS: Final[dict[str, Callable[[Tables, Mapping[str, Window], int, int], Expired]]] = {
    "messages": _messages,
    "flagged": _flagged,
    "reports": _reports,
    "contact": _contacts,
    "cases": _cases,
    "access": _access,
    "mails": _mails,
}
