"""What who appealed reads, in French and English, from the facts of the second look. Pure.

The reason is the reviewer's own words; who decided is not named, only that it was another person.
"""

from __future__ import annotations

from datetime import datetime

from rempart.cases.deciding.answers import in_words
from rempart.model import Appellant, LookState, SecondLook


def look_answer(look: SecondLook) -> dict[str, str]:
    """By language. The look is closed and says when and why."""
    at = look.decided_at
    assert at is not None, "an open appeal has no answer"
    granted = look.state is LookState.GRANTED
    return {
        "en": " ".join(
            [
                _opening(look, "en"),
                f"On {in_words(at, 'en')} "
                + ("a person" if look.decision is None else "another person")
                + " examined it.",
                _outcome(look, granted=granted, language="en"),
                f"Reason: {look.reason}",
                "You may also turn to a certified out-of-court body (DSA art. 21) or to a court.",
            ]
        ),
        "fr": " ".join(
            [
                _opening(look, "fr"),
                f"Le {in_words(at, 'fr')}, "
                + ("une personne" if look.decision is None else "une autre personne")
                + " l’a examiné.",
                _outcome(look, granted=granted, language="fr"),
                f"Motif : {look.reason}",
                "Vous pouvez aussi saisir un organe certifié de règlement extrajudiciaire (DSA, "
                "art. 21) ou un tribunal.",
            ]
        ),
    }


def appeal_message(received_at: datetime) -> dict[str, str]:
    """The automatic acknowledgement of an appeal."""
    return {
        "en": f"We received your appeal on {in_words(received_at, 'en')}. A person who did not "
        "make the first decision will look at it, and the answer will be here.",
        "fr": f"Nous avons reçu votre contestation le {in_words(received_at, 'fr')}. Une personne "
        "qui n’a pas pris la première décision l’examinera et la réponse sera ici.",
    }


def _opening(look: SecondLook, language: str) -> str:
    day = in_words(look.received_at, language)
    if look.appellant is Appellant.SAMPLE:
        return {
            "en": f"This was drawn for a second look on {day}.",
            "fr": f"Ceci a été tiré au sort pour un réexamen le {day}.",
        }[language]
    return {
        "en": f"You contested a decision on {day}.",
        "fr": f"Vous avez contesté une décision le {day}.",
    }[language]


def _outcome(look: SecondLook, *, granted: bool, language: str) -> str:
    if granted and look.appellant is Appellant.ACCOUNT:
        return {
            "en": "You were right: the restriction was taken back.",
            "fr": "Vous aviez raison : la restriction a été levée.",
        }[language]
    if granted:
        return {
            "en": "The first decision was replaced by another.",
            "fr": "La première décision a été remplacée par une autre.",
        }[language]
    return {
        "en": "The first decision stands.",
        "fr": "La première décision est maintenue.",
    }[language]
