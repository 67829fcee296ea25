"""`evening-of-calm`: coordinated or loud, and harmless. Nobody is attacked.

Each moment is one of the hard negatives of raid detection: many people do the same at once, or are
rude together at a game, or paste an insult in jest at somebody they like. Those who belong were
here on the evenings before, so that there are regulars to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import msgspec

from rempart.model import Account, EventKind
from rempart.scenario import contrasts
from rempart.scenario.crowd import Crowd, Viewer
from rempart.scenario.grammar import Grammar, Habit
from rempart.scenario.settings import ChannelSettings, ScenarioSettings
from rempart.scenario.stage import Place, Stage
from rempart.scenario.truth import Generated, contrast_of, truth_of

_LINK = "https://journal.example/suite-annoncee"
_DAY_MINUTES = 1440


class Moments(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """When each begins, in seconds; None leaves it out."""

    hype: int | None = None
    friendly_raid: int | None = None
    unannounced_raid: int | None = None
    vote: int | None = None
    news_link: int | None = None
    workshop: int | None = None
    signup_wave: int | None = None
    rage: int | None = None
    irony: int | None = None


class CalmSettings(ScenarioSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`only`: the one moment that is played, when it is not the whole evening."""

    channel: ChannelSettings
    moments: Moments
    only: str = ""


def evening_of_calm(name: str, settings: CalmSettings) -> Generated:
    """The stream and the truth, which knows contrasts and no attack."""
    channel, seed = settings.channel, settings.seed
    stage = Stage(Place(channel.platform, channel.name), settings.begin, settings.id_prefix)
    crowd = Crowd(channel, settings.begin, Random(f"crowd {seed}"))
    crowd.talk(stage, ())
    crowd.earlier_evenings(stage)
    for kind, at in msgspec.to_builtins(settings.moments).items():
        if at is not None and settings.only in ("", kind):
            _Moment(kind, float(at), stage, crowd, settings).play()
    items, marked = stage.collect()
    harmless = [contrast_of(kind, messages) for kind, messages in sorted(marked.items())]
    return Generated(items, truth_of(name, settings, items, channel.name, (), harmless))


class _Moment:
    """One harmless crowd."""

    def __init__(
        self, kind: str, at: float, stage: Stage, crowd: Crowd, settings: CalmSettings
    ) -> None:
        self._kind = kind
        self._at = at
        self._stage = stage
        self._crowd = crowd
        self._channel = settings.channel
        self._random = Random(f"{kind} {settings.seed}")
        self._grammar = Grammar("calm")

    def play(self) -> None:
        moments: dict[str, Callable[[], None]] = {
            "hype": self._hype,
            "friendly-raid": lambda: self._friendly_raid(announced=True),
            "unannounced-raid": lambda: self._friendly_raid(announced=False),
            "vote": self._vote,
            "news-link": self._news_link,
            "workshop": self._workshop,
            "signup-wave": self._signup_wave,
            "rage": self._rage,
            "irony": self._irony,
        }
        moments[self._kind]()

    def _hype(self) -> None:
        """A fight is won: everybody shouts for a minute, now and then with a swear word."""
        random = self._random
        people = self._half_new(random.randint(60, 150))
        length = random.uniform(30, 90)
        for _ in range(int(random.uniform(3, 8) * length / 2)):
            second = self._at + min(length, random.expovariate(3 / length))
            entry = "swear" if random.random() < 0.03 else "cheer"
            self._say(second, random.choice(people), self._text(entry))

    def _friendly_raid(self, *, announced: bool) -> None:
        contrasts.friendly_raid(
            self._stage,
            self._crowd,
            int(self._at),
            self._channel.streamer,
            self._random,
            announced=announced,
            mark=self._kind,
        )

    def _vote(self) -> None:
        contrasts.vote(self._stage, self._crowd, int(self._at), self._random)

    def _news_link(self) -> None:
        """The same piece of news, posted by 15 to 60 people within minutes."""
        random = self._random
        length = random.uniform(120, 700)
        for person in self._half_new(random.randint(15, 60)):
            second = self._at + random.betavariate(1.2, 2.5) * length
            self._say(second, person, self._text("news", link=_LINK), (_LINK,))

    def _workshop(self) -> None:
        """A class: 20 to 40 accounts made in the last half hour, with names by one pattern."""
        random = self._random
        stem = random.choice(("eleve", "atelier", "classe7b_", "student"))
        for number in range(1, random.randint(20, 40) + 1):
            age = (random.uniform(2, 35) - self._at / 60) / _DAY_MINUTES
            person = self._crowd.account(f"{stem}{number:02d}", age)
            second = self._at + random.uniform(0, 400)
            self._stage.happen(second - random.uniform(1, 20), EventKind.JOIN, person)
            self._say(second, person, self._text("workshop", number=str(number)))
            for _ in range(random.randint(0, 3)):
                second += random.uniform(20, 90)
                self._say(second, person, self._text("workshop_later"))

    def _signup_wave(self) -> None:
        """A newsletter went out: 100 to 300 brand-new accounts; a third of them says hello."""
        random = self._random
        for _ in range(random.randint(100, 300)):
            age = (random.uniform(1, 180) - self._at / 60) / _DAY_MINUTES
            person = self._crowd.new_account(age)
            second = self._at + random.betavariate(1.2, 2) * 1_200
            self._stage.happen(second, EventKind.JOIN, person)
            if random.random() < 0.35:
                self._say(second + random.uniform(3, 60), person, self._text("hello"))

    def _rage(self) -> None:
        """60 to 150 people, most of them known here, swear at the game and at nobody else."""
        random = self._random
        length = random.uniform(60, 300)
        for person in self._half_new(random.randint(60, 150), known=0.7):
            for _ in range(random.randint(1, 3)):
                text = self._text("rage")
                text = text.upper() if random.random() < 0.2 else text
                self._say(self._at + random.betavariate(1.2, 2.5) * length, person, text)

    def _irony(self) -> None:
        """8 to 22 regulars paste the same insult at the streamer whom they like."""
        random = self._random
        text = self._text("irony", streamer=self._channel.streamer)
        length = random.uniform(40, 250)
        regulars = self._crowd.viewers[: self._channel.regulars]
        for viewer in random.sample(regulars, k=random.randint(8, 22)):
            for _ in range(random.choice((1, 1, 2))):
                self._say(self._at + random.uniform(0, length), viewer.account, text)

    def _half_new(self, count: int, known: float = 0.5) -> list[Account]:
        """People of whom this share has been here; the others come for the first time."""
        random, present = self._random, self._crowd.present(self._at)
        old: Sequence[Viewer] = random.sample(present, k=min(len(present), int(count * known)))
        new = [
            self._crowd.new_account(random.lognormvariate(6, 0.9)) for _ in range(count - len(old))
        ]
        return [*(viewer.account for viewer in old), *new]

    def _text(self, entry: str, **given: str) -> str:
        said = self._grammar.say(entry, self._random, {"streamer": self._channel.streamer, **given})
        return Habit(self._random).write(said, self._random)

    def _say(self, second: float, person: Account, text: str, links: tuple[str, ...] = ()) -> None:
        self._stage.say(second, person, text, self._kind, links)
