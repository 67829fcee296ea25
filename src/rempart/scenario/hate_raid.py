"""`hate-raid`: bots on a live stream (INCIDENTS 1), after half an hour of a friendly, busy chat."""

from __future__ import annotations

from random import Random

from rempart.model import Message
from rempart.scenario import contrasts
from rempart.scenario.bots import ATTACK, BotRaid
from rempart.scenario.crowd import Crowd
from rempart.scenario.settings import ScenarioSettings
from rempart.scenario.stage import Stage
from rempart.scenario.truth import Attack, Contrast, Generated, Truth


def hate_raid(name: str, settings: ScenarioSettings) -> Generated:
    """The stream and the truth. Each part draws from its own seed: changing one moves no other."""
    channel, seed = settings.channel, settings.seed
    stage = Stage(channel.platform, channel.name, settings.begin, f"{settings.generator}-{seed}")
    crowd = Crowd(channel, settings.begin, Random(f"crowd {seed}"))
    raid = BotRaid(settings.attack, crowd, channel.streamer, Random(f"bots {seed}"))
    hype = settings.contrasts.hype
    crowd.talk(stage, hype, (raid.begin, raid.end))
    contrasts.play(stage, crowd, settings.contrasts, channel.streamer, Random(f"contrasts {seed}"))
    raid.play(stage)
    items, marked = stage.collect()
    attack = marked.pop(ATTACK)
    truth = Truth(
        scenario=name,
        seed=seed,
        platform=channel.platform,
        channel=channel.name,
        target=channel.name,
        messages=sum(isinstance(item, Message) for item in items),
        attack=Attack(
            kind="bot_raid",
            accounts=tuple(sorted({message.author.id for message in attack})),
            messages=tuple(message.id for message in attack),
            begin=attack[0].sent_at,
            end=attack[-1].sent_at,
            mutation=raid.mutation,
        ),
        contrasts=tuple(_contrast(kind, messages) for kind, messages in sorted(marked.items())),
    )
    return Generated(items, truth)


def _contrast(kind: str, messages: list[Message]) -> Contrast:
    return Contrast(
        kind=kind,
        begin=messages[0].sent_at,
        end=messages[-1].sent_at,
        accounts=tuple(sorted({message.author.id for message in messages})),
        messages=len(messages),
    )
