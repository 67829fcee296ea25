"""Rules over whole raids (`on = "raid"`): what they may look at, and how they are run.

Rules kept here:

1. A raid is told again whenever it grows, changes its stage, or turns out to be part of a campaign;
   each time these rules are asked anew about the whole of it. Nothing is counted per telling.
2. A raid *returns* when the campaign it was tied to began at least an hour before it and has an
   earlier raid: the same people, or the same doing under other names, came back.
3. What they call for touches the target, the channel, or the core members one by one, never the
   mere crowd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import CodeType
from typing import Any, Final, NamedTuple

import msgspec
import re2

from rempart.model import Campaign, Raid
from rempart.rules.language.calls import CALLS, Call
from rempart.rules.language.generate import Errors, asked, local_name
from rempart.rules.language.labels import Labels
from rempart.rules.language.parts import Parts
from rempart.rules.language.types import Type, Typed
from rempart.rules.language.vocabulary import Field

RETURN_SECONDS: Final = 3_600
GOING_SECONDS: Final = 2 * 3_600
MOST_GOING: Final = 200
MOST_PASTS: Final = 2_000

RAID_FIELDS: Final[dict[str, Field]] = {
    "raid.kind": Field(
        Type.TEXT,
        "r.kind.value",
        False,
        "bot_raid, link_raid, flood, dogpile, slow, spread or brigade",
    ),
    "raid.stage": Field(Type.TEXT, "r.stage.value", False, "notice, suspect or attack"),
    "raid.confidence": Field(Type.NUMBER, "r.confidence", False, "from 0 to 1"),
    "raid.members": Field(Type.NUMBER, "len(r.members)", False, "how many accounts take part"),
    "raid.core": Field(
        Type.NUMBER, "core_of(r)", False, "how many of them share a signature with others"
    ),
    "raid.messages": Field(Type.NUMBER, "r.messages", False, "how many messages it has so far"),
    "raid.length": Field(
        Type.DURATION, "(r.end - r.begin).total_seconds()", False, "from its first to its last one"
    ),
    "raid.returns": Field(
        Type.BOOL, "p.earlier > 0", False, "whether a known campaign or cohort came back"
    ),
    "raid.earlier": Field(Type.NUMBER, "p.earlier", False, "how many raids of it came before"),
    "raid.returning": Field(
        Type.NUMBER, "p.returning", False, "how many members took part before, under the same id"
    ),
    "target.name": Field(Type.TEXT, "r.target", False, "whom it hits"),
    "channel.name": Field(Type.TEXT, "r.channel", False, "where"),
    "channel.platform": Field(Type.TEXT, "r.platform", False, "the platform"),
    "hour": Field(Type.NUMBER, "r.end.hour", False, "hour of the day of its last message, UTC"),
}
RAID_THINGS: Final[dict[str, str]] = {
    "channel": "r.platform + '\\x1f' + r.channel",
    "target": "r.platform + '\\x1f' + r.target",
}
RAID_CALLS: Final[dict[str, Call]] = {
    name: CALLS[name]
    for name in (
        "contains",
        "default",
        "ends_with",
        "known",
        "labelled",
        "len",
        "matches",
        "starts_with",
    )
}
"""Counters look at messages: a raid that is told ten times is still one raid."""


class Past(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a raid from before. `earlier`: raids of its campaign that came before it;
    `returning`: its members who took part in them under the same id."""

    campaign: str = ""
    earlier: int = 0
    returning: int = 0


NO_PAST: Final = Past()


class RaidFacts(NamedTuple):
    """All that a raid rule may look at; `now` in seconds of event time."""

    raid: Raid
    past: Past
    now: float


def past_of(raid: Raid, campaign: Campaign) -> Past:
    """What the campaign says of the raid's past."""
    earlier = 0
    if raid.id in campaign.raids:
        before = (raid.begin - campaign.begin).total_seconds() >= RETURN_SECONDS
        earlier = campaign.raids.index(raid.id) if before else 0
    if not earlier:
        return Past(campaign.id)
    met = {
        member.account
        for member in campaign.members
        if member.platform == raid.platform
        and member.first_at is not None
        and (raid.begin - member.first_at).total_seconds() >= RETURN_SECONDS
    }
    returning = sum(member.account in met for member in raid.members)
    return Past(campaign.id, earlier, returning)


