"""Advertising as it is sent to communities, generated: there is no corpus of spam in the data.

Families of sentences with slots, in French and English. Frames are split: the detector was written
with the *seen* ones in view; the *held-out* ones only measure. Whoever changes the detector's terms
must not take them from the held-out frames. Neighbours are harmless sentences about the same
things: what a detector that counts words would take for advertising.

All names, links and numbers are made up (`example` names, numbers kept for films).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple


class Ad(NamedTuple):
    text: str
    lang: str
    family: str


SLOTS: dict[str, list[str]] = {
    "n": ["100", "500", "1000", "5k", "10k", "2500"],
    "price": ["$5", "$19.99", "9€", "15 euros", "$3", "£10"],
    "big": ["$500", "$2,000", "1500€", "3000 euros", "$750", "5000$"],
    "goods": ["followers", "viewers", "likes", "views", "subscribers", "subs"],
    "biens": ["abonnés", "vues", "likes", "followers", "viewers", "abonnements"],
    "coin": ["bitcoin", "BTC", "ETH", "crypto", "USDT", "dogecoin"],
    "link": [
        "https://boost-{w}.example/{c}",
        "http://{w}{c}.example",
        "www.{w}-shop.example",
        "bit.ly/{c}",
        "{w} dot example",
        "https://t.me/{w}{c}",
        "tinyurl.com/{c}",
    ],
    "phone": ["+33 6 39 98 {p} {p}", "06 39 98 {p} {p}", "+1 202 555 01{p}", "+44 7700 9001{p}"],
    "who": ["Mrs Anna", "Mr Brown", "Miss Clara", "coach Steve", "expert Linda"],
    "qui": ["Mme Anna", "M. Bernard", "Mlle Clara", "le coach Steve", "l'expert Paul"],
    "item": ["iPhone 16", "PS5", "RTX 5090", "Nike Air", "Rolex", "Gucci bags"],
    "gift": ["nitro", "Steam gift cards", "V-Bucks", "Robux", "skins", "Amazon vouchers"],
    "cadeau": ["nitro", "des cartes Steam", "des V-Bucks", "des Robux", "des skins", "un iPhone"],
    "app": ["WhatsApp", "Telegram", "Insta", "Snap", "Discord"],
    "day": ["day", "week", "48 hours"],
    "jour": ["jour", "semaine", "48h"],
}

SEEN: dict[tuple[str, str], list[str]] = {
    ("en", "audience"): [
        "Buy {goods} cheap! {n} {goods} for {price} {link}",
        "Want to be famous? Best {goods}, primes and chatters on {link}",
        "hey bro i can get you {n} real {goods}, just {price}, dm me",
        "Cheap {goods} on {link} (remove the space)",
    ],
    ("fr", "audience"): [
        "Achète des {biens} pas cher ! {n} {biens} pour {price} {link}",
        "Tu veux percer ? {n} {biens} réels livrés en 24h, contacte moi en mp",
        "Boostez votre chaîne : {biens} à partir de {price} sur {link}",
    ],
    ("en", "money"): [
        "I made {big} in one {day} trading {coin} with {who}, contact on {app} {phone}",
        "Double your {coin} today, send 1 get 2 back {link}",
        "Earn {big} per {day} from home, no experience, click {link}",
        "Invest {price} and get {big} profit in a {day}, text me on {app}",
    ],
    ("fr", "money"): [
        "J'ai gagné {big} en une {jour} grâce à {qui}, contactez sur {app} {phone}",
        "Gagnez {big} par {jour} depuis chez vous, sans expérience, cliquez ici {link}",
        "Investissez {price} et recevez {big} de bénéfice, écrivez sur {app} {phone}",
    ],
    ("en", "gifts"): [
        "Free {gift} giveaway! Claim yours now {link}",
        "You have won an {item}! Click the link to claim your prize {link}",
        "FREE {gift} generator no human verification {link}",
    ],
    ("fr", "gifts"): [
        "{cadeau} gratuit pour les {n} premiers, récupère le vite ici {link}",
        "Félicitations, vous avez gagné un {item} ! Cliquez sur {link} pour réclamer votre cadeau",
    ],
    ("en", "shop"): [
        "{item} 70% off today only, free shipping {link}",
        "Best prices on {item}, order now {link} limited stock",
    ],
    ("fr", "shop"): [
        "{item} à -70%, livraison gratuite, aujourd'hui seulement {link}",
        "Promo sur {item} : commandez vite, stock limité {link}",
    ],
    ("en", "promotion"): [
        "check out my channel {link} sub for sub",
        "Follow me and i follow back, join my server {link}",
    ],
    ("fr", "promotion"): [
        "abonne toi à ma chaîne {link} je te rends l'abonnement",
        "venez sur mon serveur {link} on est {n}, sub pour sub",
    ],
    ("en", "services"): [
        "Need a loan? Up to {big}, low interest, no credit check, call {phone}",
        "hot girls near you want to meet tonight {link}",
    ],
    ("fr", "services"): [
        "Prêt entre particuliers jusqu'à {big}, taux bas, appelez le {phone}",
        "Grand voyant médium, retour de l'être aimé en {jour}, résultat garanti {phone}",
        "rencontre des filles chaudes près de chez toi {link}",
    ],
}  # fmt: skip

HELD_OUT: dict[tuple[str, str], list[str]] = {
    ("en", "audience"): [
        "Grow your stream today, {n} {goods} delivered instantly, only {price}: {link}",
        "we sell {goods}!! {n} = {price}, add me on {app}",
        "Upgrade your channel to partner, viewbot and {goods} service {link}",
    ],
    ("fr", "audience"): [
        "Vends {n} {biens} Twitch, {price}, livraison rapide, mp",
        "Fais décoller ta chaîne avec nos {biens} garantis : {link}",
    ],
    ("en", "money"): [
        "All thanks to {who}, my {coin} wallet grew to {big} within a {day}. Message her on {app}",
        "Looking for 10 people who want to make {big} a {day} online, ask me how {link}",
        "{coin} airdrop is live, connect your wallet at {link}",
    ],
    ("fr", "money"): [
        "Merci à {qui}, grâce au trading {coin} je reçois {big} chaque {jour}. {app} : {phone}",
        "Complément de revenu facile, {big} par {jour}, infos en privé ou ici {link}",
    ],
    ("en", "gifts"): [
        "Discord is giving away {gift} to everyone, get it here {link}",
        "Congrats! your account was selected for an {item}, confirm at {link}",
    ],
    ("fr", "gifts"): [
        "Discord offre {cadeau} à tout le monde, c'est par ici {link}",
        "Votre numéro a été tiré au sort, un {item} vous attend : {link}",
    ],
    ("en", "shop"): [
        "Clearance sale: {item} from {price}, worldwide delivery, {link}",
        "get your {item} at half price using code SAVE{n} {link}",
    ],
    ("fr", "shop"): [
        "Liquidation : {item} à {price} au lieu de {big}, profitez-en {link}",
        "{item} moitié prix avec le code PROMO{n} {link}",
    ],
    ("en", "promotion"): [
        "i just uploaded a new video please watch and subscribe {link}",
        "come watch my stream instead, im live now {link} f4f",
    ],
    ("fr", "promotion"): [
        "nouvelle vidéo sur ma chaîne, lâche un like et abonne-toi {link}",
        "je suis en live venez me soutenir {link} f4f",
    ],
    ("en", "services"): [
        "Fast personal loans of {big} approved in minutes, whatsapp {phone}",
        "lonely? sexy singles are waiting in your area {link}",
    ],
    ("fr", "services"): [
        "Besoin d'un crédit urgent ? {big} sans justificatif, whatsapp {phone}",
        "Marabout sérieux, désenvoûtement, chance au jeu, paiement après résultat {phone}",
    ],
}  # fmt: skip

NEIGHBOURS: dict[str, list[str]] = {
    "en": [
        "thank you for {n} {goods}, i can't believe it",
        "did anyone buy {coin} back in 2013 lol",
        "the giveaway ended yesterday, congrats to the winner",
        "i paid {price} for that game and it was worth it",
        "my mom's number changed, i'll text you later",
        "here is the patch https://code.example.org/review/{c}, please have a look",
        "the docs are at https://docs.example.org/{w} and the bug at https://bugs.example.org/{c}",
        "is there a free version of {item} or do i have to buy it",
        "he lost {big} trading {coin}, poor guy",
        "join us on the voice channel when you are done",
        "who gifted {n} subs just now, thank you so much",
        "she said she would call me tonight",
        "i love this streamer, been a follower for years",
        "rent went up to {big} this month",
        "where can i download the free trial, the link is dead",
    ],
    "fr": [
        "merci pour les {n} {biens}, je n'en reviens pas",
        "quelqu'un a acheté du {coin} en 2013 ?",
        "le concours est fini, bravo au gagnant",
        "je l'ai payé {price}, ça les vaut",
        "appelle moi quand tu arrives stp",
        "j'ai gagné la partie, trop content",
        "le lien du projet https://code.example.org/{w}, dites moi",
        "t'as vu la promo sur le {item} chez le vendeur du coin ?",
        "il a perdu {big} en {coin} le pauvre",
        "on se retrouve sur le vocal ce soir",
        "je te rends tes {price} demain sans faute",
        "ma banque me refuse le crédit pour la voiture",
        "c'est gratuit pour les enfants le dimanche",
        "abonnement renouvelé, {n} jours de suite",
        "envoie moi ton numéro par message",
    ],
}

_SLOT = re.compile(r"\{(\w+)\}")
_WORDS = ["fame", "star", "nova", "mega", "zoom", "prime", "luna", "flash"]


def ads(seed: int, per_frame: int, *, held_out: bool) -> Iterator[Ad]:
    chance = random.Random(f"{seed}/{held_out}")
    for (lang, family), frames in (HELD_OUT if held_out else SEEN).items():
        for frame in frames:
            for _ in range(per_frame):
                yield Ad(_filled(frame, chance), lang, family)


def neighbours(seed: int, per_frame: int) -> Iterator[Ad]:
    chance = random.Random(seed)
    for lang, frames in NEIGHBOURS.items():
        for frame in frames:
            for _ in range(per_frame):
                yield Ad(_filled(frame, chance), lang, "neighbour")


def _filled(frame: str, chance: random.Random) -> str:
    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name == "w":
            return chance.choice(_WORDS)
        if name == "c":
            return "".join(chance.choices("abcdefghkmnpqrstuvwxyz23456789", k=6))
        if name == "p":
            return f"{chance.randrange(100):02d}"
        return _SLOT.sub(slot, chance.choice(SLOTS[name]))

    text = _SLOT.sub(slot, frame)
    style = chance.random()
    if style < 0.15:
        return text.upper() if "://" not in text else text
    if style < 0.3:
        return text + chance.choice([" 🔥🔥", " 💰💰💰", " !!!", " 🚀"])
    return text.lower() if style < 0.5 else text
