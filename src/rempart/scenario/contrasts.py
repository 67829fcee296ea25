"""Harmless coordination: many people do the same at the same time, and nobody is attacked.

A friendly raid with its announcement, a copypasta, a vote, a link passed round. Each is what a
naive counter takes for an attack; each is marked in the ground truth.
"""

from __future__ import annotations

from random import Random

from rempart.model import EventKind
from rempart.scenario.crowd import Crowd
from rempart.scenario.settings import ContrastSettings
from rempart.scenario.stage import Stage

_COPYPASTAS = (
    "Bonjour, ici la grand-mère de {streamer}. Elle n'a pas fini sa soupe. Merci de lui dire de"
    " mettre un gilet et de ranger ses champignons avant le prochain combat.",
    "Ceci est un contrôle de la brigade des champignons. Veuillez présenter votre lanterne, votre"
    " corde et deux champignons. Toute fausse potion sera confisquée.",
    "Dear {streamer}, I am a mushroom merchant with ten years of experience and I have never seen"
    " such a bad deal. Please come back to my shop, I miss you and your copper keys.",
)
_SLOGANS = (
    "NOVA RAID novaLove novaLove",
    "LA TEAM NOVA EST LÀ novaLove",
    "nova raid !! novaHype",
    "Nova t'envoie plein d'amour {streamer} novaLove",
    "NOVA RAID novaHype novaHype novaHype",
    "on vient de chez Nova, salut {streamer} novaLove",
)
_LINK = "https://clips.example/lea-gardien-31"


def play(
    stage: Stage, crowd: Crowd, settings: ContrastSettings, streamer: str, random: Random
) -> None:
    """Plays all contrasts that are set."""
    if settings.copypasta is not None:
        _copypasta(stage, crowd, settings.copypasta, streamer, random)
    if settings.friendly_raid is not None:
        friendly_raid(stage, crowd, settings.friendly_raid, streamer, random)
    if settings.vote is not None:
        vote(stage, crowd, settings.vote, random)
    if settings.link is not None:
        _link(stage, crowd, settings.link, random)


def _copypasta(stage: Stage, crowd: Crowd, at: int, streamer: str, random: Random) -> None:
    pasta = random.choice(_COPYPASTAS).format(streamer=streamer)
    pasted_by = random.sample(crowd.present(at), k=14)
    second = float(at)
    for viewer in pasted_by:
        second += random.uniform(1, 9)
        tail = random.choice(("", "", "", " KEKW", " leaLol", " 😂"))
        stage.say(second, viewer.account, pasta + tail, "copypasta")


def friendly_raid(
    stage: Stage,
    crowd: Crowd,
    at: int,
    streamer: str,
    random: Random,
    *,
    announced: bool = True,
    mark: str = "friendly_raid",
) -> None:
    """A befriended channel sends its viewers over; the platform tells of it, or does not."""
    leader = crowd.account("nova_live", 1450)
    guests = random.randint(38, 56)
    if announced:
        stage.happen(at, EventKind.ANNOUNCED_RAID, leader, guests + 11)
    for _ in range(guests):
        age = random.uniform(0.5, 8) if random.random() < 0.12 else random.lognormvariate(6, 0.9)
        guest = crowd.new_account(age)
        second = at + random.uniform(0.5, 25)
        stage.happen(second, EventKind.JOIN, guest)
        for _ in range(random.choice((1, 1, 1, 2, 2, 3))):
            second += random.uniform(1, 12)
            slogan = random.choice(_SLOGANS).format(streamer=streamer)
            stage.say(second, guest, slogan, mark)
    for viewer in random.sample(crowd.present(at), k=16):
        stage.say(at + random.uniform(4, 40), viewer.account, crowd.say(viewer, "thanks_raid"))


def vote(stage: Stage, crowd: Crowd, at: int, random: Random) -> None:
    """Everybody answers with a figure."""
    for viewer in random.sample(crowd.present(at), k=min(48, len(crowd.present(at)))):
        choice = random.choice(("1", "1", "2", "1 !", "2 2 2", "11111", "2"))
        stage.say(at + random.uniform(0, 24), viewer.account, choice, "vote")


def _link(stage: Stage, crowd: Crowd, at: int, random: Random) -> None:
    second = float(at)
    for viewer in random.sample(crowd.present(at), k=7):
        second += random.uniform(2, 11)
        text = random.choice((_LINK, f"{_LINK} leaLol", f"le clip de tout à l'heure {_LINK}"))
        stage.say(second, viewer.account, text, "link", (_LINK,))
