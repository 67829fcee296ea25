"""The detector of personal data: phone numbers, e-mail and postal addresses, IBANs.

Rules of this module:

1. A cheap look decides which messages deserve the recognisers: an `@` with a dot behind it, seven
   digits, or a number in front of a way. One look per message, no pattern on the rest.
2. One signal per message: the surest item; its span points into the original.
3. Whether publishing it does harm (a shop's hotline does not) is judged by rules and people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Final

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.personal.recognisers import Found, addresses, emails, ibans, phones
from rempart.detect.text.fold import original_span
from rempart.model import Label, Signal

_DIGIT: Final = re.compile(r"\d")
_WHY: Final = {
    "email": "e-mail address",
    "iban": "IBAN",
    "phone": "phone number",
    "address": "postal address",
}
_MANY_DIGITS: Final = re.compile(r"\d(?:[^\d]{0,3}\d){6}")


class PersonalDataDetector(Detector):
    """Finds personal data in French and English writing."""

    name: ClassVar[str] = "personal"
    version: ClassVar[str] = "1"
    labels: ClassVar[frozenset[Label]] = frozenset({Label.PERSONAL_DATA})
    examples: ClassVar[tuple[Example, ...]] = (
        Example("son numéro : 06 12 34 56 78", Label.PERSONAL_DATA),
        Example("call +33 1 42 68 53 00 now", Label.PERSONAL_DATA),
        Example("écris-lui : jeanne.exemple@example.org", Label.PERSONAL_DATA),
        Example("elle habite 12 rue des Lilas, 75020 Paris", Label.PERSONAL_DATA),
        Example("12 bis avenue Victor Hugo, demain", Label.PERSONAL_DATA),
        Example("IBAN FR14 2004 1010 0505 0001 3M02 606", Label.PERSONAL_DATA),
        Example("she lives at 742 Evergreen Terrace, Springfield, OR 97403", Label.PERSONAL_DATA),
        Example("the build took 1234567 ms on 2026-03-01", None),
        Example("ping 192.168.100.200 failed, error 0x80070005", None),
        Example("on a gagné 3 rues plus loin", None),
        Example("write to contact@example.org", None),
    )

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        for index, folded in enumerate(batch.folds):
            at = "@" in folded
            if not at and _DIGIT.search(folded) is None:
                continue
            found = self._surest(folded, at)
            if found is not None:
                span = original_span(batch.messages[index].text, found.start, found.end)
                yield (
                    index,
                    Signal(
                        self.name,
                        self.version,
                        Label.PERSONAL_DATA,
                        found.score,
                        span,
                        _WHY[found.kind],
                    ),
                )

    def _surest(self, folded: str, at: bool) -> Found | None:
        found: list[Found] = []
        if at and "." in folded:
            found.extend(emails(folded))
        if _DIGIT.search(folded) is not None:
            if _MANY_DIGITS.search(folded):
                found.extend(ibans(folded))
                found.extend(phones(folded))
            found.extend(addresses(folded))
        return max(found, key=lambda item: item.score, default=None)
