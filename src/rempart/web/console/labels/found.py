"""What the machine found, and the rules that act on it."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "label": {
        "hate": N_("hate"),
        "insult": N_("insult"),
        "threat": N_("threat"),
        "sexual": N_("sexual harassment"),
        "self_harm_incitement": N_("incitement to self-harm"),
        "personal_data": N_("personal data"),
        "spam": N_("spam"),
        "bad_link": N_("bad link"),
        "known_media": N_("known media"),
    },
    "stage": {"notice": N_("Notice"), "suspect": N_("Suspect"), "attack": N_("Attack")},
    "raid_kind": {
        "bot_raid": N_("bot raid"),
        "link_raid": N_("link raid"),
        "flood": N_("flood"),
        "dogpile": N_("dogpile"),
        "slow": N_("slow campaign"),
        "spread": N_("raid over several channels"),
        "brigade": N_("brigade of false reports"),
    },
    "rule": {
        "hold-abuse": N_("hold abuse"),
        "hold-on-failure": N_("hold what a detector failed on"),
        "hold-unwanted": N_("hold unwanted links and advertising"),
        "stop-probes": N_("stop probes"),
        "shield-on-raid": N_("shield on raid"),
        "threats-first": N_("threats first"),
        "reply-stop": N_("reply stop"),
        "cost-cap": N_("cost cap"),
        "slow_mode": N_("slow mode of the channel"),
        "members_only": N_("members only in the channel"),
        "link_block": N_("link block of the channel"),
        "hold": N_("shield: newcomers are held"),
        "by-hand": N_("by hand"),
        "by-decision": N_("by a decision"),
        "lock_out": N_("shield: out of the target's sight"),
        "deadline-lapsed": N_("protection when a deadline lapses"),
        "report-first-aid": N_("first aid on a report"),
        "court-ban": N_("court ban"),
        "authority-order": N_("order of an authority"),
    },
    "term": {
        "policy": N_("Policies"),
        "harm": N_("What is not allowed"),
        "rule": N_("Rules"),
        "measure": N_("Measures"),
        "tool": N_("Programs that look at messages"),
        "own": N_("The community's own words"),
        "minors": N_("For minors"),
    },
    "rule_state": {
        "off": N_("off"),
        "shadow": N_("on trial"),
        "canary": N_("for some"),
        "live": N_("acts"),
    },
    "rule_failure": {
        "signals": N_("a detector failed, and with it the scores it asks for"),
        "counters": N_("a counter it asks failed"),
        "labels": N_("the labels it asks for could not be read"),
    },
    "version_of": {"rules": N_("Rules"), "words": N_("Learned words")},
    "version_state": {
        "proposed": N_("proposed"),
        "live": N_("in force"),
        "replaced": N_("replaced"),
        "reverted": N_("taken back"),
    },
    "file_change": {
        "same": N_("unchanged"),
        "added": N_("new"),
        "removed": N_("left out"),
        "changed": N_("changed"),
    },
}
