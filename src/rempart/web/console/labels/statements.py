"""Statements of reasons on their way to the Commission's database."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "feed_state": {
        "waiting": N_("waits"),
        "blocked": N_("held back"),
        "sending": N_("on its way"),
        "sent": N_("sent"),
        "refused": N_("refused"),
        "exempt": N_("exempt"),
    },
    "feed_form": {
        "DECISION_VISIBILITY_CONTENT_DISABLED": N_("access to content disabled"),
        "DECISION_VISIBILITY_CONTENT_REMOVED": N_("content removed"),
        "DECISION_PROVISION_PARTIAL_SUSPENSION": N_("service suspended in part"),
        "DECISION_ACCOUNT_SUSPENDED": N_("account suspended"),
    },
    "feed_automated": {
        "AUTOMATED_DECISION_FULLY": N_("decided by machine"),
        "AUTOMATED_DECISION_PARTIALLY": N_("decided by machine, kept by a person"),
        "AUTOMATED_DECISION_NOT_AUTOMATED": N_("decided by a person"),
    },
    "automated": {
        "fully": N_("decided by machine"),
        "partially": N_("decided by machine, kept by a person"),
        "not": N_("decided by a person"),
    },
    "statement_source": {
        "notice": N_("after a report"),
        "trusted_flagger": N_("after a report of a trusted flagger"),
        "order": N_("by order of an authority"),
        "own_initiative": N_("on our own initiative"),
    },
    "population": {
        "decisions": N_("Decisions of people"),
        "restrictions": N_("Restrictions as they were imposed"),
    },
    "hidden": {
        "account": N_("account"),
        "place": N_("place"),
        "target": N_("target"),
        "withheld": N_("withheld"),
    },
    "withheld": {
        "child_safety": N_("Child safety: it counts, and nothing of it is shown."),
        "kept_from": N_("You are kept from this case: it counts, and nothing of it is shown."),
    },
    "feed_source": {
        "SOURCE_ARTICLE_16": N_("after a report"),
        "SOURCE_TRUSTED_FLAGGER": N_("after a report of a trusted flagger"),
        "SOURCE_VOLUNTARY": N_("on our own initiative"),
    },
    "feed_field": {
        "decision_facts": N_("Facts"),
        "illegal_content_legal_ground": N_("Article of law"),
        "illegal_content_explanation": N_("Why it is against the law"),
        "incompatible_content_ground": N_("Term"),
        "incompatible_content_explanation": N_("Why it is against the terms"),
        "content_type_other": N_("Kind of content"),
        "category_specification_other": N_("What the other keyword stands for"),
    },
    "feed_wrong": {
        "a handle": N_("a handle"),
        "a name": N_("the name of the account, the channel or a person concerned"),
        "the address of a page": N_("the address of a page"),
        "the address of a machine": N_("the address of a machine"),
        "a day of birth": N_("a day of birth"),
        "e-mail address": N_("e-mail address"),
        "phone number": N_("phone number"),
        "postal address": N_("postal address"),
        "where somebody lives": N_("where somebody lives"),
        "where somebody works": N_("where somebody works"),
        "empty": N_("empty"),
    },
    "feed_trouble": {
        "token": N_("The database does not accept the token. A new one ends the old one at once."),
        "busy": N_("The database asks to wait; sending goes on by itself."),
        "server": N_("The database does not answer as it should; what is on its way is asked for."),
        "unreadable": N_("The database refuses what it is sent and does not say why."),
    },
}
