"""Orders of authorities, court bans, disputes."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "order_kind": {
        "content": N_("against content (art. 9)"),
        "information": N_("for information (art. 10)"),
    },
    "held": {
        "names": N_("names of the account"),
        "times": N_("when it wrote"),
        "channels": N_("where it wrote"),
        "messages": N_("its messages"),
        "measures": N_("measures against it"),
    },
    "order_clock": {
        "authority_order": N_("without undue delay"),
        "terrorist_removal_order": N_("terrorist content: 1 hour"),
        "csam_admin_removal_fr": N_("administrative removal (France): 24 hours"),
        "epoc": N_("European production order: 10 days"),
        "epoc_emergency": N_("European production order, emergency: 8 hours"),
    },
    "missing": {
        "legal_basis": N_("legal basis"),
        "reasons": N_("statement of reasons"),
        "provision": N_("provision of law"),
        "authority": N_("who the authority is"),
        "links": N_("exact addresses"),
        "recipient": N_("whom it is about"),
        "redress": N_("redress"),
        "territory": N_("territorial scope"),
        "language": N_("a language that was declared"),
    },
    "effect": {
        "given": N_("effect given"),
        "partly": N_("effect given in part"),
        "refused": N_("no effect given"),
    },
    "letter": {
        "receipt": N_("Receipt"),
        "clarification": N_("What is missing"),
        "effect": N_("Effect"),
    },
    "ban_waiting": {
        "provisional": N_("blocked for three days"),
        "over": N_("the three days are over"),
        "not blocked": N_("not blocked: one person’s word blocks an account once"),
        "undone": N_("undone by a person: it stays free"),
    },
    "looks_alike": {
        "name": N_("the same name"),
        "id": N_("the same id on another platform"),
        "same": N_("the same person"),
        "other": N_("somebody else"),
    },
    "brought_by": {
        "account": N_("the restricted account"),
        "reporter": N_("who reported"),
    },
    "dispute_outcome": {
        "upheld": N_("decision upheld"),
        "partly_reversed": N_("decision reversed in part"),
        "reversed": N_("decision reversed"),
        "omitted": N_("nothing decided"),
    },
}
