"""Personal data planted in carrier sentences, from a seed: made-up people, reserved or random
numbers. `HELD_OUT` carriers were written apart from the recognisers' rules and only measure.

No item here is anybody's: numbers are drawn, towns and ways are common ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import iban

from rempart.detect.personal.numbers import luhn

Rng = random.Random


class Planted(NamedTuple):
    text: str
    lang: str
    kind: str
    held_out: bool


def digits(rng: Rng, count: int) -> str:
    return "".join(str(rng.randrange(10)) for _ in range(count))


def grouped(text: str, sizes: tuple[int, ...], sep: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return sep.join(part for part in parts if part)


def phone_fr(rng: Rng) -> str:
    number = rng.choice("1234567679") + digits(rng, 8)
    plain = "0" + number
    form = rng.randrange(9)
    pairs = (2, 2, 2, 2, 2)
    if form < 4:
        return grouped(plain, pairs, rng.choice([" ", ".", "-", "", " ", "/", "_"]))
    if form == 4:
        return (
            "+33"
            + rng.choice([" ", ""])
            + grouped(number, (1, 2, 2, 2, 2), rng.choice([" ", ".", ""]))
        )
    if form == 5:
        return "0033" + number
    if form == 6:
        return "+33 (0)" + grouped(number, (1, 2, 2, 2, 2), " ")
    if form == 7:
        return " ".join(plain)
    return " ".join(FRENCH_NUMBERS[int(plain[at : at + 2])] for at in range(0, 10, 2))


def _french_numbers() -> list[str]:
    small = (
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
        " seize dix-sept dix-huit dix-neuf"
    ).split()
    words = [f"zéro {word}" if value else "zéro zéro" for value, word in enumerate(small[:10])]
    words += small[10:]
    for value in range(20, 100):
        tens, unit = divmod(value, 10)
        if tens in (7, 9):
            tens, unit = tens - 1, unit + 10
        name = {
            2: "vingt",
            3: "trente",
            4: "quarante",
            5: "cinquante",
            6: "soixante",
            8: "quatre-vingt",
        }[tens]
        if unit in (1, 11) and tens != 8:
            words.append(f"{name} et {small[unit]}")
        else:
            words.append(f"{name}-{small[unit]}" if unit else name + ("s" if tens == 8 else ""))
    return words


FRENCH_NUMBERS = _french_numbers()
ENGLISH_DIGITS = "zero one two three four five six seven eight nine".split()


def phone_en(rng: Rng) -> str:
    form = rng.randrange(8)
    area = rng.choice(["212", "415", "312", "646", "503", "617", "305", "713"])
    middle, last = rng.choice("23456789") + digits(rng, 2), digits(rng, 4)
    if form == 0:
        return f"({area}) {middle}-{last}"
    if form == 1:
        return f"{area}-{middle}-{last}"
    if form == 2:
        return f"+1 {area} {middle} {last}"
    if form == 3:
        return f"{area}.{middle}.{last}"
    mobile = "07" + rng.choice("345789") + digits(rng, 8)
    if form == 4:
        return f"{mobile[:5]} {mobile[5:]}"
    if form == 5:
        return f"+44 {mobile[1:5]} {mobile[5:]}"
    if form == 6:
        return mobile
    words = [ENGLISH_DIGITS[int(digit)] for digit in mobile]
    return " ".join("oh" if word == "zero" and rng.random() < 0.5 else word for word in words)


def email(rng: Rng) -> str:
    first = rng.choice(["lea", "marie", "paul", "jeanne", "karim", "emma", "noah", "sam", "chloe"])
    last = rng.choice(["martin", "dupuis", "stone", "walker", "roche", "benali", "hill"])
    user = rng.choice(
        [
            f"{first}.{last}",
            f"{first}{last}{rng.randrange(100)}",
            f"{first}_{last}",
            f"{first[0]}{last}",
        ]
    )
    host = rng.choice(
        [
            "gmail.com",
            "orange.fr",
            "hotmail.com",
            "yahoo.co.uk",
            "proton.me",
            "exemple.fr",
            "outlook.com",
        ]
    )
    return f"{user}@{host}"


def email_fr(rng: Rng) -> str:
    mail = email(rng)
    if rng.random() < 0.3:
        return mail.replace("@", " arobase ").replace(".", " point ")
    return mail


def email_en(rng: Rng) -> str:
    mail = email(rng)
    form = rng.random()
    if form < 0.15:
        return mail.replace("@", " at ").replace(".", " dot ")
    if form < 0.3:
        return mail.replace("@", " (at) ").replace(".", " (dot) ")
    return mail


def iban_of(rng: Rng) -> str:
    country, length = rng.choice([("FR", 23), ("DE", 18), ("BE", 12), ("ES", 20)])
    while True:
        body = digits(rng, length)
        for check in range(2, 99):
            text = f"{country}{check:02d}{body}"
            if iban.is_valid(text):
                return grouped(text, (4,) * 9, " ") if rng.random() < 0.6 else text
        if country != "DE":
            country, length = "DE", 18


def card(rng: Rng) -> str:
    body = rng.choice(["4", "51", "52", "53", "54", "55"])
    body += digits(rng, 15 - len(body))
    number = next(body + str(last) for last in range(10) if luhn(body + str(last)))
    return grouped(number, (4, 4, 4, 4), rng.choice([" ", "-", "", "."]))


def nir(rng: Rng) -> str:
    body = f"{rng.choice('12')}{rng.randrange(40, 99):02d}{rng.randrange(1, 13):02d}{rng.randrange(1, 96):02d}{digits(rng, 6)}"
    key = f"{97 - int(body) % 97:02d}"
    return grouped(body + key, (1, 2, 2, 2, 3, 3, 2), rng.choice([" ", "", "."]))


def plate_fr(rng: Rng) -> str:
    letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
    two = [rng.choice(letters) + rng.choice(letters) for _ in range(2)]
    return f"{two[0]}{(sep := rng.choice(['-', '-', ' ', '']))}{rng.randrange(1, 999):03d}{sep}{two[1]}"


def plate_en(rng: Rng) -> str:
    letters = "ABCDEFGHJKLMNPRSTVWXYZ"
    three = "".join(rng.choice(letters) for _ in range(3))
    return rng.choice(
        [
            f"{rng.choice(letters)}{rng.choice(letters)}{rng.randrange(2, 73):02d} {three}",
            f"{three}-{digits(rng, 4)}",
            f"7{three}{digits(rng, 3)}",
        ]
    )


def ip(rng: Rng) -> str:
    if rng.random() < 0.15:
        return "2a01:e34:" + ":".join(f"{rng.randrange(1, 65535):x}" for _ in range(6))
    return f"{rng.choice([82, 86, 90, 78, 176, 88, 73, 24])}.{rng.randrange(1, 254)}.{rng.randrange(0, 254)}.{rng.randrange(1, 254)}"


def gps(rng: Rng) -> str:
    lat, lon = rng.uniform(43, 50), rng.uniform(-1.5, 7)
    form = rng.randrange(4)
    if form == 0:
        return f"{lat:.5f}, {lon:.5f}"
    if form == 1:
        return f"{lat:.6f},{lon:.6f}"
    if form == 2:
        return f"{lat:.4f} {abs(lon):.4f}"
    return (
        f"{int(lat)}°{rng.randrange(60)}'{rng.randrange(60)}\"N "
        f"{int(abs(lon))}°{rng.randrange(60)}'{rng.randrange(60)}\"{rng.choice('EW')}"
    )


STREETS_FR = "des Lilas|de la République|Victor Hugo|du Moulin|Jean Jaurès|des Acacias|de l'Église|Pasteur|du Général de Gaulle|des Trois Fontaines|Saint-Michel|du 8 mai 1945|Émile Zola|de Verdun|Léon Blum|d'Alsace".split(
    "|"
)
WAYS_FR = "rue|rue|rue|avenue|boulevard|impasse|allée|chemin|place|quai|av.|bd|route|square".split(
    "|"
)
TOWNS_FR = "Lyon|Nantes|Villeurbanne|Tours|Saint-Étienne|Le Mans|Rennes|Montreuil|Aix-en-Provence|La Rochelle|Brest".split(
    "|"
)


def address_fr(rng: Rng) -> str:
    number = f"{rng.randrange(1, 180)}{rng.choice(['', '', '', ' bis', ' ter'])}"
    way, street, town = rng.choice(WAYS_FR), rng.choice(STREETS_FR), rng.choice(TOWNS_FR)
    code = f"{rng.randrange(1, 95):02d}{rng.choice(['000', '100', '200', '300', '150'])}"
    line = f"{number}{rng.choice([' ', ', '])}{way} {street}"
    form = rng.randrange(6)
    if form == 0:
        return f"{line}, {code} {town}"
    if form == 1:
        return f"{line} {code} {town}".lower()
    if form == 2:
        return f"{line} à {town}"
    if form == 3:
        return f"{way} {street}, au {number}"
    if form == 4:
        return f"{line} - {code} {town}"
    return line


STREETS_EN = "Maple|Oak Hill|Church|Station|Victoria|King's|Elm|Lincoln|Park View|Mill|Highland|Cedar|42nd|Evergreen|Queen Anne".split(
    "|"
)
WAYS_EN = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Court|Boulevard|Terrace|Close|Crescent|Way".split("|")
)
TOWNS_EN = "Springfield, OR 97403|Austin, TX 78701|Leeds LS1 4AP|Manchester M1 2AB|Bristol, BS1 5TR|Columbus, OH 43004|London SW1A 2AA".split(
    "|"
)


def address_en(rng: Rng) -> str:
    line = f"{rng.randrange(1, 2400)} {rng.choice(STREETS_EN)} {rng.choice(WAYS_EN)}"
    form = rng.randrange(4)
    if form == 0:
        return f"{line}, {rng.choice(TOWNS_EN)}"
    if form == 1:
        return f"{line} apt {rng.randrange(1, 40)}{rng.choice('ABC')}"
    if form == 2:
        return f"{line} {rng.choice(TOWNS_EN)}".lower()
    return line


def none(_: Rng) -> str:
    return ""


NAMES_FR = "Léa|Marie|Chloé|Karim|Jeanne|Inès|Julie|Mathis".split("|")
NAMES_EN = "Emma|Sarah|Josh|Chloe|Maya|Lucas|Hannah|Tyler".split("|")
PLACES_WORK_FR = "la boulangerie du port|la pharmacie de la gare|Carrefour Part-Dieu|l'hôpital Nord|la mairie de Tours|au garage Renault de Vannes|la médiathèque|une agence immobilière à Dijon".split(
    "|"
)
PLACES_STUDY_FR = (
    "lycée Jean Moulin|lycée Victor Hugo de Besançon|collège Rosa Parks|collège Pasteur".split("|")
)
PLACES_WORK_EN = "the Target on 5th|Starbucks on Main Street|St Mary's hospital|the bakery next to the station|a vet clinic in Leeds|Denny's off the highway|the city library".split(
    "|"
)
PLACES_STUDY_EN = "Lincoln High School|Roosevelt middle school|Boston College|the University of Leeds|Jefferson High|Westfield Academy".split(
    "|"
)


def lives_fr(rng: Rng) -> str:
    who = rng.choice(["elle", "il", rng.choice(NAMES_FR)])
    town, street = rng.choice(TOWNS_FR), rng.choice(STREETS_FR)
    return (
        f"{who} "
        f"{rng.choice(['habite à', 'habite', 'vit à', 'crèche à', 'loge à', 'habite maintenant à'])} "
        f"{town}"
        + rng.choice(
            ["", f" rue {street}", " dans le 3e", " près de la gare", ", au dernier étage"]
        )
    )


def works_fr(rng: Rng) -> str:
    who = rng.choice(["elle", "il", rng.choice(NAMES_FR)])
    place = rng.choice(PLACES_WORK_FR)
    joined = (
        place
        if place.startswith("au ")
        else ("à " if not place.startswith("une") else "dans ") + place
    )
    return (
        f"{who} "
        f"{rng.choice(['travaille', 'bosse', 'taffe', 'travaille en ce moment', 'est vendeuse'])} "
        f"{joined}"
    )


def studies_fr(rng: Rng) -> str:
    who = rng.choice(["elle", "il", rng.choice(NAMES_FR)])
    return rng.choice([
        f"{who} est au {rng.choice(PLACES_STUDY_FR)}",
        f"{who} est scolarisé{rng.choice(['e', ''])} au {rng.choice(PLACES_STUDY_FR)}",
        f"{who} étudie à la fac de {rng.choice(TOWNS_FR)}",
        f"{who} va au {rng.choice(PLACES_STUDY_FR)}",
        f"{who} est en terminale au {rng.choice(PLACES_STUDY_FR)}",
        f"{who} est scolarisée à l'école {rng.choice(STREETS_FR)}",
    ])  # fmt: skip


def lives_en(rng: Rng) -> str:
    who = rng.choice(["she", "he", rng.choice(NAMES_EN)])
    place = rng.choice(
        [
            "Leeds",
            "Austin",
            "Maple Street",
            "the Oak Hill apartments",
            "Springfield",
            "the blue house on Elm",
        ]
    )
    joined = (
        "in "
        if place
        in ("Leeds", "Austin", "Springfield", "the Oak Hill apartments", "the blue house on Elm")
        else "on "
    ) + place
    return f"{who} {rng.choice(['lives', 'is living', 'lives alone', 'actually lives'])} {joined}"


def works_en(rng: Rng) -> str:
    who = rng.choice(["she", "he", rng.choice(NAMES_EN)])
    return (
        f"{who} "
        f"{rng.choice(['works at', 'works nights at', 'is a nurse at', 'got a job at', 'works part time at'])} "
        f"{rng.choice(PLACES_WORK_EN)}"
    )


def studies_en(rng: Rng) -> str:
    who = rng.choice(["she", "he", rng.choice(NAMES_EN)])
    return (
        f"{who} "
        f"{rng.choice(['goes to', 'attends', 'studies at', 'is a student at', 'is enrolled at'])} "
        f"{rng.choice(PLACES_STUDY_EN)}"
    )


def time_fr(rng: Rng) -> str:
    return f"{rng.randrange(7, 23)}{rng.choice(['h', 'h30', ' h', 'h15', ':00'])}"


def time_en(rng: Rng) -> str:
    return f"{rng.randrange(1, 12)}{rng.choice(['pm', ' pm', ':30', ':15pm', 'am'])}"


def schedule_fr(rng: Rng) -> str:
    who, at = rng.choice(["elle", "il", rng.choice(NAMES_FR)]), time_fr(rng)
    return rng.choice([
        f"{who} sort à {at} de la fac",
        f"{who} finit le boulot à {at}",
        f"{who} quitte le lycée vers {at}",
        f"{who} rentre chez elle vers {at}",
        f"son service se termine à {at}",
        f"{who} prend le bus de {at} pour aller au travail",
        f"tous les mardis elle est à la salle de sport à {at}",
        f"{who} sort le chien à {at} tous les soirs",
    ])  # fmt: skip


def schedule_en(rng: Rng) -> str:
    who, at = rng.choice(["she", "he", rng.choice(NAMES_EN)]), time_en(rng)
    return rng.choice([
        f"{who} gets off work at {at}",
        f"her shift ends at {at}",
        f"{who} leaves the house at {at}",
        f"{who} gets home around {at}",
        f"{who} walks her dog at {at} every day",
        f"every tuesday she is at the gym until {at}",
        f"{who} takes the bus home at {at}",
        f"his class ends at {at}",
    ])  # fmt: skip


def family_fr(rng: Rng) -> str:
    return rng.choice([
        f"sa mère bosse à {rng.choice(PLACES_WORK_FR[:5])}",
        f"son père travaille chez Renault à {rng.choice(TOWNS_FR)}",
        f"sa petite sœur est au {rng.choice(PLACES_STUDY_FR)}",
        f"ses parents habitent à {rng.choice(TOWNS_FR)}",
        f"ses enfants vont à l'école {rng.choice(STREETS_FR)}",
        f"la mère de {rng.choice(NAMES_FR)} travaille à l'hôpital",
        f"sa fille s'appelle {rng.choice(NAMES_FR)}",
    ])  # fmt: skip


def family_en(rng: Rng) -> str:
    return rng.choice([
        f"her mom works at {rng.choice(PLACES_WORK_EN)}",
        f"his dad runs the garage in {rng.choice(['Leeds', 'Austin'])}",
        f"her little sister goes to {rng.choice(PLACES_STUDY_EN)}",
        f"her parents live in {rng.choice(['Leeds', 'Austin', 'Springfield'])}",
        f"his kids go to {rng.choice(PLACES_STUDY_EN)}",
        f"{rng.choice(NAMES_EN)}'s mother works at the post office",
        f"her daughter's name is {rng.choice(NAMES_EN)}",
    ])  # fmt: skip


def visit_fr(rng: Rng) -> str:
    at = rng.choice([f"à {time_fr(rng)}", "ce soir", "demain soir", "samedi"])
    return rng.choice([
        f"on sera devant chez elle {at}",
        f"on débarque chez toi {at}",
        f"je vais sonner chez lui {at}",
        f"rdv devant sa maison {at}",
        f"on t'attend en bas de ton immeuble {at}",
        f"on passe à son domicile {at}, soyez nombreux",
        f"je serai devant son lycée {at}",
    ])  # fmt: skip


def visit_en(rng: Rng) -> str:
    at = rng.choice([f"at {time_en(rng)}", "tonight", "tomorrow", "this weekend"])
    return rng.choice([
        f"we'll be outside her house {at}",
        f"I'm coming to your door {at}",
        f"we are going to show up at his place {at}",
        f"let's all meet in front of her apartment {at}",
        f"gonna pay her a visit at her house {at}",
        f"we will be waiting outside his work {at}",
        f"i'll be at your doorstep {at}",
    ])  # fmt: skip


def swat_fr(rng: Rng) -> str:
    return rng.choice([
        "on envoie les flics chez elle",
        "j'ai appelé la police chez lui",
        "quelqu'un appelle le GIGN chez cette meuf",
        "on va la swatter ce soir",
        "envoyez la police à son adresse",
        "les keufs vont débarquer chez lui",
        "on lui envoie le raid à son domicile",
    ])  # fmt: skip


def swat_en(rng: Rng) -> str:
    return rng.choice([
        "sending the police to his house",
        "someone call swat to her place",
        "she is about to get swatted",
        "let's swat him tonight",
        "I sent the cops to your address",
        "calling the police on her right now, armed ones",
        "cops are gonna kick in his door",
    ])  # fmt: skip


Make = Callable[[Rng], str]
KINDS: dict[str, dict[str, Make]] = {
    "phone": {"fr": phone_fr, "en": phone_en},
    "email": {"fr": email_fr, "en": email_en},
    "iban": {"fr": iban_of, "en": iban_of},
    "card": {"fr": card, "en": card},
    "social": {"fr": nir, "en": nir},
    "plate": {"fr": plate_fr, "en": plate_en},
    "ip": {"fr": ip, "en": ip},
    "gps": {"fr": gps, "en": gps},
    "address": {"fr": address_fr, "en": address_en},
    "lives": {"fr": lives_fr, "en": lives_en},
    "works": {"fr": works_fr, "en": works_en},
    "studies": {"fr": studies_fr, "en": studies_en},
    "schedule": {"fr": schedule_fr, "en": schedule_en},
    "family": {"fr": family_fr, "en": family_en},
    "visit": {"fr": visit_fr, "en": visit_en},
    "swatting": {"fr": swat_fr, "en": swat_en},
}
THINGS = {
    "phone": {"fr": "numéro", "en": "number"}, "email": {"fr": "mail", "en": "email"},
    "iban": {"fr": "iban", "en": "iban"}, "card": {"fr": "carte bleue", "en": "card number"},
    "social": {"fr": "numéro de sécu", "en": "french social security number"},
    "plate": {"fr": "plaque", "en": "license plate"}, "ip": {"fr": "ip", "en": "ip"},
    "gps": {"fr": "position gps", "en": "gps location"}, "address": {"fr": "adresse", "en": "address"},
}  # fmt: skip
SEEN = {
    "fr": ("son {thing} : {item}", "voilà son {thing} {item} faites-vous plaisir", "{item} c'est son {thing}", "le {thing} de {name} c'est {item} lol"),
    "en": ("her {thing} is {item}", "here is his {thing} {item} have fun", "{item} that's her {thing}", "{name}'s {thing}: {item}"),
}  # fmt: skip
HELD = {
    "fr": (
        "pour ceux qui demandent le {thing} de la streameuse, {item}",
        "tenez {item} (son {thing}, source sûre)",
        "j'ai retrouvé le {thing} de {name} 😂 {item}",
        "leak : {thing} = {item} !!",
        "quelqu'un a posté {item} hier, c'était bien son {thing}",
    ),
    "en": (
        "for everyone asking about {name}'s {thing}, {item}",
        "lmao found it: {item} (his {thing}, legit)",
        "leaked {thing} = {item} !!",
        "somebody posted {item} yesterday and it really was her {thing}",
        "save this before mods delete it {item} <- her {thing}",
    ),
}
SAID_SEEN = {
    "fr": ("{item}", "{item} lol", "je sais que {item}", "au fait {item}"),
    "en": ("{item}", "{item} lol", "i know that {item}", "btw {item}"),
}
SAID_HELD = {
    "fr": ("tout le monde sait que {item} 😂", "source sûre : {item}, vérifiez", "mdr {item} et elle croit que personne ne le sait", "info pour le chat, {item}."),
    "en": ("everyone here knows {item} 😂", "trust me, {item}, check it", "lol {item} and she thinks nobody knows", "info for chat: {item}."),
}  # fmt: skip


def plant(seed: int, each: int = 40) -> Iterator[Planted]:
    """`each` items of every kind, language and half (seen or held-out carriers)."""
    rng = Rng(seed)
    for kind, makers in KINDS.items():
        for lang, make in makers.items():
            for held_out in (False, True):
                if kind in THINGS:
                    carriers = (HELD if held_out else SEEN)[lang]
                else:
                    carriers = (SAID_HELD if held_out else SAID_SEEN)[lang]
                for _ in range(each):
                    text = rng.choice(carriers).format(
                        item=make(rng),
                        thing=THINGS.get(kind, {}).get(lang, ""),
                        name=rng.choice(NAMES_FR if lang == "fr" else NAMES_EN),
                    )
                    yield Planted(text, lang, kind, held_out)
