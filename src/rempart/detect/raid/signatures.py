"""Signatures: what people have in common, counted by distinct authors.

Rules of this module:

1. A signature is an integer: a fingerprint of the text, or a link. Who used it last, when and
   whether abusively is one integer; only when a second person uses it does it get a table of its
   users, by serial number, whoever used it last at the end.
2. What regulars say is the control group: their use marks a signature as public, and is not
   counted against anybody.
3. What was shared here harmlessly becomes the channel's own vocabulary.
4. What somebody wrote lately who is then banned is remembered for a month, unless regulars say it
   too: who brings it back under another name is hostile.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.detect.raid.evidence import (
    KEY_WINDOW_MS,
    LINK_BIT,
    SERIAL_BITS,
    SERIAL_MASK,
    SHORT_BIT,
    is_public,
)
from rempart.detect.raid.state import (
    AUTHORS_PER_SIGNATURE,
    BANNED_DAYS,
    BANNED_KEYS,
    DAY_MS,
    SHARED_SIGNATURES,
    SIGNATURES_PER_GENERATION,
    Person,
    TargetData,
    TargetState,
)


def note_regular(data: TargetData, keys: Sequence[int], now: int) -> None:
    second = now // 1000
    used = data.regular_keys
    for key in keys:
        used[key] = second
    if len(used) >= SIGNATURES_PER_GENERATION // 2:
        data.older_regular_keys, data.regular_keys = used, {}


def note_use(
    state: TargetState, keys: Sequence[int], person: Person, flagged: bool, now: int
) -> tuple[bool, bool]:
    """Notes the use of signatures; says whether others used one before, and whether this person
    did so lately: who repeats themselves."""
    data = state.data
    serial = person.serial
    use = now // 1000 << 1 | flagged
    packed = use << SERIAL_BITS | serial
    lately = (now - KEY_WINDOW_MS) // 1000 << 1
    young, old, shared = data.signatures, data.older_signatures, data.shared
    newest = state.newest
    others = again = False
    for key in keys:
        before = young.get(key)
        if before is None:
            before = old.get(key)
        young[key] = packed
        if before is None:
            continue
        uses = shared.get(key)
        if uses is not None:
            others = True
            newest[key] = use
            known = uses.pop(serial, None)
            if known is None:
                if len(uses) >= AUTHORS_PER_SIGNATURE:
                    del uses[next(iter(uses))]
                uses[serial] = use
            else:
                # Flagged once stays flagged within the window.
                again |= known >= lately
                uses[serial] = use | known & 1
        elif before & SERIAL_MASK != serial:
            others = True
            shared[key] = {before & SERIAL_MASK: before >> SERIAL_BITS, serial: use}
            newest[key] = use
        else:
            again |= before >> SERIAL_BITS >= lately
    if len(young) >= SIGNATURES_PER_GENERATION:
        data.older_signatures, data.signatures = young, {}
    if len(shared) > SHARED_SIGNATURES:
        forget_shared(state, now, SHARED_SIGNATURES // 3)
    return others, again


def forget_shared(state: TargetState, now: int, count: int) -> None:
    """Drops those that were used longest ago; harmless old ones become vocabulary."""
    data = state.data
    oldest = (now - KEY_WINDOW_MS) // 1000
    last = {key: use >> 1 for key, use in state.newest.items()}
    hot = {key for raid in data.raids for key in raid.hot}
    for key in sorted(last, key=lambda key: (last[key], key))[:count]:
        uses = data.shared.pop(key)
        del state.newest[key]
        flagged = sum(use & 1 for use in uses.values())
        if len(uses) < 3 or flagged * 4 >= len(uses) or key in hot:
            continue
        if last[key] < oldest or len(uses) >= 6:
            _become_common(data, key, len(uses))


def _become_common(data: TargetData, key: int, users: int) -> None:
    if len(data.common) >= SIGNATURES_PER_GENERATION // 2:
        data.older_common, data.common = data.common, {}
    data.common[key] = users


def note_ban(data: TargetData, person: Person, now: int) -> None:
    """Remembers the telling signatures of somebody who was banned."""
    for signatures in (data.older_signatures, data.signatures):
        for key, use in signatures.items():
            if use & SERIAL_MASK == person.serial and not key & SHORT_BIT:
                data.banned.pop(key, None)
                data.banned[key] = now
    horizon = now - BANNED_DAYS * DAY_MS
    while data.banned:
        oldest = next(iter(data.banned))
        if len(data.banned) <= BANNED_KEYS and data.banned[oldest] >= horizon:
            break
        del data.banned[oldest]


def evades_ban(state: TargetState, keys: Sequence[int], now: int) -> bool:
    """Two signatures of somebody banned here, or a link, that no regular uses."""
    horizon = now - BANNED_DAYS * DAY_MS
    known = [
        key
        for key in keys
        if state.data.banned.get(key, -1) >= horizon and not is_public(state, key, now)
    ]
    return len(known) >= 2 or any(key & LINK_BIT for key in known)
