"""What people report, hope for and are answered, and what is passed on to others."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "report_state": {
        "received": N_("received"),
        "answered": N_("answered"),
        "withdrawn": N_("taken back"),
    },
    "wish": {
        "stop": N_("that it stops"),
        "evidence": N_("that it is kept as evidence"),
        "police": N_("that the police are told"),
        "talk": N_("that somebody talks with them"),
        "nothing": N_("nothing; that it is known"),
    },
    "side": {"reporter": N_("Reporter"), "team": N_("Team")},
    "knowledge": {
        "no_place": N_("none says where it is"),
        "no_reason": N_("none says why it is illegal"),
        "needs_study": N_("what is alleged needs a legal study"),
    },
    "referral_state": {
        "prepared": N_("prepared, not sent"),
        "sent": N_("sent"),
        "acknowledged": N_("sent and answered"),
        "withdrawn": N_("not sent"),
    },
}
