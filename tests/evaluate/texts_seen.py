"""The frames of the ordinary seeds. Written for this project; insults are mild placeholders that
the shipped term lists know, groups are invented. `hit` lines carry a known insult aimed at the
target, `miss` lines are hostile in words no list knows: a classifier does not see everything.
"""

HOSTILE = {
    "group": ("velnari", "zorbs", "plaidfolk", "tuskans", "the mirelings", "gorvans"),
    "such": ("such a", "a", "really just a", "the", "literally a", "so very"),
    "insult": ("loser", "clown", "idiot", "moron", "pathetic clown", "stupid loser", "dumb fool"),
    "hit.en": (
        "you are a <insult> <name>",
        "<name> you are <such> <insult>",
        "you are a <insult> and so are all <group>",
        "nobody likes you <name>, go back to the <group>",
        "shut up loser, no <group> on this channel",
        "go away loser, <group> are not welcome here",
        "go to hell <name> you <insult>",
        "all <group> leave now, you <insult>",
    ),
    "miss.en": (
        "no <group> here, we decide who talks",
        "<group> ruin every place they enter",
        "this channel belongs to us now, <group> out",
        "end the stream, we are not leaving",
        "everybody knows what <name> did",
    ),
    "injure": ("abruti", "bouffon", "minable", "tocard", "abruti fini"),
    "hit.fr": (
        "t'es qu'un <injure> <name>",
        "casse toi <name>, pas de <group> ici",
        "espèce d'abruti, retourne chez les <group>",
        "<name> <injure>, personne ne veut de toi",
        "ferme ta gueule <name>, les <group> dehors",
        "les <group> comme <name> : tous des tocards",
    ),
    "miss.fr": (
        "pas de <group> sur cette chaîne, compris",
        "les <group> gâchent tout, dehors",
        "coupe ton live, on ne partira pas",
        "tout le monde sait ce que <name> a fait",
    ),
    "lure": (
        "free skins for viewers <link>",
        "watch what she deleted <link>",
        "<link> full clip here before it is gone",
        "grab your gift card <link>",
        "everyone check <link>",
        "the video they do not want you to see <link>",
    ),
    "host": ("clips-now.top", "freegift.xyz", "see-this.site", "vid-leak.live", "bonus4u.club"),
}

_WORDS = (
    "table river window green seven orange paper north happy cloud train coffee silver "
    "garden music yellow purple monday winter pocket simple rocket candle bridge island "
    "copper lemon forest button hammer violet planet thunder ribbon marble kitten puzzle "
    "engine cheese"
)

HARMLESS = {
    "word": tuple(_WORDS.split()),
    "emote": ("PogU", "KEKW", "Pog", "LUL", "omg", "HYPERS", "POGGERS", "catJAM", "WOW", "monkaS"),
    "hype": (
        "<emote>",
        "<emote> <emote>",
        "<emote> <emote> <emote>",
        "LETS GOOO",
        "LETS GOOOOOO",
        "GG",
        "gg wp",
        "NO WAY",
        "what a shot",
        "CLIP IT",
        "HOLY <emote>",
        "omg he did it",
        "that was insane",
        "WWWW",
        "LETS GOOO <emote>",
    ),
    "swear": (
        "holy shit what an idiot play",
        "WTF you idiot boss <emote>",
        "damn you clown what a shot",
        "you are stupid good at this",
    ),
    "friend": ("marlo", "tinwhistle", "noor", "captainfig", "dustbunny"),
    "friendly": (
        "<friend> RAID <emote> <emote>",
        "<friend> RAID",
        "<friend> raid!! <emote>",
        "<friend> sends hugs <3 <3",
        "hi from <friend>'s stream <3",
        "<friend> squad is here <emote>",
    ),
    "news": (
        "<link>",
        "did you see <link>",
        "wow <link>",
        "breaking: <link>",
        "it is official now <link>",
        "<link> thoughts?",
        "have a look <link> , page two",
    ),
    "newshost": (
        "news.example.org/launch",
        "dailypaper.example.com/storm",
        "example.net/final-score",
    ),
    "workshop": (
        "Hello, I am student <number> of the workshop",
        "Hello, I am student <number> of the workshop and I like music",
        "hi everyone, student <number> here, first time on this platform",
        "Good morning, this is student <number>",
        "student <number> here, how do I change my picture?",
    ),
    "hello": (
        "hi",
        "hello everyone",
        "hey, new here",
        "just signed up, what is this about?",
        "hello from the newsletter",
        "hi all, first time here",
        "is there a schedule somewhere?",
    ),
    "irony": (
        "you are a pathetic clown and you will never beat this boss, you absolute loser <emote>",
        "<emote> shut up loser, go back to easy mode <emote> you are such a clown",
        "you are such an idiot we all love to watch you fail <emote> you loser",
        "imagine losing to the tutorial, you are garbage <emote> garbage <emote>",
    ),
    "vote": ("1", "2", "1", "1", "2", "!vote 1", "!vote 2"),
}
