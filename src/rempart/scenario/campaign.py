"""`campaign`: weeks against one person, in three places (INCIDENTS 3).

A chat, a forum and a federated timeline, all about one streamer. Every day a few hostile messages
from accounts that keep changing; posts that give away a made-up address; waves of minutes, each
with other accounts (some made together with earlier ones, some right after bans) and altered texts.
Beside it ordinary talk, ordinary rudeness between others, and people who take her side under a
hashtag on the very same days, some of whom quote what was written or insult the attackers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import msgspec

from rempart.model import Account, EventKind, MessageKind
from rempart.scenario.grammar import Grammar, Habit
from rempart.scenario.mutation import mutate, reworded
from rempart.scenario.names import Names
from rempart.scenario.settings import Range, ScenarioSettings
from rempart.scenario.stage import Place, Stage
from rempart.scenario.truth import Generated, attack_of, contrast_of, truth_of

_DAY = 86_400.0
_WORDS = {
    "tout": "absolument tout",
    "personne": "plus personne",
    "jamais": "plus jamais",
    "micro": "stream",
    "argent": "fric",
    "money": "cash",
    "whole": "entire",
    "soirs,": "soirs sans faute,",
}


class BenignSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rude_per_day`: insults between others, which belong to nothing."""

    regulars: int
    chat_per_day: tuple[int, int]
    posts_per_day: tuple[int, int]
    comments_per_day: tuple[int, int]
    newcomers_per_day: tuple[int, int]
    rude_per_day: float


class SlowSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`own_words`: share of hostile messages that share no wording; `addresses`: posts that give
    the address away."""

    from_day: int
    per_day: tuple[int, int]
    per_account: tuple[int, int]
    own_words: float
    mutation: tuple[int, int]
    addresses: int


class WaveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`place`: chat, forum or comments."""

    day: float
    place: str
    accounts: tuple[int, int]
    minutes: Range
    mutation: tuple[int, int]


class SupportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`quotes` and `angry`: shares that quote an attack or insult the attackers."""

    days: tuple[int, ...]
    people: tuple[int, int]
    quotes: float
    angry: float


class CampaignSettings(ScenarioSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    target: str
    days: int
    benign: BenignSettings
    slow: SlowSettings
    waves: tuple[WaveSettings, ...]
    support: SupportSettings


def campaign(name: str, settings: CampaignSettings) -> Generated:
    """The stream and the truth; each part draws from its own seed."""
    weeks = _Weeks(settings)
    weeks.benign()
    weeks.slow()
    for number, wave in enumerate(settings.waves):
        weeks.wave(number, wave)
    weeks.support()
    items, marked = weeks.stage.collect()
    kinds = [mark for mark in marked if mark not in ("support", "quote", "angry")]
    attacks = [attack_of(mark.partition(" ")[0], marked[mark]) for mark in kinds]
    attacks.sort(key=lambda attack: (attack.begin, attack.kind))
    supporters = [*marked["support"], *marked.get("quote", ()), *marked.get("angry", ())]
    supporters.sort(key=lambda message: (message.sent_at, message.id))
    contrasts = [contrast_of("support", supporters)]
    truth = truth_of(name, settings, items, settings.target, attacks, contrasts)
    return Generated(items, truth)


class _Weeks:
    """Everybody of these weeks, and what they write."""

    def __init__(self, settings: CampaignSettings) -> None:
        self._settings = settings
        target = settings.target
        self._places = {
            "chat": Place("chatnet", target, MessageKind.CHAT, target),
            "forum": Place("agora", "salon-des-streams", MessageKind.POST, target),
            "comments": Place("fedi", f"{target}-timeline", MessageKind.COMMENT, target),
        }
        self.stage = Stage(self._places["chat"], settings.begin, settings.id_prefix)
        self._names = Names(self._random("names"))
        self._talk = {"fr": Grammar("chat_fr"), "en": Grammar("chat_en")}
        self._texts = Grammar("campaign_texts")
        self._batches: list[float] = []
        self._numbers = self._random("numbers")

    # -- everybody else ----------------------------------------------------------------------

    def benign(self) -> None:
        """Evenings of chat, a forum, comments; the same people, and some new ones each day."""
        random, settings = self._random("benign"), self._settings.benign
        regulars = [self._account(random.uniform(200, 2500), 0.0) for _ in range(settings.regulars)]
        habits = {account.id: Habit(random) for account in regulars}
        for day in range(self._settings.days):
            new = [
                self._account(random.lognormvariate(6, 1.2), day * _DAY)
                for _ in range(random.randint(*settings.newcomers_per_day))
            ]
            for place, count, evening in (
                ("chat", random.randint(*settings.chat_per_day), True),
                ("forum", random.randint(*settings.posts_per_day), False),
                ("comments", random.randint(*settings.comments_per_day), False),
            ):
                for _ in range(count):
                    author = (
                        random.choice(new) if random.random() < 0.12 else _often(random, regulars)
                    )
                    habit = habits.get(author.id) or Habit(random)
                    text = habit.write(self._ordinary(random, regulars), random)
                    second = self._moment(random, day, evening=evening)
                    self.stage.say(second, author, text, place=self._places[place])
            for _ in range(_poisson(random, settings.rude_per_day)):
                author = self._account(random.lognormvariate(6, 1.2), day * _DAY)
                where = self._places[random.choice(("chat", "chat", "forum", "comments"))]
                text = Habit(random).write(self._say("rude", random), random)
                self.stage.say(self._moment(random, day, evening=True), author, text, place=where)

    def support(self) -> None:
        """Those who take her side, on the same days, many of them new here."""
        random, settings = self._random("support"), self._settings.support
        for day in settings.days:
            start = day * _DAY + random.uniform(9, 20) * 3_600
            for _ in range(random.randint(*settings.people)):
                age = (
                    random.uniform(0.1, 20)
                    if random.random() < 0.3
                    else random.lognormvariate(6, 1)
                )
                author = self._account(age, start)
                draw = random.random()
                mark = "support"
                if draw < settings.quotes:
                    mark = "quote"
                elif draw < settings.quotes + settings.angry:
                    mark = "angry"
                text = Habit(random).write(self._say(mark, random), random)
                place = self._places[random.choice(("comments", "comments", "chat", "forum"))]
                second = start + random.betavariate(1.2, 4) * 9 * 3_600
                self.stage.say(second, author, text, mark, place=place)

    # -- the campaign ------------------------------------------------------------------------

    def slow(self) -> None:
        """A few hostile messages a day, from accounts that keep changing."""
        random, settings = self._random("slow"), self._settings.slow
        days = range(settings.from_day - 1, self._settings.days)
        posts = set(random.sample(days, k=min(settings.addresses, len(days))))
        account, left, at_home = self._attacker(random, days[0] * _DAY), 2, "chat"
        for day in days:
            for turn in range(random.randint(*settings.per_day)):
                if left == 0:
                    account = self._attacker(random, day * _DAY)
                    left = random.randint(*settings.per_account)
                    at_home = random.choice(("chat", "forum", "comments"))
                left -= 1
                if turn == 0 and day in posts:
                    text = self._say("address", random)
                elif random.random() < settings.own_words:
                    text = self._say("own", random)
                else:
                    text = self._altered(random, random.randint(*settings.mutation))
                second = self._moment(random, day, evening=at_home == "chat")
                place = self._places[at_home]
                self.stage.say(second, account, text, f"slow {at_home}", place=place)

    def wave(self, number: int, wave: WaveSettings) -> None:
        """Many accounts within minutes; most are banned in the hours after, where bans are told."""
        random = self._random(f"wave {number}")
        begin = (wave.day - 1) * _DAY + random.uniform(18.5, 21.5) * 3_600
        end = begin + random.uniform(*wave.minutes) * 60
        place = self._places[wave.place]
        self._batches.append(begin - random.uniform(1, 4) * _DAY)
        family = self._names.family()
        for _ in range(random.randint(*wave.accounts)):
            account = self._wave_account(random, begin, family)
            second = begin + random.expovariate(1 / 40)
            for _ in range(random.randint(2, 5)):
                text = self._altered(random, random.randint(*wave.mutation))
                if random.random() < 0.1:
                    text = self._say("own", random)
                if second <= end:
                    self.stage.say(second, account, text, f"wave {number}", place=place)
                second += random.uniform(12, 70)
            if wave.place == "chat" and random.random() < 0.7:
                self.stage.happen(end + random.uniform(0.1, 5) * 3_600, EventKind.BAN, account)

    def _wave_account(self, random: Random, begin: float, family: tuple[str, str]) -> Account:
        """Two in three out of a batch, of this wave or an earlier one; the others of their own."""
        draw = random.random()
        if draw < 0.45:
            made = self._batches[-1]
        elif draw < 0.65:
            made = random.choice(self._batches)
        else:
            made = begin - random.uniform(2, 400) * _DAY
        name = self._names.bot(family) if random.random() < 0.4 else self._names.viewer()
        return self._made(name, made + random.uniform(0, 1_500))

    def _attacker(self, random: Random, second: float) -> Account:
        young = random.random() < 0.5
        return self._account(random.uniform(0.3, 25) if young else random.uniform(60, 1500), second)

    def _altered(self, random: Random, level: int) -> str:
        text = self._say("point", random)
        if random.random() < 0.3:
            text = reworded(text, _WORDS, random)
        return mutate(text, level, random)

    # -- how ---------------------------------------------------------------------------------

    def _random(self, part: str) -> Random:
        return Random(f"{part} {self._settings.seed}")

    def _account(self, age_days: float, second: float) -> Account:
        """An account of this age at a moment of the story."""
        return self._made(self._names.viewer(), second - age_days * _DAY)

    def _made(self, name: str, second: float) -> Account:
        created = self._settings.begin + timedelta(seconds=round(second))
        return Account(f"u{self._numbers.randrange(10**8, 10**10)}", name, created)

    def _moment(self, random: Random, day: int, *, evening: bool) -> float:
        """A second of this day: in the evening, or somewhen between morning and night."""
        hour = (
            19 + random.betavariate(2, 2) * 4 if evening else 8 + random.betavariate(2, 1.6) * 15.5
        )
        return day * _DAY + hour * 3_600

    def _say(self, entry: str, random: Random) -> str:
        name = self._settings.target
        return self._texts.say(entry, random, {"target": name}).replace("{target}", name)

    def _ordinary(self, random: Random, people: Sequence[Account]) -> str:
        language = "fr" if random.random() < 0.75 else "en"
        entry = random.choice(("chatter", "chatter", "chatter", "question", "laugh_line", "greet"))
        given = {
            "streamer": self._settings.target,
            "game": "Hollow Lantern",
            "boss": "le Gardien" if language == "fr" else "the boss",
            "other": random.choice(people).name or "",
        }
        return self._talk[language].say(entry, random, given)


def _often(random: Random, people: Sequence[Account]) -> Account:
    """Few talk much, most say little."""
    return people[min(int(random.expovariate(7 / len(people))), len(people) - 1)]


def _poisson(random: Random, mean: float) -> int:
    count, left = 0, random.expovariate(1)
    while left < mean:
        count, left = count + 1, left + random.expovariate(1)
    return count
