"""Bots on a live stream, in the manner of the public affair behind `hate-raid`.

Accounts made in advance, in a few batches some days before, with names in families; they join
within a minute, each writes several messages a minute, all of them variations of a few hostile
texts; some carry a link to a made-up domain.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from random import Random
from typing import Any

import msgspec

from rempart.model import Account, EventKind
from rempart.scenario.crowd import Crowd
from rempart.scenario.mutation import mutate, reworded
from rempart.scenario.settings import AttackSettings, SecondWaveSettings
from rempart.scenario.stage import Stage


class BotRaid:
    """One wave of bots, drawn from its settings."""

    def __init__(
        self,
        settings: AttackSettings,
        crowd: Crowd,
        streamer: str,
        random: Random,
        *,
        after: BotRaid | None = None,
        same_batches: float = 0.0,
    ) -> None:
        """With `after`, a later wave of the same people."""
        self._settings = settings
        self._random = random
        self._crowd = crowd
        self._streamer = streamer
        self.begin = float(settings.at)
        self.end = self.begin + random.uniform(*settings.seconds)
        self.mutation = random.randint(*settings.mutation)
        self.accounts = self._make_accounts(after, same_batches)
        self._texts, self._links = self._make_texts() if after is None else self._alter(after)

    def second_wave(self, settings: SecondWaveSettings, random: Random) -> BotRaid:
        """The same people again: other accounts, some of them made with the first; altered texts;
        other pages of the same domain."""
        later = msgspec.structs.replace(
            self._settings,
            at=round(self.end) + settings.after,
            accounts=settings.accounts,
            mutation=settings.mutation,
        )
        return BotRaid(
            later,
            self._crowd,
            self._streamer,
            random,
            after=self,
            same_batches=settings.same_batches,
        )

    def play(self, stage: Stage, mark: str) -> None:
        random = self._random
        self._chat_before(stage)
        for number, bot in enumerate(self.accounts):
            joins = self.begin + (random.uniform(-25, 0) if number % 4 else random.uniform(-8, 0))
            stage.happen(joins, EventKind.JOIN, bot)
            second = self.begin if number == 0 else self.begin + random.expovariate(1 / 9)
            gap = 60 / random.uniform(*self._settings.messages_per_minute)
            while second < self.end:
                text, links = self._compose()
                stage.say(second, bot, text, mark, links)
                second += gap * random.uniform(0.6, 1.4)

    def _compose(self) -> tuple[str, tuple[str, ...]]:
        random = self._random
        text = mutate(random.choice(self._texts), self.mutation, random)
        if random.random() >= self._settings.links:
            return text, ()
        link = random.choice(self._links)
        return f"{text} {link}", (link,)

    def _chat_before(self, stage: Stage) -> None:
        """What sleepers wrote on the evenings before, to be known here."""
        random, chatted = self._random, self._settings.chatted
        if not chatted[1]:
            return
        for bot in self.accounts:
            for _ in range(random.randint(*chatted)):
                evening = random.randint(1, 3)
                self._crowd.small_talk(stage, random.uniform(0, 900) - 86_400 * evening, bot)

    def _make_accounts(self, after: BotRaid | None, same_batches: float) -> list[Account]:
        """Batches of accounts, each made within minutes; names from few families, or like those of
        people."""
        random, settings, crowd = self._random, self._settings, self._crowd
        count = random.randint(*settings.accounts)
        self._batches = [
            random.uniform(*settings.age_days) for _ in range(random.randint(*settings.batches))
        ]
        families = [crowd.names.family() for _ in range(random.randint(*settings.families))]
        accounts = []
        for _ in range(count):
            earlier = after is not None and random.random() < same_batches
            batches = after._batches if after is not None and earlier else self._batches
            age_days = random.choice(batches) + random.uniform(0, 25 / 1440)
            name = crowd.names.bot(random.choice(families)) if families else crowd.names.viewer()
            accounts.append(crowd.account(name, age_days))
        return accounts

    def _make_texts(self) -> tuple[list[str], list[str]]:
        random, stock = self._random, _stock()
        group = random.choice(stock["groups"])
        all_texts = [*stock["fr"], *stock["en"]]
        chosen = random.sample(all_texts, k=random.randint(*self._settings.texts))
        texts = [text.format(streamer=self._streamer.lower(), group=group) for text in chosen]
        return texts, self._pages(random.choice(stock["domains"]))

    def _alter(self, after: BotRaid) -> tuple[list[str], list[str]]:
        words = _stock()["reworded"]
        texts = [reworded(text, words, self._random) for text in after._texts]
        return texts, self._pages(after._links[0].split("/")[2])

    def _pages(self, domain: str) -> list[str]:
        return [f"http://{domain}/{self._random.randrange(16**5):05x}" for _ in range(2)]


def _stock() -> dict[str, Any]:
    file = resources.files("rempart.scenario").joinpath("data", "hostile.toml")
    return tomllib.loads(file.read_text("utf-8"))
