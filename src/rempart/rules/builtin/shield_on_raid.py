"""Shield on raid: the target is shielded at once, the raid's members are held, bystanders are not.

Which rules it keeps: at *suspect* only the touched messages are held, for minutes. At *attack* the
target gets a gentle shield (see `protect.bundles`), accounts that share a signature with others
(the core) are held one by one, and the mere crowd only by short holds. A slow attack, of a few
messages a day, slows nobody down and shields nothing: only its members are held. Everything ends by
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import MeasureKind, Raid, RaidKind, RaidStage, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

SHIELD_SECONDS = 15 * 60
MEMBER_HOLD_SECONDS = 24 * 3600
MEMBER_MESSAGE_SECONDS = 7 * 24 * 3600
CROWD_HOLD_SECONDS = 5 * 60


class ShieldOnRaid(Rule):
    name: ClassVar[str] = "shield-on-raid"
    version: ClassVar[str] = "3"
    description: ClassVar[dict[str, str]] = {
        "en": "When a coordinated attack is recognised, its target is shielded and the messages "
        "of its members are held; everybody else can go on talking.",
        "fr": "Quand une attaque coordonnée est reconnue, la cible est protégée et les messages "
        "des comptes participants sont retenus ; les autres peuvent continuer à parler.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The message is part of a coordinated attack recognised by machine.",
        "fr": "Le message fait partie d’une attaque coordonnée reconnue par une machine.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        touch = facts.raid
        if touch is None or touch.stage is RaidStage.NOTICE:
            return
        core = touch.member and touch.stage is RaidStage.ATTACK
        lease = MEMBER_MESSAGE_SECONDS if core else CROWD_HOLD_SECONDS
        yield Effect(self.name, MeasureKind.HOLD, ScopeKind.MESSAGE, lease)

    def on_raid(self, raid: Raid) -> Iterable[Effect]:
        if raid.stage is not RaidStage.ATTACK:
            return
        if raid.kind is not RaidKind.SLOW:
            yield Effect(
                self.name, MeasureKind.SHIELD, ScopeKind.TARGET, SHIELD_SECONDS, priority=50
            )
        yield Effect(self.name, MeasureKind.HOLD, ScopeKind.ACCOUNT, MEMBER_HOLD_SECONDS)
