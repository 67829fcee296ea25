"""`hate-raid`: bots on a live stream (INCIDENTS 1), after half an hour of a friendly, busy chat."""

from __future__ import annotations

from random import Random

from rempart.scenario import contrasts
from rempart.scenario.bots import BotRaid
from rempart.scenario.crowd import Crowd
from rempart.scenario.settings import HateRaidSettings
from rempart.scenario.stage import Place, Stage
from rempart.scenario.truth import Attack, Generated, attack_of, contrast_of, truth_of

_WAVES = ("first wave", "second wave")


def hate_raid(name: str, settings: HateRaidSettings) -> Generated:
    """The stream and the truth. Each part draws from its own seed: changing one moves no other."""
    channel, seed = settings.channel, settings.seed
    stage = Stage(Place(channel.platform, channel.name), settings.begin, settings.id_prefix)
    crowd = Crowd(channel, settings.begin, Random(f"crowd {seed}"))
    waves = [BotRaid(settings.attack, crowd, channel.streamer, Random(f"bots {seed}"))]
    if settings.second_wave is not None:
        random = Random(f"second wave {seed}")
        waves.append(waves[0].second_wave(settings.second_wave, random))
    hype = settings.contrasts.hype
    crowd.talk(stage, hype, [(wave.begin, wave.end) for wave in waves])
    contrasts.play(stage, crowd, settings.contrasts, channel.streamer, Random(f"contrasts {seed}"))
    crowd.earlier_evenings(stage)
    for wave, mark in zip(waves, _WAVES, strict=False):
        wave.play(stage, mark)
    items, marked = stage.collect()
    attacks: list[Attack] = []
    for wave, mark in zip(waves, _WAVES, strict=False):
        attacks.append(attack_of("bot_raid", marked.pop(mark), mutation=wave.mutation))
    harmless = [contrast_of(kind, messages) for kind, messages in sorted(marked.items())]
    return Generated(items, truth_of(name, settings, items, channel.name, attacks, harmless))
