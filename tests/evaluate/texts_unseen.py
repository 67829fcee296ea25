"""The frames held out for the unseen seeds: nobody who tunes the detector reads figures of single
runs made with them. Same symbols as `texts_seen`, other words and other sentence shapes.
"""

HOSTILE = {
    "group": ("ostreans", "fennlings", "quillers", "marshborn", "the addari", "lowlanders"),
    "such": ("just a", "the", "really such a", "all so", "too", "literally the"),
    "insult": (
        "imbecile",
        "weirdo",
        "freak",
        "ugly clown",
        "stupid imbecile",
        "moron",
        "dumb idiot",
    ),
    "hit.en": (
        "hey <name>! you are <such> <insult>. <group> go home",
        "who let this in? you <insult>, take the <group> with you",
        "<group> <group> <group>! nobody likes you",
        "we all agree <name>: you are <such> <insult>",
        "message for <name>: shut up loser and close this place",
        "you <insult>. you <insult>. this is for the <group>",
        "<name> go away loser before more of us come",
    ),
    "miss.en": (
        "we counted the <group> in here, too many",
        "it stops when <name> stops",
        "the <group> brought this on themselves",
        "a thousand of us and one of you",
    ),
    "injure": ("minable", "abruti", "bouffonne", "tocard", "sale débile"),
    "hit.fr": (
        "message pour <name> : t'es <injure>, dehors les <group>",
        "on est mille, <name>, et toi un pauvre <injure>",
        "<group> <group>, casse toi <name>",
        "qui a laissé entrer ce <injure> ? ferme ta gueule",
        "regardez ce <injure>, il défend les <group>",
    ),
    "miss.fr": (
        "ça s'arrête quand <name> s'arrête",
        "trop de <group> ici, on a compté",
        "mille contre un, bonne nuit <name>",
    ),
    "lure": (
        "limited drop at <link> go go",
        "she posted it herself: <link>",
        "mods are asleep <link>",
        "<link> (not a virus)",
        "your prize is waiting, <link>",
    ),
    "host": ("drop-zone.vip", "her-secret.page", "winbig.online", "prize.zip", "tinyclip.cc"),
}

_WORDS = (
    "ladder ocean pillow bronze eleven cherry ticket south gentle meadow harbor cocoa "
    "walnut lantern blanket tuesday autumn basket magnet comet feather tunnel valley "
    "helmet raisin desert zipper anchor indigo saturn canyon whistle pepper muffin turtle "
    "wagon scarf"
)

HARMLESS = {
    "word": tuple(_WORDS.split()),
    "emote": (
        "PauseChamp",
        "LULW",
        "Clap",
        "gachiHYPER",
        "EZ",
        "AYAYA",
        "widepeepoHappy",
        "peepoClap",
    ),
    "hype": (
        "<emote>",
        "<emote> <emote>",
        "<emote> <emote> <emote> <emote>",
        "UNREAL",
        "HE'S ACTUALLY DOING IT",
        "first try",
        "W",
        "actual legend",
        "my heart <emote>",
        "I WAS HERE",
        "I WAS HERE <emote>",
        "world record??",
    ),
    "swear": (
        "you crazy idiot you did it <emote>",
        "wtf you are stupidly good",
        "shut up loser boss, GET UP <emote>",
    ),
    "friend": ("ollie", "radishqueen", "bramble", "sergeantpine", "maybefrog"),
    "friendly": (
        "<emote> <friend> RAID <emote>",
        "<friend> army reporting",
        "greetings from <friend> <3",
        "<friend> sent us <emote>",
        "raid from <friend>, lovely channel",
    ),
    "news": (
        "<link> !!",
        "posted two minutes ago <link>",
        "is this real? <link>",
        "<link>",
        "the article <link>",
        "source: <link>",
    ),
    "newshost": (
        "herald.example.org/verdict",
        "example.com/live/eclipse",
        "radio.example.net/strike",
    ),
    "workshop": (
        "participant <number> checking in",
        "participant <number> checking in, thank you for the invitation",
        "This is participant <number>, can you hear me",
        "I am participant <number>, where do we find the slides",
    ),
    "hello": (
        "hey there",
        "made an account today",
        "good evening from the library",
        "hello, friend told me to come",
        "so this is where it happens",
        "hi hi",
        "what are we watching?",
    ),
    "irony": (
        "chat says: you are the biggest idiot alive and we subscribe for it <emote>",
        "you ugly clown <emote> nobody likes you <emote> (gifted 5 subs)",
        "how does it feel to be such a loser <emote> you pathetic champion",
    ),
    "vote": ("a", "b", "a", "b", "#a", "#b", "team a"),
}
