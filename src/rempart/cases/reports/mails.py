"""What a reporter who left an address reads by mail, in French or English. Pure.

The twelve words of a receipt are in no mail: whoever reads somebody's mailbox must not be able to
open the status of a report. A mail says that something is there, and the answer itself, which the
law wants told to an address that was given (DSA art. 16(4) and (5)).
"""

from __future__ import annotations

from typing import NamedTuple


class Mail(NamedTuple):
    subject: str
    text: str


def receipt_mail(language: str, text: str, status_url: str) -> Mail:
    """`text`: the acknowledgement as the status page has it."""
    if language == "fr":
        return Mail(
            "Votre signalement est arrivé",
            f"{text}\n\nPour lire la réponse, ouvrez {status_url} avec les douze mots que la page "
            "vous a montrés ; ils ne sont dans aucun message.\n\nSi quelqu’un est en danger "
            "immédiat, appelez le 17 ou le 112.",
        )
    return Mail(
        "Your report has arrived",
        f"{text}\n\nTo read the answer, open {status_url} with the twelve words that the page "
        "showed you; they are in no mail.\n\nIf someone is in immediate danger, call 112.",
    )


def message_mail(language: str, status_url: str) -> Mail:
    if language == "fr":
        return Mail(
            "On vous a écrit au sujet de votre signalement",
            f"Une personne de l’équipe vous a écrit. Lisez et répondez sur {status_url} avec vos "
            "douze mots.",
        )
    return Mail(
        "Somebody wrote to you about your report",
        f"A person of the team wrote to you. Read it and answer at {status_url} with your twelve "
        "words.",
    )


def answer_mail(language: str, text: str, status_url: str) -> Mail:
    """`text`: the one outcome notice of the report."""
    if language == "fr":
        return Mail(
            "La réponse à votre signalement",
            f"{text}\n\nVous la retrouvez, avec ce que vous pouvez encore faire, sur {status_url} "
            "avec vos douze mots.",
        )
    return Mail(
        "The answer to your report",
        f"{text}\n\nYou find it, with what you can still do, at {status_url} with your twelve "
        "words.",
    )
