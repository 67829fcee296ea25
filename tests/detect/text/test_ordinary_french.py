"""Ordinary French that contains, resembles or sounds like abuse, and is none.

Each sentence was chosen because a list of words, a stem, a letter replaced or a space removed would
find something in it. A reader of French finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rempart.model import THRESHOLD, Signal

Signals = Callable[[Sequence[str]], list[list[Signal]]]

LATE = (
    "il est tard, je vais me coucher",
    "on se voit plus tard",
    "tôt ou tard on y arrivera",
    "retardez le départ d'une heure",
    "le retardataire est arrivé",
    "la moutarde est dans le frigo",
    "une tarte aux pommes pour ce soir",
    "le têtard deviendra grenouille",
)
PARTS_OF_WORDS = (
    "un burrito con queso, s'il te plaît",
    "chili con carne ce midi",
    "je te conseille ce concert",
    "on continue, c'est convenu",
    "le concombre est sur le comptoir",
    "qui est connecté ? la connexion est mauvaise",
    "je connais bien ce coin",
    "on en a discuté, c'est disputé",
    "il faut amputer le budget",
    "la députée a répondu à la dispute",
    "sa réputation est excellente, on ne la lui dispute pas",
    "je suis réputé pour mes crêpes",
    "l'ordinateur calcule vite, il faut calculer",
    "reculez d'un pas s'il vous plaît",
    "les particules sont minuscules",
    "le spectacle est ridiculement bon",
    "une articulation douloureuse",
    "il a encaissé le chèque à la caisse",
    "c'est une assiette d'assaisonnement",
    "les assassins dans le jeu sont trop forts",
    "la salopette de mon fils est sale",
    "sale temps pour sortir",
    "il salit sa chemise",
    "un niais héron niche ici",
    "le chien aboie, la chienne dort",
    "ma chatte a eu ses chatons",
    "elle chatte avec ses amis",
    "le porc au caramel est délicieux",
    "la truie a eu douze petits",
    "la dinde de Noël est au four",
    "on mange des thons et des bécasses",
    "la bouffée d'air frais",
    "quelle belle morue, et quel beau cabillaud",
    "j'ai vu un âne et une oie à la ferme",
    "la grue du chantier est en panne",
    "le gland du chêne est tombé",
    "j'ai mis du gel, la mèche est folle",
    "un gros pédalo sur le lac",
    "le négoce des épices",
    "un chocolat noir, un café noir",
    "les Arabes et les Juifs vivaient à Cordoue",
    "la cuisine chinoise de ce restaurant",
)
ABOUT_THINGS = (
    "ce film est nul",
    "la météo est pourrie cette semaine",
    "cette connexion est pourrie",
    "putain de pluie",
    "merde, j'ai oublié mes clés",
    "ce jeu me rend fou",
    "le boss me tue à chaque fois",
    "je vais tuer ce boss",
    "on l'a massacré 5 à 0 hier au foot",
    "je meurs de faim",
    "je suis mort de rire",
    "tu m'as tué avec cette blague",
    "une tuerie ce gâteau",
    "je suis trop bête, j'ai oublié le lien",
    "c'est bête, on s'est ratés",
    "la bête est dans la forêt",
    "le dernier tome de L'Idiot est chez moi",
    "un argument stupide, mais pas méchant",
    "le bus est débile, il passe jamais",
)
SAYING_NO = (
    "va voir ce film, il est bien",
    "va te coucher, il est tard",
    "ferme la porte en sortant",
    "ferme ton micro on entend ton chien",
    "dégage le passage, le camion arrive",
    "retourne la crêpe avant qu'elle brûle",
    "rentre chez toi avant la pluie",
    "personne n'aime attendre",
    "tu as tort, mais je comprends",
    "je ne suis pas d'accord avec toi",
    "arrête, tu me fais rire",
    "saute dans le vide au niveau trois, il y a un coffre",
)
BY_SPACING = (
    "il a con-fir-mé hier",
    "f 1 l s de discussion",
    "a u r e v o i r",
    "s a l u t tout le monde",
    "noooon pas encoooore",
    "p.s. : à demain",
    "c.o.n.f.i.r.m.é",
    "le 06 39 98 n'est pas complet",
    "l'e.n.s. est à Lyon",
    "pu te parler hier, enfin",
    "j'ai pu te voir de loin",
    "as-tu pu tester ?",
    "un coup de fil de peur d'oublier",
)
HARMLESS_PHRASES = (
    "le train a du retard",
    "quinze minutes de retard, désolé",
    "c'est en retard d'une semaine",
    "un bâtard de pain bien cuit s'il vous plaît",
    "le bouffon du roi est un rôle de théâtre",
    "les pédales du vélo grincent",
    "il pédale vite dans la montée",
    "quel idiot je fais",
    "casse-toi pas la tête",
    "pends-toi au rebord puis saute",
)


@pytest.mark.parametrize("text", [*LATE, *PARTS_OF_WORDS, *ABOUT_THINGS, *SAYING_NO, *BY_SPACING])
def test_ordinary_french_is_not_flagged(signals: Signals, text: str) -> None:
    assert_not_flagged(signals, text)


@pytest.mark.parametrize("text", HARMLESS_PHRASES)
def test_a_listed_word_inside_a_harmless_phrase(signals: Signals, text: str) -> None:
    assert_not_flagged(signals, text)


def assert_not_flagged(signals: Signals, text: str) -> None:
    for written in (text, text.upper(), text.replace("é", "e").replace("è", "e")):
        found = [(s.label.value, s.score) for s in signals([written])[0] if s.score >= THRESHOLD]
        assert found == [], written


@pytest.mark.parametrize(
    "text",
    ["sale pute", "t'es qu'une pute", "espèce de con", "quel con celui-là, t'es con"],
)
def test_the_words_themselves_are(signals: Signals, text: str) -> None:
    """So that the test above cannot pass by knowing no French."""
    assert any(signal.score >= THRESHOLD for signal in signals([text])[0])


def test_outside_the_harmless_phrase_the_word_is_found(signals: Signals) -> None:
    (found,) = signals(["le train a du retard, espèce de retard"])
    assert found
    for one in found:
        assert one.span is not None
        assert one.span[0] >= 21
        assert one.span[1] == 38


def test_harmless_phrases_without_end_cost_no_more_than_their_length(signals: Signals) -> None:
    """Linear: a text of 64 KiB of them beside as many insults is done at once."""
    text = ("en retard connard " * 4_000)[:65_536]
    (found,) = signals([text])
    assert found
