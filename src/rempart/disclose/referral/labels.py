"""Headings and sentences of referral packs, in plain French and English."""

from __future__ import annotations

from typing import Final

Words = dict[str, str]

HEADINGS: Final[dict[str, Words]] = {
    "reference": {"en": "Our reference", "fr": "Notre référence"},
    "category": {"en": "Category", "fr": "Catégorie"},
    "offence": {"en": "What it may be under the law", "fr": "Qualification envisagée"},
    "explanation": {"en": "Why it is illegal", "fr": "Pourquoi c’est illicite"},
    "when": {"en": "Date and time of publication", "fr": "Date et heure de publication"},
    "where": {"en": "Place", "fr": "Lieu"},
    "addresses": {"en": "Exact addresses", "fr": "Adresses exactes"},
    "domains": {"en": "Domain names", "fr": "Noms de domaine"},
    "authors": {"en": "Accounts", "fr": "Comptes"},
    "quotes": {"en": "What was written", "fr": "Ce qui a été écrit"},
    "measures": {"en": "What we did", "fr": "Ce que nous avons fait"},
    "kept": {"en": "What is kept", "fr": "Ce qui est conservé"},
    "target": {"en": "Against whom", "fr": "Contre qui"},
    "supply": {"en": "What only you can add", "fr": "Ce que vous seul(e) pouvez apporter"},
    "comment": {"en": "Comments", "fr": "Commentaires"},
    "asks": {"en": "What we ask", "fr": "Notre demande"},
    "good_faith": {"en": "Good faith", "fr": "Bonne foi"},
    "contact": {"en": "Who tells this", "fr": "Qui signale"},
}

NOTHING: Final[Words] = {"en": "none known", "fr": "aucune connue"}
NO_ARTICLE: Final[Words] = {
    "en": "to be named by a lawyer; what is reported: {harm}",
    "fr": "à préciser par un juriste ; fait signalé : {harm}",
}
ONCE: Final[Words] = {"en": "{begin} (UTC)", "fr": "{begin} (UTC)"}
BETWEEN: Final[Words] = {
    "en": "from {begin} to {end} (UTC, RFC 3339)",
    "fr": "du {begin} au {end} (UTC, RFC 3339)",
}
PLACE: Final[Words] = {
    "en": "{platform}, {channel} ({kind})",
    "fr": "{platform}, {channel} ({kind})",
}
KINDS: Final[dict[str, Words]] = {
    "raid": {
        "en": "coordinated attack: {members} accounts, {messages} messages",
        "fr": "attaque coordonnée : {members} comptes, {messages} messages",
    },
    "message": {"en": "one message", "fr": "un message"},
    "account": {"en": "one account", "fr": "un compte"},
}
QUOTE: Final[Words] = {
    "en": "[{index}] {at} UTC, account {author}{verdict}:\n{text}",
    "fr": "[{index}] {at} UTC, compte {author}{verdict} :\n{text}",
}
MORE: Final[Words] = {
    "en": "and {count} more; all are in the dossier",
    "fr": "et {count} de plus ; tous sont dans le dossier",
}
SEALED: Final[Words] = {
    "en": "Of child safety: only addresses, hashes and times are passed on.",
    "fr": "Protection de l’enfance : seuls adresses, empreintes et heures sont transmises.",
}
MEASURES: Final[Words] = {
    "en": "{kind}: {count}, the first at {at} UTC, {state}",
    "fr": "{kind} : {count}, la première à {at} UTC, {state}",
}
STATES: Final[dict[str, Words]] = {
    "active": {"en": "in force", "fr": "en vigueur"},
    "undone": {"en": "taken back", "fr": "annulée"},
    "expired": {"en": "ended", "fr": "terminée"},
    "not_applied": {"en": "could not be applied", "fr": "n’a pas pu être appliquée"},
}
KIND_OF_MEASURE: Final[dict[str, Words]] = {
    "hold": {"en": "messages held back", "fr": "messages retenus"},
    "hide": {"en": "messages hidden", "fr": "messages masqués"},
    "remove": {"en": "messages removed", "fr": "messages supprimés"},
    "mute": {"en": "accounts muted", "fr": "comptes privés de parole"},
    "time_out": {"en": "accounts muted for a time", "fr": "comptes privés de parole un temps"},
    "slow_mode": {"en": "channel slowed down", "fr": "canal ralenti"},
    "members_only": {"en": "channel for members only", "fr": "canal réservé aux membres"},
    "link_block": {"en": "links blocked", "fr": "liens bloqués"},
    "shield": {"en": "shield for the person attacked", "fr": "bouclier pour la personne visée"},
    "lock_out": {"en": "kept away from the person", "fr": "écartés de la personne"},
    "suspend": {"en": "accounts suspended", "fr": "comptes suspendus"},
    "reply_stop": {"en": "automatic replies stopped", "fr": "réponses automatiques arrêtées"},
}
NO_MEASURE: Final[Words] = {"en": "no measure yet", "fr": "aucune mesure à ce jour"}
KEPT: Final[Words] = {
    "en": "{entries} entries of a signed, append-only log (places {first} to {last}), to be had"
    " as a dossier that anybody can verify. Log: {log}.",
    "fr": "{entries} inscriptions d’un journal signé et inaltérable (places {first} à {last}),"
    " disponibles en un dossier que chacun peut vérifier. Journal : {log}.",
}
SUPPLY: Final[Words] = {
    "en": "- a medical certificate with the days of total incapacity (ITT), if there is one\n"
    "- your own account of what this changed in your life\n"
    "- what happened elsewhere (calls, letters, at your door)\n"
    "- your identity document",
    "fr": "- un certificat médical avec les jours d’ITT, s’il y en a un\n"
    "- votre propre récit de ce que cela a changé dans votre vie\n"
    "- ce qui s’est passé ailleurs (appels, courriers, à votre porte)\n"
    "- votre pièce d’identité",
}
GOOD_FAITH: Final[Words] = {
    "en": "We believe in good faith that what is said here is accurate and complete.",
    "fr": "Nous estimons de bonne foi que les informations données ici sont exactes et complètes.",
}
CONTACT: Final[Words] = {
    "en": "{name}, moderation of the service",
    "fr": "{name}, modération du service",
}
NO_NAME: Final[Words] = {"en": "an online community", "fr": "une communauté en ligne"}
EXPLAIN: Final[Words] = {
    "en": "{harm}. {kind}. See the addresses; quotations:\n{quotes}",
    "fr": "{harm}. {kind}. Voir les adresses ; citations :\n{quotes}",
}
