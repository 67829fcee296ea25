"""`sms-flood`: a volunteer line that answers by itself, flooded to cost and to silence it
(INCIDENTS 2).

Three places: the line, where genuine senders write all evening and 20,000 insulting messages come
from a number of attack numbers; the forum thread that hands out number, hour and texts; a social
network with supporters and death threats. All of it hits one target, the line. Numbers come from
the range that is reserved for fiction.
"""

from __future__ import annotations

from random import Random

import msgspec

from rempart.model import Account, Message, MessageKind
from rempart.scenario.grammar import Grammar, Habit
from rempart.scenario.names import Names
from rempart.scenario.settings import ScenarioSettings
from rempart.scenario.stage import Place, Stage
from rempart.scenario.truth import Generated, attack_of, truth_of

_FICTITIOUS = 10_000
"""Numbers +33 6 39 98 00 00 to 99 99, of which the first is the line's."""
_MORE = ("19900", "26191", "35301", "46571", "53649")
"""When they do not suffice, those that are reserved for fiction in the five regions."""


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    platform: str
    channel: str
    target: str


class HonestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    senders: int
    rude: float


class FloodSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    seconds: int
    messages: int
    numbers: int
    shared: float
    threats: float


class ThreadSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    posts: int
    members: int


class SocialSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    seconds: int
    supporters: int
    threats: int
    accounts: int


class SmsFloodSettings(ScenarioSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seconds: int
    line: LineSettings
    honest: HonestSettings
    flood: FloodSettings
    thread: ThreadSettings
    social: SocialSettings


def sms_flood(name: str, settings: SmsFloodSettings) -> Generated:
    """The stream and the truth; each part draws from its own seed."""
    line = settings.line
    stage = Stage(
        Place(line.platform, line.channel, MessageKind.SMS, line.target),
        settings.begin,
        settings.id_prefix,
    )
    evening = _Evening(settings, stage)
    evening.honest()
    evening.flood()
    evening.thread()
    evening.social()
    items, marked = stage.collect()
    flood, thread = [*marked["flood"], *marked["flood threat"]], marked["thread"]
    social = [*marked["social"], *marked["social threat"]]
    flood.sort(key=_moment)
    social.sort(key=_moment)
    attacks = (
        attack_of("thread", thread),
        attack_of("flood", flood, threats=marked["flood threat"]),
        attack_of("threats", social, threats=marked["social threat"]),
    )
    return Generated(items, truth_of(name, settings, items, line.target, attacks, ()))


def _moment(message: Message) -> tuple[object, str]:
    return message.sent_at, message.id


class _Evening:
    """Everybody of one evening, and what they write."""

    def __init__(self, settings: SmsFloodSettings, stage: Stage) -> None:
        self._settings = settings
        self._stage = stage
        seed = settings.seed
        numbers = list(range(1, _FICTITIOUS))
        Random(f"numbers {seed}").shuffle(numbers)
        more = [f"+33{area}{last:04d}" for area in _MORE for last in range(_FICTITIOUS)]
        self._free = iter([*(f"+3363998{number:04d}" for number in numbers), *more])
        self._names = Names(Random(f"names {seed}"))
        target = settings.line.target
        self._forum = Place("forum", "defouloir", MessageKind.POST, target)
        self._social = Place("social", "page-de-la-ligne", MessageKind.COMMENT, target)

    def honest(self) -> None:
        """Genuine senders: more of them in the evening; each writes once or twice."""
        random, honest = self._random("honest")
        settings = self._settings
        for _ in range(settings.honest.senders):
            sender, habit = self._number(), Habit(random)
            second = random.triangular(0, settings.seconds - 900, settings.seconds * 0.6)
            self._stage.say(second, sender, habit.write(honest.say("first", random, {}), random))
            if random.random() < 0.35:
                rude = random.random() < settings.honest.rude / 0.35
                text = honest.say("rude" if rude else "again", random, {})
                later = second + random.uniform(20, 800)
                self._stage.say(later, sender, habit.write(text, random))

    def flood(self) -> None:
        """Each number sends its share, at moments of its own, each copy typed a little otherwise;
        the last of the messages comes when the line was switched off."""
        random, grammar = self._random("flood")
        flood = self._settings.flood
        senders = [(self._number(), Habit(random)) for _ in range(flood.numbers)]
        weights = [random.uniform(0.4, 1.6) for _ in senders]
        handed_out = [grammar.say("shared", random, {}) for _ in range(6)]
        everyone = random.choices(range(len(senders)), weights, k=flood.messages - len(senders))
        everyone += range(len(senders))
        for which in everyone:
            sender, habit = senders[which]
            second = flood.at + random.random() * flood.seconds
            mark, text = "flood", ""
            draw = random.random()
            if draw < flood.threats:
                mark, text = "flood threat", grammar.say("threat", random, {})
            elif draw < flood.shared:
                text = _altered(random.choice(handed_out), random)
            else:
                entry = "own" if random.random() < 0.9 else "junk"
                text = grammar.say(entry, random, {})
            self._stage.say(second, sender, habit.write(text, random), mark)

    def thread(self) -> None:
        """The call, then people who report what they sent; some who object or talk of other
        things."""
        random, grammar = self._random("thread")
        thread, end = self._settings.thread, self._settings.flood.at + self._settings.flood.seconds
        members = [self._account(random) for _ in range(thread.members)]
        given = {"numero": self._settings.line.channel}
        for step, text in enumerate(("thread_call", "thread_call", "thread_call")):
            said = grammar.say(text, random, given)
            at = thread.at + step * random.uniform(60, 400)
            self._stage.say(at, members[step], said, "thread", place=self._forum)
        for _ in range(thread.posts - 3):
            at = random.uniform(thread.at + 1300, max(end, thread.at + 5000))
            said = grammar.say("thread_post", random, given)
            self._stage.say(at, random.choice(members), said, "thread", place=self._forum)
        for _ in range(thread.posts // 3):
            at = random.uniform(thread.at - 1200, end)
            said = grammar.say("thread_other", random, given)
            self._stage.say(at, self._account(random), said, place=self._forum)

    def social(self) -> None:
        """Supporters all evening; in between insults and death threats."""
        random, grammar = self._random("social")
        social = self._settings.social
        for _ in range(social.supporters):
            at = random.uniform(0, self._settings.seconds)
            said = Habit(random).write(grammar.say("support", random, {}), random)
            self._stage.say(at, self._account(random), said, place=self._social)
        hostile = [self._account(random) for _ in range(social.accounts)]
        for number in range(2 * social.threats):
            at = social.at + random.random() * social.seconds
            entry, mark = (
                ("threat", "social threat") if number % 2 else ("social_hostile", "social")
            )
            said = grammar.say(entry, random, {})
            self._stage.say(at, random.choice(hostile), said, mark, place=self._social)

    def _random(self, part: str) -> tuple[Random, Grammar]:
        return Random(f"{part} {self._settings.seed}"), Grammar("sms")

    def _number(self) -> Account:
        """A telephone number; nothing else is known of who writes an SMS."""
        return Account(next(self._free))

    def _account(self, random: Random) -> Account:
        return Account(f"a{random.randrange(10**8, 10**9)}", self._names.viewer())


def _altered(text: str, random: Random) -> str:
    """A word left out, doubled or added, as the thread advises."""
    words = text.split(" ")
    for _ in range(random.randint(0, 2)):
        at = random.randrange(len(words))
        if random.random() < 0.5 and len(words) > 6:
            del words[at]
        else:
            words.insert(at, random.choice(("allez", "donc", "bien", "encore", words[at])))
    return " ".join(words)
