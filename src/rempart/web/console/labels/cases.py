"""What is judged, what was decided, and the look again."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "case_kind": {
        "raid": N_("Raid"),
        "message": N_("Message"),
        "account": N_("Account"),
        "appeal": N_("Appeal"),
        "second_look": N_("Second look"),
    },
    "case_state": {"open": N_("Open"), "decided": N_("Decided"), "merged": N_("Merged")},
    "reporters": {
        "flagger": N_("trusted flaggers"),
        "known": N_("people told apart"),
        "unknown": N_("people not told apart"),
    },
    "verdict": {
        "allow": N_("allowed"),
        "hold": N_("held"),
        "hide": N_("hidden"),
        "remove": N_("removed"),
    },
    "ground": {
        "law": N_("The law"),
        "terms": N_("The community's terms"),
        "none": N_("Nothing to hold against it"),
    },
    "outcome": {
        "uphold": N_("upheld"),
        "lift": N_("lifted: this was fine"),
        "no_violation": N_("no violation"),
        "act": N_("measures taken"),
        "partial": N_("partly taken back"),
    },
    "because": {"appeal": N_("after an appeal"), "second_look": N_("after a second look")},
    "appellant": {
        "reporter": N_("by who reported"),
        "account": N_("by the account concerned"),
        "sample": N_("drawn at random"),
    },
    "look_state": {"open": N_("open"), "granted": N_("granted"), "rejected": N_("rejected")},
    "step": {
        "warning": N_("a warning is enough"),
        "time_out": N_("time-out"),
        "mute": N_("mute"),
        "suspend": N_("suspend"),
        "termination_review": N_("two people look whether the account stays"),
    },
    "search_kind": {
        "account": N_("an account"),
        "link": N_("a link"),
        "words": N_("words"),
    },
    "search_stopped": {
        "results": N_("There is more: only the newest 200 are shown."),
        "messages": N_("Only the newest 20,000 messages of a channel were looked at."),
        "time": N_("It took too long and was stopped: there may be more."),
    },
}
