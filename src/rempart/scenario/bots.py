"""Bots on a live stream, in the manner of the public affair behind `hate-raid`.

Accounts made in advance, in a few batches some days before, with names in families; they join
within a minute, each writes several messages a minute, all of them variations of a few hostile
texts; some carry a link to a made-up domain.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from random import Random

from rempart.model import Account, EventKind
from rempart.scenario.crowd import Crowd
from rempart.scenario.mutation import mutate
from rempart.scenario.settings import AttackSettings
from rempart.scenario.stage import Stage

ATTACK = "attack"


class BotRaid:
    """One raid by bots, drawn from its settings."""

    def __init__(
        self, settings: AttackSettings, crowd: Crowd, streamer: str, random: Random
    ) -> None:
        self._settings = settings
        self._random = random
        self.begin = float(settings.at)
        self.end = self.begin + random.uniform(*settings.seconds)
        self.mutation = random.randint(*settings.mutation)
        self.accounts = self._make_accounts(crowd)
        self._texts, self._links = self._make_texts(streamer)

    def play(self, stage: Stage) -> None:
        random = self._random
        for number, bot in enumerate(self.accounts):
            joins = self.begin + (random.uniform(-25, 0) if number % 4 else random.uniform(-8, 0))
            stage.happen(joins, EventKind.JOIN, bot)
            second = self.begin if number == 0 else self.begin + random.expovariate(1 / 9)
            gap = 60 / random.uniform(*self._settings.messages_per_minute)
            while second < self.end:
                text, links = self._compose()
                stage.say(second, bot, text, ATTACK, links)
                second += gap * random.uniform(0.6, 1.4)

    def _compose(self) -> tuple[str, tuple[str, ...]]:
        random = self._random
        text = mutate(random.choice(self._texts), self.mutation, random)
        if random.random() >= self._settings.links:
            return text, ()
        link = random.choice(self._links)
        return f"{text} {link}", (link,)

    def _make_accounts(self, crowd: Crowd) -> list[Account]:
        """Batches of accounts, each made within minutes; names from few families."""
        random, settings = self._random, self._settings
        count = random.randint(*settings.accounts)
        batches = [
            random.uniform(*settings.age_days) for _ in range(random.randint(*settings.batches))
        ]
        families = [crowd.names.family() for _ in range(random.randint(*settings.families))]
        accounts = []
        for _ in range(count):
            age_days = random.choice(batches) + random.uniform(0, 25 / 1440)
            accounts.append(crowd.account(crowd.names.bot(random.choice(families)), age_days))
        return accounts

    def _make_texts(self, streamer: str) -> tuple[list[str], list[str]]:
        random = self._random
        file = resources.files("rempart.scenario").joinpath("data", "hostile.toml")
        stock = tomllib.loads(file.read_text("utf-8"))
        group = random.choice(stock["groups"])
        all_texts = [*stock["fr"], *stock["en"]]
        chosen = random.sample(all_texts, k=random.randint(*self._settings.texts))
        texts = [text.format(streamer=streamer.lower(), group=group) for text in chosen]
        domain = random.choice(stock["domains"])
        links = [f"http://{domain}/{random.randrange(16**5):05x}" for _ in range(2)]
        return texts, links
