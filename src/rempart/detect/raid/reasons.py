"""Why: every reason of a raid and of a member, as sentences with numbers against the baseline.

This is the one place where evidence becomes words: a raid state keeps codes and parameters, so that
another language needs another table here and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

SHARES_TEXT: Final = 1
SHARES_LINK: Final = 2
ABUSIVE: Final = 4
SAME_COHORT: Final = 8
SAME_FAMILY: Final = 16
ARRIVED_TOGETHER: Final = 32
YOUNG_ACCOUNT: Final = 64
IMPERSONATES: Final = 128
SHARES_MEDIA: Final = 256
SHARES_NAME: Final = 512

# Code to template; the parameters are positional.
RAID_SENTENCES: Final[dict[str, str]] = {
    "harm": "{0:.0f} accounts sent {1:.0f} abusive messages within {2:.0f} s, usual: {3:.1f}",
    "share": "{0:.0f} of the {1:.0f} messages of this circle are abusive, usual share: {2:.0f} %",
    "text": "{0:.0f} accounts wrote near-identical text within {1:.0f} s,"
    " expected by chance: {2:.2f}",
    "sharing": "{0:.0f} of {1:.0f} accounts share wording with another one ({2:.0f} %)",
    "crowd": "{0:.0f} people were hostile to a person within {1:.0f} s, usual: {2:.1f}",
    "crowd_share": "{0:.0f} of {1:.0f} people who are no regulars were hostile, usual: {2:.0f} %",
    "insist": "each of {0:.0f} accounts sent it {1:.1f} times, on average",
    "abuse": "{0:.0f} of {1:.0f} accounts sent abusive messages ({2:.0f} %)",
    "alike": "{0:.0f} of {1:.0f} newcomers with accounts of this kind are hostile",
    "hiding": "{0:.0f} of {1:.0f} newcomers with accounts of this kind hide from filters what they"
    " write",
    "young": "{0:.0f} of {1:.0f} accounts with a known date were made within {2:.0f} days,"
    " usual share: {3:.0f} %",
    "cohort": "{0:.0f} of {1:.0f} accounts with a known date were made on the same day",
    "names": "{0:.0f} of {1:.0f} account names belong to one family of names",
    "link": "{0:.0f} accounts posted the same link within {1:.0f} s",
    "media": "{0:.0f} accounts posted the same picture or file within {1:.0f} s",
    "called": "{0:.0f} accounts with names of one kind that speak of the target within {1:.0f} s",
    "harmless": "hardly any of it is abusive: {0:.0f} of {1:.0f} accounts",
    "channels": "{0:.0f} accounts wrote the same in {1:.0f} channels within {2:.0f} minutes",
    "abuse_messages": "{0:.0f} of {1:.0f} of these messages are abusive",
    "taught": "somebody said of this wording by such people here that it was fine",
    "announced": "the platform announced visitors",
}

MEMBER_SENTENCES: Final[tuple[tuple[int, str], ...]] = (
    (SHARES_TEXT, "writes near-identical text with other members"),
    (SHARES_LINK, "posts the same link as other members"),
    (SHARES_MEDIA, "posts the same picture or file as other members"),
    (SHARES_NAME, "name speaks of the target as those of other members do"),
    (ABUSIVE, "sent abusive messages during the raid"),
    (SAME_COHORT, "account made on the same day as other members"),
    (SAME_FAMILY, "name of the same family as other members"),
    (ARRIVED_TOGETHER, "first seen here together with the other members"),
    (IMPERSONATES, "name looks like that of somebody who belongs here"),
    (YOUNG_ACCOUNT, "account was made only days before"),
)


def raid_reasons(evidence: Sequence[tuple[str, Sequence[float]]]) -> tuple[str, ...]:
    return tuple(RAID_SENTENCES[code].format(*values) for code, values in evidence)


@lru_cache(maxsize=256)
def member_reasons(because: int) -> tuple[str, ...]:
    return tuple(sentence for bit, sentence in MEMBER_SENTENCES if because & bit)
