"""What leaves as evidence or as a report, and how it is proved."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "capacity": {
        "target": N_("the person under attack"),
        "lawyer": N_("her lawyer"),
        "police": N_("police"),
        "judge": N_("court or public prosecutor"),
        "other-party": N_("other party to a procedure"),
        "public": N_("the public"),
    },
    "export_state": {
        "waits": N_("waits for a second person"),
        "refused": N_("refused"),
        "withdrawn": N_("taken back"),
        "agreed": N_("agreed"),
        "making": N_("being made"),
        "ready": N_("ready"),
        "failed": N_("could not be made"),
        "over": N_("over"),
    },
    "proof": {
        "source-signed": N_("signed by the platform"),
        "transport-authenticated": N_("came over the platform's connection"),
        "user-submitted": N_("submitted by a person"),
    },
    "witness_refusal": {
        "two-roots": N_("two histories of the same length"),
        "no-proof": N_("no proof that it only grew"),
        "smaller": N_("shorter than before"),
    },
    "court_phase": {
        "reading": N_("reading the history"),
        "counting": N_("counting"),
        "writing": N_("writing the files"),
        "setting": N_("setting and sealing the document"),
    },
    "yearly_phase": {
        "reading": N_("reading the history"),
        "counting": N_("counting and filling the sheets"),
        "writing": N_("writing the files"),
    },
}
