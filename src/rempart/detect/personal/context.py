"""What stands around a find: a shop, a hotline, a meeting in public, or somebody's private life.

Rules of this module:

1. A place or number of the public (shop, office, hotline, event, meeting place, business contact)
   is nobody's private one, unless the message ties it to a person's home, number or way.
2. Speaking of a person's private life outweighs everything public in the same message.
3. Protected targets are looked at without this module (`detector`, rule 5).
"""

from __future__ import annotations

import re
from typing import Final

from rempart.detect.personal.found import Found

_REACH: Final = 90
_PUBLIC: Final = re.compile(
    r"\b(?:boutiques?|magasins?|restaurants?|resto|pizzeria|boulangeries?|pharmacies?|mairie|"
    r"prefecture|hopital|clinique|urgences|commissariat|gendarmerie|pompiers|caserne"
    r"|bibliotheque|mediatheque|musee|cinema|theatre|salle (?:des fetes|de concert|de sport|"
    r"polyvalente)|stade|gymnase|gare|garage|cabinet|librairie|association|siege (?:social)?|"
    r"societe|service client|sav"
    r"|support|standard|accueil|hotline|numero vert|numero d'urgence|ligne d'ecoute|s\.?o\.?s|"
    r"ouverte?s?|ouvre|horaires|rdv|rendez-vous|on se (?:retrouve|voit|rejoint)|retrouvez|concert|"
    r"festival"
    r"|convention|salon|conference|expo(?:sition)?|evenement|inscriptions?|billetterie|"
    r"reservations?|notre (?:adresse|agence|local|numero|boutique|magasin)|nos (?:bureaux|locaux)|"
    r"venez|pot de|manif\w*|rassemblement|vide-grenier|brocante|marche de noel|meetup|irl"
    r"|shops?|stores?|restaurants?|pub|coffee shop|bakery|pharmacy|clinic|hospital|library|museum|"
    r"cinema|theat(?:er|re)|venue|town hall|city hall|arena|stadium|station|headquarters|hq|"
    r"company|customer (?:service|support|care)|help ?(?:line|desk)"
    r"|crisis line|emergency|switchboard|reception|opening hours|open (?:from|until|daily|till|"
    r"every|mon\w*|24)|opens|closed on|meet(?:ing)? (?:up )?(?:at|point|in front)|let'?s meet|"
    r"we meet|join us|events?|gig|festival|conference|doors open|tickets|our (?:office|store|shop|"
    r"number|address)|box office"
    r"|suicide|samaritans|lifeline|info(?:rmation)?s? line|official|officiel\w*|garden party|"
    r"protest|rally|yard sale|delivery point|relais|point relais|charity|foundation|museum|"
    r"embassy|ambassade|consulat|numero unique|permanence)\b"
)
_PRIVATE: Final = re.compile(
    r"\b(?:chez (?:elle|lui|eux|cette|ce)|(?:elle|il|ils|elles|[a-z]{3,20}) (?:y )?(?:habite|"
    r"creche|loge|vit|dort)|(?:she|he|they) (?:lives?|sleeps?|stays?|is staying|works?|goes)|"
    r"where (?:she|he) (?:lives|works|sleeps)"
    r"|(?:her|his|their) (?:home|house|address|place|phone|number|cell|mobile|flat|apartment|door|"
    r"mom|mum|mother|dad|father|parents|family|kids?|work(?:place)?|school|personal|private|real)"
    r"|(?:sa|son|ses|leur) (?:maison|adresse|appart\w*|numero|num|tel\w*|portable|06|07|domicile|"
    r"mere|pere|parents|famille|porte|vraie?|mail perso|perso|coordonnees)|domicile|"
    r"adresse perso\w*|dox\w*|perso\b|harcel\w*|spam\w*|(?:call|text|message|dm|blast|"
    r"ring) (?:her|him)|appel(?:ez|le|ons)-?(?:la|le)"
    r"|devant le \d+|en bas du \d+|flood\w*|sonne\w* chez|pourris\w*|(?:find|get|visit) (?:her|"
    r"him)|"
    r"cette (?:fille|meuf|pute|conne)|this (?:bitch|girl|guy|woman))\b"
)


def is_public(folded: str, found: Found) -> bool:
    """Whether what was found belongs to the public, by the words around it."""
    if found.kind not in _PLACES_AND_NUMBERS:
        return False
    # Never in the find itself: "rue de la gare" is where people live.
    before = _PUBLIC.search(folded, max(0, found.start - _REACH), found.start)
    if before is None and not _PUBLIC.search(folded, found.end, found.end + _REACH):
        return False
    return not _PRIVATE.search(folded)


_PLACES_AND_NUMBERS: Final = frozenset({"address", "phone", "email", "gps"})
