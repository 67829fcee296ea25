"""What is in force by default: the detectors and the three keyed operators."""

from __future__ import annotations

from rempart.detect.campaign.operator import CampaignOperator
from rempart.detect.interface import Detector
from rempart.detect.links.detector import LinkDetector
from rempart.detect.links.policy import LinkRules
from rempart.detect.personal.detector import PersonalDataDetector
from rempart.detect.raid.operator import RaidOperator
from rempart.detect.raid.spread import SpreadOperator
from rempart.detect.spam.detector import SpamDetector
from rempart.detect.text.detector import TextDetector


def default_detectors(links: LinkRules | None = None) -> tuple[Detector, ...]:
    """Each message on its own: words, personal data, links, spam. `links`: lists, and what channels
    say of links."""
    return (TextDetector(), PersonalDataDetector(), LinkDetector(links), SpamDetector())


def target_operator() -> RaidOperator:
    """Raids on one target; the key is `platform/target`."""
    return RaidOperator()


def spread_operator() -> SpreadOperator:
    """One signature over many channels; the key is the signature in decimal."""
    return SpreadOperator()


def campaign_operator() -> CampaignOperator:
    """Slow attacks and campaigns; the key is the target's name on all platforms."""
    return CampaignOperator()
