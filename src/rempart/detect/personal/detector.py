"""The detector of personal data: numbers, addresses, where somebody lives, works or is when, and
announcements of visits and of false calls to the police.

Rules of this module:

1. A gate looks at the whole batch at once and says which messages deserve which recognisers
   (`gate`); the rest is not looked at.
2. One signal per message and label: the surest item; its span points into the original.
3. What belongs to the public (a shop's address, a hotline, a meeting place, a business mailbox) is
   not personal (`context`).
4. An announced visit or a false call that sends police to somebody's home is a *threat*, and names
   a home: it gets both labels.
5. For targets with protected facts everything that looks like personal data is held, whatever
   stands around it: whether a message is held then never depends on *which* facts are protected
   (see `detect.facts` and ADR 16).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.personal.context import is_public
from rempart.detect.personal.found import Found, plain
from rempart.detect.personal.gate import Gate, Look
from rempart.detect.personal.marks import coordinates, emails, ip_addresses, plates
from rempart.detect.personal.numbers import (
    cards,
    ibans,
    other_social_numbers,
    phones,
    social_numbers,
)
from rempart.detect.personal.places import addresses
from rempart.detect.personal.schedules import schedules
from rempart.detect.personal.spelled import spelled_numbers, spoken_mails
from rempart.detect.personal.statements import STATEMENTS, statements
from rempart.detect.personal.visits import visits
from rempart.detect.text.fold import original_span
from rempart.model import Label, Message, Signal

WHY: Final = {
    "email": "e-mail address",
    "iban": "IBAN",
    "card": "payment card",
    "social": "social security number",
    "phone": "phone number",
    "plate": "number plate",
    "ip": "IP address",
    "gps": "coordinates",
    "address": "postal address",
    "lives": "where somebody lives",
    "works": "where somebody works",
    "studies": "where somebody studies",
    "schedule": "when somebody is where",
    "family": "somebody's family",
    "visit": "a visit to somebody's home",
    "swatting": "police sent to somebody's home",
}
_THREATS: Final = frozenset({"visit", "swatting"})
# Plain numbers: an enum's `&` costs more than a recogniser.
_ANY_DIGIT: Final = int(Look.ANY_DIGIT)
_EMAIL: Final = int(Look.EMAIL)
_LIVES: Final = int(Look.LIVES)
_DAYS: Final = int(Look.DAYS)
_NUMBERS: Final = int(Look.NUMBERS)
_PLATE: Final = int(Look.PLATE)
_SCHEDULE: Final = int(Look.SCHEDULE)
_SOCIAL: Final = int(Look.SOCIAL)
_SPELLED: Final = int(Look.SPELLED)
_SPOKEN_MAIL: Final = int(Look.SPOKEN_MAIL)
_VISIT: Final = int(Look.VISIT)
_WAY: Final = int(Look.WAY)
_WORTH: Final = ~_LIVES
_GATE: Final = Gate()
NOBODY: Final[frozenset[str]] = frozenset()


class PersonalDataDetector(Detector):
    """Finds personal data in French and English writing.

    `strict_for`: targets with protected facts, by name or as `platform/name` (rule 5).
    """

    name: ClassVar[str] = "personal"
    version: ClassVar[str] = "2"
    labels: ClassVar[frozenset[Label]] = frozenset({Label.PERSONAL_DATA, Label.THREAT})
    examples: ClassVar[tuple[Example, ...]] = (
        Example("son numéro : 06 12 34 56 78", Label.PERSONAL_DATA),
        Example("call +33 1 42 68 53 00 now", Label.PERSONAL_DATA),
        Example(
            "zéro six douze trente-quatre cinquante-six soixante-dix-huit", Label.PERSONAL_DATA
        ),
        Example(
            "her number is oh seven seven double zero nine one two three four five",
            Label.PERSONAL_DATA,
        ),
        Example("écris-lui : jeanne.exemple@example.org", Label.PERSONAL_DATA),
        Example("jeanne point exemple arobase gmail point com", Label.PERSONAL_DATA),
        Example("elle habite 12 rue des Lilas, 75020 Paris", Label.PERSONAL_DATA),
        Example("12 bis avenue Victor Hugo, demain", Label.PERSONAL_DATA),
        Example("IBAN FR14 2004 1010 0505 0001 3M02 606", Label.PERSONAL_DATA),
        Example("sa carte : 4539 1488 0343 6467", Label.PERSONAL_DATA),
        Example("n° de sécu 2 69 05 49 588 157 80", Label.PERSONAL_DATA),
        Example("sa plaque c'est AB-123-CD", Label.PERSONAL_DATA),
        Example("his ip is 82.64.12.9", Label.PERSONAL_DATA),
        Example("she is at 48.85837, 2.29448", Label.PERSONAL_DATA),
        Example("she lives at 742 Evergreen Terrace, Springfield, OR 97403", Label.PERSONAL_DATA),
        Example("elle travaille à la boulangerie du port", Label.PERSONAL_DATA),
        Example("her kids go to Lincoln elementary school", Label.PERSONAL_DATA),
        Example("elle sort à 18h de la fac", Label.PERSONAL_DATA),
        Example("on sera devant chez elle à 20h", Label.THREAT),
        Example("someone should send the police to his house", Label.THREAT),
        Example("the build took 1234567 ms on 2026-03-01", None),
        Example("ping 192.168.100.200 failed, error 0x80070005", None),
        Example("on a gagné 3 rues plus loin", None),
        Example("write to contact@example.org", None),
        Example("notre boutique : 12 rue des Lilas, 75020 Paris", None),
        Example("numéro vert : 0 800 05 95 95", None),
        Example("un deux trois quatre cinq six sept huit neuf dix", None),
        Example("j'habite à Lyon et je travaille à la poste", None),
        Example("il vit dans son monde", None),
    )

    def __init__(self, strict_for: frozenset[str] = NOBODY) -> None:
        self._strict_for = strict_for

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        if not batch.folds:
            return
        looks = _GATE.looks(batch.folds)
        for index in sorted(looks):
            look = looks[index]
            if not look & _WORTH:
                continue
            folded = batch.folds[index]
            if look == _ANY_DIGIT and not _has_signs(folded) and not self._strict_for:
                continue
            message = batch.messages[index]
            strict = bool(self._strict_for) and self._is_strict(message)
            text = plain(folded)
            for label, found in _surest(text, look, strict=strict):
                yield index, self._signal(message.text, label, found)

    def _is_strict(self, message: Message) -> bool:
        names = self._strict_for
        return any(t in names or f"{message.platform}/{t}" in names for t in message.hit)

    def _signal(self, text: str, label: Label, found: Found) -> Signal:
        span = original_span(text, found.start, found.end)
        return Signal(self.name, self.version, label, found.score, span, WHY[found.kind])


def _has_signs(folded: str) -> bool:
    """Whether the few digits of a message may be a plate or an address of a machine."""
    return "-" in folded or folded.count(".") >= 3 or folded.count(":") >= 3


def _surest(text: str, look: int, *, strict: bool) -> list[tuple[Label, Found]]:
    found = _found(text, look, strict=strict)
    if not strict:
        found = [item for item in found if not is_public(text, item)]
    if not found:
        return []
    best = max(found, key=lambda item: (item.score, -item.start))
    signals = [(Label.PERSONAL_DATA, best)]
    threats = [item for item in found if item.kind in _THREATS]
    if threats:
        threat = max(threats, key=lambda item: (item.score, -item.start))
        signals.insert(0, (Label.THREAT, threat))
    return signals


def _found(text: str, look: int, *, strict: bool) -> list[Found]:
    found: list[Found] = []
    if look & _NUMBERS:
        found.extend(ibans(text))
        found.extend(cards(text))
        found.extend(social_numbers(text))
        found.extend(phones(text))
        found.extend(coordinates(text))
    if look & _ANY_DIGIT:
        if text.count(".") >= 3 or text.count(":") >= 3:
            found.extend(ip_addresses(text, strict=strict))
        if look & (_WAY | _LIVES) or strict:
            found.extend(addresses(text, strict=strict))
        if look & _PLATE or "-" in text:
            found.extend(plates(text))
        if look & _SOCIAL:
            found.extend(other_social_numbers(text))
    if look & _DAYS or (look & _SCHEDULE and look & _ANY_DIGIT):
        found.extend(schedules(text))
    if look & _EMAIL and "." in text:
        found.extend(emails(text, strict=strict))
    if look & _SPOKEN_MAIL:
        found.extend(spoken_mails(text))
    if look & _SPELLED:
        found.extend(spelled_numbers(text))
    if look & STATEMENTS:
        found.extend(statements(text, look))
    if look & _VISIT:
        found.extend(visits(text))
    return found
