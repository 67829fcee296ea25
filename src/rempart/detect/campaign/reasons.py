"""Why: the evidence of slow attacks and campaigns as sentences with numbers against what is usual.

Like `raid.reasons`, this is the one place where codes become words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

SHARES_WORDING: Final = 1
SHARES_LINK: Final = 2
ABUSIVE: Final = 4
SAME_COHORT: Final = 8
SAME_FAMILY: Final = 16
YOUNG_ACCOUNT: Final = 32
IN_RAID: Final = 64
AFTER_BAN: Final = 128
CAME_BACK: Final = 256

SENTENCES: Final[dict[str, str]] = {
    "wording": "{0:.0f} accounts use the same hostile wording at {1:.0f} different times within"
    " {2:.1f} days, expected by chance: {3:.2f}",
    "rate": "{0:.0f} new accounts were hostile within {1:.1f} days, usual: {2:.1f}",
    "days": "hostile messages on {0:.0f} of {1:.0f} days",
    "young": "{0:.0f} of {1:.0f} of these accounts were made within a month before,"
    " usual share: {2:.0f} %",
    "cohort": "{0:.0f} of {1:.0f} of these accounts were made on the same day",
    "tied-wording": "{0:.0f} pieces of wording are the same as in an earlier attack",
    "tied-link": "the same link as in an earlier attack",
    "tied-accounts": "{0:.0f} accounts took part in an earlier attack",
    "tied-cohort": "accounts made on the same day as accounts of an earlier attack: {0:.0f}",
    "tied-names": "names of the same family as in an earlier attack: {0:.0f} accounts",
    "tied-ban": "accounts made soon after members of an earlier attack were banned: {0:.0f}",
    "tied-target": "the same target within {0:.0f} days",
    "lone": "{0:.0f} accounts outside the raid use its wording",
    "reports-alike": "{0:.0f} of {1:.0f} reporters used near-identical words",
    "reports-time": "{0:.0f} such reports within {1:.0f} minutes",
    "continues": "continues a campaign that began {0:.0f} days before",
}

MEMBER_SENTENCES: Final[tuple[tuple[int, str], ...]] = (
    (SHARES_WORDING, "uses the hostile wording of other members"),
    (SHARES_LINK, "posts the same link as other members"),
    (ABUSIVE, "sent abusive messages to the target"),
    (SAME_COHORT, "account made on the same day as other members"),
    (SAME_FAMILY, "name of the same family as other members"),
    (YOUNG_ACCOUNT, "account was made within a month before"),
    (IN_RAID, "member of a raid of this campaign"),
    (AFTER_BAN, "account made soon after other members were banned"),
    (CAME_BACK, "came back on several days"),
)


def sentences(evidence: Sequence[tuple[str, Sequence[float]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(SENTENCES[code].format(*values) for code, values in evidence))


@lru_cache(maxsize=512)
def member_sentences(because: int) -> tuple[str, ...]:
    return tuple(sentence for bit, sentence in MEMBER_SENTENCES if because & bit)
