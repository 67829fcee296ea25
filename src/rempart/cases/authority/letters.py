"""Letters to an authority, drafted from the order's record in French or English. Pure.

A person reads each, sends it, and says when it was sent: nothing here leaves by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rempart.cases.deciding.answers import in_words
from rempart.model import AuthorityOrder, Effect, Missing

_PARTS: Final = {
    Missing.LEGAL_BASIS: ("the legal basis of the order", "la base juridique de l’injonction"),
    Missing.REASONS: (
        "a statement of reasons explaining why the information is illegal content, or why the "
        "information asked for is needed",
        "un exposé des motifs expliquant pourquoi l’information est un contenu illicite, ou "
        "pourquoi les informations demandées sont nécessaires",
    ),
    Missing.PROVISION: (
        "the specific provision of Union or national law",
        "la disposition précise du droit de l’Union ou du droit national",
    ),
    Missing.AUTHORITY: (
        "information that identifies the issuing authority",
        "l’identification de l’autorité d’émission",
    ),
    Missing.LINKS: (
        "the exact electronic location (URL) of each item",
        "l’emplacement électronique exact (URL) de chaque contenu",
    ),
    Missing.RECIPIENT: (
        "the recipient or recipients of the service about whom information is sought",
        "le ou les destinataires du service sur lesquels des informations sont demandées",
    ),
    Missing.REDRESS: (
        "the redress available to the provider and to the person concerned",
        "les voies de recours du fournisseur et de la personne concernée",
    ),
    Missing.TERRITORY: ("the territorial scope", "le champ d’application territorial"),
    Missing.LANGUAGE: (
        "the order, or its essential parts, in a language that we declared under article 11(3)",
        "l’injonction, ou ses éléments essentiels, dans une langue que nous avons déclarée au "
        "titre de l’article 11, paragraphe 3",
    ),
}
_EFFECT: Final = {
    Effect.GIVEN: ("The order was given effect", "Il a été donné suite à l’injonction"),
    Effect.PARTLY: (
        "The order was given effect in part",
        "Il a été donné suite en partie à l’injonction",
    ),
    Effect.REFUSED: (
        "The order was not given effect",
        "Il n’a pas été donné suite à l’injonction",
    ),
}


def receipt(order: AuthorityOrder, received: datetime, number: str) -> str:
    if _french(order):
        return _letter(
            order,
            f"Nous accusons réception de votre injonction {order.reference}, arrivée le "
            f"{in_words(received, 'fr', clock=True)}. Elle porte chez nous le numéro {number}. "
            "Nous vous informerons de la suite donnée et du moment où elle l’a été.",
        )
    return _letter(
        order,
        f"We acknowledge receipt of your order {order.reference}, which arrived on "
        f"{in_words(received, 'en', clock=True)}. Its number here is {number}. We will tell you "
        "whether and when effect was given to it.",
    )


def clarification(order: AuthorityOrder, parts: tuple[Missing, ...], number: str) -> str:
    french = _french(order)
    listed = "\n".join(f"- {_PARTS[part][french]}" for part in parts)
    article = ("9(2)", "10(2)")[order.kind.value == "information"]
    if french:
        return _letter(
            order,
            f"Votre injonction {order.reference} (notre numéro {number}) ne nous semble pas "
            f"contenir tout ce que demande l’article {article} du règlement (UE) 2022/2065. Il "
            f"manque :\n{listed}\nPourriez-vous la compléter ? Nous traitons entre-temps ce qui "
            "peut l’être.",
        )
    return _letter(
        order,
        f"Your order {order.reference} (our number {number}) does not seem to hold all that "
        f"article {article} of Regulation (EU) 2022/2065 asks for. What is missing:\n{listed}\n"
        "Could you complete it? Meanwhile we act on what can be acted on.",
    )


def effect(
    order: AuthorityOrder, what: Effect, at: datetime, why: str, number: str, items: int
) -> str:
    french = _french(order)
    said = _EFFECT[what][french]
    if french:
        counted = f" Éléments concernés : {items}." if items else ""
        because = f" Précisions : {why}" if why else ""
        return _letter(
            order,
            f"{said} {order.reference} (notre numéro {number}) le "
            f"{in_words(at, 'fr', clock=True)}.{counted}{because}",
        )
    counted = f" Items concerned: {items}." if items else ""
    because = f" Particulars: {why}" if why else ""
    return _letter(
        order,
        f"{said}: {order.reference} (our number {number}), on "
        f"{in_words(at, 'en', clock=True)}.{counted}{because}",
    )


def notice(order: AuthorityOrder) -> dict[str, str]:
    """What the person is told about whom information was given (art. 10(5)), by language."""
    return {
        "en": f"{order.authority} ordered us to give information that we hold about your account "
        f"(reference {order.reference}). Reasons: {order.reasons} Redress: {order.redress}",
        "fr": f"{order.authority} nous a enjoint de fournir des informations que nous détenons sur "
        f"votre compte (référence {order.reference}). Motifs : {order.reasons} Recours : "
        f"{order.redress}",
    }


def _letter(order: AuthorityOrder, text: str) -> str:
    if _french(order):
        return f"À l’attention de : {order.authority}\n\n{text}\n"
    return f"For the attention of: {order.authority}\n\n{text}\n"


def _french(order: AuthorityOrder) -> bool:
    return order.language == "fr"
