"""The words of the console for the values of the model, as message ids of the catalogue.

One word per thing, from DESIGN's vocabulary. A value that has no word here is shown as it is.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """Marks a message id for extraction; translated where it is shown."""
    return text


LABELS: dict[str, dict[str, str]] = {
    "case_kind": {"raid": N_("Raid"), "message": N_("Message"), "account": N_("Account")},
    "right": {
        "read": N_("look at the console"),
        "decide": N_("decide cases, undo measures"),
        "second_look": N_("decide appeals and second looks"),
        "protect": N_("switch protections on by hand"),
        "export": N_("export dossiers"),
        "unseal": N_("open who reported, with a second person"),
        "write_rules": N_("write and propose rules"),
        "deploy_rules": N_("put rules in force"),
        "access_log": N_("read who did what here"),
        "on_call": N_("be called when something is late"),
        "people": N_("people, roles, tokens"),
    },
    "role": {
        "admin": N_("Admin"),
        "moderator": N_("Moderator"),
        "reviewer": N_("Reviewer"),
        "auditor": N_("Auditor"),
        "rule_author": N_("Rule author"),
        "rule_deployer": N_("Rule deployer"),
        "on_call": N_("On call"),
    },
    "case_state": {"open": N_("Open"), "decided": N_("Decided"), "merged": N_("Merged")},
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
    "act_where": {
        "door": N_("at the door"),
        "telephone": N_("on the telephone"),
        "post": N_("by post or parcel"),
        "work": N_("at work or school"),
        "other_site": N_("on another site"),
        "elsewhere": N_("elsewhere"),
    },
    "file_request": {
        "waiting": N_("waits for a first person"),
        "half": N_("waits for a second person"),
        "ready": N_("ready"),
        "refused": N_("refused"),
        "over": N_("was not taken within a week"),
        "taken": N_("taken"),
    },
    "wish": {
        "stop": N_("that it stops"),
        "evidence": N_("that it is kept as evidence"),
        "police": N_("that the police are told"),
        "talk": N_("that somebody talks with them"),
        "nothing": N_("nothing; that it is known"),
    },
    "side": {"reporter": N_("Reporter"), "team": N_("Team")},
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
    "verdict": {
        "allow": N_("allowed"),
        "hold": N_("held"),
        "hide": N_("hidden"),
        "remove": N_("removed"),
    },
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
    "fact_kind": {
        "name": N_("a name"),
        "address": N_("a postal address"),
        "phone": N_("a phone number"),
        "email": N_("a mail address"),
        "number": N_("another number: plate, account, card, identity"),
        "other": N_("something else: workplace, school, people"),
    },
    "fact_refusal": {
        "empty": N_("Write what is to be protected."),
        "long": N_("This is too long: write only the name, the address or the number."),
        "short": N_("This is too short: it would be found in many messages of others."),
        "regular": N_("This is too regular to be recognised as yours."),
        "common": N_("These are common words: they would be found in many messages of others."),
        "no_number": N_("This is not a whole phone number."),
        "no_email": N_("This is not a mail address."),
        "nickname": N_("Choose a nickname of 1 to 40 characters."),
        "nickname_tells": N_("The nickname gives away what it stands for. Choose another one."),
        "everyone": N_("This is too short to be held for everybody. Choose “I do not”."),
        "public_name": N_("This is the name under which everybody knows you here."),
        "too_many": N_("You protect as much as is possible here. Remove something first."),
        "known": N_("This is recognised already."),
    },
    "ground": {
        "law": N_("The law"),
        "terms": N_("The community's terms"),
        "none": N_("Nothing to hold against it"),
    },
    "outcome": {"uphold": N_("upheld"), "lift": N_("lifted: this was fine")},
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
    },
    "rule_state": {
        "off": N_("off"),
        "shadow": N_("on trial"),
        "canary": N_("for some"),
        "live": N_("acts"),
    },
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
    "photo": {
        "place": N_("Where it was taken"),
        "person": N_("Names: owner, author, who is in it"),
        "serial": N_("Serial numbers that tie it to your other photos"),
        "device": N_("The device it was taken with"),
        "time": N_("When it was taken or changed"),
        "text": N_("Texts: descriptions, comments, keywords"),
        "preview": N_("A hidden preview, which can show what you cropped or covered"),
        "motion": N_("A short video from around the moment, perhaps with sound"),
        "trailing": N_("Data behind the end of the picture"),
        "maker": N_("Notes of the camera's maker"),
        "history": N_("Traces of editing"),
        "provenance": N_("A signed record of its origin (C2PA)"),
        "software": N_("The software it went through"),
        "profile": N_("A colour profile that names a screen"),
        "unknown": N_("Other technical data"),
    },
    "photo_error": {
        "no_photo": N_("This is no photo that we can look at. JPEG, PNG, WebP and HEIC are."),
        "damaged": N_("This file is too damaged to be read. Nothing was kept of it."),
        "too_large": N_("This photo is too large to be opened here. Nothing was kept of it."),
        "needs_extra": N_(
            "HEIC photos can be looked at here but not cleaned. Save it as JPEG or PNG first; "
            "whoever runs this service can add HEIC."
        ),
        "not_clean": N_(
            "We could not take everything out of this file. Do not post it: take a screenshot of "
            "it instead, and post that."
        ),
        "no_file": N_("Choose a photo first."),
        "busy": N_("Many photos are being looked at just now. Try again in a moment."),
    },
    "report_state": {
        "received": N_("received"),
        "answered": N_("answered"),
        "withdrawn": N_("taken back"),
    },
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
