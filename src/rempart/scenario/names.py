"""Made-up names: of viewers, each its own; of bots, in families."""

from __future__ import annotations

import tomllib
from importlib import resources
from random import Random

_FAMILIES = (
    "{head}{number:05d}_{letter}",
    "{head}{head}{number:04d}",
    "xx_{head}_{number:03d}",
    "{head}_{number:04d}{letter}{letter}",
    "real{head}{number:04d}",
)


class Names:
    """Hands out names that were not handed out before."""

    def __init__(self, random: Random) -> None:
        file = resources.files("rempart.scenario").joinpath("data", "names.toml")
        self._parts: dict[str, list[str]] = tomllib.loads(file.read_text("utf-8"))
        self._random = random
        self._given: set[str] = set()

    def viewer(self) -> str:
        """The name of a person: words, syllables, now and then digits."""
        random, parts = self._random, self._parts
        while True:
            if random.random() < 0.5:
                join = random.choice(("", "_", ""))
                name = random.choice(parts["heads"]) + join + random.choice(parts["tails"])
            else:
                name = "".join(random.choices(parts["syllables"], k=random.randint(2, 4)))
                if random.random() < 0.4:
                    name += str(random.choice((7, 13, 59, 63, 75, 86, 94, 99, 2001, 420)))
            if random.random() < 0.2:
                name = name.capitalize()
            if self._add(name):
                return name

    def family(self) -> tuple[str, str]:
        """A pattern for bots: a shape of name and its made-up head."""
        random = self._random
        head = "".join(random.choices(self._parts["syllables"], k=random.randint(2, 3)))
        return random.choice(_FAMILIES), head

    def bot(self, family: tuple[str, str]) -> str:
        random = self._random
        shape, head = family
        while True:
            name = shape.format(
                head=head, number=random.randrange(1000), letter=random.choice("abcdefxyz")
            )
            if self._add(name):
                return name

    def _add(self, name: str) -> bool:
        key = name.lower()
        if key in self._given:
            return False
        self._given.add(key)
        return True
