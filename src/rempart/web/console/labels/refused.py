"""Why a page could not be shown, and what to do then."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
    "error": {
        "400": N_("This request could not be read"),
        "401": N_("Please sign in"),
        "403": N_("You have no right to this"),
        "404": N_("There is nothing here"),
        "405": N_("This cannot be done here"),
        "409": N_("Somebody was faster"),
        "413": N_("This is too large"),
        "429": N_("Too many requests"),
        "500": N_("Something went wrong on our side"),
        "501": N_("This is not built yet"),
        "503": N_("The service is busy"),
        "507": N_("There is no space left"),
    },
    "error_hint": {
        "400": N_("Go back, check what you entered and send it again."),
        "401": N_("Your session has ended or you have not signed in yet."),
        "403": N_("Ask an administrator of this community if you think you should have it."),
        "404": N_("The page may have moved, or you may not be allowed to know of it."),
        "405": N_("Go back and use the buttons of the page."),
        "409": N_("Reload the page to see its present state, then decide again."),
        "413": N_("Send less at once, or shorten the text."),
        "429": N_("Wait a moment, then try again. Nothing you sent before is lost."),
        "500": N_(
            "What you sent may not have been saved. Try again; if it happens again, tell an "
            "administrator the time shown below."
        ),
        "501": N_("It belongs to a later version. Nothing was changed."),
        "503": N_("Try again in a few seconds. What was acknowledged before is safe."),
        "507": N_(
            "What was acknowledged before is safe. Try again when an administrator has made space."
        ),
    },
}
