"""What the place declares of itself."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "dated_kind": {
        "moderator": N_("Moderators"),
        "provider": N_("Providers and contracts"),
        "budget": N_("Budget and hours"),
        "training": N_("Training and support"),
        "contact": N_("Contact points"),
        "representative": N_("Legal representative"),
        "tier": N_("Kind and size of the provider"),
        "territory": N_("Territory and time zone"),
        "service": N_("What the service is for"),
        "recipients": N_("Monthly active recipients"),
        "report_text": N_("Texts of the yearly report"),
        "report_rows": N_("Rows of the yearly report"),
    },
    "dated_why": {
        "moderator": N_("DSA art. 15(1) and court orders: how many, where, in which languages"),
        "provider": N_("who helps, by which contract"),
        "budget": N_("what the means are, as declared"),
        "training": N_("what was done so that people can do this work"),
        "contact": N_("DSA art. 11 and 12: shown on the public page"),
        "representative": N_("DSA art. 13: for providers established outside the Union"),
        "tier": N_("decides which duties hold; who grows stays exempt for twelve months"),
        "territory": N_("whose law counts, and where a day ends"),
        "service": N_("DSA art. 14(3): a service for minors needs terms that they can read"),
        "recipients": N_("DSA art. 24(2): published every six months"),
        "report_text": N_("your words in place of the drafts: text-1 to text-11"),
        "report_rows": N_("harms counted in a described row of their own"),
    },
    "audience": {"authorities": N_("for authorities"), "users": N_("for users")},
    "layer": {
        "intermediary": N_("intermediary service"),
        "hosting": N_("hosting service"),
        "platform": N_("online platform"),
        "very_large": N_("very large online platform"),
    },
    "size": {
        "micro": N_("micro enterprise"),
        "small": N_("small enterprise"),
        "larger": N_("larger than small"),
    },
}
