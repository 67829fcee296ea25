"""The pages of the person under attack: her facts, her file, her helpers, her photos."""

from __future__ import annotations

from rempart.web.console.labels.marking import N_, Words

WORDS: Words = {
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
    "helper_state": {
        "invited": N_("has not opened it yet"),
        "open": N_("opened"),
        "expired": N_("over"),
        "revoked": N_("ended"),
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
}
