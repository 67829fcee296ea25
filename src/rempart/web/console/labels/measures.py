"""What protects: measures, shields, and whether a stranger gets a reply."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "measure": {
        "hold": N_("Hold"),
        "hide": N_("Hide"),
        "remove": N_("Remove"),
        "mute": N_("Mute"),
        "time_out": N_("Time-out"),
        "slow_mode": N_("Slow mode"),
        "members_only": N_("Members only"),
        "link_block": N_("Link block"),
        "shield": N_("Shield"),
        "lock_out": N_("Lock-out"),
        "suspend": N_("Suspend"),
        "reply_stop": N_("Reply stop"),
        "alarm": N_("Alarm"),
    },
    "measure_state": {
        "active": N_("on"),
        "undone": N_("undone"),
        "expired": N_("expired"),
        "not_applied": N_("not applied"),
    },
    "scope": {
        "message": N_("message"),
        "account": N_("account"),
        "channel": N_("channel"),
        "target": N_("target"),
    },
    "bundle": {"gentle": N_("gentle"), "firm": N_("firm"), "closed": N_("closed")},
    "part": {
        "slow_mode": N_("slow mode"),
        "members_only": N_("members and older accounts only"),
        "link_block": N_("no links"),
        "hold": N_("new accounts wait for a moderator"),
        "lock_out": N_("what is hostile comes into my folder"),
    },
    "on": {
        "message": N_("This message"),
        "account": N_("This account"),
        "members": N_("All core members of the raid"),
        "target": N_("The target"),
        "channel": N_("The channel"),
    },
    "reply_state": {
        "silent": N_("no reply"),
        "waiting": N_("waits"),
        "refused": N_("refused"),
    },
    "reply_reason": {
        "stopped": N_("a reply stop is on"),
        "attack": N_("part of a recognised attack"),
        "held": N_("the message is held"),
        "sender_budget": N_("had its reply already"),
        "no_number": N_("not a number that can be answered"),
        "no_text": N_("the line has no reply for this"),
        "in_queue": N_("an answer to it waits already"),
        "refused": N_("refused by the provider"),
        "suspect": N_("suspected: looked at again in minutes"),
        "pattern": N_("many write the same"),
        "pace": N_("too many strangers at once"),
        "cap": N_("the cost cap is near"),
        "late": N_("the service had stopped"),
        "put_back": N_("put back by a person: answered next"),
    },
}
