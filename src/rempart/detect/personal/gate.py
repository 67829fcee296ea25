"""One look at a whole batch: which messages deserve which recognisers.

Rules of this module:

1. The texts of a batch are joined and looked at together: digits are counted by arrays, words found
   by one automaton. A message without a reason costs a fraction of a microsecond.
2. The gate may let in too much, never too little: every recogniser names here what it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntFlag, auto
from typing import Final

import numpy as np
from ahocorasick_rs import BytesAhoCorasick
from numpy.typing import NDArray

from rempart.detect.personal.spelled import NUMBER_WORDS


class Look(IntFlag):
    """What to look for in a message; `LIVES` alone asks for nothing."""

    NUMBERS = auto()
    ANY_DIGIT = auto()
    WAY = auto()
    LIVES = auto()
    EMAIL = auto()
    SPELLED = auto()
    SPOKEN_MAIL = auto()
    PLATE = auto()
    SCHEDULE = auto()
    VISIT = auto()
    LIVES_FR = auto()
    WORKS_FR = auto()
    STUDIES_FR = auto()
    FAMILY_FR = auto()
    LIVES_EN = auto()
    WORKS_EN = auto()
    STUDIES_EN = auto()
    FAMILY_EN = auto()
    ITS_PLACE = auto()
    ROOM = auto()
    DAYS = auto()
    SOCIAL = auto()


_WAYS: Final = (
    "rue ", " r ", "avenue ", " av ", "boulevard", " bd ", " bld ", "blvd ", "impasse ", " imp ",
    "allee", " all ",
    "chemin", " chem ", "route ", " rte ", "quai ", "square ", "residence ", "lotissement ",
    "faubourg ", "sentier ", "ruelle ", "hameau ",
    "esplanade", "promenade", "venelle", "rond-point", "rond point", "montee ", "traverse ",
    "chaussee", " clos ", " mail ", " cite ",
    "place ", "cours ", "passage ", "villa ", "domaine ", "parc ", " cour ", "voie ", "porte ",
    "fbg", " res ", " lot ",
    " street ", " st ", " road ", " rd ", " lane ", " ln ", " terrace ", " crescent ", " mews ",
    " gardens ", " grove ", " parkway ", " pkwy ", " highway ", " hwy ", " drive ", " dr ",
    " court ", " ct ", " close ", " way ", " place ", " pl ", " circle ", " cir ", " row ",
    " walk ", " hill ", " green ", " park ", " trail ", " loop ", " avenue ", " ave ", " sq ",
    "digicode", "code de la porte", "code d'entree", "code porte", "door code", "gate code",
    "buzzer", "code immeuble",
)  # fmt: skip
_LIVES: Final = (
    "habit", "loge", "creche", "crache", "reside", "demeure", "adresse", "domicile", "chez ",
    "maison", "appart", "immeuble", "live", "living",
    "address", "home", "house", " flat", "stay", "move", "door", "addy", "dox", "located",
    "find h", "find t", "trouver", "rendre visite",
    "visit", "coordonn", "dort", "sonn", "envoy", "livr", "deliver", "send ", " vit ", "vivent",
)  # fmt: skip
_LIVES_FR: Final = (
    " habite", " habitent ", " habitait ", " creche ", " crache ", " loge ", " reside ",
    " squatte ", " demeure ", " dort ", " vit ", " vivent ", " emmenag", " demenag",
    "s'est install",
)  # fmt: skip
_WORKS_FR: Final = (
    " travaille ", " travaillent ", " travaillait ", " bosse ", " bossent ", " taffe ", " exerce ",
    " serveu", " caissi", " infirmi", " vendeu", " employe", " en stage ",
    " alternance ", " apprenti", " secretaire ", " receptionniste ", " est prof", " stagiaire ",
    " aide-soignant", " coiffeu",
)  # fmt: skip
_STUDIES_FR: Final = (
    " etudi", " scolaris", "ecole ", " college ", " lycee ", " fac ", " universit",
    " maternelle ", " primaire ", " prepa ", " iut ", " insa ", " sorbonne ", " conservatoire ",
    " campus ", " l'universit", " l'institut ", " l'iut ", " l'insa ", " fait ses etudes ",
    " univ ",
)  # fmt: skip
_FAMILY_FR: Final = tuple(
    f" {whose} {more}{who} "
    for whose, kin in (
        (
            "sa",
            "mere maman soeur fille grand-mere mamie tante cousine femme copine compagne ex"
            " daronne reum nourrice vieille famille",
        ),
        (
            "son",
            "pere papa frere fils gosse gamin grand-pere papi oncle cousin mari mec copain"
            " compagnon ex conjoint bebe reup daron vieux",
        ),
        (
            "ses",
            "parents enfants gosses gamins filles fils freres soeurs grands-parents vieux"
            " darons",
        ),
        ("leur", "mere pere fille fils maman papa bebe"),
        ("leurs", "enfants parents gosses gamins"),
    )
    for who in kin.split()
    for more in ("", "petite ", "petit ", "grande ", "grand ", "demi-", "belle-", "beau-")
) + tuple(
    f" {who} d{small}"
    for who in "mere pere fille fils soeur frere parents enfants mari femme".split()
    for small in ("e ", "'")
)  # fmt: skip
_ITS_PLACE: Final = tuple(
    f" {whose} {place} "
    for whose in ("son", "sa", "leur")
    for place in
        "college lycee ecole fac boulot taf salle club bureau entreprise quartier immeuble"
        " village hotel boite residence".split()
) + (
    " gym is ", " school is ", " college is ", " uni is ", " university is ", " church is ",
    " hotel is ", " dorm is ", " workplace is ", " daycare is ", " office is ",
    "hood is ", " studio is ", " building is ",
)  # fmt: skip
_ROOMS: Final = (" room ", " chambre ", " suite ")
_DAYS: Final = (
    " tous les ", " chaque ", " every ", " each ", " sera vide ", " est vide ", " en vacances ",
    " absent", " empty ", " out of town ", " on holiday ", " on vacation ",
)  # fmt: skip
_SOCIALS: Final = (
    " ssn",
    " social security",
    " nino ",
    "national insurance",
    " ni number",
    " nino",
)
_LIVES_EN: Final = (
    " lives ", " they live ", " is living ", " are living ", " resides ", " stays ",
    " is staying ", " she moved ", " he moved ", " just moved ", " has moved ", " moved to ",
    " rents ",
    " sleeps ", " she crashes ", " he crashes ",
)  # fmt: skip
_WORKS_EN: Final = (
    " works ", " they work ", " is working ", " are working ", " is employed ", " has a job ",
    " got a job ", " interns ", " teaches ", " volunteers ", " nurse ", " waitress ", " waiter ",
    " barista ", " bouncer ", " cook ", " chef ", " guard ", " cashier ", " receptionist ",
    " bartends ", " bartender ", " is a manager ",
    " clerk ", " is a teacher ", " hairdresser ", " an intern ",
)  # fmt: skip
_STUDIES_EN: Final = (
    " studies ", " is studying ", " they study ", " goes to ", " go to ", " attend", " enrolled ",
    " student ", " freshman ", " sophomore ", " majors ", " grade ", " pupil ", " school ",
    " college ", " kindergarten ", " daycare ", " uni ", " university ",
)  # fmt: skip
_FAMILY_EN: Final = tuple(
    f"{whose} {more}{who} "
    for whose in (" her", " his", " their", "'s")
    for more in ("", "little ", "big ", "older ", "younger ", "baby ", "ex ")
    for who in (
        "mom mum mother dad father sister brother son daughter kid kids children parents grandma"
        " grandmother grandpa grandfather aunt uncle cousin husband wife boyfriend"
        "  girlfriend gf bf fiance fiancee partner ex stepdad stepmom nan roommate family folks"
        " mom's mum's mother's dad's father's sister's brother's daughter's son's"
        " husband's boyfriend's girlfriend's wife's"
    ).split()
)
_SCHEDULES: Final = (
    " sort ", " quitte ", " finit ", " termine", " rentre ", " part ", " arrive ", " commence ",
    " embauche ", " debauche ", " descend ", " revient ", " passe ", " attend ",
    " prend ", "tous les ", "chaque ", "off work", "gets off", "get off", " gets out", "gets home",
    "get home", " leaves ", " leave ", " finishes", "gets done", " clocks ", "comes home",
    "comes out",
    "comes back", " walks ", " takes ", "picks up", "shift", "every ", "each ", " lundi", " mardi",
    " mercredi", " jeudi", " vendredi", " samedi", " dimanche", "arrives ",
    "heads ", "starts ", " ends ", "catches ", "closes ", " opens ", "is alone", "is at ",
    "are at ", " home alone", "son service",
    "ses cours", "lets out", " class",
)  # fmt: skip
_VISITS: Final = (
    "chez elle", "chez lui", "chez eux", "chez toi", "chez cette", "chez ce ", "chez sa ",
    "chez ses ", "chez ta ", "chez tes ", "devant chez", "bas de chez", "sonner chez", "chez vous",
    "sa maison", "ta maison", "sa porte", "ta porte", "sa fenetre", "ta fenetre", "sa rue",
    "ta rue", "sa baraque", "sa residence", "son appart", "ton appart", "son domicile",
    "son immeuble", "ton immeuble",
    "son boulot", "ton boulot", "son travail", "son lycee", "ton lycee", "son taf", "son bureau",
    "son ecole", "son hotel", "son college", "sa fac", "ta fac", "son adresse", "l'adresse de",
    "son portail", "ton domicile", "votre ",
    "leur maison", "leur porte", "leur domicile", "son palier", "son paillasson", "swat", " house",
    " home", "doorstep", "her place", "his place", "their place", "your place", "'s place",
    " door", "apartment", "her flat", "his flat", "your flat", "her street", "his street",
    "your street", "address", "driveway", "her window", "his window", "your window", "porch",
    "her work", "his work", "your work",
    "her office", "his office", "her school", "his school", "your school", "her dorm", "his dorm",
    "her job", "his job", "her building", "his building", " crib", "her hotel", "his hotel",
    "the police", "cops ", "police ", " 911 ", "pizza",
    "her room", "his room", "flics", "keufs", "gendarm", "hostage", "fake bomb", "fake 911",
)  # fmt: skip
_PLATES: Final = (
    "plaque", "immat", "voiture", "caisse", "bagnole", "vehicule", "scooter", "roule en",
    "conduit", "clio", "golf", "peugeot", "renault", "citroen", "bmw", "audi",
    "mercedes", "toyota", "ford ", "tesla", "polo", "twingo", "fiat", "license", "licence",
    "plate", "registration", " reg ", " car ", " car", "van ", "truck", "drives",
    "driving", "honda", "civic", "vehicle", "parked", "gare ", "camionnette",
)  # fmt: skip
_MAILS: Final = (
    "arobas", "(at)", "[at]", "{at}", "<at>", "(a)", "[a]", "(arobase)", "(point)", " dot ",
    "(dot)", "[dot]",
    " point com", " point fr", " point net", " point org",
    "gmail", "hotmail", "outlook", "yahoo", "proton", "icloud", "laposte", "wanadoo",
)  # fmt: skip
_WORD: Final = bytes(32 if chr(code) in '\t\n.,;:!?"' else code for code in range(256))
_SPELLED_WORDS: Final = 3
_PHONE_DIGITS: Final = 7
_SPELLED: Final = int(Look.SPELLED)


class Gate:
    """Made once; holds no changing state."""

    def __init__(self) -> None:
        groups: tuple[tuple[tuple[str, ...], Look], ...] = (
            (_WAYS, Look.WAY),
            (_LIVES, Look.LIVES),
            (_LIVES_FR, Look.LIVES_FR),
            (_WORKS_FR, Look.WORKS_FR),
            (_STUDIES_FR, Look.STUDIES_FR),
            (_FAMILY_FR, Look.FAMILY_FR),
            (_LIVES_EN, Look.LIVES_EN),
            (_WORKS_EN, Look.WORKS_EN),
            (_STUDIES_EN, Look.STUDIES_EN),
            (_FAMILY_EN, Look.FAMILY_EN),
            (_ITS_PLACE, Look.ITS_PLACE),
            (_ROOMS, Look.ROOM),
            (_DAYS, Look.DAYS),
            (_SOCIALS, Look.SOCIAL),
            (_SCHEDULES, Look.SCHEDULE),
            (_VISITS, Look.VISIT),
            (_PLATES, Look.PLATE),
            (_MAILS, Look.SPOKEN_MAIL),
            (NUMBER_WORDS, Look.SPELLED),
        )
        looks: dict[str, int] = {}
        for words, look in groups:
            for word in words:
                looks[word] = looks.get(word, 0) | int(look)
        self._looks = tuple(looks.values())
        self._automaton = BytesAhoCorasick([word.encode() for word in looks])

    def looks(self, folds: Sequence[str]) -> dict[int, int]:
        """What to look for, by number of the text; texts with nothing to look for are missing."""
        joined = (" " + " \n".join(folds) + " \n").encode("ascii", "replace")
        data = np.frombuffer(joined, np.uint8)
        lengths = np.fromiter(map(len, folds), np.int64, len(folds)) + 2
        starts = np.zeros(len(folds), np.int64)
        np.cumsum(lengths[:-1], out=starts[1:])
        starts[1:] += 1
        digits = np.add.reduceat((data - 48 < 10).astype(np.int32), starts)
        found: dict[int, int] = {}
        for index in np.flatnonzero(digits).tolist():
            look = int(Look.ANY_DIGIT)
            if digits[index] >= _PHONE_DIGITS:
                look |= int(Look.NUMBERS)
            found[index] = look
        for index in self._signs(data, starts, 64):
            found[index] = found.get(index, 0) | int(Look.EMAIL)
        self._words(joined, starts, found)
        return found

    @staticmethod
    def _signs(data: NDArray[np.uint8], starts: NDArray[np.int64], sign: int) -> list[int]:
        places = np.flatnonzero(data == sign)
        if not places.size:
            return []
        return sorted(set((np.searchsorted(starts, places, "right") - 1).tolist()))

    def _words(self, joined: bytes, starts: NDArray[np.int64], found: dict[int, int]) -> None:
        hits = self._automaton.find_matches_as_indexes(joined.translate(_WORD), overlapping=True)
        if not hits:
            return
        columns = np.array(hits, np.int64)
        owners = (np.searchsorted(starts, columns[:, 1] + 1, "right") - 1).tolist()
        looks = self._looks
        spelled: dict[int, int] = {}
        for owner, (pattern, _, _) in zip(owners, hits, strict=True):
            look = looks[pattern]
            if look & _SPELLED:
                spelled[owner] = spelled.get(owner, 0) + 1
                look &= ~_SPELLED
                if spelled[owner] >= _SPELLED_WORDS:
                    look |= _SPELLED
            found[owner] = found.get(owner, 0) | look
