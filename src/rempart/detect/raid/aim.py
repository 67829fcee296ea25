"""Whom abuse is meant for: a person, nobody in particular, or a thing.

A crowd that swears at a boss fight, a referee or a server does what a crowd does; one that tells a
person what they are is a dogpile. The words of both are the same, what they are said of is not.

Rules of this module:

1. Looked at only where something was found abusive, so it may cost a few microseconds.
2. Who is told what they are, have or did ("you are", "your", a name of the target) is meant, also
   when a thing is named beside it. A mere "you …" in front of a thing ("you stupid boss") is said
   to the thing.
3. Hate is meant for people, unless it is an insult too, a thing is named and nobody is told: a text
   detector takes swearing at a referee for hate now and then, and rage comes by the hundred.
4. Where neither a person nor a thing is named, nobody in particular is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Final

from rempart.model import Label, Message

_LONGEST: Final = 600
_NAME_LETTERS: Final = 3


class Aim(IntEnum):
    THING = 0
    OPEN = 1
    PERSON = 2


# Second person as subject or owner, third person as subject: who is spoken of is a person.
_TOLD: Final = re.compile(
    r"\b(?:(?:you|u|ya|yall|y'all)(?:'?re|'?ve|'?ll|'?d| are| r| were| look| sound| have| had| did"
    r"| do| don'?t| should| deserve| will| can'?t| belong| make| made| suck| stink| never| really"
    r"| just| all| \w{2,9}ed)|youre|ur|youve|your|yours|yourself|urself"
    r"|(?:likes?|loves?|hates?|despises?|wants?|watch(?:es)?|about|of|with|for|at|on) (?:you|u)"
    r"|(?:she|he|they)(?:'?s|'?re| is| are| was| were| has| looks?| should| deserves?)"
    r"|t'? ?es|t'? ?as|t'? ?etes|tu|vous (?:etes|avez|n)|ton|ta|tes|votre|vos|toi[- ]meme"
    r"|(?:de|sur|pour|avec|comme) (?:toi|vous)|(?:elle|il) (?:est|a|doit|merite))\b"
)
# To somebody, who may be a thing that one shouts at.
_ADDRESSED: Final = re.compile(
    r"\b(?:you|u|ya|toi|vous|shut (?:up|it|your)|go (?:away|home|back|die|drink|jump|hang)"
    r"|get (?:out|lost|a (?:job|life))|log off|kys|kill yourself|piss off|fuck off|leave"
    r"|cass(?:e|ez)[- ](?:toi|vous)|ferme|fermez|tais[- ]toi|ta gueule|degage|creve|espece d[e']"
    r"|va (?:te|mourir|crever|voir)|rentre chez|sale|nobody|personne)\b|@\w"
)
_THINGS_EN: Final = (
    "game games boss bosses level lvl stage phase hitbox server servers lag ping patch update "
    "dev devs developer developers publisher camera controller joystick keyboard mouse "
    "checkpoint loot rng drop drops matchmaking netcode map maps spawn spawns enemy enemies mob "
    "mobs npc npcs ai healer tank class build nerf buff bug bugs glitch fps frame jump platform "
    "tutorial timer ladder rank ranked elo weapon gun sword shield armor dragon monster trap "
    "puzzle quest dungeon raidboss item items physics engine dlc season episode ending plot "
    "script writers movie film show ads ad advert ref refs referee referees umpire ump linesman "
    "var penalty offside foul tackle keeper goalie striker defence defense coach league pitch "
    "kick card draw call match half team squad jury judges judge commentator commentators board "
    "fifa uefa nba nfl wifi internet router isp driver drivers windows linux ubuntu mac "
    "microsoft nvidia adobe printer computer laptop pc disk kernel package install installer "
    "software program website site browser app bus train traffic weather rain bank tax taxes "
    "government price prices audio mic sound headset battery charger cable"
)
_THINGS_FR: Final = (
    "jeu jeux niveau serveur serveurs manette maj chrono combat ennemi ennemis monstre piege "
    "arme epee bouclier carte arbitre arbitres hors-jeu penalty carton but gardien defenseur "
    "defense entraineur equipe ligue match juge juges jury film serie episode fin scenaristes "
    "pub pubs ordi ordinateur reseau connexion logiciel appli clavier souris meteo pluie banque "
    "impots gouvernement prix bug bugs latence"
)
_THING: Final = re.compile(
    rf"\b(?:{'|'.join(sorted({*_THINGS_EN.split(), *_THINGS_FR.split()}))})\b"
)
_WORDS: Final = re.compile(r"[^\W_]{3,}")


def names_of(message: Message) -> set[str]:
    """By which words the target may be meant: of the channel, and of who is named as target."""
    found: set[str] = set()
    for name in message.hit:
        found.update(word for word in _WORDS.findall(name.lower()) if len(word) >= _NAME_LETTERS)
    return found


def aim_of(folded: str, labels: Collection[Label], names: Iterable[str]) -> Aim:
    """Whom an abusive text is meant for."""
    if Label.HATE in labels and Label.INSULT not in labels:
        return Aim.PERSON
    text = folded[:_LONGEST]
    if _TOLD.search(text) is not None or any(name in text for name in names):
        return Aim.PERSON
    if _THING.search(text) is not None:
        return Aim.THING
    if Label.HATE in labels:
        return Aim.PERSON
    return Aim.PERSON if _ADDRESSED.search(text) is not None else Aim.OPEN
