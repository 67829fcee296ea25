"""What comes first in the queue, and the sentence that says why. Pure.

Order: life, safety and children; then raids at *attack*; then by kind of harm. How many reported
plays no part in it. A priority never falls while a case is open.
"""

from __future__ import annotations

from collections.abc import Mapping

from rempart.cases.harms import Harm, Urgency
from rempart.model import THRESHOLD, Label, Raid, RaidKind, RaidStage
from rempart.store.interface.cases import URGENT

THREAT_IN_RAID = URGENT + 70
THREAT = URGENT + 50
ATTACK = 700
SUSPECT = 500
BRIGADE = 480
OTHER = 100

_BY_LABEL: tuple[tuple[Label, int, str, str], ...] = (
    (
        Label.THREAT,
        THREAT,
        "A threat against {target}: someone’s safety may be at stake.",
        "Une menace contre {target} : la sécurité d’une personne peut être en jeu.",
    ),
    (
        Label.SELF_HARM_INCITEMENT,
        THREAT,
        "{target} is being pushed to self-harm.",
        "On pousse {target} à se faire du mal.",
    ),
    (
        Label.PERSONAL_DATA,
        650,
        "Personal data published about {target}.",
        "Des données personnelles publiées au sujet de {target}.",
    ),
    (
        Label.KNOWN_MEDIA,
        600,
        "A file already refused was sent again to {target}.",
        "Un fichier déjà refusé a été renvoyé à {target}.",
    ),
    (Label.HATE, 450, "Hate against {target}.", "De la haine contre {target}."),
    (
        Label.SEXUAL,
        400,
        "A sexual message to {target}.",
        "Un message à caractère sexuel adressé à {target}.",
    ),
    (Label.INSULT, 300, "An insult against {target}.", "Une insulte contre {target}."),
    (
        Label.BAD_LINK,
        250,
        "A harmful link sent to {target}.",
        "Un lien dangereux envoyé à {target}.",
    ),
    (Label.SPAM, 200, "Spam sent to {target}.", "Du spam envoyé à {target}."),
)

_BY_URGENCY = {Urgency.LIFE: URGENT, Urgency.URGENT: 640, Urgency.SOON: 420, Urgency.NORMAL: 150}


def of_message(labels: Mapping[str, float], target: str) -> tuple[int, dict[str, str]]:
    """Priority and reason of a held message, from the gravest label that reached its threshold."""
    for label, priority, en, fr in _BY_LABEL:
        if labels.get(label.value, 0.0) >= THRESHOLD:
            return priority, _say(en, fr, target=target)
    return OTHER, _say(
        "A message to {target} is held and waits for a person.",
        "Un message adressé à {target} est retenu et attend une personne.",
        target=target,
    )


_HARMS = {
    Label.THREAT: "threat",
    Label.SELF_HARM_INCITEMENT: "self_harm_incitement",
    Label.PERSONAL_DATA: "doxxing",
    Label.KNOWN_MEDIA: "intimate_images",
    Label.HATE: "hate",
    Label.SEXUAL: "sexual_harassment",
    Label.INSULT: "harassment",
    Label.BAD_LINK: "spam",
    Label.SPAM: "spam",
}


def harm_of_labels(labels: Mapping[str, float]) -> str:
    """What a held message is called in the taxonomy, by its gravest label."""
    for label, *_ in _BY_LABEL:
        if labels.get(label.value, 0.0) >= THRESHOLD:
            return _HARMS[label]
    return "other"


def harm_of_raid(raid: Raid, *, threat: bool) -> str:
    if threat:
        return "threat"
    return "other" if raid.kind is RaidKind.BRIGADE else "raid"


def is_threat(labels: Mapping[str, float]) -> bool:
    return (
        labels.get(Label.THREAT.value, 0.0) >= THRESHOLD
        or labels.get(Label.SELF_HARM_INCITEMENT.value, 0.0) >= THRESHOLD
    )


def of_raid(raid: Raid, *, threat: bool) -> tuple[int, dict[str, str]]:
    """Priority and reason of a raid; a threat among its messages puts it first. No numbers: the
    raid goes on growing, and its own picture has them."""
    if threat:
        return THREAT_IN_RAID, _say(
            "A threat within a coordinated attack on {target}: someone’s safety may be at stake.",
            "Une menace au sein d’une attaque coordonnée contre {target} : la sécurité d’une "
            "personne peut être en jeu.",
            target=raid.target,
        )
    if raid.kind is RaidKind.BRIGADE:
        return BRIGADE, _say(
            "Many reports on {target} use the same words: they look arranged.",
            "Beaucoup de signalements visant {target} emploient les mêmes mots : ils semblent "
            "concertés.",
            target=raid.target,
        )
    if raid.stage is RaidStage.ATTACK:
        return ATTACK, _say(
            "A coordinated attack on {target}.",
            "Une attaque coordonnée contre {target}.",
            target=raid.target,
        )
    return SUSPECT, _say(
        "A possible coordinated attack on {target}.",
        "Une possible attaque coordonnée contre {target}.",
        target=raid.target,
    )


def of_report(harm: Harm, *, minor: bool = False) -> tuple[int, dict[str, str]]:
    """The early look a category buys; nothing else follows from it. `minor`: the reporter says that
    the person concerned is under 18, which is one class higher (`minor_target` of the clocks)."""
    said = {
        "en": f"Reported by a person: {harm.label['en']}.",
        "fr": f"Signalé par une personne : {harm.label['fr']}.",
    }
    if not minor:
        return _BY_URGENCY[harm.urgency], said
    ranks = sorted(_BY_URGENCY.values())
    higher = ranks[min(ranks.index(_BY_URGENCY[harm.urgency]) + 1, len(ranks) - 1)]
    return higher, {
        "en": said["en"] + " The person concerned is said to be under 18.",
        "fr": said["fr"] + " La personne concernée aurait moins de 18 ans.",
    }


def _say(en: str, fr: str, *, target: str) -> dict[str, str]:
    return {"en": en.format(target=target), "fr": fr.format(target=target)}
