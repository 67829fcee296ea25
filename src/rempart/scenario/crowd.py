"""The people of a busy chat: regulars and passers-by, who talk, cheer, ask and answer.

Activity is drawn from a Zipf-like law: few talk much, most say little. People come and go. Some
accounts are honestly new. What is said follows the stream: a burst of joy when a fight is won, a
sigh when it is lost, calm in between.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from rempart.model import Account, EventKind
from rempart.scenario.grammar import Grammar, Habit
from rempart.scenario.names import Names
from rempart.scenario.settings import ChannelSettings
from rempart.scenario.stage import Stage

_MOODS = (
    ("chatter", 0.56),
    ("question", 0.08),
    ("laugh_line", 0.14),
    ("hype", 0.05),
    ("sad", 0.05),
    ("greet", 0.07),
    ("command", 0.05),
)
_NEW_ACCOUNT_SHARE = 0.05
_EVENING_SECONDS = 900


class Viewer(NamedTuple):
    account: Account
    habit: Habit
    language: str
    weight: float
    comes: float
    leaves: float


class Crowd:
    """The viewers of one stream."""

    def __init__(self, settings: ChannelSettings, begin: datetime, random: Random) -> None:
        self._settings = settings
        self._begin = begin
        self._random = random
        self.names = Names(random)
        self._grammars = {"fr": Grammar("chat_fr"), "en": Grammar("chat_en")}
        self.viewers = [self._viewer(rank) for rank in range(settings.viewers)]
        self._numbers = 0

    def new_account(self, age_days: float, roles: tuple[str, ...] = ()) -> Account:
        return self.account(self.names.viewer(), age_days, roles)

    def account(self, name: str, age_days: float, roles: tuple[str, ...] = ()) -> Account:
        """An account of this age at the beginning; ids tell nothing."""
        created = self._begin - timedelta(seconds=round(age_days * 86_400))
        number = self._random.randrange(10**8, 10**9)
        return Account(f"u{number}", name, created, roles)

    def earlier_evenings(self, stage: Stage) -> None:
        """The evenings before: a quarter of an hour of ordinary talk each, by those who come often.
        Whoever was there is known here."""
        for evening in range(self._settings.earlier_evenings, 0, -1):
            came = [
                viewer
                for rank, viewer in enumerate(self.viewers)
                if self._random.random() < (0.9 if rank < self._settings.regulars else 0.35)
            ]
            heights = list(accumulate(viewer.weight for viewer in came))
            second = -86_400.0 * evening
            end = second + _EVENING_SECONDS
            while True:
                second += self._random.expovariate(self._settings.messages_per_minute / 60)
                if second >= end:
                    break
                speaker = came[bisect(heights, self._random.random() * heights[-1])]
                stage.say(second, speaker.account, self.say(speaker, self._calm_mood()))

    def small_talk(self, stage: Stage, second: float, account: Account) -> None:
        """Something harmless, said by somebody who is not of the crowd."""
        viewer = Viewer(account, Habit(self._random), "fr", 0.0, 0.0, 0.0)
        stage.say(second, account, self.say(viewer, self._random.choice(("greet", "chatter"))))

    def talk(
        self, stage: Stage, hype: Sequence[int], dismay: Sequence[tuple[float, float]] = ()
    ) -> None:
        """The whole benign conversation. `hype`: moments of joy; `dismay`: while bots attack."""
        random, seconds = self._random, float(self._settings.seconds)
        self._arrivals(stage)
        sighs = self._sighs(hype, seconds)
        second = 0.0
        while True:
            mood, speed = self._mood(second, hype, sighs, dismay)
            second += random.expovariate(speed * self._settings.messages_per_minute / 60)
            if second >= seconds:
                return
            speaker = self._speaker(second)
            if speaker is not None:
                self._speak(stage, second, speaker, mood)

    def say(self, viewer: Viewer, entry: str) -> str:
        random = self._random
        channel = self._settings
        other = random.choice(self.viewers[: channel.regulars * 2]).account.name or ""
        given = {
            "streamer": channel.streamer if random.random() < 0.6 else channel.streamer.lower(),
            "game": channel.game,
            "boss": channel.boss if viewer.language == "fr" else "the boss",
            "other": other,
        }
        return viewer.habit.write(self._grammars[viewer.language].say(entry, random, given), random)

    def present(self, second: float) -> list[Viewer]:
        return [v for v in self.viewers if v.comes <= second < v.leaves]

    def _viewer(self, rank: int) -> Viewer:
        random, channel = self._random, self._settings
        seconds = float(channel.seconds)
        regular = rank < channel.regulars
        roles: tuple[str, ...] = ()
        if rank < 2:
            roles = ("moderator",)
        elif regular and random.random() < 0.5:
            roles = ("subscriber",)
        age = random.lognormvariate(6.2, 0.9)
        if not regular and random.random() < _NEW_ACCOUNT_SHARE:
            age = random.uniform(0.2, 6)
        comes = 0.0 if regular else max(0.0, random.uniform(-0.5, 0.95) * seconds)
        stays = seconds if regular else random.uniform(0.15, 1.0) * seconds
        return Viewer(
            account=self.new_account(age, roles),
            habit=Habit(random),
            language="fr" if random.random() < 0.72 else "en",
            weight=1 / (rank + 4) ** 0.75,
            comes=comes,
            leaves=comes + stays,
        )

    def _arrivals(self, stage: Stage) -> None:
        for viewer in self.viewers:
            if viewer.comes > 0:
                stage.happen(viewer.comes, EventKind.JOIN, viewer.account)
            if viewer.leaves < self._settings.seconds:
                stage.happen(viewer.leaves, EventKind.LEAVE, viewer.account)

    def _sighs(self, hype: Sequence[int], seconds: float) -> list[float]:
        """Lost fights: now and then, but not beside a won one."""
        moments: list[float] = []
        at = self._random.uniform(60, 120)
        while at < seconds:
            if all(abs(at - won) > 40 for won in hype):
                moments.append(at)
            at += self._random.uniform(90, 170)
        return moments

    def _mood(
        self,
        second: float,
        hype: Sequence[int],
        sighs: list[float],
        dismay: Sequence[tuple[float, float]],
    ) -> tuple[str, float]:
        """What is said now, and how fast in multiples of the calm rate."""
        random = self._random
        for won in hype:
            if won <= second < won + 18:
                return ("hype" if random.random() < 0.85 else "laugh_line"), 7.0 - (
                    second - won
                ) / 3
        for lost in sighs:
            if lost <= second < lost + 7:
                return ("sad" if random.random() < 0.75 else "laugh_line"), 2.6
        for begin, end in dismay:
            if begin + 6 <= second < end and random.random() < 0.45:
                return "dismay", 1.3
            if end + 4 <= second < end + 35 and random.random() < 0.4:
                return "relief", 1.2
        return self._calm_mood(), 1.0

    def _calm_mood(self) -> str:
        moods, shares = zip(*_MOODS, strict=True)
        mood: str = self._random.choices(moods, shares)[0]
        return mood

    def _speaker(self, second: float) -> Viewer | None:
        present = self.present(second)
        if not present:
            return None
        heights = list(accumulate(v.weight for v in present))
        return present[bisect(heights, self._random.random() * heights[-1])]

    def _speak(self, stage: Stage, second: float, speaker: Viewer, mood: str) -> None:
        stage.say(second, speaker.account, self.say(speaker, mood))
        if mood != "question" or self._random.random() > 0.6:
            return
        later = second + self._random.uniform(3, 14)
        answering = self._speaker(later)
        if answering is not None and answering is not speaker and later < self._settings.seconds:
            text = self.say(answering, "answer")
            if text.startswith("@"):
                text = f"@{speaker.account.name} {text.partition(' ')[2]}"
            stage.say(later, answering.account, text)