class GoingRaids:
    """The last picture of each raid that is going on, and what is known of its past; serialisable.
    `noted`: rules on trial that would have acted on a raid, each told once."""

    def __init__(self) -> None:
        self.pictures: dict[str, Raid] = {}
        self.pasts: dict[str, Past] = {}
        self.noted: dict[tuple[str, str], None] = {}

    def take(self, raid: Raid, now: float) -> RaidFacts:
        """The raid as it is now."""
        self.pictures.pop(raid.id, None)
        self.pictures[raid.id] = raid
        self._forget(now)
        return RaidFacts(raid, self.pasts.get(raid.id, NO_PAST), now)

    def learn(self, campaign: Campaign, now: float) -> list[RaidFacts]:
        """Raids that are going on and of whose past this says something new."""
        found: list[RaidFacts] = []
        for id in campaign.raids:
            raid = self.pictures.get(id)
            if raid is None:
                continue
            past = past_of(raid, campaign)
            if past != self.pasts.get(id):
                self.pasts.pop(id, None)
                self.pasts[id] = past
                found.append(RaidFacts(raid, past, now))
        while len(self.pasts) > MOST_PASTS:
            del self.pasts[next(iter(self.pasts))]
        return found

    def note(self, raid: str, rule: str) -> bool:
        """False: it was told before."""
        if (raid, rule) in self.noted:
            return False
        self.noted[raid, rule] = None
        while len(self.noted) > MOST_PASTS:
            del self.noted[next(iter(self.noted))]
        return True

    def _forget(self, now: float) -> None:
        gone = [
            id
            for id, raid in self.pictures.items()
            if now - max(raid.end, raid.until or raid.end).timestamp() > GOING_SECONDS
        ]
        for id in gone:
            del self.pictures[id]
        while len(self.pictures) > MOST_GOING:
            del self.pictures[next(iter(self.pictures))]

    def picture(self) -> tuple[list[Raid], list[tuple[str, Past]], list[tuple[str, str]]]:
        return list(self.pictures.values()), list(self.pasts.items()), list(self.noted)

    def restore(
        self, picture: tuple[list[Raid], list[tuple[str, Past]], list[tuple[str, str]]]
    ) -> None:
        raids, pasts, noted = picture
        self.pictures = {raid.id: raid for raid in raids}
        self.pasts = dict(pasts)
        self.noted = dict.fromkeys(noted)


Report = tuple[list[int], list[int], Errors]
"""Numbers of the rules that hit, of those that could not say, and of those that failed."""


class RaidFunction:
    """The conditions of raid rules, compiled. `checked`: by the rule's number."""

    def __init__(self, checked: Mapping[int, Typed], parts: Parts) -> None:
        self.numbers = tuple(checked)
        places: dict[str, Any] = {
            "__builtins__": {"len": len, "str": str, "Exception": Exception},
            "asked": asked,
            "core_of": _core_of,
            "frozenset": frozenset,
            "lone": [re2.compile(pattern) for pattern in parts.lone_patterns],
        }
        code: CodeType = compile(_source(checked, parts), "<rules for raids>", "exec")
        exec(code, places)  # noqa: S102 - only code that the checker put together
        self._evaluate: Callable[[RaidFacts, Labels, frozenset[int]], Report] = places["evaluate"]

    def __call__(self, facts: RaidFacts, labels: Labels, numbers: Iterable[int]) -> Report:
        asked = frozenset(numbers)
        try:
            return self._evaluate(facts, labels, asked)
        except Exception as error:  # what they share failed
            return [], [], [(number, error) for number in sorted(asked)]


def _source(checked: Mapping[int, Typed], parts: Parts) -> str:
    lines = [
        "def evaluate(facts, labels, chosen):",
        "    r, p, now = facts",
        "    hit, unknown, errors = [], [], []",
    ]
    lines += [f"    {local_name(path)} = {field.code}" for path, field in parts.fields.items()]
    for number, code in checked.items():
        lines += [
            f"    if {number} in chosen:",
            "        try:",
            f"            v = {code.code}",
            f"            if v: hit.append({number})",
            f"            elif v is None: unknown.append({number})",
            "        except Exception as error:",
            f"            errors.append(({number}, error))",
        ]
    return "\n".join([*lines, "    return hit, unknown, errors"])


def _core_of(raid: Raid) -> int:
    return sum(member.core for member in raid.members)


def touched(raid: Raid, thing: str) -> Sequence[str]:
    """The keys of what a label of a raid rule is put on."""
    if thing == "account":
        return [f"{raid.platform}\x1f{one.account}" for one in raid.members if one.core]
    return [f"{raid.platform}\x1f{raid.channel if thing == 'channel' else raid.target}"]
